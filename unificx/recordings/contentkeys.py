"""The key of one recording: random, wrapped under keys of the key store, one inside the other.

It is wrapped under the recording's own key and under that of each owner. So the recording dies with any of them: when
it is erased itself, and when one of its owners is. The wrapped key is in the database; what opens it never is.
"""

from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.privacy import unwrap, wrap
from unificx.recordings.ports import KeyRing
from unificx.store import ErasedSubject


def own_subject(audio_id: str) -> str:
    """The name a recording's own key goes by in the key store."""
    return f"audio-{audio_id}"


def audio_of(subject: str) -> str | None:
    """The recording whose own key this is, if it is one's."""
    return subject.removeprefix("audio-") if subject.startswith("audio-") else None


def make(keys: KeyRing, tenant: str, audio_id: str, owners: Sequence[str]) -> tuple[AESGCM, bytes]:
    """A new content key, and how it is kept. Raises ErasedSubject if an owner was erased."""
    below = content = AESGCM.generate_key(256)
    for subject in _order(audio_id, owners):
        key = keys.get(tenant, [subject], create=True)[subject]
        if key is None:
            raise ErasedSubject("an owner of the recording was erased")
        below = wrap(key.aead, below, *_place(tenant, audio_id, subject, key.version))
    return AESGCM(content), below


def find(keys: KeyRing, tenant: str, audio_id: str, owners: Sequence[str], wrapped: bytes) -> AESGCM | None:
    """The content key; None if the recording or one of its owners was erased."""
    subjects = _order(audio_id, owners)
    found = keys.get(tenant, subjects)
    for subject in reversed(subjects):
        key = found[subject]
        if key is None:
            return None
        try:
            wrapped = unwrap(key.aead, wrapped, *_place(tenant, audio_id, subject, key.version))
        except InvalidTag:
            return None
    return AESGCM(wrapped)


def _order(audio_id: str, owners: Iterable[str]) -> list[str]:
    return [own_subject(audio_id), *sorted(set(owners))]


def _place(tenant: str, audio_id: str, subject: str, version: int) -> tuple[str, ...]:
    return ("content", tenant, audio_id, subject, str(version))
