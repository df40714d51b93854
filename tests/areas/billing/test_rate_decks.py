"""Import, comparison and coming into force of rate decks."""

import gc
import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from billing_setup import GERMANY, chunks, in_force, load
from sqlalchemy import func, select

from unificx.billing import Billing
from unificx.billing.decks import MAX_FAULTS
from unificx.billing.models import RateRow
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database


async def stored_rates(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(RateRow)) or 0


@pytest.mark.promise("U4")
async def test_a_deck_is_imported_and_found_by_prefix(billing: Billing) -> None:
    deck, result = await load(billing, GERMANY)
    assert (result.rates, result.faults) == (2, ())
    assert result.changes is not None
    assert (result.changes.added, result.changes.removed, result.changes.changed) == (2, 0, 0)
    stored = await billing.decks.get("acme", deck.id)
    [(_, first), (line, second)] = await billing.decks.rates(stored)
    assert (first.prefix, line, second.prefix, second.connection) == ("49", 3, "4917", 50_000)
    assert [rate.prefix for _, rate in await billing.decks.rates(stored, "491")] == ["4917"]
    assert [rate.prefix for _, rate in await billing.decks.rates(stored, after=("49", 2))] == ["4917"]
    with pytest.raises(NotFound):
        await billing.decks.get("globex", deck.id)


async def test_faulty_lines_are_named_and_nothing_is_stored(billing: Billing, database: Database) -> None:
    deck, result = await load(billing, GERMANY + "43,-1\n\nx,1\n")
    assert [fault.line for fault in result.faults] == [4, 6]
    assert (result.rates, await stored_rates(database)) == (0, 0)
    await billing.decks.load(deck, chunks(GERMANY))
    again = await billing.decks.load(await billing.decks.get("acme", deck.id), chunks("prefix,price\n" + "x,1\n" * 500))
    assert len(again.faults) == MAX_FAULTS
    assert await stored_rates(database) == 2  # those of the import before
    empty = await billing.decks.load(await billing.decks.get("acme", deck.id), chunks("prefix,price\n"))
    assert len(empty.faults) == 1


async def peak_of_import(billing: Billing, lines: int) -> int:
    """Import a deck of this many rates; return the bytes that the program needed for it at most."""

    async def file() -> AsyncIterator[bytes]:
        yield b"prefix,price,first,next,name\n"
        for number in range(lines):
            yield f"49{number},0.0125,60,1,Somewhere in Germany\n".encode()

    deck = await billing.decks.create("acme", f"Carrier {lines}", "EUR")
    gc.collect()
    tracemalloc.start()
    try:
        result = await billing.decks.load(deck, file())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (result.rates, result.faults) == (lines, ())
    return peak


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_of_any_length_takes_the_memory_of_a_batch(billing: Billing) -> None:
    short = await peak_of_import(billing, 4_000)
    assert await peak_of_import(billing, 20_000) < short + 1_000_000  # all 20,000 rates take more than 6 MB


async def test_gaps_and_overlaps_of_a_prefix_are_refused(billing: Billing) -> None:
    head = "prefix,price,valid_from,valid_until\n"
    joined = "49,1,,2027-03-01\n43,1,2027-01-01,\n49,2,2027-03-01,2027-04-01\n"
    assert not (await load(billing, head + joined))[1].faults
    _, result = await load(billing, head + joined + "49,3,2027-03-15,2027-05-01\n43,1,2026-01-01,2026-12-31\n")
    assert [fault.line for fault in result.faults] == [3, 5]
    assert "gap" in result.faults[0].problem
    assert "same time" in result.faults[1].problem
    twice = (await load(billing, "prefix,price\n49,1\n49,2\n"))[1]
    assert [fault.line for fault in twice.faults] == [3]


async def test_an_import_replaces_the_rates_of_a_draft(billing: Billing, database: Database) -> None:
    deck, _ = await load(billing, GERMANY)
    deck = await billing.decks.get("acme", deck.id)
    result = await billing.decks.load(deck, chunks("prefix,price\n43,0.02\n"))
    assert (result.rates, await stored_rates(database)) == (1, 1)


