"""The backup before an update: made by the server before it changes what a former version has stored."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog
from sqlalchemy import make_url

from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.db import Database
from unificx.db.migrations import known_revisions, stored_revision
from unificx.server.backup.folder import BACKUPS_VARIABLE, NO_BACKUPS, backup_folder, delete_backup, new_file
from unificx.server.backup.folder import stored_backups as backups_in
from unificx.server.backup.operations import back_up
from unificx.server.paths import InstallationPaths

log = structlog.get_logger()
KEPT_BEFORE_UPDATES = 2


async def back_up_before_update(
    paths: InstallationPaths, url: str, environ: Mapping[str, str], clock: Clock
) -> Path | None:
    """Back up an installation whose database is of a former version; return the file, None if it is of this one or new.

    Called before key store and database are opened, which changes them so that the former version may not read them.
    Raise StartupError if it cannot be written: the update would have no way back. Raise OSError if the database does
    not respond.
    """
    folder = backup_folder(paths.home, environ)
    if folder is None or not paths.keys.exists() or _is_new(url):
        return None
    database = Database(url, clock)
    try:
        revision = await stored_revision(database)
    finally:
        await database.close()
    if revision not in known_revisions()[:-1]:
        return None
    try:
        file = await asyncio.to_thread(_write, paths, environ, folder, clock, revision)
    except (StartupError, OSError) as fault:
        raise StartupError(
            f"No backup could be made before the update of the database: {str(fault).removesuffix('.')}.",
            hint=f"Free disk space, or set {BACKUPS_VARIABLE} to a directory elsewhere; {NO_BACKUPS} updates without.",
        ) from None
    log.warning(
        "backed_up_before_update",
        file=str(file),
        revision=revision,
        go_back=f"stop the server, move {paths.home} away, install the former version and run"
        f" `unificx restore {file} --home {paths.home}`",
    )
    return file


def _is_new(url: str) -> bool:
    """Whether a database in a file does not exist: to connect to it would make it."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()


def _write(paths: InstallationPaths, environ: Mapping[str, str], folder: Path, clock: Clock, revision: str) -> Path:
    """Write the backup, and delete those before earlier updates but the newest ones."""
    file = new_file(folder, clock.now(), before_update=True)
    back_up(paths, environ, file, clock.now(), lambda _count: None, schema=revision)
    former = [each for each in backups_in(folder) if each.before_update]
    for each in former[KEPT_BEFORE_UPDATES:]:
        delete_backup(each)
    return file
