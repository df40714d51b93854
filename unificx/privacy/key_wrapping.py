"""Key wrapping (AES-256-GCM) and tenant secrets."""

import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.db.sealed import bound

_NONCE = 12


def wrap(above: AESGCM, below: bytes, *place: str) -> bytes:
    """Encrypt `key` with `wrapping_key`, bound to its context by associated data."""
    nonce = os.urandom(_NONCE)
    return nonce + above.encrypt(nonce, below, bound(*place))


def unwrap(above: AESGCM, wrapped: bytes, *place: str) -> bytes:
    """Decrypt a wrapped key. Raise cryptography's InvalidTag for a wrong key or context, or damage."""
    return above.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound(*place))


class TenantSecret:
    """32-byte secret of a tenant, from which a wrapping key and one alias key per kind are derived."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.wrap = AESGCM(self._derive("wrap"))
        self._blinds: dict[str, bytes] = {}

    def blind(self, kind: str, value: str) -> bytes:
        """Return the lookup digest of a value of a kind: HMAC-SHA-256, 32 bytes."""
        key = self._blinds.get(kind)
        if key is None:
            key = self._blinds[kind] = self._derive(f"alias:{kind}")
        return hmac.digest(key, value.encode(), "sha256")

    def _derive(self, purpose: str) -> bytes:
        return hmac.digest(self._secret, purpose.encode(), "sha256")
