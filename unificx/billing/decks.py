"""Rate decks: import, comparison with the deck in force, and coming into force."""

import codecs
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from unificx.billing import deck_repository
from unificx.billing.locks import Lock, lock
from unificx.billing.machine.deck_csv import MAX_LINE, BadLine, DeckReader, LineFault
from unificx.billing.machine.money import is_currency
from unificx.billing.machine.rates import Rate
from unificx.billing.schemas import DeckChanges, ImportResult, RateDeck
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.names import is_name
from unificx.core.phrases import Phrase
from unificx.db import Database, UnitOfWork

MAX_DECKS = 50
"""Per tenant."""
MAX_RATES = 2_000_000
"""Of a deck."""
MAX_FAULTS = 100
"""Lines that are reported; the import ends with the last of them."""
SHOWN_CHANGES = 100
_BATCH = 1_000
_MAX_NAME = 60
_FURTHEST = timedelta(days=366)


class RateDecks:
    """The rate decks of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant_id: str, name: str, currency: str) -> RateDeck:
        """Create a draft. Raises Invalid; Conflict if there are too many decks."""
        title = name.strip()
        if not is_name(title, _MAX_NAME):
            raise Invalid(Phrase("A name has 1 to {} printable characters.", _MAX_NAME), field="name")
        if not is_currency(currency):
            raise Invalid("A currency is written with three letters.", hint="Use EUR, for example.", field="currency")
        deck = RateDeck(self._database.clock.new_id(), tenant_id, title, currency, self._database.clock.now())
        async with self._database.begin() as uow:
            await lock(uow.session, Lock.DECKS, tenant_id)
            if len(await deck_repository.list_decks(uow.session, tenant_id)) >= MAX_DECKS:
                raise Conflict(Phrase("There are {} rate decks already.", MAX_DECKS), hint="Delete drafts first.")
            await deck_repository.insert_deck(uow.session, deck)
        return deck

    async def list(self, tenant_id: str) -> Sequence[RateDeck]:
        """Return the decks of a tenant, newest first."""
        async with self._database.read() as session:
            return await deck_repository.list_decks(session, tenant_id)

    async def get(self, tenant_id: str, deck_id: str) -> RateDeck:
        """Return a deck. Raises NotFound."""
        async with self._database.read() as session:
            found = await deck_repository.get_deck(session, tenant_id, deck_id)
        if found is None:
            raise _not_found()
        return found

    async def in_force(self, tenant_id: str) -> RateDeck | None:
        """Return the deck in force now."""
        async with self._database.read() as session:
            return await deck_repository.deck_at(session, tenant_id, self._database.clock.now())

    async def rates(
        self, deck: RateDeck, prefix: str = "", after: tuple[str, int] = ("", 0), limit: int = 50
    ) -> Sequence[tuple[int, Rate]]:
        """Return rates whose prefix begins with `prefix`, each with its line, behind prefix and line `after`."""
        async with self._database.read() as session:
            return await deck_repository.list_rates(
                session, deck.tenant_id, deck.set_id, prefix, after=after, limit=limit
            )

    # ---- import

    async def load(self, deck: RateDeck, data: AsyncIterator[bytes]) -> ImportResult:
        """Replace the rates of a draft by those of a CSV file, or report the lines that are refused and change
        nothing. Only a batch of lines is in memory at a time. Raises Conflict for a deck that was in force."""
        if deck.in_force is not None:
            raise Conflict("This rate deck is in force.", hint="Create another one and import the rates there.")
        set_id = self._database.clock.new_id()
        async with self._database.begin() as uow:
            before = await deck_repository.begin_loading(uow.session, deck.tenant_id, deck.id, set_id)
        if before:
            await self._delete_set(deck.tenant_id, before)
        done = False
        try:
            result = await self._load_set(deck.tenant_id, set_id, data)
            done = not result.faults and await self._end_loading(deck, set_id, result.rates)
        finally:
            await self._delete_set(deck.tenant_id, deck.set_id if done else set_id)
        if not done and not result.faults:
            raise Conflict("Another import of this deck has begun, or it has come into force.")
        return replace(result, changes=await self.changes(await self.get(deck.tenant_id, deck.id))) if done else result

    async def _load_set(self, tenant_id: str, set_id: str, data: AsyncIterator[bytes]) -> ImportResult:
        faults: list[LineFault] = []
        count = 0
        async for batch in _batches(data, faults):
            count += len(batch)
            if count > MAX_RATES:
                return ImportResult(0, (LineFault(batch[-1][0], Phrase("A deck has at most {} rates.", MAX_RATES)),))
            async with self._database.begin() as uow:
                await deck_repository.insert_rates(uow.session, tenant_id, set_id, batch)
        if not faults:
            faults += await self._faulty_lines(tenant_id, set_id)
        if not count and not faults:
            faults.append(LineFault(1, Phrase("The file has no rates.")))
        return ImportResult(0 if faults else count, tuple(faults))

    async def _faulty_lines(self, tenant_id: str, set_id: str) -> Iterable[LineFault]:
        async with self._database.read() as session:
            found = await deck_repository.faulty_lines(session, tenant_id, set_id, MAX_FAULTS)
        return [
            LineFault(line, Phrase("It is valid at the same time as line {}, with the same prefix.", before))
            if overlaps
            else LineFault(line, Phrase("There is a gap after the validity of line {}, with the same prefix.", before))
            for line, before, overlaps in found
        ]

    async def _end_loading(self, deck: RateDeck, set_id: str, rates: int) -> bool:
        async with self._database.begin() as uow:
            return await deck_repository.end_loading(uow.session, deck.tenant_id, deck.id, set_id, rates)

    async def _delete_set(self, tenant_id: str, set_id: str) -> None:
        """Delete rates in short transactions, so that other writers do not wait for a large deck."""
        more = bool(set_id)
        while more:
            async with self._database.begin() as uow:
                more = await deck_repository.delete_rates(uow.session, tenant_id, set_id, _BATCH)

    # ---- changes

    async def changes(self, deck: RateDeck) -> DeckChanges:
        """Compare a deck with the one in force."""
        async with self._database.read() as session:
            current = await deck_repository.deck_at(session, deck.tenant_id, self._database.clock.now())
            sets = deck.tenant_id, current.set_id if current is not None else "", deck.set_id
            counts = await deck_repository.count_changes(session, *sets)
            first = await deck_repository.first_changes(session, *sets, SHOWN_CHANGES)
        return DeckChanges(counts.get("added", 0), counts.get("removed", 0), counts.get("changed", 0), first)

    async def is_any_in_force(self, tenant_id: str) -> bool:
        """Return whether a deck is in force now, so that calls have prices."""
        async with self._database.read() as session:
            return await deck_repository.deck_at(session, tenant_id, self._database.clock.now()) is not None

    async def bring_into_force(self, deck: RateDeck, moment: datetime | None = None) -> RateDeck:
        """Let a deck be in force from a moment on, by default now. A moment in the past is for corrections: calls since
        then get its prices when they are rated again. Raises Invalid, NotFound, and Conflict without rates."""
        now = self._database.clock.now()
        begins = moment or now
        if not now - _FURTHEST <= begins <= now + _FURTHEST:
            raise Invalid("The time must be less than a year away.", field="in_force")
        async with self._database.begin() as uow:
            stored = await self._locked(uow, deck)
            if not stored.rates:
                raise Conflict("This rate deck has no rates yet.", hint="Import rates first.")
            if stored.in_force is not None and stored.in_force <= now:
                raise Conflict("This rate deck is in force.")
            await deck_repository.set_in_force(uow.session, deck.tenant_id, deck.id, begins)
        return replace(stored, in_force=begins)

    async def delete(self, deck: RateDeck) -> None:
        """Delete a draft. Raises NotFound; Conflict for a deck that is or was in force: calls refer to it."""
        async with self._database.begin() as uow:
            stored = await self._locked(uow, deck)
            if stored.in_force is not None:
                raise Conflict("Calls are rated by this deck, so it cannot be deleted.")
            await deck_repository.delete_deck(uow.session, deck.tenant_id, deck.id)
        await self._delete_set(deck.tenant_id, stored.set_id)

    async def _locked(self, uow: UnitOfWork, deck: RateDeck) -> RateDeck:
        """Lock the decks of a tenant until the commit; return one of them as stored now. Raises NotFound."""
        await lock(uow.session, Lock.DECKS, deck.tenant_id)
        found = await deck_repository.get_deck(uow.session, deck.tenant_id, deck.id)
        if found is None:
            raise _not_found()
        return found


async def _batches(data: AsyncIterator[bytes], faults: list[LineFault]) -> AsyncIterator[list[tuple[int, Rate]]]:
    """Yield the rates of a file, each with its line, in batches; add the lines that are refused to `faults`. Nothing is
    yielded after one, and it ends when there are too many of them."""
    reader: DeckReader | None = None
    batch: list[tuple[int, Rate]] = []
    number = 0
    async for line in _lines(data):
        number += 1
        try:
            if reader is None:
                reader = DeckReader(line)
                continue
            rate = reader.rate(line)
        except BadLine as fault:
            faults.append(LineFault(number, fault.args[0]))
            if reader is None or len(faults) == MAX_FAULTS:
                return
            continue
        if rate is not None and not faults:
            batch.append((number, rate))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch and not faults:
        yield batch


async def _lines(data: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Yield the lines of a text in UTF-8. A line that is too long is cut, so that it is refused."""
    decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
    async for chunk in data:
        lines = (rest + decoder.decode(chunk)).split("\n")
        rest = lines.pop()[: MAX_LINE + 1]
        for line in lines:
            yield line[: MAX_LINE + 1].rstrip("\r")
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest[: MAX_LINE + 1].rstrip("\r")


def _not_found() -> NotFound:
    return NotFound("Rate deck not found.")
