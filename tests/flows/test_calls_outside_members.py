"""Members of ring groups that are numbers outside: they ring with the others, and take the call by a key."""

from datetime import UTC, datetime

from carriers import OWN_NUMBER
from ladder import play, play_on
from steps import extension, hangs_up, released

from unificx.calls import CallControl
from unificx.routing import DestinationRef, OutsideTarget, RingGroup
from unificx.routing.groups.ringing import GroupCall
from unificx.server.outside_calls import OutsideCallControl

MOBILE = "+491725550001"
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
PHONES = "alice 1001, bob 1002, carol 1003, carrier +491710000001 udp trunk\n"


def group(*steps: tuple[str, ...], trunks: tuple[str, ...] = ("carrier",), seconds: int = 20) -> GroupCall:
    """Return a call to a group of extensions, and numbers outside that these trunks take."""
    ids = tuple(tuple(one if one.startswith("+") else f"e-{one}" for one in step) for step in steps)
    made = RingGroup("g", "t1", "6000", "Sales", CREATED, ids, "in_turn", seconds, "", DestinationRef("hangup"))

    def targets(tenant_id: str, number: str, calling_for: str) -> tuple[OutsideTarget, ...]:
        assert (tenant_id, calling_for) == ("t1", "group:6000")
        return tuple(OutsideTarget(number, trunk, number, OWN_NUMBER) for trunk in trunks)

    return GroupCall(made, ids, lambda extension_id: extension(extension_id.removeprefix("e-")), targets)


BOTH_RING = """
    alice -> INVITE 6000 [alice]
    bob   <- INVITE [alice]
    carrier <- INVITE [alice]
    bob   -> 180
    alice <- 180
    carrier -> 180
"""
ASKED = BOTH_RING + """
    carrier -> 200 [mobile]
    carrier <- ACK
    request <- asked
"""  # fmt: skip


async def test_the_user_outside_takes_the_call_by_the_key() -> None:
    world = await play(
        PHONES
        + ASKED
        + """
        ... 3 s
        carrier presses 1
        request <- pressed
        bob   <- CANCEL
        alice <- 200 [mobile]
        alice -> ACK
        ... 60 s
        """
        + hangs_up("alice", "carrier", f"answered 16 alice {MOBILE}"),
        numbers={"6000": group(("1002", MOBILE))},
    )
    [record] = world.ended
    [leg] = record.outside
    assert record.answered is not None
    assert (record.answered - leg.answered).total_seconds() == 3.0  # the carrier bills the leg from its answer on
    assert (leg.number, leg.extension_id, leg.ended) == (MOBILE, "e-1001", record.ended)
    assert record.direction == "outbound"


async def test_a_colleague_who_answers_first_ends_the_leg_of_the_user_who_is_asked() -> None:
    world = await play(
        PHONES
        + ASKED
        + """
        ... 3 s
        bob   -> 200 [bob]
        bob   <- ACK
        carrier <- BYE
        alice <- 200 [bob]
        alice -> ACK
        ... 60 s
        """
        + hangs_up("alice", "bob", "answered 16 alice bob"),
        numbers={"6000": group(("1002", MOBILE))},
    )
    [record] = world.ended
    [leg] = record.outside
    assert (leg.number, (leg.ended - leg.answered).total_seconds()) == (MOBILE, 3.0)
    assert record.direction == "internal"
    await released(world)


async def test_a_colleague_who_answers_first_cancels_the_member_outside() -> None:
    world = await play(
        PHONES
        + BOTH_RING
        + """
        bob   -> 200 [bob]
        bob   <- ACK
        carrier <- CANCEL
        alice <- 200 [bob]
        alice -> ACK
        """
        + hangs_up("alice", "bob", "answered 16 alice bob"),
        numbers={"6000": group(("1002", MOBILE))},
    )
    assert not world.ended[0].outside


async def test_a_mailbox_does_not_take_the_call() -> None:
    world = await play(
        PHONES
        + """
        alice -> INVITE 6000 [alice]
        carrier <- INVITE [alice]
        carrier -> 183 [early]
        alice <- 180
        carrier -> 200 [mailbox]
        carrier <- ACK
        request <- asked
        ... 20 s
        carrier <- BYE
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        """
        + hangs_up("alice", "bob", "answered 16 alice bob"),
        numbers={"6000": group((MOBILE,), ("1002",))},
    )
    [leg] = world.ended[0].outside
    assert (leg.ended - leg.answered).total_seconds() == 20.0


