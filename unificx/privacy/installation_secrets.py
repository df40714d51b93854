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
        proof = self._proof()
        if proof is None:
            row = (installation_id, self._master.wrap(_PROOF_TEXT, "proof"))
            with self._file.writing() as db:
                db.execute("INSERT OR IGNORE INTO proof VALUES (1, ?, ?)", row)
            proof = self._proof() or row
        try:
            self._master.unwrap(proof[1], "proof")
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
        if self._root() is None:
            wrapped = self._master.wrap(self._master.derivation_root(proof[1], "proof"), "derivation")
            with self._file.writing() as db:
                db.execute("INSERT OR IGNORE INTO derivation VALUES (1, ?, ?)", (wrapped, self._master.id))
        return proof[0]

    def derive(self, purpose: str) -> bytes:
        """Return a 32-byte secret for a purpose: the same at every start, also when the master key was rotated."""
        wrapped = self._root()
        assert wrapped is not None
        return derive_secret(self._master.unwrap(wrapped, "derivation"), purpose)

    def rewrap(self) -> None:
        """Wrap proof and root with the present master key: the end of its rotation."""
        with self._file.writing() as db:
            root = self._master.unwrap(db.execute("SELECT wrapped FROM derivation").fetchone()[0], "derivation")
            row = (self._master.wrap(root, "derivation"), self._master.id)
            db.execute("UPDATE derivation SET wrapped = ?, master = ?", row)
            db.execute("UPDATE proof SET wrapped = ?", (self._master.wrap(_PROOF_TEXT, "proof"),))
        self._file.clear_log()

    def _proof(self) -> tuple[str, bytes] | None:
        with self._file.read_lock:
            return self._file.reads.execute("SELECT installation, wrapped FROM proof").fetchone()

    def _root(self) -> bytes | None:
        with self._file.read_lock:
            row = self._file.reads.execute("SELECT wrapped FROM derivation").fetchone()
        return None if row is None else row[0]
