"""Legs to carriers: the INVITE for a number outside, by the settings of its trunk.

A carrier gets the number it has to dial, and the caller id that the route decided on. Nothing else about the caller is
sent: no extension, name, device or domain of the tenant.
"""

from dataclasses import replace

from unificx.calls.call import Call, CallCourse
from unificx.calls.diversion import Diversion, diversion_headers_to_carrier, diversion_reason
from unificx.calls.participant import DialParams, Participant
from unificx.calls.ports import OutsideLines
from unificx.calls.registry import CallRegistry
from unificx.registrar import MAX_SHOWN_NAME, Caller
from unificx.routing import Fork, OutsideTarget
from unificx.rtpengine.ng import Profile
from unificx.sip.fields import Headers
from unificx.sip.flow import Flow
from unificx.sip.geolocation import location_part, pidf_lo
from unificx.sip.legs import Credentials, InviteParams, Leg, OutgoingLeg
from unificx.sip.message import Response, retry_after
from unificx.sip.passport import Attestation
from unificx.trunks import Trunk, TrunkEndpoint, signed_identity

SILENCE_SECONDS = 5.0
"""How long an INVITE to a carrier may go without any response, before the next step of the plan starts."""
MAX_SERVERS = 3
"""Servers of a trunk that one call tries."""
MAX_PAUSE_SECONDS = 600
"""Longest pause that a carrier can ask for with Retry-After."""
WITHHELD_FROM = '"Anonymous" <sip:anonymous@anonymous.invalid>'
"""From of a caller who withholds the number (RFC 3323 section 4.1.1.3)."""
_IDENTITY_HEADERS = {"p_asserted": "P-Asserted-Identity", "p_preferred": "P-Preferred-Identity"}


class OutsideDialer:
    """Prepares legs to carriers, not dialled yet."""

    def __init__(self, lines: OutsideLines, registry: CallRegistry) -> None:
        self._lines = lines
        self._registry = registry

    def add_branch(
        self, call: Call, course: CallCourse, outside: OutsideTarget, now: float, *, needs_answer_key: bool = False
    ) -> str:
        """Add the leg of a target to the call and return its name; "" if its trunk has no server to call at present, or
        as many calls as it may have, or does not answer while another one does. An emergency call exceeds the limit.
        `needs_answer_key`: its user has to press the answer key: the call goes outside only then."""
        trunk, endpoint = self._lines.trunks.trunk(outside.trunk_id), self._lines.trunks.endpoint(outside.trunk_id, now)
        if trunk is None or endpoint is None or trunk.tenant_id != call.caller.tenant_id:
            return ""
        if call.options.secure and not endpoint.flow.secure:
            return ""
        if not outside.emergency and self._registry.is_trunk_full(trunk):
            return ""
        has_alternative = self._has_available_trunk_later(course, now)
        if not self._lines.trunks.available(trunk.id, now) and has_alternative:
            return ""
        subject = self._lines.subject(trunk.tenant_id, outside.number)
        name = self._lines.name(trunk.tenant_id, outside.number)[:MAX_SHOWN_NAME]
        party = Caller(trunk.tenant_id, "", "", subject, outside.number, name, trunk_id=trunk.id)
        invitation = replace(
            _invitation(call, course, outside, trunk, endpoint),
            has_alternative=has_alternative and not needs_answer_key,
        )
        to_dial = DialParams(
            self._signed(call, outside, self._with_place(call, outside, invitation), now),
            Profile.SRTP if endpoint.flow.secure else Profile.PLAIN,
        )
        if call.direction == "internal" and not needs_answer_key:
            call.direction = "outbound"
        name = call.new_leg_name("b")
        call.participants[name] = Participant(
            dial_params=to_dial,
            outside=party,
            is_emergency=outside.emergency,
            payer=_payer(call, course),
            answer_key="needed" if needs_answer_key else None,
        )
        return name

    def _with_place(self, call: Call, outside: OutsideTarget, invitation: InviteParams) -> InviteParams:
        """Add the place of the caller to the INVITE of an emergency call, if the trunk takes it."""
        place = self._lines.place(call.caller) if outside.sends_location else None
        trunk = self._lines.trunks.trunk(outside.trunk_id) if place is not None else None
        if place is None or trunk is None:
            return invitation
        entity = f"pres:{outside.caller_id or 'anonymous'}@{trunk.uri_host}"
        headers, part = location_part(pidf_lo(place.address, entity, call.started), trunk.uri_host)
        return replace(invitation, headers=(*invitation.headers, *headers), part=part)

    def _signed(self, call: Call, outside: OutsideTarget, invitation: InviteParams, now: float) -> InviteParams:
        """Sign the caller id for a trunk that does so. A withheld number is not signed, as the called party could read
        it, and the service of an emergency number needs no signature."""
        trunk, numbers = self._lines.trunks.trunk(outside.trunk_id), self._lines.numbers
        if trunk is None or not trunk.options.signing_key:
            return invitation
        if outside.emergency or ("Privacy", "id") in invitation.headers:
            return invitation
        caller = numbers.e164(trunk.tenant_id, outside.caller_id or trunk.username)
        own = bool(caller) and numbers.is_own(trunk.tenant_id, caller)
        attestation: Attestation = "C" if call.direction == "inbound" else "A" if own else "B"
        at = int(call.wall_time(now).timestamp())
        value = signed_identity(trunk, attestation, (caller, outside.number), at, call.caller.extension_id)
        return replace(invitation, headers=(*invitation.headers, ("Identity", value))) if value else invitation

    def _has_available_trunk_later(self, course: CallCourse, now: float) -> bool:
        """Whether a later step of the plan calls a carrier that is known to answer."""
        actions = [step.action for step in course.plan.steps[course.position + 1 :]]
        forks = [one for one in actions if isinstance(one, Fork)]
        targets = [one for fork in forks for one in fork.targets if isinstance(one, OutsideTarget)]
        return any(self._lines.trunks.available(one.trunk_id, now) for one in targets)

    def restore_credentials(self, call: Call, now: float) -> None:
        """Give the legs of a call that continues after a restart their credentials for the carrier."""
        for one in call.participants.values():
            endpoint = self._lines.trunks.endpoint(one.outside.trunk_id, now) if one.outside is not None else None
            if endpoint is not None and isinstance(one.leg, Leg):
                one.leg.credentials = _credentials(endpoint)

    def on_rejected(self, one: Participant, response: Response | None, now: float) -> None:
        """Send no more calls to a carrier's server for as long as its 503 asks for (RFC 3261 section 21.5.4)."""
        if one.outside is None or response is None or response.status != 503 or not isinstance(one.leg, OutgoingLeg):
            return
        seconds = retry_after(response)
        if seconds is not None:
            until = now + min(seconds, MAX_PAUSE_SECONDS)
            self._lines.trunks.pause(one.outside.trunk_id, one.leg.params.flow, until)

    def current_flow(self, one: Participant, flow: Flow, now: float) -> Flow | None:
        """Return the flow for requests inside the dialog with a carrier, whose last message came over `flow`: to the
        server that has the dialog, even if it wants no further calls; or, of one that accepts no connection and whose
        own is lost, to another server."""
        endpoint = self._lines.trunks.endpoint(one.outside.trunk_id, now) if one.outside is not None else None
        if endpoint is None:
            return None
        same = next((each for each in endpoint.known if each.host == flow.host), None)
        return same or (flow if self._lines.is_open(flow) else endpoint.flow)