async def test_a_member_who_is_busy_leaves_the_call_to_the_others() -> None:
    await play(
        PHONES
        + BOTH_RING
        + """
        carrier -> 486
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        """,
        numbers={"6000": group(("1002", MOBILE))},
    )


async def test_a_caller_who_gives_up_ends_the_leg_of_the_user_who_is_asked() -> None:
    world = await play(
        PHONES
        + ASKED
        + """
        alice -> CANCEL
        history <- cancelled 16 alice 6000
        bob   <- CANCEL
        carrier <- BYE
        alice <- 487
        """,
        numbers={"6000": group(("1002", MOBILE))},
    )
    assert [leg.number for leg in world.ended[0].outside] == [MOBILE]
    await released(world)


async def test_a_user_who_hangs_up_when_asked_leaves_the_call_to_the_others() -> None:
    world = await play(
        PHONES
        + ASKED
        + """
        ... 2 s
        carrier -> BYE
        carrier <- 200 BYE
        ... 3 s
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        """
        + hangs_up("alice", "bob", "answered 16 alice bob"),
        numbers={"6000": group(("1002", MOBILE))},
    )
    [leg] = world.ended[0].outside
    assert (leg.ended - leg.answered).total_seconds() == 2.0


async def test_another_key_does_not_take_the_call() -> None:
    await play(
        PHONES
        + ASKED
        + """
        carrier presses 2
        carrier presses 1
        request <- pressed
        bob   <- CANCEL
        alice <- 200 [mobile]
        """,
        numbers={"6000": group(("1002", MOBILE))},
    )


async def test_a_key_in_an_info_request_takes_the_call_too() -> None:
    await play(
        PHONES
        + ASKED
        + """
        carrier -> INFO Signal=1
          Content-Type: application/dtmf-relay
        request <- pressed
        carrier <- 200 INFO
        bob   <- CANCEL
        alice <- 200 [mobile]
        """,
        numbers={"6000": group(("1002", MOBILE))},
    )


async def test_a_leg_without_usable_media_is_ended_and_the_others_ring_on() -> None:
    await play(
        PHONES
        + BOTH_RING
        + """
        carrier -> 200 [bad]
        carrier <- ACK
        carrier <- BYE
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        """,
        numbers={"6000": group(("1002", MOBILE))},
    )


async def test_a_leg_that_the_caller_would_hear_is_not_dialled() -> None:
    world = await play(PHONES, numbers={"6000": group(("1002", MOBILE))})
    world.can_silence = False
    await play_on(
        world,
        """
        alice -> INVITE 6000 [alice]
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        """,
    )


async def test_members_that_may_not_be_called_are_left_out() -> None:
    await play(
        PHONES
        + """
        alice -> INVITE 6000 [alice]
        bob   <- INVITE [alice]
        """,
        numbers={"6000": group(("1002", MOBILE), trunks=())},
    )
    await play(
        PHONES
        + """
        alice -> INVITE 6000 [alice]
        history <- unreachable 20 alice 6000
        alice <- 480
        """,
        numbers={"6000": group((MOBILE,), trunks=())},
    )


async def test_the_first_trunk_that_can_take_the_call_gets_it() -> None:
    cast = "alice 1001, full +491710000001 udp trunk max0, carrier +491710000002 udp trunk\n"
    await play(
        cast
        + """
        alice -> INVITE 6000 [alice]
        carrier <- INVITE [alice]
          From: <sip:+49301234500@carrier.example>;tag={*}
        """,
        numbers={"6000": group((MOBILE,), trunks=("full", "carrier"))},
    )


async def test_a_caller_without_an_offer_does_not_reach_members_outside() -> None:
    await play(
        PHONES
        + """
        alice -> INVITE 6000
        bob   <- INVITE
        """,
        numbers={"6000": group(("1002", MOBILE))},
    )


async def test_each_leg_outside_counts_as_a_live_call_while_it_lasts() -> None:
    world = await play(PHONES + ASKED, numbers={"6000": group(("1002", MOBILE))})
    await world.pass_time(3)

    def live() -> list[tuple[str, str, str, float]]:
        found = OutsideCallControl(CallControl(world.manager), world.clock).outside_calls("t1")
        return [(one.number, one.trunk_id, one.extension_id, one.talk_seconds) for one in found]

    assert live() == [(MOBILE, "carrier", "e-1001", 3.0)]
    await play_on(
        world,
        """
        bob   -> 200 [bob]
        bob   <- ACK
        carrier <- BYE
        alice <- 200 [bob]
        """,
    )
    assert not live()
