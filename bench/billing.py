"""Rating of calls outside by the longest prefix of 50,000 rates, and the memory of imports and of invoices."""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import event

from bench import Metric, Process, metric
from tests.databases import empty_database
from unificx.billing import Billing, BillingDetails, build_billing
from unificx.billing.machine.deck_csv import DeckReader
from unificx.billing.machine.rates import Deck, Rate, charge
from unificx.cdr.events import OutsideCallRecorded
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.identity import DirectoryCache, Tenant
from unificx.integrations.stripe_payments import StripePayments
from unificx.privacy import KeyStore

RATES, CALLS, LINES = 50_000, 100_000, 50_000
GOAL_US = 15
SEED = 14
IMPORTED, WARM_LINES = 1_000_000, 50_000
TENANTS, WARM_TENANTS = 1_000, 100
FLAT_KB = 4_000
"""Growth of a process that stores nothing: pages that its allocator does not return."""
BEGIN = datetime(2027, 2, 10, 12, tzinfo=UTC)


def run() -> list[Metric]:
    return [*_rating(), *asyncio.run(_memory())]


def _rating() -> list[Metric]:
    chance = random.Random(SEED)
    prefixes = {"".join(chance.choices("123456789", k=chance.randint(2, 10))) for _ in range(RATES * 2)}
    deck = Deck(Rate(prefix, chance.randint(1, 500_000), 30, 6, 1_000) for prefix in sorted(prefixes)[:RATES])
    calls = [("".join(chance.choices("123456789", k=11)), chance.randint(1, 3_600)) for _ in range(CALLS)]
    day, matched = date(2027, 3, 1).toordinal(), 0
    began = time.process_time()
    for destination, seconds in calls:
        rate = deck.find(destination, day)
        if rate is not None:
            charge(rate, seconds)
            matched += 1
    rating = (time.process_time() - began) / CALLS
    reader = DeckReader("prefix,price,first,next,name")
    began = time.process_time()
    for line in range(LINES):
        reader.rate(f"49{line},0.0125,60,1,Somewhere")
    reading = (time.process_time() - began) / LINES
    return [
        metric(f"a call, {matched * 100 // CALLS} % with a rate, of {RATES:,} rates", rating * 1e6, "us", GOAL_US),
        metric("a line of a rate deck", reading * 1e6, "us"),
    ]


async def _memory() -> list[Metric]:
    with tempfile.TemporaryDirectory(prefix="unificx-bench-") as name:
        home, clock, directory = Path(name), ManualClock(BEGIN), DirectoryCache()
        (home / "unificx.db").write_bytes(empty_database())
        database = Database(f"sqlite+aiosqlite:///{home / 'unificx.db'}", clock)
        keys = KeyStore(home / "keys.db", os.urandom(32), clock)
        billing = build_billing(database, keys, directory, lambda tenant_id: 0, StripePayments())
        try:
            return [*await _invoices(billing, database, clock, directory), *await _import(billing)]
        finally:
            await database.close()
            keys.close()


async def _import(billing: Billing) -> list[Metric]:
    """Import a deck; the memory is that of lines after the first ones."""
    own, memory = Process(os.getpid()), list[float]()

    async def file() -> AsyncIterator[bytes]:
        yield b"prefix,price,first,next,name\n"
        for line in range(IMPORTED):
            yield f"49{line},0.0125,60,1,Somewhere\n".encode()
            if line == WARM_LINES:
                memory.append(own.memory())

    deck = await billing.decks.create("operator", "Carrier", "EUR")
    began = time.process_time()
    result = await billing.decks.load(deck, file())
    spent = time.process_time() - began
    assert result.rates == IMPORTED
    return [
        metric(f"a rate of {IMPORTED:,}, imported", spent / IMPORTED * 1e6, "us"),
        metric(f"memory grown from rate {WARM_LINES:,} to {IMPORTED:,}", own.memory() - memory[0], "kB", FLAT_KB),
    ]


async def _invoices(
    billing: Billing, database: Database, clock: ManualClock, directory: DirectoryCache
) -> list[Metric]:
    """Issue invoices for all tenants, each with a call."""
    own, memory = Process(os.getpid()), list[float]()
    _add_tenant(directory, "operator")
    seller = BillingDetails("PBX GmbH", "Way 1", "10115", "Berlin", "DE", vat_id="DE136695976")
    await billing.details.replace("operator", seller)
    for number in range(TENANTS):
        await _sell(billing, database, clock, directory, f"tenant{number}")
    clock.advance(timedelta(days=25).total_seconds())

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO invoice "):
            memory.append(own.memory())

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    began = time.process_time()
    await billing.runs.start(BEGIN.date())
    await billing.runs.join()
    spent = time.process_time() - began
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert len(memory) == TENANTS
    return [
        metric(f"an invoice in a run of {TENANTS:,} tenants", spent / TENANTS * 1e3, "ms"),
        metric(
            f"memory grown from invoice {WARM_TENANTS} to {TENANTS:,}", memory[-1] - memory[WARM_TENANTS], "kB", FLAT_KB
        ),
    ]


async def _sell(
    billing: Billing, database: Database, clock: ManualClock, directory: DirectoryCache, tenant_id: str
) -> None:
    """Add a tenant with billing details and a call outside."""
    _add_tenant(directory, tenant_id)
    await billing.details.replace(tenant_id, BillingDetails("Acme GmbH", "Street 2", "20095", "Hamburg", "DE"))
    deck = await billing.decks.create(tenant_id, "Carrier", "EUR")
    await billing.decks.load(deck, _one_rate())
    await billing.decks.bring_into_force(await billing.decks.get(tenant_id, deck.id), BEGIN - timedelta(days=1))
    call_id = clock.new_id()
    legs = (clock.new_id(), tenant_id, f"{call_id}/0", call_id, "extension", "trunk", "4930123", "DE", clock.now(), 60)
    async with database.begin() as uow:
        await billing.rating.on_outside_call(OutsideCallRecorded(*legs), uow)


def _add_tenant(directory: DirectoryCache, name: str) -> None:
    directory.put_tenant(Tenant(name, name, name, f"{name}.example", "active", BEGIN, "en", "UTC"))


async def _one_rate() -> AsyncIterator[bytes]:
    yield b"prefix,price\n49,0.01\n"