async def test_an_import_that_did_not_end_leaves_nothing_behind(billing: Billing, database: Database) -> None:
    deck, _ = await load(billing, GERMANY)
    deck = await billing.decks.get("acme", deck.id)

    async def breaks_off():
        yield b"prefix,price\n" + b"".join(b"%d,1\n" % each for each in range(1_000, 2_500))
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await billing.decks.load(deck, breaks_off())
    assert await stored_rates(database) == 2
    assert len(await billing.decks.rates(deck)) == 2


async def test_a_deck_is_compared_with_the_one_in_force(billing: Billing) -> None:
    await in_force(billing, GERMANY)
    deck, result = await load(billing, GERMANY.replace("0.10", "0.12") + "43,0.02,60,60,0,\n")
    assert result.changes is not None
    assert (result.changes.added, result.changes.removed, result.changes.changed) == (1, 0, 1)
    [added, changed] = result.changes.first
    assert (added.kind, added.prefix, added.before) == ("added", "43", None)
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.kind, changed.before.price, changed.after.price) == ("changed", 100_000, 120_000)
    changes = await billing.decks.changes(await billing.decks.get("acme", deck.id))
    assert changes == result.changes


async def test_a_deck_that_came_into_force_meanwhile_is_neither_deleted_nor_moved(
    billing: Billing, clock: ManualClock
) -> None:
    await load(billing, GERMANY)
    [read] = await billing.decks.list("acme")
    started = await billing.decks.bring_into_force(read)
    for refused in (
        billing.decks.delete(read),
        billing.decks.bring_into_force(read, clock.now() - timedelta(hours=1)),
    ):
        with pytest.raises(Conflict):
            await refused
    assert await billing.decks.list("acme") == [started]


async def test_a_deck_in_force_is_not_changed_or_deleted(billing: Billing, clock: ManualClock) -> None:
    deck = await in_force(billing, GERMANY)
    current = await billing.decks.in_force("acme")
    assert current is not None
    assert current.id == deck.id
    assert await billing.decks.in_force("globex") is None
    for refused in (
        billing.decks.load(deck, chunks(GERMANY)),
        billing.decks.delete(deck),
        billing.decks.bring_into_force(deck),
    ):
        with pytest.raises(Conflict):
            await refused
    draft = await billing.decks.create("acme", "می\u200cخواهم", "EUR")
    with pytest.raises(Conflict):
        await billing.decks.bring_into_force(draft)
    with pytest.raises(Invalid):
        await billing.decks.bring_into_force(deck, clock.now() + timedelta(days=400))
    await billing.decks.delete(draft)
    assert [each.id for each in await billing.decks.list("acme")] == [deck.id]


async def test_of_two_imports_of_a_deck_the_later_one_stays(billing: Billing, database: Database) -> None:
    deck = await billing.decks.create("acme", "Carrier", "EUR")

    async def overtaken() -> AsyncIterator[bytes]:
        yield GERMANY.encode()
        await billing.decks.load(deck, chunks("prefix,price\n43,0.02\n"))

    with pytest.raises(Conflict, match="Another import"):
        await billing.decks.load(deck, overtaken())
    stored = await billing.decks.get("acme", deck.id)
    assert [rate.prefix for _, rate in await billing.decks.rates(stored)] == ["43"]
    assert await stored_rates(database) == 1


async def test_the_number_of_decks_is_limited(billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unificx.billing.decks.MAX_DECKS", 1)
    await billing.decks.create("acme", "Carrier", "EUR")
    await billing.decks.create("globex", "Carrier", "EUR")
    with pytest.raises(Conflict):
        await billing.decks.create("acme", "Next", "EUR")


@pytest.mark.parametrize(
    "cells", ["name\n49,1," + "x" * 81, "name\n49,1,a\x07b", "group\n49,1,Über", "group\n49,1,a b"]
)
async def test_names_and_groups_of_rates_are_checked(billing: Billing, cells: str) -> None:
    _, result = await load(billing, f"prefix,price,{cells}\n")
    assert [fault.line for fault in result.faults] == [2]


@pytest.mark.parametrize(("name", "currency"), [("", "EUR"), ("x" * 61, "EUR"), ("\u200d", "EUR"), ("Carrier", "euro")])
async def test_faulty_decks_are_refused(billing: Billing, name: str, currency: str) -> None:
    with pytest.raises(Invalid):
        await billing.decks.create("acme", name, currency)
