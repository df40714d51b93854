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

from unificx.core.access import stating
from unificx.core.faults import describe_fault
from unificx.db.database import Database, UnitOfWork
from unificx.db.disk_guard import ReserveFile
from unificx.db.frames import DecodedSegment, decode_frames, encode_frame

ApplyRecords = Callable[[UnitOfWork, list[bytes]], Awaitable[None]]

_QUIET_INTERVAL = 0.2
_MAX_QUIET_INTERVALS = 5
_BATCH_RECORDS = 500
_SEGMENT_BYTES = 8 << 20
_MAX_RETRY_DELAY = 5.0
_DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT, None)
"""None: a short write, which happens at the last free block."""
_SEGMENT_SUFFIX, _PARKED_SUFFIX, _DAMAGED_SUFFIX = ".spool", ".parked", ".damaged"

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
        self._reserve_file = ReserveFile(directory / "ballast", reserve)
        self._directory, self._database, self._limit = directory, database, limit
        # Owner: this process, which alone uses the directory. Implements `cluster.RecordLog`.
        self._handlers: dict[str, tuple[bytes, ApplyRecords]] = {}
        self._file: int | None = None
        self._written = 0
        self._pending_records = 0
        self._pending_bytes = sum(path.stat().st_size for path in self._segments())
        self._segment_number = max((int(path.stem) for path in directory.iterdir() if path.stem.isdigit()), default=0)
        self._has_records, self._batch_full = asyncio.Event(), asyncio.Event()
        self._draining = asyncio.Lock()  # orders the drains of this object: the directory belongs to one process

    def register_handler(self, kind: str, apply: ApplyRecords) -> None:
        """Register `apply(uow, records)` for records of a `kind`. It may get a record twice."""
        self._handlers[kind] = (kind.encode(), apply)

    def append(self, kind: str, record: bytes, *, use_reserve: bool = False) -> None:
        """Store a record so that it survives the death of the process. Personal values must be sealed.

        `use_reserve`: the record closes something (such as a call) and may use the reserved space. Raises SpoolFull if
        the record was not stored, LookupError for a kind without handler.
        """
        line = encode_frame(self._handlers[kind][0], record)
        if self._pending_bytes + len(line) > self._limit + (self._reserve if use_reserve else 0):
            raise SpoolFull("the spool has reached its size limit")
        while True:
            try:
                self._write(line)
                break
            except OSError as fault:
                self._truncate_partial_write()
                if not (use_reserve and fault.errno in _DISK_FULL_ERRNOS and self._reserve_file.release(len(line))):
                    raise SpoolFull(f"the spool cannot be written: {fault.strerror or fault}") from None
        self._written += len(line)
        self._pending_bytes += len(line)
        self._pending_records += 1
        if self._pending_records == 1:
            self._has_records.set()
        elif self._pending_records == _BATCH_RECORDS:
            self._batch_full.set()

    def _write(self, line: bytes) -> None:
        if self._file is None or self._written >= _SEGMENT_BYTES:
            self._start_segment()
        if os.write(self._file, line) != len(line):  # pyright: ignore[reportArgumentType]
            raise OSError("short write")

    @property
    def nearly_full(self) -> bool:
        """Whether the limit is nearly reached, so that new work should be refused."""
        return self._pending_bytes > self._limit * 0.9

    @property
    def pending_bytes(self) -> int:
        """Bytes not yet written to the database."""
        return self._pending_bytes

    def parked(self) -> int:
        """Return the number of files with records that could not be applied. They are retried at the next start."""
        return sum(1 for path in self._directory.iterdir() if path.suffix in (_PARKED_SUFFIX, _DAMAGED_SUFFIX))

    async def recover(self) -> int:
        """Apply the records left by an earlier process, including parked ones; return their number.

        An incomplete last record was never acknowledged and is dropped.
        """
        self._reserve_file.fill()
        for path in sorted(self._directory.glob(f"*{_PARKED_SUFFIX}")):
            self._pending_bytes += path.stat().st_size
            path.rename(self._next_path())
        return await self.drain()

    async def drain(self) -> int:
        """Write all pending records to the database; return their number.

        A database error is raised again, and the records stay pending.
        """
        async with self._draining:
            self._end_segment()
            self._pending_records = 0
            self._has_records.clear()
            self._batch_full.clear()
            applied = 0
            for path in self._segments():
                applied += await self._apply_segment(path)
            return applied

    async def run(self) -> None:
        """Drain when a batch is ready, until cancelled; back off while the database is unavailable."""
        delay = _QUIET_INTERVAL
        while True:
            await self._has_records.wait()
            await self._wait_for_batch()
            try:
                await self.drain()
                self._reserve_file.fill()
                delay = _QUIET_INTERVAL
            except Exception as fault:  # records stay pending, nothing is lost
                log.warning("spool_delayed", bytes=self._pending_bytes, **describe_fault(fault))
                self._has_records.set()
                delay = min(delay * 2, _MAX_RETRY_DELAY)
                await self._batch_full_within(delay)

    async def _wait_for_batch(self) -> None:
        """Wait until no record has arrived for a moment, a second has passed or a batch is full: a drain costs about
        the same for one record as for fifty."""
        for _ in range(_MAX_QUIET_INTERVALS):
            before = self._pending_records
            if await self._batch_full_within(_QUIET_INTERVAL) or self._pending_records == before:
                return

    async def _batch_full_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._batch_full.wait()
        return self._batch_full.is_set()

    async def close(self) -> None:
        """Drain once more. Records that the database does not accept now stay for the next start."""
        try:
            await self.drain()
        except Exception as fault:  # applied at the next start
            log.warning("spool_left_for_next_start", bytes=self._pending_bytes, **describe_fault(fault))
        self._end_segment()
        self._reserve_file.remove()

    # Segments

    def _segments(self) -> list[Path]:
        return sorted(self._directory.glob(f"*{_SEGMENT_SUFFIX}"))

    def _current_path(self) -> Path:
        return self._directory / f"{self._segment_number:016d}{_SEGMENT_SUFFIX}"

    def _next_path(self) -> Path:
        self._segment_number += 1
        return self._current_path()

    def _start_segment(self) -> None:
        self._end_segment()
        self._file = os.open(self._next_path(), os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        self._written = 0

    def _end_segment(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _truncate_partial_write(self) -> None:
        """Remove an incomplete write, so that it does not precede the next record."""
        if self._file is None:
            return
        try:
            os.ftruncate(self._file, self._written)
        except OSError:
            self._end_segment()

    async def _apply_segment(self, path: Path) -> int:
        frames = self._read(path)
        for start in range(0, len(frames.records), _BATCH_RECORDS):
            await self._apply(path, frames.records[start : start + _BATCH_RECORDS])
        self._finish(path, frames)
        return len(frames.records)

    @staticmethod
    def _read(path: Path) -> DecodedSegment:
        return decode_frames(path.read_bytes())

    def _finish(self, path: Path, frames: DecodedSegment) -> None:
        self._pending_bytes -= path.stat().st_size
        if frames.trailing_bytes:
            log.warning("spool_trailing_bytes", bytes=frames.trailing_bytes, damaged=frames.damaged)
        if frames.damaged:
            path.rename(path.with_suffix(_DAMAGED_SUFFIX))
        else:
            path.unlink()

    async def _apply(self, path: Path, records: list[tuple[str, bytes]], *, retry: bool = True) -> None:
        """Apply the records in one transaction. If one fails, bisect until it is isolated, and park it."""
        by_kind: dict[str, list[bytes]] = defaultdict(list)
        for kind, record in records:
            by_kind[kind].append(record)
        try:
            with stating(None):  # the handlers store records as they are, sealed
                async with self._database.begin() as uow:
                    for kind, batch in by_kind.items():
                        await self._handlers[kind][1](uow, batch)
        except (OSError, OperationalError):
            raise
        except Exception as fault:
            await self._check_database()
            if len(records) > 1:
                middle = len(records) // 2
                await self._apply(path, records[:middle])
                await self._apply(path, records[middle:])
            elif retry:
                await self._apply(path, records, retry=False)
            else:
                log.error("spool_record_parked", kind=records[0][0], **describe_fault(fault))
                self._park(path, *records[0])

    async def _check_database(self) -> None:
        """Raise if the database is at fault and not the record."""
        async with self._database.read() as session:
            await session.execute(select(literal(1)))

    @staticmethod
    def _park(path: Path, kind: str, record: bytes) -> None:
        with path.with_suffix(_PARKED_SUFFIX).open("ab") as file:
            file.write(encode_frame(kind.encode(), record))
            file.flush()
            os.fsync(file.fileno())
