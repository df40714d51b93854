"""Change callback of live calls: start, answer and end."""

import pytest
from ladder import play, play_on
from test_calls_no_leaks import ANSWERED, CANCELLED, REFUSED
from world import World


@pytest.mark.parametrize(
    ("ladder", "states"),
    [
        (ANSWERED, ["1 ringing", "1 talking", "0"]),
        (REFUSED, ["1 ringing", "0"]),
        (CANCELLED, ["1 ringing", "0"]),
    ],
)
async def test_change_callback_is_called_for_each_change_of_live_calls(ladder: str, states: list[str]) -> None:
    world = await play("alice 1001, bob 1002")
    seen: list[str] = []
    world.on_changed = lambda tenant: seen.append(_shape(world, tenant))
    await play_on(world, ladder)
    assert seen == states


def _shape(world: World, tenant: str) -> str:
    live = world.manager.live_calls(tenant)
    return " ".join([str(len(live)), *(one.state for one in live)])
