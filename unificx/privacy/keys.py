"""Key store: master key -> tenant key -> subject key, in a separate SQLite file, even with PostgreSQL.

Every key is wrapped with AES-256-GCM by its parent; the master key is not stored here. Destroying a subject's key
leaves a tombstone, and a key with a tombstone is never created again. The bytes are overwritten (secure_delete) and the
write-ahead log is truncated, so that no file of this store contains an erased key.

Calls are synchronous and short: a dictionary lookup if cached, otherwise some microseconds. None waits for another
process on the thread of an event loop (`key_file.py`): new keys and aliases wait in memory instead (`waiting_keys.py`),
and all other changes raise KeysBusy. Old bytes that another process still reads are cleared from the log when it ends.
"""

import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.core.clock import Clock, random_id
from unificx.core.errors import Conflict
from unificx.db import ErasedSubject, Key
from unificx.privacy.cache import KeyCache
from unificx.privacy.destructions import Destructions
from unificx.privacy.installation_secrets import InstallationSecrets
from unificx.privacy.journal import JournalHead
from unificx.privacy.key_file import KeyFile, KeysBusy
from unificx.privacy.key_wrapping import KEY_BYTES, NONCE, VERSION, wrap
from unificx.privacy.known_journal import KnownJournal
from unificx.privacy.master import MasterKey
from unificx.privacy.orphaned_keys import OrphanedKeys, bound_subject
from unificx.privacy.tenant_keys import KeyRows, TenantKeys, TenantSecrets, open_keys
from unificx.privacy.waiting_keys import WaitingKeys
from unificx.privacy.withdrawn_keys import WithdrawnKeys

_BATCH_SIZE = 500
_FRESH_READS = 5
"""Attempts to read keys together with the tenant key that wraps them, while that is rotated."""


Binding = tuple[str, str, str]
"""Tenant, value and the subject to bind it to."""


