"""Content keys: one random key per recording, wrapped under key store keys, one inside the other.

It is wrapped under the recording's own key and under the key of each owner, so that erasing the recording or any owner
makes it unreadable.
"""

from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.privacy import KeyStore, create_content_key, open_content_key


def own_subject(audio_id: str) -> str:
    """The key store subject of a recording's own key."""
    return f"audio-{audio_id}"


def audio_id_of(subject: str) -> str | None:
    """The audio id of a key store subject, or None if it is not a recording's own key."""
    return subject.removeprefix("audio-") if subject.startswith("audio-") else None


def create(keys: KeyStore, tenant: str, audio_id: str, owners: Sequence[str]) -> tuple[AESGCM, bytes]:
    """Return a new content key and its wrapped form. Raises ErasedSubject if an owner was erased."""
    return create_content_key(keys, tenant, audio_id, _wrap_order(tenant, audio_id, owners))


def unwrap_content_key(
    keys: KeyStore, tenant: str, audio_id: str, owners: Sequence[str], wrapped: bytes
) -> AESGCM | None:
    """Return the content key, or None if the recording or one of its owners was erased."""
    return open_content_key(keys, tenant, audio_id, _wrap_order(tenant, audio_id, owners), wrapped)


def _wrap_order(tenant: str, audio_id: str, owners: Iterable[str]) -> list[tuple[str, str]]:
    return [(tenant, subject) for subject in (own_subject(audio_id), *sorted(set(owners)))]
