"""Runs for all tenants: resumed where they ended, repeated without a second invoice, and begun on a day by themselves."""

import gc
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from billing_setup import BUYER, GERMANY, SELLER, at, call, in_force
from sqlalchemy import event, text

from unificx.billing import Billing, NewPlan, build_billing
from unificx.billing.machine.storage import GIGABYTE
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, NotFound
from unificx.db import Database
from unificx.db.pagination import PageById
from unificx.identity import DirectoryCache, Tenant
from unificx.integrations.stripe_payments import StripePayments
from unificx.privacy import KeyStore

MONTH = date(2027, 2, 1)
PAGE = PageById(None, 10)


@pytest.fixture
async def sold(billing: Billing, database: Database, clock: ManualClock) -> Billing:
    """Two tenants have called in February; only one has billing details. It is March."""
    at(clock, "2027-02-10")
    for tenant in ("acme", "globex"):
        await in_force(billing, GERMANY, datetime(2027, 1, 1, tzinfo=UTC), tenant)
        async with database.begin() as uow:
            await billing.rating.on_outside_call(call(clock, "491761234", 60, tenant=tenant), uow)
    await billing.details.replace("operator", SELLER)
    await billing.details.replace("acme", BUYER)
    at(clock, "2027-03-02")
    return billing


@pytest.mark.promise("U4")
async def test_a_run_has_progress_and_an_outcome_for_each_tenant(sold: Billing) -> None:
    with pytest.raises(Conflict):
        await sold.runs.start(date(2027, 3, 1))
    with pytest.raises(NotFound):
        await sold.runs.get(MONTH)
    begun = await sold.runs.start(MONTH, dry_run=True)
    assert (begun.total, begun.done, begun.finished) == (2, 0, None)
    await sold.runs.join()
    dry = await sold.runs.get(MONTH, dry_run=True)
    assert (dry.done, dry.refused, dry.invoices, dry.finished is not None) == (2, 1, 1, True)
    assert await sold.runs.list() == ()
    assert await sold.invoices.list("acme") == []
    await sold.runs.start(MONTH)
    await sold.runs.join()
    [acme, globex] = (await sold.runs.outcomes(MONTH, PAGE)).items
    assert [(each.result, each.number, each.total) for each in acme.issues] == [("issued", "2027-00001", 180_000)]
    assert (globex.state, globex.problem.startswith("The billing details of the tenant are missing")) == (
        "refused",
        True,
    )
    # After a correction the run is repeated, and issues the missing invoice only.
    await sold.details.replace("globex", BUYER)
    await sold.runs.start(MONTH)
    await sold.runs.join()
    outcomes = (await sold.runs.outcomes(MONTH, PAGE)).items
    assert [[(one.result, one.number) for one in each.issues] for each in outcomes] == [
        [("exists", "2027-00001")],
        [("issued", "2027-00002")],
    ]
    [run] = await sold.runs.list()
    assert (run.invoices, run.refused, run.done) == (1, 0, 2)


@pytest.mark.promise("U4")
async def test_storage_is_invoiced_once(billing: Billing, clock: ManualClock) -> None:
    async def stored() -> dict[str, int]:
        return {"acme": 3 * GIGABYTE}

    at(clock, "2027-02-01")
    plan = await billing.plans.create(NewPlan("Archive", "EUR", 0, storage_price=250_000, storage_gb=1))
    await billing.plans.assign("acme", plan.id)
    await billing.storage.measure_if_due(stored)
    await billing.details.replace("operator", SELLER)
    await billing.details.replace("acme", BUYER)
    at(clock, "2027-03-02")
    for _ in range(2):
        await billing.runs.start(MONTH)
        await billing.runs.join()
    [invoice] = await billing.invoices.list("acme")
    lines = (await billing.invoices.document("acme", invoice.number)).lines
    found = [(each.kind, each.quantity, each.unit, each.unit_price, each.amount) for each in lines]
    assert found == [("plan", 1, "month", 0, 0), ("storage", 2, "gigabyte", 250_000, 500_000)]
    assert (invoice.net, invoice.total) == (500_000, 600_000)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_run_takes_the_memory_of_a_tenant(
    billing: Billing, database: Database, clock: ManualClock, directory: DirectoryCache
) -> None:
    at(clock, "2027-02-10")
    await billing.details.replace("operator", SELLER)
    for number in range(30):
        tenant = Tenant(f"t{number}", f"t{number}", "T", f"t{number}.example", "active", clock.now(), "de", "UTC")
        directory.put_tenant(tenant)
        await in_force(billing, GERMANY, datetime(2027, 1, 1, tzinfo=UTC), tenant.id)
        await billing.details.replace(tenant.id, BUYER)
        async with database.begin() as uow:
            await billing.rating.on_outside_call(call(clock, "491761234", 60, tenant=tenant.id), uow)
    at(clock, "2027-03-02")
    stored: list[int] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO invoice "):
            if len(stored) in (9, 29):
                gc.collect()
            stored.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        await billing.runs.start(MONTH)
        await billing.runs.join()
    finally:
        tracemalloc.stop()
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert len(stored) == 30
    assert stored[-1] - stored[9] < 100_000, stored  # of 20 tenants: 5 kB each, an invoice has more


async def test_a_run_that_was_killed_goes_on_without_a_second_invoice(
    sold: Billing, database: Database, keys: KeyStore, directory: DirectoryCache
) -> None:
    await sold.details.replace("globex", BUYER)
    await sold.runs.close()  # the process ends before its first tenant
    assert (await sold.runs.start(MONTH)).finished is None
    await sold.runs.join()
    assert (await sold.runs.get(MONTH)).done == 0
    # It is killed again, after an invoice was issued and before its outcome was stored.
    await sold.invoices.run("acme", MONTH)
    billing = build_billing(database, keys, directory, lambda tenant_id: 0, StripePayments())
    await billing.runs.resume()
    await billing.runs.join()
    run = await billing.runs.get(MONTH)
    assert (run.done, run.invoices, run.refused, run.finished is not None) == (2, 1, 0, True)
    assert [len(await billing.invoices.list(each)) for each in ("acme", "globex")] == [1, 1]


async def test_a_seller_may_let_the_server_issue_on_a_day(sold: Billing, clock: ManualClock) -> None:
    await sold.runs.resume()
    await sold.details.replace("operator", replace(SELLER, issue_day=3))
    await sold.runs.resume()
    assert await sold.runs.list() == ()
    at(clock, "2027-03-04")
    for _ in range(2):
        await sold.runs.resume()
        await sold.runs.join()
    [run] = await sold.runs.list()
    assert (run.month, run.invoices, run.refused) == (MONTH, 1, 1)
    at(clock, "2027-03-05")
    await sold.runs.resume()
    await sold.runs.join()
    assert await sold.runs.list() == (run,)
    assert len(await sold.invoices.list("acme")) == 1


async def test_a_fault_with_a_tenant_does_not_stop_the_others(sold: Billing, database: Database) -> None:
    await sold.details.replace("globex", BUYER)
    async with database.begin() as uow:
        damage = text("UPDATE billing_details SET sealed = :sealed WHERE tenant_id = 'acme'")
        await uow.session.execute(damage, {"sealed": b"damaged"})
    await sold.runs.start(MONTH)
    await sold.runs.join()
    [acme, globex] = (await sold.runs.outcomes(MONTH, PAGE)).items
    assert (acme.state, acme.problem.startswith("An internal error")) == ("refused", True)
    assert [each.result for each in globex.issues] == ["issued"]
