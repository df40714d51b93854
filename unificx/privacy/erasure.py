"""Erasure: journal entry first, then key destruction, which makes every copy unreadable, backups included."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from unificx.core.clock import Clock
from unificx.core.events import Bus
from unificx.privacy.events import SubjectErased, TenantErased
from unificx.privacy.journal import Entry, Journal
from unificx.privacy.keys import KeyStore

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Result of an erasure: time, and number of removed aliases (numbers, addresses)."""

    id: str
    at: datetime
    tenant: str
    subject: str
    aliases_removed: int


class Erasure:
    """Erases subjects and tenants, and repeats erasures after a restore. The journal is outside the database."""

    def __init__(self, journal: Journal, keys: KeyStore, clock: Clock, bus: Bus) -> None:
        self._journal, self._keys, self._clock, self._bus = journal, keys, clock, bus
        self._came_back: set[str] = set()

    def erase_subject(self, tenant: str, subject: str) -> Receipt:
        """Make all data sealed for `subject` permanently unreadable. Idempotent.

        If this raises (OSError: journal not writable; KeysBusy), repeat it: the journal may already have the entry.
        """
        entry = self._enter(tenant, subject)
        aliases = self._keys.destroy(tenant, subject)
        self._bus.publish(SubjectErased(entry.id, tenant, subject))
        log.info("subject_erased", erasure=entry.id, tenant=tenant)
        return Receipt(entry.id, datetime.fromisoformat(entry.at), tenant, subject, aliases)

    def erase_tenant(self, tenant: str) -> None:
        """Make all data sealed in `tenant` permanently unreadable. Idempotent."""
        entry = self._enter(tenant, "")
        self._keys.destroy_tenant(tenant)
        self._bus.publish(TenantErased(entry.id, tenant))
        log.info("tenant_erased", erasure=entry.id, tenant=tenant)

    def replay(self) -> int:
        """Destroy keys again that a restored backup brought back; return their number. Called before serving."""
        came_back = [entry for entry in self._journal.entries() if not self._is_done(entry)]
        for entry in came_back:
            if entry.subject:
                self._keys.destroy(entry.tenant, entry.subject)
            else:
                self._keys.destroy_tenant(entry.tenant)
            log.warning("erasure_replayed", erasure=entry.id, tenant=entry.tenant)
        self._came_back = {entry.id for entry in came_back}
        return len(came_back)

    def unfollowed(self) -> list[SubjectErased]:
        """Return erasures with rows possibly left in the database, after a crash or the restore of a backup.

        Called at startup.
        """
        done = self._journal.followed() - self._came_back
        return [
            SubjectErased(entry.id, entry.tenant, entry.subject)
            for entry in self._journal.entries()
            if entry.subject and entry.id not in done
        ]

    def followed(self, erased: SubjectErased) -> None:
        """Record that no rows of the subject are left. Raise OSError."""
        self._journal.note_followed(erased.id)

    def _enter(self, tenant: str, subject: str) -> Entry:
        entry = Entry(self._clock.new_id(), self._clock.now().isoformat(), tenant, subject)
        self._journal.append(entry)
        return entry

    def _is_done(self, entry: Entry) -> bool:
        return self._keys.is_destroyed(entry.tenant, entry.subject)
