"""After the last reminder calls outside end on the announced day, and are possible again once the invoice is paid."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

import pytest
from billing_setup import BUYER, GERMANY, SELLER, at, call, in_force
from failing import fail_first

from unificx.billing import Billing, CreditCall, DunningNotice, build_billing
from unificx.billing.invoicing import dunning_repository
from unificx.billing.machine.dunning import ANNOUNCED
from unificx.billing.machine.months import month_of
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid
from unificx.db import Database
from unificx.identity import DirectoryCache
from unificx.integrations.stripe_payments import StripePayments
from unificx.privacy import KeyStore

OUTSIDE = CreditCall("leg", "call", "491761234")
STOP_DAYS = 14


async def sweep(billing: Billing) -> list[DunningNotice]:
    """Send what is due, as the server does; return the notices after the last reminder."""
    for notice in await billing.invoice_notices.due():
        async with billing.database.begin() as uow:
            assert await billing.invoice_notices.mark(notice, uow)
    await billing.dunning.withdraw()
    sent = await billing.dunning.due()
    for notice in sent:
        async with billing.database.begin() as uow:
            assert await billing.dunning.mark(notice, uow)
    return list(sent)


async def is_refused(billing: Billing) -> bool:
    """Whether a call outside of acme is refused. It is asked for only where the copy in memory says so."""
    await billing.credit.refresh()
    refused = await billing.credit.reserve("acme", OUTSIDE, 60) == "unpaid"
    assert billing.credit.is_limited("acme") == refused
    return refused


@pytest.fixture
async def sold(billing: Billing, database: Database, clock: ManualClock) -> Billing:
    """An invoice of acme that is due on 16 March."""
    at(clock, "2027-02-10")
    await billing.details.replace("operator", replace(SELLER, stop_days=STOP_DAYS))
    for tenant in ("acme", "globex"):
        await billing.details.replace(tenant, replace(BUYER, email="pay@acme.example"))
    await in_force(billing, GERMANY, clock.now() - timedelta(days=90))
    async with database.begin() as uow:
        await billing.rating.on_outside_call(call(clock, "491761234", 3600), uow)
    at(clock, "2027-03-02")
    await billing.invoices.run("acme", date(2027, 2, 1))
    assert await sweep(billing) == []
    return billing


async def announced(billing: Billing, clock: ManualClock) -> DunningNotice:
    """Go through the reminders to the announcement, on 21 April."""
    for day in ("2027-03-24", "2027-04-07"):
        at(clock, day)
        assert await sweep(billing) == []
    at(clock, "2027-04-21")
    [notice] = await sweep(billing)
    return notice


@pytest.mark.promise("U4", "U2")
async def test_calls_outside_end_on_the_announced_day_until_the_invoice_is_paid(
    sold: Billing, clock: ManualClock
) -> None:
    notice, [invoice] = await announced(sold, clock), await sold.invoices.list("acme")
    assert notice == DunningNotice("acme", invoice.number, date(2027, 5, 5), ended=False)
    assert (invoice.reminded, invoice.calls_end) == (3, date(2027, 5, 5))
    assert (await sweep(sold), await is_refused(sold)) == ([], False)
    async with sold.database.begin() as uow:
        assert not await sold.dunning.mark(notice, uow), "another sweep has sent it"
    at(clock, "2027-05-04")
    assert (await sweep(sold), await is_refused(sold)) == ([], False)
    at(clock, "2027-05-05")
    assert await is_refused(sold)
    live = replace(OUTSIDE, answered=clock.now() - timedelta(hours=1))
    assert isinstance(await sold.credit.reserve("acme", live, 60), int), "a call in progress goes on"
    assert isinstance(await sold.credit.reserve("globex", OUTSIDE, 60), int)
    assert await sweep(sold) == [replace(notice, ended=True)]
    assert await sweep(sold) == []
    at(clock, "2027-05-03")
    assert not await is_refused(sold), "the clock was wrong"
    at(clock, "2027-05-06")
    await sold.payments.record("acme", "B-1", "EUR", invoice.left - 10_000)
    assert await is_refused(sold), "a part is left"
    await sold.payments.record("acme", "B-2", "EUR", 10_000)
    assert isinstance(await sold.credit.reserve("acme", OUTSIDE, 60), int), "at once, before any sweep"
    assert not await is_refused(sold)
    assert (await sold.invoices.list("acme"))[0].calls_end is None


async def test_an_invoice_that_is_overdue_again_is_announced_anew(sold: Billing, clock: ManualClock) -> None:
    notice = await announced(sold, clock)
    at(clock, "2027-05-05")
    assert await is_refused(sold)
    [invoice] = await sold.invoices.list("acme")
    await sold.payments.record("acme", "B-1", "EUR", invoice.left)
    assert await sweep(sold) == []
    await sold.payments.refund("acme", "B-1", "B-2", invoice.total)
    assert not await is_refused(sold)
    assert await sweep(sold) == [replace(notice, calls_end=date(2027, 5, 19))]


async def test_the_seller_switches_it_off_and_an_announced_day_stands(sold: Billing, clock: ManualClock) -> None:
    notice = await announced(sold, clock)
    await sold.details.replace("operator", replace(SELLER, stop_days=1))
    at(clock, "2027-05-04")
    assert (await sweep(sold), await is_refused(sold)) == ([], False), "14 days were announced"
    at(clock, "2027-05-05")
    assert await is_refused(sold)
    await sold.details.replace("operator", replace(SELLER, stop_days=0))
    assert not await is_refused(sold)
    assert await sweep(sold) == []
    await sold.details.replace("operator", replace(SELLER, stop_days=7))
    assert await sweep(sold) == [replace(notice, calls_end=date(2027, 5, 12))]
    for days in (-1, 91):
        with pytest.raises(Invalid):
            await sold.details.replace("operator", replace(SELLER, stop_days=days))


async def test_a_tenant_that_cannot_be_read_delays_no_other(
    sold: Billing, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(clock, "2027-02-11")
    await in_force(sold, GERMANY, clock.now() - timedelta(days=90), "globex")
    async with sold.database.begin() as uow:
        await sold.rating.on_outside_call(call(clock, "491761234", 3600, tenant="globex"), uow)
    for day in ("2027-03-02", "2027-03-24", "2027-04-07"):
        at(clock, day)
        await sold.invoices.run("globex", date(2027, 2, 1))
        await sweep(sold)
    at(clock, "2027-04-21")
    for notice in await sold.invoice_notices.due():
        async with sold.database.begin() as uow:
            assert await sold.invoice_notices.mark(notice, uow)
    with monkeypatch.context() as once:
        fail_first(once, sold.invoices, "list_within")
        assert [len(await sold.dunning.due()) for _ in range(2)] == [1, 2]
    assert len(await sweep(sold)) == 2
    with monkeypatch.context() as once:
        fail_first(once, sold.invoices, "list_within")
        assert [len(await sold.dunning.ended()) for _ in range(2)] == [1, 0], "its calls ask for it"
    for tenant in ("acme", "globex"):
        [invoice] = await sold.invoices.list(tenant)
        await sold.payments.record(tenant, f"B-{tenant}", "EUR", invoice.left)
    fail_first(monkeypatch, sold.invoices, "list_within")
    for left in (1, 0):
        await sold.dunning.withdraw()
        async with sold.database.read() as session:
            assert len(await dunning_repository.customers(session, "operator", ANNOUNCED)) == left


@dataclass
class History:
    """A tenant and its invoices in any order of events, with a record of what was announced."""

    build: Callable[[], Billing]
    clock: ManualClock
    random: Random
    billing: Billing
    ends: dict[str, date] = field(default_factory=dict[str, date])
    """Announced day, by number of the invoice, of those that were overdue at each sweep since."""
    count: Counter[str] = field(default_factory=Counter[str])
    payments: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    async def talk_and_invoice(self) -> None:
        async with self.billing.database.begin() as uow:
            event = call(self.clock, "491761234", self.random.randrange(60, 36_000))
            await self.billing.rating.on_outside_call(event, uow)
        month = self.billing.invoices.today().replace(day=1) - timedelta(days=1)
        await self.billing.invoices.run("acme", month_of(month).since)

    async def pay(self) -> None:
        open_ones = [each for each in await self.billing.invoices.list("acme") if each.left]
        if open_ones:
            one = self.random.choice(open_ones)
            part = max(one.left // self.random.choice((1, 1, 3)) // 10_000 * 10_000, 10_000)
            named = self.random.choice((one.number, ""))
            reference = f"B-{self.count.total()}"
            self.count["payment"] += 1
            await self.billing.payments.record("acme", reference, "EUR", part, named)
            self.payments.append((reference, part))

    async def refund(self) -> None:
        if self.payments:
            reference, amount = self.payments.pop()
            await self.billing.payments.refund("acme", reference, f"R-{reference}", amount)

    async def cancel(self) -> None:
        found = [each for each in await self.billing.invoices.list("acme") if each.state == "overdue"]
        if found:
            try:
                await self.billing.invoices.cancel("acme", self.random.choice(found).number)
            except Conflict:
                return  # partly credited
            self.count["cancelled"] += 1

    async def credit(self) -> None:
        found = [each for each in await self.billing.invoices.list("acme") if each.state == "overdue"]
        if found:
            one = self.random.choice(found)
            try:
                await self.billing.credit_notes.issue(
                    "acme", one.number, lines={}, amount=one.net // 2 // 10_000 * 10_000
                )
            except (Conflict, Invalid):
                return  # less is left
            self.count["credited"] += 1

    async def wait(self) -> None:
        self.clock.advance(timedelta(days=self.random.choice((1, 5, 9, 20))).total_seconds())

    async def clock_back(self) -> None:
        self.clock.advance(-timedelta(days=self.random.randrange(1, 4)).total_seconds())

    async def restart(self) -> None:
        self.billing = self.build()

    async def sweep(self) -> None:
        today = self.billing.invoices.today()
        sent = await sweep(self.billing)
        overdue = {each.number for each in await self.billing.invoices.list("acme") if each.state == "overdue"}
        self.ends = {number: end for number, end in self.ends.items() if number in overdue}
        for notice in sent:
            if notice.ended:
                assert self.ends[notice.number] == notice.calls_end <= today
            else:
                assert notice.number not in self.ends, "announced twice"
                assert notice.calls_end == today + timedelta(days=STOP_DAYS)
                self.ends[notice.number] = notice.calls_end
            self.count["ended" if notice.ended else "announced"] += 1
        assert await sweep(self.billing) == []

    async def check(self) -> None:
        """Compare what is refused with what was announced and is not paid."""
        invoices, today = await self.billing.invoices.list("acme"), self.billing.invoices.today()
        overdue = {each.number: each for each in invoices if each.state == "overdue"}
        expected = any(self.ends.get(number, date.max) <= today for number in overdue)
        assert await is_refused(self.billing) == expected
        assert all(each.left > 0 and each.reminded == 3 for each in overdue.values() if each.calls_end)
        self.count["refused"] += expected


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(4))
async def test_calls_are_refused_only_while_an_announced_invoice_is_unpaid(
    sold: Billing, database: Database, keys: KeyStore, directory: DirectoryCache, clock: ManualClock, seed: int
) -> None:
    def build() -> Billing:
        return build_billing(database, keys, directory, lambda tenant_id: 0, StripePayments())

    history = History(build, clock, Random(seed), sold)
    events = {
        history.wait: 12,
        history.sweep: 12,
        history.talk_and_invoice: 2,
        history.pay: 1,
        history.refund: 1,
        history.cancel: 1,
        history.credit: 1,
        history.clock_back: 1,
        history.restart: 1,
    }
    for _ in range(120):
        [event] = history.random.choices(list(events), list(events.values()))
        await event()
        await history.check()
    assert history.count["announced"] >= history.count["ended"] > 0 < history.count["refused"]
    for each in await history.billing.invoices.list("acme"):
        if each.left:
            await history.billing.payments.record("acme", f"last-{each.number}", "EUR", each.left, each.number)
    assert not await is_refused(history.billing), "everything is paid"
