"""Bodies of the backups that the server makes."""

from datetime import datetime

from pydantic import Field

from unificx.api.installation_ports import BackupEvery, BackupFault, BackupJobKind
from unificx.api.schemas.core import Input, Output


class BackupDrill(Output):
    """Result of a drill: the backup was restored beside the installation, opened, checked and deleted."""

    at: datetime
    faults: list[BackupFault] = Field(description="Empty if all checks passed.")
    tenants: int
    people: int
    files: int = Field(description="Sealed files of sound and of messages.")
    erased: int = Field(description="Erased people and objects: none of them can be read.")
    repeated: int = Field(description="Those of them that were erased after the backup was made.")


class Backup(Output):
    """A backup that the server has made."""

    name: str
    created: datetime
    bytes: int
    before_update: bool = Field(description="Made before an update changed the database.")
    opens: bool | None = Field(description="Whether it was made with the present master key; null if unknown.")
    drill: BackupDrill | None = Field(description="The newest drill; null if it was not tried.")


class BackupJob(Output):
    """The work in progress."""

    kind: BackupJobKind
    name: str = Field(description="Of the backup that is tried.")
    started: datetime
    done: int = Field(description="Bytes so far; 0 for a drill.")
    total: int = Field(description="About how many bytes there are.")


class BackupFailure(Output):
    """The newest work, which failed."""

    at: datetime
    fault: BackupFault


class BackupSchedule(Output):
    """When the server makes backups."""

    every: BackupEvery = Field(description="In the night, after 2:00 in the time zone of the server; weekly on Sunday.")
    keep: int = Field(description="How many stay, besides those before updates, which are deleted after 14 days.")
    drill: bool = Field(description="Whether each one is tried after it was made.")


class BackupScheduleChange(Input):
    every: BackupEvery
    keep: int = Field(default=7, ge=1, le=60)
    drill: bool = True


class BackupState(Output):
    """The backups of this installation. For operators."""

    folder: str | None = Field(description="Directory on the server; null if it is set to make none.")
    backups: list[Backup] = Field(description="The newest first.")
    schedule: BackupSchedule
    overdue: bool = Field(description="Backups should have been made and were not.")
    job: BackupJob | None
    failure: BackupFailure | None
    sound_elsewhere: bool = Field(description="Recordings are in an object store, which no backup contains.")
    keep_elsewhere: list[str] = Field(
        description="Master key and erasure journal, which are in no backup: keep copies of them in another place."
    )
    restore: str = Field(
        description="Commands that replace the stopped installation by the newest backup; empty without one."
    )
