"""Checkpoints of SQLite beside its writers.

By default SQLite merges the write-ahead log into the file within the commit that makes it longer than 1,000 pages. All
other writers wait for that: a tenth of a second if the pages are all over a large file. A passive checkpoint of another
connection does the same work and keeps no writer waiting. The log begins anew once a checkpoint has caught up with the
writers, so work that makes it long pauses meanwhile. Where the others never pause, a long log ends by a checkpoint
within the turn of a writer, of the few pages that the one before has left.
"""

import asyncio
import os
import sqlite3
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
from unificx.db.sqlite import LOG_BYTES

log = structlog.get_logger()
LONG_LOG_BYTES = 8 * LOG_BYTES
"""Size of the log from which on a checkpoint takes a turn of the writers."""


class Checkpoints:
    """The checkpoints of a database file; call `committed` after each commit. `turn` is that of a writer."""

    def __init__(self, file: str, turn: AbstractAsyncContextManager[None]) -> None:
        self._file, self._log = file, Path(f"{file}-wal")
        self._turn = turn
        self._tasks = BackgroundTasks()
        self._running = False
        self._next = LOG_BYTES
        """Size of the log at which the next one is due."""

    def committed(self) -> None:
        """Start a checkpoint if the log has become long."""
        if not self._running and self._size() > self._next:
            self._running = True
            self._tasks.spawn(self._run())

    async def wait(self) -> None:
        """Wait for the present checkpoint."""
        await self._tasks.join()

    def _size(self) -> int:
        """Return the size of the log. The writer that begins it anew, after a complete checkpoint, shortens it."""
        try:
            return os.stat(self._log).st_size
        except OSError:
            return 0

    async def _run(self) -> None:
        try:
            is_complete = await asyncio.to_thread(self._checkpoint)
            if not is_complete and self._size() > LONG_LOG_BYTES:
                async with self._turn:
                    is_complete = await asyncio.to_thread(self._checkpoint)
            # One that does not catch up is not repeated after each commit: the same pages would be merged every time.
            self._next = LOG_BYTES if is_complete else self._size() + LOG_BYTES
        except sqlite3.Error as fault:  # the next commit tries again, and in the end one merges the log itself
            log.warning("checkpoint_failed", **describe_fault(fault))
        finally:
            self._running = False

    def _checkpoint(self) -> bool:
        """Merge the log as far as no reader needs it; return whether all of it is merged."""
        connection = sqlite3.connect(self._file, timeout=0)
        try:
            connection.execute("PRAGMA synchronous=FULL")
            _, pages, merged = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        finally:
            connection.close()
        return pages == merged
