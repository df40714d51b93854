"""Erasure: the journal first, then the key. With the key gone, every copy of what it sealed is noise, backups too."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from unificx.kernel.clock import Clock
from unificx.kernel.facts import Bus
from unificx.privacy.facts import SubjectErased, TenantErased
from unificx.privacy.journal import Entry, Journal
from unificx.privacy.keys import KeyStore

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did: the key destroyed `at`, and how many aliases (numbers, addresses) lead nowhere now."""

    id: str
    at: datetime
    tenant: str
    subject: str
    aliases_removed: int


class Erasure:
    """Erases subjects and tenants, and does it again after a restore. The journal lies outside the database."""

    def __init__(self, journal: Journal, keys: KeyStore, clock: Clock, bus: Bus) -> None:
        self._journal, self._keys, self._clock, self._bus = journal, keys, clock, bus
        self._came_back: set[str] = set()

    def erase_subject(self, tenant: str, subject: str) -> Receipt:
        """Make everything sealed for `subject` unreadable for good. May be repeated.

        If this raises (OSError: no room for the journal; KeysBusy), repeat it: the journal may have it already.
        """
        entry = self._enter(tenant, subject)
        aliases = self._keys.destroy(tenant, subject)
        self._bus.publish(SubjectErased(entry.id, tenant, subject))
        log.info("subject_erased", erasure=entry.id, tenant=tenant)
        return Receipt(entry.id, datetime.fromisoformat(entry.at), tenant, subject, aliases)

    def erase_tenant(self, tenant: str) -> None:
        """Make everything sealed in `tenant` unreadable for good. May be repeated."""
        entry = self._enter(tenant, "")
        self._keys.destroy_tenant(tenant)
        self._bus.publish(TenantErased(entry.id, tenant))
        log.info("tenant_erased", erasure=entry.id, tenant=tenant)

    def replay(self) -> int:
        """Before serving: destroy again what a restored backup brought back; how many that were."""
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
        """After a start: the erasures after which something may be left in the database, because the process died or a
        backup was restored."""
        done = self._journal.followed() - self._came_back
        return [
            SubjectErased(entry.id, entry.tenant, entry.subject)
            for entry in self._journal.entries()
            if entry.subject and entry.id not in done
        ]

    def followed(self, erased: SubjectErased) -> None:
        """Nothing is left of the subject anywhere. Raises OSError."""
        self._journal.note_followed(erased.id)

    def _enter(self, tenant: str, subject: str) -> Entry:
        entry = Entry(self._clock.new_id(), self._clock.now().isoformat(), tenant, subject)
        self._journal.append(entry)
        return entry

    def _is_done(self, entry: Entry) -> bool:
        return self._keys.is_destroyed(entry.tenant, entry.subject)
