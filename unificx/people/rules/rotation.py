"""How a session's tokens follow one another.

A refresh token is a family, which all of a session's share, and a secret. It is good once: it gives the next pair,
which is derived from it and from a salt that only we know. An older one that turns up is in two hands, so its session
ends. For a short while the last one gives the very same pair again: an answer may have been lost on a mobile network,
and two pages of one browser may ask at once. (After RFC 9700 section 4.14.2.)
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

FAMILY_BYTES, SECRET_BYTES, SALT_BYTES = 16, 32, 16
GRACE = timedelta(seconds=20)

Verdict = Literal["next", "again", "stolen"]


@dataclass(frozen=True, slots=True)
class RefreshToken:
    family: bytes = field(repr=False)
    secret: bytes = field(repr=False)

    def text(self) -> str:
        """As it is handed out: 64 characters."""
        return encoded(self.family + self.secret)


@dataclass(frozen=True, slots=True)
class Pair:
    """What a session is used with, and what is kept of it."""

    access: str = field(repr=False)
    refresh: RefreshToken = field(repr=False)

    @property
    def access_digest(self) -> str:
        return digest(self.access)

    @property
    def refresh_digest(self) -> str:
        return digest(self.refresh.text())


def read(text: str) -> RefreshToken | None:
    """A token as it came; None for what cannot be one."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(raw) != FAMILY_BYTES + SECRET_BYTES:
        return None
    return RefreshToken(raw[:FAMILY_BYTES], raw[FAMILY_BYTES:])


def family_digest(token: RefreshToken) -> str:
    return hashlib.sha256(token.family).hexdigest()


def successor(token: RefreshToken, salt: bytes) -> Pair:
    """The pair that `token` gives. Who has an old token and not the salt cannot go on from there alone."""
    access, secret = (hmac.digest(token.secret, what + salt, "sha256") for what in (b"access", b"refresh"))
    return Pair(encoded(access), RefreshToken(token.family, secret))


def judge(token: RefreshToken, current: str, previous: str | None, rotated: datetime, now: datetime) -> Verdict:
    """What a token of the right family is, given the digests of the session's `current` one and the one before."""
    given = digest(token.text())
    if hmac.compare_digest(given, current):
        return "next"
    if previous is not None and hmac.compare_digest(given, previous) and now < rotated + GRACE:
        return "again"
    return "stolen"


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def encoded(raw: bytes) -> str:
    """Base64 for URLs, without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
