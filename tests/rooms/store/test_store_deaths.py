"""SIGKILL at any moment: nothing that was promised is lost, nothing is done twice."""

import os
import subprocess
import sys
from pathlib import Path

import doomed
import pytest
from sqlalchemy import func, select

import unificx
from unificx.kernel.clock import SystemClock
from unificx.store import Database, Spool

LIFE = "import asyncio, sys, doomed; asyncio.run(doomed.live(*sys.argv[1:]))"


def promised_before_death(what: str, url: str, directory: Path, after: int) -> list[str]:
    """Run the doomed process, kill it after so many promises, and return every promise it made."""
    paths = [str(Path(unificx.__file__).parents[1]), *sys.path]
    child = subprocess.Popen(
        [sys.executable, "-c", LIFE, what, url, str(directory)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        text=True,
    )
    assert child.stdout is not None
    promises = [child.stdout.readline() for _ in range(after)]
    child.kill()
    promises += child.stdout.readlines()
    child.wait(10)
    child.stdout.close()
    assert all(promises)
    return [line.strip() for line in promises if line.endswith("\n")]


async def results(database: Database) -> tuple[set[str], int]:
    async with database.read() as session:
        seen = set(await session.scalars(select(doomed.SEEN.c.id)))
        return seen, await session.scalar(select(func.sum(doomed.SUM.c.count))) or 0


@pytest.mark.promise("C5", "T3")
@pytest.mark.parametrize("after", [1, 41, 137, 900])
async def test_what_was_spooled_survives_and_counts_once(database: Database, database_url, tmp_path, after) -> None:
    await doomed.lay(database)
    promised = promised_before_death("spool", database_url, tmp_path / "spool", after)
    spool = Spool(tmp_path / "spool", database)
    spool.handler("number", doomed.apply)
    await spool.recover()
    seen, total = await results(database)
    assert set(promised) <= seen
    assert total == len(seen)
    # At most the one record that was written and not yet promised.
    assert len(seen) <= len(promised) + 1
    assert await spool.recover() == 0
    assert list((tmp_path / "spool").iterdir()) == []
    await spool.close()


@pytest.mark.promise("T3")
@pytest.mark.parametrize("after", [1, 6, 33])
async def test_facts_survive_and_are_handled_once(database: Database, database_url, tmp_path, after) -> None:
    await doomed.lay(database)
    promised = promised_before_death("outbox", database_url, tmp_path, after)
    await doomed.make_outbox(database, SystemClock()).deliver()
    seen, total = await results(database)
    assert set(promised) <= seen
    assert total == len(seen)
    assert len(seen) <= len(promised) + 1
