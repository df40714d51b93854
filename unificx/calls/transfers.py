"""Validates and authorizes transfers requested by REFER, by INVITE with Replaces, or by API.

A transfer is authorized like a call of the requester: the target must be a number they may dial.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from unificx.calls.app_leg import AppLeg
from unificx.calls.call import Call, CallCourse, named_party, party_of, sanitize_dialled
from unificx.calls.call_moves import CallMoves
from unificx.calls.deflection import deflect, host_of
from unificx.calls.dependencies import CallManagerDependencies
from unificx.calls.forking import ForkTargetBuilder
from unificx.calls.machine import events
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.fork_targets import ForkTargets
from unificx.calls.machine.states import CALLER, MovingToApp, SettingUp, Talking, Transferring
from unificx.calls.participant import Participant
from unificx.calls.registry import CallRegistry
from unificx.calls.schemas import PARK, PARK_ANNOUNCEMENT, RETRIEVE, RINGBACK_APP
from unificx.identity import Language
from unificx.registrar import Caller
from unificx.routing import CallApp, GoTo, Plan, Reject
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.legs import Leg, leg_id_of
from unificx.sip.refer import Refer, Replaces
from unificx.sip.uri import Uri

REQUEST_PENDING = 491
RECALL_NAME: dict[Language, str] = {"en": "{} (parked at {})", "de": "{} (geparkt auf {})"}
"""Display name of a parked party that returns: name, slot."""


@dataclass(frozen=True, slots=True)
class TransferDependencies:
    """Collaborators of transfers, takeovers and connections by apps; `shared` are those of the call manager."""

    shared: CallManagerDependencies
    fork_builder: ForkTargetBuilder
    registry: CallRegistry
    dispatch: Callable[[Call, events.Event], None]
    moves: CallMoves


class TargetRejected(RemoteProtocolError):
    """The dial plan rejects the number that a call is led to."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value.status, "Number Not Found" if cause is Cause.NO_SUCH_NUMBER else cause.value.text)
        self.cause = cause


