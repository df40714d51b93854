"""Content keys: a random key for one object, wrapped under key store keys, one inside the other.

Destroying any of these keys makes the object unreadable. The wrapped key is stored with the object; the keys that
unwrap it never are.
"""

from collections import defaultdict
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.db import ErasedSubject, Keys
from unificx.privacy.key_wrapping import unwrap, wrap

KeyName = tuple[str, str]
"""Scope, which is a tenant, and subject of a key of the key store."""


def create_content_key(keys: Keys, tenant: str, object_id: str, names: Sequence[KeyName]) -> tuple[AESGCM, bytes]:
    """Return a new content key and its form wrapped under the keys of these names, the first one inside. Raise
    ErasedSubject if one was destroyed."""
    subjects: defaultdict[str, list[str]] = defaultdict(list)
    for scope, subject in names:
        subjects[scope].append(subject)
    found = {scope: keys.get(scope, each, create=True) for scope, each in subjects.items()}
    wrapped = content = AESGCM.generate_key(256)
    for scope, subject in names:
        key = found[scope][subject]
        if key is None:
            raise ErasedSubject("a subject of the object was erased")
        wrapped = wrap(key.aead, wrapped, *_context(tenant, object_id, subject, key.version))
    return AESGCM(content), wrapped


def open_content_key(
    keys: Keys, tenant: str, object_id: str, names: Sequence[KeyName], wrapped: bytes
) -> AESGCM | None:
    """Return the content key; None if a key was destroyed or the wrapped form is damaged."""
    for scope, subject in reversed(names):
        key = keys.get(scope, (subject,))[subject]
        if key is None:
            return None
        try:
            wrapped = unwrap(key.aead, wrapped, *_context(tenant, object_id, subject, key.version))
        except InvalidTag:
            return None
    return AESGCM(wrapped)


def _context(tenant: str, object_id: str, subject: str, version: int) -> tuple[str, ...]:
    return ("content", tenant, object_id, subject, str(version))
