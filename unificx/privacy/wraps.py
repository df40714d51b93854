"""How one key wraps another, and what a tenant's secret is good for."""

import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.store.sealed import bound

_NONCE = 12


def wrap(above: AESGCM, below: bytes, *place: str) -> bytes:
    """Encrypt key `below` under `above`, bound to its place: it does not unwrap in another one."""
    nonce = os.urandom(_NONCE)
    return nonce + above.encrypt(nonce, below, bound(*place))


def unwrap(above: AESGCM, wrapped: bytes, *place: str) -> bytes:
    """What `wrap` wrapped. Raises cryptography's InvalidTag for another key or place, or damage."""
    return above.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound(*place))


class TenantSecret:
    """A tenant's 32 secret bytes, never used as such: one key to wrap subjects' keys, one a kind to blind aliases."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.wrap = AESGCM(self._derive("wrap"))
        self._blinds: dict[str, bytes] = {}

    def blind(self, kind: str, value: str) -> bytes:
        """The digest by which a value of a kind is found: HMAC-SHA-256, 32 bytes."""
        key = self._blinds.get(kind)
        if key is None:
            key = self._blinds[kind] = self._derive(f"alias:{kind}")
        return hmac.digest(key, value.encode(), "sha256")

    def _derive(self, purpose: str) -> bytes:
        return hmac.digest(self._secret, purpose.encode(), "sha256")
