"""What goes on after whoever began it has gone on."""

import asyncio

import pytest

from unificx.kernel.background import Background


@pytest.fixture
def background() -> Background:
    return Background()


async def test_what_has_just_been_done_does_not_hold_up_the_end(background: Background) -> None:
    """Done, and still counted, since the loop has not come round: waiting for it has to let the loop go on."""

    async def nothing() -> None: ...

    background.begin(nothing())
    await asyncio.sleep(0)
    assert len(background) == 1
    async with asyncio.timeout(5):
        await background.settle()
    assert not len(background)


async def test_what_is_begun_meanwhile_is_waited_for_too(background: Background) -> None:
    done: list[str] = []

    async def second() -> None:
        await asyncio.sleep(0.01)
        done.append("second")

    async def first() -> None:
        background.begin(second())
        done.append("first")

    background.begin(first())
    await background.settle()
    assert done == ["first", "second"]
    await background.settle()


async def test_a_fault_is_told_by_the_loop_and_does_not_reach_who_waits(background: Background) -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["exception"]))

    async def fails() -> None:
        raise ValueError("no")

    background.begin(fails())
    await background.settle()
    assert [str(one) for one in told] == ["no"]


async def test_what_takes_too_long_is_cancelled(background: Background) -> None:
    ended: list[str] = []

    async def late(seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            ended.append("done")
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    background.begin(late(0))
    background.begin(late(60))
    await background.close(0.05)
    assert ended == ["done", "cancelled"]
    await background.close(0)
