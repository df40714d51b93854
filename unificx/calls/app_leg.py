"""Legs that terminate in an app. The state machine treats them like SIP legs."""

from collections.abc import Callable

from unificx.calls.ports import FarEnd, HostsApps
from unificx.calls.schemas import Hosting
from unificx.sip.legs import Headers, LegEvent

HERE = "127.0.0.1"
"""Signalling address of apps."""


class HostedLeg:
    """Leg with the methods of `sip.legs` that passes calls to an app; `on_event` receives the app's events."""

    dialog = None
    record_aware = False

    def __init__(self, id_: str, on_event: Callable[["HostedLeg", LegEvent], None]) -> None:
        self.id = id_
        self.remote_sdp = b""
        """The app's latest SDP."""
        self.ended = False
        self._told = on_event
        self._end: FarEnd | None = None

    def begin(self, hosts: HostsApps, context: Hosting, offer: bytes) -> None:
        """Start the app with this call."""
        self._end = hosts.host(context, offer, self._heard)

    def acknowledge(self, body: bytes, now: float) -> None:
        del now
        if self._end is not None:
            self._end.acknowledged(body)

    def offer(self, body: bytes, now: float) -> None:
        del now
        if self._end is not None:
            self._end.offered(body)

    def answer(self, body: bytes, now: float) -> None:
        del now
        if self._end is not None:
            self._end.offer_answered(body)

    def reject_offer(self, status: int, now: float) -> None:
        del now
        if self._end is not None:
            self._end.offer_refused(status)

    def info(self, content_type: str, body: bytes, now: float) -> None:
        del now
        if self._end is not None:
            self._end.informed(content_type, body)

    def cancel(self, now: float, reason: str = "") -> None:
        self.bye(now, reason)

    def bye(self, now: float, reason: str = "") -> None:
        del reason
        self.close(now)

    def close(self, now: float) -> None:
        del now
        self.ended = True
        endpoint, self._end = self._end, None
        if endpoint is not None:
            endpoint.ended()

    def notify(self, status: int, now: float) -> None:
        """Ignore transfer progress: apps are not notified."""

    def handle_flow_change(self, now: float) -> None:
        """Ignore a moved peer: apps do not register."""

    def _heard(self, event: LegEvent) -> None:
        """Forward an event of the app; dropped after the leg has ended."""
        if self.ended:
            return
        self.remote_sdp = getattr(event, "body", b"") or self.remote_sdp
        self._told(self, event)


class HostedCaller(HostedLeg):
    """Leg of a calling app: makes the offer first, then has the methods of an incoming leg."""

    accepted = False

    def progress(self, status: int, body: bytes, now: float) -> None:
        """Ignore provisional responses: the app waits for the answer."""

    def accept(self, body: bytes, now: float) -> None:
        self.accepted = True
        self.acknowledge(body, now)

    def reject(self, status: int, now: float, headers: Headers = ()) -> None:
        del status, headers
        self.close(now)
