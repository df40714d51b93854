"""Keys and erasures of a tenant that moves to another installation.

Keys leave the store unwrapped: only in an archive that is encrypted for the receiver, where they are wrapped by its own
tenant and master key. Tombstones move too, and what the receiver has destroyed stays destroyed.
"""

import base64
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import Conflict, Invalid
from unificx.privacy import repository
from unificx.privacy.journal import ErasureJournal, JournalEntry
from unificx.privacy.key_wrapping import wrap
from unificx.privacy.keys import KeyStore
from unificx.privacy.tenant_keys import TenantSecrets

_KEY_BYTES = 32


class ExportedKeys:
    """Keys and aliases of a tenant as of one moment: each method yields lists. Raise Conflict for keys that cannot be
    opened."""

    def __init__(self, db: sqlite3.Connection, tenant: str, secrets: TenantSecrets | None) -> None:
        self._db, self._tenant, self._secrets = db, tenant, secrets

    def secret(self) -> Iterator[list[Any]]:
        """Yield the secret of the tenant (base64), of which the digests of its aliases are keyed; and kind and key
        (base64) of digests that an earlier secret keys."""
        if self._secrets is not None:
            yield [base64.b64encode(self._secrets.current._secret).decode()]
            for kind, key in self._secrets.current._alias_keys.items():
                yield [kind, base64.b64encode(key).decode()]

    def subject_keys(self) -> Iterator[list[Any]]:
        """Yield subject, version and key (base64, None for a destroyed one)."""
        query = "SELECT subject, version, wrapped, wrapped_by FROM subject_key WHERE tenant = ?"
        for row in self._db.execute(query, (self._tenant,)):
            yield self._opened(*row)

    def withdrawn_keys(self) -> Iterator[list[Any]]:
        """Yield subject, version and key (base64) of the keys that are withdrawn because of a hold."""
        query = "SELECT subject, version, wrapped, wrapped_by FROM withdrawn_key WHERE tenant = ?"
        for row in self._db.execute(query, (self._tenant,)):
            yield self._opened(*row)

    def aliases(self) -> Iterator[list[Any]]:
        """Yield kind, digest (base64) and subject."""
        query = "SELECT kind, blind, subject FROM alias WHERE tenant = ?"
        for kind, blind, subject in self._db.execute(query, (self._tenant,)):
            yield [kind, base64.b64encode(blind).decode(), subject]

    def _opened(self, subject: str, version: int, wrapped: bytes | None, by: int) -> list[Any]:
        if wrapped is None or self._secrets is None:
            return [subject, version, None]
        try:
            key = self._secrets.unwrap(self._tenant, subject, version, wrapped, by)
        except InvalidTag:  # never exported as a destroyed one, which it would stay
            raise Conflict("A key of the tenant cannot be opened: the key store is damaged.") from None
        return [subject, version, base64.b64encode(key).decode()]


@contextmanager
def exported_keys(store: KeyStore, tenant: str) -> Iterator[ExportedKeys]:
    """Open the keys of a tenant as of one moment: the server may rotate them meanwhile."""
    with store.file.snapshot() as db:
        yield ExportedKeys(db, tenant, store.tenants.read(db, tenant))


def exported_erasures(journal: ErasureJournal, tenant: str) -> Iterator[list[Any]]:
    """Yield id, time, subject and whether objects were held, of the erasures of a tenant."""
    for entry in journal.entries():
        if entry.tenant == tenant:
            yield [entry.id, entry.at, entry.subject, entry.held]


