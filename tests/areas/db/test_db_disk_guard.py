"""Low disk space is detected, and closing records are stored on a full disk."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from small_disks import fill, mounted_disk
from structlog.testing import capture_logs

from unificx.core.clock import ManualClock
from unificx.db import MIN_FREE_BYTES, Database, DiskGuard, Spool, SpoolFull, UnitOfWork
from unificx.db.disk_guard import RESUME_FREE_BYTES, ReserveFile

MIB = 1 << 20
RESERVE = 1 * MIB
RECORD = b"r" * 1000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_disk(tmp_path / "disk", "50m") as place:
        yield place


def test_low_space_is_detected_within_a_second_with_hysteresis(clock: ManualClock) -> None:
    free = MIN_FREE_BYTES
    asked: list[Path] = []

    def ask(place: Path) -> int:
        asked.append(place)
        return free

    guard = DiskGuard(Path("/somewhere"), clock, ask)
    with capture_logs() as logs:
        assert not guard.is_low()
        free = MIN_FREE_BYTES - 1
        assert not guard.is_low()
        assert len(asked) == 1
        clock.advance(1)
        assert guard.is_low()
        free = RESUME_FREE_BYTES - 1
        clock.advance(1)
        assert guard.is_low()
        free = RESUME_FREE_BYTES
        clock.advance(1)
        assert not guard.is_low()
    assert [entry["event"] for entry in logs] == ["disk_nearly_full", "disk_space_recovered"]


def test_a_missing_directory_counts_as_low(clock: ManualClock, tmp_path: Path) -> None:
    assert DiskGuard(tmp_path / "gone", clock).is_low()


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="a small file system takes root to mount")


@needs_root
async def test_closing_records_are_stored_on_a_full_disk(database: Database, small_disk: Path) -> None:
    taken: list[bytes] = []

    async def take(uow: UnitOfWork, records: list[bytes]) -> None:
        taken.extend(records)

    spool = Spool(small_disk / "spool", database, reserve=RESERVE)
    spool.register_handler("a", take)
    await spool.recover()
    spool.append("a", b"before")
    greedy = fill(small_disk)
    with pytest.raises(SpoolFull):
        spool.append("a", b"something new" * 1000)
    for number in range(700):
        spool.append("a", b"%d " % number + RECORD, use_reserve=True)
    await spool.drain()
    assert taken[0] == b"before"
    assert [int(record.split()[0]) for record in taken if record.endswith(RECORD)] == list(range(700))
    greedy.unlink()
    await spool.close()
    assert not list((small_disk / "spool").iterdir())


@needs_root
async def test_the_reserve_is_limited(database: Database, small_disk: Path) -> None:
    spool = Spool(small_disk / "spool", database, reserve=16 * 4096)

    async def take(uow: UnitOfWork, records: list[bytes]) -> None:
        """Accept all records."""

    spool.register_handler("a", take)
    await spool.recover()
    fill(small_disk)
    stored = 0
    with suppress(SpoolFull):
        while stored < 100:
            spool.append("a", RECORD, use_reserve=True)
            stored += 1
    assert 16 <= stored < 100
    await spool.close()


@needs_root
def test_the_reserve_file_is_filled_and_refilled_when_space_allows(small_disk: Path) -> None:
    reserve_file = ReserveFile(small_disk / "ballast", 5 * MIB)
    greedy = fill(small_disk)
    reserve_file.fill()
    assert reserve_file.reserved == 0
    assert not reserve_file.release(1)
    greedy.unlink()
    reserve_file.fill()
    assert reserve_file.reserved == (small_disk / "ballast").stat().st_size == 5 * MIB
    assert (small_disk / "ballast").stat().st_blocks * 512 >= 5 * MIB
    assert reserve_file.release(5000)
    assert reserve_file.reserved == 5 * MIB - 8192
    reserve_file.fill()
    assert reserve_file.reserved == 5 * MIB
    reserve_file.remove()
    assert not (small_disk / "ballast").exists()
