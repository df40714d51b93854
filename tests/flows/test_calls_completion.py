"""Call completion: "call me when free"."""

import asyncio

from ladder import play, play_on
from steps import takes_over
from world import TENANT, World

from unificx.calls import CallCompletions, CallControl

BUSY = """
    alice 1001, bob 1002, carol 1003
    carol -> INVITE 1002 [carol]
    bob   <- INVITE [carol]
    bob   -> 200 [bob]
    bob   <- ACK
    carol <- 200 [bob]
    carol -> ACK
"""
FREE_AGAIN = """
    carol -> BYE
    bob   <- BYE
    history <- answered 16 carol bob
    carol <- 200 BYE
    app   <- waiting
"""


def waiting(world: World) -> CallCompletions:
    """Have alice wait for bob."""
    completions = CallCompletions(world.clock, CallControl(world.manager))
    loop = asyncio.get_running_loop()
    world.on_changed = lambda tenant_id: loop.call_soon(completions.calls_changed, tenant_id)
    alice, bob = world.directory.extension(TENANT, "1001"), world.directory.extension(TENANT, "1002")
    assert alice is not None
    assert bob is not None
    completions.request(alice, bob)
    return completions


async def test_caller_rings_once_the_callee_is_free_and_then_the_callee() -> None:
    world = await play(BUSY)
    completions = waiting(world)
    await play_on(world, FREE_AGAIN + """
        ! the app answers [ring]
        alice <- INVITE [ring]
          From: "Extension 1002" <sip:1002@acme.example>{*}
          Alert-Info: <urn:alert:service:recall:callback>
          UnifiCX-Origination: none
        alice -> 200 [alice]
        alice <- ACK
        app   <- ACK [alice]
        bob   <- INVITE [alice]
    """ + takes_over("bob", "alice") + """
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)  # fmt: skip
    assert completions.of_callers(TENANT, ["e-1001"]) == []
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_the_wait_ends_when_the_caller_does_not_answer() -> None:
    world = await play(BUSY)
    completions = waiting(world)
    await play_on(world, FREE_AGAIN + """
        ! the app answers [ring]
        alice <- INVITE [ring]
        alice -> 486
        history <- busy 17 None 1002
        app   <- BYE
    """)  # fmt: skip
    assert completions.of_callers(TENANT, ["e-1001"]) == []
    await world.pass_time(70)
    assert world.leftovers() == {}
