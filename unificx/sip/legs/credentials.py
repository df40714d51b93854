"""Credentials of a leg whose peer, such as a carrier, challenges requests (RFC 3261 section 22)."""

from dataclasses import dataclass, field

from unificx.sip.digest_client import authorization, challenge_headers, is_stale
from unificx.sip.message import Response

MAX_ATTEMPTS = 2
"""Times a request is sent with credentials; the second one only after a challenge with `stale=true`."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """User name and password for a peer. Neither is shown by `repr`."""

    username: str = field(repr=False)
    password: str = field(repr=False)

    def answer(self, response: Response, method: str, uri: str, attempts: int) -> tuple[str, str] | None:
        """Return the header (name, value) that answers the challenges of a 401 or 407 to a request that was sent with
        credentials `attempts` times; None if it is another response, or sending it once more would not help."""
        if response.status not in (401, 407) or attempts >= MAX_ATTEMPTS:
            return None
        challenges = challenge_headers(response)
        if attempts and not is_stale(challenges):
            return None
        return authorization(challenges, method, uri, self.username, self.password)


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request inside a dialog, without the credentials; `attempts`: how often it was sent with credentials."""

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    attempts: int = 0
