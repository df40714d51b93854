"""Consents and objections of people, answered from memory."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.access import current_access, stating
from unificx.core.clock import uuid7
from unificx.core.events import DomainEvent
from unificx.core.faults import RepeatedFault, describe_fault
from unificx.db import Database, Keys, UnitOfWork
from unificx.privacy.consents import repository
from unificx.privacy.consents.schemas import (
    OBJECTION_PURPOSES,
    ConsentMethod,
    ConsentRecord,
    ConsentState,
    ObjectionPurpose,
    OptionalPurpose,
)
from unificx.privacy.events import ObjectionChanged
from unificx.privacy.policy import released_versions

log = structlog.get_logger()

FOLLOW_INTERVAL = 1.0
"""Seconds between two looks for decisions that other nodes have stored."""
FOLLOW_MARGIN = timedelta(minutes=2)
"""Time before the last look from which the ledger is read again: clocks of nodes differ, and a decision is committed
some time after it got its id."""


class OfSubject(Protocol):
    """A thing of a person, such as an extension. `subject` is the id of the person's data subject."""

    @property
    def subject(self) -> str: ...


Thing = TypeVar("Thing", bound=OfSubject)
Ending = Callable[[UnitOfWork, str, str], Awaitable[None]]
"""Removes what rests on a consent: in a unit of work, of a tenant and a data subject."""


