"""The rooms of an installation, built once with their ports filled; no sockets yet. Server and commands share this."""

import asyncio
import contextlib
import fcntl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry

from unificx import calls, presence
from unificx.app.settings import Site
from unificx.calls import Journal
from unificx.history import History
from unificx.kernel.clock import Clock
from unificx.kernel.errors import CannotStart
from unificx.kernel.facts import Bus
from unificx.people import People
from unificx.people.facts import TenantDeleted
from unificx.presence import Location, Registrar
from unificx.privacy import Erasure, KeyStore, master_key
from unificx.privacy import Journal as ErasureJournal
from unificx.store import Database, Outbox, Spool
from unificx.store.migrations import migrate

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rooms:
    """Everything that holds state."""

    site: Site
    clock: Clock
    bus: Bus
    database: Database
    keys: KeyStore
    erasure: Erasure
    outbox: Outbox
    spool: Spool
    people: People
    location: Location
    registrar: Registrar
    history: History
    journal: Journal
    metrics: CollectorRegistry


@asynccontextmanager
async def opened(site: Site, url: str, environ: dict[str, str], clock: Clock) -> AsyncIterator[Rooms]:
    """Open an installation for this process alone. Raises CannotStart if that cannot be.

    On the way in: migrations, what an earlier life left in the spool, and erasures a restored backup does not know.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(_locked(site))
        fresh = not site.keys.exists()
        master = master_key(site.home, environ, create=fresh)
        keys = KeyStore(site.keys, master, clock)
        stack.callback(keys.close)
        database = Database(url, clock)
        stack.push_async_callback(database.close)
        bus = Bus(_listener_failed)
        erasure = Erasure(ErasureJournal(site.erased), keys, clock, bus)
        erasure.replay()
        try:
            await migrate(database)
        except OSError as fault:
            raise CannotStart(f"The database does not answer: {fault.strerror or type(fault).__name__}.") from None
        rooms = _build(site, database, keys, erasure, bus)
        await rooms.spool.recover()
        stack.push_async_callback(rooms.spool.close)
        await rooms.people.start()
        for keeper in (rooms.spool.run(), rooms.outbox.run()):
            stack.push_async_callback(_end, asyncio.create_task(keeper))
        yield rooms


def _build(site: Site, database: Database, keys: KeyStore, erasure: Erasure, bus: Bus) -> Rooms:
    clock = database.clock
    outbox = Outbox(database, bus, clock)
    spool = Spool(site.spool, database)
    people = People(database, keys, clock)
    location = Location()
    registrar = Registrar(presence.Parts(people.directory, keys, spool, clock, bus), location)
    history = History(database, keys, spool)
    journal = Journal(spool, keys, clock)
    spool.handler(presence.KIND, registrar.apply)
    spool.handler(calls.KIND, journal.apply)
    outbox.subscribe(TenantDeleted, history.forget_tenant)
    return Rooms(
        site=site,
        clock=clock,
        bus=bus,
        database=database,
        keys=keys,
        erasure=erasure,
        outbox=outbox,
        spool=spool,
        people=people,
        location=location,
        registrar=registrar,
        history=history,
        journal=journal,
        metrics=CollectorRegistry(),
    )


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _listener_failed(fault: BaseException) -> None:
    log.error("listener_failed", fault=type(fault).__name__)


@contextlib.contextmanager
def _locked(site: Site) -> Iterator[None]:
    """One process at a time has an installation."""
    with contextlib.ExitStack() as stack:
        try:
            site.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = stack.enter_context(site.lock.open("wb"))
        except OSError as fault:
            raise CannotStart(
                f"{site.home} cannot be used: {fault.strerror}.", hint="Name another directory with --home."
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"Another UnifiCX already works in {site.home}.", hint="Stop it, or name another directory with --home."
            ) from None
        yield
