"""Bootstrap of an installation: lock, keys, database, and recovery after a restart."""

import asyncio
import contextlib
import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.core.events import EventBus
from unificx.db import FLOOR, Database, claim
from unificx.db.migrations import migrate
from unificx.privacy import Erasure, ErasureJournal, KeyStore, MasterKey, master_key
from unificx.server.cleanup import Housekeeping
from unificx.server.container import Rooms, build
from unificx.server.notification_settings import reaching
from unificx.server.paths import InUse, Site

log = structlog.get_logger()


@asynccontextmanager
async def opened(site: Site, url: str, environ: dict[str, str], clock: Clock) -> AsyncIterator[Rooms]:
    """Open an installation exclusively for this process. Raise CannotStart on failure.

    Runs migrations, replays the spool of the previous process, and repeats erasures unknown to a restored backup.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(_locked(site))
        fresh = not site.keys.exists()
        master = MasterKey(master_key(site.home, environ, create=fresh))
        keys = KeyStore(site.keys, master, clock)
        stack.callback(keys.close)
        database = Database(url, clock)
        stack.push_async_callback(database.close)
        bus = EventBus(_listener_failed)
        erasure = Erasure(ErasureJournal(site.erased), keys, clock, bus)
        erasure.replay()
        try:
            await migrate(database)
        except OSError as fault:
            raise StartupError(f"The database does not respond: {fault.strerror or type(fault).__name__}.") from None
        await claim(database, keys.installation_id, keys_unused=keys.is_empty)
        reach = reaching(site, environ, master)
        stack.push_async_callback(reach.gate.close)
        rooms = build(site, database, keys, erasure, bus, reach=reach)
        await rooms.spool.recover()
        stack.push_async_callback(rooms.spool.close)
        await rooms.people.start()
        await rooms.mailboxes.start()
        await rooms.own_sounds.start()
        await rooms.archive.start()
        await rooms.meeting_rooms.start()
        await rooms.push.start()
        stack.push_async_callback(rooms.push.close)
        await rooms.outbox.start()
        house = Housekeeping(rooms)
        stack.push_async_callback(house.close)
        await house.start()
        keepers = [rooms.spool.run(), rooms.outbox.run(), house.run(), rooms.keeping.run(), rooms.transcribing.run()]
        if rooms.letters is not None:
            keepers.append(rooms.letters.run())
        for keeper in keepers:
            stack.push_async_callback(_end, asyncio.create_task(keeper))
        yield rooms


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _listener_failed(fault: BaseException) -> None:
    log.error("listener_failed", fault=type(fault).__name__)


@contextlib.contextmanager
def _locked(site: Site) -> Iterator[None]:
    """Hold the lock of an installation: one process at a time."""
    with contextlib.ExitStack() as stack:
        os.umask(0o077)  # files are created readable by this user only
        try:
            site.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = stack.enter_context(site.lock.open("wb"))
        except OSError as fault:
            raise StartupError(
                f"{site.home} cannot be used: {fault.strerror}.", hint="Choose another directory with --home."
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(
                f"Another UnifiCX process is using {site.home}.",
                hint="Stop it, or choose another directory with --home.",
            ) from None
        free = shutil.disk_usage(site.home).free
        if free < FLOOR:
            raise StartupError(
                f"The disk of {site.home} is full: {free >> 20} MiB free, {FLOOR >> 20} MiB needed.",
                hint="Free disk space, or choose another directory with --home.",
            )
        yield
