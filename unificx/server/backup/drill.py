"""A drill: restore a backup into a directory of its own, open it as a start of the server does, check it, delete it.

Nothing of the running installation is changed. Master key and erasure journal are those of the installation.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NoReturn

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from unificx.cluster import LocalEventBus
from unificx.core.clock import Clock
from unificx.core.errors import DomainError, Invalid
from unificx.db import Base, Database, claim_database
from unificx.db.migrations import migrate_in_child
from unificx.identity import OPERATOR_SLUG
from unificx.privacy import Erasure, ErasureJournal, KeyStore, erasure_journal_file, load_master
from unificx.server.backup.archive import Progress
from unificx.server.backup.operations import restore
from unificx.server.backup.sources import temporary_postgresql
from unificx.server.blob_config import BLOBS_VARIABLE
from unificx.server.paths import DATABASE_VARIABLE, InstallationPaths, database_url
from unificx.server.verification.stored import StoredKeys, files_with_rows, journal_in, sealed_subjects

DRILL_PREFIX = ".drill-"
_KEYS_AT_ONCE = 500
DrillFault = Literal["damaged", "not_restored", "keys", "journal", "database", "values", "files", "erased"]
"""`damaged`: no whole backup. `not_restored`: no space, no master key, or no database to restore into. `keys`: not
opened by the present master key. `journal`: the erasure journal is older than the backup. `database`: not opened, or of
another installation. `values`: sealed values without a key. `files`: rows whose file is missing. `erased`: something
erased is readable."""


@dataclass(frozen=True, slots=True)
class DrillResult:
    """The contents of a backup, and which checks failed, in their order. The numbers are 0 if it was not opened.
    `repeated`: erasures since the backup, which were carried out again."""

    at: datetime
    faults: tuple[DrillFault, ...] = ()
    detail: str = ""
    """About the faults, for the command line."""
    tenants: int = 0
    people: int = 0
    files: int = 0
    erased: int = 0
    repeated: int = 0


class _Failed(Exception):
    """A step failed, so that the following ones make no sense."""

    def __init__(self, fault: DrillFault, detail: str) -> None:
        super().__init__(detail)
        self.fault: DrillFault = fault


async def drill(
    backup: Path, paths: InstallationPaths, environ: Mapping[str, str], clock: Clock, progress: Progress
) -> DrillResult:
    """Try a backup of the installation in `paths`, in a directory beside the backup. Raise OSError if that cannot be
    made."""
    now = clock.now()
    with tempfile.TemporaryDirectory(prefix=DRILL_PREFIX, dir=backup.parent) as name, ExitStack() as stack:
        folder = Path(name)
        trial = _Trial(InstallationPaths(folder / "home"), folder / "home.erasures", clock, now)
        try:
            with _as("not_restored"):
                master = load_master(paths.home, environ, create=False)
                settings = _settings(stack, environ)
            trial.restore(backup, settings, progress)
            with _as("journal"), suppress(FileNotFoundError):  # key store and database say whether it should exist
                shutil.copy(erasure_journal_file(paths.home, environ), trial.journal)
            with _as("keys"):
                keys = stack.enter_context(closing(KeyStore(trial.paths.keys, master, clock)))
            return await trial.check(keys, database_url(trial.paths, settings), sound=BLOBS_VARIABLE not in environ)
        except _Failed as failed:
            return DrillResult(now, (failed.fault,), str(failed))


def _settings(stack: ExitStack, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the restored installation: with PostgreSQL a database of its own. Raise StartupError."""
    configured = environ.get(DATABASE_VARIABLE, "")
    if not configured.startswith("postgresql"):
        return {}
    return {DATABASE_VARIABLE: stack.enter_context(temporary_postgresql(configured))}


@contextmanager
def _as(fault: DrillFault) -> Iterator[None]:
    """Raise _Failed for what an installation that cannot be opened raises."""
    try:
        yield
    except (DomainError, OSError, SQLAlchemyError) as reason:
        _fail(fault, reason)


def _fail(fault: DrillFault, reason: Exception) -> NoReturn:
    if isinstance(reason, DomainError):
        detail = f"{reason.message} {reason.hint}".strip()
    else:  # the texts of drivers may quote addresses and user names
        cause = reason.strerror if isinstance(reason, OSError) else None
        detail = f"{cause or type(reason).__name__}."
    raise _Failed(fault, detail) from None