def outside_legs(call: Call) -> list[tuple[Caller, Participant]]:
    """Return the parties outside that a call has dialled, with their legs that ring or talk. Of attempts at one number
    over several carriers it is the last one."""
    dialled = [one for one in call.participants.values() if one.dial_params is not None or one.connected is not None]
    last = {one.outside.number: (one.outside, one) for one in dialled if one.outside is not None}
    return [(party, one) for party, one in last.values() if one.leg is None or not one.leg.ended]


def _payer(call: Call, course: CallCourse) -> str:
    """Return the id of the extension that causes the call: the last one that forwards or transfers it, or the
    caller; "" for none."""
    if course.forwards:
        return course.forwards[-1].by.id
    return (course.transferred_by or call.caller).extension_id


def _invitation(
    call: Call, course: CallCourse, outside: OutsideTarget, trunk: Trunk, endpoint: TrunkEndpoint
) -> InviteParams:
    own = f"<{trunk.uri_of(outside.caller_id) if outside.caller_id else trunk.address}>"
    withheld = not outside.emergency and (outside.withheld or _is_caller_withheld(call, course))
    callee = trunk.uri_of(outside.sent)
    headers: Headers = _identity_headers(trunk, own, withheld=withheld)
    by = _forwarding_number(call, course, "" if withheld else outside.caller_id)
    if by:
        forwarded = Diversion(by, diversion_reason(course.cause, course.forwards))
        diversions = (forwarded, *call.options.diversions)
        headers += diversion_headers_to_carrier(diversions, outside.sent, trunk.uri_host)
    return InviteParams(
        uri=f"{callee}:{endpoint.port}" if endpoint.port else callee,
        flow=endpoint.flow,
        caller=WITHHELD_FROM if withheld else own,
        callee=f"<{callee}>",
        headers=headers,
        max_forwards=call.options.hops,
        credentials=_credentials(endpoint),
        silence_seconds=SILENCE_SECONDS,
        other_flows=endpoint.flows[1:MAX_SERVERS],
    )


def _forwarding_number(call: Call, course: CallCourse, own_number: str) -> str:
    """Return the public number that forwards the call, "" if none does or it has none: the number that a caller outside
    dialled, or `own_number` of the extension that forwards a colleague's call."""
    if course.transferred_by is not None:
        return ""
    if call.direction == "inbound":
        return call.dialled if call.dialled.startswith("+") else ""
    return own_number if course.forwards else ""


def _credentials(endpoint: TrunkEndpoint) -> Credentials | None:
    return Credentials(endpoint.username, endpoint.password) if endpoint.password else None


def _identity_headers(trunk: Trunk, own: str, *, withheld: bool) -> Headers:
    """Return the headers, besides From, that name the caller to the carrier. It has to know the number even if the
    called party must not (RFC 3325 section 9.1)."""
    name = _IDENTITY_HEADERS.get(trunk.options.caller_id_header, "P-Preferred-Identity" if withheld else "")
    identity = ((name, own),) if name else ()
    return (*identity, ("Privacy", "id")) if withheld else identity


def _is_caller_withheld(call: Call, course: CallCourse) -> bool:
    """Whether the party that is shown on the phones of this course withholds its identity. The caller id of a forwarded
    call is the route's decision."""
    shown = course.displayed_caller or call.caller
    return not shown.is_outside and call.is_withheld(shown)
