"""Spool: records are written to a file before they are acknowledged, and to the database in batches.

The hot path costs one file write. The kernel then has the record, so it survives the death of the process; it is on
disk once the batch is committed, at most a second later. Records may be applied twice, but are never lost.
"""

import asyncio
import errno
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import structlog
from sqlalchemy import literal, select
from sqlalchemy.exc import OperationalError

from unificx.db.database import Database, UnitOfWork
from unificx.db.disk_guard import Ballast
from unificx.db.frames import Frames, frame, read_frames

Apply = Callable[[UnitOfWork, list[bytes]], Awaitable[None]]

_QUIET = 0.2
_ROUNDS = 5
_MANY = 500
_SEGMENT = 8 << 20
_LONGEST_WAIT = 5.0
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, None)
"""None: a short write, which happens at the last free block."""
_SEGMENTS, _PARKED, _DAMAGED = ".spool", ".parked", ".damaged"

log = structlog.get_logger()


class SpoolFull(Exception):
    """A record was not stored: the disk is full or the spool has reached its limit."""


class Spool:
    """Segments in `directory`, applied to `database` in order; at most `limit` bytes are pending.

    `reserve` bytes are held back for closing records, so that they can be stored on a full disk. Use from one event
    loop and one process at a time.
    """

    def __init__(self, directory: Path, database: Database, *, limit: int = 1 << 30, reserve: int = 0) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._reserve = reserve
        self._ballast = Ballast(directory / "ballast", reserve)
        self._directory, self._database, self._limit = directory, database, limit
        self._handlers: dict[str, tuple[bytes, Apply]] = {}
        self._file: int | None = None
        self._written = 0
        self._pending = 0
        self._waiting_bytes = sum(path.stat().st_size for path in self._segments())
        self._number = max((int(path.stem) for path in directory.iterdir() if path.stem.isdigit()), default=0)
        self._some, self._many = asyncio.Event(), asyncio.Event()
        self._draining = asyncio.Lock()

    def handler(self, kind: str, apply: Apply) -> None:
        """Register `apply(uow, records)` for records of a `kind`. It may get a record twice."""
        self._handlers[kind] = (kind.encode(), apply)

    def append(self, kind: str, record: bytes, *, last: bool = False) -> None:
        """Store a record so that it survives the death of the process. Personal values must be sealed.

        `use_reserve`: the record closes something (such as a call) and may use the reserved space. Raises SpoolFull if
        the record was not stored, LookupError for a kind without handler.
        """
        line = frame(self._handlers[kind][0], record)
        if self._waiting_bytes + len(line) > self._limit + (self._reserve if last else 0):
            raise SpoolFull("the spool has reached its size limit")
        while True:
            try:
                self._write(line)
                break
            except OSError as fault:
                self._take_back()
                if not (last and fault.errno in _NO_ROOM and self._ballast.throw(len(line))):
                    raise SpoolFull(f"the spool cannot be written: {fault.strerror or fault}") from None
        self._written += len(line)
        self._waiting_bytes += len(line)
        self._pending += 1
        if self._pending == 1:
            self._some.set()
        elif self._pending == _MANY:
            self._many.set()

    def _write(self, line: bytes) -> None:
        if self._file is None or self._written >= _SEGMENT:
            self._start_segment()
        if os.write(self._file, line) != len(line):  # pyright: ignore[reportArgumentType]
            raise OSError("short write")

    @property
    def nearly_full(self) -> bool:
        """Whether the limit is nearly reached, so that new work should be refused."""
        return self._waiting_bytes > self._limit * 0.9

    @property
    def waiting_bytes(self) -> int:
        """Bytes not yet written to the database."""
        return self._waiting_bytes

    def parked(self) -> int:
        """Return the number of files with records that could not be applied. They are retried at the next start."""
        return sum(1 for path in self._directory.iterdir() if path.suffix in (_PARKED, _DAMAGED))

    async def recover(self) -> int:
        """Apply the records left by an earlier process, including parked ones; return their number.

        An incomplete last record was never acknowledged and is dropped.
        """
        self._ballast.fill()
        for path in sorted(self._directory.glob(f"*{_PARKED}")):
            self._waiting_bytes += path.stat().st_size
            path.rename(self._next_path())
        return await self.drain()

    async def drain(self) -> int:
        """Write all pending records to the database; return their number.

        A database error is raised again, and the records stay pending.
        """
        async with self._draining:
            self._end_segment()
            self._pending = 0
            self._some.clear()
            self._many.clear()
            applied = 0
            for path in self._segments():
                applied += await self._apply_segment(path)
            return applied

    async def run(self) -> None:
        """Drain when a batch is ready, until cancelled; back off while the database is unavailable."""
        wait = _QUIET
        while True:
            await self._some.wait()
            await self._ripen()
            try:
                await self.drain()
                self._ballast.fill()
                wait = _QUIET
            except Exception as fault:  # records stay pending, nothing is lost
                log.warning("spool_delayed", fault=type(fault).__name__, bytes=self._waiting_bytes)
                self._some.set()
                wait = min(wait * 2, _LONGEST_WAIT)
                await self._many_within(wait)

    async def _ripen(self) -> None:
        """Wait until no record has arrived for a moment, a second has passed or a batch is full: a drain costs about
        the same for one record as for fifty."""
        for _ in range(_ROUNDS):
            before = self._pending
            if await self._many_within(_QUIET) or self._pending == before:
                return

    async def _many_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._many.wait()
        return self._many.is_set()

    async def close(self) -> None:
        """Drain once more. Records that the database does not accept now stay for the next start."""
        try:
            await self.drain()
        except Exception as fault:  # applied at the next start
            log.warning("spool_left_for_next_start", fault=type(fault).__name__, bytes=self._waiting_bytes)
        self._end_segment()
        self._ballast.drop()

    # Segments

    def _segments(self) -> list[Path]:
        return sorted(self._directory.glob(f"*{_SEGMENTS}"))

    def _current(self) -> Path:
        return self._directory / f"{self._number:016d}{_SEGMENTS}"

    def _next_path(self) -> Path:
        self._number += 1
        return self._current()

    def _start_segment(self) -> None:
        self._end_segment()
        self._file = os.open(self._next_path(), os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        self._written = 0

    def _end_segment(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take_back(self) -> None:
        """Remove an incomplete write, so that it does not precede the next record."""
        if self._file is None:
            return
        try:
            os.ftruncate(self._file, self._written)
        except OSError:
            self._end_segment()

    async def _apply_segment(self, path: Path) -> int:
        frames = self._read(path)
        for start in range(0, len(frames.records), _MANY):
            await self._apply(path, frames.records[start : start + _MANY])
        self._finish(path, frames)
        return len(frames.records)

    @staticmethod
    def _read(path: Path) -> Frames:
        return read_frames(path.read_bytes())

    def _finish(self, path: Path, frames: Frames) -> None:
        self._waiting_bytes -= path.stat().st_size
        if frames.left_over:
            log.warning("spool_trailing_bytes", bytes=frames.left_over, damaged=frames.damaged)
        if frames.damaged:
            path.rename(path.with_suffix(_DAMAGED))
        else:
            path.unlink()

    async def _apply(self, path: Path, records: list[tuple[str, bytes]], *, again: bool = True) -> None:
        """Apply the records in one transaction. If one fails, bisect until it is isolated, and park it."""
        by_kind: dict[str, list[bytes]] = defaultdict(list)
        for kind, record in records:
            by_kind[kind].append(record)
        try:
            async with self._database.begin() as uow:
                for kind, some in by_kind.items():
                    await self._handlers[kind][1](uow, some)
        except (OSError, OperationalError):
            raise
        except Exception as fault:
            await self._probe()
            if len(records) > 1:
                middle = len(records) // 2
                await self._apply(path, records[:middle])
                await self._apply(path, records[middle:])
            elif again:
                await self._apply(path, records, again=False)
            else:
                log.error("spool_record_parked", kind=records[0][0], fault=type(fault).__name__)
                self._park(path, *records[0])

    async def _probe(self) -> None:
        """Raise if the database is at fault and not the record."""
        async with self._database.read() as session:
            await session.execute(select(literal(1)))

    @staticmethod
    def _park(path: Path, kind: str, record: bytes) -> None:
        with path.with_suffix(_PARKED).open("ab") as file:
            file.write(frame(kind.encode(), record))
            file.flush()
            os.fsync(file.fileno())
