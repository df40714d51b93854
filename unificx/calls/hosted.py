"""A leg that ends in the system itself: an app is at its other end. To the rules it is a leg like any other."""

from collections.abc import Callable

from unificx.calls.contracts import Hosting
from unificx.calls.ports import FarEnd, HostsApps
from unificx.sip.legs import Headers, LegEvent

HERE = "127.0.0.1"
"""Where apps speak from."""


class HostedLeg:
    """Has the verbs of `sip.legs`; what it is told goes to the app, and `told` hears what the app says."""

    dialog = None
    record_aware = False

    def __init__(self, id_: str, told: Callable[["HostedLeg", LegEvent], None]) -> None:
        self.id = id_
        self.received = b""
        """The last description the app's side wrote."""
        self.over = False
        self._told = told
        self._end: FarEnd | None = None

    def begin(self, hosts: HostsApps, hosting: Hosting, offer: bytes) -> None:
        """Give the call to its app."""
        self._end = hosts.host(hosting, offer, self._heard)

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

    def refuse_offer(self, status: int, now: float) -> None:
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
        self.over = True
        end, self._end = self._end, None
        if end is not None:
            end.ended()

    def notify(self, status: int, now: float) -> None:
        """An app that gives a call away is not told what becomes of it."""

    def moved(self, now: float) -> None:
        """Apps stay where they are."""

    def _heard(self, event: LegEvent) -> None:
        """What the app says; after the end nobody listens any more."""
        if self.over:
            return
        self.received = getattr(event, "body", b"") or self.received
        self._told(self, event)


class HostedCaller(HostedLeg):
    """The leg of an app that calls: it makes its offer first, and then has the verbs of a caller's leg."""

    accepted = False

    def progress(self, status: int, body: bytes, now: float) -> None:
        """Whoever is called takes his time; an app just waits."""

    def accept(self, body: bytes, now: float) -> None:
        self.accepted = True
        self.acknowledge(body, now)

    def reject(self, status: int, now: float, headers: Headers = ()) -> None:
        del status, headers
        self.close(now)
