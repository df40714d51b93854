"""Two years of billing in any order of events, compared with a model that knows nothing of ledger and documents.

Each seed is a history of its own: calls, corrections of prices, plans, a trial, tax, cancellations, payments, refunds and
reports of card payments. After each event the ledger is read by SQL.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from billing_setup import BUYER, SELLER, call, in_force
from sqlalchemy import text
from stripe_server import SECRET_KEY, WEBHOOK_SECRET, report

from unificx.billing import Billing, NewPlan, PlanChange, Processor, ProcessorKeys
from unificx.billing.cards import repository as card_repository
from unificx.billing.cards.schemas import CardPayment
from unificx.billing.machine.invoice import Document
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict
from unificx.db import Database
from unificx.privacy import KeyStore

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BERLIN, CENT, EURO = ZoneInfo("Europe/Berlin"), 10_000, 1_000_000
BEGIN, END = datetime(2020, 1, 5, 12, tzinfo=UTC), date(2022, 1, 5)


def first_of(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    return (first_of(day) + timedelta(days=32)).replace(day=1)


def cents(amount: Decimal) -> int:
    """Round to whole cents, halves away from zero."""
    return int((amount / CENT).quantize(Decimal(1), ROUND_HALF_UP)) * CENT


@dataclass
class Card:
    reference: str
    amount: int
    paid: int = 0
    refunded: int = 0
    disputed: int = 0

    @property
    def net(self) -> int:
        return max(self.paid - self.refunded - self.disputed, 0)


@dataclass
class Years:
    """The services with a model of them. Amounts are in micros."""

    billing: Billing
    database: Database
    keys: KeyStore
    clock: ManualClock
    random: Random
    decks: list[tuple[datetime, int]] = field(default_factory=list[tuple[datetime, int]])
    """Price of a minute, by the beginning of its deck."""
    calls: list[tuple[datetime, int, int]] = field(default_factory=list[tuple[datetime, int, int]])
    """When, minutes, and present price."""
    prices: dict[str, dict[date, int]] = field(default_factory=dict[str, dict[date, int]])
    plans: dict[date, str | None] = field(default_factory=dict[date, str | None])
    trial: tuple[date, date] | None = None
    charged: date | None = None
    payments: dict[str, int] = field(default_factory=dict[str, int])
    """The rest of each payment by bank transfer after its refunds."""
    cards: list[Card] = field(default_factory=list[Card])
    active: dict[date, str] = field(default_factory=dict[date, str])
    """Number of the invoice of a month that was not cancelled."""
    taxed: bool = True
    count: int = 0

    @property
    def today(self) -> date:
        return self.clock.now().astimezone(BERLIN).date()

    def number(self) -> str:
        self.count += 1
        return f"B-{self.count}"

    def amount(self) -> int:
        return self.random.randrange(1, 4_000) * CENT

    def price(self, answered: datetime, minutes: int) -> int:
        """Return what a call costs by the decks of now. Those in a trial are free."""
        day = answered.astimezone(BERLIN).date()
        if self.trial is not None and self.trial[0] <= day < self.trial[1]:
            return 0
        found = max(
            (deck for deck in enumerate(self.decks) if deck[1][0] <= answered),
            key=lambda each: (each[1][0], each[0]),
        )
        return found[1][1] * minutes

    def fee(self, day: date) -> int:
        """Return the price of a month of the plan of a day."""
        if self.trial is not None and self.trial[0] <= day and (self.charged is None or day < self.charged):
            return 0
        since = max((each for each in self.plans if each <= day), default=None)
        name = self.plans[since] if since is not None else None
        return 0 if name is None else self.prices[name][max(each for each in self.prices[name] if each <= day)]

    # ---- events

    async def begin(self) -> None:
        await self.billing.details.replace("operator", SELLER)
        await self.billing.details.replace("acme", BUYER)
        await self.new_deck()
        for name in ("Basic", "Business"):
            price = self.amount()
            await self.billing.plans.create(NewPlan(name, "EUR", price))
            self.prices[name] = {self.today: price}
        async with self.database.begin() as uow:
            stored = Processor("test", self.clock.now()), ProcessorKeys(SECRET_KEY, WEBHOOK_SECRET)
            await card_repository.put_processor(uow.session, self.keys, "operator", self.clock.new_id(), stored)

    async def talk(self) -> None:
        minutes = self.random.randrange(1, 90)
        answered = self.clock.now()
        async with self.database.begin() as uow:
            await self.billing.rating.on_outside_call(event := call(self.clock, "4930123", minutes * 60), uow)
        async with self.database.begin() as uow:
            await self.billing.rating.on_outside_call(event, uow)  # delivered again
        self.calls.append((answered, minutes, self.price(answered, minutes)))

    async def new_deck(self) -> None:
        price = self.random.randrange(1, 90_000)
        begins = self.clock.now() - timedelta(days=self.random.randrange(60) if self.decks else 0)
        await in_force(self.billing, f"prefix,price\n49,{price / EURO:.6f}\n", begins)
        self.decks.append((begins, price))

    async def rate_again(self) -> None:
        since = self.clock.now() - timedelta(days=self.random.randrange(1, 200))
        await self.billing.rating.rate_again("acme", since, self.clock.now())
        self.calls = [
            (at, minutes, self.price(at, minutes) if since <= at < self.clock.now() else amount)
            for at, minutes, amount in self.calls
        ]

    async def assign(self) -> None:
        name = self.random.choice(("Basic", "Business", "Business", None))
        since = first_of(self.today) + timedelta(days=self.random.randrange(40))
        days = self.random.randrange(10, 60) if name and not self.plans and self.random.random() < 0.7 else 0
        await self.billing.plans.assign("acme", name, since, days)
        if days:
            self.trial = since, since + timedelta(days=days)
        self.plans[since] = name

    async def go_on(self) -> None:
        if self.trial is not None and self.charged is None and self.plans:
            try:
                await self.billing.trials.go_on("acme")
            except Conflict:
                return  # without a plan
            self.charged = max(self.trial[1], self.today)

    async def change_price(self) -> None:
        name, price = self.random.choice(("Basic", "Business")), self.amount()
        since = self.today + timedelta(days=self.random.randrange(2, 50))
        await self.billing.plans.update(name, PlanChange(price=price, since=since))
        self.prices[name][since] = price

    async def move_abroad(self) -> None:
        self.taxed = not self.taxed
        await self.billing.details.replace("acme", BUYER if self.taxed else replace(BUYER, country="US"))

    async def pay(self) -> None:
        reference, amount = self.number(), self.amount()
        invoice = self.random.choice(["", *self.active.values()])
        try:
            await self.billing.payments.record("acme", reference, "EUR", amount, invoice)
        except Conflict:
            assert (await self.billing.invoices.get("acme", invoice)).state == "paid"
            return
        with pytest.raises(Conflict):
            await self.billing.payments.record("acme", reference, "EUR", amount)
        self.payments[reference] = amount

    async def refund(self) -> None:
        if self.payments:
            of, amount = self.random.choice(list(self.payments)), self.amount()
            if amount > self.payments[of]:
                with pytest.raises(Conflict):
                    await self.billing.payments.refund("acme", of, self.number(), amount)
            else:
                await self.billing.payments.refund("acme", of, self.number(), amount)
                self.payments[of] -= amount

    async def card(self) -> None:
        """Begin a payment by card; the other reports of it come before or after that it is paid, some twice."""
        reference = f"card-{self.count:016}".replace("0", "A").replace("1", "B").replace("8", "C").replace("9", "D")
        self.count += 1
        self.cards.append(card := Card(reference, self.amount()))
        invoice = self.random.choice(["", *self.active.values()])
        begun = CardPayment(reference, "acme", "", "EUR", card.amount, invoice, self.clock.now())
        async with self.database.begin() as uow:
            await card_repository.insert_payment(uow.session, begun)

    async def report(self) -> None:
        if not self.cards:
            return
        card = self.random.choice(self.cards)
        about = {"currency": "eur", "metadata": {"payment": card.reference}, "payment_intent": f"pi_{card.reference}"}
        kind, part = (
            self.random.choice(("paid", "refunded", "disputed")),
            self.random.randrange(1, card.amount // CENT + 1),
        )
        match kind:
            case "paid":
                card.paid = card.amount
                found = "checkout.session.completed", {"payment_status": "paid", "amount_total": card.amount // CENT}
            case "refunded":
                card.refunded = max(card.refunded, part * CENT)
                found = "charge.refunded", {"amount_refunded": part}
            case _:
                card.disputed = max(card.disputed, card.amount)
                found = "charge.dispute.created", {"status": "needs_response", "amount": card.amount // CENT}
        body, headers = report(found[0], {**about, **found[1]}, self.clock.now())
        for _ in range(self.random.choice((1, 2))):
            await self.billing.cards.receive(body, headers["Stripe-Signature"])

    async def cancel(self) -> None:
        if self.active:
            month = self.random.choice(list(self.active))
            await self.billing.invoices.cancel("acme", self.active.pop(month))

    async def invoice(self) -> None:
        """Issue a past month, often the last one."""
        month = first_of(self.today)
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            month = first_of(month - timedelta(days=1))
        await self.issue(max(month, first_of(BEGIN.date())))

    async def issue(self, month: date) -> None:
        if next_month(month) > self.today:
            return
        issued = await self.billing.invoices.run("acme", month)
        again = await self.billing.invoices.run("acme", month)
        assert [each.number for each in issued] == [each.number for each in again]
        assert {each.result for each in again} <= {"exists"}
        if not issued:
            return
        [one] = issued
        assert (one.result == "exists") == (self.active.get(month) == one.number)
        self.active[month] = one.number
        if one.result == "issued":
            await self.check_document(month, await self.billing.invoices.document("acme", one.number))

    # ---- invariants

    async def check_document(self, month: date, document: Document) -> None:
        """Compare a new invoice with the model: its fees, its calls and their tax, and its sums with its lines."""
        lines, days = document.lines, (next_month(month) - month).days
        fees = sum(Decimal(self.fee(month + timedelta(days=each))) / days for each in range(days))
        plan_lines = [each.amount for each in lines if each.kind == "plan"]
        assert abs(sum(plan_lines) - fees) <= CENT * max(len(plan_lines), 1)
        of_month = sum(price for at, _, price in self.calls if first_of(at.astimezone(BERLIN).date()) == month)
        assert sum(each.amount for each in lines if each.kind == "calls") == cents(Decimal(of_month))
        for each in lines:
            reduced = date(2020, 7, 1) <= each.until - timedelta(days=1) <= date(2020, 12, 31)
            assert each.tax.rate == (0 if not self.taxed else 1600 if reduced else 1900), each
        [stored] = [each for each in await self.billing.invoices.list("acme") if each.number == document.number]
        net = sum(each.amount for each in lines)
        tax = sum(
            cents(Decimal(sum(each.amount for each in lines if each.tax.rate == rate)) * rate / 10_000)
            for rate in {each.tax.rate for each in lines}
        )
        assert (stored.net, stored.tax, stored.total, stored.calls) == (net, tax, net + tax, of_month)
        earlier = sum(each.amount for each in lines if each.kind == "earlier_calls")
        assert earlier == cents(Decimal(stored.moved - of_month)), "the ledger moves what the line charges"
        assert net >= 0

    async def check(self) -> dict[str, int]:
        """Return the sums of the accounts, after comparing them with calls, invoices and payments."""
        async with self.database.read() as session:
            rows = (await session.execute(text("SELECT account, SUM(amount) FROM ledger_entry GROUP BY account"))).all()
            parts = text("SELECT COUNT(*) FROM (SELECT 1 FROM ledger_entry GROUP BY reference HAVING SUM(amount) <> 0)")
            assert await session.scalar(parts) == 0
            rated = await session.scalar(text("SELECT COALESCE(SUM(amount), 0) FROM rated_call"))
            sums = "SELECT COALESCE(SUM(CASE WHEN cancels = '' THEN {0} ELSE -{0} END), 0) FROM invoice"
            moved, total = [await session.scalar(text(sums.format(name))) for name in ("moved", "total")]
        found: dict[str, int] = {account: int(amount) for account, amount in rows}
        assert sum(found.values()) == 0
        priced = sum(price for _, _, price in self.calls)
        received = sum(self.payments.values()) + sum(each.net for each in self.cards)
        assert rated == priced
        assert found.get("unbilled", 0) == priced - moved, "each price is unbilled or on one invoice"
        assert found.get("payments", 0) == received
        assert found.get("customer", 0) == total - received
        return found


@pytest.mark.promise("U4")
@pytest.mark.parametrize("seed", range(2))
async def test_two_years_of_events_in_any_order_are_billed_once(
    billing: Billing, database: Database, keys: KeyStore, clock: ManualClock, seed: int
) -> None:
    clock.at = BEGIN
    years = Years(billing, database, keys, clock, Random(seed))
    await years.begin()
    events: list[tuple[Callable[[], Awaitable[None]], int]] = [
        *((years.talk, 8), (years.invoice, 5), (years.pay, 3), (years.refund, 1), (years.card, 2), (years.report, 4)),
        *((years.cancel, 2), (years.new_deck, 1), (years.rate_again, 2), (years.assign, 2), (years.go_on, 2)),
        *((years.change_price, 1), (years.move_abroad, 1)),
    ]
    happened: list[str] = []
    try:
        while years.today < END:
            clock.advance(years.random.randrange(1, 10 * 86_400))
            [event] = years.random.choices([each for each, _ in events], [weight for _, weight in events])
            happened.append(f"{clock.now():%Y-%m-%d %H:%M} {event.__name__}")
            await event()
            await years.check()
        # All months that are over are issued, and some with a plan that uses up credits: a part of a cent is left.
        await billing.plans.assign("acme", "Business")
        years.plans = {day: name for day, name in years.plans.items() if day != years.today} | {years.today: "Business"}
        await years.go_on()
        month = first_of(BEGIN.date())
        for _ in range(42):
            if next_month(month) > years.today:
                clock.at = datetime.combine(next_month(years.today), clock.at.timetz())
                await years.talk()
            await years.issue(month)
            month = next_month(month)
        unbilled = (await years.check())["unbilled"] - sum(
            price for at, _, price in years.calls if first_of(at.astimezone(BERLIN).date()) >= month
        )
        assert abs(unbilled) < CENT
    except BaseException as fault:
        fault.add_note(f"seed {seed}: {'; '.join(happened)}")
        raise
