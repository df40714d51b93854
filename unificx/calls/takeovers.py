"""INVITEs that take a call: by Replaces (RFC 3891), or by a code that retrieves a parked call, picks up a ringing one,
or moves the caller's own call to another device.

A ringing call has no dialog with its caller yet. Its caller is first connected to an app, which the new leg then
replaces like any other leg; a caller that an app holds already, as in a queue or a transfer, stays there meanwhile.
"""

from dataclasses import dataclass, replace

from unificx.calls import path_tracking
from unificx.calls.app_leg import AppLeg
from unificx.calls.call import Call, withheld_by
from unificx.calls.extension_calls import pickup_extensions, ringing_extensions
from unificx.calls.machine import events
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER, MovingToApp, SettingUp, TakingOver, Talking
from unificx.calls.participant import AnyLeg, Participant
from unificx.calls.schemas import FLIP, PICKED_UP, PICKUP, RINGBACK_APP
from unificx.calls.transfers import TransferDependencies, Transfers
from unificx.registrar import Caller
from unificx.routing import CallApp, Step
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.legs import IncomingLeg, OutgoingLeg
from unificx.sip.message import Request
from unificx.sip.refer import Replaces, parse_replaces


@dataclass(frozen=True, slots=True)
class Takeover:
    """The call to take, and the leg to replace; "" while the call rings."""

    call: Call
    leg: str = ""


