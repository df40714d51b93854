"""Services of calls outside, and live calls that a test declares."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from unificx.cluster import EventBus
from unificx.cluster.local import LocalCounters
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.identity import Extension, Identity
from unificx.locations import Locations
from unificx.privacy import KeyStore
from unificx.registrar import Caller
from unificx.routing import (
    DestinationDirectory,
    DestinationServiceDependencies,
    ExtensionKind,
    FeatureCodes,
    Fork,
    GroupKind,
    GroupService,
    HangupKind,
    HoursService,
    InboundNumber,
    LiveOutsideCall,
    NewNumber,
    NewRoute,
    NumberKind,
    Outbound,
    OutboundDependencies,
    OutsideTarget,
    Plan,
    Reject,
    RingMemory,
    build_outbound,
)
from unificx.routing.outbound.ports import CallPrices, no_prices
from unificx.trunks import TrunkDirectory, TrunkService

SECRET = bytes(range(32))
BERLIN, VIENNA = "+49301234567", "+4315131234"


@dataclass
class DeclaredCalls:
    """Live calls; `ended` are those that were ended."""

    calls: dict[str, LiveOutsideCall] = field(default_factory=dict[str, LiveOutsideCall])
    ended: list[str] = field(default_factory=list[str])

    def outside_calls(self, tenant_id: str | None = None) -> Sequence[LiveOutsideCall]:
        return [one for one in self.calls.values() if tenant_id in (None, one.tenant_id)]

    def end_calls(self, call_ids: Iterable[str]) -> None:
        for call_id in call_ids:
            self.ended.append(call_id)
            del self.calls[call_id]


@dataclass
class OutboundSetup:
    people: Identity
    acme: str
    globex: str
    database: Database
    keys: KeyStore
    clock: ManualClock
    bus: EventBus
    live: DeclaredCalls = field(default_factory=DeclaredCalls)
    prices: CallPrices = no_prices
    trunks: TrunkService = field(init=False)
    destinations: DestinationDirectory = field(init=False)
    outbound: Outbound = field(init=False)
    locations: Locations = field(init=False)
    hours: HoursService = field(init=False)
    groups: GroupService = field(init=False)

    def __post_init__(self) -> None:
        self.trunks = TrunkService(self.database, self.keys, self.clock, TrunkDirectory(lambda domain: False, SECRET))
        self.outbound = self.reopen()

    def reopen(self) -> Outbound:
        """Return the services as after a restart; the test calls `start`."""
        directory = self.people.directory
        self.destinations = DestinationDirectory([ExtensionKind(directory), HangupKind()])
        self.locations = Locations(self.database, self.keys, self.clock, directory)
        parts = OutboundDependencies(
            *(self.database, self.keys, self.clock, directory),
            *(self.trunks.directory, self.destinations, self.locations),
            prices=lambda tenant_id, calls: self.prices(tenant_id, calls),
        )
        kinds = DestinationServiceDependencies(self.database, self.keys, directory, self.destinations, self.clock)
        self.hours = HoursService(kinds, FeatureCodes(kinds))
        outbound = build_outbound(parts, LocalCounters(self.clock), self.bus, self.hours, self.live)
        self.hours.uses.append(outbound.permissions.uses_of_hours)
        self.destinations.add(NumberKind(outbound.store, outbound.routing))
        self.groups = GroupService(kinds, outbound.routing.check_member)
        members = outbound.routing.member_targets
        self.destinations.add(GroupKind(self.groups, directory, RingMemory(), self.clock.random_bytes, members))
        return outbound

    async def restart(self) -> None:
        self.outbound = self.reopen()
        await self.hours.start()
        await self.groups.start()
        await self.outbound.start()

    def extension(self, number: str = "1001", tenant_id: str = "") -> Extension:
        found = self.people.directory.extension(tenant_id or self.acme, number)
        assert found is not None
        return found

    def trunk_id(self, name: str, tenant_id: str = "") -> str:
        return self.trunks.find(tenant_id or self.acme, name).id

    async def open_route(self, tenant_id: str = "") -> None:
        """Create a route to all numbers over both trunks."""
        await self.outbound.routes.create(tenant_id or self.acme, NewRoute("outside", "+.", ("carrier", "second")))

    def dial(self, dialled: str, number: str = "1001", tenant_id: str = "") -> Plan:
        """Return the plan of a call, which is counted."""
        caller = Caller.of(self.extension(number, tenant_id))
        return self.outbound.routing.destination(caller, dialled).plan()

    def is_refused(self, dialled: str, number: str = "1001") -> bool:
        return isinstance(self.dial(dialled, number).steps[0].action, Reject)

    def live_call(self, call_id: str, dialled: str, seconds: float, number: str = "1001", **values: bool) -> None:
        """Declare a live call of an extension."""
        extension = self.extension(number)
        trunk_id, emergency = self.trunk_id("carrier"), values.get("emergency", False)
        self.live.calls[call_id] = LiveOutsideCall(
            call_id, self.acme, extension.id, trunk_id, seconds, emergency, dialled
        )


async def number(
    outside: OutboundSetup, e164: str = "+49301234500", tenant_id: str = "", **values: Any
) -> InboundNumber:
    """Add a public number of the first carrier that leads to 1001, unless `values` say otherwise."""
    new = NewNumber(e164, values.pop("trunk", "carrier"), values.pop("to", "extension:1001"), **values)
    return await outside.outbound.numbers.create(tenant_id or outside.acme, new)


def targets(plan: Plan) -> list[OutsideTarget]:
    """Return the targets of a plan in the order of its steps."""
    forks = [step.action for step in plan.steps]
    assert all(isinstance(one, Fork) for one in forks), plan
    return [one for fork in forks if isinstance(fork, Fork) for one in fork.targets if isinstance(one, OutsideTarget)]
