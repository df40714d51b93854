"""Ring groups: members ring together or in turn, those that are busy are skipped, phones show the group's prefix."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import pytest
from carriers import OWN_NUMBER
from ladder import play, play_on
from steps import extension, hangs_up
from world import World

from unificx.calls import CallControl
from unificx.presence import Forwarding, Presence, StateProfile
from unificx.registrar import Caller
from unificx.routing import (
    CallApp,
    Destination,
    DestinationRef,
    Fork,
    GoTo,
    OutsideTarget,
    PathObject,
    Plan,
    RingGroup,
    Step,
    Strategy,
    TenantObject,
)
from unificx.routing.groups.ringing import GroupCall
from unificx.routing.outbound.kinds import LedOutside
from unificx.routing.outbound.service import OutboundRouting

OTHERWISE = DestinationRef("extension", "1004")
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def group(*steps: tuple[str, ...], strategy: Strategy = "in_turn", otherwise: DestinationRef = OTHERWISE) -> GroupCall:
    """Return a call to a group of these numbers that rings for five seconds."""
    ids = tuple(tuple(f"e-{number}" for number in step) for step in steps)
    made = RingGroup("g", "t1", "6000", "Sales", CREATED, ids, strategy, 5, "Sales: ", otherwise)
    return GroupCall(made, ids, lambda extension_id: extension(extension_id.removeprefix("e-")), lambda *_: ())


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


@dataclass(frozen=True)
class Planned:
    """A destination with this plan."""

    found: Plan

    def plan(self) -> Plan:
        return self.found


class OutsideInName:
    """Decides on numbers outside: "carrier" shows the number of the group or queue in whose name a call is made."""

    def is_emergency(self, tenant_id: str, dialled: str) -> bool:
        return False

    def destination(self, caller: Caller, dialled: str, **_: bool) -> Destination:
        shown = {"group:6000": "+49301234560", "queue:6500": "+49301234565"}.get(caller.calling_for, OWN_NUMBER)
        target = OutsideTarget(dialled, "carrier", dialled, shown)
        return Planned(Plan((Step(Fork((target,), 60.0, 600.0)),)))


LED = LedOutside(cast("OutboundRouting", OutsideInName()), "t1", "+493098765432")


@pytest.mark.parametrize("dialled", ["6000", "6100"])
async def test_a_group_that_leads_outside_shows_its_number_also_behind_opening_hours(dialled: str) -> None:
    closed = TenantObject(GoTo(DestinationRef("app", "outside")), PathObject("hours", "", "night"))
    await play(
        f"""
        alice 1001, bob 1002, carrier +491710000001 udp trunk
        alice -> INVITE {dialled} [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        carrier <- INVITE [alice]
          From: <sip:+49301234560@carrier.example>;tag={{*}}
        """,
        numbers={
            "6000": group(("1002",), otherwise=DestinationRef("app", "outside")),
            "6100": group(("1002",), otherwise=DestinationRef("app", "hours")),
            "hours": closed,
            "outside": LED,
        },
    )


async def test_a_menu_behind_a_group_leads_outside_in_the_name_of_the_group() -> None:
    in_menu = """
        alice 1001, bob 1002, carrier +491710000001 udp trunk
        alice -> INVITE {dialled} [alice]
        {before}
        app   <- menu [alice]
        ! the app answers [menu]
        alice <- 200 [menu]
        alice -> ACK
        ! the app connects outside
        carrier <- INVITE [alice]
          From: <sip:{shown}@carrier.example>;tag={{*}}
        carrier -> 486
        app   <- busy
        ! the app connects 1002
        bob   <- INVITE [alice]
        bob   -> 486
        app   <- busy
        ! the app connects outside
        carrier <- INVITE [alice]
          From: <sip:{shown}@carrier.example>;tag={{*}}
    """
    numbers = {
        "6000": group(("1002",), otherwise=DestinationRef("app", "7000")),
        "7000": CallApp("menu"),
        "outside": LED,
    }
    rings = "bob   <- INVITE [alice]\n        bob   -> 486"
    await play(in_menu.format(dialled="6000", before=rings, shown="+49301234560"), numbers=numbers)
    await play(in_menu.format(dialled="7000", before="", shown=OWN_NUMBER), numbers=numbers)


async def test_an_extension_behind_a_group_forwards_in_its_own_name() -> None:
    away = StateProfile(Forwarding(always="app:outside"))
    await play(
        f"""
        alice 1001, bob 1002, dave 1004, carrier +491710000001 udp trunk
        alice -> INVITE 6000 [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        carrier <- INVITE [alice]
          From: <sip:{OWN_NUMBER}@carrier.example>;tag={{*}}
        """,
        numbers={"6000": group(("1002",)), "outside": LED},
        presence={"1004": Presence("", "", "", profiles={"available": away})},
    )


async def test_an_agent_who_clicks_to_dial_calls_in_the_name_of_the_queue() -> None:
    phones = [World.phone("alice", "1001"), World.phone("carrier", "+491710000001", "udp trunk")]
    world = World(phones, outside=cast("OutboundRouting", OutsideInName()))
    calling = Caller("t1", "e-1001", "", "s-1001", "1001", "Alice", calling_for="queue:6500")
    CallControl(world.manager).dial(calling, "", "03098765432")
    await play_on(
        world,
        """
        app   <- waiting
        ! the app answers [ring]
        alice <- INVITE [ring]
        alice -> 200 [alice]
        alice <- ACK
        app   <- ACK [alice]
        carrier <- INVITE [alice]
          From: <sip:+49301234565@carrier.example>;tag={*}
        """,
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


async def test_a_redirection_ends_the_ringing_of_this_phone_only() -> None:
    """In a group, the other phones of the same member ring on."""
    await play(
        """
        alice 1001, bob 1002, tablet 1002, carol 1003
        alice  -> INVITE 6000 [alice]
        bob    <- INVITE [alice]
        tablet <- INVITE [alice]
        carol  <- INVITE [alice]
        carol  -> 180
        alice  <- 180
        bob    -> 302
          Contact: <sip:1004@acme.example>
        tablet -> 200 [tablet]
        tablet <- ACK
        carol  <- CANCEL
        alice  <- 200 [tablet]
        alice  -> ACK
        """,
        numbers={"6000": group(("1002", "1003"))},
    )


async def test_a_member_that_declines_ends_the_ringing_of_all_its_phones() -> None:
    """A phone woken up for the call does not ring any more either; the other members ring on (RFC 3261 section 16.7)."""
    world = await play(
        """
        alice 1001, bob 1002, tablet 1002, phone 1002 wss asleep, carol 1003
        alice  -> INVITE 6000 [alice]
        push   <- call phone
        bob    <- INVITE [alice]
        tablet <- INVITE [alice]
        carol  <- INVITE [alice]
        tablet -> 180
        alice  <- 180
        bob    -> 603
        push   <- stop phone
        tablet <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        ! phone wakes up
        carol  -> 200 [carol]
        carol  <- ACK
        alice  <- 200 [carol]
        alice  -> ACK
        """
        + hangs_up("alice", "carol", "answered 16 alice carol"),
        numbers={"6000": group(("1002", "1003"))},
    )
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_a_member_that_declines_from_a_notification_ends_the_ringing_of_all_its_phones() -> None:
    await play(
        """
        alice 1001, bob 1002, phone 1002 wss asleep, carol 1003
        alice -> INVITE 6000 [alice]
        push  <- call phone
        bob   <- INVITE [alice]
        carol <- INVITE [alice]
        bob   -> 180
        alice <- 180
        ! phone declines asleep
        push  <- stop phone
        api   <- declined
        bob   <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        carol -> 486
        history <- declined 21 alice 6000
        alice <- 603
        """,
        numbers={"6000": group(("1002", "1003"), otherwise=DestinationRef("hangup"))},
    )


async def test_busy_members_are_skipped_when_their_step_starts_and_when_their_phone_registers() -> None:
    world = await play(PHONES, numbers={"6000": group(("1002",), ("1003", "1004"))})
    world.occupied |= {"e-1002", "e-1004"}
    await play_on(
        world,
        """
        alice -> INVITE 6000 [alice]
        carol <- INVITE [alice]
        ! dave comes back
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
