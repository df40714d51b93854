"""Bearer tokens in SIP (RFC 8898): authentication of an already signed-in client without a password.

A token is self-contained (subject and expiry under a keyed hash), so none is stored. It authenticates only the
registrations and calls of one device, for a few minutes.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from unificx.sip.grammar import quote
from unificx.sip.incarnation import Incarnation
from unificx.sip.message import Request

LIFETIME = 300.0
"""Seconds."""
_token = re.compile(r"[A-Za-z0-9._~+/=-]{1,400}").fullmatch
_EXPIRY_BYTES = 7


class BearerTokens:
    """Issues and verifies tokens. `secret` (32 bytes) may outlive the process, and so do its tokens."""

    def __init__(self, secret: bytes, lifetime: float = LIFETIME, *, incarnation: Incarnation | None = None) -> None:
        self._secret = secret
        self.lifetime = lifetime
        self._incarnation = incarnation or Incarnation()

    def issue(self, subject: str, now: float) -> str:
        """Issue a token for `subject` (an internal id, ASCII), valid for `lifetime` seconds."""
        expires = self._incarnation.unix_ms(now + self.lifetime).to_bytes(_EXPIRY_BYTES, "big")
        data = expires + subject.encode("ascii")
        return urlsafe_b64encode(data + self._sign(data)).decode()

    def verified_subject(self, token: str, now: float) -> str | None:
        """Return the subject of the token, or None if the token is invalid, expired, or issued in the future: the clock
        was set back before the start of this process, and the token would live longer than granted."""
        try:
            data = urlsafe_b64decode(token.encode("ascii"))
        except ValueError:
            return None
        payload, signature = data[:-18], data[-18:]
        if not hmac.compare_digest(self._sign(payload), signature):
            return None
        expires, subject = payload[:_EXPIRY_BYTES], payload[_EXPIRY_BYTES:]
        expires_ms, latest_ms = int.from_bytes(expires, "big"), self._incarnation.unix_ms(now + self.lifetime)
        return subject.decode("ascii") if self._incarnation.unix_ms(now) <= expires_ms <= latest_ms else None

    def _sign(self, data: bytes) -> bytes:
        return hashlib.blake2s(data, key=self._secret, digest_size=18).digest()


def bearer_token(request: Request) -> str | None:
    """Return the token of a request, or None (section 2.3). Authorization and Proxy-Authorization are treated alike."""
    for name in ("authorization", "proxy-authorization"):
        for line in request.all(name):
            scheme, _, token = line.strip(" \t").partition(" ")
            if scheme.lower() == "bearer" and _token(token.strip(" \t")):
                return token.strip(" \t")
    return None


def bearer_challenge(realm: str, *, invalid_token: bool) -> str:
    """Return the value of WWW- or Proxy-Authenticate (section 4); `invalid_token`: the given token was rejected."""
    return f"Bearer realm={quote(realm)}" + (', error="invalid_token"' if invalid_token else "")
