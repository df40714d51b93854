"""Proof that a master key belongs to a key store, and derived secrets of the installation."""

from cryptography.exceptions import InvalidTag

from unificx.core.errors import StartupError
from unificx.privacy.key_file import KeyFile
from unificx.privacy.master import MasterKey, derive_secret
from unificx.privacy.tenant_keys import TenantKeys

_PROOF_TEXT = b"this master key opens this key store"


class InstallationSecrets:
    """Proof and derivation root in a key store, both wrapped by the master key."""

    def __init__(self, file: KeyFile, master: MasterKey, tenants: TenantKeys) -> None:
        self._file, self._master, self._tenants = file, master, tenants

    def verify(self, installation_id: str) -> str:
        """Return the id of the installation, which is `installation_id` for an empty key store.

        Raise StartupError unless the master key opens it."""
        with self._file.writing() as db:
            row = db.execute("SELECT wrapped, installation FROM proof").fetchone()
            if row is None:
                row = (self._master.wrap(_PROOF_TEXT, "proof"), installation_id)
                db.execute("INSERT INTO proof VALUES (1, ?, ?)", (row[1], row[0]))
            try:
                self._master.unwrap(row[0], "proof")
            except InvalidTag:
                raise StartupError(
                    "The master key does not open the key store.",
                    hint="Restore the master key this installation was created with.",
                ) from None
            if self._tenants.master_ids() - self._master.ids - {""}:
                raise StartupError(
                    "The rotation of the master key is unfinished, and one of its two keys is missing.",
                    hint="Restore it beside the other one, one a line, the new key first.",
                )
            if db.execute("SELECT 1 FROM derivation").fetchone() is None:
                wrapped = self._master.wrap(self._master.derivation_root(row[0], "proof"), "derivation")
                db.execute("INSERT INTO derivation VALUES (1, ?, ?)", (wrapped, self._master.id))
            return row[1]

    def derive(self, purpose: str) -> bytes:
        """Return a 32-byte secret for a purpose: the same at every start, also when the master key was rotated."""
        with self._file.lock:
            wrapped = self._file.db.execute("SELECT wrapped FROM derivation").fetchone()[0]
        return derive_secret(self._master.unwrap(wrapped, "derivation"), purpose)

    def rewrap(self) -> None:
        """Wrap proof and root with the present master key: the end of its rotation."""
        with self._file.writing() as db:
            root = self._master.unwrap(db.execute("SELECT wrapped FROM derivation").fetchone()[0], "derivation")
            row = (self._master.wrap(root, "derivation"), self._master.id)
            db.execute("UPDATE derivation SET wrapped = ?, master = ?", row)
            db.execute("UPDATE proof SET wrapped = ?", (self._master.wrap(_PROOF_TEXT, "proof"),))
        self._file.truncate_log()
