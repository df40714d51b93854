"""Erasure: journal entry first, then key destruction, which makes every copy unreadable, backups included.

Three places know how far erasures have got: the journal, the key store (state of the journal at its last destruction)
and the database (the same, and up to which entry its rows are erased). A start closes every gap from the journal, and
is refused if the journal is behind one of the others.
"""

import asyncio
from dataclasses import dataclass

import structlog

from unificx.cluster import EventBus
from unificx.core.clock import Clock
from unificx.privacy.events import SubjectErased, TenantErased
from unificx.privacy.journal import ErasureJournal, JournalEntry, JournalHead
from unificx.privacy.keys import KeyStore

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AppliedErasures:
    """State of the database: the journal as it was, and the number of its first entries whose rows are erased."""

    head: JournalHead
    applied: int


class Erasure:
    """Erases subjects and tenants, and repeats erasures after a restore. The journal is outside the database."""

    def __init__(self, journal: ErasureJournal, keys: KeyStore, clock: Clock, bus: EventBus) -> None:
        self._journal, self._keys, self._clock, self._bus = journal, keys, clock, bus
        # Owner: this node, from its start to the comparison with the database.
        self._restored: set[int] = set()
        # Owner: the erasure journal; a copy of the process that serves the installation.
        self._pending: dict[tuple[str, str], tuple[int, str]] = {}
        """Number and id of the first entry, by tenant and subject, of erasures whose rows may be left."""

    def erase_subject(self, tenant: str, subject: str) -> None:
        """Make all data sealed for `subject` permanently unreadable. Idempotent.

        If this raises (OSError: journal not writable; JournalBusy; KeysBusy), repeat it: the journal may already have
        the entry.
        """
        entry = self._append(self._clock.new_id(), tenant, subject)
        try:
            self._keys.destroy(tenant, subject, self._journal.head)
        finally:
            self._bus.publish(SubjectErased(entry.id, tenant, subject))
        log.info("subject_erased", erasure=entry.id, tenant=tenant)

    def announce(self, erasure_id: str, tenant: str, subject: str, *, held: bool = False) -> None:
        """Write the journal entry of an erasure that ends with `destroy_key`: from then on every start completes it.
        Raise OSError, JournalBusy."""
        self._append(erasure_id, tenant, subject, held=held)

    def is_destroyed(self, tenant: str, subject: str) -> bool:
        """Whether the subject's key was destroyed or withdrawn."""
        return self._keys.is_destroyed(tenant, subject)

    def is_withdrawn(self, tenant: str, subject: str) -> bool:
        """Whether the subject's key is withdrawn because of a hold."""
        return self._keys.withdrawn.has(tenant, subject)

    def withdrawn(self) -> list[tuple[str, str]]:
        """Return tenant and subject of each key that is withdrawn."""
        return self._keys.withdrawn.all()

    async def destroy_key(self, erasure_id: str, tenant: str, subject: str, *, held: bool = False) -> None:
        """Destroy the key of a subject whose erasure is in the journal, or withdraw it if objects are `held`. On
        return, its bytes are gone from the log of the key store too. Idempotent. Raise KeysBusy: repeat it."""
        try:
            # On a thread, which may wait for another process.
            await asyncio.to_thread(self._keys.destroy, tenant, subject, self._journal.head, withdraw=held)
        finally:
            self._bus.publish(SubjectErased(erasure_id, tenant, subject))
        log.info("subject_erased", erasure=erasure_id, tenant=tenant)
        await asyncio.to_thread(self._keys.file.clear_log)

    def erase_tenant(self, tenant: str) -> None:
        """Make all data sealed in `tenant` permanently unreadable. Idempotent. Raise OSError, JournalBusy, KeysBusy:
        repeat it."""
        entry = self._append(self._clock.new_id(), tenant, "")
        self._keys.destroy_tenant(tenant, self._journal.head)
        self._bus.publish(TenantErased(entry.id, tenant))
        log.info("tenant_erased", erasure=entry.id, tenant=tenant)

    def replay(self) -> int:
        """Destroy keys again that a restored backup brought back; return their number. Called before serving.

        Raise StartupError if the chain of the journal is broken, or the key store knows of more."""
        known = self._keys.journal.head
        self._journal.require(known, "the key store")
        for number, entry in enumerate(self._journal.entries(), 1):
            is_last = not self._keys.withdrawn.has(entry.tenant, entry.subject)
            if self._keys.is_destroyed(entry.tenant, entry.subject) and (is_last or entry.held):
                continue
            if entry.subject:
                self._keys.destroy(entry.tenant, entry.subject, withdraw=entry.held)
            else:
                self._keys.destroy_tenant(entry.tenant)
            self._restored.add(number)
            log.warning("erasure_replayed", erasure=entry.id, tenant=entry.tenant)
        if known != self._journal.head:
            with self._keys.file.writing() as db:
                self._keys.journal.store(db, self._journal.head)
        return len(self._restored)

    def compare(self, database: AppliedErasures) -> None:
        """Find what the database has not applied, after a crash or the restore of a backup: `unfinished` returns it.

        Called after `replay`. Raise StartupError if the database knows of more than the journal."""
        self._journal.require(database.head, "the database")
        for number, entry in enumerate(self._journal.entries(), 1):
            if number > database.applied or number in self._restored:
                self._pending.setdefault((entry.tenant, entry.subject), (number, entry.id))

    @property
    def applied(self) -> AppliedErasures:
        """The state for the database to store."""
        first = min((number for number, _ in self._pending.values()), default=self._journal.head.length + 1)
        return AppliedErasures(self._journal.head, first - 1)

    def unfinished(self) -> list[SubjectErased]:
        """Return erasures with rows possibly left in the database; subject "" for a tenant."""
        return [SubjectErased(entry, *owner) for owner, (_, entry) in self._pending.items()]

    def finish(self, tenant: str, subject: str) -> None:
        """Note that no rows of the subject are left; the database learns of it by `applied`."""
        self._pending.pop((tenant, subject), None)

    def _append(self, erasure_id: str, tenant: str, subject: str, *, held: bool = False) -> JournalEntry:
        entry = JournalEntry(erasure_id, self._clock.now().isoformat(), tenant, subject, held)
        head = self._journal.append(entry)
        self._pending.setdefault((tenant, subject), (head.length, erasure_id))
        return entry