class Consents:
    """The decisions of all people. Call `start` first."""

    def __init__(
        self, database: Database, keys: Keys, publish: Callable[[ObjectionChanged], object] = lambda _: None
    ) -> None:
        self._publish = publish
        self._database = database
        self._keys = keys
        self._clock = database.clock
        # Owner: the database. A copy of this node, changed after each of its commits and by `catch_up`.
        self._latest: dict[tuple[str, str], ConsentRecord] = {}
        """The latest decision by subject and purpose."""
        # Owner: this node: filled once at the start, equal on all nodes.
        self._endings: defaultdict[str, list[Ending]] = defaultdict(list)
        self._read_to = ""
        """Id from which `catch_up` reads; ids sort by time."""

    async def start(self) -> None:
        """Load all decisions."""
        await self.catch_up()

    async def run(self) -> None:
        """Follow the decisions that other nodes store, until cancelled."""
        failed = RepeatedFault()
        while True:
            await asyncio.sleep(FOLLOW_INTERVAL)
            try:
                await self.catch_up()
                failed.end()
            except Exception as fault:
                if failed.is_due(fault, self._clock.monotonic()):
                    log.warning("consents_delayed", **describe_fault(fault))

    async def catch_up(self) -> None:
        """Apply decisions that were stored since the last call, by any node, and publish changes of objections."""
        now = self._clock.now()
        async with self._database.read() as session:
            found = await repository.decisions_from(session, self._keys, self._read_to)
        changed = {
            ObjectionChanged(tenant_id, record.purpose)
            for tenant_id, subject, record in found
            if self._apply(subject, record) and record.purpose in OBJECTION_PURPOSES
        }
        self._read_to = uuid7(int((now - FOLLOW_MARGIN).timestamp() * 1000), bytes(10))
        for event in sorted(changed, key=lambda each: (each.tenant_id, each.purpose)):
            self._publish(event)

    def allows(self, subject: str, purpose: OptionalPurpose) -> bool:
        """Return whether the person has agreed and has neither withdrawn it nor let it expire."""
        record = self._latest.get((subject, purpose))
        if record is None or record.state != "given":
            return False
        return record.expires is None or self._clock.now() < record.expires

    def in_force(self, subject: str, purpose: OptionalPurpose) -> ConsentRecord | None:
        """Return the consent that `allows` rests on; None without one."""
        return self._latest.get((subject, purpose)) if self.allows(subject, purpose) else None

    def on_end(self, purpose: OptionalPurpose, ending: Ending) -> None:
        """Have what rests on a consent removed in the transaction that records its withdrawal."""
        self._endings[purpose].append(ending)

    async def standing(
        self, session: AsyncSession, tenant_id: str, subject: str, purpose: OptionalPurpose
    ) -> frozenset[str]:
        """Return the ids of the decisions by which the person agrees: those since the last withdrawal, none if it has
        ended. Read from the database in the caller's transaction, which another node may have changed just now."""
        found: list[str] = []
        with stating(current_access().to("administration")):
            ledger = await repository.consents_of(session, self._keys, tenant_id, subject)
        for each in ledger:
            if each.purpose == purpose:
                found = [*found, each.id] if each.state == "given" else []
        return frozenset(found) if self.allows(subject, purpose) else frozenset()

    async def decide(
        self,
        tenant_id: str,
        subject: str,
        purpose: OptionalPurpose,
        *,
        given: bool,
        locale: str,
        method: ConsentMethod = "form",
    ) -> ConsentRecord:
        """Record a decision, in force at once, and return it as the receipt. Raise ErasedSubject."""
        state = "given" if given else "withdrawn" if self.allows(subject, purpose) else "refused"
        return await self._record(tenant_id, subject, self._decision(purpose, state, method, locale))

    # ---- objections

    def objects(self, subject: str, purpose: ObjectionPurpose) -> bool:
        """Return whether the person has objected to this processing."""
        record = self._latest.get((subject, purpose))
        return record is not None and record.state == "refused"

    def without_objection(self, things: Iterable[Thing], purpose: ObjectionPurpose) -> list[Thing]:
        """Return the things of people who have not objected to this processing."""
        return [each for each in things if not self.objects(each.subject, purpose)]

    async def object_to(
        self, tenant_id: str, subject: str, purpose: ObjectionPurpose, *, objects: bool, locale: str
    ) -> ConsentRecord:
        """Record an objection or its end, in force at once, and return it as the receipt. Raise ErasedSubject."""
        state = "refused" if objects else "given"
        record = await self._record(tenant_id, subject, self._decision(purpose, state, "objection", locale))
        self._publish(ObjectionChanged(tenant_id, purpose))
        return record

    # ---- the ledger

    def _decision(
        self, purpose: OptionalPurpose | ObjectionPurpose, state: ConsentState, method: ConsentMethod, locale: str
    ) -> ConsentRecord:
        notice, now = released_versions()[-1].version, self._clock.now()
        return ConsentRecord(self._clock.new_id(), purpose, state, notice, method, locale, now)

    async def _record(self, tenant_id: str, subject: str, record: ConsentRecord) -> ConsentRecord:
        if record.state != "given":
            # Before the commit: the processing must not go on while the database is busy.
            self._apply(subject, record)
        async with self._database.begin() as uow:
            await repository.add_consent(uow.session, self._keys, tenant_id, subject, record)
            for ending in self._endings[record.purpose] if record.state != "given" else ():
                await ending(uow, tenant_id, subject)
            uow.after_commit.append(lambda: self._apply(subject, record))
        return record

    async def records(self, tenant_id: str, subject: str) -> Sequence[ConsentRecord]:
        """Return all decisions of a person, oldest first."""
        async with self._database.read() as session:
            return await repository.consents_of(session, self._keys, tenant_id, subject)

    def _apply(self, subject: str, record: ConsentRecord) -> bool:
        """Apply a decision unless a later one is known; return whether it is new."""
        known = self._latest.get((subject, record.purpose))
        if known is not None and (record.at, record.id) <= (known.at, known.id):
            return False
        self._latest[subject, record.purpose] = record
        return True

    # ---- deletion

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the decisions of an erased person. Idempotent."""
        self.drop_subject(subject)
        async with self._database.begin() as uow:
            await repository.delete_consents(uow.session, tenant_id, subject)

    async def on_tenant_deleted(self, event: DomainEvent, uow: UnitOfWork) -> None:
        """Delete the decisions of a deleted tenant's people. Outbox handler."""
        await repository.delete_of_tenant(uow.session, event.tenant)

    def drop_subject(self, subject: str) -> None:
        """Drop the consents of an erased person before the rows are deleted."""
        self._latest = {key: record for key, record in self._latest.items() if key[0] != subject}
