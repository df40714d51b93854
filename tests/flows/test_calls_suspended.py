"""Calls when a person or a tenant is suspended: theirs end, except those to emergency numbers."""

from types import SimpleNamespace
from typing import Any

import pytest
from carriers import Outside
from ladder import play, play_on
from world import World

from unificx.cluster import LocalEventBus
from unificx.identity.events import PersonSuspended, TenantSuspended
from unificx.server.ended_access import end_calls_without_access

NUMBERS = {"112": Outside("112", "carrier", emergency=True)}
THREE_CALLS = """
    alice -> INVITE 112 [alice]
    carrier <- INVITE [alice]
    carrier -> 200 [outside]
    carrier <- ACK
    alice <- 200 [outside]
    alice -> ACK
    bob -> INVITE 1003 [bob]
    carol <- INVITE [bob]
    carol -> 200 [carol]
    carol <- ACK
    bob <- 200 [carol]
    bob -> ACK
    dora -> INVITE 1005 [dora]
    emil <- INVITE [dora]
    emil -> 180
    dora <- 180
"""
BOB_ENDS = """
    bob <- BYE
    carol <- BYE
    history <- answered 31 bob carol
"""
ALL_END = """
    history <- failed 31 dora 1005
    bob <- BYE
    carol <- BYE
    emil <- CANCEL
    dora <- 480
    history <- answered 31 bob carol
"""
pytestmark = pytest.mark.promise("U9")


async def started(extension_ids: frozenset[str]) -> tuple[World, LocalEventBus]:
    """Return three calls, and the bus that reports suspensions of a person with these extensions."""
    world = await play(
        "alice 1001, bob 1002, carol 1003, dora 1004, emil 1005, carrier +491710000001 udp trunk\n" + THREE_CALLS,
        numbers=NUMBERS,
    )

    def failed(fault: BaseException) -> None:
        raise fault

    bus, directory = LocalEventBus(failed), SimpleNamespace(extension_ids_of=lambda person_id: extension_ids)
    found: Any = directory
    end_calls_without_access(bus, world.manager, found)
    return world, bus


async def test_the_calls_of_a_suspended_person_end() -> None:
    world, bus = await started(frozenset({"e-1003"}))
    bus.publish(PersonSuspended("1", "t1", "carol"))
    await play_on(world, BOB_ENDS)
    assert len(world.manager.calls) == 2


async def test_the_emergency_call_of_a_suspended_person_goes_on() -> None:
    world, bus = await started(frozenset({"e-1001"}))
    bus.publish(PersonSuspended("1", "t1", "alice"))
    await play_on(world, "")
    assert len(world.manager.calls) == 3


async def test_the_calls_of_a_suspended_tenant_end_except_to_emergency_numbers() -> None:
    world, bus = await started(frozenset())
    bus.publish(TenantSuspended("1", "t2"))
    assert len(world.manager.calls) == 3
    bus.publish(TenantSuspended("1", "t1"))
    await play_on(world, ALL_END)
    [emergency] = world.manager.calls.values()
    assert emergency.dialled == "112"
