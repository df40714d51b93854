"""The backups that the server makes by itself: on request, by a schedule, tried afterwards, and deleted in their turn.

One piece of work at a time. A request is a file in the directory of backups until its work is done, so a start repeats
what was interrupted. Only the operator's own commands restore over an installation:
`docs/decisions/0025-a-page-restores-nothing.md`.
"""

import asyncio
import json
import shlex
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast, get_args

import structlog
from sqlalchemy import select

from unificx.api import (
    Backup,
    BackupEvery,
    BackupFailure,
    BackupJob,
    BackupJobKind,
    BackupSchedule,
    BackupState,
)
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, DomainError, NotFound
from unificx.core.faults import describe_fault
from unificx.db import Database
from unificx.privacy import erasure_journal_file, master_key_file
from unificx.server.backup import schedule as rules
from unificx.server.backup.folder import (
    StoredBackup,
    backup_folder,
    delete_backup,
    read_notes,
    stored_backups,
    write_notes,
)
from unificx.server.backup.jobs import BackupWriter, Stopped, drill_from, remove_leftovers, run_drill
from unificx.server.backup.models import BackupScheduleRow
from unificx.server.backup.operations import backup_size, remove_interrupted
from unificx.server.blob_config import BLOBS_VARIABLE
from unificx.server.paths import InstallationPaths

log = structlog.get_logger()
CHECK_SECONDS = 60.0
RETRY_AFTER = timedelta(hours=1)
_WANTED = "wanted.json"


@dataclass(frozen=True, slots=True)
class BackupDependencies:
    """`master_ids` returns the ids of the present master keys, the first one of which wraps."""

    paths: InstallationPaths
    environ: Mapping[str, str]
    database: Database
    master_ids: Callable[[], Collection[str]]

    @property
    def clock(self) -> Clock:
        return self.database.clock


