"""Calls outside of all tenants: the decision about a dialled number as a destination, and all services together."""

from dataclasses import dataclass

from unificx.cluster import Counters, EventBus
from unificx.core.errors import Invalid
from unificx.core.events import DomainEvent
from unificx.core.phrases import Phrase
from unificx.db import UnitOfWork, lock_scope
from unificx.registrar import Caller
from unificx.routing.destinations import Destination
from unificx.routing.events import EmergencyCallMade
from unificx.routing.hours.service import HoursService
from unificx.routing.outbound import repository
from unificx.routing.outbound.blocks import BlockService
from unificx.routing.outbound.decision import Allowed, Decision, OutsideCaller, Refused
from unificx.routing.outbound.explanations import explain_refusal
from unificx.routing.outbound.fraud import FraudGuard
from unificx.routing.outbound.inbound import PublicNumberService
from unificx.routing.outbound.number_import import NumberFiles
from unificx.routing.outbound.numbers import Emergency, PublicNumber, normalise
from unificx.routing.outbound.permissions import CallingPermissions
from unificx.routing.outbound.ports import LiveOutsideCalls
from unificx.routing.outbound.routes import RouteService
from unificx.routing.outbound.schemas import FraudStop
from unificx.routing.outbound.store import OutboundDependencies, OutboundStore
from unificx.routing.plans import NO_OUTSIDE_LINE, NO_SUCH_NUMBER, Fork, OutsideTarget, Plan, Reject, Rejection, Step
from unificx.trunks import Trunk

RING_SECONDS = 180.0
"""How long a carrier may take to connect a call."""
MAX_CALL_SECONDS = 14_400.0
"""Longest call outside that no extension makes."""
EMERGENCY_SECONDS = 86_400.0
"""Longest emergency call."""
NEXT_CARRIER = frozenset(("unreachable", "failed"))
"""Outcomes after which the next trunk is tried: those that speak of the carrier, not of the called party."""


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """A number outside, with the trunks to try in order. `call_seconds`: maximum length of the call."""

    allowed: Allowed
    call_seconds: float

    def plan(self) -> Plan:
        """Try the trunks one after the other: for an emergency call all of them, whatever happens."""
        emergency = isinstance(self.allowed.number, Emergency)
        after = frozenset() if emergency else NEXT_CARRIER
        forks = [Fork((target,), RING_SECONDS, self.call_seconds) for target in self.allowed.targets]
        return Plan(tuple(Step(fork, after if position else frozenset()) for position, fork in enumerate(forks)))


