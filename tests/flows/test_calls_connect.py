"""Calls that an app connects to a destination while the caller stays with the app."""

import pytest
from ladder import play, play_on
from steps import hangs_up, parties, released
from world import World

from unificx.routing import CallApp

NUMBERS = {"7000": CallApp("menu"), "7100": CallApp("other menu")}
IN_MENU = """
    alice 1001, bob 1002, carol 1003 tcp voicemail
    alice -> INVITE 7000 [alice]
    app   <- menu [alice]
    ! the app answers [menu]
    alice <- 200 [menu]
    alice -> ACK
"""
RINGS = """
    ! the app connects 1002
    bob   <- INVITE [alice]
      From: "Alice \\"Al\\" O\\\\Neill" <sip:1001@acme.example>{*}
      Alert-Info: <urn:alert:source:internal>{*}
    bob   -> 180
"""
ANSWERED = """
    bob   -> 200 [bob]
    app   <- answered
    app   <- BYE
    bob   <- ACK
    alice <- INVITE [bob]
      P-Asserted-Identity: "Extension 1002" <sip:1002@acme.example>{*}
    alice -> 200 [alice]
    alice <- ACK
"""
OVER = hangs_up("alice", "bob", "answered 16 alice 7000 bob")


async def in_menu(more: str = "") -> World:
    return await play(IN_MENU + more, numbers=NUMBERS)


async def test_answered_destination_takes_the_caller_from_the_app() -> None:
    world = await in_menu(RINGS + ANSWERED + OVER)
    await released(world)
    assert parties(world) == [("caller", "1001"), ("callee", "7000"), ("callee", "1002")]


async def test_caller_stays_with_the_app_if_unanswered() -> None:
    world = await in_menu(RINGS + """
        ... 30 s
        app   <- missed
        bob   <- CANCEL
    """ + RINGS + ANSWERED + OVER)  # fmt: skip
    await released(world)


@pytest.mark.parametrize(
    ("status", "outcome"), [(486, "busy"), (603, "declined"), (480, "unreachable"), (500, "failed")]
)
async def test_app_learns_of_a_refusal_and_the_record_names_no_callee(status: int, outcome: str) -> None:
    world = await in_menu(RINGS + f"""
        bob   -> {status}
        app   <- {outcome}
        ! the app hangs up
        alice <- BYE
        history <- answered 16 alice 7000
        app   <- BYE
    """)  # fmt: skip
    await released(world)
    assert parties(world) == [("caller", "1001"), ("callee", "7000")]


@pytest.mark.parametrize(("number", "outcome"), [("1009", "failed"), ("*99", "failed")])
async def test_app_learns_of_an_unknown_destination_at_once(number: str, outcome: str) -> None:
    await in_menu(f"! the app connects {number}\napp <- {outcome}")


async def test_name_is_shown_while_the_destination_rings() -> None:
    await in_menu("""
        ! the app connects 1002 "Sales: Alice"
        bob   <- INVITE [alice]
          From: "Sales: Alice" <sip:1001@acme.example>{*}
    """)


async def test_caller_hangs_up_while_the_destination_rings() -> None:
    world = await in_menu(RINGS + """
        alice -> BYE
        app   <- BYE
        bob   <- CANCEL
        history <- answered 16 alice 7000
        alice <- 200 BYE
    """)  # fmt: skip
    await released(world)


async def test_app_hangs_up_while_the_destination_rings() -> None:
    world = await in_menu(RINGS + """
        ! the app hangs up
        bob   <- CANCEL
        alice <- BYE
        history <- answered 16 alice 7000
        app   <- BYE
    """)  # fmt: skip
    await released(world)


async def test_app_withdraws_and_tries_another_destination() -> None:
    world = await in_menu(RINGS + """
        ! the app withdraws
        app   <- cancelled
        bob   <- CANCEL
        ! the app withdraws
    """ + RINGS + ANSWERED + OVER)  # fmt: skip
    await released(world)