class BackupService:
    """Implements `api.Backups`. Raise StartupError for a directory that cannot be one of backups."""

    def __init__(self, deps: BackupDependencies) -> None:
        self._deps, self._clock = deps, deps.clock
        self._folder = backup_folder(deps.paths.home, deps.environ)
        # Owner: this node, which makes the backups of its home directory.
        self._job: BackupJob | None = None
        self._failure: BackupFailure | None = None
        self._schedule = BackupSchedule()
        self._next_attempt = self._clock.now()
        self._woken = asyncio.Event()

    async def start(self) -> None:
        """Load the schedule, and remove what a process that was killed has left."""
        async with self._deps.database.read() as session:
            # scope: all tenants, because it is the schedule of the installation
            row = (await session.execute(select(BackupScheduleRow))).scalar_one_or_none()
        if row is not None:
            self._schedule = BackupSchedule(cast("BackupEvery", row.every), row.keep, row.drill)
        with suppress(OSError):
            await asyncio.to_thread(remove_interrupted, self._deps.paths.home.resolve())
        if self._folder is not None:
            with suppress(OSError):  # `state` says so
                await asyncio.to_thread(remove_leftovers, self._folder)

    async def state(self) -> BackupState:
        failure, found = self._failure, list[StoredBackup]()
        if self._folder is not None:
            try:
                found = await asyncio.to_thread(stored_backups, self._folder)
            except OSError:
                failure = BackupFailure(self._clock.now(), "no_folder")
        home, environ = self._deps.paths.home, self._deps.environ
        newest = next((each.created for each in found), None)
        return BackupState(
            folder=None if self._folder is None else str(self._folder),
            backups=await asyncio.to_thread(lambda: [self._shown(each) for each in found]),
            schedule=self._schedule,
            overdue=rules.is_overdue(self._schedule.every, newest, self._clock.now()),
            job=self._job,
            failure=failure,
            sound_elsewhere=BLOBS_VARIABLE in environ,
            keep_elsewhere=(str(master_key_file(home, environ)), str(erasure_journal_file(home, environ))),
            restore=_restore_commands(home, found[0].path) if found else "",
        )

    async def begin(self) -> None:
        await self._want("backup", "")

    async def begin_drill(self, name: str) -> None:
        await self._find(name)
        await self._want("drill", name)

    async def set_schedule(self, schedule: BackupSchedule) -> None:
        async with self._deps.database.begin() as uow:
            await uow.session.merge(BackupScheduleRow(id=1, **asdict(schedule)))
        self._schedule = schedule
        self._woken.set()

    async def run(self) -> None:
        """Do the work that is wanted or due, until cancelled."""
        while True:
            self._woken.clear()
            if not await self.work():
                with suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_SECONDS):
                        await self._woken.wait()

    async def work(self) -> bool:
        """Do one piece of work that is wanted or due; return whether there was one."""
        wanted = await asyncio.to_thread(self._read_wanted)
        if wanted is None and self._clock.now() >= self._next_attempt and await self._is_due():
            self._next_attempt = self._clock.now() + RETRY_AFTER
            wanted = ("backup", "")
        if wanted is not None:
            await self._do(*wanted)
        return wanted is not None

    async def _want(self, kind: BackupJobKind, name: str) -> None:
        if self._folder is None:
            raise Conflict("The server is set to make no backups.", hint="Set UNIFICX_BACKUPS to a directory.")
        if self._job is not None or await asyncio.to_thread(self._read_wanted) is not None:
            raise Conflict("A backup is in progress.", hint="Wait until it is complete.")
        try:
            await asyncio.to_thread(_write_wanted, self._folder, kind, name)
        except OSError:
            raise Conflict("The directory of backups cannot be written.", hint=f"Check {self._folder}.") from None
        self._job = BackupJob(kind, name, self._clock.now())
        self._woken.set()

    def _read_wanted(self) -> tuple[BackupJobKind, str] | None:
        """Return what was requested and is not done."""
        if self._folder is None:
            return None
        try:
            values = json.loads((self._folder / _WANTED).read_text("utf-8"))
            kind, name = values["kind"], str(values["name"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return (kind, name) if kind in get_args(BackupJobKind) else None

    async def _is_due(self) -> bool:
        if self._folder is None:
            return False
        with suppress(OSError):
            found = await asyncio.to_thread(stored_backups, self._folder)
            return rules.is_due(
                self._schedule.every,
                next((each.created for each in found if not each.before_update), None),
                self._clock.now().astimezone(),
            )
        return True  # the attempt says why not

    async def _do(self, kind: BackupJobKind, name: str) -> None:
        """Do one piece of work. It stays wanted only if the server stops meanwhile."""
        assert self._folder is not None
        self._job, self._failure = BackupJob(kind, name, self._clock.now()), None
        try:
            await (self._drill(name) if kind == "drill" else self._back_up(self._folder))
        except Exception as fault:
            log.error("backup_failed", kind=kind, **describe_fault(fault))
            self._failure = BackupFailure(self._clock.now(), "not_written" if kind == "backup" else "interrupted")
        finally:
            self._job = None
        with suppress(OSError):  # then it could not be written either
            await asyncio.to_thread((self._folder / _WANTED).unlink, missing_ok=True)

    async def _back_up(self, folder: Path) -> None:
        total = await asyncio.to_thread(backup_size, self._deps.paths)
        self._job = BackupJob("backup", "", self._clock.now(), 0, total)
        writer = BackupWriter(self._count)
        writing = asyncio.ensure_future(writer.write(self._deps.paths, self._deps.environ, folder, self._clock))
        try:
            file = await asyncio.shield(writing)
        except asyncio.CancelledError:
            writer.stop()
            with suppress(Stopped, DomainError, OSError):
                await writing
            raise
        log.info("backup_written", bytes=file.stat().st_size)
        await asyncio.to_thread(write_notes, file, {"master": next(iter(self._deps.master_ids()), "")})
        found = await asyncio.to_thread(stored_backups, folder)
        for each in rules.superfluous(found, self._schedule.keep, self._clock.now()):
            await asyncio.to_thread(delete_backup, each)
        if self._schedule.drill:
            await self._drill(file.name)

    async def _drill(self, name: str) -> None:
        found = await self._find(name)
        self._job = BackupJob("drill", name, self._clock.now(), 0, found.bytes)
        result = await run_drill(found.path, self._deps.paths.home, self._deps.environ)
        if result is None:
            self._failure = BackupFailure(self._clock.now(), "interrupted")
            return
        log.info("backup_tried", faults=list(result.faults))
        notes = {**(read_notes(found.path) or {}), "drill": {**asdict(result), "at": result.at.isoformat()}}
        await asyncio.to_thread(write_notes, found.path, notes)

    def _count(self, number: int) -> None:
        if self._job is not None:
            self._job = replace(self._job, done=self._job.done + number)

    async def _find(self, name: str) -> StoredBackup:
        found = await asyncio.to_thread(stored_backups, self._folder) if self._folder is not None else []
        for each in found:
            if each.path.name == name:
                return each
        raise NotFound("There is no such backup.")

    def _shown(self, stored: StoredBackup) -> Backup:
        notes: Mapping[str, Any] = read_notes(stored.path) or {}
        shown = Backup(stored.path.name, stored.created, stored.bytes, stored.before_update)
        if "master" in notes:
            shown = replace(shown, opens=notes["master"] in self._deps.master_ids())
        with suppress(ValueError, TypeError, KeyError):
            shown = replace(shown, drill=drill_from(notes["drill"]))
        return shown


def _restore_commands(home: Path, backup: Path) -> str:
    moved, place, file = (shlex.quote(str(each)) for each in (home.with_name(home.name + ".old"), home, backup))
    return f"mv {place} {moved}\nunificx restore {file} --home {place}"


def _write_wanted(folder: Path, kind: BackupJobKind, name: str) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / _WANTED).write_text(json.dumps({"kind": kind, "name": name}), "utf-8")
