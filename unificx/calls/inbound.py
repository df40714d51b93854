"""Calls from carriers: whether an INVITE is accepted, who calls, and where the number leads."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from unificx.calls.call import inbound_key
from unificx.calls.call_limiter import RETRY_SECONDS
from unificx.calls.dependencies import CallManagerDependencies
from unificx.calls.diversion import Diversion, parse_diversions
from unificx.calls.machine.identity import requests_privacy
from unificx.calls.machine.states import CALLER
from unificx.calls.ports import PublicNumbers
from unificx.calls.registry import CallRegistry
from unificx.core.clock import random_id
from unificx.core.names import is_name, is_printable, visible_part
from unificx.registrar import MAX_SHOWN_NAME, Caller
from unificx.routing import Destination, Plan
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.headers import Address, readable_addresses
from unificx.sip.message import Request
from unificx.trunks import REASONS, IdentityCheck, Trunk, verify

MAX_TURNS = 5
"""Calls of one number to one number of the tenant that may be on their way outside again at a time. More are one call
that comes back each time."""
UNAVAILABLE, NOT_FOUND, LOOP_DETECTED = 503, 404, 482


class CallRejected(RemoteProtocolError):
    """The call is rejected for now: the response says after how many seconds another attempt is worthwhile."""

    def __init__(self, request: Request, retry_after: int) -> None:
        super().__init__(UNAVAILABLE, "Service Unavailable", request)
        self.headers = (("Retry-After", str(retry_after)),)


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """The trunks that an INVITE of a carrier can have come from, and what is known of its signature; `is_checked`:
    signatures are verified for these trunks."""

    trunks: Sequence[Trunk]
    identity: IdentityCheck | None = None
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class InboundCall:
    """An accepted call: `dialled` is the tenant's number in E.164, or for a guest that of the room. `verification`:
    that of the caller id, such as "verified A", "" if none was made."""

    caller: Caller
    dialled: str = field(repr=False)
    plan: Plan
    diversions: tuple[Diversion, ...] = ()
    verification: str = ""


class InboundCalls:
    """Decides on INVITEs of carriers, from memory. A rejected call leaves no call record."""

    def __init__(self, deps: CallManagerDependencies, registry: CallRegistry) -> None:
        self._lines = deps.outside
        self._registry = registry
        self._clock = deps.clock
        self._has_sent = deps.legs.endpoint.has_sent
        self._routing = deps.routing

    def admit(self, request: Request, origin: CarrierCall) -> InboundCall:
        """Accept an INVITE of one of the trunks. Raise RemoteProtocolError: 404 for a number that none of their
        tenants has, 482 for a call that has been here before, 481 for Replaces, those of RFC 8224 for a wrong signature
        if the trunk rejects it; CallRejected if the trunk is full."""
        if request.first("replaces") is not None:  # a party outside takes over no call
            raise RemoteProtocolError(481, "Call Does Not Exist", request)
        if self._has_sent(request):
            raise RemoteProtocolError(LOOP_DETECTED, "Loop Detected", request)
        numbers, address = self._lines.numbers, _caller_address(request)
        found = next(_destinations(numbers, request, address, origin.trunks), None)
        if found is None:
            self._lines.trunks.note_unknown_number(origin.trunks, _dialled_texts(request), self._clock.now())
            raise RemoteProtocolError(NOT_FOUND, "Not Found", request)
        trunk, number, called, destination = found
        diversions = parse_diversions(request)
        forwarded_by = [numbers.e164(trunk.tenant_id, one.number) for one in diversions]
        if called in forwarded_by or self._turns(trunk.tenant_id, called, number) >= MAX_TURNS:
            raise RemoteProtocolError(LOOP_DETECTED, "Loop Detected", request)
        if self._registry.is_trunk_full(trunk):
            raise CallRejected(request, RETRY_SECONDS)
        verification = _verification(request, trunk, origin, number, called)
        caller = self._caller(trunk, number, address)
        return InboundCall(caller, called, self._routing.plan(caller, destination), diversions, verification)

    def _turns(self, tenant_id: str, called: str, caller: str) -> int:
        """Count the unanswered calls of the same caller to the same number that are on their way outside again."""
        live = self._registry.find(inbound_key(tenant_id, called))
        return sum(
            any(one.outside is not None and name != CALLER for name, one in call.participants.items())
            for call in live
            if call.caller.number == caller and call.setup_state() is not None
        )

    def _caller(self, trunk: Trunk, number: str, address: Address | None) -> Caller:
        """Return the caller; one without a number is a data subject of this call alone."""
        subject = self._lines.subject(trunk.tenant_id, number) if number else random_id(self._clock)
        known = self._lines.name(trunk.tenant_id, number)[:MAX_SHOWN_NAME] if number else ""
        name = known or (_name(address) if address is not None and number else "")
        return Caller(trunk.tenant_id, "", "", subject, number, name, trunk_id=trunk.id)


def _verification(request: Request, trunk: Trunk, origin: CarrierCall, number: str, called: str) -> str:
    """Return the verification of the caller id. Raise RemoteProtocolError if the call is to be rejected for it."""
    mode = trunk.options.verification
    if mode == "off" or not origin.is_checked:
        return ""
    found = verify(origin.identity, number, called)
    if found.state == "failed" and mode == "reject":
        raise RemoteProtocolError(found.status, REASONS[found.status], request)
    return str(found)


def _destinations(
    numbers: PublicNumbers, request: Request, address: Address | None, trunks: Iterable[Trunk]
) -> Iterator[tuple[Trunk, str, str, Destination]]:
    """Yield where the call can lead: a trunk, the numbers of the caller and the called party in E.164, "" if the caller
    has none, and the destination."""
    dialled = _dialled_texts(request)
    for trunk in trunks:
        number = numbers.e164(trunk.tenant_id, address.uri.number) if address is not None else ""
        for text in dialled:
            called = numbers.e164(trunk.tenant_id, text)
            found = numbers.destination(trunk.tenant_id, trunk.id, called, number) if called else None
            if found is not None:
                yield trunk, number, called, found


def _caller_address(request: Request) -> Address | None:
    """Return the caller's address: the one that the carrier asserts (RFC 3325), else From; None if it is withheld."""
    if requests_privacy(request.all("privacy"), request.from_.uri.host):
        return None
    asserted = readable_addresses(request.values("p-asserted-identity"))
    return next((one for one in asserted if one.uri.user), request.from_)


def _dialled_texts(request: Request) -> tuple[str, ...]:
    """Return what can be the called number. After a registration the Request-URI is our Contact, and To has the number
    (RFC 3261 section 10); some carriers send it in P-Called-Party-ID (RFC 7315 section 4.2)."""
    named = readable_addresses(request.values("p-called-party-id"))
    called = [request.target, request.to.uri, *(one.uri for one in named)]
    return tuple(dict.fromkeys([uri.number[:64] for uri in called if uri.user]))


def _name(address: Address) -> str:
    """Return the caller's name, "" if it is invisible or only repeats the number: phones show the number then."""
    name = "".join(char for char in address.display[:MAX_SHOWN_NAME] if is_printable(char)).strip()
    repeats_number = visible_part(name).translate(_SEPARATORS).isdigit()
    return name if is_name(name, MAX_SHOWN_NAME) and not repeats_number else ""


_SEPARATORS = str.maketrans("", "", " +-.()/")
