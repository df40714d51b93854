"""Invoices on a real database: one for each month, numbers without gaps, sums that agree with the ledger."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from billing_setup import BUYER, GERMANY, SELLER, at, call, in_force
from failing import fail_first
from sqlalchemy import event

from unificx.billing import Billing, billing_holding, build_billing
from unificx.billing.invoicing import debit_repository, repository
from unificx.billing.invoicing.schemas import DirectDebit
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database
from unificx.identity import DirectoryCache
from unificx.identity.events import TenantDeleted
from unificx.integrations.stripe_payments import StripePayments
from unificx.privacy import DataSubject, KeyStore
from unificx.privacy.holdings import RecordsHolding

EURO = 1_000_000
MONTH = date(2027, 2, 1)


@pytest.fixture
async def sold(billing: Billing, database: Database, clock: ManualClock) -> Billing:
    """A call of acme for 6.05 EUR in February, seen in March."""
    at(clock, "2027-02-10")
    await billing.details.replace("operator", SELLER)
    for tenant in ("acme", "globex"):
        await billing.details.replace(tenant, BUYER)
    await in_force(billing, GERMANY, clock.now() - timedelta(days=90))
    await bill_call(billing, database, clock)
    at(clock, "2027-03-02")
    return billing


async def bill_call(billing: Billing, database: Database, clock: ManualClock, seconds: int = 3600) -> None:
    async with database.begin() as uow:
        await billing.rating.on_outside_call(call(clock, "491761234", seconds), uow)


async def balance(billing: Billing) -> tuple[int, int]:
    """Return what acme owes, and the part of it that is on no invoice."""
    [found] = await billing.payments.balance("acme")
    return found.owed, found.unbilled


async def left(billing: Billing, number: str) -> Sequence[int]:
    """Return what may be credited of each line of an invoice of acme."""
    found, document = await billing.invoices.get("acme", number), await billing.invoices.document("acme", number)
    return await billing.credit_notes.left("acme", found, document)


async def test_only_tenants_with_something_to_invoice_need_billing_details(
    billing: Billing, database: Database, clock: ManualClock
) -> None:
    at(clock, "2027-02-10")
    await billing.details.replace("operator", SELLER)
    await in_force(billing, GERMANY, clock.now() - timedelta(days=90))
    await bill_call(billing, database, clock)
    at(clock, "2027-03-02")
    assert await billing.invoices.run("globex", MONTH) == []
    with pytest.raises(Conflict, match="The billing details of the tenant are missing"):
        await billing.invoices.run("acme", MONTH)


@pytest.mark.promise("U4")
async def test_a_month_is_invoiced_once_and_paid(sold: Billing, clock: ManualClock) -> None:
    assert await balance(sold) == (6_050_000, 6_050_000)
    [draft] = await sold.invoices.run("acme", MONTH, dry_run=True)
    assert (draft.result, draft.number, draft.total) == ("draft", "", 7_200_000)
    results = await asyncio.gather(*(sold.invoices.run("acme", MONTH) for _ in range(3)))
    assert sorted(each.result for [each] in results) == ["exists", "exists", "issued"]
    [made] = await sold.invoices.list("acme")
    assert (made.number, made.net, made.tax, made.total) == ("2027-00001", 6_050_000, 1_150_000, 7_200_000)
    assert (made.state, made.left, made.due) == ("open", 7_200_000, date(2027, 3, 16))
    assert await balance(sold) == (7_200_000, 0)
    await sold.payments.record("acme", "B-1", "EUR", 5 * EURO, "2027-00001")
    at(clock, "2027-04-20")
    late = await sold.invoices.get("acme", "2027-00001")
    assert (late.state, late.left, late.reminder) == ("overdue", 2_200_000, 2)
    await sold.payments.record("acme", "B-2", "EUR", 3 * EURO)
    assert (await sold.invoices.get("acme", "2027-00001")).state == "paid"
    with pytest.raises(Conflict, match="paid already"):
        await sold.payments.record("acme", "B-3", "EUR", EURO, "2027-00001")
    with pytest.raises(Conflict, match="reference"):
        await sold.payments.record("acme", "B-1", "EUR", EURO, "2027-00001")
    assert await balance(sold) == (-800_000, 0)
    assert await sold.invoices.run("globex", MONTH) == []


@pytest.mark.promise("T2", "T3")
@pytest.mark.promise("C1")
async def test_another_tenant_sees_no_invoice_and_its_names_are_sealed(sold: Billing, database: Database) -> None:
    await sold.invoices.run("acme", MONTH)
    assert await sold.invoices.list("globex") == []
    for attempt in (sold.invoices.document, sold.invoices.get, sold.invoices.cancel):
        with pytest.raises(NotFound):
            await attempt("globex", "2027-00001")
    with pytest.raises(NotFound):
        await sold.payments.record("globex", "B-1", "EUR", EURO, "2027-00001")
    async with database.read() as session:
        connection = await session.connection()
        for table in ("invoice", "billing_details"):
            rows = (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()
            assert rows
            assert "Acme" not in repr(rows)


async def test_an_invoice_is_found_without_opening_others(sold: Billing, database: Database) -> None:
    await sold.invoices.run("acme", MONTH)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        assert (await sold.invoices.get("acme", "2027-00001")).total == 7_200_000
        assert await sold.invoices.count("acme") == 1
        with pytest.raises(NotFound):
            await sold.invoices.get("acme", "2027-00002")
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert any("FROM invoice" in each for each in statements)
    assert not any("sealed" in each for each in statements)


async def test_a_cancelled_month_is_invoiced_again_with_what_was_corrected(
    sold: Billing, database: Database, clock: ManualClock
) -> None:
    await sold.invoices.run("acme", MONTH)
    note = await sold.invoices.cancel("acme", "2027-00001")
    assert (note.number, note.cancels, note.state) == ("2027-00002", "2027-00001", "credit_note")
    assert (await sold.invoices.document("acme", "2027-00002")).kind == "credit_note"
    assert await balance(sold) == (6_050_000, 6_050_000)
    for number in ("2027-00001", "2027-00002"):
        with pytest.raises(Conflict):
            await sold.invoices.cancel("acme", number)
        with pytest.raises(Conflict):
            await sold.payments.record("acme", "B-1", "EUR", EURO, number)
    await sold.details.replace("acme", replace(BUYER, country="US"))
    [again] = await sold.invoices.run("acme", MONTH)
    assert (again.result, again.number, again.tax) == ("issued", "2027-00003", 0)
    assert (await sold.invoices.document("acme", "2027-00001")).buyer.country == "DE"
    assert [each.state for each in await sold.invoices.list("acme")] == ["open", "credit_note", "cancelled"]
    # A correction of February, and a call in March: both are on the invoice of March, each once.
    await in_force(sold, GERMANY.replace("0.10", "0.20"), datetime(2027, 1, 1, tzinfo=UTC))
    await sold.rating.rate_again("acme", clock.now() - timedelta(days=40), clock.now())
    await bill_call(sold, database, clock)
    at(clock, "2027-04-02")
    await sold.invoices.run("acme", date(2027, 3, 1))
    lines = (await sold.invoices.document("acme", "2027-00004")).lines
    assert [(each.kind, each.amount) for each in lines] == [("calls", 12_050_000), ("earlier_calls", 6 * EURO)]
    assert (await balance(sold))[1] == 0


async def test_an_invoice_that_fails_leaves_no_gap(sold: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(repository, "insert_invoice", _fail)
        with pytest.raises(OSError):
            await sold.invoices.run("acme", MONTH)
    [made] = await sold.invoices.run("acme", MONTH)
    assert made.number == "2027-00001"


async def _fail(*_: object) -> None:
    raise OSError


async def test_what_cannot_be_invoiced_says_why(sold: Billing) -> None:
    with pytest.raises(Conflict, match="not over"):
        await sold.invoices.run("acme", date(2027, 3, 1))
    await sold.details.replace("operator", replace(SELLER, vat_id=""))
    with pytest.raises(Conflict, match="VAT id or a tax number"):
        await sold.invoices.run("acme", MONTH)


@pytest.mark.promise("R3")
async def test_invoices_outlive_the_tenant_and_end_after_eight_years(
    sold: Billing, database: Database, clock: ManualClock
) -> None:
    await sold.invoices.run("acme", MONTH)
    holding = billing_holding(database, sold.invoices)
    assert isinstance(holding, RecordsHolding), "the plan of an erasure names them"
    assert [await holding.records(DataSubject(tenant, "ada")) for tenant in ("acme", "globex", "operator")] == [
        {"invoices": 1},
        {"invoices": 0},
        {"invoices": 0},
    ]
    async with database.begin() as uow:
        await sold.on_tenant_deleted(TenantDeleted(clock.new_id(), "acme"), uow)
    assert await sold.details.find("acme") is None
    assert (await sold.invoices.document("acme", "2027-00001")).buyer.name == "Acme GmbH"
    [expiry] = [each for each in sold.expiries if each.retention == "invoice"]
    assert expiry.period is not None
    async with database.read() as session:
        [row] = await session.execute(expiry.rows("operator"))
    assert row.at == datetime(2028, 1, 1, tzinfo=UTC)
    assert expiry.period("operator").before(datetime(2036, 1, 2, tzinfo=UTC)) > row.at
    await expiry.remove("operator", [row.id])
    assert await sold.invoices.list("acme") == []


@pytest.mark.promise("U4")
async def test_a_part_of_an_invoice_is_credited_and_refunded(sold: Billing, clock: ManualClock) -> None:
    await sold.invoices.run("acme", MONTH)
    await sold.payments.record("acme", "B-1", "EUR", 7_200_000, "2027-00001")
    assert await left(sold, "2027-00001") == [6_050_000]
    note = await sold.credit_notes.issue("acme", "2027-00001", lines={1: 1 * EURO})
    assert (note.number, note.cancels, note.partial, note.state) == ("2027-00002", "2027-00001", True, "credit_note")
    assert (note.net, note.tax, note.total) == (1_000_000, 190_000, 1_190_000)
    assert await balance(sold) == (-1_190_000, 0)
    paid = await sold.invoices.get("acme", "2027-00001")
    assert (paid.state, paid.left, paid.credited) == ("paid", 0, 1_190_000)
    await sold.payments.refund("acme", "B-1", "R-1", 1_190_000)
    assert await balance(sold) == (0, 0)
    assert (await sold.invoices.get("acme", "2027-00001")).state == "paid"
    with pytest.raises(Conflict, match="partly credited"):
        await sold.invoices.cancel("acme", "2027-00001")
    results = await asyncio.gather(
        *(sold.credit_notes.issue("acme", "2027-00001", lines={}, amount=3 * EURO) for _ in range(3)),
        return_exceptions=True,
    )
    assert sorted(isinstance(each, Conflict) for each in results) == [False, True, True]
    assert await left(sold, "2027-00001") == [2_050_000]
    assert await balance(sold) == (-3_570_000, 0)
    for number, refused in (("2027-00002", Conflict), ("2027-00099", NotFound)):
        with pytest.raises(refused):
            await sold.credit_notes.issue("acme", number, lines={}, amount=EURO)
    assert [each.result for each in await sold.invoices.run("acme", MONTH)] == ["exists"]
    xml = await sold.invoices.xml("acme", "2027-00002")
    assert b"<ram:TypeCode>381</ram:TypeCode>" in xml
    assert b"<ram:IssuerAssignedID>2027-00001</ram:IssuerAssignedID>" in xml
    assert (await sold.invoices.pdf("acme", "2027-00002")).startswith(b"%PDF")


@pytest.mark.promise("U4")
async def test_a_partly_credited_invoice_is_owed_less(sold: Billing, clock: ManualClock) -> None:
    await sold.invoices.run("acme", MONTH)
    await sold.credit_notes.issue("acme", "2027-00001", lines={}, amount=2 * EURO)
    at(clock, "2027-04-20")
    late = await sold.invoices.get("acme", "2027-00001")
    assert (late.state, late.left) == ("overdue", 4_820_000)
    await sold.payments.record("acme", "B-1", "EUR", 4_820_000, "2027-00001")
    assert (await sold.invoices.get("acme", "2027-00001")).state == "paid"


async def test_the_seller_has_no_invoices(billing: Billing, database: Database, keys: KeyStore) -> None:
    with pytest.raises(Invalid):
        await billing.invoices.list("operator")
    unfinished = build_billing(database, keys, DirectoryCache(), lambda tenant_id: 0, StripePayments())
    with pytest.raises(NotFound, match="no tenant of operators"):
        await unfinished.invoices.list("acme")


async def test_the_day_of_a_collection_is_later_than_that_of_the_seller(sold: Billing, clock: ManualClock) -> None:
    clock.advance((datetime(2027, 3, 31, 22, 30, tzinfo=UTC) - clock.now()).total_seconds())  # 1 April in Berlin
    for day in (date(2027, 4, 1), date(2027, 6, 1)):
        with pytest.raises(Invalid):
            await sold.direct_debits.create(day)
    for day in (date(2027, 4, 2), date(2027, 5, 31)):
        with pytest.raises(Conflict, match="needs an IBAN"):
            await sold.direct_debits.create(day)


@pytest.mark.promise("U4")
async def test_of_a_collection_and_a_cancellation_at_the_same_time_one_happens(sold: Billing) -> None:
    account = {"iban": "DE89370400440532013000"}
    await sold.details.replace("operator", replace(SELLER, **account, creditor_id="DE98ZZZ09999999999"))
    mandate = {"mandate": "ACME-1", "mandate_signed": date(2027, 3, 1)}
    await sold.details.replace("acme", replace(BUYER, **account, **mandate))
    await sold.invoices.run("acme", MONTH)
    await asyncio.gather(sold.invoices.list("acme"), sold.invoices.list("acme"))
    results = await asyncio.gather(
        sold.direct_debits.create(date(2027, 4, 1)), sold.invoices.cancel("acme", "2027-00001"), return_exceptions=True
    )
    assert sum(isinstance(each, Conflict) for each in results) == 1, results


async def test_a_mandate_is_signed_by_the_day_of_its_tenant(billing: Billing, clock: ManualClock) -> None:
    clock.advance((datetime(2027, 3, 31, 22, 30, tzinfo=UTC) - clock.now()).total_seconds())  # 1 April in Berlin
    mandate = {"iban": "DE89370400440532013000", "mandate": "ACME-1", "mandate_signed": date(2027, 4, 1)}
    await billing.details.replace("acme", replace(BUYER, **mandate))
    with pytest.raises(Invalid):
        await billing.details.replace("acme", replace(BUYER, **{**mandate, "mandate_signed": date(2027, 4, 2)}))


@pytest.mark.promise("U4")
@pytest.mark.parametrize(("name", "day", "level"), [("document", "2027-03-02", 0), ("list", "2027-03-24", 1)])
async def test_an_invoice_that_cannot_be_read_does_not_stop_the_notices_about_others(
    sold: Billing, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch,
    name: str, day: str, level: int,
) -> None:  # fmt: skip
    await in_force(sold, GERMANY, clock.now() - timedelta(days=90), tenant="globex")
    async with database.begin() as uow:
        billed = call(clock, "491761234", 3600, tenant="globex")
        await sold.rating.on_outside_call(replace(billed, answered=clock.now() - timedelta(days=20)), uow)
    for tenant in ("acme", "globex"):
        await sold.invoices.run(tenant, MONTH)
    if level:
        for notice in await sold.invoice_notices.due():
            async with database.begin() as uow:
                await sold.invoice_notices.mark(notice, uow)
    at(clock, day)
    fail_first(monkeypatch, sold.invoices, name)
    assert len(await sold.invoice_notices.due()) == 1
    assert [(each.tenant_id, each.level) for each in await sold.invoice_notices.due()] == [
        ("acme", level),
        ("globex", level),
    ]


@pytest.mark.promise("U4")
async def test_only_a_collected_invoice_is_returned_and_only_stored_ones_are_collected(
    sold: Billing, database: Database, clock: ManualClock
) -> None:
    [issued] = await sold.invoices.run("acme", MONTH)
    with pytest.raises(Conflict, match="in no file"):
        await sold.direct_debits.mark_returned("acme", issued.number)
    with pytest.raises(Conflict, match="needs an IBAN"):
        await sold.direct_debits.create(date(2027, 4, 1))
    bank = {"iban": "DE89370400440532013000", "creditor_id": "DE98ZZZ09999999999"}
    await sold.details.replace("operator", replace(SELLER, **bank))
    debit = DirectDebit("file", issued.number, "acme", EURO, date(2027, 4, 1), clock.now())
    async with database.begin() as uow:
        await debit_repository.insert_debits(uow.session, "operator", [debit, replace(debit, number="2026-00001")])
    with pytest.raises(NotFound, match="were deleted"):
        await sold.direct_debits.file("file")
    await sold.direct_debits.mark_returned("acme", issued.number)
    with pytest.raises(Conflict, match="in no file"):
        await sold.direct_debits.mark_returned("acme", issued.number)
