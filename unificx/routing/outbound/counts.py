"""Counts of calls outside: those that this node knows, shared with all nodes, and the countries called before."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from unificx.cluster import Count, CounterKind, Counters
from unificx.core.background import BackgroundTasks
from unificx.db import Database
from unificx.routing.outbound import repository, usage
from unificx.routing.outbound.store import OutboundStore

_USAGE = CounterKind("calls outside", 100_000)
Change = Callable[[Count, float], Count]
Scope = tuple[str, str]
"""The kind of a scope, such as `extension`, and its id."""


class CallCounts:
    """Counts by tenant, scope and id. `tasks` run in the background what has to be stored or shared."""

    def __init__(self, database: Database, store: OutboundStore, counters: Counters, tasks: BackgroundTasks) -> None:
        self._database = database
        self._store = store
        self._counters = counters
        self._tasks = tasks
        # Owner: the shared counters; copies of this node, replaced by the shared counts after each change.
        self._counts: dict[str, Count] = {}

    def get(self, tenant_id: str, scope: str, scope_id: str) -> Count:
        """Return a count as this node knows it."""
        return self._counts.get(_key(tenant_id, scope, scope_id), ())

    def change(self, tenant_id: str, scopes: Iterable[Scope], change: Change) -> None:
        """Change counts of this node at once, and those of all nodes soon."""
        keys, now = [_key(tenant_id, *each) for each in scopes], self._database.clock.monotonic()
        for key in keys:
            self._counts[key] = change(self._counts.get(key, ()), now)
        while len(self._counts) > _USAGE.capacity:
            del self._counts[next(iter(self._counts))]
        self._tasks.spawn(self._share(keys, change))

    def add_start(self, tenant_id: str, scopes: Iterable[Scope], day: int) -> None:
        """Count a call."""
        self.change(tenant_id, scopes, partial(_with_start, day))

    def add_talk(self, tenant_id: str, scopes: Iterable[Scope], *, day: int, seconds: float, cents: float) -> None:
        """Count talk time and costs."""
        self.change(tenant_id, scopes, partial(_with_talk, day, seconds, cents))

    def add_country(self, tenant_id: str, country: str, day: int) -> None:
        """Count a call to a foreign country, and store the day of the first one."""
        if (tenant_id, country) not in self._store.first_days:
            self.set_first_day(tenant_id, country, day)
        self.add_start(tenant_id, [("country", country)], day)

    def set_first_day(self, tenant_id: str, country: str, day: int) -> None:
        """Store the day of the first call to a country; 0: it is a usual one."""
        self._store.first_days[tenant_id, country] = day
        self._tasks.spawn(self._store_country(tenant_id, country, day))

    async def _store_country(self, tenant_id: str, country: str, day: int) -> None:
        async with self._database.begin() as uow:
            await repository.save_called_country(uow.session, tenant_id, country, day)

    async def _share(self, keys: Sequence[str], change: Change) -> None:
        def apply(counts: Sequence[Count], now: float) -> tuple[Sequence[Count], Sequence[Count]]:
            after = [change(each, now) for each in counts]
            return after, after

        self._counts.update(zip(keys, await self._counters.update(_USAGE, keys, apply), strict=True))


def _key(tenant_id: str, scope: str, scope_id: str) -> str:
    return f"{tenant_id} {scope} {scope_id}"


def _with_start(day: int, count: Count, now: float) -> Count:
    return usage.with_start(count, day, now)


def _with_talk(day: int, seconds: float, cents: float, count: Count, now: float) -> Count:
    return usage.with_talk(count, day, now, seconds, cents)
