"""Call deflection: a user sends a call on while it rings, by API or by the redirection of a phone, a 3xx with the new
destination (RFC 3261 section 8.1.3.4).

The extension forwards the call: it leads only where the extension may call, and follows for the devices of the
extension together. A redirection that is not followed counts as declined.
"""

from dataclasses import replace

from unificx.calls import path_tracking
from unificx.calls.call import Call, sanitize_dialled
from unificx.calls.dependencies import CallManagerDependencies
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER, Transferring
from unificx.routing import Forward
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.headers import readable_addresses
from unificx.sip.legs import OutgoingLeg
from unificx.sip.message import Response
from unificx.sip.uri import Uri

REDIRECTIONS = (300, 301, 302)
"""Statuses that name another destination. The others ask for another proxy or service."""
MAX_FORWARDINGS = 10
"""Extensions that forward a call before no phone may send it on: two phones can send each other all their calls."""


def follow_redirection(
    deps: CallManagerDependencies, call: Call, name: str, response: Response | None, now: float
) -> bool:
    """Lead the call to the destination that a ringing phone has answered with, if its extension may do so. Return
    whether the call has a new course, whose first step is to be started."""
    leg = call.leg(name)
    if response is None or response.status not in REDIRECTIONS or not isinstance(leg, OutgoingLeg):
        return False
    own_hosts = {deps.directory.domain(call.caller.tenant_id), host_of(deps.legs.contact(leg.params.flow))}
    return deflect(deps, call, name, _dialled(response, own_hosts), now)


def deflect(deps: CallManagerDependencies, call: Call, name: str, to: str, now: float) -> bool:
    """Lead the call that rings at this leg to a number, if its extension may do so. Return whether the call has a new
    course, whose first step is to be started."""
    course, extension = call.course, deps.directory.extension_by_id(call.participant(name).extension_id)
    if extension is None or not _may_deflect(call, name) or len(course.forwards) >= MAX_FORWARDINGS:
        return False
    plan = deps.routing.forward(course.displayed_caller or call.caller, extension, to)
    if plan is None:
        return False
    path_tracking.unanswered(call, Cause.DECLINED.value.outcome, now)
    call.course = replace(
        course,
        plan=course.plan.with_step_replaced(course.position, plan, is_final=True),
        further_destinations=course.further_destinations + 1,
        forwards=(*course.forwards, Forward(extension, "deflection")),
        cause=Cause.DECLINED,
    )
    return True


def _may_deflect(call: Call, name: str) -> bool:
    """Whether the user of a ringing leg may deflect the call: it rings for this user alone, not for a group or queue,
    and no app calls or holds the caller."""
    fork, state, setup = call.course.fork, call.state, call.setup_state()
    held = isinstance(state, Transferring) and state.keep_with_app
    rings = setup is not None and any(branch.name == name and branch.live for branch in setup.branches)
    return rings and not held and fork is not None and fork.decline_ends and not call.is_app(CALLER)


def _dialled(response: Response, own_hosts: set[str]) -> str:
    """Return the number of the first contact at one of these hosts, "" if there is none."""
    for contact in readable_addresses(response.values("contact")):
        uri = contact.uri
        place = uri.host or uri.phone_context
        if place.lower() in own_hosts or (uri.scheme == "tel" and place[:1] in ("", "+")):
            try:
                return sanitize_dialled(uri.number)
            except RemoteProtocolError:
                continue
    return ""


def host_of(address: str) -> str:
    """Return the host of an address header value, "" if it is invalid."""
    try:
        return Uri.parse(address.partition("<")[2].partition(">")[0] or address).host.lower()
    except RemoteProtocolError:
        return ""
