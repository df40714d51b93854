"""Data about calls outside in memory: loaded at the start and changed after each commit of this node."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from unificx.core.clock import Clock
from unificx.core.errors import Invalid, NotFound
from unificx.db import Database, MemoryCopy
from unificx.identity import DEFAULT_COUNTRY, DirectoryCache
from unificx.locations import Locations
from unificx.privacy import KeyStore
from unificx.routing.hours.service import HoursService
from unificx.routing.kinds import DestinationDirectory
from unificx.routing.outbound import repository
from unificx.routing.outbound.decision import BlockLists, OutboundPlan, OutboundRules, TrunkChoice
from unificx.routing.outbound.numbers import PublicNumber, normalise
from unificx.routing.outbound.ports import CallPrices, no_prices
from unificx.routing.outbound.schemas import (
    Block,
    CallingLimits,
    CallingPolicy,
    FraudStop,
    InboundNumber,
    LimitScope,
    Route,
)
from unificx.trunks import TrunkDirectory

STOPS_SHOWN = timedelta(days=30)
"""How long released and expired stops are shown."""


@dataclass(frozen=True, slots=True)
class OutboundDependencies:
    """Dependencies of all services of calls outside."""

    database: Database
    keys: KeyStore
    clock: Clock
    directory: DirectoryCache
    trunks: TrunkDirectory
    destinations: DestinationDirectory
    locations: Locations
    prices: CallPrices = no_prices

    def trunk_id(self, tenant_id: str, reference: str, field: str) -> str:
        """Return the id of a tenant's trunk, given by name or id. Raises Invalid that names `field`."""
        trunk = self.trunks.find(tenant_id, reference)
        if trunk is None:
            raise Invalid("There is no such trunk.", field=field, hint="Create the trunk first.")
        return trunk.id


