"""Bearer tokens in SIP (RFC 8898): who has signed in elsewhere proves it here without a password.

A token proves itself: holder and end under a keyed hash, so none is kept. It opens nothing but the registrar and the
calls of one device, and for minutes.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from unificx.sip.grammar import quote
from unificx.sip.message import Request

LIFETIME = 300.0
"""Seconds."""
_token = re.compile(r"[A-Za-z0-9._~+/=-]{1,400}").fullmatch
_HEAD = 7


class Bearers:
    """Gives tokens and tells whose they are. `secret` (32 random bytes) must not outlive the clock of `now`."""

    def __init__(self, secret: bytes, lifetime: float = LIFETIME) -> None:
        self._secret = secret
        self.lifetime = lifetime

    def issue(self, holder: str, now: float) -> str:
        """A token that proves for `lifetime` seconds to be `holder`: an id of ours, in ASCII."""
        until = int((now + self.lifetime) * 1000).to_bytes(_HEAD, "big")
        data = until + holder.encode("ascii")
        return urlsafe_b64encode(data + self._seal(data)).decode()

    def holder(self, token: str, now: float) -> str | None:
        """Whose token it is; None for one that is not ours or has ended."""
        try:
            data = urlsafe_b64decode(token.encode("ascii"))
        except ValueError:
            return None
        said, seal = data[:-18], data[-18:]
        if not hmac.compare_digest(self._seal(said), seal):
            return None
        return said[_HEAD:].decode("ascii") if now * 1000 <= int.from_bytes(said[:_HEAD], "big") else None

    def _seal(self, data: bytes) -> bytes:
        return hashlib.blake2s(data, key=self._secret, digest_size=18).digest()


def bearer_of(request: Request) -> str | None:
    """The token a request brings, None if it brings none (section 2.3). To a proxy or to us, it is the same proof."""
    for name in ("authorization", "proxy-authorization"):
        for line in request.all(name):
            scheme, _, token = line.strip(" \t").partition(" ")
            if scheme.lower() == "bearer" and _token(token.strip(" \t")):
                return token.strip(" \t")
    return None


def bearer_challenge(realm: str, *, refused: bool) -> str:
    """The value of WWW- or Proxy-Authenticate (section 4); `refused`: the token that came is good no more."""
    return f"Bearer realm={quote(realm)}" + (', error="invalid_token"' if refused else "")
