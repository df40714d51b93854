"""Shared fixtures: both databases, a manual clock, keys and an event bus."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

sys.path.insert(0, str(Path(__file__).parent))

from databases import Postgres, postgres_cluster

from unificx.core.clock import ManualClock
from unificx.core.events import EventBus
from unificx.db import Database
from unificx.db.migrations import migrate
from unificx.privacy import KeyStore

MASTER = bytes(range(32))


BROWSER_WORDS = {"browser", "client"}
AUDIO_WORDS = {
    "apps",
    "audio",
    "check",
    "conference",
    "engine",
    "inband",
    "intelligibility",
    "music",
    "parked",
    "recording",
    "rtpengine",
    "sounds",
    "transfers",
    "voicemail",
}
"""Words in file names of tests that drive a browser, or that capture audio."""


class ResourceScheduling(LoadScopeScheduling):
    """Scheduler that runs all browser tests in one worker and all audio tests in another.

    Running more of them at once would overload the machine. Other tests are distributed by file.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.split("::", maxsplit=1)[0])
        words = set(path.stem.split("_")) if path.parent.name == "outside" else set()
        return "browser" if words & BROWSER_WORDS else "audio" if words & AUDIO_WORDS else str(path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ResourceScheduling:
    return ResourceScheduling(config, log)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def bus() -> EventBus:
    """Event bus that raises the exceptions of its handlers."""

    def fail(fault: BaseException) -> None:
        raise fault

    return EventBus(fail)


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


async def create_tables(url: str) -> None:
    """Create all tables in an empty database, as a first start does."""
    database = Database(url, ManualClock())
    await migrate(database)
    await database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(create_tables(f"sqlite:///{path}"))
    return path.read_bytes()


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    name = asyncio.run(postgres.create())
    asyncio.run(create_tables(postgres.url(name)))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a fresh database with all tables, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "unificx.db"
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        yield f"sqlite:///{path}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = asyncio.run(postgres.create(request.getfixturevalue("postgres_template")))
    yield postgres.url(name)
    asyncio.run(postgres.drop(name))


@pytest.fixture
async def database(database_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    """Fresh database with all tables, on SQLite and on PostgreSQL."""
    fresh = Database(database_url, clock)
    yield fresh
    await fresh.close()
