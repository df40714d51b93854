"""Tests that never end are ended: in virtual time, and by the time limit of a test."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
import virtual_time

TESTS = Path(__file__).parents[1]
HOOKS = """
import time, time_limit, pytest
from time_limit import *

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(call):
    if call.when == "call":
        time.sleep(2 * time_limit.REPEATED_LIMIT)  # as on a busy machine
    return (yield)
"""
NEVER_ENDS = """
import asyncio, time, pytest

@pytest.mark.timeout(1)
async def test_waits_for_ever():
    async def work():
        await asyncio.sleep(0)
        time.sleep(60)  # where the time limit fails first, in another task than that of the test

    busy = asyncio.create_task(work())
    await asyncio.Event().wait()
"""
NO_LIMIT = """
import signal, pytest

@pytest.mark.timeout(0)
def test_fails():
    raise ValueError

@pytest.mark.timeout(0)
def test_comes_after():
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
"""


def test_a_story_that_waits_for_a_failed_task_is_ended_in_virtual_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_time, "MAX_ROUNDS", 1_000)

    async def tick() -> None:
        while True:
            await asyncio.sleep(1)

    async def story() -> None:
        ticking = asyncio.create_task(tick())
        await asyncio.Event().wait()
        ticking.cancel()

    with pytest.raises(AssertionError, match=r"no end after .* seconds of virtual time: .*tick\(\)"):
        virtual_time.run_in_virtual_time(story())


def run_pytest(directory: Path, tests: str) -> str:
    (directory / "conftest.py").write_text(HOOKS)
    (directory / "test_limits.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-q", "-c", TESTS.parent / "pyproject.toml", "--rootdir", directory]
    shown = subprocess.run(
        [*command, directory],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": f"{TESTS}", "PATH": os.defpath},
    )
    return shown.stdout + shown.stderr


def test_the_time_limit_ends_a_test_whose_other_task_takes_the_exception(tmp_path: Path) -> None:
    shown = run_pytest(tmp_path, NEVER_ENDS)
    assert "1 failed" in shown, shown
    assert "Timeout (>1.0s)" in shown


def test_a_failed_test_without_a_time_limit_leaves_none_behind(tmp_path: Path) -> None:
    shown = run_pytest(tmp_path, NO_LIMIT)
    assert "1 failed, 1 passed" in shown, shown
