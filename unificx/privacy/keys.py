"""Key store: master key -> tenant key -> subject key, in a separate SQLite file, even with PostgreSQL.

Every key is wrapped with AES-256-GCM by its parent; the master key is not stored here. Destroying a subject's key
leaves a tombstone, and a key with a tombstone is never created again. The bytes are overwritten (secure_delete) and the
write-ahead log is truncated, so that no file of this store contains an erased key.

Calls are synchronous and short: a dictionary lookup if cached, otherwise some microseconds.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.core.clock import Clock, random_id
from unificx.core.errors import Conflict, StartupError
from unificx.db import ErasedSubject, Key
from unificx.privacy.cache import KeyCache
from unificx.privacy.journal import JournalHead
from unificx.privacy.key_wrapping import TenantSecret, unwrap, wrap
from unificx.privacy.known_journal import KnownJournal
from unificx.privacy.master import MasterKey
from unificx.privacy.withdrawn_keys import WITHDRAWN_SCHEMA, WithdrawnKeys

_SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS proof (
    id INTEGER PRIMARY KEY CHECK (id = 1), installation TEXT NOT NULL, wrapped BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS tenant_key (tenant TEXT PRIMARY KEY, wrapped BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subject_key (
    tenant TEXT NOT NULL, subject TEXT NOT NULL, version INTEGER NOT NULL, wrapped BLOB,
    PRIMARY KEY (tenant, subject)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alias (
    tenant TEXT NOT NULL, kind TEXT NOT NULL, blind BLOB NOT NULL, subject TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, blind)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alias_of ON alias (subject);
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY CHECK (id = 1), length INTEGER NOT NULL, mac TEXT NOT NULL
);
"""
    + WITHDRAWN_SCHEMA
)
# NULL in `wrapped` is the tombstone of a destroyed key.

_PROOF_TEXT = b"this master key opens this key store"
_VERSION = 1
_BATCH_SIZE = 500
_CHECKPOINT_ATTEMPTS = 5


class KeysBusy(RuntimeError):
    """The key was destroyed, but another process still reads the old log; repeat to finish."""


class NumberingPlan(Protocol):
    """The rules by which numbers are written in a tenant's country."""

    def canonical(self, tenant: str, number: str) -> str:
        """Return a number in E.164, or a short number as it is dialled; "" for other texts."""
        ...


class _NoNumberingPlan:
    def canonical(self, tenant: str, number: str) -> str:
        del tenant
        return number


