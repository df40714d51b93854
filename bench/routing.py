"""CPU time of the routing decision in a large tenant: extensions, groups, menus, public numbers and routes as saved."""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench import Metric, metric
from unificx.core.access import Access, stating
from unificx.core.clock import SystemClock
from unificx.identity import Extension, NewTenant
from unificx.ivr import NewMenu
from unificx.registrar import Caller
from unificx.routing import DestinationRef, DialPlan, NewGroup, NewNumber, NewRoute, Routing
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url
from unificx.trunks import NewTrunk

EXTENSIONS, GROUPS, MENUS, ROUTES, PUBLIC, CALLS = 5_000, 500, 200, 1_000, 200, 2_000
OUTSIDE = 500
"""Calls outside of one extension, all of which count in its last hour."""
SHAPES = ("+49{}.", "0{}X.", "0{}ZXX", "+{}.")


def run() -> list[Metric]:
    return asyncio.run(_measure())


async def _measure() -> list[Metric]:
    with tempfile.TemporaryDirectory() as folder, stating(Access("telephony", "bench")):
        paths = InstallationPaths(Path(folder))
        async with open_installation(paths, database_url(paths, {}), {}, SystemClock()) as container:
            caller = await _fill(container)
            statements: list[str] = []

            def count(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
                statements.append(statement)

            event.listen(container.database.engine.sync_engine, "before_cursor_execute", count)
            services, directory = container.routing, container.identity.directory
            plan = DialPlan(directory, services.destinations, services.outbound.routing, services.speed_dials)
            routing = Routing(plan, container.location, availability=services.presence.availability)
            found = [(kind, _median_of(routing, caller, numbers)) for kind, numbers in _dialled()]
            await services.outbound.fraud.join()
            queries = len(statements)
    size = f"in a tenant of {EXTENSIONS:,} extensions, {GROUPS} groups, {MENUS} menus and {ROUTES:,} routes"
    return [
        *(metric(f"routing decision on {kind}, {size}", value, "us", 50) for kind, value in found),
        metric("database statements of all these decisions", queries, "", 0),
    ]


async def _fill(container: Container) -> Caller:
    """Save the tenant; return a caller in it. Its people come straight into memory: saving them takes minutes."""
    tenant = (await container.identity.tenants.create(NewTenant("large", "Large", "large.example"))).id
    for at in range(EXTENSIONS):
        number = str(10_000 + at)
        one = Extension(f"e{at}", tenant, number, None, f"s{at}", 20, 3600, f"Person {number}")
        container.identity.directory.put_extension(one)
    services = container.routing
    for name in ("a", "b"):
        await container.trunks.create(tenant, NewTrunk(name, "192.0.2.1:5060", registers=False, check_seconds=0))
    for at in range(GROUPS):
        members = tuple(f"e{(at * 7 + step) % EXTENSIONS}" for step in range(6))
        otherwise = DestinationRef("extension", str(10_000 + at))
        await services.groups.create(tenant, NewGroup(str(6_000 + at), (members,), otherwise=otherwise))
    for at in range(MENUS):
        keys = {str(key): f"group:{6_000 + (at + key) % GROUPS}" for key in range(1, 10)}
        await services.menus.create(
            tenant, NewMenu(str(7_000 + at), f"extension:{10_000 + at}", say="Welcome.", keys=keys)
        )
    for at in range(PUBLIC):
        number = f"+4930{1_000_000 + at}"
        await services.outbound.numbers.create(tenant, NewNumber(number, "a", f"menu:{7_000 + at}"))
    for at in range(ROUTES):
        pattern = SHAPES[at % 4].format(30 + at)
        await services.outbound.routes.create(
            tenant, NewRoute(f"route {at}", pattern, ("a", "b"), position=100 + at % 3)
        )
    await services.outbound.routes.create(tenant, NewRoute("all", "+.", ("a", "b"), position=900))
    return Caller(tenant, "e0", "d0", "s0", "10000", "Person 0")


def _dialled() -> Iterator[tuple[str, list[str]]]:
    """The numbers that are dialled, by kind."""
    draw = random.Random(1)
    yield "an extension", [str(10_000 + draw.randrange(EXTENSIONS)) for _ in range(CALLS)]
    yield "a group", [str(6_000 + draw.randrange(GROUPS)) for _ in range(CALLS)]
    yield "a menu", [str(7_000 + draw.randrange(MENUS)) for _ in range(CALLS)]
    yield "a number outside", [f"0{30 + draw.randrange(800)}{1_000_000 + at * 37}" for at in range(OUTSIDE)]


def _median_of(routing: Routing, caller: Caller, numbers: list[str]) -> float:
    """Return the median CPU time of a decision in microseconds."""
    taken: list[float] = []
    for number in numbers:
        before = time.process_time()
        plan = routing.route(caller, number)
        taken.append(time.process_time() - before)
        assert plan.steps
        assert not plan.is_rejected, number
    return statistics.median(taken) * 1e6
