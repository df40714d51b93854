"""A page that is reloaded during a call takes it up again; one that does not return has hung up."""

import pytest
from ladder import play, play_on
from steps import parties
from world import World

from unificx.sip.headers import parse_address

UP = """
    alice 1001 wss, bob 1002 wss
    alice -> INVITE 1002 [alice/webrtc]
    bob   <- INVITE [alice/webrtc in webrtc]
    bob   -> 200 [bob/webrtc]
    bob   <- ACK
    alice <- 200 [bob/webrtc in webrtc]
    alice -> ACK
"""


def replaces(world: World, name: str) -> str:
    """The Replaces value for a phone's dialog."""
    phone = world.phones[name]
    remote, local = parse_address(phone.remote).tag, parse_address(phone.local).tag
    return f"{phone.call_id};to-tag={remote};from-tag={local}"


@pytest.mark.promise("U1")
@pytest.mark.parametrize(("reloaded", "other"), [("alice", "bob"), ("bob", "alice")])
async def test_reloaded_page_takes_the_call_up_again(reloaded: str, other: str) -> None:
    world = await play(UP)
    dialog = replaces(world, reloaded)
    await play_on(world, f"""
        ! {reloaded} closes its page
        ... 5 s
        ! {reloaded} comes back
        {reloaded} -> INVITE 1002 [{reloaded}/webrtc/again]
          Replaces: {dialog}
        {other} <- INVITE [{reloaded}/webrtc/again in webrtc]
        {other} -> 200 [{other}/webrtc]
        {other} <- ACK
        {reloaded} <- 200 [{other}/webrtc in webrtc]
        {reloaded} <- BYE
        {reloaded} -> ACK
        ... 20 s
        {other} -> BYE
        {reloaded} <- BYE
        history <- answered 16 alice bob
        {other} <- 200 BYE
    """)  # fmt: skip
    assert [number for _, number in parties(world)] == ["1001", "1002"]
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.parametrize(("closed", "other"), [("alice", "bob"), ("bob", "alice")])
async def test_closed_page_has_hung_up_after_ten_seconds(closed: str, other: str) -> None:
    world = await play(UP)
    await play_on(world, f"""
        ! {closed} closes its page
        ... 9.9 s
        ... 0.2 s
        {other} <- BYE
        history <- answered 16 alice bob
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_lost_connection_keeps_the_call() -> None:
    """Only a page that says so is closed: a network change may take longer."""
    world = await play(UP)
    await play_on(world, """
        ! alice loses its connection
        ... 25 s
        ! alice comes back
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}
