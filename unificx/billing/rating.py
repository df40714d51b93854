"""Rating: the price of each call outside, once, and again when prices were corrected."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing import credit_repository, deck_repository, repository, trial_repository
from unificx.billing.locks import Lock, lock
from unificx.billing.machine.ledger import sale
from unificx.billing.machine.rates import Deck, charge, prefixes
from unificx.billing.machine.trial import Trial
from unificx.billing.schemas import RatedCall, RateDeck, Rerating, Simulation, Usage, UsageKey
from unificx.cdr.events import OutsideCallRecorded
from unificx.core.errors import Invalid
from unificx.db import Database, UnitOfWork
from unificx.identity import DirectoryCache

MAX_PERIOD = timedelta(days=366)
_PAGE = 500


class Rating:
    """Rates the calls outside of all tenants."""

    def __init__(self, database: Database, directory: DirectoryCache) -> None:
        self._database = database
        self._directory = directory

    async def on_outside_call(self, event: OutsideCallRecorded, uow: UnitOfWork) -> None:
        """Rate a leg, unless it is rated already. Outbox handler."""
        call = RatedCall(
            id=event.leg_id,
            tenant_id=event.tenant,
            call_id=event.call_id,
            extension_id=event.extension_id,
            trunk_id=event.trunk_id,
            destination=event.destination,
            country=event.country,
            answered=event.answered,
            seconds=event.seconds,
        )
        await lock(uow.session, Lock.PRICES, event.tenant)
        deck = await deck_repository.deck_at(uow.session, event.tenant, event.answered)
        [rated] = await self._rate(uow.session, deck, [call])
        if await repository.insert_call(uow.session, rated):
            await self._post(uow, rated, rated.amount)
            await credit_repository.delete_of_call(uow.session, event.tenant, event.call_id)

    async def rate_again(self, tenant_id: str, since: datetime, until: datetime) -> Rerating:
        """Rate the calls answered in a period by the decks that are in force for them now. Differences are posted as
        corrections. Raises Invalid."""
        _check_period(since, until)
        sums = _Differences()
        after: tuple[datetime, str] | None = None
        while True:
            async with self._database.begin() as uow:
                await lock(uow.session, Lock.PRICES, tenant_id)
                page = await repository.calls_between(uow.session, tenant_id, since, until, after=after, limit=_PAGE)
                for before, rated in sums.add(page, await self._rate_by_decks(uow.session, tenant_id, page)):
                    await self._replace(uow, before, rated)
            if len(page) < _PAGE:
                return sums.result()
            after = page[-1].answered, page[-1].id

    async def preview_again(self, tenant_id: str, since: datetime, until: datetime) -> Rerating:
        """Return what `rate_again` would do with a period now. Raises Invalid."""
        _check_period(since, until)
        sums = _Differences()
        async for page in self._pages(tenant_id, since, until):
            async with self._database.read() as session:
                sums.add(page, await self._rate_by_decks(session, tenant_id, page))
        return sums.result()

    async def simulate(self, deck: RateDeck, since: datetime, until: datetime) -> Simulation:
        """Return what the calls answered in a period would have cost with a deck. Raises Invalid."""
        _check_period(since, until)
        calls = unmatched = amount = amount_before = 0
        async for page in self._pages(deck.tenant_id, since, until):
            async with self._database.read() as session:
                rated = await self._rate(session, deck, page)
            calls += len(page)
            unmatched += sum(not each.prefix for each in rated)
            amount += sum(each.amount for each in rated)
            amount_before += sum(each.amount for each in page if each.currency == deck.currency)
        return Simulation(calls, unmatched, deck.currency, amount, amount_before)

    async def estimate(self, tenant_id: str, calls: Sequence[tuple[str, int]]) -> Sequence[int | None]:
        """Return what calls of a tenant, answered now, cost by the deck in force before included minutes, in micros;
        None without a rate. `calls`: their destinations and seconds."""
        now = self._database.clock.now()
        day = now.astimezone(self._directory.time_zone(tenant_id)).toordinal()
        async with self._database.read() as session:
            deck = await deck_repository.deck_at(session, tenant_id, now)
            if deck is None:
                return [None] * len(calls)
            wanted = sorted({prefix for destination, _ in calls for prefix in prefixes(destination)})
            rates = Deck(await deck_repository.rates_of_prefixes(session, tenant_id, deck.set_id, wanted))
        found = [(rates.find(destination, day), seconds) for destination, seconds in calls]
        return [None if rate is None else charge(rate, seconds).amount for rate, seconds in found]

    async def usage(self, tenant_id: str, since: datetime, until: datetime, by: UsageKey) -> Sequence[Usage]:
        """Add up the calls answered in a period, by extension, department or country. Raises Invalid.

        The department of a call is the present one of its extension."""
        _check_period(since, until)
        key = "country" if by == "country" else "extension"
        async with self._database.read() as session:
            found = await repository.usage(session, tenant_id, since, until, key)
        return self.by_department(found) if by == "department" else found

    def by_department(self, usages: Sequence[Usage]) -> Sequence[Usage]:
        """Add up the sums of extensions by department and currency; those without one, and former ones, have none."""
        sums: dict[tuple[str, str], Usage] = {}
        for each in usages:
            extension = self._directory.extension_by_id(each.key)
            name = extension.department if extension is not None else ""
            before = sums.get((name, each.currency))
            sums[name, each.currency] = replace(each, key=name) if before is None else before.plus(each)
        return [sums[key] for key in sorted(sums)]

    async def of_calls(self, tenant_id: str, call_ids: Sequence[str]) -> Sequence[RatedCall]:
        """Return the billed parts of calls."""
        async with self._database.read_one() as connection:
            return await repository.rated_legs(connection, tenant_id, call_ids)

    # ---- inside

    async def _pages(self, tenant_id: str, since: datetime, until: datetime) -> AsyncIterator[Sequence[RatedCall]]:
        after: tuple[datetime, str] | None = None
        while True:
            async with self._database.read() as session:
                page = await repository.calls_between(session, tenant_id, since, until, after=after, limit=_PAGE)
            yield page
            if len(page) < _PAGE:
                return
            after = page[-1].answered, page[-1].id

    async def _rate_by_decks(
        self, session: AsyncSession, tenant_id: str, calls: Sequence[RatedCall]
    ) -> Sequence[RatedCall]:
        """Rate calls in order, each by the deck in force when it was answered."""
        decks = [deck for deck in await deck_repository.list_decks(session, tenant_id) if deck.in_force is not None]
        decks.sort(key=lambda deck: (deck.in_force, deck.id))
        by_deck: dict[str, list[RatedCall]] = {}
        for call in calls:
            found = [deck.id for deck in decks if deck.in_force is not None and deck.in_force <= call.answered]
            by_deck.setdefault(found[-1] if found else "", []).append(call)
        known = {deck.id: deck for deck in decks}
        rated = [
            each for deck_id, own in by_deck.items() for each in await self._rate(session, known.get(deck_id), own)
        ]
        by_id = {each.id: each for each in rated}
        return [by_id[call.id] for call in calls]

    async def _rate(
        self, session: AsyncSession, deck: RateDeck | None, calls: Sequence[RatedCall]
    ) -> Sequence[RatedCall]:
        """Return calls of a tenant with their price by a deck; without a rate, or a deck, they have none. Those in its
        trial are covered as a whole."""
        if deck is None or not calls:
            return [_without_price(call) for call in calls]
        trial = await trial_repository.find(session, calls[0].tenant_id)
        wanted = sorted({prefix for call in calls for prefix in prefixes(call.destination)})
        rates = Deck(await deck_repository.rates_of_prefixes(session, deck.tenant_id, deck.set_id, wanted))
        return [self._priced(deck, rates, trial, call) for call in calls]

    def _priced(self, deck: RateDeck, rates: Deck, trial: Trial | None, call: RatedCall) -> RatedCall:
        day = call.answered.astimezone(self._directory.time_zone(call.tenant_id)).date()
        rate = rates.find(call.destination, day.toordinal())
        if rate is None:
            return _without_price(call)
        found = charge(rate, call.seconds)
        is_free = trial is not None and trial.is_free(day)
        return replace(
            call,
            deck_id=deck.id,
            prefix=rate.prefix,
            group=rate.group,
            billed_seconds=found.seconds,
            covered_seconds=found.seconds * is_free,
            currency=deck.currency,
            amount=found.amount * (not is_free),
        )

    async def _replace(self, uow: UnitOfWork, before: RatedCall, rated: RatedCall) -> None:
        """Store another price of a call, and post the difference; of another currency, both prices."""
        after = replace(rated, revision=before.revision + 1)
        await repository.update_price(uow.session, after)
        if before.currency in ("", after.currency):
            await self._post(uow, after, after.amount - before.amount)
        else:
            await self._post(uow, replace(after, currency=before.currency), -before.amount, taken_back=True)
            await self._post(uow, after, after.amount)

    async def _post(self, uow: UnitOfWork, call: RatedCall, amount: int, *, taken_back: bool = False) -> None:
        if amount:
            reference = f"call:{call.id}:{call.revision}" + ":back" * taken_back
            kind = "correction" if call.revision else "call"
            at = self._database.clock.now()
            await repository.post(uow.session, call.tenant_id, sale(reference, kind, call.currency, amount), at)


class _Differences:
    """Adds up the calls of a new rating, and the changes of their prices."""

    def __init__(self) -> None:
        # Owner: one new rating.
        self._calls = self._changed = 0
        self._sums: Counter[str] = Counter()

    def add(self, before: Sequence[RatedCall], rated: Sequence[RatedCall]) -> Sequence[tuple[RatedCall, RatedCall]]:
        """Add calls before and after; return those whose price changed."""
        pairs = [
            (old, new) for old, new in zip(before, rated, strict=True) if replace(new, revision=old.revision) != old
        ]
        self._calls += len(before)
        self._changed += len(pairs)
        for old, new in pairs:
            self._sums[new.currency] += new.amount
            self._sums[old.currency] -= old.amount
        return pairs

    def result(self) -> Rerating:
        differences = {currency: amount for currency, amount in sorted(self._sums.items()) if amount}
        return Rerating(self._calls, self._changed, differences)


def _check_period(since: datetime, until: datetime) -> None:
    """Raise Invalid for a period that is empty or longer than `MAX_PERIOD`."""
    if not timedelta() < until - since <= MAX_PERIOD:
        raise Invalid("A period of at most a year is needed.", hint="Give `since` and `until`.", field="since")


def _without_price(call: RatedCall) -> RatedCall:
    return replace(call, deck_id="", prefix="", group="", billed_seconds=0, covered_seconds=0, currency="", amount=0)
