"""Rating of calls outside: once, again after corrections, simulated, and added up."""

from datetime import timedelta
from pathlib import Path

import pytest
from billing_setup import GERMANY, call, in_force, load

from tests.outside_numbers import in_germany
from unificx.billing import Billing, Rerating, billing_holding, repository
from unificx.calls.events import CallEnded, CallParty, OutsideLeg
from unificx.cdr import CdrService
from unificx.cdr.events import OutsideCallRecorded
from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid
from unificx.db import Database, Outbox, Spool, UnitOfWork
from unificx.privacy import DataSubject, KeyStore

NUMBER = "+4917612345678"


async def rate(billing: Billing, database: Database, *events: OutsideCallRecorded) -> None:
    for event in events:
        async with database.begin() as uow:
            await billing.rating.on_outside_call(event, uow)


async def balances(database: Database) -> dict[tuple[str, str], int]:
    async with database.read() as session:
        return await repository.balances(session, "acme")


def outside_call(clock: ManualClock, *, emergency: bool = False) -> CallEnded:
    """Ada's call to a mobile number, 60 seconds and a fraction."""
    now = clock.now()
    answered = now - timedelta(seconds=60.2)
    ada, other = CallParty("caller", "subject-ada", "ext-ada", number="1001"), CallParty("callee", number=NUMBER)
    leg = OutsideLeg(NUMBER, "trunk", "ext-ada", answered, now, emergency)
    times = answered, answered, now
    return CallEnded(clock.new_id(), "acme", "outbound", *times, "answered", 16, (ada, other), outside=(leg,))


@pytest.mark.promise("U4", "C5")
async def test_each_outside_call_is_rated_once_although_its_record_is_applied_twice(
    billing: Billing, database: Database, keys: KeyStore, clock: ManualClock, tmp_path: Path
) -> None:
    await in_force(billing, GERMANY, clock.now() - timedelta(hours=1))
    outbox = Outbox(database, lambda event: None, clock)
    outbox.subscribe(OutsideCallRecorded, billing.rating.on_outside_call)
    spool, lost = Spool(tmp_path / "spool", database), Spool(tmp_path / "lost", database)
    ended = outside_call(clock)
    for each in (lost, spool):  # the process died after the commit and before the record was removed
        history = CdrService(database, keys, in_germany(keys), each)
        history.record(ended)
        assert NUMBER.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*.spool"))
        await each.drain()
        await outbox.deliver()
    await spool.close()
    await lost.close()
    [rated] = await billing.rating.of_calls("acme", [ended.id])
    assert (rated.destination, rated.country, rated.extension_id) == ("491761234", "DE", "ext-ada")
    assert (rated.seconds, rated.prefix, rated.billed_seconds, rated.amount) == (61, "4917", 120, 250_000)
    assert await balances(database) == {("unbilled", "EUR"): 250_000, ("revenue", "EUR"): -250_000}


async def test_a_rating_that_dies_is_repeated(billing: Billing, database: Database, clock: ManualClock) -> None:
    await in_force(billing, GERMANY)
    outbox, attempts = Outbox(database, lambda event: None, clock), []

    async def dies_first(event: OutsideCallRecorded, uow: UnitOfWork) -> None:
        await billing.rating.on_outside_call(event, uow)
        attempts.append(event)
        if len(attempts) == 1:
            raise OSError("killed")

    outbox.subscribe(OutsideCallRecorded, dies_first)
    event = call(clock, "4930123", 60)
    async with database.begin() as uow:
        uow.publish(event)
    await outbox.deliver()
    assert await billing.rating.of_calls("acme", [event.call_id]) == []
    assert await balances(database) == {}
    clock.advance(10)
    await outbox.deliver()
    assert len(await billing.rating.of_calls("acme", [event.call_id])) == 1
    assert (await balances(database))["unbilled", "EUR"] == 10_000


async def test_emergency_calls_are_not_billed(
    database: Database, keys: KeyStore, clock: ManualClock, tmp_path: Path
) -> None:
    spool, found = Spool(tmp_path / "spool", database), []
    database.subscribe(found.extend)
    CdrService(database, keys, in_germany(keys), spool).record(outside_call(clock, emergency=True))
    await spool.drain()
    await spool.close()
    assert found == []