class Transfers:
    """Decides about transfers. Methods raise RemoteProtocolError with the status for the requester on rejection.

    Methods that return a callable only validate; the callable executes the transfer."""

    def __init__(self, deps: TransferDependencies) -> None:
        self._deps = deps
        self._shared = deps.shared

    def on_refer(self, call: Call, name: str, refer: Refer, now: float) -> None:
        """Process a REFER of a leg."""
        leg = call.existing_leg(name)
        if not isinstance(leg, Leg):
            return
        if call.participant(name).outside is not None:  # a party outside must not dial at the expense of the tenant
            leg.reject_refer(403, now)
            return
        before = call.options
        try:
            self._authorize_refer(call, name, refer.target, leg)
            if refer.replaces is not None:
                execute = self._attended_by_replaces(call, name, refer.replaces, now)
            else:
                execute = self.blind(call, name, sanitize_dialled(refer.target.number), now)
        except RemoteProtocolError as fault:
            call.options = before
            leg.reject_refer(fault.status, now, fault.reason)
            return
        leg.accept_refer(now)
        execute()

    def blind(self, call: Call, name: str, to: str, now: float) -> Callable[[], None]:
        """Transfer the other party to a number or feature code (blind transfer)."""
        state = self.require_connected(call, name)
        requester = self._as_caller(call, name)
        plan = self._shared.routing.route(requester, to)
        if plan.app is not None and plan.app.app == PARK:
            return self._park(call, name, state, requester)
        parked = self._find_joinable(requester, plan)
        if parked is not None:
            return lambda: self._join_parked(call, name, parked)
        return self.by_plan(call, name, plan, to, now)

    def by_plan(self, call: Call, name: str, plan: Plan, dialled: str, now: float) -> Callable[[], None]:
        """Transfer the other party to where a plan leads; `dialled` is its number."""
        self.require_connected(call, name)
        requester, remaining = self._as_caller(call, name), self._as_caller(call, _peer_leg(call, name))
        wanted = CallCourse(plan, dialled, displayed_caller=remaining, transferred_by=requester)
        targets, course = self._prepare(call, wanted, now)
        return_course = self._return_course(call, requester, remaining, now)
        return lambda: self._start_transfer(call, name, targets, course, return_course)

    def attended(self, call: Call, name: str, other: Call, consultation_leg: str, now: float) -> Callable[[], None]:
        """Connect the remote parties of two calls (attended transfer); the requester is `name` in `call`."""
        state = self.require_connected(call, name)
        if other is call or state.exchange is not None:
            raise RemoteProtocolError(REQUEST_PENDING, "Request Pending")
        match other.state:
            case Talking(callee, _, caller_sdp, callee_sdp, None) if consultation_leg in (CALLER, callee):
                remaining = callee if consultation_leg == CALLER else CALLER
                sdp = callee_sdp if consultation_leg == CALLER else caller_sdp
                return lambda: self._join_connected(call, name, other, remaining, sdp)
            case (SettingUp() as setup) | Transferring(setup=setup, transferor="", keep_with_app=False) if (
                consultation_leg == CALLER and not any(b.stage == "offering" for b in setup.branches)
            ):
                return lambda: self._join_ringing(call, name, other, setup, now)
            case Transferring(talking=Talking(exchange=None) as talking, keep_with_app=True) if (
                consultation_leg == CALLER
            ):
                return lambda: self._join_connected(call, name, other, talking.callee, talking.callee_sdp)
            case _:
                raise RemoteProtocolError(REQUEST_PENDING, "Consultation Call Not Established")

    def deflect(self, call: Call, name: str, to: str, now: float) -> Callable[[], None]:
        """Lead a call that rings at this leg to a number, as a forward of its extension."""
        if not deflect(self._shared, call, name, to, now):
            raise TargetRejected(Cause.NOT_ALLOWED)
        targets = self._deps.fork_builder.enter_step(call, now)
        return lambda: self._deps.dispatch(call, events.StepStarted(targets))

    def dial_next_destination(self, call: Call, now: float) -> None:
        """Dial the wanted number after the requester has answered a click-to-dial call. If it no longer exists, the
        call ends."""
        to, call.next_destination = call.next_destination, ""
        plan = self._shared.routing.route(call.caller, to)
        parked = self._find_joinable(call.caller, plan)
        try:
            if parked is not None:
                self._join_parked(call, CALLER, parked)
                return
            targets, course = self._prepare(call, CallCourse(plan, to, displayed_caller=call.caller), now)
        except RemoteProtocolError:
            self._deps.dispatch(call, events.EndRequested(Cause.NO_SUCH_NUMBER))
            return
        call.transfer_course, call.return_course = course, None
        self._deps.dispatch(call, events.TransferRequested(CALLER, targets, ""))

    def move_to_app(self, call: Call, app: CallApp, dialled: str) -> Callable[[], None]:
        """Connect both parties to an app, each in a call of their own with one common call record; `dialled` is the
        number that leads to the app."""
        state = self.require_connected(call, CALLER)
        if state.exchange is not None or call.is_app(CALLER) or party_of(call, state.callee) is None:
            raise RemoteProtocolError(REQUEST_PENDING, "Request Pending")
        course = CallCourse(dialled=dialled)
        return lambda: self._split_to_apps(call, state.callee, (app, app), course)

    def find_parked(self, requester: Caller, plan: Plan) -> tuple[Call, str] | None:
        """Return the parked call that the plan retrieves, and the leg of the app that holds its party or is about to.
        None while another leg is to take it."""
        if plan.app is None or plan.app.app != RETRIEVE:
            return None
        slot = self._shared.parking.find(requester.tenant_id, "".join(plan.app.arguments))
        found = self._deps.registry.find_leg(slot.app_leg_id) if slot is not None else None
        if found is None:
            return None
        call, name = found
        if isinstance(call.state, Transferring):  # recall in progress: treat it as declined
            self._deps.dispatch(call, events.Declined())
        return found if _is_held_by_app(call, name) and not call.taken_by else None

    def recall(self, leg: str, now: float) -> Callable[[], None]:
        """Ring the extension that parked the party held by an app leg. If unanswered, the party stays parked."""
        slot, found = self._shared.parking.slot_of_leg(leg), self._deps.registry.find_leg(leg)
        parked_by = self._shared.directory.extension_by_id(slot.parked_by) if slot is not None else None
        if slot is None or parked_by is None or found is None or not _is_settled(*found):
            return lambda: None
        call, name = found
        plan = self._shared.routing.route(Caller.of(parked_by), parked_by.number).only_fork()
        if parked_by.id == call.caller.extension_id or plan is None:
            return lambda: None
        language = self._shared.directory.language(parked_by.tenant_id, parked_by.person_id)
        shown = "" if call.is_withheld(call.caller) else RECALL_NAME[language].format(call.caller.name, slot.number)
        course = CallCourse(plan, parked_by.number, displayed_caller=call.caller, is_recall=True, displayed_name=shown)
        targets, call.transfer_course = self._prepare(call, course, now)
        call.return_course, call.transferred_by = CallCourse(), None
        return lambda: self._deps.dispatch(call, events.TransferRequested(name, targets, "", keep_with_app=True))

    def take_over(self, replaces: Replaces, caller: Caller) -> tuple[Call, str]:
        """Return the call and leg an INVITE with Replaces refers to; must be a leg of the caller's extension."""
        call, name = self._find_replaced_leg(replaces, caller.tenant_id, caller.extension_id, missing=481)
        state = call.state
        if not isinstance(state, Talking) or name not in (CALLER, state.callee):
            raise RemoteProtocolError(481, "Call Does Not Exist")
        if replaces.early_only:
            raise RemoteProtocolError(486, "Call Already Answered")
        if isinstance(state.exchange, MovingToApp):
            raise RemoteProtocolError(REQUEST_PENDING, "Request Pending")
        return call, name

    def require_connected(self, call: Call, name: str) -> Talking:
        """Return the state if the leg is connected to another party, else raise RemoteProtocolError."""
        state = call.state
        if not isinstance(state, Talking) or name not in (CALLER, state.callee):
            raise RemoteProtocolError(REQUEST_PENDING, "Call Not Established")
        if call.is_app(_peer_leg(call, name)):
            raise RemoteProtocolError(403, "No Transferable Party")
        return state

    # ---- internals

    def _authorize_refer(self, call: Call, name: str, target: Uri, leg: Leg) -> None:
        self.require_connected(call, name)
        if call.options.secure and target.scheme != "sips":
            raise RemoteProtocolError(403, "SIPS Target Required")
        own_hosts = {self._shared.directory.domain(call.caller.tenant_id)}
        if leg.dialog is not None:
            own_hosts |= {host_of(self._shared.legs.contact(leg.dialog.flow)), host_of(leg.dialog.local)}
        if target.scheme != "tel" and target.host.lower() not in own_hosts:
            raise RemoteProtocolError(403, "Domain Not Allowed")
        if target.scheme == "sips":
            call.options = replace(call.options, secure=True)

    def _prepare(self, call: Call, course: CallCourse, now: float) -> tuple[ForkTargets, CallCourse]:
        """Add the legs of the course's first step to the call."""
        course, targets = self._deps.fork_builder.build(call, course, now)
        if not targets.later and course.step is not None and isinstance(course.step.action, Reject | GoTo):
            raise TargetRejected(targets.cause_if_empty)
        return targets, course

    def _as_caller(self, call: Call, name: str) -> Caller:
        """Return a participant as a caller."""
        found = named_party(call, name, self._shared.directory)
        if found is None:
            raise RemoteProtocolError(403, "No Transferable Party")
        return found

    def _return_course(
        self, call: Call, requester: Caller, remaining: Caller, now: float
    ) -> tuple[ForkTargets, CallCourse] | None:
        """Return how to call the transferor back if the transfer is not answered."""
        plan = self._shared.routing.route(requester, requester.number).only_fork()
        if plan is None:
            return None
        course = CallCourse(plan, requester.number, displayed_caller=remaining, is_recall=True)
        return self._prepare(call, course, now)

    def _start_transfer(
        self,
        call: Call,
        name: str,
        targets: ForkTargets | SettingUp,
        course: CallCourse,
        return_course: tuple[ForkTargets, CallCourse] | None,
    ) -> None:
        ringback_leg = call.new_leg_name("w")
        call.participants[ringback_leg] = Participant(app=CallApp(RINGBACK_APP))
        call.transferred_by = course.transferred_by
        call.transfer_course, call.return_course = course, return_course[1] if return_course is not None else None
        self._deps.dispatch(
            call,
            events.TransferRequested(
                name, targets, ringback_leg, return_course[0] if return_course is not None else None
            ),
        )

    def _attended_by_replaces(self, call: Call, name: str, replaces: Replaces, now: float) -> Callable[[], None]:
        """Transfer the other party to the consultation call that Replaces refers to."""
        requester = self._as_caller(call, name)
        other, consultation_leg = self._find_replaced_leg(
            replaces, requester.tenant_id, requester.extension_id, missing=404
        )
        return self.attended(call, name, other, consultation_leg, now)

    def _join_connected(self, call: Call, name: str, other: Call, remaining: str, sdp: bytes) -> None:
        if isinstance(other.state, Transferring):  # an app rings others for its party: it rings again for the new one
            self._deps.dispatch(other, events.TransferWithdrawn())
        requester, party = self._as_caller(call, name), self._as_caller(call, _peer_leg(call, name))
        call.transferred_by = requester if not call.is_app(name) else None  # the retriever of a parked call stays in it
        new_leg = call.new_leg_name("b")
        self._deps.moves.absorb(call, other, {remaining: new_leg})
        joined = call.leg(new_leg)
        if isinstance(joined, AppLeg):
            course = replace(other.course, dialled=other.dialled, transferred_by=call.transferred_by)
            call.transfer_course, call.return_course = course, None
            joined.change_party(call.id, replace(party, number="", name="") if call.is_withheld(party) else party)
        self._deps.dispatch(call, events.JoinRequested(name, new_leg, sdp, isinstance(joined, AppLeg)))

    def _join_ringing(self, call: Call, name: str, other: Call, setup: SettingUp, now: float) -> None:
        """Attended transfer while the consultation call is still ringing."""
        names = {branch.name: call.new_leg_name("b") for branch in setup.branches}
        branches = tuple(replace(branch, name=names[branch.name]) for branch in setup.branches)
        setup = replace(setup, branches=branches)
        requester, remaining = self._as_caller(call, name), self._as_caller(call, _peer_leg(call, name))
        course = replace(other.course, displayed_caller=None, transferred_by=requester)
        call.transferred_by = requester
        self._deps.moves.absorb(call, other, names)
        self._start_transfer(call, name, setup, course, self._return_course(call, requester, remaining, now))

    def _split_to_apps(self, call: Call, name: str, apps: tuple[CallApp, CallApp], course: CallCourse) -> None:
        """Connect the leg `name` to the second app in a new call, the other leg to the first app. `course`: that of
        both, without a plan."""
        other = self._deps.moves.split(call, name)
        for each, app in zip((call, other), apps, strict=True):
            assert isinstance(each.state, Talking)
            leaving, leg = each.state.callee, each.new_leg_name("app")
            each.participants[leg], each.transfer_course = Participant(app=app), replace(course, plan=app.plan())
            self._deps.dispatch(each, events.MoveToAppRequested(leaving, leg))

    def _park(self, call: Call, name: str, state: Talking, requester: Caller) -> Callable[[], None]:
        """Park the other party; the parking party hears the slot number in a call of its own."""
        if state.exchange is not None or party_of(call, state.callee) is None:
            raise RemoteProtocolError(REQUEST_PENDING, "Request Pending")
        leg, since = call.app_leg_id(call.next_leg_name("app")), self._shared.clock.now()
        slot = self._shared.parking.occupy(requester.tenant_id, leg, requester.extension_id, since)
        if slot is None:
            raise RemoteProtocolError(486, "No Parking Slot Available")
        apps, course = (CallApp(PARK), CallApp(PARK_ANNOUNCEMENT, (str(slot),))), CallCourse(transferred_by=requester)
        return lambda: self._split_to_apps(call, name, apps, course)

    def _find_joinable(self, requester: Caller, plan: Plan) -> Call | None:
        """Return the call that `find_parked` does if its parties can be moved at once."""
        found = self.find_parked(requester, plan)
        return found[0] if found is not None and _is_settled(*found) else None

    def _join_parked(self, call: Call, name: str, other: Call) -> None:
        assert isinstance(other.state, Talking)
        self._join_connected(call, name, other, CALLER, other.state.caller_sdp)

    def _find_replaced_leg(
        self, replaces: Replaces, tenant_id: str, extension_id: str, *, missing: int
    ) -> tuple[Call, str]:
        """Return the leg a Replaces refers to; it must belong to this extension. Some phones swap the tags."""
        for local_tag, remote_tag in ((replaces.to_tag, replaces.from_tag), (replaces.from_tag, replaces.to_tag)):
            found = self._deps.registry.find_leg(leg_id_of(local_tag))
            dialog = found[0].existing_leg(found[1]).dialog if found is not None else None
            if found is None or dialog is None or (dialog.call_id, dialog.remote_tag) != (replaces.call_id, remote_tag):
                continue
            call, name = found
            if call.caller.tenant_id != tenant_id or call.participant(name).extension_id != extension_id:
                break
            return call, name
        raise RemoteProtocolError(missing, "Call Does Not Exist")


def _is_held_by_app(call: Call, name: str) -> bool:
    """Whether this app leg is the caller's peer."""
    return isinstance(call.state, Talking) and call.state.callee == name


def _is_settled(call: Call, name: str) -> bool:
    """Whether the caller is connected to this app leg, with no exchange in progress."""
    return _is_held_by_app(call, name) and isinstance(call.state, Talking) and call.state.exchange is None


def _peer_leg(call: Call, name: str) -> str:
    """Return the name of the connected leg."""
    assert isinstance(call.state, Talking)
    return call.state.callee if name == CALLER else CALLER