class KeyStore:
    """Keys and aliases in the file `path`. `master` wraps the tenant keys, or is the 32-byte master key itself.

    Raise StartupError for a file of another master key.
    """

    def __init__(self, path: Path, master: MasterKey | bytes, clock: Clock) -> None:
        self.clock = clock
        self.numbering_plan: NumberingPlan = _NoNumberingPlan()
        """Set by the composition root."""
        self._lock = threading.RLock()
        self._cache = KeyCache(clock.monotonic)
        # Owner: the key store. A copy of this node; erasure empties it.
        self._secrets: dict[str, TenantSecret] = {}
        self._master = MasterKey(master) if isinstance(master, bytes) else master
        self._db = _open(path)
        self.journal = KnownJournal(self._db, self._lock)
        self.withdrawn = WithdrawnKeys(self._db, self._lock)
        try:
            self.installation_id = self._verify_master_key()
            """Random id of the installation, also stored in its database."""
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @property
    def is_empty(self) -> bool:
        """Whether the store has no keys."""
        with self._lock:
            return self._db.execute("SELECT 1 FROM tenant_key LIMIT 1").fetchone() is None

    # Keys

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Return the key of each subject; None for a destroyed one and, unless `create`, for a missing one."""
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

    def _fetch(self, tenant: str, subjects: list[str], create: bool) -> dict[str, Key | None]:
        epoch = self._cache.current_epoch()
        found: dict[str, Key | None] = dict.fromkeys(subjects)
        secret = self._secret(tenant, create)
        if secret is None:
            return found
        rows = self._rows(tenant, subjects)
        if create and len(rows) < len(found):
            made = self._create_keys(tenant, secret, found.keys() - rows.keys())
            found.update(made)
            for subject, key in made.items():
                self._cache.put(epoch, tenant, subject, key)
            rows |= self._rows(tenant, [*found.keys() - rows.keys() - made.keys()])
        for subject, (version, wrapped) in rows.items():
            if wrapped is None:
                continue
            key = Key(version, AESGCM(unwrap(secret.wrapping_key, wrapped, "subject", tenant, subject, str(version))))
            found[subject] = key
            self._cache.put(epoch, tenant, subject, key)
        found.update(self.withdrawn.open(secret, tenant, [subject for subject in subjects if found[subject] is None]))
        return found

    def _rows(self, tenant: str, subjects: list[str]) -> dict[str, tuple[int, bytes | None]]:
        rows: dict[str, tuple[int, bytes | None]] = {}
        for start in range(0, len(subjects), _BATCH_SIZE):
            batch = subjects[start : start + _BATCH_SIZE]
            placeholders = ",".join("?" * len(batch))
            query = (
                f"SELECT subject, version, wrapped FROM subject_key WHERE tenant = ? AND subject IN ({placeholders})"  # noqa: S608 - only placeholders
            )
            with self._lock:
                for subject, version, wrapped in self._db.execute(query, (tenant, *batch)):
                    rows[subject] = (version, wrapped)
        return rows

    def _create_keys(self, tenant: str, secret: TenantSecret, subjects: Iterable[str]) -> dict[str, Key]:
        """Create keys; return those of the subjects that had neither a key nor a tombstone."""
        with self._writing() as db:
            made = {subject: _insert_key(db, tenant, secret, subject) for subject in subjects}
        return {subject: key for subject, key in made.items() if key is not None}

    def destroy(self, tenant: str, subject: str, journal: JournalHead | None = None, *, withdraw: bool = False) -> int:
        """Destroy a subject's key and its aliases; return the number of aliases. Idempotent. `journal` is stored in
        the same transaction. With `withdraw`, the key is only withdrawn (`WithdrawnKeys`), until it is destroyed.

        An unknown subject gets a tombstone too. Raise KeysBusy if the old bytes could not be cleared yet.
        """
        self._cache.drop(tenant, subject)
        with self._writing() as db:
            if withdraw:
                self.withdrawn.take(tenant, subject)
            else:
                self.withdrawn.drop(tenant, subject)
            db.execute(
                "INSERT INTO subject_key VALUES (?, ?, ?, NULL) ON CONFLICT DO UPDATE SET wrapped = NULL",
                (tenant, subject, _VERSION),
            )
            # In every scope: installation-wide sign-in aliases belong to the same subject.
            aliases = db.execute("DELETE FROM alias WHERE subject = ?", (subject,)).rowcount
            self.journal.store(journal)
        self._truncate_log()
        self._cache.drop(tenant, subject)
        return aliases

    def subjects(self, tenant: str) -> list[str]:
        """Return the subjects that have or had a key."""
        with self._lock:
            return [row[0] for row in self._db.execute("SELECT subject FROM subject_key WHERE tenant = ?", (tenant,))]

    def tenants_with(self, subject: str) -> list[str]:
        """Return the tenants that have or had a key of this subject."""
        with self._lock:
            return [row[0] for row in self._db.execute("SELECT tenant FROM subject_key WHERE subject = ?", (subject,))]

    def remove(self, tenant: str, subjects: Sequence[str]) -> None:
        """Destroy keys of objects, in one transaction and without tombstones: their random ids are never used again.

        Raise KeysBusy if the old bytes could not be cleared yet.
        """
        if not subjects:
            return
        for subject in subjects:
            self._cache.drop(tenant, subject)
        with self._writing() as db:
            rows = [(tenant, subject) for subject in subjects]
            db.executemany("DELETE FROM subject_key WHERE tenant = ? AND subject = ?", rows)
        self._truncate_log()
        for subject in subjects:
            self._cache.drop(tenant, subject)

    def destroy_tenant(self, tenant: str, journal: JournalHead | None = None) -> None:
        """Destroy a tenant's key and with it all keys and aliases of its subjects. Idempotent. `journal` is stored in
        the same transaction."""
        self._drop_cached_tenant(tenant)
        with self._writing() as db:
            db.execute("INSERT INTO tenant_key VALUES (?, NULL) ON CONFLICT DO UPDATE SET wrapped = NULL", (tenant,))
            db.execute(
                "DELETE FROM alias WHERE subject IN (SELECT subject FROM subject_key WHERE tenant = ?)", (tenant,)
            )
            db.execute("DELETE FROM alias WHERE tenant = ?", (tenant,))
            db.execute("UPDATE subject_key SET wrapped = NULL WHERE tenant = ?", (tenant,))
            self.withdrawn.drop(tenant)
            self.journal.store(journal)
        self._truncate_log()
        self._drop_cached_tenant(tenant)

    def is_destroyed(self, tenant: str, subject: str) -> bool:
        """Whether the subject's key or its tenant's key has a tombstone."""
        query = (
            "SELECT 1 FROM subject_key WHERE tenant = ?1 AND subject = ?2 AND wrapped IS NULL"
            " UNION SELECT 1 FROM tenant_key WHERE tenant = ?1 AND wrapped IS NULL"
        )
        with self._lock:
            return self._db.execute(query, (tenant, subject)).fetchone() is not None

    def _drop_cached_tenant(self, tenant: str) -> None:
        self._cache.drop_tenant(tenant)
        with self._lock:
            self._secrets.pop(tenant, None)

    def _truncate_log(self) -> None:
        with self._lock:
            for _ in range(_CHECKPOINT_ATTEMPTS):
                busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return
        raise KeysBusy("another process still reads the key store's log")

    # Aliases map a number or an e-mail address to a subject, by a keyed digest that cannot be brute-forced without the
    # tenant's key. Values are passed in canonical form: +E.164, lower-case addresses.

    def find(self, tenant: str, kind: str, value: str) -> str | None:
        """Return the subject bound to a value in this tenant, if any."""
        secret = self._secret(tenant, create=False)
        if secret is None:
            return None
        with self._lock:
            return self._find(tenant, kind, secret.alias_digest(kind, value))

    def find_or_create(self, tenant: str, kind: str, value: str) -> str:
        """Return the subject bound to a value; for a new value create a subject with its key.

        Raise ErasedSubject if the tenant was erased.
        """
        secret = self._require_secret(tenant)
        blind = secret.alias_digest(kind, value)
        with self._lock:
            subject = self._find(tenant, kind, blind)
            if subject is not None:
                return subject
            fresh = random_id(self.clock)
            with self._writing() as db:
                db.execute("INSERT OR IGNORE INTO alias VALUES (?, ?, ?, ?)", (tenant, kind, blind, fresh))
                subject = self._find(tenant, kind, blind) or fresh
                _insert_key(db, tenant, secret, subject)
            return subject

    def bind(self, tenant: str, kind: str, value: str, subject: str) -> None:
        """Bind a value to `subject`. Raise Conflict if it is bound to another; ErasedSubject."""
        blind = self._require_secret(tenant).alias_digest(kind, value)
        with self._writing() as db:
            if self.is_destroyed(tenant, subject):
                raise ErasedSubject("the subject was erased")
            db.execute("INSERT OR IGNORE INTO alias VALUES (?, ?, ?, ?)", (tenant, kind, blind, subject))
            if self._find(tenant, kind, blind) != subject:
                raise Conflict("This value is already in use.", field=kind)

    def unbind(self, tenant: str, kind: str, value: str) -> None:
        """Remove the binding of a value; its subject stays."""
        secret = self._secret(tenant, create=False)
        if secret is not None:
            with self._writing() as db:
                blind = secret.alias_digest(kind, value)
                db.execute("DELETE FROM alias WHERE tenant = ? AND kind = ? AND blind = ?", (tenant, kind, blind))

    def is_bound(self, tenant: str, kind: str, subject: str) -> bool:
        """Whether any value of the kind is bound to the subject."""
        query = "SELECT 1 FROM alias WHERE tenant = ? AND kind = ? AND subject = ? LIMIT 1"
        with self._lock:
            return self._db.execute(query, (tenant, kind, subject)).fetchone() is not None

    def unbind_all(self, tenant: str, kind: str, subject: str) -> None:
        """Remove all bindings of the kind to the subject; the subject stays."""
        with self._writing() as db:
            db.execute("DELETE FROM alias WHERE tenant = ? AND kind = ? AND subject = ?", (tenant, kind, subject))

    def _find(self, tenant: str, kind: str, blind: bytes) -> str | None:
        query = "SELECT subject FROM alias WHERE tenant = ? AND kind = ? AND blind = ?"
        row = self._db.execute(query, (tenant, kind, blind)).fetchone()
        return row[0] if row else None

    # Tenant keys

    def _require_secret(self, tenant: str) -> TenantSecret:
        secret = self._secret(tenant, create=True)
        if secret is None:
            raise ErasedSubject("the tenant was erased")
        return secret

    def _secret(self, tenant: str, create: bool) -> TenantSecret | None:
        cached = self._secrets.get(tenant)
        if cached is not None:
            return cached
        with self._lock:
            query = "SELECT wrapped FROM tenant_key WHERE tenant = ?"
            row = self._db.execute(query, (tenant,)).fetchone()
            if row is None and create:
                wrapped = self._master.wrap(os.urandom(32), "tenant", tenant)
                with self._writing() as db:
                    db.execute("INSERT OR IGNORE INTO tenant_key VALUES (?, ?)", (tenant, wrapped))
                row = self._db.execute(query, (tenant,)).fetchone()
            if row is None or row[0] is None:
                return None
            secret = TenantSecret(self._master.unwrap(row[0], "tenant", tenant))
            self._secrets[tenant] = secret
            return secret

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _verify_master_key(self) -> str:
        """Verify the master key and return the installation id; initialize an empty store."""
        with self._writing() as db:
            row = db.execute("SELECT wrapped, installation FROM proof").fetchone()
            if row is None:
                installation = self.clock.new_id()
                db.execute(
                    "INSERT INTO proof VALUES (1, ?, ?)", (installation, self._master.wrap(_PROOF_TEXT, "proof"))
                )
                return installation
            try:
                self._master.unwrap(row[0], "proof")
            except InvalidTag:
                raise StartupError(
                    "The master key does not open the key store.",
                    hint="Restore the master key this installation was created with.",
                ) from None
            return row[1]


def _insert_key(db: sqlite3.Connection, tenant: str, secret: TenantSecret, subject: str) -> Key | None:
    """Insert a new key and return it; None if there is one already, or a tombstone."""
    fresh = AESGCM.generate_key(256)
    wrapped = wrap(secret.wrapping_key, fresh, "subject", tenant, subject, str(_VERSION))
    row = (tenant, subject, _VERSION, wrapped)
    inserted = db.execute("INSERT OR IGNORE INTO subject_key VALUES (?, ?, ?, ?)", row).rowcount
    return Key(_VERSION, AESGCM(fresh)) if inserted else None


def _open(path: Path) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2.0)
    except OSError as error:
        raise StartupError(
            f"The key store cannot be opened: {error.strerror}.", hint="Check the directory and its permissions."
        ) from None
    try:
        db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;" + _SCHEMA)
        # Clear keys that a previous process destroyed but could not clear from the log.
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.DatabaseError:
        db.close()
        raise StartupError(
            "The key store is damaged or is not a UnifiCX key store.", hint="Restore keys.db from its latest backup."
        ) from None
    return db
