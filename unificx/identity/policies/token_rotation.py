"""Refresh token rotation (RFC 9700 section 4.14.2).

A refresh token consists of a family, shared by all tokens of a session, and a secret. It is valid once, for the next
pair, which is derived from it and a server-side salt. Reuse of an older one means it was stolen, and ends the session.

The previous token yields the same pair again until a token of that pair was used, as the response may have been lost on
a mobile network, and the device asleep since. For some seconds it does so in any case: two pages of a browser may
refresh concurrently.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

FAMILY_BYTES, SECRET_BYTES, SALT_BYTES = 16, 32, 16
RETRY_GRACE = timedelta(seconds=20)
"""The previous token is accepted for so long even if the pair that it yielded was used."""

RefreshOutcome = Literal["next", "again", "stolen"]


@dataclass(frozen=True, slots=True)
class RefreshToken:
    family: bytes = field(repr=False)
    secret: bytes = field(repr=False)

    def text(self) -> str:
        """Return the token as text: 64 characters."""
        return base64url(self.family + self.secret)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Access and refresh token, and their stored digests."""

    access: str = field(repr=False)
    refresh: RefreshToken = field(repr=False)

    @property
    def access_digest(self) -> str:
        return digest(self.access)

    @property
    def refresh_digest(self) -> str:
        return digest(self.refresh.text())


def parse_refresh_token(text: str) -> RefreshToken | None:
    """Parse a refresh token; return None if malformed."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(raw) != FAMILY_BYTES + SECRET_BYTES:
        return None
    return RefreshToken(raw[:FAMILY_BYTES], raw[FAMILY_BYTES:])


def family_digest(token: RefreshToken) -> str:
    return hashlib.sha256(token.family).hexdigest()


def derive_next(token: RefreshToken, salt: bytes) -> TokenPair:
    """Derive the next pair from `token`. Without the salt an old token does not reveal later ones."""
    access, secret = (hmac.digest(token.secret, what + salt, "sha256") for what in (b"access", b"refresh"))
    return TokenPair(base64url(access), RefreshToken(token.family, secret))


def classify(token: RefreshToken, current: str, previous: str | None, *, repeatable: bool) -> RefreshOutcome:
    """Classify a token of the session's family by the digests of the current and the previous token. `repeatable`: the
    pair that the previous one yielded may not have arrived."""
    presented = digest(token.text())
    if hmac.compare_digest(presented, current):
        return "next"
    if previous is not None and hmac.compare_digest(presented, previous) and repeatable:
        return "again"
    return "stolen"


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def base64url(raw: bytes) -> str:
    """Base64 for URLs, without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
