"""Picking up a ringing call by code or by Replaces, and moving one's own call to another device."""

from dataclasses import replace

import pytest
from ladder import play, play_on
from steps import PARTICIPANTS, REFERRED, UP, parties, way
from test_calls_groups import group
from world import World

from unificx.calls import CallControl, ExtensionCalls
from unificx.routing import DestinationRef

RINGS = """
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    bob   -> 180
    alice <- 180
"""
PICKED_UP = """
    bob   <- CANCEL
      Reason: SIP;cause=200;text="Call completed elsewhere"
    app   <- picked-up for 1002 [alice]
    ! the app answers [hold]
    alice <- 200 [hold]
    alice -> ACK
    alice <- INVITE [carol]
      P-Asserted-Identity: "Extension 1003" <sip:1003@acme.example>
    alice -> 200 [alice]
    alice <- ACK
    app   <- BYE
    carol <- 200 [alice]
      P-Asserted-Identity: "Alice \\"Al\\" O\\\\Neill" <sip:1001@acme.example>
    carol -> ACK
"""
HANGS_UP = """
    ... 10 s
    carol -> BYE
    alice <- BYE
    history <- answered 16 {devices}
    carol <- 200 BYE
"""
GROUP = {"6000": group(("1002", "1004"), otherwise=DestinationRef("hangup"))}


def dialog_of(world: World, extension_id: str) -> tuple[str, str, str]:
    """The dialog in which an extension rings, as phones that watch it get it: Call-ID and both tags."""
    [call_id] = world.manager.calls
    return ExtensionCalls(world.manager.calls, world.directory).of_call(call_id)[extension_id].dialog


async def test_a_call_is_picked_up_at_the_extension_that_rings() -> None:
    world = await play(PARTICIPANTS + RINGS)
    control = CallControl(world.manager)
    [call] = world.manager.calls.values()
    assert control.pickup_extensions(call.caller.tenant_id) == {"e-1002"}
    assert control.tenants([call.id, "ended"]) == {call.caller.tenant_id}
    await play_on(world, "carol -> INVITE *41002 [carol]" + PICKED_UP)
    assert control.pickup_extensions(call.caller.tenant_id) == set()
    assert world.observed[-1] == "alice, carol"
    await play_on(world, HANGS_UP.format(devices="alice 1002 carol"))
    assert parties(world) == [("caller", "1001"), ("callee", "1002"), ("callee", "1003")]
    assert way(world) == ["extension 1002: dialled, continued", "extension 1003: picked_up by 1003, answered"]
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.parametrize("swapped", [False, True])
async def test_a_call_is_picked_up_by_the_dialog_that_a_key_shows(swapped: bool) -> None:
    world = await play(PARTICIPANTS + RINGS)
    call_id, phone_tag, own_tag = dialog_of(world, "e-1002")
    tags = (own_tag, phone_tag) if swapped else (phone_tag, own_tag)
    await play_on(
        world,
        f"""
        carol -> INVITE 1002 [carol]
          Replaces: {call_id};to-tag={tags[0]};from-tag={tags[1]};early-only
        """
        + PICKED_UP
        + HANGS_UP.format(devices="alice 1002 carol"),
    )
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_the_oldest_call_of_the_own_groups_is_picked_up() -> None:
    world = await play("alice 1001, bob 1002, carol 1003, dave 1004, erin 1005, frank 1006", numbers=GROUP)
    world.team = {"e-1002", "e-1003"}
    await play_on(
        world,
        """
        erin  -> INVITE 1006 [erin]
        frank <- INVITE [erin]
        frank -> 180
        erin  <- 180
        alice -> INVITE 6000 [alice]
        bob   <- INVITE [alice]
        dave  <- INVITE [alice]
        bob   -> 180
        alice <- 180
        dave  -> 180
        ... 1 s
        carol -> INVITE *4 [carol]
        bob   <- CANCEL
        dave  <- CANCEL
        app   <- picked-up [alice]
        ! the app answers [hold]
        alice <- 200 [hold]
        alice -> ACK
        alice <- INVITE [carol]
        alice -> 200 [alice]
        alice <- ACK
        app   <- BYE
        carol <- 200 [alice]
        carol -> ACK
        """
        + HANGS_UP.format(devices="alice carol"),
    )
    assert way(world) == [
        "group 6000: dialled, continued",
        "extension 1002: routed, continued",
        "extension 1004: routed, continued",
        "extension 1003: picked_up by 1003, answered",
    ]


