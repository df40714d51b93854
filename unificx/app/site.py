"""Where everything of one installation lies. Light to import: every command needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from unificx.kernel.errors import CannotStart

DATABASE_VARIABLE = "UNIFICX_DATABASE"


class InUse(CannotStart):
    """Another process has the installation."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything of one installation lies on the disk."""

    home: Path

    @property
    def database(self) -> Path:
        return self.home / "unificx.db"

    @property
    def keys(self) -> Path:
        return self.home / "keys.db"

    @property
    def erased(self) -> Path:
        """The journal of erasures."""
        return self.home / "erased.journal"

    @property
    def spool(self) -> Path:
        return self.home / "spool"

    @property
    def audio(self) -> Path:
        """Sealed recordings, a file each."""
        return self.home / "audio"

    @property
    def models(self) -> Path:
        """What a recogniser of speech knows; made from a package when it is first needed."""
        return self.home / "models"

    @property
    def push_key(self) -> Path:
        """What pushes are signed with, sealed by the master key."""
        return self.home / "push.key"

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
        """Where a running server says on which addresses it answers."""
        return self.home / "ready.json"


def database_url(site: Site, environ: Mapping[str, str]) -> str:
    """The database to use: one setting turns SQLite into PostgreSQL."""
    return environ.get(DATABASE_VARIABLE) or f"sqlite:///{site.database}"
