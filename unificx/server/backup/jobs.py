"""The work on one backup: writing it in a thread, and trying it in a process of its own."""

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, cast, get_args

import unificx
from unificx.api import BackupDrill, BackupFault
from unificx.core.clock import Clock
from unificx.server.backup.drill import DRILL_PREFIX
from unificx.server.backup.folder import new_file
from unificx.server.backup.operations import back_up
from unificx.server.paths import InstallationPaths

STOP_SECONDS = 10.0


class Stopped(Exception):
    """The server stops."""


class BackupWriter:
    """Writes a backup in a thread; `stop` ends it, from another one."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress = progress
        # Owner: this node, for one backup.
        self._stopping = False

    def stop(self) -> None:
        self._stopping = True

    async def write(self, paths: InstallationPaths, environ: Mapping[str, str], folder: Path, clock: Clock) -> Path:
        """Write a new backup and return it. Raise StartupError, Conflict, OSError, Stopped; nothing is left then."""
        file = new_file(folder, clock.now())
        await asyncio.to_thread(back_up, paths, environ, file, clock.now(), self._count)
        return file

    def _count(self, number: int) -> None:
        if self._stopping:
            raise Stopped
        self._progress(number)


async def run_drill(backup: Path, home: Path, environ: Mapping[str, str]) -> BackupDrill | None:
    """Run `unificx restore --drill` in a child process, whose memory is free afterwards; None if it did not end by
    itself. A cancelled caller stops it, and it removes what it has restored."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "unificx.server.main", "restore", str(backup), "--drill"),
        *("--home", str(home), "--json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=dict(environ),
        cwd=Path(unificx.__path__[0]).parent,
    )
    try:
        output, _ = await child.communicate()
    except asyncio.CancelledError:
        await _stop(child)
        raise
    try:
        return drill_from(json.loads(output))
    except (ValueError, TypeError, KeyError):
        return None


def drill_from(values: Mapping[str, Any]) -> BackupDrill:
    """Raise ValueError, TypeError, KeyError for anything but the fields of a result."""
    faults: tuple[BackupFault, ...] = tuple(
        cast("BackupFault", each) for each in values["faults"] if each in get_args(BackupFault)
    )
    numbers = {each.name: int(values[each.name]) for each in fields(BackupDrill) if each.type is int}
    return BackupDrill(datetime.fromisoformat(values["at"]), faults, **numbers)


def remove_leftovers(folder: Path) -> None:
    """Remove what a process that was killed has left: a backup that was being written, and a restored copy."""
    for path in folder.glob(f"{DRILL_PREFIX}*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(".unificx-*.tar.*.part"):
        path.unlink(missing_ok=True)


async def _stop(child: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        child.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await child.wait()
        except TimeoutError:
            child.kill()
            await child.wait()
