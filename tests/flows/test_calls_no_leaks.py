"""Ended calls leave no state, however they ended: no entries, timers or reference cycles."""

import functools
import gc
import tracemalloc

import pytest
from cyclic_garbage import no_cyclic_garbage
from ladder import play, play_on
from steps import HOLDS, UP, cancels
from world import World

from unificx.sip.fields import Message

ANSWERED = """
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    bob   -> 180
    alice <- 180
    bob   -> 200 [bob]
    bob   <- ACK
    alice <- 200 [bob]
    alice -> ACK
    alice -> BYE
    bob   <- BYE
    history <- answered 16 alice bob
    alice <- 200 BYE
"""
HELD = (
    UP
    + HOLDS
    + """
    bob   -> BYE
    alice <- BYE
    history <- answered 16 alice bob
    bob   <- 200 BYE
"""
)
REFUSED = """
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    bob   -> 486
    history <- busy 17 alice 1002
    alice <- 486
"""
CANCELLED = cancels("bob", "1002", "1002")
UNANSWERED = """
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    ... 30 s
    alice <- 180
    history <- missed 19 alice 1002
    alice <- 480
    ... 3 s
"""
NO_MEDIA = """
    ! the media engine dies
    alice -> INVITE 1002 [alice]
    history <- failed 34 alice 1002
    alice <- 503
    ! the media engine restarts
"""
UNKNOWN = """
    alice -> INVITE 4711 [alice]
    history <- failed 1 alice 4711
    alice <- 404
"""
ENDINGS = {
    "answered": ANSWERED,
    "held": HELD,
    "refused": REFUSED,
    "cancelled": CANCELLED,
    "unanswered": UNANSWERED,
    "no media": NO_MEDIA,
    "unknown number": UNKNOWN,
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_ended_call_leaves_no_state(ending: str) -> None:
    world = await play("alice 1001, bob 1002" + ENDINGS[ending])
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_ended_call_leaves_no_reference_cycles(ending: str) -> None:
    world = await play("alice 1001, bob 1002" + ENDINGS[ending])
    await world.pass_time(70)
    with no_cyclic_garbage():
        for _ in range(3):
            await play_on(world, ENDINGS[ending])
            await world.pass_time(70)
        world.clear()


async def test_repeated_hold_does_not_grow_tables() -> None:
    held = HOLDS + HOLDS.replace("/hold]", "/back]").replace("/held]", "/on]")
    world = await play("alice 1001, bob 1002" + UP)
    for _ in range(3):
        await play_on(world, held)
    before = _table_sizes(world)
    for _ in range(10):
        await play_on(world, held)
    assert _table_sizes(world) <= before


async def test_legs_of_a_live_call_hold_no_messages() -> None:
    world = await play("alice 1001, bob 1002" + UP)
    await world.pass_time(40)
    (call,) = world.manager.calls.values()
    for leg in call.legs().values():
        found = [each for one in gc.get_referents(leg) for each in (one, *gc.get_referents(one))]
        assert not [each for each in found if isinstance(each, Message)]


def _table_sizes(world: World) -> int:
    return len(world.legs._by_client_key) + sum(len(leg._invites) for leg in world.legs._by_tag.values())


async def test_hundreds_of_calls_do_not_leak_memory() -> None:
    world = await play("alice 1001, bob 1002" + ANSWERED)
    gc.unfreeze()  # the caches are found among all objects
    tracemalloc.start()
    try:
        for _ in range(3):  # fills the bounded caches of the parsers
            await _run_calls(world, 100)
        before = _memory_in_use()
        for _ in range(4):
            await _run_calls(world, 100)
        after = _memory_in_use()
    finally:
        tracemalloc.stop()
        gc.freeze()
    assert world.leftovers() == {}
    assert after - before < 12_000, f"{after - before} bytes more after 400 calls"


def _memory_in_use() -> int:
    """Return the bytes in use after garbage collection.

    Bounded caches are cleared, since their size does not grow with the number of calls.
    """
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):
            each.cache_clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def _run_calls(world: World, number: int) -> None:
    for at in range(number):
        await play_on(world, REFUSED if at % 3 == 2 else ANSWERED)
        world.clear()
    await world.pass_time(70)
    world.clear()