class MovedKeys:
    """Keys of a tenant that moves here. The rows are lists as they were exported; raise Invalid for others."""

    def __init__(self, store: KeyStore, tenant: str) -> None:
        self._store, self._tenant = store, tenant

    @property
    def is_erased(self) -> bool:
        """Whether the tenant was erased here."""
        return self._store.is_destroyed(self._tenant, "")

    def remove(self) -> None:
        """Remove what an import has stored; tombstones stay. Raise KeysBusy."""
        with self._store.file.writing() as db:
            for table in ("alias", "alias_key", "withdrawn_key", "former_tenant_key"):
                db.execute(f"DELETE FROM {table} WHERE tenant = ?", (self._tenant,))  # noqa: S608 - names from above
            for table in ("subject_key", "tenant_key"):
                query = f"DELETE FROM {table} WHERE tenant = ? AND wrapped IS NOT NULL"  # noqa: S608 - as above
                db.execute(query, (self._tenant,))
        self._store._drop_cached_tenant(self._tenant)
        self._store.file.clear_log_soon()

    def add_keys(self, rows: Sequence[Any]) -> None:
        secrets = self._secrets()
        with self._store.file.writing() as db:
            for row in rows:
                subject, version, key = _checked(row, str, int, (str, type(None)))
                wrapped = None
                if key is not None:
                    context = ("subject", self._tenant, subject, str(version))
                    wrapped = wrap(secrets.current.wrapping_key, _bytes(key), *context)
                values = (self._tenant, subject, version, wrapped, secrets.version)
                db.execute("INSERT OR IGNORE INTO subject_key VALUES (?, ?, ?, ?, ?)", values)

    def add_withdrawn_keys(self, rows: Sequence[Any]) -> None:
        """Called before `add_keys`: what is destroyed here already stays destroyed."""
        query = (
            "INSERT OR IGNORE INTO withdrawn_key SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS"
            " (SELECT 1 FROM subject_key WHERE tenant = ?1 AND subject = ?2)"
        )
        secrets = self._secrets()
        with self._store.file.writing() as db:
            for row in rows:
                subject, version, key = _checked(row, str, int, str)
                context = ("subject", self._tenant, subject, str(version))
                wrapped = wrap(secrets.current.wrapping_key, _bytes(key), *context)
                db.execute(query, (self._tenant, subject, version, wrapped, secrets.version))

    def add_aliases(self, rows: Sequence[Any]) -> None:
        query = (
            "INSERT OR IGNORE INTO alias SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS"
            " (SELECT 1 FROM subject_key WHERE tenant = ?1 AND subject = ?4 AND wrapped IS NULL)"
        )
        with self._store.file.writing() as db:
            for row in rows:
                kind, blind, subject = _checked(row, str, str, str)
                db.execute(query, (self._tenant, kind, _bytes(blind), subject))

    def add_secret(self, rows: Sequence[Any]) -> None:
        """Called first: this secret wraps the others, and is wrapped by the master key of this installation."""
        for row in rows:
            if isinstance(row, list) and len(row) == 2:
                kind, key = _checked(row, str, str)
                wrapped = wrap(self._secrets().current.wrapping_key, _bytes(key), "alias", self._tenant, kind)
                with self._store.file.writing() as db:
                    db.execute("INSERT OR IGNORE INTO alias_key VALUES (?, ?, ?)", (self._tenant, kind, wrapped))
            else:
                self._store.tenants.add(self._tenant, _bytes(_checked(row, str)[0]))
            self._store._drop_cached_tenant(self._tenant)

    def _secrets(self) -> TenantSecrets:
        with self._store.file.writing() as db:
            secrets = self._store.tenants.current(db, self._tenant)
        if secrets is None:
            raise Invalid("The tenant was erased here.")
        return secrets


def add_erasures(journal: ErasureJournal, tenant: str, rows: Iterable[Any]) -> None:
    """Write the erasures of a tenant that moves here, unless the journal has them. Raise Invalid, OSError."""
    known = set(journal.entries())
    checked = (_checked(row, str, str, str, bool) for row in rows)
    found = [JournalEntry(id_, at, tenant, subject, held) for id_, at, subject, held in checked]
    if missing := [entry for entry in found if entry not in known]:
        journal.append(*missing)


async def reopen_erasures(session: AsyncSession, journal: ErasureJournal, tenant: str) -> None:
    """Let the next start repeat the erasures of a tenant in the database, and destroy their keys: its rows may be older
    than they are."""
    row = await repository.get_applied(session)
    first = next((number for number, entry in enumerate(journal.entries(), 1) if entry.tenant == tenant), None)
    if row is not None and first is not None:
        row.applied = min(row.applied, first - 1)


def _checked(row: Any, *kinds: Any) -> Any:
    if not isinstance(row, list) or len(row) != len(kinds):
        raise Invalid("A key in the moved tenant cannot be used.")
    if not all(isinstance(value, kind) and value != "" for value, kind in zip(row, kinds, strict=True)):
        raise Invalid("A key in the moved tenant cannot be used.")
    return row


def _bytes(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        found = b""
    if len(found) != _KEY_BYTES:
        raise Invalid("A key in the moved tenant cannot be used.")
    return found
