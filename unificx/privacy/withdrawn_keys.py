"""Keys of erased subjects with objects under a hold: withdrawn from all purposes but one, and destroyed on release.

In the key store, a withdrawn key has the tombstone of a destroyed one: it opens nothing, is never created again, and
the aliases of its subject are gone. Its bytes are in a table of their own, which opens them for requests about personal
data only.
"""

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.core.access import stated_access
from unificx.db import Key
from unificx.privacy.key_file import KeyFile
from unificx.privacy.key_wrapping import unwrap, wrap
from unificx.privacy.tenant_keys import TenantSecrets

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

    def open(self, secrets: TenantSecrets, tenant: str, subjects: Sequence[str]) -> dict[str, Key]:
        """Return the withdrawn keys of these subjects: none unless the stated purpose is requests. Raise InvalidTag."""
        access = stated_access()
        if not subjects or access is None or access.purpose != PURPOSE:
            return {}
        query = (
            "SELECT version, wrapped, wrapped_by FROM withdrawn_key WHERE tenant = ? AND subject = ?"
            " ORDER BY version DESC"
        )
        found: dict[str, Key] = {}
        with self._file.read_lock:
            for subject in subjects:
                row = self._file.reads.execute(query, (tenant, subject)).fetchone()
                if row is not None:
                    version, wrapped, by = row
                    context = ("subject", tenant, subject, str(version))
                    found[subject] = Key(version, AESGCM(_unwrap(secrets, wrapped, by, context)))
        return found

    def rewrap(self, secrets: TenantSecrets, tenant: str) -> None:
        """Wrap all withdrawn keys of a tenant with its present key, within a transaction."""
        query = "SELECT subject, version, wrapped, wrapped_by FROM withdrawn_key WHERE tenant = ? AND wrapped_by <> ?"
        update = "UPDATE withdrawn_key SET wrapped = ?, wrapped_by = ? WHERE tenant = ? AND subject = ? AND version = ?"
        for subject, version, wrapped, by in self._db.execute(query, (tenant, secrets.version)).fetchall():
            context = ("subject", tenant, subject, str(version))
            fresh = wrap(secrets.current.wrapping_key, _unwrap(secrets, wrapped, by, context), *context)
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


def _unwrap(secrets: TenantSecrets, wrapped: bytes, by: int, context: tuple[str, ...]) -> bytes:
    secret = secrets.of(by)
    if secret is None:  # rotated since the secrets were read
        raise InvalidTag
    return unwrap(secret.wrapping_key, wrapped, *context)
