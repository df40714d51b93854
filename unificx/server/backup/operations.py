"""Backup of an installation while it runs, and restore into an empty home directory."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from unificx import __version__
from unificx.core.archives import ANOTHER_COPY
from unificx.core.errors import Conflict, Invalid, StartupError
from unificx.db.migrations import known_revisions
from unificx.server.backup.archive import ArchiveWriter, Manifest, Progress, extract, make_folders, writing
from unificx.server.backup.sources import copy_sqlite, dump_postgresql, load_postgresql, schema_of
from unificx.server.home_files import files_below, kind_of
from unificx.server.paths import DATABASE_VARIABLE, InstallationPaths, database_url

_MIN_FREE = 64 << 20
_SQLITE = re.compile(r"sqlite(\+\w+)?:///(?P<path>.+)")


def back_up(
    paths: InstallationPaths,
    environ: Mapping[str, str],
    target: Path,
    now: datetime,
    progress: Progress,
    *,
    schema: str = "",
) -> Manifest:
    """Write a backup to `target`. `schema` is the revision of a PostgreSQL database, if it is not the newest one. Raise
    StartupError, Conflict, OSError.

    Files that may go between two copies are linked first: recordings that are converted, and records that reach the
    database. The keys are copied last, so that they open everything before.
    """
    if not paths.keys.exists():
        raise StartupError(f"There is no installation in {paths.home}.", hint="Choose its directory with --home.")
    if target.resolve().is_relative_to(paths.home.resolve()):
        raise Conflict("The backup would be part of the home directory.", hint="Choose another file.")
    if shutil.disk_usage(target.parent).free < backup_size(paths) + _MIN_FREE:
        raise StartupError(f"There is not enough disk space for {target}.", hint="Free disk space.")
    with _only_one(paths.home), _working_directory(paths.home) as work:
        _link(paths, work)
        copy, written = _copy_database(paths, environ, work)
        manifest = Manifest(__version__, written or schema or known_revisions()[-1], now.isoformat())
        _link(paths, work)
        with writing(target, manifest, progress) as archive:
            archive.add(copy.name, copy)
            _add_linked(archive, work, "spool/")
            copy_sqlite(paths.keys, work / "keys.db")
            archive.add("keys.db", work / "keys.db")
            _add_linked(archive, work, "audio/")
            for name, path in files_below(paths.home):
                kind = kind_of(name)
                if kind is not None and kind.in_backup and not archive.has(name) and _is_small(name):
                    archive.add(name, path)
        return manifest


def restore(source: Path, home: Path, environ: Mapping[str, str], progress: Progress) -> Manifest:
    """Restore a backup into `home`, which must be empty or missing, wholly or not at all.

    Erasures since the backup are repeated from the erasure journal when the server starts. Raise Conflict, Invalid,
    StartupError, OSError.
    """
    if not home.is_symlink():
        _remove_restored(home.resolve())
    if home.is_symlink() or (home.exists() and (not home.is_dir() or any(home.iterdir()))):
        raise Conflict(f"{home} is not empty.", hint="Choose another directory with --home, or move it away.")
    home = home.resolve()
    parent = _restored_in(home)
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(parent).free < source.stat().st_size + _MIN_FREE:
        raise StartupError(f"There is not enough disk space for {home}.", hint="Free disk space.")
    with source.open("rb") as file, _restored_folder(home) as folder:
        manifest = extract(file, folder, progress)
        _check(manifest)
        _load_database(folder, environ)
        _put_in_place(folder, home)
    return manifest


def remove_interrupted(home: Path) -> None:
    """Remove what a backup or a restore that was killed has left: copies of keys and data, which no erasure reaches.
    Raise OSError."""
    with suppress(Conflict), _only_one(home):
        _remove_copies(home)
    _remove_restored(home)


def backup_size(paths: InstallationPaths) -> int:
    """Return about how many bytes a backup has, without a dump of PostgreSQL."""
    total = 0
    for name, path in files_below(paths.home):
        kind = kind_of(name)
        if kind is not None and kind.in_backup:
            with suppress(FileNotFoundError):  # erased, or stored in the database
                total += path.stat().st_size
    return total


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Raise Conflict while another backup is being written."""
    try:
        with _locked(home):
            yield
    except BlockingIOError:
        raise Conflict("Another backup is being written.", hint="Wait until it is complete.") from None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a directory as long as the process lives. Raise BlockingIOError while another one has it locked."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(held)


