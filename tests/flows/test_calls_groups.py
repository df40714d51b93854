"""Ring groups: members ring together or in turn, those that are busy are skipped, phones show the group's prefix."""

from datetime import UTC, datetime

import pytest
from ladder import play, play_on
from steps import extension

from unificx.routing import DestinationRef, GroupCall, RingGroup, Strategy

OTHERWISE = DestinationRef("extension", "1004")
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def group(*steps: tuple[str, ...], strategy: Strategy = "in_turn", otherwise: DestinationRef = OTHERWISE) -> GroupCall:
    """Return a call to a group of these numbers that rings for five seconds."""
    ids = tuple(tuple(f"e-{number}" for number in step) for step in steps)
    made = RingGroup("g", "t1", "6000", "Sales", CREATED, ids, strategy, 5, "Sales: ", otherwise)
    return GroupCall(made, ids, lambda extension_id: extension(extension_id.removeprefix("e-")))


PHONES = "alice 1001, bob 1002, carol 1003, dave 1004\n"


async def test_members_ring_in_turn_with_the_prefix_and_then_the_other_destination() -> None:
    await play(
        PHONES
        + """
        alice -> INVITE 6000 [alice]
        bob   <- INVITE [alice]
          From: "Sales: Alice \\"Al\\" O\\\\Neill" <sip:1001@acme.example>{*}
        bob   -> 603
        carol <- INVITE [alice]
        carol -> 180
        alice <- 180
        ... 5 s
        carol <- CANCEL
        dave  <- INVITE [alice]
        dave  -> 486
        history <- busy 17 alice 1004
        alice <- 486
        """,
        numbers={"6000": group(("1002",), ("1003",))},
    )


async def test_a_member_cannot_send_the_call_of_its_group_on() -> None:
    await play(
        PHONES
        + """
        alice -> INVITE 6000 [alice]
        bob   <- INVITE [alice]
        bob   -> 302
          Contact: <sip:1004@acme.example>
        carol <- INVITE [alice]
        """,
        numbers={"6000": group(("1002",), ("1003",))},
    )


async def test_busy_members_are_skipped_when_their_step_starts() -> None:
    world = await play(PHONES, numbers={"6000": group(("1002",), ("1003", "1004"))})
    world.occupied |= {"e-1002", "e-1004"}
    await play_on(
        world,
        """
        alice -> INVITE 6000 [alice]
        carol <- INVITE [alice]
        carol -> 200 [carol]
        carol <- ACK
        alice <- 200 [carol]
        alice -> ACK
        """,
    )


@pytest.mark.parametrize(("free", "record"), [("", "busy 17"), ("dave", "missed 19")])
async def test_group_that_hangs_up_ends_with_the_cause_of_its_last_step(free: str, record: str) -> None:
    plan = group(("1002", "1004"), strategy="all", otherwise=DestinationRef("hangup"))
    world = await play(PHONES, numbers={"6000": plan})
    world.occupied |= {"e-1002"} if free else {"e-1002", "e-1004"}
    rings = "dave <- INVITE [alice]\ndave -> 180\nalice <- 180\n... 5 s" if free else ""
    status, cancelled = (480, "dave <- CANCEL") if free else (486, "")
    ladder = f"alice -> INVITE 6000 [alice]\n{rings}\nhistory <- {record} alice 6000\n{cancelled}\nalice <- {status}"
    await play_on(world, ladder)


async def test_sleeping_member_is_woken_and_takes_the_call() -> None:
    await play(
        """
        alice 1001, bob 1002 asleep, carol 1003
        alice -> INVITE 6000 [alice]
        push  <- call bob
        carol <- INVITE [alice]
        bob wakes up
        bob   <- INVITE [alice]
        """,
        numbers={"6000": group(("1002", "1003"), strategy="all")},
    )