async def test_a_call_of_a_group_is_picked_up_by_its_number() -> None:
    world = await play("alice 1001, bob 1002, carol 1003, dave 1004", numbers=GROUP)
    await play_on(
        world,
        """
        alice -> INVITE 6000 [alice]
        bob   <- INVITE [alice]
        dave  <- INVITE [alice]
        bob   -> 180
        alice <- 180
        dave  -> 180
        carol -> INVITE *46000 [carol]
        bob   <- CANCEL
        dave  <- CANCEL
        app   <- picked-up [alice]
        """,
    )


@pytest.mark.parametrize("dialled", ["*41003", "*4", "*41002"])
async def test_without_a_call_to_pick_up_the_app_answers(dialled: str) -> None:
    """No call rings there; the caller's own call is none."""
    await play(PARTICIPANTS + f"""
        carol -> INVITE 1002 [carol]
        bob   <- INVITE [carol]
        carol -> INVITE {dialled} [carol]
        app   <- pickup [carol]
    """)  # fmt: skip


@pytest.mark.parametrize("member", [False, True])
async def test_a_tenant_may_restrict_pickup_to_groups(member: bool) -> None:
    world = await play(PARTICIPANTS + RINGS)
    [tenant] = world.directory.tenants()
    world.directory.put_tenant(replace(tenant, pickup="groups"))
    world.team = {"e-1002"} if member else set()
    call_id, phone_tag, own_tag = dialog_of(world, "e-1002")
    await play_on(world, f"""
        carol -> INVITE 1002 [carol]
          Replaces: {call_id};to-tag={phone_tag};from-tag={own_tag}
        {"bob <- CANCEL" if member else "carol <- 403"}
        {"app <- picked-up for 1002 [alice]" if member else ""}
    """)  # fmt: skip


async def test_a_running_call_of_others_is_not_taken() -> None:
    world = await play(PARTICIPANTS + RINGS)
    call_id, phone_tag, own_tag = dialog_of(world, "e-1002")
    await play_on(world, f"""
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        carol -> INVITE 1002 [carol]
          Replaces: {call_id};to-tag={phone_tag};from-tag={own_tag}
        carol <- 481
    """)  # fmt: skip


