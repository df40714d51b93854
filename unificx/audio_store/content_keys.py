"""Content keys: one random key per recording, wrapped under key store keys, one inside the other.

It is wrapped under the recording's own key and under the key of each owner, so that erasing the recording or any owner
makes it unreadable. The wrapped key is in the database; the keys that unwrap it never are.
"""

from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.db import ErasedSubject
from unificx.privacy import KeyStore, unwrap, wrap


def own_subject(audio_id: str) -> str:
    """The key store subject of a recording's own key."""
    return f"audio-{audio_id}"


def audio_id_of(subject: str) -> str | None:
    """The audio id of a key store subject, or None if it is not a recording's own key."""
    return subject.removeprefix("audio-") if subject.startswith("audio-") else None


def create(keys: KeyStore, tenant: str, audio_id: str, owners: Sequence[str]) -> tuple[AESGCM, bytes]:
    """Return a new content key and its wrapped form. Raises ErasedSubject if an owner was erased."""
    wrapped = content = AESGCM.generate_key(256)
    for subject in _wrap_order(audio_id, owners):
        key = keys.get(tenant, [subject], create=True)[subject]
        if key is None:
            raise ErasedSubject("an owner of the recording was erased")
        wrapped = wrap(key.aead, wrapped, *_context(tenant, audio_id, subject, key.version))
    return AESGCM(content), wrapped


def unwrap_content_key(
    keys: KeyStore, tenant: str, audio_id: str, owners: Sequence[str], wrapped: bytes
) -> AESGCM | None:
    """Return the content key, or None if the recording or one of its owners was erased."""
    subjects = _wrap_order(audio_id, owners)
    found = keys.get(tenant, subjects)
    for subject in reversed(subjects):
        key = found[subject]
        if key is None:
            return None
        try:
            wrapped = unwrap(key.aead, wrapped, *_context(tenant, audio_id, subject, key.version))
        except InvalidTag:
            return None
    return AESGCM(wrapped)


def _wrap_order(audio_id: str, owners: Iterable[str]) -> list[str]:
    return [own_subject(audio_id), *sorted(set(owners))]


def _context(tenant: str, audio_id: str, subject: str, version: int) -> tuple[str, ...]:
    return ("content", tenant, audio_id, subject, str(version))