@contextmanager
def _working_directory(home: Path) -> Iterator[Path]:
    """Create a directory for copies, on the disk of the home directory, and remove that of an interrupted backup."""
    _remove_copies(home)
    work = Path(tempfile.mkdtemp(prefix="backup-", dir=home))
    try:
        yield work
    finally:
        shutil.rmtree(work)


def _remove_copies(home: Path) -> None:
    for left in home.glob("backup-*"):
        shutil.rmtree(left)


@contextmanager
def _restored_folder(home: Path) -> Iterator[Path]:
    """Create a directory to restore into, which is removed if that fails."""
    folder = Path(tempfile.mkdtemp(prefix=_restore_prefix(home), dir=_restored_in(home)))
    try:
        with _locked(folder):
            yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _remove_restored(home: Path) -> None:
    """Remove the directories of restores whose process has ended."""
    parent, prefix = _restored_in(home), _restore_prefix(home)
    for left in parent.iterdir() if parent.is_dir() else ():
        if left.name.startswith(prefix):
            with suppress(OSError), _locked(left):  # in use, or of another user
                shutil.rmtree(left)


def _restored_in(home: Path) -> Path:
    # A volume cannot be replaced by a directory that lies outside it.
    return home if os.path.ismount(home) else home.parent


def _restore_prefix(home: Path) -> str:
    return f".{home.name}.restore-"


def _add_linked(archive: ArchiveWriter, work: Path, prefix: str) -> None:
    for name, path in files_below(work):
        if name.startswith(prefix):
            archive.add(name, path)


def _copy_database(paths: InstallationPaths, environ: Mapping[str, str], work: Path) -> tuple[Path, str]:
    """Return a copy of the database, and its revision; "" for that of PostgreSQL."""
    url = database_url(paths, environ)
    if found := _SQLITE.fullmatch(url):
        copy = work / "unificx.db"
        copy_sqlite(Path(found["path"]), copy)
        return copy, schema_of(copy)
    copy = work / "database.dump"
    dump_postgresql(url, copy)
    return copy, ""


def _load_database(folder: Path, environ: Mapping[str, str]) -> None:
    """Load a dump of PostgreSQL into the configured database."""
    dump, configured = folder / "database.dump", environ.get(DATABASE_VARIABLE, "")
    if not dump.exists():
        if configured and not _SQLITE.fullmatch(configured):
            raise Conflict(
                "The backup is of an installation with SQLite.", hint=f"Unset {DATABASE_VARIABLE} and restore it."
            )
        return
    if not configured or _SQLITE.fullmatch(configured):
        raise Conflict(
            "The backup is of an installation with PostgreSQL.",
            hint=f"Create an empty database and set {DATABASE_VARIABLE} to it.",
        )
    load_postgresql(configured, dump)
    dump.unlink()


def _put_in_place(folder: Path, home: Path) -> None:
    if folder.parent != home:
        folder.rename(home)
        return
    for path in sorted(folder.iterdir(), key=lambda path: path.name == "keys.db"):
        path.rename(home / path.name)  # the keys last: without them, nothing starts with the rest
    folder.rmdir()


def _check(manifest: Manifest) -> None:
    if manifest.schema not in known_revisions():
        raise Invalid(
            f"The backup was made by UnifiCX {manifest.version}, with a newer database.", hint="Update UnifiCX first."
        )
    if "keys.db" not in manifest.files or not {"unificx.db", "database.dump"} & manifest.files.keys():
        raise Invalid("The backup has no database or no keys.", hint=ANOTHER_COPY)


def _link(paths: InstallationPaths, work: Path) -> None:
    """Link sealed sound and records into the working directory; what is linked already stays."""
    for folder in (paths.audio, paths.spool):
        for path in folder.rglob("*"):
            name = str(path.relative_to(paths.home))
            kind = kind_of(name)
            link = work / name
            if kind is None or not kind.in_backup or link.exists():
                continue
            make_folders(work, link)
            try:
                os.link(path, link)
            except FileNotFoundError:
                continue  # erased, or stored in the database


def _is_small(name: str) -> bool:
    return not name.startswith(("audio/", "spool/")) and not name.endswith((".db", ".dump"))
