"""Legs that terminate in an app. The state machine treats them like SIP legs."""

from collections.abc import Callable

from unificx.calls.events import Outcome
from unificx.calls.ports import AppEndpoint, AppEvent, AppHost
from unificx.calls.schemas import AppCallContext
from unificx.registrar import Caller
from unificx.sip.fields import ExtraHeaders

LOOPBACK = "127.0.0.1"
"""Signalling address of apps."""


class AppLeg:
    """Leg with the methods of `sip.legs` that passes calls to an app; `on_event` receives the app's events."""

    dialog = None
    record_aware = False

    def __init__(self, id_: str, on_event: Callable[["AppLeg", AppEvent], None]) -> None:
        self.id = id_
        self.remote_sdp = b""
        """The app's latest SDP."""
        self.ended = False
        self._on_event = on_event
        self._endpoint: AppEndpoint | None = None

    def start(self, hosts: AppHost, context: AppCallContext, offer: bytes) -> None:
        """Start the app with this call."""
        self._endpoint = hosts.host(context, offer, self._on_app_event)

    def acknowledge(self, body: bytes) -> None:
        if self._endpoint is not None:
            self._endpoint.acknowledged(body)

    def offer(self, body: bytes, now: float) -> None:
        del now
        if self._endpoint is not None:
            self._endpoint.offered(body)

    def answer(self, body: bytes, now: float) -> None:
        del now
        if self._endpoint is not None:
            self._endpoint.offer_answered(body)

    def reject_offer(self, status: int, now: float) -> None:
        del now
        if self._endpoint is not None:
            self._endpoint.offer_rejected(status)

    def probe(self, now: float) -> None:
        """Do nothing: an app is never lost."""
        del now

    def info(self, content_type: str, body: bytes, now: float) -> None:
        del now
        if self._endpoint is not None:
            self._endpoint.info_received(content_type, body)

    def cancel(self, now: float, reason: str = "") -> None:
        self.bye(now, reason)

    def bye(self, now: float, reason: str = "") -> None:
        del reason
        self.close(now)

    def close(self, now: float) -> None:
        del now
        self.ended = True
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            endpoint.ended()

    def report_outcome(self, outcome: Outcome) -> None:
        """Tell the app how the connection that it requested has ended."""
        if self._endpoint is not None:
            self._endpoint.connect_ended(outcome)

    def change_party(self, call_id: str, caller: Caller) -> None:
        """Tell the app that it continues with another party, in another call."""
        if self._endpoint is not None:
            self._endpoint.party_changed(call_id, caller)

    def notify(self, status: int, now: float) -> None:
        """Ignore transfer progress: apps are not notified."""

    def handle_flow_change(self, now: float) -> None:
        """Ignore a moved peer: apps do not register."""

    def _on_app_event(self, event: AppEvent) -> None:
        """Forward an event of the app; dropped after the leg has ended."""
        if self.ended:
            return
        self.remote_sdp = getattr(event, "body", b"") or self.remote_sdp
        self._on_event(self, event)


class CallingAppLeg(AppLeg):
    """Leg of a calling app: makes the offer first, then has the methods of an incoming leg."""

    accepted = False

    def progress(self, status: int, body: bytes, now: float, *, tentative: bool = False) -> None:
        """Ignore provisional responses: the app waits for the answer."""

    def accept(self, body: bytes, now: float) -> None:
        self.accepted = True
        self.acknowledge(body)

    def reject(self, status: int, now: float, headers: ExtraHeaders = ()) -> None:
        del status, headers
        self.close(now)
