"""Session timers (RFC 4028): a call whose other end vanished without a BYE ends by itself.

Either side promises to refresh every `interval` seconds; the refresher does so at half time, the other hangs up
shortly before the interval is over (section 10).
"""

from dataclasses import dataclass

from unificx.sip.errors import BadPeer
from unificx.sip.headers import SessionExpires
from unificx.sip.message import Request, Response

MIN_SE = 90
"""Seconds; the least an interval may be (section 5)."""


@dataclass(frozen=True, slots=True)
class SessionTimer:
    """An agreed interval in seconds, and what happens next."""

    interval: int
    we_refresh: bool
    refresh_at: float
    ends_at: float

    @classmethod
    def start(cls, interval: int, *, we_refresh: bool, now: float) -> "SessionTimer":
        """Count from now, which is when a 2xx was sent or received."""
        return cls(interval, we_refresh, now + interval / 2, now + interval - min(32.0, interval / 3))

    @property
    def deadline(self) -> float:
        """When to act: refresh, or end the call."""
        return min(self.refresh_at, self.ends_at) if self.we_refresh else self.ends_at

    def header(self, *, as_server: bool) -> str:
        """The Session-Expires value of a 2xx (`as_server`) or of a refresh we send."""
        who = ("uas" if self.we_refresh else "uac") if as_server else ("uac" if self.we_refresh else "uas")
        return f"{self.interval};refresher={who}"


def interval_asked(request: Request) -> SessionExpires | None:
    """What an INVITE or UPDATE asks for. Raises BadPeer: 400 for what is no interval, 422 for one that is too short."""
    asked = request.session_expires
    if asked is not None and asked.seconds < MIN_SE:
        raise BadPeer(422, "Session Interval Too Small", request)
    return asked


def agree_as_server(request: Request, ours: int, now: float) -> SessionTimer | None:
    """What we answer an INVITE or UPDATE with (section 9). None: the peer knows no timers, and we ask for none.

    Raises BadPeer(422) when the peer's interval is below ours at least; the answer must then carry Min-SE.
    """
    asked = interval_asked(request)
    supported = "timer" in request.values("supported") + request.values("require")
    if asked is None:
        return SessionTimer.start(ours, we_refresh=False, now=now) if supported else None
    least = _min_se(request)
    interval = max(min(asked.seconds, ours), least)
    we_refresh = asked.refresher == "uas" or not supported
    return SessionTimer.start(interval, we_refresh=we_refresh, now=now)


def agree_as_client(response: Response, now: float, before: SessionTimer | None = None) -> SessionTimer | None:
    """What the 2xx to our INVITE or UPDATE says (section 7.2). None: no timer runs.

    A peer that says nothing has still shown that it is there: the timer of `before` begins anew, for us to refresh.
    """
    try:
        said = response.session_expires
    except BadPeer:  # the answer itself stands: a call is not given up for this
        said = None
    if said is None:
        return before and SessionTimer.start(before.interval, we_refresh=True, now=now)
    return SessionTimer.start(max(said.seconds, MIN_SE), we_refresh=said.refresher != "uas", now=now)


def least_asked(response: Response) -> int | None:
    """The Min-SE of a 422, with which we ask once more; None when it names none or one out of reason."""
    value = response.first("min-se")
    number = (value or "").partition(";")[0].strip()
    if not number.isdigit() or len(number) > 6:
        return None
    return int(number)


def _min_se(request: Request) -> int:
    number = (request.first("min-se") or "").partition(";")[0].strip()
    return min(max(int(number), MIN_SE), 86400) if number.isdigit() and len(number) < 7 else MIN_SE
