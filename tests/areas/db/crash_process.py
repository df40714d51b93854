"""Test process to be killed: it spools records or publishes events, and prints mode it has acknowledged."""

import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, select, update

from unificx.cluster import LocalEventBus
from unificx.core.clock import Clock, SystemClock
from unificx.core.events import DomainEvent
from unificx.db import Database, Outbox, Spool, UnitOfWork

METADATA = MetaData()
SEEN = Table("seen", METADATA, Column("id", String, primary_key=True))
SUM = Table("sum", METADATA, Column("id", Integer, primary_key=True), Column("count", Integer))


@dataclass(frozen=True, slots=True)
class Incremented(DomainEvent):
    pass


async def create_tables(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(SUM.insert().values(id=1, count=0))


async def apply(uow: UnitOfWork, records: list[bytes]) -> None:
    """Count each record once, even if applied repeatedly, as every spool handler must."""
    ids = {record.decode() for record in records}
    known = set(await uow.session.scalars(select(SEEN.c.id).where(SEEN.c.id.in_(ids))))
    fresh = [{"id": one} for one in ids - known]
    if fresh:
        await uow.session.execute(SEEN.insert(), fresh)
        await uow.session.execute(update(SUM).values(count=SUM.c.count + len(fresh)))


async def count(event: Incremented, uow: UnitOfWork) -> None:
    """Count an event, relying on exactly-once handling by the outbox."""
    await uow.session.execute(update(SUM).values(count=SUM.c.count + 1))


async def count_seen(event: Incremented, uow: UnitOfWork) -> None:
    """Second handler of the same event."""
    await uow.session.execute(SEEN.insert().values(id=event.id))


def make_outbox(database: Database, clock: Clock) -> Outbox:
    outbox = Outbox(database, LocalEventBus(lambda fault: None).publish, clock)
    outbox.subscribe(Incremented, count_seen)
    outbox.subscribe(Incremented, count)
    return outbox


def report(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def spool_forever(database: Database, directory: Path) -> None:
    spool = Spool(directory, database)
    spool.register_handler("number", apply)
    number = 0
    while True:
        for _ in range(40):
            number += 1
            spool.append("number", b"%06d" % number)
            report(f"{number:06d}")
        await spool.drain()


async def publish_forever(database: Database) -> None:
    clock = SystemClock()
    outbox = make_outbox(database, clock)
    while True:
        for _ in range(5):
            event = Incremented(clock.new_id(), "tenant")
            async with database.begin() as uow:
                uow.publish(event)
            report(event.id)
        await outbox.deliver()


async def run_until_killed(mode: str, url: str, directory: str) -> None:
    """Run until killed. `mode`: spool or outbox."""
    database = Database(url, SystemClock())
    if mode == "spool":
        await spool_forever(database, Path(directory))
    else:
        await publish_forever(database)
