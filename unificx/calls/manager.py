"""Manages all live calls: feeds leg and media events to the state machine and executes the resulting actions."""

import contextlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial

import structlog

from unificx.calls.answer_keys import AnswerKeys
from unificx.calls.app_connections import AppConnections
from unificx.calls.app_leg import AppLeg
from unificx.calls.call import Call, CallCourse, CallOptions, call_options, sanitize_dialled
from unificx.calls.call_limiter import ConcurrentCallLimiter
from unificx.calls.call_moves import CallMoves, to_parked_call
from unificx.calls.deflection import follow_redirection
from unificx.calls.departed_pages import DepartedPages
from unificx.calls.dependencies import CallManagerDependencies
from unificx.calls.executor import ActionExecutor, ExecutorDependencies
from unificx.calls.forking import ForkTargetBuilder
from unificx.calls.inbound import CallRejected, CarrierCall, InboundCall, InboundCalls
from unificx.calls.info_relay import InfoRelay
from unificx.calls.leg_events import to_call_event
from unificx.calls.machine import actions, events, state_machine
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER, Answering, Ended, Talking, Transferring
from unificx.calls.machine.transfer import PeerChangeEvent
from unificx.calls.observers import ObserverNotifier
from unificx.calls.origination import originated_call
from unificx.calls.outside import OutsideDialer
from unificx.calls.participant import Participant
from unificx.calls.ports import AppEvent
from unificx.calls.record_keeper import RecordKeeper
from unificx.calls.registry import CallRegistry
from unificx.calls.schemas import CallSettings, ConnectRequest, ConnectWithdrawn, LiveCall, Origination, ParkedCall
from unificx.calls.takeovers import Takeovers
from unificx.calls.transfers import TransferDependencies, Transfers
from unificx.core.deadlines import DeadlineQueue
from unificx.core.errors import StorageFull
from unificx.core.faults import describe_fault
from unificx.core.source_address import is_local_source
from unificx.registrar import Caller
from unificx.rtpengine.party_commands import DtmfReceived
from unificx.sdp import is_plain_rtp
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.legs import IncomingLeg, InfoReceived, Leg, OfferRequested, ReferReceived, Rejected, rejection_headers
from unificx.sip.message import Request, respond
from unificx.sip.transactions.events import Event, ServerKey

log = structlog.get_logger()