class OutboundRouting:
    """Decides on dialled numbers outside."""

    def __init__(self, deps: OutboundDependencies, store: OutboundStore, fraud: FraudGuard, bus: EventBus) -> None:
        self._deps = deps
        self._store = store
        self._fraud = fraud
        self._bus = bus

    def is_emergency(self, tenant_id: str, dialled: str) -> bool:
        """Return whether a dialled string means an emergency number of the tenant's country."""
        return isinstance(normalise(dialled, self._store.country(tenant_id)), Emergency)

    def caller(self, caller: Caller) -> OutsideCaller:
        """Return what decides on the calls of a party."""
        place = self._deps.locations.of_caller(caller)
        shown = place.number if place is not None else ""
        if shown and self._store.number(caller.tenant_id, shown) is None:  # the tenant no longer has it
            shown = ""
        number = "" if caller.is_outside else caller.number
        return OutsideCaller(caller.extension_id, number, shown, caller.calling_for)

    def decide(
        self, tenant_id: str, caller: OutsideCaller, dialled: str, *, withheld: bool = False
    ) -> tuple[Decision, FraudStop | None]:
        """Return the decision about a call, and the stop that forbids it. Nothing is counted."""
        decision = self._store.plan(tenant_id).decide(caller, dialled, withheld=withheld)
        if not isinstance(decision, Allowed) or isinstance(decision.number, Emergency):
            return decision, None
        found = self._fraud.permitted(tenant_id, caller, decision)
        return (found, None) if isinstance(found, Allowed) else (Refused("stopped", decision.number, found.rule), found)

    def may_call_back(self, tenant_id: str, number: str) -> bool:
        """Return whether the tenant may call back the number of a caller, "" for a withheld one, by itself. Nothing is
        counted.

        A caller chooses the number that is shown: it must be an ordinary one in an open country, whatever else the
        tenant may call, and not the tenant's own, which would lead the call back.
        """
        if not number or self._store.number(tenant_id, number) is not None:
            return False
        if self._deps.directory.is_suspended(tenant_id, ""):
            return False
        decision, _ = self.decide(tenant_id, OutsideCaller(), number)
        called = decision.number if isinstance(decision, Allowed) else None
        return isinstance(called, PublicNumber) and called.kind == "ordinary"

    def check_member(self, tenant_id: str, text: str) -> str:
        """Return the number outside of a new member of a group, in E.164. Raises Invalid if the group may not call it:
        the rules of calls outside decide, of which `destination` counts the limits when the group calls."""
        decision = self._store.plan(tenant_id).decide(OutsideCaller(), text)
        if isinstance(decision, Refused):
            raise Invalid(Phrase("This group cannot call {}: {}", text, explain_refusal(decision)), field="members")
        number = decision.number
        if not isinstance(number, PublicNumber) or not self._may_be_member(tenant_id, number):
            raise Invalid(
                Phrase("{} cannot be a member: use the ordinary number of another party.", text), field="members"
            )
        return number.e164

    def member_targets(self, tenant_id: str, number: str, calling_for: str) -> tuple[OutsideTarget, ...]:
        """Return the trunks to try for the call of a group to a member outside, which is made now; none if a rule or a
        limit forbids it."""
        public = normalise(number, self._store.country(tenant_id))
        if not isinstance(public, PublicNumber) or not self._may_be_member(tenant_id, public):
            return ()
        caller = Caller(tenant_id, "", "", "", number="", name="", calling_for=calling_for)
        found = self.destination(caller, public.e164)
        return found.allowed.targets if isinstance(found, OutsideCall) else ()

    def _may_be_member(self, tenant_id: str, number: PublicNumber) -> bool:
        """Whether a group may ring a number without a user's decision: it must not have a price that its owner sets,
        whatever else the tenant may call, and not be the tenant's own, which would lead the call back."""
        return number.kind != "premium" and self._store.number(tenant_id, number.e164) is None

    def destination(self, caller: Caller, dialled: str, *, withheld: bool = False, counted: bool = True) -> Destination:
        """Return the destination of a number that a caller dials. `counted`: the call is made now, so it counts for the
        limits, and an emergency call is announced."""
        own = self.caller(caller)
        if not counted:
            expected, _ = self.decide(caller.tenant_id, own, dialled, withheld=withheld)
            return _rejection(expected) if isinstance(expected, Refused) else OutsideCall(expected, MAX_CALL_SECONDS)
        decision = self._store.plan(caller.tenant_id).decide(own, dialled, withheld=withheld)
        if isinstance(decision, Refused):
            return _rejection(decision)
        if isinstance(decision.number, Emergency):
            number = decision.number.number
            self._bus.publish(EmergencyCallMade(caller, number))
            return OutsideCall(decision, EMERGENCY_SECONDS)
        if self._deps.directory.is_suspended(caller.tenant_id, caller.extension_id):
            return Reject(Rejection.NOT_ALLOWED)
        permitted = self._fraud.admit(caller.tenant_id, own, decision)
        if isinstance(permitted, FraudStop):
            return Reject(Rejection.NOT_ALLOWED)
        extension = self._deps.directory.extension_by_id(caller.extension_id)
        seconds = float(extension.max_call_seconds) if extension is not None else MAX_CALL_SECONDS
        return OutsideCall(permitted, seconds)


def _rejection(refused: Refused) -> Reject:
    match refused.rule:
        case "not_a_number":
            return NO_SUCH_NUMBER
        case "no_trunk" | "no_route":
            return NO_OUTSIDE_LINE
        case _:
            return Reject(Rejection.NOT_ALLOWED)


@dataclass(frozen=True, slots=True)
class Outbound:
    """All services of calls outside. Call `start` first."""

    store: OutboundStore
    routes: RouteService
    numbers: PublicNumberService
    number_files: NumberFiles
    blocks: BlockService
    permissions: CallingPermissions
    fraud: FraudGuard
    routing: OutboundRouting

    async def start(self) -> None:
        """Load everything."""
        await self.store.start()

    def trunks_changed(self, event: DomainEvent) -> None:
        """Decide with the trunks of a tenant as they are now. Handler of the bus."""
        self.store.changed(event.tenant)

    async def uses_of(self, uow: UnitOfWork, trunk: Trunk) -> list[str]:
        """Return the names of routes and numbers that use a trunk, and keep other transactions from changing them."""
        tenant_id = trunk.tenant_id
        for scope in ("outbound routes", "public numbers"):
            await lock_scope(uow.session, scope, tenant_id)
        known = await repository.routes_of(uow.session, tenant_id)
        owned = await repository.numbers_of(uow.session, self.store.keys, tenant_id)
        routes = [one.name for one in known if trunk.id in one.trunks]
        numbers = [one.number for one in owned if one.trunk_id == trunk.id]
        return [*(Phrase("route {}", name) for name in routes), *(Phrase("number {}", number) for number in numbers)]


def build_outbound(
    deps: OutboundDependencies, counters: Counters, bus: EventBus, hours: HoursService, live: LiveOutsideCalls
) -> Outbound:
    """Build the services of calls outside."""
    store = OutboundStore(deps, hours)
    numbers = PublicNumberService(deps, store)
    fraud = FraudGuard(deps, store, counters, bus, live)
    return Outbound(
        store,
        RouteService(deps, store),
        numbers,
        NumberFiles(deps, store, numbers),
        BlockService(deps, store),
        CallingPermissions(deps, store),
        fraud,
        OutboundRouting(deps, store, fraud, bus),
    )
