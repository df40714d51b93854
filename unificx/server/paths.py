"""Paths of an installation. Light to import: every command needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from unificx.core.errors import StartupError

DATABASE_VARIABLE = "UNIFICX_DATABASE"


class InstallationInUse(StartupError):
    """Another process is using the installation."""


@dataclass(frozen=True, slots=True)
class InstallationPaths:
    """The files and directories of an installation."""

    home: Path

    @property
    def database(self) -> Path:
        return self.home / "unificx.db"

    @property
    def keys(self) -> Path:
        return self.home / "keys.db"

    @property
    def former_erasure_journal(self) -> Path:
        """The erasure journal where former versions kept it."""
        return self.home / "erased.journal"

    @property
    def spool(self) -> Path:
        return self.home / "spool"

    @property
    def audio(self) -> Path:
        """Sealed recordings, one file each."""
        return self.home / "audio"

    @property
    def access_copies(self) -> Path:
        """Sealed access copies, one file each, deleted after seven days."""
        return self.home / "copies"

    @property
    def models(self) -> Path:
        """Speech recognition models; unpacked from a package on first use."""
        return self.home / "models"

    @property
    def push_key(self) -> Path:
        """Signing key of push messages, sealed with the master key."""
        return self.home / "push.key"

    @property
    def dkim_key(self) -> Path:
        """Signing key of e-mails, sealed with the master key. Made by `unificx mail dkim` only."""
        return self.home / "dkim.key"

    @property
    def receipt_key(self) -> Path:
        """Signing key of receipts of erasures, sealed with the master key."""
        return self.home / "receipts.key"

    @property
    def tls(self) -> Path:
        return self.home / "tls"

    @property
    def control(self) -> Path:
        return self.home / "control.sock"

    @property
    def lock(self) -> Path:
        return self.home / "lock"

    @property
    def ready(self) -> Path:
        """Addresses of the running server."""
        return self.home / "ready.json"


def certificates_in(directory: Path) -> tuple[Path, ...]:
    """Return those of the public domain, otherwise that of the own authority; none before the first start."""
    issued = tuple(sorted({path.with_suffix(".pem") for path in (directory / "acme").glob("*.json")}))
    return issued or ((directory / "server.pem",) if directory.exists() else ())


def database_url(paths: InstallationPaths, environ: Mapping[str, str]) -> str:
    """Return the database URL: one setting switches from SQLite to PostgreSQL."""
    return environ.get(DATABASE_VARIABLE) or f"sqlite:///{paths.database}"
