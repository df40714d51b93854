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
        if not self._opens_proof() and not (self._master.read_again() and self._opens_proof()):
            raise StartupError(
                "The master key does not open the key store.",
                hint="Use the master key that belongs to it: each rotation makes a new one.",
            )
        if self._has_unknown_masters() and not (self._master.read_again() and not self._has_unknown_masters()):
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
        found = self._root()
        assert found is not None
        self._master.require(found[1])
        return derive_secret(self._master.unwrap(found[0], "derivation"), purpose)

    def rewrap(self) -> bool:
        """Wrap proof and root with the present master key: the end of its rotation. Return False if another process has
        wrapped a tenant key with the former one meanwhile."""
        with self._file.writing() as db:
            if self._tenants.is_other_master_used(db):
                return False
            root = self._master.unwrap(db.execute("SELECT wrapped FROM derivation").fetchone()[0], "derivation")
            row = (self._master.wrap(root, "derivation"), self._master.id)
            db.execute("UPDATE derivation SET wrapped = ?, master = ?", row)
            db.execute("UPDATE proof SET wrapped = ?", (self._master.wrap(_PROOF_TEXT, "proof"),))
        self._file.clear_log()
        return True

    def _opens_proof(self) -> bool:
        proof = self._proof()
        try:
            return proof is not None and self._master.unwrap(proof[1], "proof") == _PROOF_TEXT
        except InvalidTag:
            return False

    def _has_unknown_masters(self) -> bool:
        return bool(self._tenants.master_ids() - self._master.ids - {""})

    def _proof(self) -> tuple[str, bytes] | None:
        with self._file.read_lock:
            return self._file.reads.execute("SELECT installation, wrapped FROM proof").fetchone()

    def _root(self) -> tuple[bytes, str] | None:
        """Return the wrapped root, and the id of the master key that wraps it."""
        with self._file.read_lock:
            return self._file.reads.execute("SELECT wrapped, master FROM derivation").fetchone()
