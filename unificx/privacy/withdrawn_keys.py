"""Keys of erased subjects with objects under a hold: withdrawn from all purposes but one, and destroyed on release.

In the key store, a withdrawn key has the tombstone of a destroyed one: it opens nothing, is never created again, and
the aliases of its subject are gone. Its bytes are in a table of their own, which opens them for requests about personal
data only.
"""

from collections.abc import Sequence

from unificx.core.access import stated_access
from unificx.privacy.key_file import KeyFile
from unificx.privacy.key_wrapping import wrap
from unificx.privacy.tenant_keys import KeyRows, TenantSecrets

PURPOSE = "requests"
"""The purpose for which withdrawn keys open."""


class WithdrawnKeys:
    """The withdrawn keys of a key store."""

    def __init__(self, file: KeyFile) -> None:
        self._file, self._db = file, file.db

    def take(self, tenant: str, subject: str) -> None:
        """Copy the key of a subject, within the transaction that writes its tombstone. Idempotent."""
        query = (
            "INSERT OR IGNORE INTO withdrawn_key SELECT tenant, subject, version, wrapped, wrapped_by FROM subject_key"
            " WHERE tenant = ? AND subject = ? AND wrapped IS NOT NULL"
        )
        self._db.execute(query, (tenant, subject))

    def drop(self, tenant: str, subject: str | None = None) -> None:
        """Delete the key of a subject, or those of a tenant, within a transaction."""
        query = "DELETE FROM withdrawn_key WHERE tenant = ?1 AND (?2 IS NULL OR subject = ?2)"
        self._db.execute(query, (tenant, subject))

    def rows(self, tenant: str, subjects: Sequence[str]) -> KeyRows:
        """Return the withdrawn keys of these subjects: none unless the stated purpose is requests."""
        access = stated_access()
        if access is None or access.purpose != PURPOSE:
            return {}
        query = (
            "SELECT version, wrapped, wrapped_by FROM withdrawn_key WHERE tenant = ? AND subject = ?"
            " ORDER BY version DESC"
        )
        with self._file.read_lock:
            found = {subject: self._file.reads.execute(query, (tenant, subject)).fetchone() for subject in subjects}
        return {subject: row for subject, row in found.items() if row is not None}

    def rewrap(self, secrets: TenantSecrets, tenant: str) -> None:
        """Wrap all withdrawn keys of a tenant with its present key, within a transaction."""
        query = "SELECT subject, version, wrapped, wrapped_by FROM withdrawn_key WHERE tenant = ? AND wrapped_by <> ?"
        update = "UPDATE withdrawn_key SET wrapped = ?, wrapped_by = ? WHERE tenant = ? AND subject = ? AND version = ?"
        for subject, version, wrapped, by in self._db.execute(query, (tenant, secrets.version)).fetchall():
            key = secrets.unwrap(tenant, subject, version, wrapped, by)
            fresh = wrap(secrets.current.wrapping_key, key, "subject", tenant, subject, str(version))
            self._db.execute(update, (fresh, secrets.version, tenant, subject, version))

    def all(self) -> list[tuple[str, str]]:
        """Return tenant and subject of each withdrawn key."""
        with self._file.read_lock:
            return list(self._file.reads.execute("SELECT DISTINCT tenant, subject FROM withdrawn_key"))

    def has(self, tenant: str, subject: str) -> bool:
        """Whether the key of a subject is withdrawn."""
        query = "SELECT 1 FROM withdrawn_key WHERE tenant = ? AND subject = ?"
        with self._file.read_lock:
            return self._file.reads.execute(query, (tenant, subject)).fetchone() is not None
