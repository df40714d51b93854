"""Challenges and flow state that are not stored: signed tokens with purpose and expiry, returned by the client."""

from datetime import timedelta

from unificx.core.clock import Clock
from unificx.identity.errors import TicketExpired
from unificx.identity.policies import signed_tokens

CHALLENGE_LIFETIME = timedelta(minutes=5)


class TokenSigner:
    """Signs and checks tokens with a secret of this process: a restart invalidates all of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # Owner: this node. It must not outlive the store that remembers used challenges, which is in memory here.
        self._secret = clock.random_bytes(32)

    def sign(self, purpose: str, payload: bytes, lifetime: timedelta = CHALLENGE_LIFETIME) -> bytes:
        """Return a token valid for `lifetime`."""
        expires = self.unix_time() + int(lifetime.total_seconds())
        return signed_tokens.sign(self._secret, purpose, payload, expires)

    def unsign(self, purpose: str, token: bytes) -> bytes:
        """Return the payload. Raise TicketExpired unless the token was signed here for `purpose` and is valid."""
        payload = signed_tokens.unsign(self._secret, purpose, token, self.unix_time())
        if payload is None:
            raise ticket_expired()
        return payload

    def unix_time(self) -> int:
        """Return the time in seconds since 1970."""
        return int(self._clock.now().timestamp())


def lifetime_seconds() -> int:
    """Return the lifetime of a token."""
    return int(CHALLENGE_LIFETIME.total_seconds())


def ticket_expired() -> TicketExpired:
    """Return the error for an unknown or expired challenge or ticket."""
    return TicketExpired("The request has expired or is unknown.", hint="Start again.")
