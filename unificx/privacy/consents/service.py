"""Consents and objections of people, answered from memory."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from unificx.core.events import DomainEvent
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


class OfSubject(Protocol):
    """A thing of a person, such as an extension. `subject` is the id of the person's data subject."""

    @property
    def subject(self) -> str: ...


Thing = TypeVar("Thing", bound=OfSubject)


class Consents:
    """The decisions of all people. Call `start` first."""

    def __init__(
        self, database: Database, keys: Keys, publish: Callable[[ObjectionChanged], object] = lambda _: None
    ) -> None:
        self._publish = publish
        self._database = database
        self._keys = keys
        self._clock = database.clock
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._given: dict[tuple[str, str], ConsentRecord] = {}
        """Consents in force by subject and purpose."""
        self._objections: set[tuple[str, str]] = set()
        """Objections in force, as subject and purpose."""

    async def start(self) -> None:
        """Load all consents."""
        async with self._database.read() as session:
            found = await repository.all_consents(session, self._keys)
        for subject, records in found.items():
            for record in records:
                self._apply(subject, record)

    def allows(self, subject: str, purpose: OptionalPurpose) -> bool:
        """Return whether the person has agreed and has neither withdrawn it nor let it expire."""
        record = self._given.get((subject, purpose))
        return record is not None and (record.expires is None or self._clock.now() < record.expires)

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
        return (subject, purpose) in self._objections

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
            uow.after_commit.append(lambda: self._apply(subject, record))
        return record

    async def records(self, tenant_id: str, subject: str) -> Sequence[ConsentRecord]:
        """Return all decisions of a person, oldest first."""
        async with self._database.read() as session:
            return await repository.consents_of(session, self._keys, tenant_id, subject)

    def _apply(self, subject: str, record: ConsentRecord) -> None:
        if record.purpose in OBJECTION_PURPOSES:
            change = self._objections.discard if record.state == "given" else self._objections.add
            change((subject, record.purpose))
        elif record.state == "given":
            self._given[subject, record.purpose] = record
        else:
            self._given.pop((subject, record.purpose), None)

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
        self._given = {key: record for key, record in self._given.items() if key[0] != subject}
        self._objections = {key for key in self._objections if key[0] != subject}
