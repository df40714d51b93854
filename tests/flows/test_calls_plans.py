"""Plans of further kinds of destinations: the set-up machine carries out their steps without knowing them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from ladder import play, play_on
from steps import extension

from unificx.routing import (
    CallApp,
    Destination,
    DestinationRef,
    Fork,
    GoTo,
    OutsideTarget,
    Plan,
    Reject,
    Rejection,
    RingTarget,
    Step,
)

CALL_SECONDS = 600.0


def together(*numbers: str, seconds: float = 5.0, decline_ends: bool = True) -> Fork:
    return Fork(tuple(RingTarget(extension(number)) for number in numbers), seconds, CALL_SECONDS, decline_ends)


@dataclass(frozen=True, slots=True)
class Hunt:
    """A kind of destination of this test only: one extension rings, then two others together, then voicemail."""

    first: str
    others: tuple[str, ...]

    def plan(self) -> Plan:
        steps = together(self.first), together(*self.others, seconds=10.0), CallApp("voicemail")
        return Plan(tuple(Step(each) for each in steps), extension(self.first))


@dataclass(frozen=True, slots=True)
class Group:
    """Extensions that ring together under a number that belongs to none of them."""

    members: tuple[str, ...]

    def plan(self) -> Plan:
        return Plan((Step(together(*self.members)),))


@dataclass(frozen=True, slots=True)
class Steps:
    """Any steps."""

    steps: tuple[Step, ...]

    def plan(self) -> Plan:
        return Plan(self.steps, extension("1002"))


def numbers(**found: Destination) -> Mapping[str, Destination]:
    return {name.removeprefix("n"): one for name, one in found.items()}


HUNT = numbers(n7000=Hunt("1002", ("1003", "1004")))
RINGING = """
    alice 1001, bob 1002, carol 1003, dave 1004
    alice -> INVITE 7000 [alice]
    bob   <- INVITE [alice]
    bob   -> 180
    alice <- 180
    ... 5 s
    bob   <- CANCEL
    carol <- INVITE [alice]
    dave  <- INVITE [alice]
    carol -> 180
    dave  -> 180