async def test_a_call_without_a_rate_has_no_price_until_it_is_rated_again(
    billing: Billing, database: Database, clock: ManualClock
) -> None:
    first, second = call(clock, "4930123", 60), call(clock, "4312345", 60)
    await rate(billing, database, first, second)
    [usage] = await billing.rating.usage("acme", clock.now(), clock.now() + timedelta(days=1), "extension")
    assert (usage.key, usage.calls, usage.unrated, usage.amount, usage.currency) == ("ext-ada", 2, 2, 0, "")
    await in_force(billing, GERMANY, clock.now() - timedelta(days=1))
    period = clock.now(), clock.now() + timedelta(days=1)
    preview = await billing.rating.preview_again("acme", *period)
    assert preview == Rerating(2, 1, {"EUR": 10_000})
    assert await balances(database) == {}
    assert await billing.rating.rate_again("acme", *period) == preview
    assert await billing.rating.rate_again("acme", *period) == Rerating(2, 0, {})
    assert (await balances(database))["unbilled", "EUR"] == 10_000


async def test_corrected_prices_are_posted_as_differences(
    billing: Billing, database: Database, clock: ManualClock
) -> None:
    await in_force(billing, GERMANY, clock.now() - timedelta(days=2))
    event = call(clock, "4930123", 60)
    await rate(billing, database, event)
    await in_force(billing, GERMANY.replace("49,0.01", "49,0.03"), clock.now() - timedelta(days=1))
    period = clock.now(), clock.now() + timedelta(days=1)
    assert (await billing.rating.rate_again("acme", *period)).differences == {"EUR": 20_000}
    [rated] = await billing.rating.of_calls("acme", [event.call_id])
    assert (rated.amount, rated.revision) == (30_000, 1)
    dollars = await billing.decks.create("acme", "Dollars", "USD")
    await billing.decks.load(dollars, _text(GERMANY))
    dollars = await billing.decks.get("acme", dollars.id)
    await billing.decks.bring_into_force(dollars, clock.now() - timedelta(hours=1))
    done = await billing.rating.rate_again("acme", *period)
    assert done == Rerating(1, 1, {"EUR": -30_000, "USD": 10_000})
    found = await balances(database)
    assert {key: amount for key, amount in found.items() if key[0] == "unbilled"} == {
        ("unbilled", "EUR"): 0,
        ("unbilled", "USD"): 10_000,
    }
    assert sum(found.values()) == 0


async def _text(text: str):
    yield text.encode()


async def test_a_deck_is_simulated_with_the_calls_of_a_period(
    billing: Billing, database: Database, clock: ManualClock
) -> None:
    await in_force(billing, GERMANY)
    await rate(billing, database, *(call(clock, each, 60) for each in ("4930123", "4917012", "4312345")))
    deck, _ = await load(billing, "prefix,price\n49,0.02\n43,0.01\n")
    deck = await billing.decks.get("acme", deck.id)
    found = await billing.rating.simulate(deck, clock.now(), clock.now() + timedelta(days=1))
    assert (found.calls, found.unmatched, found.amount, found.amount_before) == (3, 0, 50_000, 160_000)
    with pytest.raises(Invalid):
        await billing.rating.simulate(deck, clock.now(), clock.now())


async def test_sums_equal_the_calls_in_any_grouping(billing: Billing, database: Database, clock: ManualClock) -> None:
    await in_force(billing, GERMANY)
    events = [call(clock, "4930123", seconds, f"ext-{seconds % 3}") for seconds in range(1, 20)]
    await rate(billing, database, *reversed(events))
    period = clock.now(), clock.now() + timedelta(days=1)
    lines = [each for event in events for each in await billing.rating.of_calls("acme", [event.call_id])]
    for by in ("extension", "country"):
        found = await billing.rating.usage("acme", *period, by)
        assert sum(each.amount for each in found) == sum(each.amount for each in lines)
        assert sum(each.calls for each in found) == len(events)
    assert (await balances(database))["unbilled", "EUR"] == sum(each.amount for each in lines)
    assert await billing.rating.usage("globex", *period, "extension") == []


@pytest.mark.promise("D3", "R3")
async def test_an_erasure_leaves_what_is_billed_without_the_extension(
    billing: Billing, database: Database, clock: ManualClock
) -> None:
    await in_force(billing, GERMANY)
    await rate(billing, database, call(clock, "4930123", 60), call(clock, "4930123", 60))
    holding, owner = billing_holding(database, billing.invoices), DataSubject("acme", "subject", "person", ("ext-ada",))
    assert await holding.find(owner) == {"billed calls": 2}
    await holding.erase(owner)
    assert await holding.remains(owner) == {"billed calls": 0}
    [usage] = await billing.rating.usage("acme", clock.now(), clock.now() + timedelta(days=1), "extension")
    assert (usage.calls, usage.amount) == (2, 20_000)
    assert usage.key not in ("ext-ada", "")
    [expiry] = [each for each in billing.expiries if each.retention == "history"]
    async with database.read() as session:
        ids = [row.id for row in await session.execute(expiry.rows("acme"))]
    await expiry.remove("acme", ids)
    assert await billing.rating.usage("acme", clock.now(), clock.now() + timedelta(days=1), "extension") == []
