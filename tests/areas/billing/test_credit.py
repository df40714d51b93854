"""Credit of tenants: what calls may cost before they are made and while they run, however many there are."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from billing_setup import GERMANY, call, in_force
from hypothesis import given
from hypothesis import strategies as st

from unificx.billing import Billing, CreditCall, CreditTerms
from unificx.billing.events import CreditLow
from unificx.billing.machine.credit import NOTHING, Grant, grant
from unificx.billing.machine.rates import Rate, charge
from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid
from unificx.db import Database, Outbox, UnitOfWork

EURO = 1_000_000
MOBILE = "491761234"
RATES = st.builds(
    Rate,
    st.just("49"),
    st.integers(0, 5 * EURO),
    st.sampled_from((1, 6, 30, 60)),
    st.sampled_from((1, 6, 30, 60)),
    st.sampled_from((0, 1, EURO // 20)),
    st.sampled_from((0, EURO // 10)),
)


def test_a_call_gets_whole_increments_that_can_be_paid() -> None:
    rate = Rate("49", price=600_000, first=60, next=30, connection=50_000)
    assert grant(rate, 649_999, 300) == NOTHING
    assert grant(rate, 650_000, 300) == Grant(60, 650_000)
    assert grant(rate, 949_999, 300) == Grant(60, 650_000)
    assert grant(rate, 950_000, 300) == Grant(90, 950_000)
    assert grant(rate, 100 * EURO, 95) == Grant(120, 1_250_000)
    assert grant(Rate("49", price=0), 0, 300) == Grant(300, 0)
    assert grant(Rate("49", price=0), -1, 300) == NOTHING


@given(RATES, st.integers(-EURO, 100 * EURO), st.integers(0, 100_000))
def test_no_more_is_granted_than_can_be_paid_and_no_less_than_fits(rate: Rate, available: int, wanted: int) -> None:
    granted = grant(rate, available, wanted)
    assert granted.amount <= max(available, 0)
    if granted.seconds:
        assert charge(rate, granted.seconds).amount == granted.amount
    if granted.seconds < wanted:
        assert charge(rate, granted.seconds + 1).amount > available


@dataclass
class _Tenant:
    """The debt of a tenant, and the reservations of its calls: as the tables have it."""

    limit: int
    owed: int = 0
    reserved: dict[int, Grant] = field(default_factory=dict[int, Grant])
    rates: dict[int, Rate] = field(default_factory=dict[int, Rate])
    largest: int = 0
    """Sum of one further increment of each call."""

    def reserve(self, one: int, wanted: int) -> None:
        others = sum(each.amount for key, each in self.reserved.items() if key != one)
        granted = grant(self.rates[one], self.limit - self.owed - others, wanted)
        if granted.seconds:
            self.reserved[one] = granted

    def end(self, one: int, seconds: int) -> None:
        granted, rate = self.reserved.pop(one), self.rates[one]
        spoken = min(seconds, granted.seconds + rate.next)  # it is ended within an increment
        self.owed += charge(rate, spoken).amount
        self.largest += charge(rate, granted.seconds + rate.next).amount - granted.amount


@given(
    st.integers(0, 20 * EURO),
    st.lists(
        st.tuples(st.sampled_from(("start", "extend", "end")), st.integers(0, 7), RATES, st.integers(0, 4_000)),
        max_size=60,
    ),
)
def test_parallel_calls_never_exceed_the_limit_by_more_than_an_increment_each(
    limit: int, events: list[tuple[str, int, Rate, int]]
) -> None:
    tenant = _Tenant(limit)
    for kind, one, rate, seconds in events:
        if kind == "start" and one not in tenant.reserved:
            tenant.rates[one] = rate
            tenant.reserve(one, 1)
        elif kind == "extend" and one in tenant.reserved:
            tenant.reserve(one, max(seconds, tenant.reserved[one].seconds))
        elif kind == "end" and one in tenant.reserved:
            tenant.end(one, seconds)
        assert tenant.owed <= tenant.limit + tenant.largest
    for one in list(tenant.reserved):
        tenant.end(one, 100_000)
    assert tenant.owed <= tenant.limit + tenant.largest


async def test_calls_share_the_credit_until_they_are_rated(
    billing: Billing, database: Database, clock: ManualClock
) -> None:
    await in_force(billing, GERMANY)
    await in_force(billing, GERMANY, tenant="globex")
    await billing.payments.record("acme", "B-1", "EUR", EURO // 2)
    await billing.payments.record("globex", "B-1", "EUR", 100 * EURO)
    await billing.credit.set_terms("acme", CreditTerms(prepaid=True, currency="EUR", limit=0))
    # A minute to a mobile costs 0.15 EUR, each further one 0.10 EUR.
    calls = [CreditCall(f"call{each}.b1", f"call{each}", MOBILE) for each in range(5)]
    results = await asyncio.gather(*(billing.credit.reserve("acme", each, 1) for each in calls))
    assert sorted(map(str, results)) == ["60", "60", "60", "no_credit", "no_credit"]
    running = [each for each, result in zip(calls, results, strict=True) if result == 60]
    assert await billing.credit.reserve("acme", running[0], 300) == 60
    await billing.credit.call_ended("acme", running[1])  # not answered
    assert await billing.credit.reserve("acme", running[0], 300) == 180
    answered = CreditCall(running[0].id, running[0].call_id, MOBILE, clock.now())
    await billing.credit.call_ended("acme", answered)
    state = await billing.credit.state("acme")
    assert state is not None
    assert (state.owed, state.reserved) == (-EURO // 2, 500_000)
    async with database.begin() as uow:
        ended = replace(call(clock, MOBILE, 61), call_id=running[0].call_id)
        await billing.rating.on_outside_call(ended, uow)
    state = await billing.credit.state("acme")
    assert state is not None
    assert (state.available, state.reserved) == (100_000, 150_000)
    clock.advance(3_601)  # the node of the other call has died
    assert await billing.credit.reserve("acme", calls[4], 300) == 120


async def test_a_call_without_a_price_is_not_made_on_credit(billing: Billing) -> None:
    terms = CreditTerms(prepaid=False, currency="EUR", limit=5 * EURO)
    await billing.credit.set_terms("acme", terms)
    without_deck = CreditCall("call.b1", "call", MOBILE)
    assert await billing.credit.reserve("acme", without_deck, 1) == "no_price"
    await in_force(billing, GERMANY)
    assert await billing.credit.reserve("acme", without_deck, 1) == 60
    assert await billing.credit.reserve("acme", CreditCall("call.b2", "call", "4314100"), 1) == "no_price"
    free = CreditCall("call.b3", "call", "short:116117", is_free=True)
    assert await billing.credit.reserve("acme", free, 1) == 86_400
    assert await billing.credit.reserve("globex", without_deck, 1) == 86_400
    await billing.credit.set_terms("acme", CreditTerms(prepaid=False, currency="USD", limit=5 * EURO))
    assert await billing.credit.reserve("acme", without_deck, 1) == "no_price"
    await billing.credit.remove_terms("acme")
    assert await billing.credit.state("acme") is None
    assert not billing.credit.is_limited("acme")


async def test_a_limit_applies_although_the_limits_are_being_read(
    billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, is_read, may_end = billing.dunning.ended, asyncio.Event(), asyncio.Event()

    async def ended_later() -> frozenset[str]:
        is_read.set()
        await may_end.wait()
        return await ended()

    monkeypatch.setattr(billing.dunning, "ended", ended_later)
    reading = asyncio.create_task(billing.credit.refresh())
    await is_read.wait()
    setting = asyncio.create_task(billing.credit.set_terms("acme", CreditTerms(True, "EUR", 0)))
    while await billing.credit.state("acme") is None:
        pass
    may_end.set()
    await asyncio.gather(setting, reading)
    assert billing.credit.is_limited("acme")


@pytest.mark.parametrize(
    "terms",
    [
        CreditTerms(prepaid=True, currency="EUR", limit=EURO),
        CreditTerms(prepaid=False, currency="eur", limit=EURO),
        CreditTerms(prepaid=False, currency="EUR", limit=-EURO),
        CreditTerms(prepaid=False, currency="EUR", limit=1_000_001 * EURO),
        CreditTerms(prepaid=False, currency="EUR", limit=1_234),
        CreditTerms(prepaid=False, currency="EUR", limit=EURO, warn_below=-1),
    ],
)
async def test_impossible_limits_are_refused(billing: Billing, terms: CreditTerms) -> None:
    with pytest.raises(Invalid):
        await billing.credit.set_terms("acme", terms)
    assert await billing.credit.state("acme") is None


async def test_low_credit_is_reported_once_until_there_is_more(
    billing: Billing, database: Database, clock: ManualClock
) -> None:
    outbox, reported = Outbox(database, lambda event: None, clock), list[str]()

    async def on_low(event: CreditLow, uow: UnitOfWork) -> None:
        del uow
        reported.append(event.tenant)

    outbox.subscribe(CreditLow, on_low)
    await in_force(billing, GERMANY)
    await billing.payments.record("acme", "B-1", "EUR", EURO)
    await billing.credit.set_terms("acme", CreditTerms(prepaid=True, currency="EUR", limit=0, warn_below=EURO // 2))
    one = CreditCall("call.b1", "call", MOBILE)
    for seconds in (60, 300, 360, 420):
        await billing.credit.reserve("acme", one, seconds)
    await billing.payments.record("acme", "B-2", "EUR", EURO)
    await billing.credit.reserve("acme", one, 480)
    await billing.credit.reserve("acme", one, 3_600)
    await outbox.deliver()
    assert reported == ["acme", "acme"]