"""


async def test_steps_start_one_after_the_other_until_one_answers() -> None:
    await play(
        RINGING
        + """
        dave  -> 200 [dave]
        dave  <- ACK
        carol <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        alice <- 200 [dave]
        alice -> ACK
        alice -> BYE
        dave  <- BYE
        history <- answered 16 alice dave
        alice <- 200 BYE
        """,
        numbers=HUNT,
    )


async def test_last_step_of_a_plan_is_an_app_for_the_called_extension() -> None:
    world = await play(
        RINGING
        + """
        ... 10 s
        carol <- CANCEL
        dave  <- CANCEL
        app   <- voicemail for 1002 [alice]
        the app answers [vm]
        alice <- 200 [vm]
        alice -> ACK
        alice -> BYE
        app   <- BYE
        history <- missed 19 alice 1002
        alice <- 200 BYE
        """,
        numbers=HUNT,
    )
    assert world.apps.last_context is not None
    assert world.apps.last_context.reason == "missed"


async def test_caller_hangs_up_during_a_later_step() -> None:
    world = await play(
        RINGING
        + """
        alice -> CANCEL
        history <- cancelled 16 alice 1002
        carol <- CANCEL
        dave  <- CANCEL
        alice <- 487
        """,
        numbers=HUNT,
    )
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_device_that_registers_rings_in_the_step_of_its_extension() -> None:
    await play(
        """
        alice 1001, bob 1002, carol 1003, dave 1004 off
        alice -> INVITE 7000 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        dave wakes up
        ... 5 s
        bob   <- CANCEL
        carol <- INVITE [alice]
        dave  <- INVITE [alice]
        carol -> 486
        dave  -> 200 [dave]
        dave  <- ACK
        alice <- 200 [dave]
        alice -> ACK
        """,
        numbers=HUNT,
    )


async def test_transferred_party_goes_through_all_steps() -> None:
    await play(
        """
        alice 1001, bob 1002, carol 1003, dave 1004, eve 1005
        alice -> INVITE 1005 [alice]
        eve   <- INVITE [alice]
        eve   -> 200 [eve]
        eve   <- ACK
        alice <- 200 [eve]
        alice -> ACK
        eve clicks to transfer 7000
        app   <- waiting for 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        ... 5 s
        bob   <- CANCEL
        carol <- INVITE [alice]
        dave  <- INVITE [alice]
        """,
        numbers=HUNT,
    )


@pytest.mark.parametrize(("status", "rings"), [(486, "carol"), (480, "dave")])
async def test_outcome_selects_the_next_step(status: int, rings: str) -> None:
    steps = (
        Step(together("1002")),
        Step(together("1003"), frozenset({"busy"})),
        Step(together("1004"), frozenset({"missed", "unreachable"})),
    )
    await play(
        f"""
        alice 1001, bob 1002, carol 1003, dave 1004
        alice -> INVITE 7000 [alice]
        bob   <- INVITE [alice]
        bob   -> {status}
        {rings} <- INVITE [alice]
        """,
        numbers=numbers(n7000=Steps(steps)),
    )


async def test_plan_ends_if_no_step_follows_the_outcome() -> None:
    steps = Step(together("1002")), Step(together("1003"), frozenset({"unreachable"}))
    await play(
        """
        alice 1001, bob 1002, carol 1003
        alice -> INVITE 7000 [alice]
        bob   <- INVITE [alice]
        bob   -> 603
        history <- declined 21 alice 1002
        alice <- 603
        """,
        numbers=numbers(n7000=Steps(steps)),
    )


async def test_decline_of_one_member_does_not_end_a_group() -> None:
    world = await play(
        """
        alice 1001, bob 1002 wakeable, carol 1003 wakeable, dave 1004
        alice -> INVITE 7000 [alice]
        bob   <- INVITE [alice]
        carol <- INVITE [alice]
        dave  <- INVITE [alice]
        bob   -> 180
        alice <- 180
        carol -> 180
        dave  -> 603
        bob declines asleep
        api   <- declined
        bob   <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        ... 5 s
        history <- missed 19 alice 1002
        carol <- CANCEL
        alice <- 480
        """,
        numbers=numbers(n7000=Steps((Step(together("1002", "1003", "1004", decline_ends=False)),))),
    )
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.parametrize(
    ("answer", "record"), [("200 [carol]", "answered 16 alice carol"), ("486", "busy 17 alice 7000")]
)
async def test_record_of_a_group_names_the_member_that_answered(answer: str, record: str) -> None:
    world = await play(
        f"""
        alice 1001, bob 1002, carol 1003
        alice -> INVITE 7000 [alice]
        bob   <- INVITE [alice]
        carol <- INVITE [alice]
        bob   -> 486
        carol -> {answer}
        """
        + (f"history <- {record}\nalice <- 486" if answer == "486" else "carol <- ACK\nalice <- 200 [carol]"),
        numbers=numbers(n7000=Group(("1002", "1003"))),
    )
    if answer != "486":
        await play_on(world, f"alice -> ACK\nalice -> BYE\ncarol <- BYE\nhistory <- {record}\nalice <- 200 BYE")


async def test_plan_continues_with_another_destination() -> None:
    await play(
        """
        alice 1001, bob 1002, carol 1003 voicemail
        alice -> INVITE 7000 [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        carol <- INVITE [alice]
        carol -> 486
        app   <- voicemail for 1003 [alice]
        """,
        numbers=numbers(
            n7000=Steps((Step(together("1002")), Step(GoTo(DestinationRef("extension", "1003")), frozenset({"busy"}))))
        ),
    )


async def test_loop_of_destinations_ends_the_call() -> None:
    world = await play(
        """
        alice 1001
        alice -> INVITE 7000 [alice]
        history <- failed 41 alice 7000
        alice <- 480
        """,
        numbers=numbers(n7000=GoTo(DestinationRef("app", "7001")), n7001=GoTo(DestinationRef("app", "7000"))),
    )
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_missing_destination_does_not_prevent_later_steps() -> None:
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 7000 [alice]
        bob   <- INVITE [alice]
        """,
        numbers=numbers(n7000=Steps((Step(GoTo(DestinationRef("extension", "4711"))), Step(together("1002"))))),
    )


@pytest.mark.parametrize(
    ("reason", "record", "status"),
    [(Rejection.BUSY, "busy 17", 486), (Rejection.NOT_ALLOWED, "failed 57", 403)],
)
async def test_rejecting_destination(reason: Rejection, record: str, status: int) -> None:
    await play(
        f"""
        alice 1001
        alice -> INVITE 7000 [alice]
        history <- {record} alice 7000
        alice <- {status}
        """,
        numbers=numbers(n7000=Reject(reason)),
    )


async def test_target_outside_without_a_trunk_fails_and_the_next_step_starts() -> None:
    outside = OutsideTarget("+4930123456", "t", "030123456")
    fork = Fork((outside,), 20.0, CALL_SECONDS)
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 7000 [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        history <- busy 17 alice 1002
        alice <- 486
        """,
        numbers=numbers(n7000=Steps((Step(fork), Step(together("1002"), frozenset({"failed"}))))),
    )
    assert "4930" not in repr(outside)
