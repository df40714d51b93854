"""Implementations of the ports. To run another one through the contract tests, add it to the parameters of its fixture.

Each fixture yields what two nodes would use: for a single process, the same object.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from port_setup import JournalOfTwoProcesses, LoggedRecords

from unificx.calls import SpooledCallJournal
from unificx.cluster import CallJournal, Counters, EventBus, LocalEventBus, Location, OneTimeStore
from unificx.cluster.local import LocalCounters, LocalLeases, LocalOneTimeStore
from unificx.cluster.ports import Leases
from unificx.core.clock import ManualClock
from unificx.db import Database, Spool
from unificx.registrar import Binding, LocationService


@pytest.fixture(params=["local"])
def one_time(clock: ManualClock) -> tuple[OneTimeStore, OneTimeStore]:
    store = LocalOneTimeStore(clock)
    return store, store


@pytest.fixture(params=["local"])
def counters(clock: ManualClock) -> tuple[Counters, Counters]:
    store = LocalCounters(clock)
    return store, store


@pytest.fixture(params=["local"])
def leases() -> tuple[Leases, Leases]:
    shared = LocalLeases()
    return shared, shared


@pytest.fixture
def faults() -> list[BaseException]:
    """Exceptions of event handlers."""
    return []


@pytest.fixture(params=["local"])
def event_bus(faults: list[BaseException]) -> EventBus:
    return LocalEventBus(faults.append)


@pytest.fixture(params=["local"])
def location() -> Location[Binding]:
    return LocationService()


@pytest.fixture(params=["spool"])
async def records(tmp_path: Path, database: Database) -> AsyncIterator[LoggedRecords]:
    spool = Spool(tmp_path / "spool", database, limit=100_000)
    yield LoggedRecords(spool, spool.drain)
    await spool.close()


@pytest.fixture(params=["spool"])
async def call_journal(tmp_path: Path, database: Database) -> JournalOfTwoProcesses:
    async def nothing() -> None: ...

    async def next_process() -> CallJournal:
        spool = Spool(tmp_path / "spool", database)
        journal = SpooledCallJournal(spool, database, nothing)
        await spool.recover()
        return journal

    return JournalOfTwoProcesses(await next_process(), next_process)
