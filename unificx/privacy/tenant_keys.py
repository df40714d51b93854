"""The tenant keys of a key store, with their versions.

While the key of a tenant is rotated, the former version is stored too, until no subject key is wrapped by it.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.db import Key
from unificx.privacy.key_file import KeyFile
from unificx.privacy.key_wrapping import TenantSecret, unwrap, wrap
from unificx.privacy.master import MasterKey

_REWRAPPING = (
    (
        "SELECT tenant, version, wrapped FROM tenant_key WHERE wrapped IS NOT NULL AND master <> ? LIMIT ?",
        "UPDATE tenant_key SET wrapped = ?, master = ? WHERE tenant = ? AND version = ?",
    ),
    (
        "SELECT tenant, version, wrapped FROM former_tenant_key WHERE master <> ? LIMIT ?",
        "UPDATE former_tenant_key SET wrapped = ?, master = ? WHERE tenant = ? AND version = ?",
    ),
)


@dataclass(frozen=True, slots=True)
class TenantSecrets:
    """The secrets of a tenant: the present one, and those of former versions that still wrap keys."""

    version: int
    current: TenantSecret
    former: dict[int, TenantSecret] = field(default_factory=dict[int, TenantSecret])

    def of(self, version: int) -> TenantSecret | None:
        return self.current if version == self.version else self.former.get(version)

    def unwrap(self, tenant: str, subject: str, version: int, wrapped: bytes, by: int) -> bytes:
        """Return the key of a subject that the secret of version `by` wraps. Raise InvalidTag for a damaged one, and
        for a missing secret."""
        secret = self.of(by)
        if secret is None:
            raise InvalidTag
        return unwrap(secret.wrapping_key, wrapped, "subject", tenant, subject, str(version))


KeyRows = dict[str, tuple[int, bytes | None, int]]
"""By subject: version of the key, the wrapped key or None, and the version of the tenant key that wraps it."""


def open_keys(secrets: TenantSecrets | None, tenant: str, rows: KeyRows) -> Iterator[tuple[str, Key | None]]:
    """Yield subject and key of each row; None for a destroyed key, and for all keys of a tenant without secrets.

    Raise InvalidTag for a damaged key, and for one that none of the secrets wraps."""
    for subject, (version, wrapped, by) in rows.items():
        if wrapped is None or secrets is None:
            yield subject, None
        else:
            yield subject, Key(version, AESGCM(secrets.unwrap(tenant, subject, version, wrapped, by)))


class TenantKeys:
    """Tenant keys in `file`, wrapped by `master`. Secrets that were read stay in memory until `forget`."""

    def __init__(self, file: KeyFile, master: MasterKey) -> None:
        self._file, self._master = file, master
        # Owner: the key store. A copy of this node; erasure and rotation empty it.
        self._secrets: dict[str, TenantSecrets] = {}
        self._lock = threading.Lock()
        self._forgotten = 0
        """Counts what was dropped: a read that was begun before does not bring it back."""

    def get(self, tenant: str) -> TenantSecrets | None:
        """Return the secrets of a tenant; None for an unknown or erased one."""
        cached = self._secrets.get(tenant)
        if cached is not None:
            return cached
        forgotten = self._forgotten
        with self._file.reading() as db:
            found = self.read(db, tenant)
        with self._lock:
            if found is not None and forgotten == self._forgotten:
                self._secrets[tenant] = found
        return found

    def current(self, db: sqlite3.Connection, tenant: str) -> TenantSecrets | None:
        """Return the secrets for a write in the present transaction: another process may have rotated the key since it
        was read. Creates the key of a new tenant; None for an erased one."""
        row = db.execute("SELECT version, wrapped IS NULL FROM tenant_key WHERE tenant = ?", (tenant,)).fetchone()
        if row is not None and row[1]:
            return None
        if row is None:
            db.execute(
                "INSERT INTO tenant_key VALUES (?, ?, 1, ?)", (tenant, *self._wrap(db, tenant, 1, os.urandom(32)))
            )
        cached = self._secrets.get(tenant)
        if cached is not None and row is not None and cached.version == row[0]:
            return cached
        self.forget(tenant)
        return self.read(db, tenant)  # in memory only once it is committed

    def add(self, tenant: str, secret: bytes) -> None:
        """Store the secret of a tenant that moves here, unless it has or had one."""
        with self._file.writing() as db:
            row = (tenant, *self._wrap(db, tenant, 1, secret))
            db.execute("INSERT OR IGNORE INTO tenant_key VALUES (?, ?, 1, ?)", row)

    def forget(self, tenant: str) -> None:
        """Drop what is in memory."""
        with self._lock:
            self._forgotten += 1
            self._secrets.pop(tenant, None)

    def forget_all(self) -> None:
        """Drop what is in memory of all tenants."""
        with self._lock:
            self._forgotten += 1
            self._secrets.clear()

    # Rotation of tenant keys

    def begin_rotation(self, tenants: list[str] | None) -> list[str]:
        """Give tenants a new version of their key, all of them with None, and return those whose rotation is
        unfinished. One whose earlier rotation is unfinished gets no further version."""
        with self._file.writing() as db:
            known = {row[0] for row in db.execute("SELECT tenant FROM tenant_key WHERE wrapped IS NOT NULL")}
            unfinished = {row[0] for row in db.execute("SELECT tenant FROM former_tenant_key")}
            for tenant in sorted(known.difference(unfinished).intersection(known if tenants is None else tenants)):
                self._new_version(db, tenant)
        for tenant in known:
            self.forget(tenant)
        return self.unfinished()

    def unfinished(self) -> list[str]:
        """Return the tenants with a former version of their key."""
        with self._file.read_lock:
            rows = self._file.reads.execute("SELECT DISTINCT tenant FROM former_tenant_key ORDER BY tenant").fetchall()
        return [row[0] for row in rows]

    def end_rotation(self, tenant: str, at: int) -> bool:
        """Destroy former versions of a tenant's key, and note that time, in milliseconds; return False if one of them
        still wraps a key.

        Raise KeysBusy if the old bytes could not be cleared yet."""
        query = (
            "SELECT 1 FROM subject_key WHERE tenant = ?1 AND wrapped IS NOT NULL"
            " AND wrapped_by <> (SELECT version FROM tenant_key WHERE tenant = ?1)"
            " UNION ALL SELECT 1 FROM withdrawn_key WHERE tenant = ?1"
            " AND wrapped_by <> (SELECT version FROM tenant_key WHERE tenant = ?1) LIMIT 1"
        )
        with self._file.writing() as db:
            if db.execute(query, (tenant,)).fetchone() is not None:
                return False
            db.execute("DELETE FROM former_tenant_key WHERE tenant = ?", (tenant,))
            db.execute("INSERT OR REPLACE INTO rotated VALUES ('tenants', ?)", (at,))
        self.forget(tenant)
        self._file.clear_log()
        return True

    def _new_version(self, db: sqlite3.Connection, tenant: str) -> None:
        found = self.read(db, tenant)
        assert found is not None
        kinds = {row[0] for row in db.execute("SELECT kind FROM alias_key WHERE tenant = ?", (tenant,))}
        kinds.update(_alias_kinds(db, tenant))
        secret, version = os.urandom(32), found.version + 1
        db.execute(
            "INSERT INTO former_tenant_key SELECT tenant, version, wrapped, master FROM tenant_key WHERE tenant = ?",
            (tenant,),
        )
        row = (*self._wrap(db, tenant, version, secret), version, tenant)
        db.execute("UPDATE tenant_key SET wrapped = ?, master = ?, version = ? WHERE tenant = ?", row)
        wrapping_key = TenantSecret(secret).wrapping_key
        for kind in kinds:
            wrapped = wrap(wrapping_key, found.current.alias_key(kind), "alias", tenant, kind)
            db.execute("INSERT OR REPLACE INTO alias_key VALUES (?, ?, ?)", (tenant, kind, wrapped))

    # Rotation of the master key

    def master_ids(self) -> set[str]:
        """Return the ids of the master keys that wrap a tenant key; "" for keys of former versions of this program."""
        query = "SELECT master FROM tenant_key WHERE wrapped IS NOT NULL UNION SELECT master FROM former_tenant_key"
        with self._file.read_lock:
            return {row[0] for row in self._file.reads.execute(query)}

    def count_of_other_masters(self) -> int:
        """Return the number of tenant keys that another than the present master key wraps."""
        query = (
            "SELECT (SELECT count(*) FROM tenant_key WHERE wrapped IS NOT NULL AND master <> ?1)"
            " + (SELECT count(*) FROM former_tenant_key WHERE master <> ?1)"
        )
        with self._file.read_lock:
            return int(self._file.reads.execute(query, (self._master.id,)).fetchone()[0])

    def is_other_master_used(self, db: sqlite3.Connection) -> bool:
        """Whether another than the present master key wraps a tenant key, in the present transaction."""
        return any(db.execute(query, (self._master.id, 1)).fetchone() for query, _ in _REWRAPPING)

    def rewrap(self, limit: int) -> int:
        """Wrap at most `limit` tenant keys with the present master key; return their number."""
        done = 0
        with self._file.writing() as db:
            for query, update in _REWRAPPING:
                for tenant, version, wrapped in db.execute(query, (self._master.id, limit - done)).fetchall():
                    context = _context(tenant, version)
                    fresh = self._master.wrap(self._master.unwrap(wrapped, *context), *context)
                    db.execute(update, (fresh, self._master.id, tenant, version))
                    done += 1
        return done

    def read(self, db: sqlite3.Connection, tenant: str) -> TenantSecrets | None:
        """Return the secrets of a tenant as they are in the present transaction; None for an unknown or erased one."""
        row = db.execute("SELECT version, wrapped, master FROM tenant_key WHERE tenant = ?", (tenant,)).fetchone()
        if row is None or row[1] is None:
            return None
        secret = self._unwrap(tenant, *row)
        wrapping_key = TenantSecret(secret).wrapping_key
        alias_keys = {
            kind: unwrap(wrapping_key, wrapped, "alias", tenant, kind)
            for kind, wrapped in db.execute("SELECT kind, wrapped FROM alias_key WHERE tenant = ?", (tenant,))
        }
        query = "SELECT version, wrapped, master FROM former_tenant_key WHERE tenant = ?"
        former = {
            version: TenantSecret(self._unwrap(tenant, version, wrapped, master))
            for version, wrapped, master in db.execute(query, (tenant,)).fetchall()
        }
        return TenantSecrets(row[0], TenantSecret(secret, alias_keys), former)

    def _unwrap(self, tenant: str, version: int, wrapped: bytes, master: str) -> bytes:
        self._master.require(master)
        return self._master.unwrap(wrapped, *_context(tenant, version))

    def _wrap(self, db: sqlite3.Connection, tenant: str, version: int, secret: bytes) -> tuple[bytes, str]:
        """Return a tenant key wrapped by the present master key, and its id, for a write in the present transaction.

        The end of a rotation of the master key names the new one in `derivation`, and destroys the former one then:
        what that wraps is wrapped anew if it was written before, and must not be written afterwards."""
        row = db.execute("SELECT master FROM derivation").fetchone()
        if row is not None:
            self._master.require(row[0])
        return self._master.wrap(secret, *_context(tenant, version)), self._master.id


def _context(tenant: str, version: int) -> tuple[str, ...]:
    return ("tenant", tenant) if version == 1 else ("tenant", tenant, str(version))


def _alias_kinds(db: sqlite3.Connection, tenant: str) -> list[str]:
    """Return the kinds of aliases in a tenant, by one look-up in the index for each."""
    kinds: list[str] = []
    query = "SELECT min(kind) FROM alias WHERE tenant = ? AND kind > ?"
    while (kind := db.execute(query, (tenant, kinds[-1] if kinds else "")).fetchone()[0]) is not None:
        kinds.append(kind)
    return kinds
