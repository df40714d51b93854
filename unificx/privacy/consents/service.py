"""Consents of people, answered from memory."""

from collections.abc import Sequence

from unificx.core.events import DomainEvent
from unificx.db import Database, Keys, UnitOfWork
from unificx.privacy.consents import repository
from unificx.privacy.consents.schemas import ConsentMethod, ConsentRecord, OptionalPurpose
from unificx.privacy.policy import released_versions


class Consents:
    """The decisions of all people. Call `start` first."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._clock = database.clock
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._given: dict[tuple[str, str], ConsentRecord] = {}
        """Consents in force by subject and purpose."""

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
        notice, now = released_versions()[-1].version, self._clock.now()
        record = ConsentRecord(self._clock.new_id(), purpose, state, notice, method, locale, now)
        if not given:
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
        if record.state == "given":
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
