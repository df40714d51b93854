"""Keys of data subjects that no row refers to any more, such as callers whose last call has ended its period.

A sweep marks them with the time; what is found by its number meanwhile, as a call begins, loses the mark. A key whose
mark has stood long enough is removed with its aliases, without a tombstone: its random id is never used again.
"""

import sqlite3
from collections.abc import Iterator, Set
from datetime import datetime
from functools import partial

from unificx.privacy.cache import KeyCache
from unificx.privacy.destructions import Destructions
from unificx.privacy.key_file import KeyFile, KeysBusy

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
        return {row[0] for row in self._file.read_many(query, (tenant,))}

    def tenants(self) -> set[str]:
        """Return the tenants that have a key. Scopes of objects, whose names are other ones than ids, are left out."""
        query = (
            "SELECT tenant FROM tenant_key WHERE wrapped IS NOT NULL"
            " AND length(tenant) = 36 AND substr(tenant, 15, 1) = '7'"
        )
        return {row[0] for row in self._file.read_many(query)}

    def mark(self, tenant: str, orphans: Set[str], now: datetime) -> None:
        """Replace the marks of a tenant; earlier ones of the same subjects stay. Raise KeysBusy."""
        at, query = int(now.timestamp()), "SELECT subject FROM orphaned_key WHERE tenant = ?"
        marked = {row[0] for row in self._file.read_many(query, (tenant,))}
        for subjects in _batches(marked - orphans):
            with self._file.writing() as db:
                gone = ((tenant, subject) for subject in subjects)
                db.executemany("DELETE FROM orphaned_key WHERE tenant = ? AND subject = ?", gone)
        for subjects in _batches(orphans - marked):
            with self._file.writing() as db:
                new = ((tenant, subject, at) for subject in subjects)
                db.executemany("INSERT OR IGNORE INTO orphaned_key VALUES (?, ?, ?)", new)

    def marked(self, tenant: str, before: datetime) -> list[str]:
        """Return the subjects that have been marked since before a time."""
        query = "SELECT subject FROM orphaned_key WHERE tenant = ? AND since < ?"
        return [row[0] for row in self._file.read_many(query, (tenant, int(before.timestamp())))]

    def keep(self, tenant: str, kind: str, blind: bytes) -> str | None:
        """Remove the mark of a subject that is used again, and return it: that of an alias. None if it has gone."""
        try:
            with self._file.writing() as db:
                subject = bound_subject(db, tenant, kind, blind)
                if subject is not None:
                    _remove_mark(tenant, subject, db)
        except KeysBusy:
            with self._file.read_lock:
                subject = bound_subject(self._file.reads, tenant, kind, blind)
            if subject is not None:
                self._file.put_off(partial(_remove_mark, tenant, subject))
        return subject

    def remove(self, tenant: str, before: datetime) -> int:
        """Remove the keys and aliases of a tenant that have been marked since before a time; return their number.

        Raise KeysBusy."""
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
            self._cache.clear()
            self._file.clear_log_soon()
            removed += len(found)
        return removed

    def _is_any_marked(self, limits: tuple[str, int]) -> bool:
        query = "SELECT EXISTS (SELECT 1 FROM orphaned_key WHERE tenant = ? AND since < ?)"
        with self._file.read_lock:
            return bool(self._file.reads.execute(query, limits).fetchone()[0])


def _batches(subjects: Set[str]) -> Iterator[list[str]]:
    """There may be very many: others write between the transactions."""
    found = [*subjects]
    return (found[start : start + _BATCH] for start in range(0, len(found), _BATCH))


def bound_subject(db: sqlite3.Connection, tenant: str, kind: str, blind: bytes) -> str | None:
    """Return the subject that an alias is bound to."""
    query = "SELECT subject FROM alias WHERE tenant = ? AND kind = ? AND blind = ?"
    row = db.execute(query, (tenant, kind, blind)).fetchone()
    return None if row is None else row[0]


def _remove_mark(tenant: str, subject: str, db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM orphaned_key WHERE tenant = ? AND subject = ?", (tenant, subject))