class KeyStore:
    """Keys and aliases in the file `path`. `master` wraps the tenant keys, or is the 32-byte master key itself.

    Raise StartupError for a file of another master key.
    """

    def __init__(self, path: Path, master: MasterKey | bytes, clock: Clock) -> None:
        self.clock = clock
        self._cache = KeyCache(clock.monotonic)
        wrapper = MasterKey(master) if isinstance(master, bytes) else master
        self.file = KeyFile(path)
        self._destructions = Destructions(path)
        self._read_lock, self._reads = self.file.read_lock, self.file.reads
        self.tenants = TenantKeys(self.file, wrapper)
        self._waiting = WaitingKeys(self.file, self.tenants)
        self.journal = KnownJournal(self.file)
        self.withdrawn = WithdrawnKeys(self.file)
        self.orphans = OrphanedKeys(self.file, self._destructions, self._cache)
        self.secrets = InstallationSecrets(self.file, wrapper, self.tenants)
        try:
            self.installation_id = self.secrets.verify(clock.new_id())
            """Random id of the installation, also stored in its database."""
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._destructions.close()
        self.file.close()

    @property
    def is_empty(self) -> bool:
        """Whether the store has no keys."""
        with self._read_lock:
            return self._reads.execute("SELECT 1 FROM tenant_key LIMIT 1").fetchone() is None

    # Keys

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Return the key of each subject; None for a destroyed one and, unless `create`, for a missing one."""
        self.notice_destructions()
        found: dict[str, Key | None] = {}
        missing: list[str] = []
        for subject in subjects:
            key = self._cache.get(tenant, subject)
            found[subject] = key
            if key is None:
                missing.append(subject)
        if missing:
            found.update(self._fetch(tenant, missing, create))
        return found

    def notice_destructions(self) -> None:
        """Forget all keys if another process has destroyed one, before what is in memory is used."""
        if self._destructions.has_other():
            self._cache.clear()
            self.tenants.forget_all()

    def watch(self, forget: Callable[[str | None, str | None], None]) -> None:
        """Call `forget` with tenant and subject whenever a key is destroyed or may have been, on any thread; None for
        all. Other copies in memory of what the key seals end with it so."""
        self._cache.watch(forget)

    def _fetch(self, tenant: str, subjects: list[str], create: bool) -> dict[str, Key | None]:
        epoch = self._cache.current_epoch()
        found: dict[str, Key | None] = dict.fromkeys(subjects)
        waiting = self._waiting.keys(tenant, subjects)  # before the file, where they go
        if create and self.tenants.get(tenant) is None:
            self._create_keys(tenant, ())
        secrets, rows = self._read(tenant, subjects, self._rows)
        if secrets is None:
            return found
        found.update(waiting)
        if create and (missing := found.keys() - rows.keys() - waiting.keys()):
            made = self._create_keys(tenant, missing)
            found.update(made)
            for subject, key in made.items():
                self._cache.put(epoch, tenant, subject, key)
            secrets, rows = self._read(tenant, [*found.keys() - made.keys()], self._rows)
        for subject, key in open_keys(secrets, tenant, rows):
            found[subject] = key
            if key is not None:
                self._cache.put(epoch, tenant, subject, key)
        if lost := [subject for subject in subjects if found[subject] is None]:
            secrets, rows = self._read(tenant, lost, self.withdrawn.rows)
            found.update(open_keys(secrets, tenant, rows))
        return found

    def _read(
        self, tenant: str, subjects: list[str], read: Callable[[str, list[str]], KeyRows]
    ) -> tuple[TenantSecrets | None, KeyRows]:
        """Return the secrets of a tenant, and the rows that `read` returns, which these open. Raise InvalidTag for keys
        that none opens."""
        for _ in range(_FRESH_READS):
            secrets = self.tenants.get(tenant)
            if secrets is None:
                return None, {}
            rows = read(tenant, subjects)
            if all(wrapped is None or secrets.of(by) for _, wrapped, by in rows.values()):
                return secrets, rows
            self.tenants.forget(tenant)  # rotated by another process since they were read
        raise InvalidTag

    def _rows(self, tenant: str, subjects: list[str]) -> KeyRows:
        rows: KeyRows = {}
        for batch in _batches(subjects):
            query = (
                "SELECT subject, version, wrapped, wrapped_by FROM subject_key"  # noqa: S608 - only placeholders
                f" WHERE tenant = ? AND subject IN ({_marks(batch)})"
            )
            with self._read_lock:
                for subject, *rest in self._reads.execute(query, (tenant, *batch)):
                    rows[subject] = (rest[0], rest[1], rest[2])
        return rows

    def _create_keys(self, tenant: str, subjects: Collection[str]) -> dict[str, Key]:
        """Create keys; return those of the subjects that had neither a key nor a tombstone."""
        try:
            with self.file.writing() as db:
                secrets = self.tenants.current(db, tenant)
                return {} if secrets is None else _insert_keys(db, tenant, secrets, subjects)
        except KeysBusy:
            if self.tenants.get(tenant) is None:
                raise
            return self._waiting.create_keys(tenant, set(subjects).difference(self._rows(tenant, [*subjects])))

    def destroy(self, tenant: str, subject: str, journal: JournalHead | None = None, *, withdraw: bool = False) -> int:
        """Destroy a subject's key and its aliases; return the number of aliases. Idempotent. `journal` is stored in
        the same transaction. With `withdraw`, the key is only withdrawn (`WithdrawnKeys`), until it is destroyed.

        An unknown subject gets a tombstone too. Raise KeysBusy: nothing was changed.
        """
        self._cache.drop(tenant, subject)
        with self._destructions.destroying(self.file) as db:
            if withdraw:
                self.withdrawn.take(tenant, subject)
            else:
                self.withdrawn.drop(tenant, subject)
            _write_tombstone(tenant, subject, db)
            # In every scope: installation-wide sign-in aliases belong to the same subject.
            aliases = db.execute("DELETE FROM alias WHERE subject = ?", (subject,)).rowcount
            self.journal.store(db, journal)
        self._cache.drop(tenant, subject)
        self.file.clear_log_soon()
        return aliases

    def destroy_unused(self, tenant: str, subject: str) -> None:
        """Destroy a key whose last row is deleted already: as soon as no other process writes."""
        try:
            self.destroy(tenant, subject)
        except KeysBusy:
            self.file.put_off(partial(_write_tombstone, tenant, subject), self.file.clear_log_soon)

    def subjects(self, tenant: str) -> list[str]:
        """Return the subjects that have or had a key."""
        rows = self.file.read_many("SELECT subject FROM subject_key WHERE tenant = ?", (tenant,))
        return [row[0] for row in rows]

    def tenants_with(self, subject: str) -> list[str]:
        """Return the tenants that have or had a key of this subject."""
        rows = self.file.read_many("SELECT tenant FROM subject_key WHERE subject = ?", (subject,))
        return [row[0] for row in rows]

    def remove(self, tenant: str, subjects: Sequence[str]) -> None:
        """Destroy keys of objects, in one transaction and without tombstones: their random ids are never used again.

        Raise KeysBusy: nothing was changed.
        """
        if not subjects:
            return
        for subject in subjects:
            self._cache.drop(tenant, subject)
        with self._destructions.destroying(self.file) as db:
            for batch in _batches(subjects):
                query = f"DELETE FROM subject_key WHERE tenant = ? AND subject IN ({_marks(batch)})"  # noqa: S608 - only placeholders
                db.execute(query, (tenant, *batch))
        for subject in subjects:
            self._cache.drop(tenant, subject)
        self.file.clear_log_soon()

    def destroy_tenant(self, tenant: str, journal: JournalHead | None = None) -> None:
        """Destroy a tenant's key and with it all keys and aliases of its subjects. Idempotent. `journal` is stored in
        the same transaction. Raise KeysBusy: nothing was changed."""
        self._drop_cached_tenant(tenant)
        with self._destructions.destroying(self.file) as db:
            query = "INSERT INTO tenant_key VALUES (?, NULL, 1, '') ON CONFLICT DO UPDATE SET wrapped = NULL"
            db.execute(query, (tenant,))
            db.execute("DELETE FROM former_tenant_key WHERE tenant = ?", (tenant,))
            db.execute("DELETE FROM alias_key WHERE tenant = ?", (tenant,))
            db.execute(
                "DELETE FROM alias WHERE subject IN (SELECT subject FROM subject_key WHERE tenant = ?)", (tenant,)
            )
            db.execute("DELETE FROM alias WHERE tenant = ?", (tenant,))
            db.execute("UPDATE subject_key SET wrapped = NULL WHERE tenant = ?", (tenant,))
            self.withdrawn.drop(tenant)
            self.journal.store(db, journal)
        self._drop_cached_tenant(tenant)
        self.file.clear_log_soon()

    def is_destroyed(self, tenant: str, subject: str) -> bool:
        """Whether the subject's key or its tenant's key has a tombstone."""
        query = (
            "SELECT 1 FROM subject_key WHERE tenant = ?1 AND subject = ?2 AND wrapped IS NULL"
            " UNION SELECT 1 FROM tenant_key WHERE tenant = ?1 AND wrapped IS NULL"
        )
        with self._read_lock:
            return self._reads.execute(query, (tenant, subject)).fetchone() is not None

    def _drop_cached_tenant(self, tenant: str) -> None:
        self._cache.drop_tenant(tenant)
        self.tenants.forget(tenant)

    # Aliases map a number or an e-mail address to a subject, by a keyed digest that cannot be brute-forced without the
    # tenant's key. Values are passed in canonical form: +E.164, lower-case addresses.

    def find(self, tenant: str, kind: str, value: str) -> str | None:
        """Return the subject bound to a value in this tenant, if any."""
        waiting = self._waiting.subject(tenant, kind, value)  # before the file, where it goes
        # One statement, as the digest follows from the present key of the tenant, which another process may rotate.
        query = (
            "SELECT key.version, alias.subject, mark.since FROM tenant_key AS key"
            " LEFT JOIN alias ON alias.tenant = key.tenant AND alias.kind = ?2 AND alias.blind = ?3"
            " LEFT JOIN orphaned_key AS mark ON mark.tenant = key.tenant AND mark.subject = alias.subject"
            " WHERE key.tenant = ?1"
        )
        for _ in range(_FRESH_READS):
            secrets = self.tenants.get(tenant)
            if secrets is None:
                return None
            blind = secrets.current.alias_digest(kind, value)
            with self._read_lock:
                row = self._reads.execute(query, (tenant, kind, blind)).fetchone()
            if row is not None and row[0] == secrets.version:
                if row[1] is None:
                    return waiting
                return row[1] if row[2] is None else self.orphans.keep(tenant, kind, blind)
            self.tenants.forget(tenant)  # rotated or removed by another process since they were read
        raise InvalidTag

    def find_or_create(self, tenant: str, kind: str, value: str) -> str:
        """Return the subject bound to a value; for a new value create a subject with its key.

        Raise ErasedSubject if the tenant was erased.
        """
        found = self.find(tenant, kind, value)
        if found is not None:
            return found
        fresh = random_id(self.clock)
        try:
            with self.file.writing() as db:
                secrets = _present(self.tenants, db, tenant)
                blind = secrets.current.alias_digest(kind, value)
                db.execute("INSERT OR IGNORE INTO alias VALUES (?, ?, ?, ?)", (tenant, kind, blind, fresh))
                subject = bound_subject(db, tenant, kind, blind) or fresh
                _insert_keys(db, tenant, secrets, (subject,))
        except KeysBusy:
            if self.tenants.get(tenant) is None:
                raise
            subject = self._waiting.bind((tenant, kind, value), fresh)
            self._waiting.create_keys(tenant, (subject,))
        return subject

    def bind(self, tenant: str, kind: str, value: str, subject: str) -> None:
        """Bind a value to `subject`. Raise Conflict if it is bound to another; ErasedSubject."""
        if self.bind_free(kind, [(tenant, value, subject)]) != [subject]:
            raise Conflict("This value is already in use.", field=kind)

    def bind_free(self, kind: str, bindings: Sequence[Binding]) -> list[str | None]:
        """Bind values, each of a tenant to a subject, unless they are bound already, in one transaction. Return the
        subjects to which they are bound now. Raise ErasedSubject."""
        with self.file.writing() as db:
            if any(self.is_destroyed(tenant, subject) for tenant, _, subject in bindings):
                raise ErasedSubject("the subject was erased")
            return [_insert_alias(db, self.tenants, kind, binding) for binding in bindings]

    def unbind(self, tenant: str, kind: str, value: str) -> None:
        """Remove the binding of a value; its subject stays."""
        if self.tenants.get(tenant) is None:
            return
        with self.file.writing() as db:
            secrets = self.tenants.current(db, tenant)
            if secrets is not None:
                blind = secrets.current.alias_digest(kind, value)
                db.execute("DELETE FROM alias WHERE tenant = ? AND kind = ? AND blind = ?", (tenant, kind, blind))

    def is_bound(self, tenant: str, kind: str, subject: str) -> bool:
        """Whether any value of the kind is bound to the subject."""
        query = "SELECT 1 FROM alias WHERE tenant = ? AND kind = ? AND subject = ? LIMIT 1"
        with self._read_lock:
            return self._reads.execute(query, (tenant, kind, subject)).fetchone() is not None

    def unbind_all(self, tenant: str, kind: str, subject: str) -> None:
        """Remove all bindings of the kind to the subject; the subject stays."""
        with self.file.writing() as db:
            db.execute("DELETE FROM alias WHERE tenant = ? AND kind = ? AND subject = ?", (tenant, kind, subject))


def _present(tenants: TenantKeys, db: sqlite3.Connection, tenant: str) -> TenantSecrets:
    secrets = tenants.current(db, tenant)
    if secrets is None:
        raise ErasedSubject("the tenant was erased")
    return secrets


def _write_tombstone(tenant: str, subject: str, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO subject_key VALUES (?, ?, ?, NULL, 0) ON CONFLICT DO UPDATE SET wrapped = NULL",
        (tenant, subject, VERSION),
    )


def _insert_alias(db: sqlite3.Connection, tenants: TenantKeys, kind: str, binding: Binding) -> str | None:
    """Bind a value that is not bound yet; return the subject that it is bound to."""
    tenant, value, subject = binding
    blind = _present(tenants, db, tenant).current.alias_digest(kind, value)
    db.execute("INSERT OR IGNORE INTO alias VALUES (?, ?, ?, ?)", (tenant, kind, blind, subject))
    return bound_subject(db, tenant, kind, blind)


def _insert_keys(
    db: sqlite3.Connection, tenant: str, secrets: TenantSecrets, subjects: Iterable[str]
) -> dict[str, Key]:
    """Insert new keys and return them, without subjects that have a key already, or a tombstone.

    Few statements and one call for random bytes: each of them lets another thread run, which delays both.
    """
    made: dict[str, Key] = {}
    for batch in _batches(subjects):
        query = f"SELECT subject FROM subject_key WHERE tenant = ? AND subject IN ({_marks(batch)})"  # noqa: S608 - only placeholders
        known = {row[0] for row in db.execute(query, (tenant, *batch))}
        fresh = [subject for subject in dict.fromkeys(batch) if subject not in known]
        size = KEY_BYTES + NONCE
        bits = os.urandom(size * len(fresh))
        values: list[object] = []
        for start, subject in zip(range(0, len(bits), size), fresh, strict=True):
            key, nonce = bits[start : start + KEY_BYTES], bits[start + KEY_BYTES : start + size]
            wrapped = wrap(secrets.current.wrapping_key, key, "subject", tenant, subject, str(VERSION), nonce=nonce)
            values += (tenant, subject, VERSION, wrapped, secrets.version)
            made[subject] = Key(VERSION, AESGCM(key))
        if fresh:
            rows = ", ".join(["(?, ?, ?, ?, ?)"] * len(fresh))
            db.execute(f"INSERT INTO subject_key VALUES {rows}", values)  # noqa: S608 - only placeholders
    return made


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    found = [*values]
    return (found[start : start + _BATCH_SIZE] for start in range(0, len(found), _BATCH_SIZE))


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))
