"""Plans, their assignment to tenants, and the charges of a month."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from billing_setup import GERMANY, call, in_force

from unificx.billing import Billing, NewPlan, Plan, PlanChange, RatedCall, build_billing
from unificx.billing.machine.allocation import Allowance
from unificx.billing.machine.rates import Rate, charge
from unificx.billing.machine.storage import GIGABYTE
from unificx.billing.machine.trial import MAX_DAYS
from unificx.billing.schemas import Assignment, Charge
from unificx.cdr.events import OutsideCallRecorded
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database
from unificx.identity import DirectoryCache, Extension, Tenant
from unificx.identity.events import TenantDeleted
from unificx.integrations.stripe_payments import StripePayments
from unificx.privacy import KeyStore

EURO = 1_000_000
PRICES = {"price": 30 * EURO, "extension_price": 3 * EURO, "number_price": EURO}
RATES = {"49": Rate("49", 10_000, 60, 1), "4917": Rate("4917", 100_000, connection=50_000)}
"""Those of GERMANY."""
JANUARY = date(2026, 1, 1)


class Office:
    """Billing of the tenant acme, in Berlin, whose extensions and numbers the test changes."""

    def __init__(self, database: Database, keys: KeyStore, clock: ManualClock) -> None:
        self.directory = DirectoryCache()
        tenant = Tenant("acme", "acme", "Acme", "acme.example", "active", clock.now(), time_zone="Europe/Berlin")
        self.directory.put_tenant(tenant)
        self.numbers = 0
        self.billing = build_billing(database, keys, self.directory, lambda tenant_id: self.numbers, StripePayments())
        self._database, self._clock = database, clock

    def set_extensions(self, count: int) -> None:
        for each in self.directory.extensions("acme"):
            self.directory.drop_extension(each.id)
        for number in range(count):
            values = str(1000 + number), None, "subject", 30, 600, "Phone"
            self.directory.put_extension(Extension(self._clock.new_id(), "acme", *values))

    async def count(self) -> None:
        self._clock.advance(3600)
        await self.billing.counts.store_if_due()

    async def rate(self, calls: Iterable[OutsideCallRecorded]) -> None:
        for event in calls:
            async with self._database.begin() as uow:
                await self.billing.rating.on_outside_call(event, uow)

    async def rated(self, calls: Iterable[OutsideCallRecorded]) -> list[RatedCall]:
        return list(await self.billing.rating.of_calls("acme", [each.call_id for each in calls]))

    async def measure(self, sizes: dict[str, int] | None) -> int:
        """Return how often the stored bytes were asked for."""
        asked = 0

        async def measured() -> dict[str, int] | None:
            nonlocal asked
            asked += 1
            return sizes

        await self.billing.storage.measure_if_due(measured)
        return asked

    async def storage(self, tenant: str = "acme", month: date = JANUARY) -> list[tuple[int | Decimal, int | None, int]]:
        found = await self.billing.charges.of_month(tenant, month)
        return [(each.quantity, each.unit_price, each.amount) for each in found if each.kind == "storage"]

    async def charges(self, month: date = JANUARY) -> tuple[Charge, ...]:
        return await self.billing.charges.of_month("acme", month)


@pytest.fixture
def office(database: Database, keys: KeyStore, clock: ManualClock) -> Office:
    return Office(database, keys, clock)


async def basic(billing: Billing, included: dict[str, int] | None = None, **prices: int) -> Plan:
    plain = NewPlan("Basic", "EUR", 0, included=included or {})
    return await billing.plans.create(replace(plain, **{**PRICES, **prices}))


def sums(charges: Iterable[Charge]) -> int:
    return sum(each.amount for each in charges if each.kind == "calls")


@pytest.mark.promise("U4")
async def test_a_month_has_the_shares_of_each_plan_by_days(office: Office, clock: ManualClock) -> None:
    plans = office.billing.plans
    plan = await basic(office.billing)
    large = await plans.create(NewPlan("Large", "EUR", 93 * EURO))
    office.set_extensions(4)
    office.numbers = 2
    await plans.assign("acme", plan.id, date(2026, 1, 5))
    await plans.assign("acme", "Large", date(2026, 1, 21))
    found = await office.charges()
    first, change, end = date(2026, 1, 5), date(2026, 1, 21), date(2026, 2, 1)
    parts = [(each.kind, each.quantity, each.unit_price, each.amount, each.since, each.until) for each in found]
    assert parts == [
        ("plan", 1, 30 * EURO, 30 * EURO * 20 // 31 - 30 * EURO * 4 // 31, first, change),
        ("extensions", 4, 3 * EURO, 12 * EURO * 20 // 31 - 12 * EURO * 4 // 31, first, change),
        ("numbers", 2, EURO, 2 * EURO * 20 // 31 - 2 * EURO * 4 // 31, first, change),
        ("plan", 1, 93 * EURO, 33 * EURO, change, end),
    ]
    assert await office.charges(date(2025, 12, 1)) == ()
    [whole] = await office.charges(date(2026, 2, 14))
    assert (whole.name, whole.amount, whole.until) == (large.name, large.terms[0].price, date(2026, 3, 1))
    assert await office.billing.charges.of_month("globex", JANUARY) == ()


async def test_changes_of_plans_never_alter_what_has_passed(office: Office, clock: ManualClock) -> None:
    plans = office.billing.plans
    plan = await basic(office.billing)
    cheaper = await plans.update(plan.id, PlanChange(price=20 * EURO))  # not assigned yet: at once
    assert [each.price for each in cheaper.terms] == [20 * EURO]
    await plans.assign("acme", plan.id, JANUARY)
    before = await office.charges()
    changed = await plans.update("Basic", PlanChange(name="Basis", price=25 * EURO))
    assert [(each.since, each.price) for each in changed.terms][1:] == [(date(2026, 2, 1), 25 * EURO)]
    assert await office.charges() == tuple(replace(each, name="Basis") for each in before)
    assert (await office.charges(date(2026, 2, 1)))[0].amount == 25 * EURO
    for day in (date(2026, 1, 4), date(2027, 2, 1)):
        with pytest.raises(Invalid):
            await plans.update(plan.id, PlanChange(price=EURO, since=day))
    clock.at = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)  # February in Berlin
    with pytest.raises(Invalid):
        await plans.assign("acme", None, date(2026, 1, 31))
    assert await plans.assign("acme", None) == Assignment(date(2026, 2, 1), None)
    assert await office.charges(date(2026, 2, 1)) == ()
    assert sum(each.amount for each in await office.charges()) == sum(each.amount for each in before)


async def test_extensions_are_charged_by_the_greatest_number_of_the_days(office: Office, clock: ManualClock) -> None:
    plan = await basic(office.billing)
    await office.billing.plans.assign("acme", plan.id, JANUARY)
    for count in (3, 7, 2):  # deleted ones were counted
        office.set_extensions(count)
        await office.count()
    await office.billing.counts.store_if_due()  # within the hour: nothing is stored
    clock.at = datetime(2026, 3, 1, tzinfo=UTC)
    found = {
        month: [each.quantity for each in await office.charges(date(2026, month, 1)) if each.kind == "extensions"]
        for month in (1, 2, 3)
    }
    assert found == {1: [7], 2: [7], 3: [2]}  # not counted in February: as on the last day before it


@pytest.mark.promise("U4")
async def test_the_charges_of_calls_are_their_costs_minus_what_is_covered(office: Office, clock: ManualClock) -> None:
    await in_force(office.billing, GERMANY, datetime(2025, 12, 1, tzinfo=UTC))
    included = {"": 40, "mobile": 9}
    plan = await basic(office.billing, included)
    await office.billing.plans.assign("acme", plan.id, JANUARY)
    choice = random.Random(7)
    calls: list[OutsideCallRecorded] = []
    for _ in range(40):
        clock.advance(choice.choice([0, 60, 220_000]))
        calls.append(call(clock, choice.choice(["4930123", "4917012"]), choice.randrange(400)))
    january = [each for each in calls if each.answered < datetime(2026, 1, 31, 23, tzinfo=UTC)]
    assert 20 < len(january) < len(calls)
    shuffled = calls[:]
    choice.shuffle(shuffled)
    await office.rate(shuffled)
    found = await office.billing.charges.costs("acme", JANUARY)
    allowance, expected, full = Allowance(included), 0, 0
    for each in sorted(await office.rated(january), key=lambda one: (one.answered, one.id)):
        rate = RATES[each.prefix]
        covered = allowance.cover(each.group, each.billed_seconds)
        expected, full = expected + charge(rate, each.seconds, covered).amount, full + each.amount
    assert sums(found.charges) == expected < full
    assert await office.billing.charges.of_month("globex", JANUARY) == ()
    assert {each.group: each.used_seconds for each in found.included} == allowance.used()
    assert {each.name for each in found.charges if each.kind == "calls"} == {"fixed", "mobile"}

    await in_force(office.billing, GERMANY.replace("0.10,60,60,0.05", "0.20,60,60,0.05"), calls[0].answered)
    await office.billing.rating.rate_again("acme", calls[0].answered, clock.now() + timedelta(1))
    again = await office.billing.charges.costs("acme", JANUARY)
    assert again.included == found.included
    fixed, mobile = ([each.amount for each in again.charges if each.name == name] for name in ("fixed", "mobile"))
    assert fixed == [each.amount for each in found.charges if each.name == "fixed"]
    assert mobile > [each.amount for each in found.charges if each.name == "mobile"]


async def test_without_a_plan_calls_are_charged_in_full_by_country(office: Office, clock: ManualClock) -> None:
    await in_force(office.billing, "prefix,price,group\n49,0.01,\n4917,0.10,mobile\n", clock.now())
    calls = [call(clock, each, 61) for each in ("4930123", "4917012", "4312345", "4930124")]
    await office.rate(calls)
    found = await office.billing.charges.costs("acme", JANUARY)
    assert [(each.name, each.quantity, each.unit_price, each.amount) for each in found.charges] == [
        ("DE", 4, None, 40_000),
        ("mobile", 2, None, 200_000),
    ]
    assert (found.unrated, found.included) == (1, ())
    assert await office.charges(date(2026, 2, 1)) == ()


async def test_included_minutes_go_to_calls_that_cost_something_and_by_days(office: Office, clock: ManualClock) -> None:
    await in_force(office.billing, "prefix,price,group\n49,0,free\n43,0.10,\n", clock.now())
    plan = await basic(office.billing, {"": 31})
    await office.billing.plans.assign("acme", plan.id, date(2026, 1, 5))
    await office.billing.plans.assign("acme", None, date(2026, 1, 6))
    await office.rate([call(clock, "4930123", 600), call(clock, "4312345", 120)])
    found = await office.billing.charges.costs("acme", JANUARY)
    [use] = found.included
    assert (use.included_seconds, use.used_seconds, use.until) == (60, 60, date(2026, 1, 6))
    assert [(each.name, each.amount) for each in found.charges if each.kind == "calls"] == [
        ("DE", 100_000),
        ("free", 0),
    ]


@pytest.mark.promise("U4")
async def test_the_mean_of_the_measured_days_above_the_included_storage_is_charged(
    office: Office, clock: ManualClock
) -> None:
    office.directory.put_tenant(Tenant("globex", "globex", "G", "globex.example", "active", clock.now()))
    plan = await basic(office.billing, storage_price=EURO // 10, storage_gb=2, extension_storage_gb=1)
    office.set_extensions(3)
    for tenant in ("acme", "globex"):
        await office.billing.plans.assign(tenant, plan.id, JANUARY)
    assert await office.storage() == []  # not measured yet
    assert await office.measure({"acme": 6 * GIGABYTE, "globex": GIGABYTE}) == 1
    assert await office.measure({"acme": 90 * GIGABYTE}) == 0  # once a day
    assert await office.storage() == [(1, EURO // 10, EURO // 10)]
    clock.advance(2 * 86_400)  # a day without a measurement
    assert await office.measure(None) == 1  # not finished: the next call goes on
    assert await office.measure({"acme": 9 * GIGABYTE + GIGABYTE // 100}) == 1
    assert await office.storage() == [(Decimal("2.5"), EURO // 10, 25 * EURO // 100)]
    assert await office.storage("globex") == []
    [use] = (await office.billing.charges.costs("acme", JANUARY)).storage
    assert (use.last, use.mean, use.included) == (9_010_000_000, 7_505_000_000, 5 * GIGABYTE)
    clock.advance(86_400)
    await office.measure({})  # everything is deleted
    assert await office.storage() == []
    assert await office.storage(month=date(2026, 2, 1)) == []


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (GIGABYTE // 100 - 1, []),
        (GIGABYTE // 100, [(Decimal("0.01"), 3 * EURO, 30_000)]),
        (3 * GIGABYTE // 2 + 1, [(Decimal("1.5"), 3 * EURO, 4_500_000)]),
        (20 * GIGABYTE - 1, [(Decimal("19.99"), 3 * EURO, 59_970_000)]),
    ],
)
async def test_a_part_of_a_gigabyte_is_charged_as_a_part(
    office: Office, above: int, expected: list[tuple[Decimal, int, int]]
) -> None:
    plan = await basic(office.billing, storage_price=3 * EURO, storage_gb=1)
    await office.billing.plans.assign("acme", plan.id, JANUARY)
    await office.measure({"acme": GIGABYTE + above})
    assert await office.storage() == expected


async def test_two_measurements_of_a_day_at_once_store_the_first(office: Office) -> None:
    plan = await basic(office.billing, storage_price=EURO)
    await office.billing.plans.assign("acme", plan.id, JANUARY)

    async def slow() -> dict[str, int]:
        await office.measure({"acme": 3 * GIGABYTE})  # another node
        return {"acme": 7 * GIGABYTE}

    await office.billing.storage.measure_if_due(slow)
    assert await office.storage() == [(3, EURO, 3 * EURO)]


async def test_storage_is_charged_by_the_days_and_the_terms_of_each_plan(office: Office, clock: ManualClock) -> None:
    plan = await basic(office.billing, storage_price=EURO)
    await office.billing.plans.assign("acme", plan.id, JANUARY)
    await office.measure({"acme": 5 * GIGABYTE})
    clock.at = datetime(2026, 1, 21, 12, tzinfo=UTC)
    await office.billing.plans.create(NewPlan("Plain", "EUR", 0, storage_gb=1))
    await office.billing.plans.assign("acme", "Plain", date(2026, 1, 21))
    await office.measure({"acme": 100 * GIGABYTE})  # of no price
    assert await office.storage() == [(5, EURO, 5 * EURO * 20 // 31)]
    changed = await office.billing.plans.update("Plain", PlanChange(storage_price=EURO // 100))
    assert [(each.storage_price, each.storage_gb) for each in changed.terms] == [(0, 1), (EURO // 100, 1)]
    clock.at = datetime(2026, 2, 3, 12, tzinfo=UTC)
    await office.measure({"acme": 3 * GIGABYTE})
    assert await office.storage(month=date(2026, 2, 1)) == [(2, EURO // 100, EURO // 50)]


async def test_what_a_plan_must_not_be_is_refused(office: Office) -> None:
    plans = office.billing.plans
    plan = await basic(office.billing)
    good = NewPlan("Other", "EUR", 0)
    for bad in (
        replace(good, name=" "),
        replace(good, name="x" * 61),
        replace(good, name="\u200d"),
        replace(good, currency="eur"),
        replace(good, price=-1),
        replace(good, extension_price=10**13),
        replace(good, included={"A": 1}),
        replace(good, storage_price=-1),
        replace(good, storage_gb=-1),
        replace(good, extension_storage_gb=10**6 + 1),
        replace(good, included={"a": -1}),
        replace(good, included={str(each): 1 for each in range(21)}),
    ):
        with pytest.raises(Invalid):
            await plans.create(bad)
    with pytest.raises(Conflict):
        await plans.create(replace(good, name="Basic"))
    with pytest.raises(NotFound):
        await plans.assign("acme", "None")
    await plans.create(good)
    await plans.create(replace(good, name="می\u200cخواهم"))
    with pytest.raises(Conflict):
        await plans.update("Other", PlanChange(name="Basic"))
    await plans.assign("acme", "Other")
    with pytest.raises(Conflict):
        await plans.delete("Other")
    await plans.update(plan.id, PlanChange(archived=True))
    with pytest.raises(Conflict):
        await plans.assign("acme", plan.id)
    await plans.delete(plan.id)
    assert [each.name for each in await plans.list()] == ["Other", "می\u200cخواهم"]
    assert await plans.tenants() == {(await plans.get("Other")).id: 1}


async def test_a_deleted_tenant_has_no_plan_and_no_counts(office: Office, database: Database) -> None:
    plan = await basic(office.billing, storage_price=EURO)
    await office.billing.plans.assign("acme", plan.id)
    office.set_extensions(2)
    await office.count()
    await office.measure({"acme": GIGABYTE})
    async with database.begin() as uow:
        await office.billing.on_tenant_deleted(TenantDeleted("e", "acme"), uow)
    assert await office.billing.plans.assignments("acme") == []
    office.set_extensions(0)
    await office.billing.plans.assign("acme", plan.id)
    assert [each.kind for each in await office.charges()] == ["plan"]


async def test_the_number_of_plans_and_the_days_of_a_trial_are_limited(
    billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.billing.plans.MAX_PLANS", 1)
    for days in (-1, MAX_DAYS + 1):
        with pytest.raises(Invalid) as refused:
            await billing.plans.create(NewPlan("Basic", "EUR", EURO, trial_days=days))
        assert refused.value.field == "trial_days"
    await billing.plans.create(NewPlan("Basic", "EUR", EURO))
    with pytest.raises(Conflict, match="plans already"):
        await billing.plans.create(NewPlan("Business", "EUR", EURO))