async def test_a_transferred_call_is_picked_up_while_it_rings() -> None:
    world = await play(PARTICIPANTS + ", dave 1004" + UP + REFERRED + """
        dave  -> INVITE *41003 [dave]
        carol <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        bob   <- NOTIFY 200 over
        bob   <- BYE
        alice <- INVITE [dave]
        alice -> 200 [alice]
        alice <- ACK
        app   <- BYE
        dave  <- 200 [alice]
        dave  -> ACK
        dave  -> BYE
        alice <- BYE
        history <- answered 16 alice bob 1003 dave
        dave  <- 200 BYE
    """)  # fmt: skip
    assert way(world)[-1] == "extension 1004: picked_up by 1004, answered"
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_the_caller_hangs_up_before_the_call_is_connected() -> None:
    world = await play(PARTICIPANTS + RINGS + """
        carol -> INVITE *41002 [carol]
        bob   <- CANCEL
        app   <- picked-up for 1002 [alice]
        alice -> CANCEL
        app   <- BYE
        history <- cancelled 16 alice 1002
        alice <- 487
        carol <- 487
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_the_phone_that_picks_up_gives_up_before_it_is_connected() -> None:
    world = await play(PARTICIPANTS + RINGS + """
        carol -> INVITE *41002 [carol]
        bob   <- CANCEL
        app   <- picked-up for 1002 [alice]
        ! the app answers [hold]
        alice <- 200 [hold]
        alice -> ACK
        alice <- INVITE [carol]
        carol -> CANCEL
        app   <- BYE
        carol <- 487
        alice <- BYE
        history <- answered 41 alice 1002
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_a_caller_in_a_queue_is_picked_up_while_an_agent_rings() -> None:
    world = await play(PARTICIPANTS + """
        alice -> INVITE *43 [alice]
        app   <- echo [alice]
        ! the app answers [music]
        alice <- 200 [music]
        alice -> ACK
        ! the app connects 1002
        bob   <- INVITE [alice]
        bob   -> 180
        carol -> INVITE *41002 [carol]
        bob   <- CANCEL
        alice <- INVITE [carol]
        alice -> 200 [alice]
        alice <- ACK
        app   <- answered
        app   <- BYE
        carol <- 200 [alice]
        carol -> ACK
    """)  # fmt: skip
    assert world.observed[-1] == "alice, carol"


FLIPPED = """
    mobile -> INVITE *82 [mobile]
    alice <- INVITE [mobile]
    alice -> 200 [alice]
    alice <- ACK
    mobile <- 200 [alice]
    desk  <- BYE
    mobile -> ACK
    mobile -> BYE
    alice <- BYE
    history <- answered 16 {devices}
    mobile <- 200 BYE
"""


async def test_the_callee_moves_the_own_call_to_another_device() -> None:
    world = await play("alice 1001, desk 1002, mobile 1002" + """
        alice -> INVITE 1002 [alice]
        desk  <- INVITE [alice]
        mobile <- INVITE [alice]
        mobile -> 180
        alice <- 180
        desk  -> 200 [desk]
        desk  <- ACK
        mobile <- CANCEL
        alice <- 200 [desk]
        alice -> ACK
    """ + FLIPPED.format(devices="alice desk mobile"))  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_the_caller_moves_the_own_call_to_another_device() -> None:
    world = await play("alice 1001, desk 1002, mobile 1002" + """
        desk  -> INVITE 1001 [desk]
        alice <- INVITE [desk]
        alice -> 200 [alice]
        alice <- ACK
        desk  <- 200 [alice]
        desk  -> ACK
    """ + FLIPPED.format(devices="desk alice mobile"))  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_without_an_own_call_elsewhere_the_app_answers() -> None:
    await play(PARTICIPANTS + UP + """
        alice -> INVITE *82 [alice]
        app   <- flip [alice]
    """)  # fmt: skip


async def test_the_own_call_is_not_picked_up() -> None:
    world = await play("alice 1001, desk 1001, bob 1002" + RINGS)
    call_id, phone_tag, own_tag = dialog_of(world, "e-1002")
    await play_on(world, f"""
        desk  -> INVITE 1002 [desk]
          Replaces: {call_id};to-tag={phone_tag};from-tag={own_tag}
        desk  <- 481
    """)  # fmt: skip


async def test_a_sips_call_is_not_picked_up_by_an_insecure_request() -> None:
    world = await play("alice 1001 tls, bob 1002 tls, carol 1003 tls" + """
        alice -> INVITE sips:1002 [alice/srtp]
        bob   <- INVITE [alice/srtp in srtp]
        bob   -> 180
        alice <- 180
    """)  # fmt: skip
    call_id, phone_tag, own_tag = dialog_of(world, "e-1002")
    await play_on(world, f"""
        carol -> INVITE 1002 [carol/srtp]
          Replaces: {call_id};to-tag={phone_tag};from-tag={own_tag}
        carol <- 403
    """)  # fmt: skip
