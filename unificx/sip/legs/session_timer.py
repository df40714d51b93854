"""Session timers (RFC 4028): end a call whose peer is lost without a BYE.

The refresher refreshes the session after half of the interval; the other side sends BYE shortly before the interval
expires (section 10).
"""

from dataclasses import replace

from unificx.core.value import value
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.headers import SessionExpires, leading_number
from unificx.sip.message import Request, Response

MIN_SE = 90
"""Minimum session interval, seconds (section 5)."""
_MAX_SE = 86400
"""Longest interval to which a peer can raise it, seconds."""
RETRY_SECONDS = 1.0
"""Shortest pause before a rejected refresh is repeated."""


@value
class SessionTimer:
    """A negotiated session interval in seconds, and its next deadlines."""

    interval: int
    is_refresher: bool
    refresh_at: float
    expires_at: float
    min_se: int = MIN_SE
    """The shortest interval that the peer accepts."""

    @classmethod
    def start(cls, interval: int, *, is_refresher: bool, now: float) -> "SessionTimer":
        """Start at `now`, when a 2xx was sent or received."""
        return cls(interval, is_refresher, now + interval / 2, now + interval - min(32.0, interval / 3))

    def rejected(self, response: Response, now: float) -> "SessionTimer":
        """Repeat a rejected refresh after half of the remaining time, or at once with the interval that a 422 demands
        (section 7.3)."""
        minimum = demanded_interval(response, self.interval)
        if minimum is not None:
            return replace(self, interval=minimum, min_se=minimum, refresh_at=now)
        return replace(self, refresh_at=now + max((self.expires_at - now) / 2, RETRY_SECONDS))

    @property
    def deadline(self) -> float:
        """When to refresh the session or end the call."""
        return min(self.refresh_at, self.expires_at) if self.is_refresher else self.expires_at

    def header(self, *, as_uas: bool) -> str:
        """Return the Session-Expires value of a 2xx (`as_uas`) or of a refresh request."""
        refresher = ("uas" if self.is_refresher else "uac") if as_uas else ("uac" if self.is_refresher else "uas")
        return f"{self.interval};refresher={refresher}"


def requested_interval(request: Request) -> SessionExpires | None:
    """Return the requested Session-Expires. Raise RemoteProtocolError: 400 if malformed, 422 if too small."""
    requested = request.session_expires
    if requested is not None and requested.seconds < MIN_SE:
        raise RemoteProtocolError(422, "Session Interval Too Small", request)
    return requested


def negotiate_as_uas(
    request: Request, local_interval: int, now: float, previous: SessionTimer | None = None
) -> SessionTimer | None:
    """Negotiate the timer as UAS of an INVITE or UPDATE (section 9). None: no timer, the peer does not support it.

    A peer that has supported it before is refreshed by this side: `previous` restarts. Raise RemoteProtocolError (422)
    if the requested interval is too small; the response must then have Min-SE.
    """
    requested = requested_interval(request)
    supported = "timer" in request.option_tags("supported") | request.option_tags("require")
    minimum = min(max(leading_number(request.first("min-se")) or MIN_SE, MIN_SE), _MAX_SE)
    if requested is None and not supported:
        return previous and SessionTimer.start(previous.interval, is_refresher=True, now=now)
    if requested is None:
        return SessionTimer.start(max(local_interval, minimum), is_refresher=False, now=now)
    interval = max(min(requested.seconds, local_interval), minimum)
    we_refresh = requested.refresher == "uas" or not supported
    return SessionTimer.start(interval, is_refresher=we_refresh, now=now)


def negotiate_as_uac(response: Response, now: float, previous: SessionTimer | None = None) -> SessionTimer | None:
    """Return the timer of a 2xx to a sent INVITE or UPDATE (section 7.2), None if there is none.

    A 2xx without Session-Expires still proves that the peer is alive: `previous` restarts with this side as refresher.
    """
    try:
        expires = response.session_expires
    except RemoteProtocolError:  # accept the 2xx anyway: no reason to end the call
        expires = None
    if expires is None:
        return previous and SessionTimer.start(previous.interval, is_refresher=True, now=now)
    return SessionTimer.start(max(expires.seconds, MIN_SE), is_refresher=expires.refresher != "uas", now=now)


def demanded_interval(response: Response, interval: int) -> int | None:
    """Return the interval that a 422 demands (section 7.3), None for other responses and if it is not longer."""
    minimum = leading_number(response.first("min-se")) if response.status == 422 else None
    return minimum if minimum is not None and interval < minimum <= _MAX_SE else None
