"""Charges of a month: the plan of a tenant, its extensions, numbers and storage, and calls outside after included
minutes.

They are computed when they are read. The ledger has the full prices of calls, also of covered ones.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing import deck_repository, plan_repository, repository, trial_repository
from unificx.billing.counts import Counts, greatest
from unificx.billing.machine.allocation import Allowance
from unificx.billing.machine.months import Period, beginning, month_of, share, split
from unificx.billing.machine.rates import MINUTE, Deck, charge
from unificx.billing.machine.storage import GIGABYTE, charged_gigabytes, mean
from unificx.billing.schemas import (
    CallSum,
    Charge,
    ChargeKind,
    ChargeUnit,
    DayCount,
    DaySize,
    IncludedUse,
    MonthCosts,
    Plan,
    PlanTerms,
    RatedCall,
    StorageUse,
)
from unificx.billing.storage import sizes_of_month
from unificx.db import Database
from unificx.identity import DirectoryCache

_PAGE = 500
_Offer = tuple[Plan, PlanTerms]


class Charges:
    """The charges of all tenants."""

    def __init__(self, database: Database, directory: DirectoryCache, counts: Counts) -> None:
        self._database = database
        self._directory = directory
        self._counts = counts

    async def of_month(self, tenant_id: str, month: date) -> tuple[Charge, ...]:
        """Return what a tenant is charged for the calendar month of a day, in its time zone; for the present month,
        what is known so far. Calls without a price are not in it."""
        return (await self.costs(tenant_id, month)).charges

    async def costs(self, tenant_id: str, month: date) -> MonthCosts:
        """Like `of_month`, with the use of included minutes and the number of calls without a price."""
        async with self._database.read() as session:
            return await self.read(session, tenant_id, month)

    async def read(self, session: AsyncSession, tenant_id: str, month: date) -> MonthCosts:
        """Return what `costs` returns, as a transaction sees it."""
        days, zone = month_of(month), self._directory.time_zone(tenant_id)
        offers = await self._offers(session, tenant_id, days)
        counts = await self._counts.of_month(session, tenant_id, days)
        calls = _CallCosts(session, tenant_id, days, zone)
        for period, offer in offers:
            await calls.add(period, offer[1].included if offer is not None else {})
        sizes = await sizes_of_month(session, tenant_id, days)
        fixed: list[Charge] = []
        storage: list[StorageUse] = []
        for period, offer in offers:
            if offer is not None:
                used = _storage(period, offer, counts, sizes)
                fixed += _fixed(period, days, offer, counts, used)
                storage += used
        return MonthCosts((*fixed, *calls.charges()), tuple(calls.uses), calls.unrated, tuple(storage))

    async def _offers(
        self, session: AsyncSession, tenant_id: str, month: Period
    ) -> Sequence[tuple[Period, _Offer | None]]:
        """Return the periods of a month, each with the plan of the tenant and its terms."""
        assignments = await plan_repository.list_assignments(session, tenant_id)
        if not assignments:
            return [(month, None)]
        plans = {plan.id: plan for plan in await plan_repository.list_plans(session)}
        trial = await trial_repository.find(session, tenant_id)

        def offer_on(day: date) -> _Offer | None:
            if trial is not None and not trial.is_charged(day):
                return None
            assigned = [each.plan_id for each in assignments if each.since <= day]
            plan = plans[assigned[-1]] if assigned and assigned[-1] else None
            return (plan, plan.terms_on(day)) if plan else None

        days = {each.since for each in assignments}
        days.update(terms.since for plan in plans.values() for terms in plan.terms)
        if trial is not None:
            days.update(day for day in (trial.since, trial.charged_since) if day is not None)
        return split(month, [(day, offer_on(day)) for day in days if day > month.since], offer_on(month.since))


class _CallCosts:
    """Adds up the calls of a month: paid seconds and amounts by name and currency, and the use of included minutes."""

    def __init__(self, session: AsyncSession, tenant_id: str, month: Period, zone: tzinfo | None) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._month = month
        self._zone = zone
        # Owner: the reading of one month.
        self._sums = defaultdict[tuple[str, str], list[int]](lambda: [0, 0])
        self.uses: list[IncludedUse] = []
        self.unrated = 0

    async def add(self, period: Period, included: Mapping[str, int]) -> None:
        """Add the calls of a period of the month: one by one while included minutes are left, then as sums."""
        bounds = beginning(period.since, self._zone), beginning(period.until, self._zone)
        allowance = Allowance(included, period.days, self._month.days)
        after: tuple[datetime, str] | None = None
        if not allowance.is_used_up:
            async for call in _calls(self._session, self._tenant_id, *bounds):
                await self._add_call(call, allowance)
                after = call.answered, call.id
                if allowance.is_used_up:
                    break
        for each in await repository.sum_calls(self._session, self._tenant_id, *bounds, after):
            self._add_sum(each)
        used = allowance.used()
        self.uses += [
            IncludedUse(group, period.since, period.until, seconds, used[group])
            for group, seconds in sorted(allowance.included.items())
        ]

    def charges(self) -> Sequence[Charge]:
        """Return a charge for each name and currency of which anything is left to pay."""
        since, until = self._month.since, self._month.until
        return [
            Charge("calls", name, -(-seconds // MINUTE), "minute", None, amount, currency, since, until)
            for (name, currency), (seconds, amount) in sorted(self._sums.items())
            if seconds or amount
        ]

    async def _add_call(self, call: RatedCall, allowance: Allowance) -> None:
        """Add a call with what included minutes leave of it. Free calls use none."""
        covered = allowance.cover(call.group, call.billed_seconds) if call.amount else 0
        amount = await _price(self._session, call, covered, self._zone)
        left = call.billed_seconds - call.covered_seconds - covered
        self._add_sum(CallSum(call.group, call.country, call.currency, 1, left, amount))

    def _add_sum(self, calls: CallSum) -> None:
        if not calls.currency:
            self.unrated += calls.calls
            return
        found = self._sums[calls.group or calls.country, calls.currency]
        found[0] += calls.seconds
        found[1] += calls.amount


def _storage(
    period: Period, offer: _Offer, counts: Sequence[DayCount], sizes: Sequence[DaySize]
) -> Sequence[StorageUse]:
    """Return the use of storage in a period: none without a price, and none if no day of it was measured."""
    plan, terms = offer
    within = [each.size for each in sizes if period.since <= each.day < period.until]
    if not terms.storage_price or not within:
        return ()
    extensions, _ = greatest(counts, period)
    included = (terms.storage_gb + extensions * terms.extension_storage_gb) * GIGABYTE
    use = StorageUse(period.since, period.until, within[-1], mean(within), included, terms.storage_price, plan.currency)
    return (use,)


def _fixed(
    period: Period, month: Period, offer: _Offer, counts: Sequence[DayCount], storage: Sequence[StorageUse]
) -> Sequence[Charge]:
    """Return what does not depend on calls: the plan, and extensions, numbers and storage that have a price."""
    plan, terms = offer
    extensions, numbers = greatest(counts, period)

    def made(kind: ChargeKind, unit: ChargeUnit, quantity: int | Decimal, price: int) -> Charge:
        amount = share(int(price * quantity), period, month)
        return Charge(kind, plan.name, quantity, unit, price, amount, plan.currency, period.since, period.until)

    found = [made("plan", "month", 1, terms.price)]
    if extensions and terms.extension_price:
        found.append(made("extensions", "extension", extensions, terms.extension_price))
    if numbers and terms.number_price:
        found.append(made("numbers", "number", numbers, terms.number_price))
    above = [(charged_gigabytes(use.mean, use.included), use.price) for use in storage]
    return [*found, *(made("storage", "gigabyte", *each) for each in above if each[0])]


async def _calls(session: AsyncSession, tenant_id: str, since: datetime, until: datetime) -> AsyncIterator[RatedCall]:
    """Yield the calls answered in a period in the order in which they use included minutes."""
    after: tuple[datetime, str] | None = None
    while True:
        page = await repository.calls_between(session, tenant_id, since, until, after=after, limit=_PAGE)
        for call in page:
            yield call
        if len(page) < _PAGE:
            return
        after = page[-1].answered, page[-1].id


async def _price(session: AsyncSession, call: RatedCall, covered: int, zone: tzinfo | None) -> int:
    """Return what a call costs after included minutes, by the rate that it was rated by. Few calls are covered in part:
    those that use up minutes."""
    if not covered:
        return call.amount
    if covered == call.billed_seconds:
        return 0
    deck = await deck_repository.get_deck(session, call.tenant_id, call.deck_id)
    found = await deck_repository.rates_of_prefixes(
        session, call.tenant_id, deck.set_id if deck is not None else "", [call.prefix]
    )
    rate = Deck(found).find(call.destination, call.answered.astimezone(zone).toordinal())
    return min(call.amount, charge(rate, call.seconds, covered).amount) if rate is not None else call.amount
