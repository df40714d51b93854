"""Shared fixtures: both databases, a manual clock, keys and an event bus."""

import gc
import os
import sys
from collections.abc import AsyncIterator, Iterator, Set
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

sys.path.insert(0, str(Path(__file__).parent))

from cheap_passwords import hash_cheaply
from compiled_statements import share_compiled_statements
from databases import TEMPLATE, Postgres, empty_database, postgres_cluster
from groups import GROUPS, LATE, group_of, is_spread
from time_limit import pytest_pyfunc_call, pytest_timeout_set_timer

from unificx.cluster import EventBus, LocalEventBus
from unificx.core.access import Access, state_access
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.privacy import KeyStore

__all__ = ["pytest_pyfunc_call", "pytest_timeout_set_timer"]

gc.disable()  # until all tests are collected: nearly all objects of modules and tests stay
NICE = os.getpriority(os.PRIO_PROCESS, 0)
# The same examples in each run, so that a change is judged by what it changes; `script/test --hypothesis-profile explore`
# tries others. No deadline: it would measure the load of the machine.
settings.register_profile("explore", deadline=None)
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")
MASTER = bytes(range(32))


class EveryPurpose(Access):
    """Access of test code that calls a service itself: boundaries under test state their own."""

    def allows(self, uses: Set[str]) -> bool:
        return True


share_compiled_statements()
hash_cheaply()
# Inherited by every test and fixture of this process.
state_access(EveryPurpose("operations", "test"))


class ResourceScheduling(LoadScopeScheduling):
    """Scheduler that runs each group of `groups.py` in one worker, groups first. Other tests are distributed by
    file, those of a few modules by all parameters but the last; those of real programs before those that compute, which
    fill the end without waiting."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", maxsplit=1)[0]
        return group_of(module) or (nodeid.rpartition("-")[0] if is_spread(module) else module)

    def _assign_work_unit(self, node: Any) -> None:
        spread = [scope for scope in self.workqueue if "::" in scope]
        outside = [scope for scope in self.workqueue if scope.startswith("tests/outside/")]
        early = [group for group in GROUPS if group not in LATE]
        for scope in reversed([*early, *outside, *LATE, *spread]):
            if scope in self.workqueue:
                self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


def pytest_collection_finish() -> None:
    """Exempt all that was imported and collected from garbage collection: it took a fifth of the CPU time of imports, and
    of tests that only compute."""
    gc.collect()
    gc.freeze()
    gc.enable()


OUTSIDE = Path(__file__).parent / "outside"
BACKGROUND = 10
"""Added to the nice value of tests that only compute."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let real programs, which keep time, run before tests that only compute. Requires root: others may not return."""
    if "PYTEST_XDIST_WORKER" in os.environ and os.geteuid() == 0:
        os.setpriority(os.PRIO_PROCESS, 0, NICE + (0 if item.path.is_relative_to(OUTSIDE) else BACKGROUND))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ResourceScheduling:
    return ResourceScheduling(config, log)


@pytest.fixture(autouse=True)
def default_logging() -> Iterator[None]:
    """Undo what a command configured for the logs of its process."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def bus() -> EventBus:
    """Event bus that raises the exceptions of its handlers."""

    def fail(fault: BaseException) -> None:
        raise fault

    return LocalEventBus(fail)


@pytest.fixture
def keys(tmp_path: Path, clock: ManualClock) -> Iterator[KeyStore]:
    store = KeyStore(tmp_path / "keys.db", MASTER, clock)
    yield store
    store.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Real PostgreSQL, started once per run on first use."""
    with postgres_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def sqlite_template() -> bytes:
    return empty_database()


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    return TEMPLATE


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database with all tables, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "unificx.db"
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        yield f"sqlite:///{path}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    with postgres.borrowed() as name:
        yield postgres.url(name)


@pytest.fixture
async def database(database_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    """Empty database with all tables, on SQLite and on PostgreSQL."""
    fresh = Database(database_url, clock)
    yield fresh
    await fresh.close()
