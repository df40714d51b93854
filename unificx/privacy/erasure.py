"""Erasure: journal entry first, then key destruction, which makes every copy unreadable, backups included."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from unificx.cluster import EventBus
from unificx.core.clock import Clock
from unificx.privacy.events import SubjectErased, TenantErased
from unificx.privacy.journal import ErasureJournal, JournalEntry
from unificx.privacy.keys import KeyStore

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ErasureReceipt:
    """Result of an erasure: time, and number of removed aliases (numbers, addresses)."""

    id: str
    at: datetime
    tenant: str
    subject: str
    aliases_removed: int


class Erasure:
    """Erases subjects and tenants, and repeats erasures after a restore. The journal is outside the database."""

    def __init__(self, journal: ErasureJournal, keys: KeyStore, clock: Clock, bus: EventBus) -> None:
        self._journal, self._keys, self._clock, self._bus = journal, keys, clock, bus
        # Owner: this node, from its start to the replay of the erasure journal.
        self._restored: set[str] = set()

    def erase_subject(self, tenant: str, subject: str) -> ErasureReceipt:
        """Make all data sealed for `subject` permanently unreadable. Idempotent.

        If this raises (OSError: journal not writable; KeysBusy), repeat it: the journal may already have the entry.
        """
        entry = self._append_entry(tenant, subject)
        aliases = self.destroy_key(entry.id, tenant, subject)
        return ErasureReceipt(entry.id, datetime.fromisoformat(entry.at), tenant, subject, aliases)

    def announce(self, erasure_id: str, tenant: str, subject: str) -> None:
        """Write the journal entry of an erasure that ends with `destroy_key`: from then on every start completes it.
        Raise OSError."""
        self._journal.append(JournalEntry(erasure_id, self._clock.now().isoformat(), tenant, subject))

    def is_destroyed(self, tenant: str, subject: str) -> bool:
        """Whether the subject's key was destroyed."""
        return self._keys.is_destroyed(tenant, subject)

    def destroy_key(self, erasure_id: str, tenant: str, subject: str) -> int:
        """Destroy the key of a subject whose erasure is in the journal; return the number of removed aliases.
        Idempotent. Raise KeysBusy: repeat it."""
        try:
            aliases = self._keys.destroy(tenant, subject)
        finally:
            self._bus.publish(SubjectErased(erasure_id, tenant, subject))
        log.info("subject_erased", erasure=erasure_id, tenant=tenant)
        return aliases

    def erase_tenant(self, tenant: str) -> None:
        """Make all data sealed in `tenant` permanently unreadable. Idempotent."""
        entry = self._append_entry(tenant, "")
        self._keys.destroy_tenant(tenant)
        self._bus.publish(TenantErased(entry.id, tenant))
        log.info("tenant_erased", erasure=entry.id, tenant=tenant)

    def replay(self) -> int:
        """Destroy keys again that a restored backup brought back; return their number. Called before serving."""
        restored = [entry for entry in self._journal.entries() if not self._is_done(entry)]
        for entry in restored:
            if entry.subject:
                self._keys.destroy(entry.tenant, entry.subject)
            else:
                self._keys.destroy_tenant(entry.tenant)
            log.warning("erasure_replayed", erasure=entry.id, tenant=entry.tenant)
        self._restored = {entry.id for entry in restored}
        return len(restored)

    def unfinished(self) -> list[SubjectErased]:
        """Return erasures with rows possibly left in the database, after a crash or the restore of a backup.

        Called at startup.
        """
        done = self._journal.finished() - self._restored
        return [
            SubjectErased(entry.id, entry.tenant, entry.subject)
            for entry in self._journal.entries()
            if entry.subject and entry.id not in done
        ]

    def mark_finished(self, erased: SubjectErased) -> None:
        """Record that no rows of the subject are left. Raise OSError."""
        self._journal.mark_finished(erased.id)

    def _append_entry(self, tenant: str, subject: str) -> JournalEntry:
        entry = JournalEntry(self._clock.new_id(), self._clock.now().isoformat(), tenant, subject)
        self._journal.append(entry)
        return entry

    def _is_done(self, entry: JournalEntry) -> bool:
        return self._keys.is_destroyed(entry.tenant, entry.subject)
