"""Table of all legs: dispatches endpoint events to their leg, and the timers of the legs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from unificx.core.deadlines import DeadlineQueue
from unificx.sip.dialog import Dialog
from unificx.sip.endpoint import Endpoint
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.legs.events import LegEvent
from unificx.sip.legs.incoming import IncomingLeg, leg_id_of, rejection_headers
from unificx.sip.legs.leg import Leg
from unificx.sip.legs.outgoing import InviteParams, OutgoingLeg
from unificx.sip.legs.session_timer import SessionTimer
from unificx.sip.message import Request, respond
from unificx.sip.transactions.events import (
    AckReceived,
    AckTimeout,
    CancelReceived,
    ClientKey,
    Event,
    RequestFailed,
    RequestReceived,
    ResponseReceived,
    ServerKey,
)


@dataclass(frozen=True, slots=True)
class LegSnapshot:
    """The state required to continue a leg in a new process: its dialog and both SDPs."""

    dialog: Dialog
    outgoing: bool
    local_sdp: bytes
    remote_sdp: bytes
    record_aware: bool = False


@dataclass(slots=True)
class DialogTable:
    """All legs of one endpoint.

    `contact` returns the Contact value for a flow; `tag` makes unguessable unique tags and Call-IDs;
    `session_expires` is the requested session interval in seconds.
    """

    endpoint: Endpoint
    contact: Callable[[Flow], str]
    tag: Callable[[], str]
    session_expires: int = 1800
    current_flow: Callable[[Leg], Flow | None] = lambda leg: None
    """Returns the current flow to the peer of a leg on a connection, None if unknown."""
    # Owner: the node that holds the dialogs: its id is in their tags.
    _by_tag: dict[str, Leg] = field(default_factory=dict[str, Leg])
    _by_server_key: dict[ServerKey, IncomingLeg] = field(default_factory=dict[ServerKey, IncomingLeg])
    _by_client_key: dict[ClientKey, Leg] = field(default_factory=dict[ClientKey, Leg])
    _events: list[tuple[Leg, LegEvent]] = field(default_factory=list[tuple[Leg, LegEvent]])
    _agenda: DeadlineQueue = field(init=False)

    def __post_init__(self) -> None:
        self._agenda = DeadlineQueue(self._deadlines)

    def incoming(self, key: ServerKey, invite: Request, flow: Flow, now: float) -> IncomingLeg:
        """Create the leg of an INVITE outside any dialog. Raise RemoteProtocolError if it is unacceptable."""
        leg = IncomingLeg(self, self.tag(), key, invite, flow, now=now)
        self._by_tag[leg.id] = leg
        self._by_server_key[key] = leg
        if invite.expires is not None:
            self.rearm(leg)
        return leg

    def outgoing(self, params: InviteParams) -> OutgoingLeg:
        """Create an outgoing leg; `OutgoingLeg.call` sends the INVITE."""
        leg = OutgoingLeg(self, self.tag(), self.tag(), params)
        self._by_tag[leg.id] = leg
        return leg

    def restore(self, snapshot: LegSnapshot, now: float) -> Leg:
        """Restore a confirmed leg from a journal. This side becomes the refresher, to detect a lost peer."""
        leg = Leg(self, snapshot.dialog.local_tag, owns_call_id=snapshot.outgoing)
        leg.dialog = snapshot.dialog
        leg.local_sdp, leg.remote_sdp, leg.record_aware = snapshot.local_sdp, snapshot.remote_sdp, snapshot.record_aware
        leg.session_timer = SessionTimer.start(self.session_expires, is_refresher=True, now=now)
        self.rearm(leg)
        self._by_tag[leg.id] = leg
        return leg

    # ---- input

    def has_dialog_of(self, request: Request) -> bool:
        """Whether an in-dialog request belongs to a leg of this table."""
        return self._leg_of(request) is not None

    def handle(self, event: Event, now: float) -> bool:
        """Dispatch an endpoint event to its leg. Return False if it belongs to none."""
        match event:
            case ResponseReceived(key):
                return self._response(key, event, now)
            case RequestReceived(key, request, flow):
                return self._request(key, request, flow, now)
            case AckReceived(request):
                leg = self._by_tag.get(request.to_tag)
                if leg is not None and _same_dialog(leg, request):
                    leg.handle_ack(request)
                return True
            case CancelReceived(key):
                leg = self._by_server_key.get(key)
                if leg is not None:
                    leg.handle_cancel()
                return leg is not None
            case RequestFailed(key, cause):
                leg = self._by_client_key.pop(key, None)
                if leg is not None:
                    leg.handle_failure(key, cause, now)
                return leg is not None
            case AckTimeout(key):
                return self._by_server_key.pop(key, None) is not None

    def take_events(self) -> list[tuple[Leg, LegEvent]]:
        """Return the events emitted by the legs since the last call."""
        events, self._events = self._events, []
        return events

    def deadline(self) -> float:
        """Return when to call `timer`."""
        return self._agenda.deadline()

    def timer(self, now: float) -> None:
        """Process the due timers of all legs."""
        for tag in self._agenda.due(now):
            leg = self._by_tag.get(tag)
            at = leg.deadline() if leg is not None else None
            if leg is None or at is None:
                continue
            if at <= now:
                leg.handle_timer(now)
            self.rearm(leg)

    def __len__(self) -> int:
        return len(self._by_tag)

    # ---- used by the legs

    def emit(self, leg: Leg, event: LegEvent) -> None:
        """Queue an event for `take_events`."""
        self._events.append((leg, event))

    def rearm(self, leg: Leg) -> None:
        """Reschedule a leg whose deadline may have changed."""
        if not leg.ended:
            self._agenda.schedule(leg.deadline(), leg.id)

    def watch_response(self, key: ClientKey, leg: Leg) -> None:
        """Dispatch responses of this client transaction to the leg."""
        self._by_client_key[key] = leg

    def unwatch_responses(self, keys: Iterable[ClientKey]) -> None:
        """Ignore further responses of these client transactions."""
        for key in keys:
            self._by_client_key.pop(key, None)

    def remove(self, leg: Leg, invites: Iterable[ClientKey]) -> None:
        """Remove an ended leg; further responses to its INVITEs are ignored."""
        self._by_tag.pop(leg.id, None)
        self.unwatch_responses(invites)
        if isinstance(leg, IncomingLeg):
            self._by_server_key.pop(leg.key, None)

    def _deadlines(self) -> Iterator[tuple[float, str]]:
        for tag, leg in self._by_tag.items():
            at = leg.deadline()
            if at is not None:
                yield at, tag

    def _leg_of(self, request: Request) -> Leg | None:
        leg = self._by_tag.get(leg_id_of(request.to_tag))
        return leg if leg is not None and _same_dialog(leg, request) else None

    def _request(self, key: ServerKey, request: Request, flow: Flow, now: float) -> bool:
        leg = self._leg_of(request)
        if leg is None:
            return False
        try:
            if request.method == "INFO" and request.first("info-package") is not None:
                raise RemoteProtocolError(469, "Bad Info Package", request)
            leg.handle_request(key, request, flow, now)
        except RemoteProtocolError as fault:
            headers = rejection_headers(fault, request)
            self.endpoint.respond(key, respond(request, fault.status, fault.reason, headers=headers), now)
        return True

    def _response(self, key: ClientKey, event: ResponseReceived, now: float) -> bool:
        leg = self._by_client_key.get(key)
        if leg is None:
            return False
        final = event.response.status >= 200
        if final and (event.response.cseq_method != "INVITE" or event.response.status >= 300):
            del self._by_client_key[key]
        try:
            leg.handle_response(key, event.response, event.flow, now)
        except RemoteProtocolError as fault:
            if final:
                leg.handle_failure(key, f"unreadable response: {fault.status}", now)
        return True


def _same_dialog(leg: Leg, request: Request) -> bool:
    dialog = leg.dialog
    if dialog is None and isinstance(leg, OutgoingLeg):
        dialog = leg.early_dialog_with(request.from_tag)
    elif isinstance(leg, IncomingLeg) and request.to_tag != leg.id:
        dialog = leg.early_dialog_at(request.to_tag)
    return dialog is not None and dialog.call_id == request.call_id and dialog.remote_tag == request.from_tag
