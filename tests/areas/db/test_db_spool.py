"""Spool: order, batches, faulty records, incomplete and damaged segments, full disk, unavailable database."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from unificx.db import Database, Spool, SpoolFull, UnitOfWork
from unificx.db import spool as spool_module
from unificx.db.frames import MAX_RECORD_BYTES, decode_frames, encode_frame


class RecordingHandler:
    """Records applied batches in order."""

    def __init__(self) -> None:
        self.calls: list[list[bytes]] = []
        self.poison: bytes | None = None
        self.error: Exception | None = None

    async def __call__(self, uow: UnitOfWork, records: list[bytes]) -> None:
        if self.error:
            raise self.error
        if self.poison in records:
            raise ValueError("a record that cannot be applied: +491234567")
        self.calls.append(records)

    @property
    def all(self) -> list[bytes]:
        return [record for call in self.calls for record in call]


@pytest.fixture
def handler() -> RecordingHandler:
    return RecordingHandler()


def open_spool(directory: Path, database: Database, handler: RecordingHandler, **kwargs: int) -> Spool:
    spool = Spool(directory / "spool", database, **kwargs)
    spool.register_handler("a", handler)
    return spool


async def test_records_are_applied_in_order_and_in_batches(
    database: Database, handler: RecordingHandler, tmp_path: Path
) -> None:
    spool = open_spool(tmp_path, database, handler)
    records = [b"%d" % number for number in range(1200)]
    for record in records:
        spool.append("a", record)
    assert spool.pending_bytes > 1200
    assert await spool.drain() == 1200
    assert handler.all == records
    assert [len(call) for call in handler.calls] == [500, 500, 200]
    assert (spool.pending_bytes, list((tmp_path / "spool").iterdir())) == (0, [])
    await spool.close()


async def test_files_are_private_to_their_owner(database: Database, handler: RecordingHandler, tmp_path: Path) -> None:
    spool = open_spool(tmp_path, database, handler)
    spool.append("a", b"1")
    [segment] = (tmp_path / "spool").iterdir()
    assert ((tmp_path / "spool").stat().st_mode & 0o777, segment.stat().st_mode & 0o777) == (0o700, 0o600)
    await spool.close()


async def test_a_kind_without_handler_is_rejected(
    database: Database, handler: RecordingHandler, tmp_path: Path
) -> None:
    spool = open_spool(tmp_path, database, handler)
    with pytest.raises(LookupError):
        spool.append("b", b"1")
    for record in (b"", b"x" * (MAX_RECORD_BYTES + 1)):
        with pytest.raises(ValueError, match="1 MiB"):
            spool.append("a", record)
    assert await spool.drain() == 0


async def test_run_drains_and_retries(database: Database, handler: RecordingHandler, tmp_path: Path) -> None:
    spool = open_spool(tmp_path, database, handler)
    handler.error = OSError("the database is unavailable")
    with capture_logs() as logs:
        running = asyncio.create_task(spool.run())
        for number in range(500):
            spool.append("a", b"%d" % number)
        while not logs:
            await asyncio.sleep(0)
        handler.error = None
        for number in range(500, 1000):
            spool.append("a", b"%d" % number)
        while spool.pending_bytes:
            await asyncio.sleep(0)
        running.cancel()
    assert logs[0]["event"] == "spool_delayed"
    await spool.close()
    assert handler.all == [b"%d" % number for number in range(1000)]


async def test_a_single_record_is_applied_promptly(
    database: Database, handler: RecordingHandler, tmp_path: Path
) -> None:
    spool = open_spool(tmp_path, database, handler)
    running = asyncio.create_task(spool.run())
    spool.append("a", b"alone")
    while spool.pending_bytes:
        await asyncio.sleep(0)
    running.cancel()
    await spool.close()
    assert handler.calls == [[b"alone"]]


async def test_a_steady_stream_is_applied_in_batches(
    database, handler: RecordingHandler, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(spool_module, "_QUIET_INTERVAL", 0.001)
    monkeypatch.setattr(spool_module, "_BATCH_RECORDS", 1_000_000)
    spool = open_spool(tmp_path, database, handler)
    running = asyncio.create_task(spool.run())
    written = 0
    while len(handler.calls) < 3:  # records keep arriving
        spool.append("a", b"%d" % written)
        written += 1
        await asyncio.sleep(0)
    while spool.pending_bytes:
        await asyncio.sleep(0)
    running.cancel()
    await spool.close()
    assert handler.all == [b"%d" % number for number in range(written)]
    assert len(handler.calls) < written / 3


@pytest.mark.parametrize("fault", [OSError("gone"), OperationalError("s", {}, Exception("gone"))])
async def test_records_wait_while_the_database_is_unavailable(
    database, handler: RecordingHandler, tmp_path: Path, fault
) -> None:
    spool = open_spool(tmp_path, database, handler)
    spool.append("a", b"1")
    handler.error = fault
    with pytest.raises(type(fault)):
        await spool.drain()
    spool.append("a", b"2")
    handler.error = None
    assert await spool.drain() == 2
    assert handler.all == [b"1", b"2"]
    await spool.close()


@pytest.mark.parametrize("number", [1, 2, 7, 100])
async def test_only_a_faulty_record_is_parked(database, handler: RecordingHandler, tmp_path: Path, number: int) -> None:
    spool = open_spool(tmp_path, database, handler)
    handler.poison = b"bad"
    records = [b"%d" % each for each in range(number)]
    records.insert(number // 2, b"bad")
    for record in records:
        spool.append("a", record)
    with capture_logs() as logs:
        await spool.drain()
    assert sorted(handler.all) == sorted(set(records) - {b"bad"})
    assert spool.parked() == 1
    [entry] = logs
    assert entry.pop("place").split(":")[0] == "unificx.db.spool"
    assert entry == {"event": "spool_record_parked", "kind": "a", "fault": "ValueError", "log_level": "error"}
    await spool.close()

    reopened = open_spool(tmp_path, database, handler)
    handler.poison = None
    assert await reopened.recover() == 1
    assert reopened.parked() == 0
    assert handler.all[-1] == b"bad"
    await reopened.close()


async def test_an_incomplete_last_record_is_dropped(
    database: Database, handler: RecordingHandler, tmp_path: Path
) -> None:
    whole = encode_frame(b"a", b"first") + encode_frame(b"a", b"second")
    for cut in range(1, len(encode_frame(b"a", b"third"))):
        spool = open_spool(tmp_path, database, handler)
        (tmp_path / "spool" / f"{9:016d}.spool").write_bytes(whole + encode_frame(b"a", b"third")[:-cut])
        handler.calls.clear()
        assert await spool.recover() == 2
        assert handler.all == [b"first", b"second"]
        assert spool.parked() == 0


async def test_a_damaged_segment_is_kept_for_inspection(database, handler: RecordingHandler, tmp_path: Path) -> None:
    spool = open_spool(tmp_path, database, handler)
    damaged = bytearray(encode_frame(b"a", b"second"))
    damaged[-1] ^= 1
    (tmp_path / "spool" / f"{9:016d}.spool").write_bytes(
        encode_frame(b"a", b"first") + damaged + encode_frame(b"a", b"third")
    )
    assert await spool.recover() == 1
    assert handler.all == [b"first"]
    assert [path.suffix for path in (tmp_path / "spool").iterdir()] == [".damaged"]
    assert spool.parked() == 1


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Simulate a full disk: writes beyond `size` bytes of a file fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_raises_and_loses_nothing(
    database: Database, handler: RecordingHandler, tmp_path: Path
) -> None:
    spool = open_spool(tmp_path, database, handler)
    stored: list[bytes] = []
    refused: list[str] = []
    with largest_file(1000):
        for number in range(40):
            record = b"%02d" % number * 20
            try:
                spool.append("a", record)
                stored.append(record)
            except SpoolFull as fault:
                refused.append(str(fault))
    assert len(refused) > 10
    assert set(refused) <= {"the spool cannot be written: short write", "the spool cannot be written: File too large"}
    spool.append("a", b"space again")
    await spool.drain()
    assert handler.all == [*stored, b"space again"]
    assert spool.pending_bytes == 0
    await spool.close()


async def test_the_spool_has_a_size_limit(database: Database, handler: RecordingHandler, tmp_path: Path) -> None:
    spool = open_spool(tmp_path, database, handler, limit=100)
    spool.append("a", b"x" * 50)
    with pytest.raises(SpoolFull, match="limit"):
        spool.append("a", b"x" * 50)
    await spool.drain()
    spool.append("a", b"x" * 50)
    await spool.close()


async def test_records_left_at_close_are_applied_at_the_next_start(
    database, handler: RecordingHandler, tmp_path: Path
) -> None:
    spool = open_spool(tmp_path, database, handler)
    spool.append("a", b"1")
    handler.error = OSError("gone")
    with capture_logs() as logs:
        await spool.close()
    assert [entry["event"] for entry in logs] == ["spool_left_for_next_start"]
    handler.error = None
    reopened = open_spool(tmp_path, database, handler)
    assert reopened.pending_bytes > 0
    reopened.append("a", b"2")
    assert await reopened.recover() == 2
    assert handler.all == [b"1", b"2"]
    await reopened.close()


@given(st.lists(st.tuples(st.sampled_from(["a", "bcd"]), st.binary(min_size=1, max_size=60)), max_size=6), st.binary())
def test_any_bytes_are_decoded_or_left_over(records: list[tuple[str, bytes]], noise: bytes) -> None:
    data = b"".join(encode_frame(kind.encode(), record) for kind, record in records)
    assert decode_frames(data).records == records
    assert decode_frames(data).trailing_bytes == 0
    after = decode_frames(data + noise)
    assert after.records[: len(records)] == records
    assert after.trailing_bytes <= len(noise)
    for cut in range(len(data)):
        part = decode_frames(data[:cut])
        assert part.records == records[: len(part.records)]
        assert not part.damaged
