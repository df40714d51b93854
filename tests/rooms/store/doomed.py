"""A process that is going to be killed: it spools, or tells facts, and says aloud what it has promised."""

import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, select, update

from unificx.kernel.clock import Clock, SystemClock
from unificx.kernel.facts import Bus, Fact
from unificx.store import Database, Outbox, Spool, UnitOfWork

METADATA = MetaData()
SEEN = Table("seen", METADATA, Column("id", String, primary_key=True))
SUM = Table("sum", METADATA, Column("id", Integer, primary_key=True), Column("count", Integer))


@dataclass(frozen=True, slots=True)
class Counted(Fact):
    pass


async def lay(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(SUM.insert().values(id=1, count=0))


async def apply(uow: UnitOfWork, records: list[bytes]) -> None:
    """Count each record once, however often it comes: what every handler of the spool has to do."""
    ids = {record.decode() for record in records}
    known = set(await uow.session.scalars(select(SEEN.c.id).where(SEEN.c.id.in_(ids))))
    fresh = [{"id": one} for one in ids - known]
    if fresh:
        await uow.session.execute(SEEN.insert(), fresh)
        await uow.session.execute(update(SUM).values(count=SUM.c.count + len(fresh)))


async def count(fact: Counted, uow: UnitOfWork) -> None:
    """Count a fact, trusting the outbox to hand it over once."""
    await uow.session.execute(update(SUM).values(count=SUM.c.count + 1))


async def also(fact: Counted, uow: UnitOfWork) -> None:
    """A second handler of the same fact."""
    await uow.session.execute(SEEN.insert().values(id=fact.id))


def make_outbox(database: Database, clock: Clock) -> Outbox:
    outbox = Outbox(database, Bus(lambda fault: None), clock)
    outbox.subscribe(Counted, also)
    outbox.subscribe(Counted, count)
    return outbox


def promise(what: str) -> None:
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


async def spool_for_ever(database: Database, directory: Path) -> None:
    spool = Spool(directory, database)
    spool.handler("number", apply)
    number = 0
    while True:
        for _ in range(40):
            number += 1
            spool.append("number", b"%06d" % number)
            promise(f"{number:06d}")
        await spool.drain()


async def tell_for_ever(database: Database) -> None:
    clock = SystemClock()
    outbox = make_outbox(database, clock)
    while True:
        for _ in range(5):
            fact = Counted(clock.new_id(), "tenant")
            async with database.begin() as uow:
                uow.publish(fact)
            promise(fact.id)
        await outbox.deliver()


async def live(what: str, url: str, directory: str) -> None:
    """Work until killed. `what`: spool or outbox."""
    database = Database(url, SystemClock())
    if what == "spool":
        await spool_for_ever(database, Path(directory))
    else:
        await tell_for_ever(database)
