"""Payments and refunds in the ledger: each once, never more refunded than paid, and sums that balance."""

import asyncio

import pytest
from billing_setup import GERMANY, call, in_force

from unificx.billing import Billing
from unificx.billing.errors import ReferenceRecorded
from unificx.billing.schemas import Balance
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database
from unificx.db.pagination import PageByTime

EURO = 1_000_000


@pytest.mark.promise("U4")
async def test_payments_and_refunds_change_what_a_tenant_owes(
    billing: Billing, database: Database, clock: ManualClock
) -> None:
    await in_force(billing, GERMANY)
    async with database.begin() as uow:
        await billing.rating.on_outside_call(call(clock, "491761234", 60), uow)
    paid = await billing.payments.record("acme", "B-1", "EUR", 3 * EURO)
    clock.advance(1)
    refunded = await billing.payments.refund("acme", "B-1", "B-2", EURO)
    assert (refunded.refund_of, refunded.amount) == ("B-1", -EURO)
    sold = 150_000
    assert await billing.payments.balance("acme") == (Balance("EUR", sold, 2 * EURO, sold - 2 * EURO, unbilled=sold),)
    first = await billing.payments.list("acme", PageByTime.parse(None, 1))
    assert first.items == (refunded,)
    second = await billing.payments.list("acme", PageByTime.parse(first.next, 1))
    assert (second.items, second.next) == ((paid,), None)
    await billing.payments.record("acme", "B-1_", "EUR", EURO)
    assert (await billing.payments.list("acme", PageByTime.parse(None, 9), "B-1")).items == (refunded,)
    assert (await billing.payments.list("acme", PageByTime.parse(None, 9), "B_1")).items == ()
    await billing.payments.refund("acme", "B-1_", "B-3", EURO)
    await billing.payments.record("acme", "b-1", "EUR", EURO)
    await billing.payments.refund("acme", "b-1", "B-2", EURO)
    assert (await billing.payments.list("acme", PageByTime.parse(None, 9), "B-1")).items == (refunded,)
    assert await billing.payments.balance("globex") == ()


async def test_what_must_not_be_posted_is_refused_and_changes_nothing(billing: Billing) -> None:
    await billing.payments.record("acme", "B-1", "EUR", 3 * EURO)
    await billing.payments.record("acme", "B-10", "EUR", 9 * EURO)
    await billing.payments.refund("acme", "B-10", "R-1", 9 * EURO)
    before = await billing.payments.balance("acme")
    with pytest.raises(Conflict):
        await billing.payments.record("acme", "B-1", "EUR", 5 * EURO)
    with pytest.raises(NotFound):
        await billing.payments.refund("globex", "B-1", "R-1", EURO)
    for reference, currency, amount in (
        ("", "EUR", EURO),
        ("a:b", "EUR", EURO),
        ("x" * 29, "EUR", EURO),
        ("card-ABCDEFGHIJKLMNOP", "EUR", EURO),
        ("B-3", "eur", EURO),
        ("B-3", "EUR", 0),
        ("B-3", "EUR", -EURO),
        ("B-3", "EUR", 10_000_000 * EURO),
        ("B-3", "EUR", 5_000),
        ("B-3", "JPY", EURO // 2),
    ):
        with pytest.raises(Invalid):
            await billing.payments.record("acme", reference, currency, amount)
    assert await billing.payments.balance("acme") == before
    results = await asyncio.gather(
        *(billing.payments.refund("acme", "B-1", f"R-{each}", 2 * EURO) for each in range(3)), return_exceptions=True
    )
    assert sorted(isinstance(each, Conflict) for each in results) == [False, True, True]
    [balance] = await billing.payments.balance("acme")
    assert balance.received == EURO
    await billing.payments.refund("acme", "B-1", "R-9", EURO // 2)
    with pytest.raises(ReferenceRecorded):
        await billing.payments.refund("acme", "B-1", "R-9", EURO // 2)
    await billing.payments.refund("acme", "B-1", "R-11", EURO // 2)
    with pytest.raises(Conflict):
        await billing.payments.refund("acme", "B-1", "R-10", 10_000)
