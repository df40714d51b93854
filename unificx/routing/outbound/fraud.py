"""Fraud guard: limits of calls outside, stops when one is exceeded, and their release.

A decision about a call is made at once, from the counts that this node knows; they are then added to the counters that
all nodes share, and the shared counts replace its own. Emergency calls are never counted and never stopped.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

import structlog

from unificx.cluster import Counters, EventBus
from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.errors import Conflict, NotFound
from unificx.core.faults import describe_fault
from unificx.db import PendingWork
from unificx.routing.events import CallingReleased, CallingStopped
from unificx.routing.outbound import repository, usage
from unificx.routing.outbound.counts import CallCounts
from unificx.routing.outbound.decision import Allowed, OutsideCaller
from unificx.routing.outbound.numbers import PublicNumber, parse_e164
from unificx.routing.outbound.ports import LiveOutsideCall, LiveOutsideCalls, no_prices
from unificx.routing.outbound.schemas import CallingLimits, FraudStop, LimitScope
from unificx.routing.outbound.store import OutboundDependencies, OutboundStore
from unificx.routing.outbound.usage import Excess

log = structlog.get_logger()
CHECK_SECONDS = 10.0
"""Interval of the check of live calls; an unusual pattern is stopped within a minute."""
CONCURRENCY_SECONDS = 60.0
"""How long further calls are stopped after too many at a time."""
_ENDS_CALLS = frozenset(("time", "spend", "night", "new_country"))
"""Rules whose stop also ends the live calls that it concerns."""


class FraudGuard:
    """Counts calls outside and stops them. `live` shows the live calls and ends them."""

    def __init__(
        self,
        deps: OutboundDependencies,
        store: OutboundStore,
        counters: Counters,
        bus: EventBus,
        live: LiveOutsideCalls,
    ) -> None:
        self._deps = deps
        self._store = store
        self._bus = bus
        self._calls = live
        self._tasks = BackgroundTasks(Access("security", "fraud limits"))
        self.unstored = PendingWork("calling_stop_not_stored")
        self._counts = CallCounts(deps.database, store, counters, self._tasks)
        # Owner: this node, whose calls they are: minutes and cents of live calls that were counted, by call and number.
        self._counted: dict[tuple[str, str], tuple[int, float]] = {}

    # ---- decisions

    def permitted(self, tenant_id: str, caller: OutsideCaller, allowed: Allowed) -> Allowed | FraudStop:
        """Return a call without the trunks that are stopped, or the stop in force that forbids it. Nothing is
        counted."""
        foreign = self._is_foreign(tenant_id, allowed)
        found = [one for one in self.active(tenant_id) if foreign or not one.foreign]
        for stop in found:
            if stop.scope == "tenant" or (stop.scope, stop.scope_id) == ("extension", caller.extension_id):
                return stop
        stopped = {one.scope_id: one for one in found if one.scope == "trunk"}
        left = tuple(one for one in allowed.targets if one.trunk_id not in stopped)
        return replace(allowed, targets=left) if left else stopped[allowed.targets[0].trunk_id]

    def admit(self, tenant_id: str, caller: OutsideCaller, allowed: Allowed) -> Allowed | FraudStop:
        """Count a call that is about to be made. Return it without the trunks that are stopped, or the stop that
        forbids it, which may be a new one."""
        for scope, scope_id in _scopes(caller.extension_id):
            stop = self._stop_if_reached(tenant_id, scope, scope_id)
            if stop is not None:
                return stop
        for target in allowed.targets:
            self._stop_if_reached(tenant_id, "trunk", target.trunk_id)
        permitted = self.permitted(tenant_id, caller, allowed)
        if isinstance(permitted, FraudStop):
            return permitted
        number, day = permitted.number, self._day(tenant_id)
        if isinstance(number, PublicNumber) and self._is_foreign(tenant_id, permitted):
            stop = self._unusual(tenant_id, caller, number.country)
            if stop is not None:
                return stop
            self._counts.add_start(tenant_id, [("foreign", caller.extension_id)], day)
            self._counts.add_country(tenant_id, number.country, day)
        self._counts.add_start(tenant_id, _scopes(caller.extension_id, permitted.targets[0].trunk_id), day)
        return permitted

    def active(self, tenant_id: str) -> list[FraudStop]:
        """Return the stops of a tenant that are in force, oldest first."""
        now = self._deps.clock.now()
        return [one for one in self.stops(tenant_id) if one.released is None and (one.until is None or one.until > now)]

    def stops(self, tenant_id: str) -> list[FraudStop]:
        """Return the stops of the last weeks, oldest first."""
        return sorted((one for one in self._store.stops.values() if one.tenant_id == tenant_id), key=lambda one: one.id)

    # ---- live calls

    async def check(self) -> None:
        """Count the talk time and the costs of live calls and end those over a limit. Called every `CHECK_SECONDS`."""
        calls = [one for one in self._calls.outside_calls() if not one.emergency]
        keys = [(one.call_id, one.number) for one in calls]
        self._counted = {key: self._counted.get(key, (0, 0.0)) for key in keys}
        by_tenant = defaultdict[str, list[LiveOutsideCall]](list)
        for call in calls:
            by_tenant[call.tenant_id].append(call)
        for tenant_id, own in by_tenant.items():
            await self._count_talk(tenant_id, own)
            self._check_limits(tenant_id, own)
            self._check_night(tenant_id, own)
            stops = [one for one in self.active(tenant_id) if one.rule in _ENDS_CALLS]
            over = {one.call_id for one in own if self._is_over(one, stops)}
            if over:
                log.warning("calls_outside_ended", tenant=tenant_id, calls=len(over))
                self._calls.end_calls(over)

    async def release(self, tenant_id: str, reference: str, person_id: str) -> FraudStop:
        """Release a stop: its counts begin anew. Raises NotFound; Conflict if it is not in force."""
        stop = self._store.stops.get(reference)
        if stop is None or stop.tenant_id != tenant_id:
            raise NotFound("Stop not found.")
        if stop not in self.active(tenant_id):
            raise Conflict("This stop is not in force any more.")
        released = replace(stop, released=self._deps.clock.now(), released_by=person_id)
        async with self._deps.database.begin() as uow:
            await repository.save_stop(uow.session, released)
            uow.after_commit.append(partial(self._released, released))
        return released

    async def join(self) -> None:
        """Wait until stops are stored and counts are shared."""
        await self._tasks.join()

    # ---- inside

    def _released(self, stop: FraudStop) -> None:
        self._store.stops[stop.id] = stop
        key = {"night": "foreign", "new_country": "country"}.get(stop.rule, stop.scope)
        name = stop.country if stop.rule == "new_country" else stop.scope_id
        self._counts.change(stop.tenant_id, [(key, name)], lambda count, now: ())
        if stop.rule == "new_country":
            self._counts.set_first_day(stop.tenant_id, stop.country, 0)
        self._bus.publish(CallingReleased(stop.tenant_id, stop.id))

    def _stop_if_reached(self, tenant_id: str, scope: LimitScope, scope_id: str) -> FraudStop | None:
        """Return a new stop if a limit is reached and there is no stop for it yet."""
        limits = self._store.limits.get((tenant_id, scope, scope_id))
        if limits is None or any((one.scope, one.scope_id) == (scope, scope_id) for one in self.active(tenant_id)):
            return None
        count, now = self._counts.get(tenant_id, scope, scope_id), self._deps.clock.monotonic()
        excess = usage.reached(limits, count, self._live(limits), self._day(tenant_id), now)
        return self._stop(tenant_id, scope, scope_id, excess) if excess is not None else None

    def _live(self, limits: CallingLimits) -> int:
        """Return the number of live calls that a limit concerns; not counted where there is no such limit."""
        if limits.concurrent is None:
            return 0
        calls = self._calls.outside_calls(limits.tenant_id)
        return sum(not one.emergency and _concerns(limits.scope, limits.scope_id, one) for one in calls)

    def _unusual(self, tenant_id: str, caller: OutsideCaller, country: str) -> FraudStop | None:
        now = self._deps.clock.monotonic()
        if caller.extension_id and self._is_night(tenant_id):
            count = self._counts.get(tenant_id, "foreign", caller.extension_id)
            excess = usage.unusual("night", count, 0, now)
            if excess is not None:
                return self._stop(tenant_id, "extension", caller.extension_id, excess, foreign=True)
        if self._store.first_days.get((tenant_id, country)) != self._day(tenant_id):
            return None
        excess = usage.unusual("new_country", self._counts.get(tenant_id, "country", country), 0, now)
        if excess is not None:
            return self._stop(tenant_id, "tenant", "", excess, country=country, foreign=True)
        return None

    def _stop(
        self,
        tenant_id: str,
        scope: LimitScope,
        scope_id: str,
        excess: Excess,
        *,
        country: str = "",
        foreign: bool = False,
    ) -> FraudStop:
        now = self._deps.clock.now()
        stop = FraudStop(
            id=self._deps.clock.new_id(),
            tenant_id=tenant_id,
            scope=scope,
            scope_id=scope_id,
            rule=excess.rule,
            created=now,
            measured=excess.measured,
            limit=excess.limit,
            until=self._until(tenant_id, excess, now),
            country=country,
            foreign=foreign,
        )
        log.warning("calls_outside_stopped", tenant=tenant_id, scope=scope, rule=excess.rule)
        self._store.stops[stop.id] = stop
        self.unstored.add(partial(self._store_stop, stop.id))
        self._tasks.spawn(self.unstored.repeat())
        self._bus.publish(CallingStopped(stop.tenant_id, stop.id))
        return stop

    async def _store_stop(self, stop_id: str) -> None:
        """Store a stop as it is now, unless its tenant was deleted since."""
        stop = self._store.stops.get(stop_id)
        if stop is not None:
            async with self._deps.database.begin() as uow:
                await repository.save_stop(uow.session, stop)

    def _until(self, tenant_id: str, excess: Excess, now: datetime) -> datetime | None:
        if excess.rule == "concurrency":
            return now + timedelta(seconds=CONCURRENCY_SECONDS)
        if excess.rule == "rate":
            return now + timedelta(seconds=usage.HOUR)
        if excess.rule in ("time", "spend"):
            local = now.astimezone(self._deps.directory.time_zone(tenant_id))
            return datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
        return None

    async def _count_talk(self, tenant_id: str, calls: Sequence[LiveOutsideCall]) -> None:
        """Count the minutes that calls have begun since the last time, as carriers bill them, and what they cost."""
        begun = [(one, int(one.talk_seconds // usage.MINUTE) + 1) for one in calls if one.talk_seconds > 0]
        more = [(one, minutes) for one, minutes in begun if minutes > self._counted[one.call_id, one.number][0]]
        costs = await self._costs(tenant_id, more)
        day = self._day(tenant_id)
        for (call, minutes), cost in zip(more, costs, strict=True):
            before, paid = self._counted[call.call_id, call.number]
            cents = max(cost, paid)
            self._counted[call.call_id, call.number] = minutes, cents
            scopes, seconds = _scopes(call.extension_id, call.trunk_id), (minutes - before) * usage.MINUTE
            self._counts.add_talk(tenant_id, scopes, day=day, seconds=seconds, cents=cents - paid)

    async def _costs(self, tenant_id: str, calls: Sequence[tuple[LiveOutsideCall, int]]) -> Sequence[float]:
        """Return the cents that minutes of calls cost. The other limits apply even if prices cannot be read."""
        asked = [(one.number, minutes * usage.MINUTE) for one, minutes in calls]
        try:
            found = await self._deps.prices(tenant_id, asked) if asked else []
        except Exception as fault:
            log.error("call_prices_not_read", tenant=tenant_id, **describe_fault(fault))
            found = await no_prices(tenant_id, asked)
        prices = self._store.policy(tenant_id).prices
        return [
            cents if cents is not None else minutes * usage.price(prices, one.number)
            for (one, minutes), cents in zip(calls, found, strict=True)
        ]

    def _check_limits(self, tenant_id: str, calls: Sequence[LiveOutsideCall]) -> None:
        now, day = self._deps.clock.monotonic(), self._day(tenant_id)
        in_force = {(one.scope, one.scope_id, one.rule) for one in self.active(tenant_id)}
        for scope, scope_id in {key for call in calls for key in _scopes(call.extension_id, call.trunk_id)}:
            limits = self._store.limits.get((tenant_id, scope, scope_id))
            if limits is None:
                continue
            bounds = replace(limits, concurrent=None, calls_per_hour=None)
            excess = usage.reached(bounds, self._counts.get(tenant_id, scope, scope_id), 0, day, now)
            if excess is not None and (scope, scope_id, excess.rule) not in in_force:
                self._stop(tenant_id, scope, scope_id, excess)

    def _check_night(self, tenant_id: str, calls: Sequence[LiveOutsideCall]) -> None:
        if not self._is_night(tenant_id):
            return
        foreign = [one for one in calls if one.extension_id and self._is_foreign_number(tenant_id, one.number)]
        in_force = {one.scope_id for one in self.active(tenant_id) if one.rule == "night"}
        for extension_id in {one.extension_id for one in foreign} - in_force:
            count = self._counts.get(tenant_id, "foreign", extension_id)
            live = sum(one.extension_id == extension_id for one in foreign)
            excess = usage.unusual("night", count, live, self._deps.clock.monotonic())
            if excess is not None:
                self._stop(tenant_id, "extension", extension_id, excess, foreign=True)

    def _is_over(self, call: LiveOutsideCall, stops: Iterable[FraudStop]) -> bool:
        """Return whether one of the stops ends this call."""
        return any(
            _concerns(one.scope, one.scope_id, call)
            and (not one.foreign or self._is_foreign_number(call.tenant_id, call.number))
            for one in stops
        )

    def _is_foreign(self, tenant_id: str, allowed: Allowed) -> bool:
        number = allowed.number
        return isinstance(number, PublicNumber) and number.country != self._store.country(tenant_id)

    def _is_foreign_number(self, tenant_id: str, e164: str) -> bool:
        number = parse_e164(e164)
        return number is not None and number.country != self._store.country(tenant_id)

    def _is_night(self, tenant_id: str) -> bool:
        local = self._deps.clock.now().astimezone(self._deps.directory.time_zone(tenant_id))
        return usage.is_night(local.hour, self._store.policy(tenant_id).night)

    def _day(self, tenant_id: str) -> int:
        return self._deps.clock.now().astimezone(self._deps.directory.time_zone(tenant_id)).toordinal()


def _scopes(extension_id: str, trunk_id: str = "") -> Iterable[tuple[LimitScope, str]]:
    """Yield what a call of an extension over a trunk counts for; "" for none."""
    yield "tenant", ""
    if extension_id:
        yield "extension", extension_id
    if trunk_id:
        yield "trunk", trunk_id


def _concerns(scope: LimitScope, scope_id: str, call: LiveOutsideCall) -> bool:
    return (scope, scope_id) in _scopes(call.extension_id, call.trunk_id)
