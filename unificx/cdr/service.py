"""Stores and lists call detail records."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.calls.events import CallEnded, CallParty
from unificx.cdr import repository, statistics
from unificx.cdr.events import CallListsChanged, CallRecorded, EmergencyCallEnded, OutsideCallRecorded
from unificx.cdr.schemas import CallRecord, CdrFilter
from unificx.cdr.statistics import CallStatistics, ExtensionCalls
from unificx.cdr.step_repository import erase_steps
from unificx.cdr.usage import USAGE_PERIOD, FrequentParty, frequent_parties
from unificx.cluster import RecordLog
from unificx.core.errors import Invalid, NotFound
from unificx.db import Database, Page, PageByTime, UnitOfWork, in_short_steps
from unificx.identity.events import TenantDeleted
from unificx.privacy import KeyStore, OutsideNumbers, lock_holds

_SPOOL_KIND = "call"
MAX_STATISTICS = timedelta(days=92)
_EraseRows = Callable[[AsyncSession, str, str, int], Awaitable[int]]
"""Erases rows of a subject of a tenant, at most as many; returns how many there were."""


def _require_period(since: datetime, until: datetime) -> None:
    if not timedelta() < until - since <= MAX_STATISTICS:
        raise Invalid("A period of at most 92 days is needed.", hint="Give `since` and `until`.", field="since")


class CdrService:
    """Call records of all tenants. Registers itself with the spool. `publish` receives `CallListsChanged` and
    `EmergencyCallEnded`; it must not raise. `is_watched`: whether to publish `CallRecorded` for calls of a tenant."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        outside_numbers: OutsideNumbers,
        spool: RecordLog,
        publish: Callable[[object], None] = lambda event: None,
        *,
        is_watched: Callable[[str], bool] = lambda tenant_id: False,
    ) -> None:
        self._publish = publish
        self._is_watched = is_watched
        self._database = database
        self._keys = keys
        self._outside_numbers = outside_numbers
        self._spool = spool
        spool.register_handler(_SPOOL_KIND, self._apply)

    def record(self, call: CallEnded) -> None:
        """Seal the call and append it to the spool. It is durable on return, and listed a moment later.

        Synchronous, for the hot path of the call engine. Recording a call twice yields one record. Raises SpoolFull.
        """
        if call.emergency:
            caller = call.parties[0].extension_id
            self._publish(EmergencyCallEnded(call.tenant, caller, call.emergency, call.answered, call.ended))
        call = self._with_canonical_numbers(call)
        subjects = [self._subject(call.tenant, party) for party in call.parties]
        steps = [self._subject(call.tenant, step.party) if step.party is not None else None for step in call.steps]
        self._spool.append(_SPOOL_KIND, repository.encode_record(self._keys, call, subjects, steps), use_reserve=True)

    def _subject(self, tenant: str, party: CallParty) -> str:
        return party.subject or self._outside_numbers.subject(tenant, party.number)

    def _with_canonical_numbers(self, call: CallEnded) -> CallEnded:
        """Write the numbers of parties outside that were recorded as dialled in E.164."""

        def canonical(party: CallParty | None) -> CallParty | None:
            if party is None or party.subject or not party.number:
                return party
            return replace(party, number=self._outside_numbers.stored(call.tenant, party.number))

        if all(party.subject for party in call.parties):
            return call
        return replace(
            call,
            parties=tuple(canonical(party) or party for party in call.parties),
            steps=tuple(replace(step, party=canonical(step.party)) for step in call.steps),
        )

    async def _apply(self, uow: UnitOfWork, records: list[bytes]) -> None:
        inserted = await repository.insert_records(uow.session, records)
        for call in inserted.calls:
            if self._is_watched(call["tenant_id"]):
                fields = {name: call[name] for name in ("direction", "outcome", "started", "answered", "ended")}
                uow.publish(CallRecorded(self._database.clock.new_id(), call["tenant_id"], call["id"], **fields))
        for tenant_id, leg in inserted.outside:
            uow.publish(OutsideCallRecorded(self._database.clock.new_id(), tenant_id, **leg))
        uow.after_commit.append(lambda: self._publish(CallListsChanged(inserted.lists)))

    async def list(
        self, tenant_id: str, filters: CdrFilter | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[CallRecord]:
        """Return a page of calls, newest first. Raises Invalid for an invalid cursor."""
        request = PageByTime.parse(cursor, limit)
        async with self._database.read_one() as connection:
            found = await repository.list_calls(connection, self._keys, tenant_id, filters or CdrFilter(), request)
        return request.of_rows(found, lambda call: (call.started, call.id))

    async def get(self, tenant_id: str, call_id: str) -> CallRecord:
        """Return a call. Raises NotFound."""
        async with self._database.read_one() as connection:
            found = await repository.get_call(connection, self._keys, tenant_id, call_id)
        if found is None:
            raise NotFound("Call not found.")
        return found

    async def set_listed(self, call: CallRecord, extensions: Sequence[str], moment: datetime | None) -> None:
        """Remove a call from the own list of these extensions at a moment, or put it back (None). The record and the
        lists of all others stay."""
        async with self._database.begin() as uow:
            await repository.set_hidden(uow.session, call.tenant_id, call.id, extensions, moment)
            changed = frozenset((call.tenant_id, extension) for extension in extensions)
            uow.after_commit.append(lambda: self._publish(CallListsChanged(changed)))

    async def statistics(self, tenant_id: str, since: datetime, until: datetime) -> CallStatistics:
        """Return statistics of the calls that started from `since` up to, and without, `until`. They name no party.

        Raises Invalid for a period that is empty or longer than `MAX_STATISTICS`.
        """
        _require_period(since, until)
        async with self._database.read() as session:
            return await statistics.collect(session, tenant_id, since, until)

    async def extension_statistics(self, tenant_id: str, since: datetime, until: datetime) -> Sequence[ExtensionCalls]:
        """Return the extensions with calls in a period, with their numbers of calls. Raises Invalid like `statistics`.

        The caller leaves out the extensions of people who object to statistics."""
        _require_period(since, until)
        async with self._database.read() as session:
            return await statistics.by_extension(session, tenant_id, since, until)

    async def frequent_parties(
        self, tenant_id: str, extensions: Sequence[str], zone: tzinfo | None
    ) -> Sequence[FrequentParty]:
        """Return the parties that these extensions have called most within `USAGE_PERIOD`, most calls first, with the
        best time in a time zone. The caller has asked for the consent of their person."""
        since = self._database.clock.now() - USAGE_PERIOD
        async with self._database.read() as session:
            return await frequent_parties(session, self._keys, tenant_id, extensions, since=since, zone=zone)

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the sealed parts of an erased subject, except in calls under a hold. Idempotent."""
        for erase in (repository.erase_parties, erase_steps):

            async def step(uow: UnitOfWork, limit: int, erase: _EraseRows = erase) -> int:
                await lock_holds(uow.session, tenant_id)
                return await erase(uow.session, tenant_id, subject, limit)

            await in_short_steps(self._database, step)

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete all calls of a deleted tenant. Outbox handler."""
        await repository.delete_calls(uow.session, event.tenant)
