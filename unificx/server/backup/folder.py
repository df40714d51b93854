"""The directory of backups that the server makes by itself: their names, their list, and which of them are deleted."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unificx.core.errors import StartupError

BACKUPS_VARIABLE = "UNIFICX_BACKUPS"
NO_BACKUPS = "none"
_NAME = re.compile(r"unificx-(?P<at>\d{8}T\d{6})Z(?P<before>-before-update)?\.tar")
_TIME = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class StoredBackup:
    """A backup in the directory. `before_update`: made before a migration of the database."""

    path: Path
    created: datetime
    before_update: bool
    bytes: int


def backup_folder(home: Path, environ: Mapping[str, str]) -> Path | None:
    """Return `UNIFICX_BACKUPS`, or `<home>.backups` beside the home directory; None if it is `none`. Raise StartupError
    for a directory inside the home directory."""
    configured, home = environ.get(BACKUPS_VARIABLE), home.resolve()
    if configured == NO_BACKUPS:
        return None
    path = Path(configured).expanduser() if configured else home.with_name(home.name + ".backups")
    if path.resolve().is_relative_to(home):
        raise StartupError(
            "The directory of backups is inside the home directory.", hint=f"Set {BACKUPS_VARIABLE} to another one."
        )
    return path


def new_file(folder: Path, now: datetime, *, before_update: bool = False) -> Path:
    """Return the path of a new backup, in a directory that this creates for this user only. Raise OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = "-before-update" if before_update else ""
    return folder / f"unificx-{now.astimezone(UTC):{_TIME}}Z{mark}.tar"


def stored_backups(folder: Path) -> list[StoredBackup]:
    """Return the backups in the directory, the newest first; other files are not looked at. Raise OSError if it cannot
    be read."""
    found: list[StoredBackup] = []
    if folder.exists():
        for path in folder.iterdir():
            if (match := _NAME.fullmatch(path.name)) is not None:
                with suppress(FileNotFoundError, ValueError):  # deleted meanwhile; no time of this calendar
                    created = datetime.strptime(match["at"], _TIME).replace(tzinfo=UTC)
                    found.append(StoredBackup(path, created, bool(match["before"]), path.stat().st_size))
    return sorted(found, key=lambda each: each.created, reverse=True)


def delete_backup(backup: StoredBackup) -> None:
    """Delete a backup and what is known about it. Raise OSError."""
    backup.path.unlink(missing_ok=True)
    _notes(backup.path).unlink(missing_ok=True)


def read_notes(backup: Path) -> dict[str, Any] | None:
    """Return what was written about a backup; None without anything valid."""
    try:
        found = json.loads(_notes(backup).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_notes(backup: Path, notes: Mapping[str, Any]) -> None:
    """Write JSON about a backup beside it. Raise OSError."""
    part = _notes(backup).with_suffix(".new")
    part.write_text(json.dumps(notes), "utf-8")
    part.replace(_notes(backup))


def _notes(backup: Path) -> Path:
    return backup.with_suffix(".json")