@dataclass(slots=True)
class CallManager:
    """All live calls of this process. Single-threaded: every method is called from the event loop."""

    deps: CallManagerDependencies
    settings: CallSettings = field(default_factory=CallSettings)
    on_answered: Callable[[Call], None] = lambda call: None
    """Called before the caller's INVITE is answered and whenever the negotiated SDP changes, to journal the call."""
    on_ended: Callable[[Call], None] = lambda call: None
    """Called when a journalled call has ended."""
    storage_full: Callable[[], bool] = lambda: False
    """Whether storage is too full to accept new calls."""
    on_pending_output: Callable[[], None] = lambda: None
    """Called when output is pending outside of message processing, so that the driver sends it."""
    process: Callable[..., None] = lambda function, *args: function(*args)
    """Calls a function with arguments outside of message processing, and sends its output at once."""
    on_changed: Callable[[str], None] = lambda tenant_id: None
    """Called when a call of the tenant has started, was answered or has ended: `live_calls` gives a new result."""
    on_step: Callable[[str], None] = lambda call_id: None
    """Called after each step of a call, with its id."""
    calls: dict[str, Call] = field(init=False)
    calls_of: Callable[[str | None], Collection[Call]] = field(init=False)
    _limiter: ConcurrentCallLimiter = field(init=False)
    _registry: CallRegistry = field(init=False)
    _timer_queue: DeadlineQueue = field(init=False)
    _inbound: InboundCalls = field(init=False)
    _info_relay: InfoRelay = field(init=False)
    _outside: OutsideDialer = field(init=False)
    _fork_builder: ForkTargetBuilder = field(init=False)
    _executor: ActionExecutor = field(init=False)
    _answer_keys: AnswerKeys = field(init=False)
    _observer_notifier: ObserverNotifier = field(init=False)
    _transfers: Transfers = field(init=False)
    _takeovers: Takeovers = field(init=False)
    _app_connections: AppConnections = field(init=False)
    _departed: DepartedPages = field(default_factory=DepartedPages)

    def __post_init__(self) -> None:
        self._limiter = ConcurrentCallLimiter(self.settings)
        self._registry = CallRegistry(self._limiter, self.on_changed)
        self.calls, self.calls_of = self._registry.calls, self._registry.of_tenant
        self._timer_queue = DeadlineQueue(self._deadlines)
        deps, registry, max_app_call_seconds = self.deps, self._registry, self.settings.max_app_call_seconds
        self._inbound = InboundCalls(deps, registry)
        self._outside = OutsideDialer(deps.outside, registry)
        self._fork_builder = ForkTargetBuilder(deps, self._outside, registry, max_app_call_seconds)
        self._observer_notifier = notifier = ObserverNotifier(deps.observer)
        records = RecordKeeper(self.calls, deps.call_records, notifier, deps.clock, self.on_answered, self.on_ended)
        executor_deps = ExecutorDependencies(
            deps.legs, deps.media, deps.push, deps.app_host, deps.directory, registry, records, deps.outside,
            deps.answer_keys, deps.clock,
        )  # fmt: skip
        self._executor = ActionExecutor(executor_deps, partial(self.process, self._on_media_reply), self._on_app_event)
        self._answer_keys = AnswerKeys(deps.answer_keys, self._executor.request_media, self.dispatch)
        self._info_relay = InfoRelay(notifier, deps.outside, self._answer_keys.pressed, deps.digit_tones)
        moves = CallMoves(registry, self._executor.execute_all, notifier, deps.clock, self._finish)
        transfer_deps = TransferDependencies(deps, self._fork_builder, registry, self._dispatch_now, moves)
        self._transfers, self._app_connections = Transfers(transfer_deps), AppConnections(transfer_deps)
        self._takeovers = Takeovers(transfer_deps, self._transfers)

    # ---- input from the SIP request handler

    def incoming(self, key: ServerKey, request: Request, flow: Flow, caller: Caller, now: float) -> None:
        """Process an INVITE of an authenticated caller outside any dialog."""
        try:
            dialled = sanitize_dialled(request.target.number)
            self._require_capacity(request, caller, dialled)
            if flow.secure and is_plain_rtp(request.body) and not is_local_source(flow.host):
                self._require_emergency(caller, dialled)  # its user expects that the call is encrypted
            taken = self._takeovers.find(request, caller, dialled)
            leg = self.deps.legs.incoming(key, request, flow, now)
        except RemoteProtocolError as fault:
            self._reject(key, request, fault, now)
            return
        if taken is not None:
            self._takeovers.begin(taken, leg, caller, now)
            self._drain_leg_events(now)
            return
        call = self._new_call(caller, dialled, leg, call_options(request, caller), now)
        self._guarded(call, now, self._route, call, leg, now)
        self._drain_leg_events(now)

    def incoming_outside(
        self, key: ServerKey, request: Request, flow: Flow, origin: CarrierCall | InboundCall, now: float
    ) -> None:
        """Process an INVITE from outside any dialog: of a carrier, with the trunks that it can have come from, or of a
        guest of a meeting, whose earlier call it replaces."""
        try:
            found = origin if isinstance(origin, InboundCall) else self._inbound.admit(request, origin)
            for earlier in self._registry.find(found.caller.device_id) if found.caller.is_guest else ():
                self.dispatch(earlier, events.EndRequested(Cause.HUNG_UP), now)
            self._require_capacity(request, found.caller, "")
            leg = self.deps.legs.incoming(key, request, flow, now)
        except RemoteProtocolError as fault:
            self._reject(key, request, fault, now)
            return
        hops = call_options(request, found.caller).hops
        options = CallOptions(hops=hops, diversions=found.diversions, verification=found.verification)
        call = self._new_call(found.caller, found.dialled, leg, options, now)
        self._guarded(call, now, self._begin, call, leg, CallCourse(found.plan, found.dialled), now)
        self._drain_leg_events(now)

    def has_dialog_of(self, request: Request) -> bool:
        """Whether an in-dialog request belongs to a leg."""
        return self.deps.legs.has_dialog_of(request)

    def event(self, event: Event, now: float) -> bool:
        """Process any other endpoint event; False if it does not belong to a leg."""
        handled = self.deps.legs.handle(event, now)
        self._drain_leg_events(now)
        return handled

    def page_closed(self, flow: Flow, now: float) -> None:
        """Process a page that was closed or reloaded: keep its legs until the new page replaces them."""
        connected = [call for call in self.calls.values() if isinstance(call.state, Talking | Transferring)]
        legs = [leg for call in connected for leg in call.legs().values() if isinstance(leg, Leg)]
        self._departed.add([leg.id for leg in legs if leg.dialog is not None and leg.dialog.flow == flow], now)

    def deadline(self) -> float:
        """Monotonic time at which `timer` must be called next."""
        return min(self.deps.legs.deadline(), self._timer_queue.deadline(), self._departed.deadline())

    def timer(self, now: float) -> None:
        """Run the expired timers of legs and calls."""
        self.deps.legs.timer(now)
        for call_id in self._timer_queue.due(now):
            if (call := self.calls.get(call_id)) is not None:
                self.dispatch(call, events.DeadlineReached(), now)
        for leg_id in self._departed.expired(now):
            self._leave(leg_id, now)
        self._drain_leg_events(now)

    # ---- commands

    def originate(self, origin: Origination) -> str:
        """Start a call from an app to an extension and return its id. The answering party is connected to the app as if
        they had dialled it.

        Raises NotFound if the number is not an extension that rings now, StorageFull while no new call is accepted.
        """
        now = self.deps.clock.monotonic()
        if self._limiter.retry_after(origin.caller.tenant_id, storage_full=self.storage_full()):
            raise StorageFull("Too many concurrent calls.", hint="Try again in a minute.")
        call = originated_call(self.deps, origin, now)
        self._registry.add(call)
        if (replaced := self.calls.get(origin.recorded_for)) is not None:
            replaced.recorded_elsewhere = True
        self._guarded(call, now, self._originate, call, now)
        self._flush(now)
        return call.id

    def recall(self, leg_id: str) -> None:
        """Ring the extension that parked the party held by an app's leg."""
        self.transfer(lambda transfers, now: transfers.recall(leg_id, now))

    def transfer(self, decide: Callable[[Transfers, float], Callable[[], None]]) -> None:
        """Execute a transfer that was requested outside SIP. Raises RemoteProtocolError if it is not possible."""
        now = self.deps.clock.monotonic()
        decide(self._transfers, now)()
        self._flush(now)

    def live_calls(self, tenant_id: str | None = None) -> list[LiveCall]:
        """List live calls of one tenant, or of all."""
        return [call.to_live_call() for call in self.calls_of(tenant_id)]

    def parked_calls(self, tenant_id: str) -> list[ParkedCall]:
        """List the tenant's parked calls, ordered by slot number."""
        found = [(slot, self._registry.find_leg(slot.app_leg_id)) for slot in self.deps.parking.occupied(tenant_id)]
        return [to_parked_call(slot, entry[0], self.deps.directory) for slot, entry in found if entry is not None]

    def hang_up(self, call_id: str, tenant_id: str | None = None, cause: Cause = Cause.ENDED_BY_ADMINISTRATOR) -> bool:
        """End a call; False if the tenant does not have this call."""
        if (call := self.calls.get(call_id)) is None or tenant_id not in (None, call.caller.tenant_id):
            return False
        self.dispatch(call, events.EndRequested(cause), self.deps.clock.monotonic())
        self.on_pending_output()
        return True

    def decline(self, call_id: str, device_id: str) -> bool:
        """Decline a call from a push notification, without a SIP leg; False if it does not ring on this device."""
        call = self.calls.get(call_id)
        setup = call.setup_state() if call is not None else None
        if call is None or setup is None or not setup.rings(device_id):
            return False
        self.dispatch(call, events.Declined(device_id), self.deps.clock.monotonic())
        self.on_pending_output()
        return True

    def device_revoked(self, extension_id: str, device_id: str) -> None:
        """Stop ringing a revoked device and end the calls it takes part in."""
        now = self.deps.clock.monotonic()
        for call in self._registry.find(device_id, extension_id):
            self.dispatch(call, events.DeviceRemoved(device_id, call.legs_of(device_id)), now)
        self._flush(now)

    def end_all(self, matches: Callable[[Call], bool], cause: Cause = Cause.ENDED_BY_ADMINISTRATOR) -> None:
        """End all matching calls, e.g. of a deleted extension or a suspended tenant."""
        for call in [call for call in self.calls.values() if matches(call)]:
            self.hang_up(call.id, cause=cause)

    def relay_restarted(self) -> None:
        """Renegotiate media of every live call after a restart of rtpengine."""
        now = self.deps.clock.monotonic()
        for call in list(self.calls.values()):
            self.dispatch(call, events.RelayRestarted(), now)
        self.on_pending_output()

    def send_recording_indication(self, call: Call) -> None:
        """Send the recording state to recording-aware phones of the call that do not have it yet (RFC 7866)."""
        now = self.deps.clock.monotonic()
        self._reoffer_recording_indication(call, now)
        self._flush(now)

    async def close(self) -> None:
        """End every live call and wait until its call record is written."""
        for call_id in list(self.calls):
            self.hang_up(call_id, cause=Cause.GOING_DOWN)
        await self._executor.wait_idle()
        for call in list(self.calls.values()):
            self.dispatch(call, events.MediaReleased(), self.deps.clock.monotonic())
        self.on_pending_output()
        await self.deps.digit_tones.close()

    def device_registered(self, extension_id: str, device_id: str) -> None:
        """Process a new or moved registration: retransmit in-dialog requests the device may have missed, and fork
        ringing calls of its extension to it."""
        now = self.deps.clock.monotonic()
        for call in self._registry.find(device_id, extension_id):
            self._guarded(call, now, self._ring_registered_device, call, extension_id, device_id, now)
        self._flush(now)

    def dtmf_received(self, digit: DtmfReceived) -> None:
        """Process a DTMF digit detected by rtpengine."""
        if (found := self._registry.find_leg(digit.tag)) is not None:
            self._info_relay.detected(*found, digit.digit, self.deps.clock.monotonic())
            self.on_pending_output()

    def adopt(self, call: Call) -> None:
        """Continue an answered call after a restart; its media is renegotiated.

        A call connected to an app is ended instead, since the app did not survive the restart.
        """
        self._registry.add(call)
        self._outside.restore_credentials(call, self.deps.clock.monotonic())
        event = events.RelayRestarted() if not call.app_legs() else events.EndRequested(Cause.GOING_DOWN)
        self.dispatch(call, event, self.deps.clock.monotonic())
        self.on_pending_output()

    def dispatch(self, call: Call, event: events.Event, now: float) -> None:
        """Feed one event to the call's state machine and execute the resulting actions."""
        self._guarded(call, now, self._step, call, event, now)

    def current_flow(self, leg: Leg) -> Flow | None:
        """Return the current flow to the peer of a leg on a connection-oriented transport."""
        found, dialog = self._registry.find_leg(leg.id), leg.dialog
        if found is None or dialog is None:
            return None
        peer, now = found[0].participants[found[1]], self.deps.clock.monotonic()
        if peer.outside is not None:
            return self._outside.current_flow(peer, dialog.flow, now)
        device = peer.extension_id, peer.device_id
        return self.deps.routing.current_flow(*device, dialog.remote_target, dialog.flow.transport, now)

    # ---- internals

    def _require_capacity(self, request: Request, caller: Caller, dialled: str) -> None:
        """Raise CallRejected if no further call is accepted. An emergency call always is."""
        retry_after = self._limiter.retry_after(caller.tenant_id, storage_full=self.storage_full())
        if retry_after and not self.deps.outside.is_emergency(caller.tenant_id, dialled):
            raise CallRejected(request, retry_after)

    def _require_emergency(self, caller: Caller, dialled: str) -> None:
        if not self.deps.outside.is_emergency(caller.tenant_id, dialled):
            raise RemoteProtocolError(488, "Encrypted Media Required")

    def _reject(self, key: ServerKey, request: Request, fault: RemoteProtocolError, now: float) -> None:
        headers = fault.headers if isinstance(fault, CallRejected) else rejection_headers(fault, request)
        response = respond(request, fault.status, fault.reason, to_tag=self.deps.legs.tag(), headers=headers)
        self.deps.legs.endpoint.respond(key, response, now)

    def _new_call(self, caller: Caller, dialled: str, leg: IncomingLeg, options: CallOptions, now: float) -> Call:
        clock, calling = self.deps.clock, {CALLER: Participant(leg)}
        call = Call(clock.new_id(), caller, dialled, None, clock.now(), now, calling, options=options)
        self._registry.add(call)
        return call

    def _step(self, call: Call, event: events.Event, now: float) -> None:
        if isinstance(event, events.RelayRestarted):
            self._observer_notifier.media_lost(call)
        elif isinstance(event, PeerChangeEvent):
            self._executor.prepare_peer_change(call)
        call.state, ordered = state_machine.step(call.state, event, now)
        self._execute(call, ordered, now)
        if call.next_destination and isinstance(call.state, Talking):
            self._transfers.dial_next_destination(call, now)

    def _guarded(self, call: Call, now: float, function: Callable[..., None], *args: object) -> None:
        """Run a function; an unexpected exception ends this call, so that it neither leaks nor affects other calls."""
        try:
            function(*args)
        except Exception as fault:
            self._abandon(call, fault, now)

    def _abandon(self, call: Call, fault: Exception, now: float) -> None:
        log.error("call_failed", call=call.id, **describe_fault(fault))
        call.state = Ended()
        for action in state_machine.abandon(call.legs(), call.record_written):
            with contextlib.suppress(Exception):
                self._executor.execute(call, action, now)
        self._finish(call, now)

    def _route(self, call: Call, leg: IncomingLeg, now: float) -> None:
        self._begin(call, leg, CallCourse(self.deps.routing.route(call.caller, call.dialled), call.dialled), now)

    def _begin(self, call: Call, leg: IncomingLeg, course: CallCourse, now: float) -> None:
        call.course = course
        call.state, ordered = state_machine.begin(leg.remote_sdp, self._fork_builder.enter_step(call, now), now)
        self._execute(call, ordered, now)

    def _originate(self, call: Call, now: float) -> None:
        call.state, ordered = state_machine.originate_by_app(self._fork_builder.enter_step(call, now), now)
        self._execute(call, ordered, now)

    def _ring_registered_device(self, call: Call, extension_id: str, device_id: str, now: float) -> None:
        for name in call.legs_of(device_id):
            if (leg := call.leg(name)) is not None:
                leg.handle_flow_change(now)
        if (event := self._fork_builder.branch_for_device(call, extension_id, device_id, now)) is not None:
            self.dispatch(call, event, now)

    def _leave(self, leg_id: str, now: float) -> None:
        """End a leg, if it is still in a call, as if its phone had hung up."""
        if (found := self._registry.find_leg(leg_id)) is not None:
            call, name = found
            call.existing_leg(name).bye(now, Cause.HUNG_UP.reason)
            self.dispatch(call, events.HungUp(name), now)

    def _drain_leg_events(self, now: float) -> None:
        """Dispatch pending leg events."""
        for leg, event in self.deps.legs.take_events():
            if (found := self._registry.find_leg(leg.id)) is not None:
                self._on_leg_event(*found, event, now)

    def _flush(self, now: float) -> None:
        """Dispatch pending leg events and have the output sent, outside of message processing."""
        self._drain_leg_events(now)
        self.on_pending_output()

    def _on_app_event(self, leg: AppLeg, event: AppEvent) -> None:
        """Dispatch an event of an app, which occurs outside of message processing."""
        now = self.deps.clock.monotonic()
        if (found := self._registry.find_leg(leg.id)) is not None:
            self._on_leg_event(*found, event, now)
            self._flush(now)

    def _on_leg_event(self, call: Call, name: str, event: AppEvent, now: float) -> None:
        match event:
            case InfoReceived():
                self._info_relay.receive(call, name, event, now)
            case ReferReceived(refer):
                self._guarded(call, now, self._transfers.on_refer, call, name, refer, now)
            case OfferRequested(session):
                self._executor.execute(call, actions.AnswerOffer(name, session), now)
            case ConnectRequest() | ConnectWithdrawn():
                self._guarded(call, now, self._app_connections.on_request, call, name, event, now)
            case Rejected(_, response):
                self._outside.on_rejected(call.participants[name], response, now)
                redirected = follow_redirection(self.deps, call, name, response, now)
                next_step = events.StepStarted(self._fork_builder.enter_step(call, now)) if redirected else None
                self.dispatch(call, next_step or to_call_event(name, event), now)
            case _ if not (
                call.participant(name).awaits_answer_key and self._answer_keys.holds_back(call, name, event, now)
            ):
                self.dispatch(call, to_call_event(name, event), now)

    def _dispatch_now(self, call: Call, event: events.Event) -> None:
        self.dispatch(call, event, self.deps.clock.monotonic())

    def _on_media_reply(self, call: Call, event: events.Event) -> None:
        now = self.deps.clock.monotonic()
        self.dispatch(call, event, now)
        if not isinstance(event, events.MediaOffered):
            self._answer_keys.on_media(call, event, now)
        self._drain_leg_events(now)

    def _execute(self, call: Call, ordered: list[actions.Action], now: float) -> None:
        for action in ordered:
            self._executor.execute(call, action, now)
        self.on_step(call.id)
        if isinstance(call.state, Ended):
            self._finish(call, now)
        else:
            if call.early_info and not isinstance(call.state, Answering):
                self._info_relay.relay_early(call, now)
            self._observer_notifier.update(call)
            if call.recording_indication.current:
                self._reoffer_recording_indication(call, now)
            if call.peer_changed:
                self._executor.show_peers(call, now)
            self._timer_queue.schedule(state_machine.deadline(call.state), call.id)
            if call.pending_step is not None:
                self.dispatch(call, self._fork_builder.start_later_step(call, call.pending_step, now), now)
            if call.pending_connect is not None:
                self._app_connections.proceed(call, now)
            if call.taken_by:
                self._takeovers.proceed(call)

    def _reoffer_recording_indication(self, call: Call, now: float) -> None:
        if (leg := call.recording_indication.next_leg_to_reoffer(call.state, call.participants)) is not None:
            self.dispatch(call, events.ReofferRequested(leg), now)

    def _deadlines(self) -> Iterator[tuple[float, str]]:
        for call in self.calls.values():
            if (at := state_machine.deadline(call.state)) is not None:
                yield at, call.id

    def _finish(self, call: Call, now: float) -> None:
        """Release the call; its legs complete their pending transactions on their own."""
        self._registry.remove(call)
        self.on_step(call.id)
        for leg in call.legs().values():
            leg.close(now)
        for leg_id in call.app_legs():
            self.deps.parking.release(leg_id)