class Takeovers:
    """Decides which call an INVITE takes, and takes it."""

    def __init__(self, deps: TransferDependencies, transfers: Transfers) -> None:
        self._deps = deps
        self._transfers = transfers

    def find(self, request: Request, caller: Caller, dialled: str) -> Takeover | None:
        """Return what an INVITE takes, None for a new call. Raise RemoteProtocolError if it must not, or if the call
        that its Replaces names does not exist."""
        replaces = parse_replaces(request) if request.first("replaces") is not None else None
        if replaces is not None:
            found = self._by_replaces(replaces, caller)
        elif dialled.startswith(("*", "#")):
            found = self._by_code(caller, dialled)
        else:
            return None
        if found is not None and not request.body:
            raise RemoteProtocolError(488, "SDP Offer Required", request)
        if found is not None and not found.leg:
            self._authorize_pickup(found.call, caller, request)
        return found

    def begin(self, taken: Takeover, leg: IncomingLeg, caller: Caller, now: float) -> None:
        """Let a new leg take the call."""
        call, registry = taken.call, self._deps.registry
        name = call.new_leg_name("b")
        call.participants[name] = Participant(leg, caller.extension_id, caller.device_id)
        registry.set_leg(call, name)
        registry.update_index(call)
        call.transferred_by = None
        call.options = replace(call.options, withheld=call.options.withheld | withheld_by(leg.invite, caller))
        if not taken.leg:
            self._pick_up(call, name, now)
        elif call.is_app(taken.leg):
            call.taken_by = name
            self.proceed(call)
        else:
            self._deps.dispatch(call, events.TakeOverRequested(taken.leg, name, leg.remote_sdp))

    def proceed(self, call: Call) -> None:
        """Connect the leg that picked up or retrieves the call, as soon as an app holds its caller and no exchange with
        them is in progress."""
        name, state = call.taken_by, call.state
        if not isinstance(state, Talking) or isinstance(state.exchange, TakingOver) or _awaits_ack(call.leg(CALLER)):
            return
        leg = call.existing_leg(name)
        if state.callee == name:
            call.taken_by = ""
        elif leg.ended:
            call.taken_by = ""
            self._give_up(call, state.callee)
        elif state.exchange is None:
            self._deps.dispatch(call, events.TakeOverRequested(state.callee, name, leg.remote_sdp))

    # ---- inside

    def _pick_up(self, call: Call, name: str, now: float) -> None:
        path_tracking.path_of(call)
        path_tracking.unanswered(call, "continued", now)
        call.taken_by = name
        call.fallback_cause, call.was_missed = None, False
        targets = None
        if isinstance(call.state, SettingUp):
            plan = replace(call.course.plan, steps=(Step(CallApp(PICKED_UP)),))
            course = replace(call.course, plan=plan, position=0)
            call.course, targets = self._deps.fork_builder.build(call, course, now)
        self._deps.dispatch(call, events.PickedUp(targets))

    def _give_up(self, call: Call, holding: str) -> None:
        """The leg that picked up the call has ended before it was connected."""
        leg, app = call.leg(holding), call.participant(holding).app
        if isinstance(leg, AppLeg):
            leg.report_outcome("failed")
        if app is not None and app.app in (PICKED_UP, RINGBACK_APP):
            self._deps.dispatch(call, events.EndRequested(Cause.FAILED))

    def _by_replaces(self, replaces: Replaces, caller: Caller) -> Takeover:
        ringing = self._ringing_by_replaces(replaces)
        if ringing is not None and ringing.caller.tenant_id == caller.tenant_id:
            return Takeover(ringing)
        return Takeover(*self._transfers.take_over(replaces, caller))

    def _ringing_by_replaces(self, replaces: Replaces) -> Call | None:
        """Return the call that rings in the dialog that Replaces names, whichever end its sender regards as its own."""
        tags = {replaces.to_tag, replaces.from_tag}
        for tag in (replaces.from_tag, replaces.to_tag):
            call, name = self._deps.registry.find_leg(tag) or (None, "")
            leg = call.leg(name) if call is not None else None
            early = leg.early_dialog if isinstance(leg, OutgoingLeg) else None
            if call is None or early is None or early.call_id != replaces.call_id:
                continue
            if tags == {early.local_tag, early.remote_tag} and ringing_extensions(call):
                return call
        return None

    def _by_code(self, caller: Caller, dialled: str) -> Takeover | None:
        plan = self._deps.shared.routing.preview(caller, dialled)
        app = plan.app.app if plan.app is not None else ""
        if plan.app is not None and app == PICKUP:
            ringing = self._ringing_longest(caller, "".join(plan.app.arguments))
            return Takeover(ringing) if ringing is not None else None
        if app == FLIP:
            return self._own_elsewhere(caller)
        parked = self._transfers.find_parked(caller, plan)
        return Takeover(*parked) if parked is not None else None

    def _ringing_longest(self, caller: Caller, number: str) -> Call | None:
        """Return the call that rings longest: at the extension or group `number`, or in a team of the caller."""
        team = self._team(caller)
        extension = self._deps.shared.directory.extension(caller.tenant_id, number) if number else None
        found: list[Call] = []
        for call in self._deps.registry.of_tenant(caller.tenant_id):
            rings = ringing_extensions(call)
            if not rings or not _can_be_picked_up(call, caller):
                continue
            named = extension is not None and extension.id in rings
            passed = number != "" and any(each.number == number for each in call.course.plan.path)
            if named or passed or (not number and rings & team):
                found.append(call)
        return min(found, key=lambda call: call.started_monotonic, default=None)

    def _own_elsewhere(self, caller: Caller) -> Takeover | None:
        """Return the latest call of the caller's extension on another device."""
        found: list[Takeover] = []
        for call in self._deps.registry.of_tenant(caller.tenant_id):
            state = call.state
            names = (CALLER, state.callee) if isinstance(state, Talking) else ()
            phones = [one for one in names if not call.is_app(one)]
            own = [one for one in phones if call.participant(one).extension_id == caller.extension_id]
            elsewhere = [one for one in own if call.participant(one).device_id != caller.device_id]
            if elsewhere and isinstance(state, Talking) and not isinstance(state.exchange, MovingToApp | TakingOver):
                found.append(Takeover(call, elsewhere[0]))
        return max(found, key=lambda taken: taken.call.started_monotonic, default=None)

    def _team(self, caller: Caller) -> set[str]:
        return {caller.extension_id, *self._deps.shared.teammates(caller.tenant_id, caller.extension_id)}

    def _authorize_pickup(self, call: Call, caller: Caller, request: Request) -> None:
        tenant = self._deps.shared.directory.tenant(caller.tenant_id)
        everyone = tenant is not None and tenant.pickup == "everyone"
        if not everyone and ringing_extensions(call).isdisjoint(self._team(caller)):
            raise RemoteProtocolError(403, "Pickup Not Allowed", request)
        if call.options.secure and request.target.scheme != "sips":
            raise RemoteProtocolError(403, "SIPS Required", request)
        if not _can_be_picked_up(call, caller):
            raise RemoteProtocolError(481, "Call Does Not Exist", request)


def _awaits_ack(leg: AnyLeg | None) -> bool:
    """Whether the answer to an INVITE is not acknowledged yet, so that no other INVITE may follow it."""
    return isinstance(leg, IncomingLeg) and (not leg.final_sent or leg.retransmission is not None)


def _can_be_picked_up(call: Call, caller: Caller) -> bool:
    """Whether a ringing call has a caller that can be connected, other than the extension that picks it up."""
    return bool(pickup_extensions(call)) and call.participant(CALLER).extension_id != caller.extension_id
