"""Steps of a plan: selects the phones that ring for a call and builds their INVITEs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from unificx.calls.call import APP_LEG, Call, CallCourse, connected_state
from unificx.calls.call_record import record_forwards
from unificx.calls.connected_identity import referred_by
from unificx.calls.dependencies import CallManagerDependencies
from unificx.calls.diversion import diversion_headers_to_phone
from unificx.calls.machine import events
from unificx.calls.machine.actions import StartStep
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.fork_targets import ForkTargets, LaterStep, Limits, PushTargets
from unificx.calls.machine.identity import (
    WITHHELD,
    AssertedIdentity,
    auto_answer_headers,
    caller_headers,
    ring_headers,
)
from unificx.calls.machine.setup import APP_ANSWER_TIMEOUT
from unificx.calls.machine.states import CALLER, Talking
from unificx.calls.outside import OutsideDialer
from unificx.calls.participant import DialParams, Participant
from unificx.calls.registry import CallRegistry
from unificx.calls.schemas import QUEUE_APP
from unificx.identity import Extension
from unificx.registrar import Binding, Caller
from unificx.routing import CallApp, Fork, GoTo, OutsideMember, OutsideTarget, Reject, RingTarget
from unificx.rtpengine.ng import Profile
from unificx.sip.fields import Headers
from unificx.sip.flow import Flow
from unificx.sip.legs import InviteParams

MAX_BRANCHES = 32
"""Branches per step; each uses media ports of its own."""
MAX_DESTINATIONS = 64
"""Destinations that one call is led to in turn. Destinations are saved without loops, but they change while calls
run."""
RECALL_HEADERS = (("Alert-Info", "<urn:alert:service:recall:transfer>"),)
"""Header that selects a distinctive ringtone for a returned call (RFC 7462 section 8.2.1)."""
COMPLETION_HEADERS = (("Alert-Info", "<urn:alert:service:recall:callback>"),)
"""Header of the INVITE to a user whose wanted party is free now (RFC 7462 section 8.2.1)."""
CLICK_TO_DIAL_HEADERS = (
    *COMPLETION_HEADERS,
    ("UnifiCX-Origination", "click-to-dial"),
)
"""Headers of the INVITE to the phone of a user that has clicked to dial. Its From names the party that is dialled once
the phone answers (RFC 7462 section 8.2.1)."""
CALL_ID_HEADER = "UnifiCX-Call"
"""Header by which a browser matches the INVITE to its push notification."""
CONFERENCE_HEADER = "UnifiCX-Conference"
"""Header that marks an invitation to a conference for a browser: the number of participants besides the caller shown. A
browser joins by a SIP INFO with the digit 1, which an invited phone sends when its user presses the key."""
SHARED_HEADER = "UnifiCX-Shared"
"""Header that marks a call to several users, as of a group or queue, for a browser: none of them may send it on."""
VERIFICATION_HEADER = "UnifiCX-Verification"
"""Header with the verification of the caller id by its signature: verified and the attestation, failed, or unsigned."""
NO_LIMITS = Limits(0.0, 0.0)
"""Limits of a step that dials nothing."""
_PROFILES = {"ws": Profile.WEBRTC, "wss": Profile.WEBRTC, "tls": Profile.SRTP}
"""Media profile by registration transport."""


class ForkTargetBuilder:
    """Prepares steps of plans: their legs and time limits. `max_app_call_seconds`: default length of calls to apps."""

    def __init__(
        self,
        deps: CallManagerDependencies,
        outside: OutsideDialer,
        registry: CallRegistry,
        max_app_call_seconds: float,
    ) -> None:
        self._routing = deps.routing
        self._directory = deps.directory
        self._outside = outside
        self._registry = registry
        self._max_app_call_seconds = max_app_call_seconds

    def enter_step(self, call: Call, now: float) -> ForkTargets:
        """Add the legs of the current step to the call, and make the called party that of the step."""
        call.course, targets = self.build(call, call.course, now)
        if call.course.forwards:
            record_forwards(call)
        call.callee = call.course.called
        self._registry.update_index(call)
        return targets

    def start_later_step(self, call: Call, step: StartStep, now: float) -> events.StepStarted:
        """Enter a later step of the plan, as the machine has ordered. An app takes the call over: for the called
        extension it is a missed call."""
        call.pending_step, call.course = None, call.course.at_step(step.position, step.cause)
        targets = self.enter_step(call, now)
        entered = call.course.step is not None and isinstance(call.course.step.action, CallApp)
        call.fallback_cause, call.was_missed = (step.cause, call.answered is None) if entered else (None, False)
        return events.StepStarted(targets)

    def build(self, call: Call, course: CallCourse, now: float) -> tuple[CallCourse, ForkTargets]:
        """Add the legs of the current step to the call, not dialled yet. Return them, and the course with
        the plans of the destinations that this one leads to."""
        plan, position = course.plan, course.position
        later = tuple([LaterStep(at, step.after) for at, step in enumerate(plan.steps) if at > position])
        action = plan.steps[position].action
        match action:
            case Fork():
                return course, self._fork(call, course, action, later, now)
            case CallApp():
                leg = call.new_leg_name(APP_LEG)
                call.participants[leg] = Participant(app=action)
                limits = Limits(APP_ANSWER_TIMEOUT, action.max_seconds or self._max_app_call_seconds)
                return course, ForkTargets((leg,), limits, later=later)
            case GoTo() if course.further_destinations < MAX_DESTINATIONS:
                continued = self._continued(call, course, action)
                if continued is None:
                    cause = _cause_without(action, course)
                    return course, ForkTargets((), NO_LIMITS, cause_if_empty=cause, later=later)
                return self.build(call, continued, now)
            case GoTo():
                return course, ForkTargets((), NO_LIMITS, cause_if_empty=Cause.FAILED, later=later)
            case Reject(reason):
                return course, ForkTargets((), NO_LIMITS, cause_if_empty=Cause[reason.name], later=later)
            case _:
                assert_never(action)

    def _continued(self, call: Call, course: CallCourse, step: GoTo) -> CallCourse | None:
        """Return the course with the current step replaced by the plan of another destination; None for a forward that
        the extension may not make, which is not made: the caller has dialled a number that exists."""
        forward, forwards, in_name_of = step.forward, course.forwards, step.calling_for or course.calling_for
        if forward is not None:
            forwards, in_name_of = (*forwards, forward), ""
        to = self._routing.resolve(call.caller, step.ref, forward.by if forward is not None else None, in_name_of)
        if forward is not None and to.leads_nowhere:
            return None
        plan = course.plan.with_step_replaced(course.position, to, is_final=forward is not None)
        further = course.further_destinations + 1
        return replace(course, plan=plan, further_destinations=further, forwards=forwards, calling_for=in_name_of)

    def _fork(
        self, call: Call, course: CallCourse, fork: Fork, later: tuple[LaterStep, ...], now: float
    ) -> ForkTargets:
        """Add the phones to ring and the carriers to call to the call."""
        names: list[str] = []
        extension_by_device: dict[str, str] = {}
        outside_legs: list[str] = []
        targets = self._routing.targets_to_ring(fork)
        for ringing in targets:
            if not isinstance(ringing, RingTarget):
                name = self._add_outside(call, course, ringing, now) if len(names) < MAX_BRANCHES else ""
                if name:
                    names.append(name)
                    outside_legs.append(name)
                continue
            extension_by_device |= dict.fromkeys(self._routing.push_devices(ringing), ringing.extension.id)
            for binding in self._routing.bindings(ringing, now):
                if len(names) < MAX_BRANCHES and _satisfies_sips(call, binding):
                    names.append(self._add_branch(call, course, binding, ringing.extension))
        registered = {name: call.participants[name].device_id for name in names}
        by_leg = {name: device for name, device in registered.items() if device in extension_by_device}
        awaiting_push = frozenset(extension_by_device).difference(by_leg.values())
        return ForkTargets(
            tuple(names),
            Limits(fork.seconds, fork.call_seconds),
            frozenset(name for name in names if call.participants[name].media_profile is Profile.SRTP),
            PushTargets(awaiting_push, by_leg, extension_by_device),
            cause_if_empty=_cause_if_empty(fork, targets),
            decline_ends=fork.decline_ends,
            later=later,
            outside_legs=frozenset(outside_legs),
            extension_by_leg={name: call.participants[name].extension_id for name in names},
        )

    def _add_outside(self, call: Call, course: CallCourse, ringing: OutsideTarget | OutsideMember, now: float) -> str:
        """Add the leg to a carrier and return its name, "" if there is none to call. A member of a group gets the first
        trunk that can take the call; without an offer of the caller there is no media to ask its user by."""
        if isinstance(ringing, OutsideTarget):
            return self._outside.add_branch(call, course, ringing, now)
        for choice in ringing.targets() if call.participant(CALLER).remote_sdp else ():
            name = self._outside.add_branch(call, course, choice, now, needs_answer_key=True)
            if name:
                return name
        return ""

    def branch_for_device(
        self, call: Call, extension_id: str, device_id: str, now: float
    ) -> events.DeviceReachable | None:
        """Return a new branch for a device that has registered, if the call rings for its extension and the device does
        not ring already over a flow that persists."""
        state, fork = call.setup_state(), call.course.fork
        if state is None or fork is None:
            return None
        found = [each for each in fork.ring_targets if each.extension.id == extension_id]
        ringing_target = next((each for each in found if each.only_device in ("", device_id)), None)
        if ringing_target is None or not self._routing.may_ring(ringing_target, fork):
            return None
        own = call.legs_of(device_id)
        ringing = [branch.name for branch in state.branches if branch.live and branch.name in own]
        for binding in self._routing.bindings(replace(ringing_target, only_device=device_id), now):
            same = [name for name in ringing if _dialled_flow(call, name) == binding.flow]
            if same or len(state.branches) >= MAX_BRANCHES or not _satisfies_sips(call, binding):
                continue
            replaced = next((name for name in ringing if _uses_websocket(call, name)), "")
            if ringing and not replaced:
                continue
            name = self._add_branch(call, call.course, binding, ringing_target.extension)
            srtp = call.participants[name].media_profile is Profile.SRTP
            return events.DeviceReachable(name, device_id, srtp, replaced, extension_id)
        return None

    def _add_branch(self, call: Call, course: CallCourse, binding: Binding, extension: Extension) -> str:
        """Add a phone to the call and return its leg name."""
        shown, fork = course.displayed_caller or call.caller, course.fork
        domain = self._directory.domain(call.caller.tenant_id)
        extra_headers = auto_answer_headers(domain) if call.auto_answer else _ring_headers(call, course, shown)
        if binding.flow.is_websocket:
            extra_headers = (*extra_headers, (CALL_ID_HEADER, call.id))
            if call.conference_others is not None:
                extra_headers = (*extra_headers, (CONFERENCE_HEADER, str(call.conference_others)))
            if fork is not None and not fork.decline_ends:
                extra_headers = (*extra_headers, (SHARED_HEADER, "yes"))
        identity = WITHHELD if call.is_withheld(shown) else AssertedIdentity(shown.number, shown.name, domain)
        verification = call.options.verification if shown is call.caller else ""
        if verification:
            extra_headers = (*extra_headers, (VERIFICATION_HEADER, verification))
        displayed = replace(identity, name=course.displayed_name) if course.displayed_name else identity
        if fork is not None and fork.name_prefix and identity is not WITHHELD:
            displayed = replace(displayed, name=f"{fork.name_prefix}{displayed.name or displayed.number}")
        if course.transferred_by is not None:
            extra_headers = (*extra_headers, *referred_by(call, course.transferred_by, domain))
        if course.forwards:
            extra_headers = (*extra_headers, *diversion_headers_to_phone(course.forwards, domain))
        invitation = InviteParams(
            uri=binding.contact,
            flow=binding.flow,
            caller=displayed.address,
            callee=AssertedIdentity(extension.number, "", domain).address,
            route_set=binding.path,
            headers=(*caller_headers(displayed, verification), *extra_headers),
            max_forwards=call.options.hops,
        )
        to_dial = DialParams(invitation, _PROFILES.get(binding.flow.transport, Profile.PLAIN))
        name = call.new_leg_name("b")
        call.participants[name] = Participant(None, binding.extension_id, binding.device_id, to_dial, shown=identity)
        return name


def _cause_without(step: GoTo, course: CallCourse) -> Cause:
    """Return the cause for a forward that is not made: why the call was to be forwarded."""
    unconditional = step.forward is not None and step.forward.reason == "unconditional"
    return course.cause if course.cause is not None and not unconditional else Cause.UNREACHABLE


def _cause_if_empty(fork: Fork, targets: Sequence[RingTarget | OutsideTarget | OutsideMember]) -> Cause:
    """Return the cause for a step of which nothing can be dialled; `targets` are those that may ring."""
    if len(targets) < len(fork.targets):
        return Cause.BUSY
    leads_outside = any(isinstance(each, OutsideTarget) for each in targets)
    return Cause.CARRIER_UNAVAILABLE if leads_outside else Cause.UNREACHABLE


def _ring_headers(call: Call, course: CallCourse, shown: Caller) -> Headers:
    """Return the headers by which the phone chooses its ring tone."""
    if course.is_recall:
        return RECALL_HEADERS
    if call.next_destination:
        return COMPLETION_HEADERS if call.is_completion else CLICK_TO_DIAL_HEADERS
    state = connected_state(call)
    held_by = call.participant(state.callee).app if isinstance(state, Talking) else None
    if held_by is not None and held_by.app == QUEUE_APP:
        return ring_headers("queue")
    return ring_headers("external" if shown.is_outside or not shown.extension_id else "internal")


def _dialled_flow(call: Call, name: str) -> Flow | None:
    dial_params = call.participants[name].dial_params
    return dial_params.invitation.flow if dial_params is not None else None


def _uses_websocket(call: Call, name: str) -> bool:
    flow = _dialled_flow(call, name)
    return flow is not None and flow.is_websocket


def _satisfies_sips(call: Call, binding: Binding) -> bool:
    """Whether the binding satisfies SIPS: every hop must be secure (RFC 3261 section 26.2.2)."""
    return not call.options.secure or binding.flow.secure