async def test_later_step_of_the_plan_takes_the_caller() -> None:
    world = await in_menu("""
        ! the app connects 1003
        carol <- INVITE [alice]
        carol -> 486
        app   <- voicemail for 1003 [alice]
        ! app 2 answers [vm]
        app   <- answered
        app   <- BYE
        alice <- INVITE [vm]
        alice -> 200 [alice]
        alice <- ACK
        alice -> BYE
        app   <- BYE
        history <- answered 16 alice 7000 1003
        alice <- 200 BYE
    """)
    await released(world)
    assert world.ended[0].answered_by == "voicemail"


async def test_caller_moves_through_another_app_to_a_phone() -> None:
    """The second app requests a connection before the caller's phone has accepted it."""
    world = await in_menu("""
        ! the app connects 7100
        app   <- other menu [alice]
        ! app 2 answers [other]
        app   <- answered
        app   <- BYE
        alice <- INVITE [other]
        ! app 2 connects 1002
        alice -> 200 [alice]
        alice <- ACK
        bob   <- INVITE [alice]
        bob   -> 180
        bob   -> 486
        app   <- busy
    """ + RINGS + ANSWERED)  # fmt: skip
    await play_on(world, OVER)
    await released(world)


async def test_app_that_does_not_answer_leaves_the_caller_where_they_are() -> None:
    world = await in_menu("""
        ! the app connects 7100
        app   <- other menu [alice]
        ! app 2 refuses
        app   <- unreachable
        ! app 1 connects 1002
        app   <- BYE
        bob   <- INVITE [alice]
    """)
    [call] = world.manager.calls.values()
    assert sorted(call.participants) == ["a", "app1", "b1"]


async def test_connection_waits_until_the_call_is_answered() -> None:
    """The media engine answers before the media relay has confirmed it."""
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE 7000 [alice]
        app   <- menu [alice]
        ! the media engine sleeps
        ! the app answers [menu]
        ! the app connects 1002
        ! the media engine wakes up
        alice <- 200 [menu]
        bob   <- INVITE [alice]
        alice -> ACK
        bob   -> 180
        ! the app withdraws
        app   <- cancelled
        bob   <- CANCEL
    """, numbers=NUMBERS)  # fmt: skip
    assert len(world.manager.calls) == 1


async def test_keys_by_info_reach_the_app_while_the_destination_rings() -> None:
    await in_menu(RINGS + """
        alice -> INFO
          Content-Type: application/dtmf-relay
        app   <- INFO
        alice <- 200 INFO
    """)  # fmt: skip


async def test_media_engine_restarts_while_the_destination_rings() -> None:
    world = await in_menu(RINGS + """
        ! the media engine dies
        ! the media engine restarts
        app   <- INVITE [alice]
        alice <- INVITE [menu]
        alice -> 200 [alice]
        alice <- ACK
        ! the app accepts [menu]
        bob   -> 200 [bob]
        app   <- answered
        app   <- BYE
        bob   <- ACK
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- INVITE [bob]
        alice -> 200 [alice]
        alice <- ACK
    """ + OVER)  # fmt: skip
    await released(world)


async def test_party_called_by_an_app_is_connected_to_a_destination() -> None:
    world = await play("""
        alice 1001, bob 1002
        ! an app calls 1001
        app   <- room
        ! the app answers [room]
        alice <- INVITE [room]
        alice -> 200 [alice]
        alice <- ACK
        app   <- ACK [alice]
        ! the app connects 1002
        bob   <- INVITE [alice]
          From: "Alice \\"Al\\" O\\\\Neill" <sip:1001@acme.example>{*}
        bob   -> 200 [bob]
        app   <- answered
        app   <- BYE
        bob   <- ACK
        alice <- INVITE [bob]
        alice -> 200 [alice]
        alice <- ACK
    """, numbers=NUMBERS)  # fmt: skip
    assert world.observed[-1] == "alice, bob"


async def test_a_call_from_a_queue_has_a_ring_tone_of_its_own() -> None:
    rings = RINGS.replace("source:internal>", "source:external>;info=queue")
    await play(IN_MENU.replace("menu", "queue") + rings, numbers={"7000": CallApp("queue")})
