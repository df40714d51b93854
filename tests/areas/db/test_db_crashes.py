"""After SIGKILL at any moment, acknowledged work is not lost and not done twice."""

import os
import subprocess
import sys
from pathlib import Path

import crash_process
import pytest
from sqlalchemy import func, select

import unificx
from unificx.core.clock import SystemClock
from unificx.db import Database, Spool

PROGRAM = "import asyncio, sys, crash_process; asyncio.run(crash_process.run_until_killed(*sys.argv[1:]))"


def run_and_kill(mode: str, url: str, directory: Path, after: int) -> list[str]:
    """Run the test process, kill it after a number of acknowledgements, and return all of them."""
    paths = [str(Path(unificx.__file__).parents[1]), *sys.path]
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, mode, url, str(directory)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        text=True,
    )
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(after)]
    child.kill()
    lines += child.stdout.readlines()
    child.wait(10)
    child.stdout.close()
    assert all(lines)
    return [line.strip() for line in lines if line.endswith("\n")]


async def results(database: Database) -> tuple[set[str], int]:
    async with database.read() as session:
        seen = set(await session.scalars(select(crash_process.SEEN.c.id)))
        return seen, await session.scalar(select(func.sum(crash_process.SUM.c.count))) or 0


@pytest.mark.promise("C5", "T3")
@pytest.mark.parametrize("after", [1, 41, 137, 900])
async def test_spooled_records_survive_and_are_applied_once(database: Database, database_url, tmp_path, after) -> None:
    await crash_process.create_tables(database)
    acknowledged = run_and_kill("spool", database_url, tmp_path / "spool", after)
    spool = Spool(tmp_path / "spool", database)
    spool.register_handler("number", crash_process.apply)
    await spool.recover()
    seen, total = await results(database)
    assert set(acknowledged) <= seen
    assert total == len(seen)
    # At most one record was written but not yet acknowledged.
    assert len(seen) <= len(acknowledged) + 1
    assert await spool.recover() == 0
    assert list((tmp_path / "spool").iterdir()) == []
    await spool.close()


@pytest.mark.promise("T3")
@pytest.mark.parametrize("after", [1, 6, 33])
async def test_events_survive_and_are_handled_once(database: Database, database_url, tmp_path, after) -> None:
    await crash_process.create_tables(database)
    acknowledged = run_and_kill("outbox", database_url, tmp_path, after)
    await crash_process.make_outbox(database, SystemClock()).deliver()
    seen, total = await results(database)
    assert set(acknowledged) <= seen
    assert total == len(seen)
    assert len(seen) <= len(acknowledged) + 1
