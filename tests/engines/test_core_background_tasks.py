"""Background tasks: joining, errors, cancellation."""

import asyncio

import pytest

from unificx.core.background import BackgroundTasks


@pytest.fixture
def background() -> BackgroundTasks:
    return BackgroundTasks()


async def test_join_yields_to_the_loop_for_done_tasks(background: BackgroundTasks) -> None:
    """Joining has to yield to the loop: a done task is removed only by a loop callback."""

    async def nothing() -> None: ...

    background.spawn(nothing())
    await asyncio.sleep(0)
    assert len(background) == 1
    async with asyncio.timeout(5):
        await background.join()
    assert not len(background)


async def test_join_waits_for_tasks_spawned_meanwhile(background: BackgroundTasks) -> None:
    done: list[str] = []

    async def second() -> None:
        await asyncio.sleep(0.01)
        done.append("second")

    async def first() -> None:
        background.spawn(second())
        done.append("first")

    background.spawn(first())
    await background.join()
    assert done == ["first", "second"]
    await background.join()


async def test_exception_is_reported_by_the_loop_and_not_raised_by_join(background: BackgroundTasks) -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context["exception"]))

    async def fails() -> None:
        raise ValueError("no")

    background.spawn(fails())
    await background.join()
    assert [str(one) for one in reported] == ["no"]


async def test_close_cancels_tasks_after_the_timeout(background: BackgroundTasks) -> None:
    ended: list[str] = []

    async def slow(seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            ended.append("done")
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    background.spawn(slow(0))
    background.spawn(slow(60))
    await background.close(0.05)
    assert ended == ["done", "cancelled"]
    await background.close(0)