class OutboundStore:
    """Routes, numbers, lists, permissions and limits of all tenants. The services keep it up to date."""

    def __init__(self, deps: OutboundDependencies, hours: HoursService) -> None:
        self._deps = deps
        self.keys = deps.keys
        self.hours = hours
        self.routes = MemoryCopy[Route](lambda route: route.name)
        self.numbers = MemoryCopy[InboundNumber](lambda number: number.number)
        # Owner: the database. A copy of this node, changed after each of its commits.
        self.blocks: dict[str, Block] = {}
        self.policies: dict[str, CallingPolicy] = {}
        self.limits: dict[tuple[str, LimitScope, str], CallingLimits] = {}
        self.stops: dict[str, FraudStop] = {}
        self.first_days: dict[tuple[str, str], int] = {}
        """Day of the first call by tenant and country."""
        # Owner: this node, derived from the copies above.
        self._plans: dict[str, OutboundPlan] = {}
        self._incoming: dict[str, BlockLists] = {}

    async def start(self) -> None:
        """Load everything."""
        deps = self._deps
        async with deps.database.read() as session:
            for route in await repository.all_routes(session):
                self.put_route(route)
            for number in await repository.all_numbers(session, deps.keys):
                self.put_number(number)
            self.blocks = {one.id: one for one in await repository.all_blocks(session, deps.keys)}
            self.policies = {one.tenant_id: one for one in await repository.all_policies(session)}
            for limits in await repository.all_limits(session):
                self.limits[limits.tenant_id, limits.scope, limits.scope_id] = limits
            self.first_days = await repository.all_called_countries(session)
            found = await repository.stops(session, deps.clock.now() - STOPS_SHOWN)
            self.stops = {one.id: one for one in found}

    # ---- lookups

    def country(self, tenant_id: str) -> str:
        """Return the country by whose rules a tenant dials."""
        tenant = self._deps.directory.tenant(tenant_id)
        return tenant.country if tenant is not None else DEFAULT_COUNTRY

    def plan(self, tenant_id: str) -> OutboundPlan:
        """Return what decides on the calls of a tenant."""
        plan = self._plans.get(tenant_id)
        if plan is None or plan.rules.country != self.country(tenant_id):
            plan = self._plans[tenant_id] = self._build(tenant_id)
        return plan

    def is_caller_blocked(self, tenant_id: str, extension_id: str, number: str) -> bool:
        """Return whether calls of a number, in E.164, are blocked by the tenant or the extension."""
        lists = self._incoming.get(tenant_id)
        if lists is None:
            lists = self._incoming[tenant_id] = BlockLists(self.blocks_of(tenant_id, "in"))
        return lists.refuses(extension_id, number)

    def number(self, tenant_id: str, e164: str) -> InboundNumber | None:
        """Return a public number of a tenant."""
        return self.numbers.named(tenant_id, e164)

    def dialled_number(self, tenant_id: str, dialled: str) -> InboundNumber | None:
        """Return the public number of a tenant that a string means when the tenant dials it."""
        number = normalise(dialled, self.country(tenant_id))
        return self.number(tenant_id, number.e164) if isinstance(number, PublicNumber) else None

    def numbers_of(self, tenant_id: str) -> list[InboundNumber]:
        """Return the public numbers of a tenant in order of creation."""
        return self.numbers.of_tenant(tenant_id)

    def routes_of(self, tenant_id: str) -> list[Route]:
        """Return the routes of a tenant in order of creation."""
        return self.routes.of_tenant(tenant_id)

    def blocks_of(self, tenant_id: str, direction: str) -> list[Block]:
        """Return the entries of a tenant's lists of one direction, those of its extensions included."""
        return [one for one in self.blocks.values() if (one.tenant_id, one.direction) == (tenant_id, direction)]

    def policy(self, tenant_id: str) -> CallingPolicy:
        """Return the permissions of a tenant."""
        return self.policies.get(tenant_id) or CallingPolicy(tenant_id)

    def limits_of(self, tenant_id: str) -> list[CallingLimits]:
        """Return the limits that are set in a tenant."""
        return sorted(
            (one for one in self.limits.values() if one.tenant_id == tenant_id),
            key=lambda one: (one.scope, one.scope_id),
        )

    # ---- changes

    def changed(self, tenant_id: str) -> None:
        """Derive everything about a tenant anew when it is needed next. Call it when a trunk was changed too."""
        self._plans.pop(tenant_id, None)
        self._incoming.pop(tenant_id, None)

    def put_route(self, route: Route) -> None:
        self.routes.put(route)
        self.changed(route.tenant_id)

    def drop_route(self, route: Route) -> None:
        self.routes.drop(route)
        self.changed(route.tenant_id)

    def put_number(self, number: InboundNumber) -> None:
        self.numbers.put(number)
        self.changed(number.tenant_id)

    def drop_number(self, number: InboundNumber) -> None:
        self.numbers.drop(number)
        self.changed(number.tenant_id)

    def drop_extension(self, tenant_id: str, extension_id: str) -> None:
        """Forget the list and the limits of an extension."""
        for block in [one for one in self.blocks.values() if one.extension_id == extension_id]:
            del self.blocks[block.id]
        self.limits.pop((tenant_id, "extension", extension_id), None)
        self.changed(tenant_id)

    def drop_tenant(self, tenant_id: str) -> None:
        """Forget everything about a tenant."""
        for number in self.numbers_of(tenant_id):
            self.numbers.drop(number)
        for route in self.routes_of(tenant_id):
            self.routes.drop(route)
        for held in (self.blocks, self.stops):
            for id_ in [one.id for one in held.values() if one.tenant_id == tenant_id]:
                del held[id_]
        self.policies.pop(tenant_id, None)
        for key in [key for key in self.limits if key[0] == tenant_id]:
            del self.limits[key]
        for called in [called for called in self.first_days if called[0] == tenant_id]:
            del self.first_days[called]
        self.changed(tenant_id)

    # ---- internals

    def _build(self, tenant_id: str) -> OutboundPlan:
        return OutboundPlan(
            OutboundRules(
                tenant_id=tenant_id,
                country=self.country(tenant_id),
                routes=self.routes_of(tenant_id),
                trunks=list(self._trunks(tenant_id)),
                numbers=self.numbers_of(tenant_id),
                policy=self.policy(tenant_id),
                reach={one.scope_id: one.reach for one in self.limits_of(tenant_id) if one.scope == "extension"},
                hours={one.scope_id: one.hours for one in self.limits_of(tenant_id) if one.hours},
                blocks=self.blocks_of(tenant_id, "out"),
            ),
            self._chance,
            partial(self._is_open, tenant_id),
        )

    def _is_open(self, tenant_id: str, hours_id: str) -> bool:
        try:
            return self.hours.is_open(self.hours.get(tenant_id, hours_id))
        except NotFound:
            return False

    def _chance(self) -> float:
        return int.from_bytes(self._deps.clock.random_bytes(6)) / (1 << 48)

    def _trunks(self, tenant_id: str) -> Iterable[TrunkChoice]:
        for trunk in self._deps.trunks.trunks(tenant_id):
            yield TrunkChoice(
                trunk.id, trunk.name, trunk.options.number_format, sends_location=trunk.options.sends_location
            )
