"""Keys and aliases that wait in memory while another process writes to the key store, so that calls go on.

The next transaction of this process stores them before it does anything else: only reads have to look here, and do so
before they look in the file. If the process dies first, what these keys seal can never be opened.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable
from functools import partial

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.db import Key
from unificx.privacy.key_file import KeyFile
from unificx.privacy.key_wrapping import KEY_BYTES, VERSION, wrap
from unificx.privacy.tenant_keys import TenantKeys

_Alias = tuple[str, str, str]
"""Tenant, kind and value: the key of its digest may be rotated while it waits."""


class WaitingKeys:
    """Keys and aliases of a key store that are not in its file yet."""

    def __init__(self, file: KeyFile, tenants: TenantKeys) -> None:
        self._file, self._tenants = file, tenants
        self._lock = threading.Lock()
        # Owner: this node, until the next transaction of the key store.
        self._keys: dict[tuple[str, str], bytes] = {}
        self._aliases: dict[_Alias, str] = {}

    def keys(self, tenant: str, subjects: Iterable[str]) -> dict[str, Key]:
        """Return the waiting keys among those of these subjects."""
        if not self._keys:
            return {}
        found = {subject: self._keys.get((tenant, subject)) for subject in subjects}
        return {subject: Key(VERSION, AESGCM(key)) for subject, key in found.items() if key is not None}

    def subject(self, tenant: str, kind: str, value: str) -> str | None:
        """Return the subject of a waiting alias."""
        return self._aliases.get((tenant, kind, value))

    def create_keys(self, tenant: str, subjects: Iterable[str]) -> dict[str, Key]:
        """Create and return keys of subjects without a key or a tombstone in the file. Raise KeysBusy."""
        with self._lock:
            for subject in subjects:
                owner = (tenant, subject)
                if owner not in self._keys:
                    key = os.urandom(KEY_BYTES)
                    self._file.put_off(partial(self._store_key, owner, key), partial(self._drop_key, owner))
                    self._keys[owner] = key
        return self.keys(tenant, subjects)

    def bind(self, alias: _Alias, subject: str) -> str:
        """Bind an alias to a subject, unless it waits already; return its subject. Raise KeysBusy."""
        with self._lock:
            if alias not in self._aliases:
                self._file.put_off(partial(self._store_alias, alias, subject), partial(self._drop_alias, alias))
                self._aliases[alias] = subject
            return self._aliases[alias]

    def _store_key(self, owner: tuple[str, str], key: bytes, db: sqlite3.Connection) -> None:
        tenant, subject = owner
        secrets = self._tenants.current(db, tenant)
        if secrets is not None:  # not erased meanwhile
            wrapped = wrap(secrets.current.wrapping_key, key, "subject", tenant, subject, str(VERSION))
            row = (tenant, subject, VERSION, wrapped, secrets.version)
            db.execute("INSERT OR IGNORE INTO subject_key VALUES (?, ?, ?, ?, ?)", row)

    def _store_alias(self, alias: _Alias, subject: str, db: sqlite3.Connection) -> None:
        tenant, kind, value = alias
        secrets = self._tenants.current(db, tenant)
        if secrets is not None:
            blind = secrets.current.alias_digest(kind, value)
            db.execute("INSERT OR IGNORE INTO alias VALUES (?, ?, ?, ?)", (tenant, kind, blind, subject))

    def _drop_key(self, owner: tuple[str, str]) -> None:
        self._keys.pop(owner, None)

    def _drop_alias(self, alias: _Alias) -> None:
        self._aliases.pop(alias, None)
