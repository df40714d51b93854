"""Manages all live calls: feeds leg and media events to the state machine and executes the resulting actions."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import structlog

from unificx.calls.app_leg import HostedLeg
from unificx.calls.call import APP, Run, manner_of, printable
from unificx.calls.call_index import Concerned
from unificx.calls.call_limiter import Shares
from unificx.calls.call_updates import JOURNALLED, as_parked, hand_over, leave_to, note, part
from unificx.calls.dependencies import Parts
from unificx.calls.executor import Hands, Tools
from unificx.calls.forking import Ringer
from unificx.calls.leg_events import in_words
from unificx.calls.observers import Overhearing
from unificx.calls.rules import messages, redirect, state_machine
from unificx.calls.rules.causes import Cause
from unificx.calls.rules.fork_targets import Limits, Rung
from unificx.calls.rules.messages import CALLER
from unificx.calls.rules.setup import APP_ANSWERS
from unificx.calls.rules.states import Over, SettingUp, Talking
from unificx.calls.schemas import CallSettings, LiveCall, Origin, Parked
from unificx.calls.transfers import Means, Transfers
from unificx.core.deadlines import Agenda
from unificx.core.errors import NoRoom, NotFound
from unificx.registrar import Caller
from unificx.routing import Hosted, NoSuchNumber, Ring
from unificx.rtpengine.party_commands import KeyPressed
from unificx.sip import legs as leg_events
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.info_dtmf import parse_dtmf_digit
from unificx.sip.legs import IncomingLeg, Leg, rejection_headers
from unificx.sip.message import Request, respond
from unificx.sip.refer import parse_replaces
from unificx.sip.transactions.events import Event, ServerKey

log = structlog.get_logger()
NO_CALLS_LEFT = 503


@dataclass(slots=True)
class Conductor:
    """All live calls of this process. Single-threaded: every method is called from the event loop."""

    parts: Parts
    settings: CallSettings = field(default_factory=CallSettings)
    answered: Callable[[Run], None] = lambda call: None
    """Called before the caller's INVITE is answered and whenever the negotiated SDP changes, to journal the call."""
    over: Callable[[Run], None] = lambda call: None
    """Called when a journalled call has ended."""
    full: Callable[[], bool] = lambda: False
    """Whether storage is too full to accept new calls."""
    wake: Callable[[], None] = lambda: None
    """Called when output is pending outside of message processing, so that the driver sends it."""
    changed: Callable[[str], None] = lambda tenant_id: None
    """Called when a call of the tenant has started, was answered or has ended: `live_calls` gives a new result."""
    runs: dict[str, Run] = field(default_factory=dict[str, Run])
    _shares: Shares = field(init=False)
    _concerned: Concerned = field(default_factory=Concerned)
    _by_leg: dict[str, tuple[Run, str]] = field(default_factory=dict[str, tuple[Run, str]])
    _agenda: Agenda = field(init=False)
    _ringer: Ringer = field(init=False)
    _hands: Hands = field(init=False)
    _overhearing: Overhearing = field(init=False)
    _transfers: Transfers = field(init=False)

    def __post_init__(self) -> None:
        self._shares = Shares(self.settings)
        self._agenda = Agenda(self._deadlines)
        self._ringer = Ringer(self.parts.routing, self.parts.directory)
        self.parts.legs.current_flow = self._newest
        executor_deps = Tools(self.parts.legs, self.parts.media, self.parts.wakes, self.parts.hosts)
        self._hands = Hands(executor_deps, self._record, self._media_said, self._app_told)
        self._overhearing = Overhearing(self.parts.overhears)
        find_leg, max_app_call_seconds = self._by_leg.get, self.settings.longest_in_app
        transfer_deps = Means(
            self.parts, self._ringer, max_app_call_seconds, find_leg, self._tell_now, self._absorb, self._divide
        )
        self._transfers = Transfers(transfer_deps)
        self.parts.parking.recall = lambda leg: self.transfer(lambda transfers, now: transfers.recall(leg, now))

    # ---- input from the SIP request handler

    def incoming(self, key: ServerKey, request: Request, flow: Flow, caller: Caller, now: float) -> None:
        """Process an INVITE of an authenticated caller outside any dialog."""
        endpoint = self.parts.legs.endpoint
        retry_after = self._no_room(caller.tenant_id)
        if retry_after:
            response = respond(
                request, NO_CALLS_LEFT, to_tag=self.parts.legs.tag(), headers=[("Retry-After", retry_after)]
            )
            endpoint.respond(key, response, now)
            return
        try:
            dialled, replaces = printable(request.target.decoded_user), parse_replaces(request)
            if replaces is not None:
                replaced = self._transfers.take_over(replaces, caller)
            else:
                replaced = self._transfers.fetched(caller, dialled, now)
            if replaced is not None and not request.body:
                raise RemoteProtocolError(488, "SDP Offer Required", request)
            leg = self.parts.legs.incoming(key, request, flow)
        except RemoteProtocolError as fault:
            headers, tag = rejection_headers(fault, request), self.parts.legs.tag()
            response = respond(request, fault.status, fault.reason, to_tag=tag, headers=headers)
            endpoint.respond(key, response, now)
            return
        if replaced is not None:
            self._take_over(*replaced, leg, caller, now)
            return
        clock = self.parts.clock
        call = Run(
            clock.new_id(), caller, dialled, None, clock.now(), now, {CALLER: leg}, manner=manner_of(request, caller)
        )
        self._keep(call)
        self._by_leg[leg.id] = (call, CALLER)
        self._guarded(call, now, self._route, call, leg, now)
        self._drain(now)

    def knows(self, request: Request) -> bool:
        """Whether an in-dialog request belongs to a leg."""
        return self.parts.legs.has_dialog_of(request)

    def event(self, event: Event, now: float) -> bool:
        """Process any other endpoint event; False if it does not belong to a leg."""
        handled = self.parts.legs.handle(event, now)
        self._drain(now)
        return handled

    def deadline(self) -> float:
        """Monotonic time at which `timer` must be called next."""
        return min(self.parts.legs.deadline(), self._agenda.deadline())

    def timer(self, now: float) -> None:
        """Run the expired timers of legs and calls."""
        self.parts.legs.timer(now)
        for call_id in self._agenda.due(now):
            call = self.runs.get(call_id)
            if call is not None:
                self.tell(call, messages.TimePassed(), now)
        self._drain(now)

    # ---- commands

    def originate(self, origin: Origin) -> str:
        """Start a call from an app to an extension and return its id. The answering party is connected to the app as if
        they had dialled it.

        Raises NotFound if the number is not an extension, NoRoom while no new call is accepted.
        """
        clock, caller = self.parts.clock, origin.caller
        now = clock.monotonic()
        if self._no_room(caller.tenant_id):
            raise NoRoom("Too many concurrent calls.", hint="Try again in a minute.")
        ring = self.parts.routing.route(caller, origin.to, now)
        if not isinstance(ring, Ring):
            raise NotFound("No extension has this number. Check the number.")
        call = Run(clock.new_id(), caller, origin.onward or origin.to, ring.extension, clock.now(), now, {})
        call.onward, call.himself = origin.onward, bool(origin.onward)
        call.apps[CALLER], call.only = Hosted(origin.app, origin.arguments), origin.device
        self._keep(call)
        self._guarded(call, now, self._open, call, origin.narrowed(ring), origin.shown, now)
        self._drain(now)
        self.wake()
        return call.id

    def transfer(self, decide: Callable[[Transfers, float], Callable[[], None]]) -> None:
        """Execute a transfer that was requested outside SIP. Raises RemoteProtocolError if it is not possible."""
        now = self.parts.clock.monotonic()
        decide(self._transfers, now)()
        self._drain(now)
        self.wake()

    def live(self, tenant_id: str | None = None) -> list[LiveCall]:
        """List live calls of one tenant, or of all."""
        runs = [call for call in self.runs.values() if tenant_id in (None, call.caller.tenant_id)]
        return [call.as_live() for call in runs]

    def parked(self, tenant_id: str) -> list[Parked]:
        """List the tenant's parked calls, ordered by slot number."""
        found = [(slot, self._by_leg.get(slot.leg)) for slot in self.parts.parking.taken(tenant_id)]
        return [as_parked(slot, entry[0], self.parts.directory) for slot, entry in found if entry is not None]

    def hang_up(self, call_id: str, tenant_id: str | None = None, cause: Cause = Cause.ENDED_BY_ADMINISTRATOR) -> bool:
        """End a call; False if the tenant does not have this call."""
        call = self.runs.get(call_id)
        if call is None or tenant_id not in (None, call.caller.tenant_id):
            return False
        self.tell(call, messages.EndAsked(cause), self.parts.clock.monotonic())
        self.wake()
        return True

    def decline(self, call_id: str, device_id: str) -> bool:
        """Decline a call from a push notification, without a SIP leg; False if it does not ring on this device."""
        call = self.runs.get(call_id)
        setup = call.search() if call is not None else None
        if call is None or setup is None or not setup.rings(device_id):
            return False
        self.tell(call, messages.Declined(), self.parts.clock.monotonic())
        self.wake()
        return True

    def revoked(self, extension_id: str, device_id: str) -> None:
        """Stop ringing a revoked device and end the calls it takes part in."""
        now = self.parts.clock.monotonic()
        for call in [self.runs[call_id] for call_id in self._concerned.calls(device_id, extension_id)]:
            self.tell(call, messages.DeviceGone(device_id, call.legs_of(device_id)), now)
        self._drain(now)
        self.wake()

    def end_all(self, matches: Callable[[Run], bool], cause: Cause = Cause.ENDED_BY_ADMINISTRATOR) -> None:
        """End all matching calls, e.g. of a deleted extension or a suspended tenant."""
        for call in [call for call in self.runs.values() if matches(call)]:
            self.hang_up(call.id, cause=cause)

    def media_restarted(self) -> None:
        """Renegotiate media of every live call after a restart of the media engine."""
        now = self.parts.clock.monotonic()
        for call in list(self.runs.values()):
            self.tell(call, messages.MediaRestarted(), now)
        self.wake()

    def indicate(self, call: Run) -> None:
        """Send the recording state to recording-aware phones of the call that do not have it yet (RFC 7866)."""
        now = self.parts.clock.monotonic()
        self._indicate(call, now)
        self._drain(now)
        self.wake()

    async def close(self) -> None:
        """End every live call and wait until its call record is written."""
        for call_id in list(self.runs):
            self.hang_up(call_id, cause=Cause.GOING_DOWN)
        await self._hands.settle()
        for call in list(self.runs.values()):
            self.tell(call, messages.MediaReleased(), self.parts.clock.monotonic())
        self.wake()

    def came(self, extension_id: str, device_id: str) -> None:
        """Process a new or moved registration: retransmit in-dialog requests the device may have missed, and fork
        ringing calls of its extension to it."""
        now = self.parts.clock.monotonic()
        for call in [self.runs[call_id] for call_id in self._concerned.calls(device_id, extension_id)]:
            self._guarded(call, now, self._came, call, extension_id, device_id, now)
        self._drain(now)
        self.wake()

    def pressed(self, digit: KeyPressed) -> None:
        """Process a DTMF digit detected by the media engine."""
        found = self._by_leg.get(digit.tag)
        if found is not None:
            self._overhearing.pressed(found[0], digit.tag, digit.key)

    def adopt(self, call: Run) -> None:
        """Continue an answered call after a restart; its media is renegotiated.

        A call connected to an app is ended instead, since the app did not survive the restart.
        """
        self._keep(call)
        for name, leg in call.legs.items():
            self._by_leg[leg.id] = (call, name)
        self._rearm(call)
        event = messages.MediaRestarted() if not call.apps else messages.EndAsked(Cause.GOING_DOWN)
        self.tell(call, event, self.parts.clock.monotonic())
        self.wake()

    def tell(self, call: Run, event: messages.Event, now: float) -> None:
        """Feed one event to the call's state machine and execute the resulting actions."""
        self._guarded(call, now, self._step, call, event, now)

    # ---- internals

    def _keep(self, call: Run) -> None:
        self.runs[call.id] = call
        self._shares.begun(call.caller.tenant_id)
        self._concerned.note(call.id, call.concerned())
        self.changed(call.caller.tenant_id)

    def _no_room(self, tenant_id: str) -> str:
        """Retry-After value in seconds, "" if another call is accepted."""
        if self.full():
            return "60"
        return "5" if self._shares.full(tenant_id) else ""

    def _step(self, call: Run, event: messages.Event, now: float) -> None:
        if isinstance(event, messages.MediaRestarted):
            self._overhearing.media_lost(call)
        call.state, actions = state_machine.step(call.state, event, now)
        self._do(call, actions, now)
        if call.onward and isinstance(call.state, Talking):
            self._onward(call, now)

    def _onward(self, call: Run, now: float) -> None:
        try:
            self._transfers.onward(call, now)()
        except RemoteProtocolError:  # the number no longer exists
            self.tell(call, messages.EndAsked(Cause.NO_SUCH_NUMBER), now)

    def _guarded(self, call: Run, now: float, function: Callable[..., None], *args: object) -> None:
        """Run a function; an unexpected exception ends this call, so that it neither leaks nor affects other calls."""
        try:
            function(*args)
        except Exception as fault:
            log.error("call_failed", call=call.id, kind=type(fault).__name__)
            call.state = Over()
            for action in state_machine.abandon(call.legs, call.recorded):
                with contextlib.suppress(Exception):
                    self._hands.do(call, action, now)
            self._finish(call, now)

    def _route(self, call: Run, leg: IncomingLeg, now: float) -> None:
        match self.parts.routing.route(call.caller, call.dialled, now):
            case NoSuchNumber():
                self._do(call, [messages.Record(Cause.NO_SUCH_NUMBER), messages.Reject(404, Cause.NO_SUCH_NUMBER)], now)
            case Ring() as ring:
                self._ring(call, leg.remote_sdp, ring, now)
            case Hosted() as app:
                call.apps[APP] = app
                limits = Limits(APP_ANSWERS, app.longest or self.settings.longest_in_app)
                call.state, actions = state_machine.begin(leg.remote_sdp, Rung((APP,), limits), now)
                self._do(call, actions, now)

    def _open(self, call: Run, ring: Ring, displayed_caller: Caller | None, now: float) -> None:
        targets = self._ringer.rung(call, ring, displayed_caller)
        self._concerned.note(call.id, call.concerned())
        call.state, actions = state_machine.open_by_app(targets, now)
        self._do(call, actions, now)

    def _ring(self, call: Run, offer: bytes, ring: Ring, now: float) -> None:
        call.callee, call.only = ring.extension, ring.only
        targets = self._ringer.rung(call, ring)
        self._concerned.note(call.id, call.concerned())
        call.state, actions = state_machine.begin(offer, targets, now)
        self._do(call, actions, now)

    def _came(self, call: Run, extension_id: str, device_id: str, now: float) -> None:
        for name in call.legs_of(device_id).intersection(call.legs):
            call.legs[name].handle_flow_change(now)
        event = self._ringer.came(call, extension_id, device_id, now)
        if event is not None:
            self.tell(call, event, now)

    def _newest(self, leg: Leg) -> Flow | None:
        """Current flow to the peer of a leg on a connection-oriented transport."""
        found, dialog = self._by_leg.get(leg.id), leg.dialog
        if found is None or dialog is None:
            return None
        device, now = found[0].device(found[1]), self.parts.clock.monotonic()
        return self.parts.routing.way_to(*device, dialog.remote_target, dialog.flow.transport, now)

    def _drain(self, now: float) -> None:
        """Dispatch pending leg events."""
        for leg, event in self.parts.legs.take_events():
            found = self._by_leg.get(leg.id)
            if found is not None:
                self._leg_told(*found, event, now)

    def _app_told(self, leg: HostedLeg, event: leg_events.LegEvent) -> None:
        """Dispatch an event of an app, which occurs outside of message processing."""
        now = self.parts.clock.monotonic()
        found = self._by_leg.get(leg.id)
        if found is not None:
            self._leg_told(*found, event, now)
            self._drain(now)
            self.wake()

    def _leg_told(self, call: Run, name: str, event: leg_events.LegEvent, now: float) -> None:
        if isinstance(event, leg_events.InfoReceived):
            self._relay_info(call, name, event, now)
        elif isinstance(event, leg_events.ReferReceived):
            self._guarded(call, now, self._transfers.referred, call, name, event.refer, now)
        else:
            self.tell(call, in_words(name, event), now)

    def _take_over(self, call: Run, replaced_leg: str, leg: IncomingLeg, caller: Caller, now: float) -> None:
        """Let a new leg replace a leg of a call (INVITE with Replaces, or retrieval of a parked call)."""
        name = call.fresh("b")
        call.legs[name], call.devices[name], call.extensions[name] = leg, caller.device_id, caller.extension_id
        self._by_leg[leg.id] = (call, name)
        self._concerned.note(call.id, call.concerned())
        self.tell(call, messages.TakeOver(replaced_leg, name, leg.remote_sdp), now)
        self._drain(now)

    def _tell_now(self, call: Run, event: messages.Event) -> None:
        self.tell(call, event, self.parts.clock.monotonic())

    def _absorb(self, call: Run, other: Run, names: dict[str, str]) -> None:
        """Move legs of another call into this one. The remaining legs of the other call end; it gets no call record."""
        now, anchors, other_state = self.parts.clock.monotonic(), list(other.legs), other.state
        call.kept = self._overhearing.over(other) or call.kept
        hand_over(call, other, names)
        for name in names.values():
            if name in call.legs:
                self._by_leg[call.legs[name].id] = (call, name)
        self._concerned.note(call.id, call.concerned())
        other.state = Over()
        for name in anchors:
            self._hands.do(other, messages.ReleaseMedia(name, final=False), now)
            self._hands.do(other, messages.Bye(name, Cause.HUNG_UP), now)
        if not isinstance(other_state, SettingUp):
            call.absorbed = other.id
        self._finish(other, now)

    def _divide(self, call: Run, name: str) -> Run:
        """Move one participant of a call into a new call, in which they have no peer yet."""
        assert isinstance(call.state, Talking)
        state, actions = redirect.turned(call.state, name)
        for action in actions:
            note(call, action, self.parts.clock.monotonic(), self.parts.directory)
        call.state = state
        other = part(call, state.callee, self.parts.clock.new_id())
        other.state = Talking("", state.ends_at, state.callee_sdp, b"")
        self._by_leg[call.legs[CALLER].id] = (call, CALLER)
        self._by_leg[other.legs[CALLER].id] = (other, CALLER)
        self._keep(other)
        return other

    def _relay_info(self, call: Run, name: str, event: leg_events.InfoReceived, now: float) -> None:
        """Relay DTMF in INFO to the other leg."""
        for digit in parse_dtmf_digit(event.content_type, event.body):
            self._overhearing.pressed(call, call.legs[name].id, digit)
        if isinstance(call.state, Talking):
            other = call.legs.get(call.state.callee if name == CALLER else CALLER)
            if other is not None:
                other.info(event.content_type, event.body, now)

    def _media_said(self, call: Run, event: messages.Event) -> None:
        self.tell(call, event, self.parts.clock.monotonic())
        self._drain(self.parts.clock.monotonic())
        self.wake()

    def _do(self, call: Run, actions: list[messages.Action], now: float) -> None:
        for action in actions:
            if isinstance(action, messages.Dial):
                previous = call.legs.get(action.leg)
                self._by_leg.pop(previous.id if previous is not None else "", None)
            self._hands.do(call, action, now)
            note(call, action, now, self.parts.directory)
            if isinstance(action, messages.Dial):
                self._by_leg[call.legs[action.leg].id] = (call, action.leg)
            elif isinstance(action, messages.Swap):
                for name in (CALLER, action.leg):
                    self._by_leg[call.legs[name].id] = (call, name)
            elif isinstance(action, messages.NoteAnswered | messages.NoteJoined | messages.Seek):
                self._concerned.note(call.id, call.concerned())
                self.changed(call.caller.tenant_id)
            if isinstance(action, JOURNALLED):
                self._journal(call)
        if isinstance(call.state, Over):
            self._finish(call, now)
        else:
            self._overhearing.look(call)
            self._indicate(call, now)
            self._rearm(call)

    def _indicate(self, call: Run, now: float) -> None:
        leg = call.indicating.untold(call.state, call.legs, call.said)
        if leg is not None:
            self.tell(call, messages.Restate(leg), now)

    def _rearm(self, call: Run) -> None:
        self._agenda.note(state_machine.deadline(call.state), call.id)

    def _deadlines(self) -> Iterator[tuple[float, str]]:
        for call in self.runs.values():
            at = state_machine.deadline(call.state)
            if at is not None:
                yield at, call.id

    def _record(self, call: Run, cause: Cause) -> None:
        """Write the call record. While a sibling call is live, merge into that instead: siblings share one record."""
        call.recorded = True
        call.kept = self._overhearing.over(call) or call.kept
        call.siblings.discard(call.id)
        sibling = next((self.runs[each] for each in call.siblings if each in self.runs), None)
        try:
            if sibling is not None:
                leave_to(sibling, call)
                self._journal(sibling)
            else:
                self.parts.records.record(call.ended(cause, self.parts.clock.monotonic()))
        finally:
            if call.noted:
                self.over(call)

    def _journal(self, call: Run) -> None:
        call.noted = True
        self.answered(call)

    def _finish(self, call: Run, now: float) -> None:
        """Release the call; its legs complete their pending transactions on their own."""
        if self.runs.pop(call.id, None) is not None:
            self._shares.over(call.caller.tenant_id)
            self.changed(call.caller.tenant_id)
        self._concerned.drop(call.id)
        for leg in call.legs.values():
            leg.close(now)
            self._by_leg.pop(leg.id, None)
        for name in call.apps:
            self.parts.parking.leave(call.app_leg(name))
