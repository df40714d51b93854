"""Ports for the pages of the operator: backups and health. Filled by the composition root."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

BackupJobKind = Literal["backup", "drill"]
BackupEvery = Literal["never", "daily", "weekly"]
BackupFault = Literal[
    "no_folder",
    "not_written",
    "damaged",
    "not_restored",
    "keys",
    "journal",
    "database",
    "values",
    "files",
    "erased",
    "interrupted",
]
"""`no_folder`: the directory cannot be used. `not_written`: no space, or pg_dump failed. `interrupted`: the drill did
not end by itself. The others are faults of a drill, see `server.backup.drill`."""


@dataclass(frozen=True, slots=True)
class BackupDrill:
    """Result of the newest drill with a backup; right without `faults`."""

    at: datetime
    faults: tuple[BackupFault, ...]
    tenants: int = 0
    people: int = 0
    files: int = 0
    erased: int = 0
    """Erased people and objects, which stay erased."""
    repeated: int = 0
    """Those of them that were erased after the backup."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that the server has made. `opens`: whether it was made with the present master key, None if unknown."""

    name: str
    created: datetime
    bytes: int
    before_update: bool
    opens: bool | None = None
    drill: BackupDrill | None = None


@dataclass(frozen=True, slots=True)
class BackupJob:
    """The work in progress, in bytes; `total` is an estimate."""

    kind: BackupJobKind
    name: str
    started: datetime
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class BackupSchedule:
    """`keep`: number of backups that stay, besides those before updates. `drill`: try each one after it was made."""

    every: BackupEvery = "never"
    keep: int = 7
    drill: bool = True


@dataclass(frozen=True, slots=True)
class BackupFailure:
    at: datetime
    fault: BackupFault


@dataclass(frozen=True, slots=True)
class BackupState:
    """`folder` is None if the server is set to make none. `sound_elsewhere`: recordings are in an object store, which
    no backup contains. `restore`: the commands that replace the installation by the newest backup, one a line; ""
    without one."""

    folder: str | None
    backups: Sequence[Backup]
    schedule: BackupSchedule
    overdue: bool
    job: BackupJob | None
    failure: BackupFailure | None
    sound_elsewhere: bool
    keep_elsewhere: tuple[str, ...]
    """Files that are in no backup and without which none is of use."""
    restore: str


class Backups(Protocol):
    """The backups that the server makes."""

    async def state(self) -> BackupState:
        """Return the list of backups and the work in progress."""
        ...

    async def begin(self) -> None:
        """Make a backup in the background; a request that a start repeats if it was interrupted. Raise Conflict if
        there is work in progress or no directory."""
        ...

    async def begin_drill(self, name: str) -> None:
        """Try a backup in the background. Raise NotFound, Conflict as `begin`."""
        ...

    async def set_schedule(self, schedule: BackupSchedule) -> None:
        """Change when backups are made, and how many stay."""
        ...


HealthName = Literal[
    "sip",
    "calls",
    "phones",
    "database",
    "rtpengine",
    "mixer",
    "spool",
    "outbox",
    "disk",
    "certificate",
    "mail_server",
    "emails",
    "invoices",
    "webhooks",
    "trunks",
    "backup",
    "sweeps",
    "holds",
]
HealthState = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """State of a part of the installation. `value` is a number about it, None if there is none: `sip` listeners,
    `calls` and `phones` now, `disk` free bytes, `certificate` days until its end, `emails` and `invoices` that wait,
    `webhooks` that fail, `trunks` that are down, `backup` hours since the newest, `sweeps` hours that data is overdue,
    `holds` to be reviewed."""

    name: HealthName
    state: HealthState
    value: float | None = None
