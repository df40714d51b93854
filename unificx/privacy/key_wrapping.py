"""Key wrapping (AES-256-GCM) and tenant secrets."""

import hmac
import os
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.db.sealed import length_prefixed

NONCE = 12
KEY_BYTES = 32
VERSION = 1
"""Of the keys of subjects: none has a second one."""


def wrap(wrapping_key: AESGCM, key: bytes, *context: str, nonce: bytes = b"") -> bytes:
    """Encrypt `key` with `wrapping_key`, bound to its context by associated data. `nonce`: 12 random bytes for this
    use alone; made here if there are none."""
    nonce = nonce or os.urandom(NONCE)
    return nonce + wrapping_key.encrypt(nonce, key, length_prefixed(*context))


def wrap_again(former: AESGCM, present: AESGCM, wrapped: bytes, context: bytes, nonce: bytes) -> bytes:
    """Wrap a key that `former` wraps with `present`. `context` is length-prefixed, `nonce` of 12 random bytes. Raise
    InvalidTag."""
    return nonce + present.encrypt(nonce, former.decrypt(wrapped[:NONCE], wrapped[NONCE:], context), context)


def unwrap(wrapping_key: AESGCM, wrapped: bytes, *context: str) -> bytes:
    """Decrypt a wrapped key. Raise cryptography's InvalidTag for a wrong key or context, or damage."""
    return wrapping_key.decrypt(wrapped[:NONCE], wrapped[NONCE:], length_prefixed(*context))


class TenantSecret:
    """32-byte secret of a tenant, from which a wrapping key and one alias key per kind are derived.

    `alias_keys` are those of an earlier secret, by kind: digests stay the same when the tenant's key is rotated.
    """

    def __init__(self, secret: bytes, alias_keys: Mapping[str, bytes] | None = None) -> None:
        self._secret = secret
        self.wrapping_key = AESGCM(self._derive("wrap"))
        # Owner: this object: derived from its secret.
        self._alias_keys = dict(alias_keys or {})

    def alias_key(self, kind: str) -> bytes:
        """Return the key of the digests of a kind."""
        key = self._alias_keys.get(kind)
        if key is None:
            key = self._alias_keys[kind] = self._derive(f"alias:{kind}")
        return key

    def alias_digest(self, kind: str, value: str) -> bytes:
        """Return the lookup digest of a value of a kind: HMAC-SHA-256, 32 bytes."""
        return hmac.digest(self.alias_key(kind), value.encode(), "sha256")

    def _derive(self, purpose: str) -> bytes:
        return hmac.digest(self._secret, purpose.encode(), "sha256")
