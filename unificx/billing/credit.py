"""Credit of tenants: limits of what they may owe, and reservations for calls in progress."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing import credit_repository, deck_repository, repository, trial_repository
from unificx.billing.events import CreditLow
from unificx.billing.invoicing.dunning import Dunning
from unificx.billing.locks import Lock, lock
from unificx.billing.machine import credit
from unificx.billing.machine.ledger import OWED
from unificx.billing.machine.money import MAX_AMOUNT, is_currency, minor_unit
from unificx.billing.machine.rates import ALWAYS, Deck, Rate, prefixes
from unificx.billing.schemas import CreditCall, CreditRefusal, CreditState, CreditTerms
from unificx.core.errors import Invalid
from unificx.db import Database, UnitOfWork
from unificx.identity import DirectoryCache

LIFETIME = timedelta(hours=1)
"""How long a reservation lasts that is not renewed, as when the node of its call has died: its call may still be
recorded and rated."""
SETTLING = timedelta(minutes=10)
"""How long the reservation of an ended call lasts at most, until it is rated."""
LONGEST = timedelta(days=1)
_FREE = Rate("", price=0, first=int(LONGEST.total_seconds()), valid_until=ALWAYS)


class Credit:
    """The credit of all tenants. Amounts are in micros.

    Reservations are rows, and each decision is one transaction with a lock of the tenant. So calls of several nodes
    share the credit, and a node that dies takes none of it along.
    """

    def __init__(self, database: Database, directory: DirectoryCache, dunning: Dunning) -> None:
        self._database, self._directory, self._dunning = database, directory, dunning
        # Owner: the database. A copy of this node, read again regularly.
        self._limited: frozenset[str] = frozenset()
        self._refreshing = asyncio.Lock()
        """Of two copies the one that was read later is stored later."""

    # ---- limits

    def is_limited(self, tenant_id: str) -> bool:
        """Return whether a tenant has a limit, its trial has ended or an invoice was not paid, from memory."""
        return tenant_id in self._limited

    async def refresh(self) -> None:
        """Read anew which tenants have a limit, whose trial has ended without a decision, and who have not paid."""
        async with self._refreshing:
            now = self._database.clock.now()
            async with self._database.read() as session:
                limited, trials = await credit_repository.tenants(session), await trial_repository.undecided(session)
            ended = (each for each, trial in trials.items() if trial.state(self._day(each, now)) == "ended")
            self._limited = frozenset((*limited, *ended, *await self._dunning.ended()))

    async def state(self, tenant_id: str) -> CreditState | None:
        """Return the credit of a tenant; None: it has no limit."""
        async with self._database.read() as session:
            terms = await credit_repository.terms(session, tenant_id)
            return await self._state(session, tenant_id, terms) if terms is not None else None

    async def set_terms(self, tenant_id: str, new: CreditTerms) -> CreditState:
        """Set the limit of a tenant. It applies to calls in progress too. Raises Invalid."""
        _check(new)
        async with self._database.begin() as uow:
            await lock(uow.session, Lock.PRICES, tenant_id)
            await credit_repository.save_terms(uow.session, tenant_id, replace(new, warned=False))
            await self._warn(uow, tenant_id, await self._state(uow.session, tenant_id, new))
            state = await self._state(uow.session, tenant_id, new)
        await self.refresh()
        return state

    async def remove_terms(self, tenant_id: str) -> None:
        """Let a tenant owe any amount."""
        async with self._database.begin() as uow:
            await credit_repository.delete_terms(uow.session, tenant_id)
        await self.refresh()  # its trial may have ended, or an invoice not be paid

    # ---- calls

    async def reserve(self, tenant_id: str, call: CreditCall, seconds: int) -> int | CreditRefusal:
        """Reserve the price of the first `seconds` of a call, in place of its reservation so far. Return for how many
        seconds the credit suffices, or why the call cannot be made."""
        now = self._database.clock.now()
        async with self._database.begin() as uow:
            await lock(uow.session, Lock.PRICES, tenant_id)
            trial = await trial_repository.find(uow.session, tenant_id)
            day = self._day(tenant_id, call.answered or now)
            if trial is not None and trial.state(day) == "ended":
                return "trial_ended"
            if call.answered is None and await self._dunning.has_ended(uow.session, tenant_id):
                return "unpaid"
            terms = await credit_repository.terms(uow.session, tenant_id)
            if terms is None or (trial is not None and trial.is_free(day)):
                return int(LONGEST.total_seconds())
            rate = await self._rate(uow.session, tenant_id, terms, call)
            if rate is None:
                return "no_price"
            await credit_repository.delete_ended(uow.session, tenant_id, now)
            state = await self._state(uow.session, tenant_id, terms)
            own = (await credit_repository.reserved(uow.session, tenant_id, now)).get(call.id, 0)
            granted = credit.grant(rate, state.available + own, seconds)
            if not granted.seconds:
                return "no_credit"
            await credit_repository.save_reservation(uow.session, tenant_id, call, granted.amount, now + LIFETIME)
            after = replace(state, reserved=state.reserved - own + granted.amount)
            await self._warn(uow, tenant_id, after)
            return granted.seconds

    async def call_ended(self, tenant_id: str, call: CreditCall) -> None:
        """Release the reservation of a call that was not answered; one that was answered, once it is rated."""
        async with self._database.begin() as uow:
            if call.answered is None:
                await credit_repository.delete_reservation(uow.session, tenant_id, call.id)
            else:
                until = self._database.clock.now() + SETTLING
                await credit_repository.set_end(uow.session, tenant_id, call, until)

    # ---- inside

    def _day(self, tenant_id: str, moment: datetime) -> date:
        """Return the day in the time zone of a tenant."""
        return moment.astimezone(self._directory.time_zone(tenant_id)).date()

    async def _state(self, session: AsyncSession, tenant_id: str, terms: CreditTerms) -> CreditState:
        sums = await repository.balances(session, tenant_id)
        reserved = await credit_repository.reserved(session, tenant_id, self._database.clock.now())
        owed = sum(sums.get((account, terms.currency), 0) for account in OWED)
        return CreditState(terms, owed, sum(reserved.values()))

    async def _warn(self, uow: UnitOfWork, tenant_id: str, state: CreditState) -> None:
        is_low = state.available < state.terms.warn_below
        if is_low == state.terms.warned:
            return
        await credit_repository.set_warned(uow.session, tenant_id, is_low)
        if is_low:
            uow.publish(CreditLow(self._database.clock.new_id(), tenant_id))

    async def _rate(self, session: AsyncSession, tenant_id: str, terms: CreditTerms, call: CreditCall) -> Rate | None:
        """Return the rate by which the call will be rated; None if it has no price in the currency of the credit."""
        moment: datetime = call.answered or self._database.clock.now()
        deck = await deck_repository.deck_at(session, tenant_id, moment)
        found = None
        if deck is not None:
            wanted = prefixes(call.destination)
            rates = await deck_repository.rates_of_prefixes(session, tenant_id, deck.set_id, wanted)
            found = Deck(rates).find(call.destination, self._day(tenant_id, moment).toordinal())
            if found is not None and deck.currency != terms.currency:
                return None
        return _FREE if found is None and call.is_free else found


def _check(new: CreditTerms) -> None:
    if not is_currency(new.currency):
        raise Invalid("A currency is written with three letters.", hint="Use EUR, for example.", field="currency")
    for field, amount in (("limit", new.limit), ("warn_below", new.warn_below)):
        if not 0 <= amount <= MAX_AMOUNT:
            raise Invalid("The amount must be between 0 and 1,000,000.", field=field)
        if amount % minor_unit(new.currency):
            raise Invalid("The amount has more decimals than the currency.", field=field)
    if new.prepaid and new.limit:
        raise Invalid("A prepaid tenant owes nothing.", hint="Leave the limit out, or let it pay later.", field="limit")
