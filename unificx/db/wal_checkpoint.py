"""Checkpoints of SQLite beside its writers.

By default SQLite merges the write-ahead log into the file within the commit that makes it longer than 1,000 pages. All
other writers wait for that: a tenth of a second if the pages are all over a large file. A passive checkpoint of another
connection does the same work and keeps no writer waiting.
"""

import asyncio
import os
import sqlite3
from pathlib import Path

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
from unificx.db.sqlite import LOG_BYTES

log = structlog.get_logger()


class Checkpoints:
    """The checkpoints of a database file; call `committed` after each commit."""

    def __init__(self, file: str) -> None:
        self._file, self._log = file, Path(f"{file}-wal")
        self._tasks = BackgroundTasks()
        self._running = False

    def committed(self) -> None:
        """Start a checkpoint if the log has become long."""
        if not self._running and self._size() > LOG_BYTES:
            self._running = True
            self._tasks.spawn(self._run())

    async def close(self) -> None:
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
            await asyncio.to_thread(self._checkpoint)
        except sqlite3.Error as fault:  # the next commit tries again, and in the end one merges the log itself
            log.warning("checkpoint_failed", **describe_fault(fault))
        finally:
            self._running = False

    def _checkpoint(self) -> None:
        connection = sqlite3.connect(self._file, timeout=0)
        try:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        finally:
            connection.close()
