"""Calls that a user sends on while they ring: the 302 of a phone with the new destination (RFC 3261 section 8.1.3.4).

A redirection is a forward of the extension: it leads only where the extension may call, and follows for the devices of
the extension together. One that is not followed counts as declined.
"""

from dataclasses import replace

from unificx.calls import call_way
from unificx.calls.call import Call, sanitize_dialled
from unificx.calls.call_record import record_forward
from unificx.calls.dependencies import CallManagerDependencies
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.messages import CALLER
from unificx.calls.machine.states import Transferring
from unificx.calls.transfers import host_of
from unificx.routing import Forward
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.headers import readable_addresses
from unificx.sip.legs import LegEvent, OutgoingLeg, Rejected
from unificx.sip.message import Response

REDIRECTIONS = (300, 301, 302)
"""Statuses that name another destination. The others ask for another proxy or service."""
MAX_FORWARDS = 10
"""Extensions that forward a call before no phone may send it on: two phones can send each other all their calls."""


def follow_redirection(deps: CallManagerDependencies, call: Call, name: str, event: LegEvent, now: float) -> bool:
    """Lead the call to the destination that a ringing phone has answered with, if its extension may do so. Return
    whether the call has a new target, whose first step is to be started."""
    response, target, leg = event.response if isinstance(event, Rejected) else None, call.target, call.leg(name)
    extension = deps.directory.extension_by_id(call.participant(name).extension_id)
    if response is None or response.status not in REDIRECTIONS or extension is None:
        return False
    if not isinstance(leg, OutgoingLeg) or not _may_be_sent_on(call, name) or len(target.forwards) >= MAX_FORWARDS:
        return False
    own_hosts = {deps.directory.domain(extension.tenant_id), host_of(deps.legs.contact(leg.params.flow))}
    plan = deps.routing.forward(target.displayed_caller or call.caller, extension, _dialled(response, own_hosts))
    if plan is None:
        return False
    forward = Forward(extension, "deflection")
    record_forward(call, forward)
    call_way.unanswered(call, Cause.DECLINED.value.outcome, now)
    call.target = replace(
        target,
        plan=target.plan.redirected(target.position, plan, is_final=True),
        redirects=target.redirects + 1,
        forwards=(*target.forwards, forward),
        cause=Cause.DECLINED,
    )
    return True


def _may_be_sent_on(call: Call, name: str) -> bool:
    """Whether a call that rings at this leg is one of its user alone, not of a group, a queue or an app."""
    fork, state, setup = call.target.fork, call.state, call.setup_state()
    held = isinstance(state, Transferring) and state.keep_with_app
    rings = setup is not None and any(branch.name == name and branch.live for branch in setup.branches)
    return rings and not held and fork is not None and fork.decline_ends and not call.is_app(CALLER)


def _dialled(response: Response, own_hosts: set[str]) -> str:
    """Return the number of the first contact at one of these hosts, "" if there is none."""
    for contact in readable_addresses(response.values("contact")):
        uri = contact.uri
        if uri.scheme == "tel" or (uri.scheme in ("sip", "sips") and uri.host.lower() in own_hosts):
            try:
                return sanitize_dialled(uri.decoded_user)
            except RemoteProtocolError:
                continue
    return ""