@dataclass(frozen=True, slots=True)
class _Trial:
    """The restored installation, and a copy of the erasure journal."""

    paths: InstallationPaths
    journal: Path
    clock: Clock
    now: datetime

    def restore(self, backup: Path, settings: Mapping[str, str], progress: Progress) -> None:
        try:
            restore(backup, self.paths.home, settings, progress)
        except Invalid as reason:
            _fail("damaged", reason)
        except (DomainError, OSError) as reason:
            _fail("not_restored", reason)

    async def check(self, keys: KeyStore, url: str, *, sound: bool) -> DrillResult:
        """Repeat the erasures and migrate the database, as a start does; then check keys, values and files."""
        journal = ErasureJournal(self.journal, keys.secrets.derive("erasure journal"))
        database = Database(url, self.clock)
        try:
            with _as("journal"):
                journal.open()
                repeated = Erasure(journal, keys, self.clock, LocalEventBus(_ignore)).replay()
            with _as("database"):
                await migrate_in_child(database, url)
                await claim_database(database, keys.installation_id, keys_unused=False)
            with _as("journal"):
                journal.require(await journal_in(database), "the database")
            missing = await files_with_rows(database) - _files(self.paths) if sound else set[str]()
            checks: tuple[tuple[DrillFault, list[str]], ...] = (
                ("keys", _closed_keys(keys, self.paths)),
                ("values", await _values_without_key(database, self.paths)),
                ("files", sorted(missing)),
                ("erased", _readable(keys, journal, self.paths)),
            )
            found: tuple[DrillFault, ...] = tuple(fault for fault, some in checks if some)
            detail = " ".join(f"{len(some)} {fault}, such as {some[0]}." for fault, some in checks if some)
            tenants, people = await _count(database)
            erased = len({(entry.tenant, entry.subject) for entry in journal.entries()})
            files = len(_files(self.paths))
            return DrillResult(self.now, found, detail, tenants, people, files, erased, repeated)
        finally:
            await database.close()


def _closed_keys(keys: KeyStore, paths: InstallationPaths) -> list[str]:
    """Return data subjects whose key is there and does not open."""
    found: list[str] = []
    for tenant, subjects in StoredKeys(paths.keys).present().items():
        for start in range(0, len(subjects), _KEYS_AT_ONCE):
            opened = keys.get(tenant, subjects[start : start + _KEYS_AT_ONCE])
            found += [subject for subject, key in opened.items() if key is None]
    return found


async def _values_without_key(database: Database, paths: InstallationPaths) -> list[str]:
    keys = StoredKeys(paths.keys)
    held = await sealed_subjects(database)
    return sorted(f"{table} of {subject}" for table, tenant, subject in held if not keys.knows(tenant, subject))


def _files(paths: InstallationPaths) -> set[str]:
    return {path.name for path in paths.audio.glob("*/*")}


def _readable(keys: KeyStore, journal: ErasureJournal, paths: InstallationPaths) -> list[str]:
    """Return what the journal calls erased and whose key opens nevertheless."""
    entries = [entry for entry in journal.entries() if entry.subject]
    found = [each.subject for each in entries if keys.get(each.tenant, [each.subject])[each.subject] is not None]
    gone = {entry.tenant for entry in journal.entries() if not entry.subject}
    return found + sorted(gone & StoredKeys(paths.keys).tenants)


async def _count(database: Database) -> tuple[int, int]:
    """Return the numbers of organisations, without the operator's, and of people with an account."""
    tenant, person = Base.metadata.tables["tenant"], Base.metadata.tables["person"]
    async with database.read() as session:
        # scope: all tenants, because only their number is of interest
        tenants = select(func.count()).select_from(tenant).where(tenant.c.slug != OPERATOR_SLUG)
        # scope: all tenants, because only their number is of interest
        people = select(func.count()).select_from(person).where(person.c.state != "closed")
        return (await session.scalar(tenants)) or 0, (await session.scalar(people)) or 0


def _ignore(fault: BaseException) -> None:
    """Handlers of events: there are none."""
    del fault
