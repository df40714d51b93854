"""The book of all legs: which leg an event of the endpoint belongs to, and whose time has come."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from unificx.kernel.agenda import Agenda
from unificx.sip.dialog import Dialog
from unificx.sip.endpoint import (
    AckArrived,
    AckMissing,
    CancelArrived,
    ClientKey,
    Endpoint,
    Event,
    RequestArrived,
    RequestFailed,
    ResponseArrived,
    ServerKey,
)
from unificx.sip.errors import BadPeer
from unificx.sip.flow import Flow
from unificx.sip.legs.events import LegEvent
from unificx.sip.legs.incoming import IncomingLeg
from unificx.sip.legs.leg import Leg
from unificx.sip.legs.outgoing import Invitation, OutgoingLeg
from unificx.sip.legs.session_timer import SessionTimer
from unificx.sip.message import Request, respond


@dataclass(frozen=True, slots=True)
class Adopted:
    """What is needed to go on with a leg of another process's life: its dialog and both descriptions."""

    dialog: Dialog
    outgoing: bool
    sent: bytes
    received: bytes
    record_aware: bool = False


@dataclass(slots=True)
class Legs:
    """All legs of one endpoint.

    `contact` words the Contact value towards a flow; `tag` makes unguessable unique tags and Call-IDs;
    `session_expires` is the interval we ask for, in seconds.
    """

    endpoint: Endpoint
    contact: Callable[[Flow], str]
    tag: Callable[[], str]
    session_expires: int = 1800
    newest: Callable[[Leg], Flow | None] = lambda leg: None
    """Where the peer of a leg that came by a connection is now, if that is known."""
    _by_tag: dict[str, Leg] = field(default_factory=dict[str, Leg])
    _servers: dict[ServerKey, IncomingLeg] = field(default_factory=dict[ServerKey, IncomingLeg])
    _clients: dict[ClientKey, Leg] = field(default_factory=dict[ClientKey, Leg])
    _told: list[tuple[Leg, LegEvent]] = field(default_factory=list[tuple[Leg, LegEvent]])
    _agenda: Agenda = field(init=False)

    def __post_init__(self) -> None:
        self._agenda = Agenda(self._deadlines)

    def incoming(self, key: ServerKey, invite: Request, flow: Flow) -> IncomingLeg:
        """A leg for an INVITE outside any dialog. Raises BadPeer if none can be made of it."""
        leg = IncomingLeg(self, self.tag(), key, invite, flow)
        self._by_tag[leg.id] = leg
        self._servers[key] = leg
        return leg

    def outgoing(self, invitation: Invitation) -> OutgoingLeg:
        """A leg towards somebody, not yet called."""
        leg = OutgoingLeg(self, self.tag(), self.tag(), invitation)
        self._by_tag[leg.id] = leg
        return leg

    def adopt(self, adopted: Adopted, now: float) -> Leg:
        """A confirmed leg carried on from a journal; from now on it is we who see whether its peer is still there."""
        leg = Leg(self, adopted.dialog.local_tag, owns_call_id=adopted.outgoing)
        leg.dialog = adopted.dialog
        leg.sent, leg.received, leg.record_aware = adopted.sent, adopted.received, adopted.record_aware
        leg.timer = SessionTimer.start(self.session_expires, we_refresh=True, now=now)
        self.rearm(leg)
        self._by_tag[leg.id] = leg
        return leg

    # ---- in

    def knows(self, request: Request) -> bool:
        """Whether a request inside a dialog belongs to a leg."""
        leg = self._by_tag.get(request.to.tag)
        return leg is not None and _same_dialog(leg, request)

    def handle(self, event: Event, now: float) -> bool:
        """Give an event of the endpoint to the leg it belongs to; False if it belongs to none."""
        match event:
            case RequestArrived(key, request, flow):
                return self._request(key, request, flow, now)
            case AckArrived(request):
                leg = self._by_tag.get(request.to.tag)
                if leg is not None and _same_dialog(leg, request):
                    leg.acked(request, now)
                return True
            case CancelArrived(key):
                leg = self._servers.get(key)
                if leg is not None:
                    leg.cancelled(now)
                return leg is not None
            case ResponseArrived(key):
                return self._response(key, event, now)
            case RequestFailed(key, cause):
                leg = self._clients.pop(key, None)
                if leg is not None:
                    leg.failed(key, cause, now)
                return leg is not None
            case AckMissing(key):
                return self._servers.pop(key, None) is not None

    def take(self) -> list[tuple[Leg, LegEvent]]:
        """What the legs have told since the last call."""
        told, self._told = self._told, []
        return told

    def deadline(self) -> float:
        """When `timer` wants to be called."""
        return self._agenda.deadline()

    def timer(self, now: float) -> None:
        """Let the legs do what has become due."""
        for tag in self._agenda.due(now):
            leg = self._by_tag.get(tag)
            at = leg.deadline() if leg is not None else None
            if leg is None or at is None:
                continue
            if at <= now:
                leg.expired(now)
            self.rearm(leg)

    def __len__(self) -> int:
        return len(self._by_tag)

    # ---- for the legs themselves

    def tell(self, leg: Leg, event: LegEvent) -> None:
        """Keep an event for the user."""
        self._told.append((leg, event))

    def rearm(self, leg: Leg) -> None:
        """The leg's deadline may have moved."""
        if not leg.over:
            self._agenda.note(leg.deadline(), leg.id)

    def expect(self, key: ClientKey, leg: Leg) -> None:
        """Responses of this client transaction are for this leg."""
        self._clients[key] = leg

    def unexpect(self, keys: Iterable[ClientKey]) -> None:
        """What these client transactions may still bring is nobody's business any more."""
        for key in keys:
            self._clients.pop(key, None)

    def forget(self, leg: Leg, invites: list[ClientKey]) -> None:
        """The leg is over, and with it what its INVITE transactions may still bring."""
        self._by_tag.pop(leg.id, None)
        self.unexpect(invites)
        if isinstance(leg, IncomingLeg):
            self._servers.pop(leg.key, None)

    def _deadlines(self) -> Iterator[tuple[float, str]]:
        for tag, leg in self._by_tag.items():
            at = leg.deadline()
            if at is not None:
                yield at, tag

    def _request(self, key: ServerKey, request: Request, flow: Flow, now: float) -> bool:
        if not self.knows(request):
            return False
        leg = self._by_tag[request.to.tag]
        try:
            leg.heard(key, request, flow, now)
        except BadPeer as fault:
            self.endpoint.respond(key, respond(request, fault.status, fault.reason), now)
        return True

    def _response(self, key: ClientKey, event: ResponseArrived, now: float) -> bool:
        leg = self._clients.get(key)
        if leg is None:
            return False
        final = event.response.status >= 200
        if final and (event.response.cseq.method != "INVITE" or event.response.status >= 300):
            del self._clients[key]
        try:
            leg.got_response(key, event.response, event.flow, now)
        except BadPeer as fault:
            if final:
                leg.failed(key, f"unreadable response: {fault.status}", now)
        return True


def _same_dialog(leg: Leg, request: Request) -> bool:
    dialog = leg.dialog
    return dialog is not None and dialog.call_id == request.call_id and dialog.remote_tag == request.from_.tag
