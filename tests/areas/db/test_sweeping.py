"""Work on many items: one that fails does not stop the others; an unreachable database does. Work that waits for it."""

import asyncio
from functools import partial

import pytest
from structlog.testing import capture_logs

from unificx.db import DatabaseUnreachable, PendingWork, log_and_continue

AWAY = DatabaseUnreachable("gone", "Start it.")


def test_a_failing_item_is_logged_without_its_text() -> None:
    with capture_logs() as logs:
        for item in ("a", "b", "c"):
            with log_and_continue("item_failed", item=item):
                if item != "c":
                    raise ValueError("Ada Lovelace")
    assert [(each["event"], each["item"], each["fault"]) for each in logs] == [
        ("item_failed", "a", "ValueError"),
        ("item_failed", "b", "ValueError"),
    ]
    assert "Ada" not in str(logs)


@pytest.mark.parametrize("fault", [AWAY, asyncio.CancelledError()])
def test_a_sweep_ends_at_once_without_a_database_and_when_cancelled(fault: BaseException) -> None:
    begun = list[str]()

    def sweep() -> None:
        for item in ("a", "b"):
            with log_and_continue("item_failed", item=item):
                begun.append(item)
                raise fault

    with pytest.raises(type(fault)):
        sweep()
    assert begun == ["a"]


class Works:
    """Works by name: begun, done, and the errors of those that fail."""

    def __init__(self) -> None:
        self.begun, self.done = list[str](), list[str]()
        self.faults: dict[str, Exception] = {}
        self.held = asyncio.Event()
        self.pending = PendingWork("work_failed")

    async def do(self, name: str) -> str:
        self.begun.append(name)
        if name in self.faults:
            raise self.faults[name]
        if name == "slow":
            await self.held.wait()
        self.done.append(name)
        return name


async def test_work_that_fails_is_repeated_until_it_succeeds() -> None:
    works = Works()
    works.faults = {"a": ValueError(), "b": OSError()}
    for name in ("a", "b"):
        with pytest.raises(type(works.faults[name])):
            await works.pending.attempt(partial(works.do, name))
    assert await works.pending.attempt(partial(works.do, "c")) == "c"
    del works.faults["b"]
    await works.pending.repeat()
    assert works.done == ["c", "b"]
    works.faults.clear()
    await works.pending.repeat()
    await works.pending.repeat()
    assert works.done == ["c", "b", "a"]


async def test_work_waits_for_an_unreachable_database_once_in_a_round() -> None:
    works = Works()
    works.faults = dict.fromkeys("abc", AWAY)
    for name in "abc":
        works.pending.add(partial(works.do, name))
    await works.pending.repeat()
    assert works.begun == ["a"]
    works.faults.clear()
    await works.pending.repeat()
    assert sorted(works.done) == ["a", "b", "c"]


async def test_a_cancelled_round_loses_no_work() -> None:
    works = Works()
    for name in ("slow", "b"):
        works.pending.add(partial(works.do, name))
    round_ = asyncio.create_task(works.pending.repeat())
    while not works.begun:
        await asyncio.sleep(0)
    round_.cancel()
    works.held.set()
    with pytest.raises(asyncio.CancelledError):
        await round_
    assert works.done == ["slow"]
    await works.pending.repeat()
    assert works.done == ["slow", "b"]


async def test_rounds_at_the_same_time_do_each_work_once() -> None:
    works = Works()
    for name in "ab":
        works.pending.add(partial(works.do, name))
    with capture_logs() as logs:
        await asyncio.gather(works.pending.repeat(), works.pending.repeat())
    assert (works.done, logs) == (["a", "b"], [])
