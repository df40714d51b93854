"""Keys of data subjects that no row refers to any more, such as callers whose last call has ended its period.

A sweep marks them with the time; what is found by its number meanwhile, as a call begins, loses the mark. A key whose
mark has stood long enough is removed with its aliases, without a tombstone: its random id is never used again.
"""

from collections.abc import Set
from datetime import datetime

from unificx.privacy.cache import KeyCache
from unificx.privacy.destructions import Destructions
from unificx.privacy.key_file import KeyFile

_BATCH = 500


class OrphanedKeys:
    """The marks of a key store. Times are stored in seconds since 1970."""

    def __init__(self, file: KeyFile, destructions: Destructions, cache: KeyCache) -> None:
        self._file, self._destructions, self._cache = file, destructions, cache

    def candidates(self, tenant: str) -> set[str]:
        """Return the data subjects of a tenant that have a key. Keys of objects, whose ids are other ones than those of
        `random_id`, are left out: their owners destroy them."""
        query = (
            "SELECT subject FROM subject_key WHERE tenant = ? AND wrapped IS NOT NULL"
            " AND length(subject) = 36 AND substr(subject, 15, 1) = '4'"
        )
        with self._file.lock:
            return {row[0] for row in self._file.db.execute(query, (tenant,))}

    def tenants(self) -> set[str]:
        """Return the tenants that have a key. Scopes of objects, whose names are other ones than ids, are left out."""
        query = (
            "SELECT tenant FROM tenant_key WHERE wrapped IS NOT NULL"
            " AND length(tenant) = 36 AND substr(tenant, 15, 1) = '7'"
        )
        with self._file.lock:
            return {row[0] for row in self._file.db.execute(query)}

    def mark(self, tenant: str, orphans: Set[str], now: datetime) -> None:
        """Replace the marks of a tenant; earlier ones of the same subjects stay."""
        at = int(now.timestamp())
        with self._file.writing() as db:
            marked = {row[0] for row in db.execute("SELECT subject FROM orphaned_key WHERE tenant = ?", (tenant,))}
            # Rows are made one at a time: there may be very many.
            gone = ((tenant, subject) for subject in marked if subject not in orphans)
            db.executemany("DELETE FROM orphaned_key WHERE tenant = ? AND subject = ?", gone)
            new = ((tenant, subject, at) for subject in orphans if subject not in marked)
            db.executemany("INSERT INTO orphaned_key VALUES (?, ?, ?)", new)

    def marked(self, tenant: str, before: datetime) -> list[str]:
        """Return the subjects that have been marked since before a time."""
        query = "SELECT subject FROM orphaned_key WHERE tenant = ? AND since < ?"
        with self._file.lock:
            return [row[0] for row in self._file.db.execute(query, (tenant, int(before.timestamp())))]

    def keep(self, tenant: str, subject: str) -> None:
        """Remove the mark of a subject that is used again. Call it with the lock of the file."""
        self._file.db.execute("DELETE FROM orphaned_key WHERE tenant = ? AND subject = ?", (tenant, subject))

    def remove(self, tenant: str, before: datetime) -> int:
        """Remove the keys and aliases of a tenant that have been marked since before a time; return their number.

        Raise KeysBusy if the old bytes could not be cleared yet."""
        removed, limits = 0, (tenant, int(before.timestamp()))
        query = "SELECT subject FROM orphaned_key WHERE tenant = ? AND since < ? LIMIT ?"
        while self._is_any_marked(limits):
            with self._destructions.destroying(self._file) as db:
                found = [row[0] for row in db.execute(query, (*limits, _BATCH))]
                rows = [(tenant, subject) for subject in found]
                # A tombstone stays: the subject was erased since it was marked.
                query_of_keys = "DELETE FROM subject_key WHERE tenant = ? AND subject = ? AND wrapped IS NOT NULL"
                db.executemany(query_of_keys, rows)
                db.executemany("DELETE FROM alias WHERE tenant = ? AND subject = ?", rows)
                db.executemany("DELETE FROM orphaned_key WHERE tenant = ? AND subject = ?", rows)
                self._cache.clear()  # within the lock: no reader finds the keys in between
            self._file.truncate_log()
            self._cache.clear()
            removed += len(found)
        return removed

    def _is_any_marked(self, limits: tuple[str, int]) -> bool:
        query = "SELECT EXISTS (SELECT 1 FROM orphaned_key WHERE tenant = ? AND since < ?)"
        with self._file.lock:
            return bool(self._file.db.execute(query, limits).fetchone()[0])
