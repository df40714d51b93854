"""The path of a call in its record."""

import pytest
from ladder import play, play_on
from steps import (
    PARTICIPANTS,
    REACHED,
    REFERRED,
    TARGET_ANSWERS,
    UP,
    WITH_DESK,
    extension,
    hangs_up,
    takes_over,
    up,
    way,
)
from test_calls_attended import TAKEN, refer
from test_calls_forwarding import presence
from test_calls_groups import group

from unificx.calls import CallControl, CallRecordingStatus
from unificx.routing import CallApp, DestinationRef, Fork, GoTo, PathObject, Plan, RingTarget, Step


class SalesGroup:
    """Two extensions ring for five seconds; then hours lead to the mailbox of the group."""

    def plan(self) -> Plan:
        ring = Fork((RingTarget(extension("1002")), RingTarget(extension("1003"))), 5.0, 600.0, decline_ends=False)
        steps = Step(ring), Step(GoTo(DestinationRef("app", "7200")))
        return Plan(steps, path=(PathObject("group", "6000", "Sales"),))


class Hours:
    def plan(self) -> Plan:
        steps = (Step(CallApp("voicemail", ("box",))),)
        return Plan(steps, path=(PathObject("hours", "", "office"), PathObject("mailbox", "7900", "Sales")))


class SupportGroup:
    def plan(self) -> Plan:
        return Plan(
            (Step(Fork((RingTarget(extension("1002")),), 5.0, 600.0)),), path=(PathObject("group", "6100", "Support"),)
        )


NUMBERS = {"6000": SalesGroup(), "6100": SupportGroup(), "7200": Hours(), "7000": CallApp("menu")}


IN_MENU = """
        alice -> INVITE 7000 [alice]
        app   <- menu [alice]
        ! the app answers [menu]
        alice <- 200 [menu]
        alice -> ACK
"""
CONNECTED = """
        ! the app connects 1003
        carol <- INVITE [alice]
        carol -> 200 [carol]
        app   <- answered
        app   <- BYE
        carol <- ACK
        alice <- INVITE [carol]
        alice -> 200 [alice]
        alice <- ACK
"""


async def test_a_call_to_an_extension_or_its_mailbox_has_no_way() -> None:
    answered = await play(PARTICIPANTS + UP + hangs_up("alice", "bob", "answered 16 alice bob"))
    assert way(answered) == []
    recorded = await play("""
        alice 1001, bob 1002 voicemail
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        app   <- voicemail for 1002 [alice]
        the app answers [vm]
        alice <- 200 [vm]
        alice -> ACK
        alice -> BYE
        app   <- BYE
        history <- busy 17 alice 1002
        alice <- 200 BYE
    """)
    assert way(recorded) == []


@pytest.mark.parametrize(
    ("number", "expected"),
    [("1002", []), ("6100", ["group 6100: dialled, continued", "extension 1002: routed, answered"])],
)
async def test_the_way_of_a_click_to_dial_begins_with_what_is_dialled(number: str, expected: list[str]) -> None:
    world = await play(f"""
        alice 1001, bob 1002
        ! alice clicks to dial {number}
        app   <- waiting
        ! the app answers [ring]
        alice <- INVITE [ring]
        alice -> 200 [alice]
        alice <- ACK
        app   <- ACK [alice]
        bob   <- INVITE [alice]
    """ + takes_over("bob", "alice") + hangs_up("alice", "bob", "answered 16 alice bob"), numbers=NUMBERS)  # fmt: skip
    assert way(world) == expected


async def test_the_callee_that_the_caller_transfers_has_answered() -> None:
    world = await play(PARTICIPANTS + UP + """
        alice -> REFER
          Refer-To: <sip:1003@acme.example>
        alice <- 202 REFER
        alice <- NOTIFY 100
        app   <- waiting for 1003 [bob]
        carol <- INVITE [bob]
        ! the app answers [ring]
        bob   <- INVITE [ring]
        bob   -> 200 [bob]
        bob   <- ACK
        carol -> 200 [carol]
        app   <- BYE
        carol <- ACK
        alice <- NOTIFY 200 over
        alice <- BYE
        bob   <- INVITE [carol]
        bob   -> 200 [bob]
        bob   <- ACK
    """ + hangs_up("bob", "carol", "answered 16 alice bob carol"))  # fmt: skip
    assert way(world) == [
        "extension 1002: dialled, answered",
        "extension 1003: transferred by 1001, answered",
    ]


async def test_a_transfer_that_fails_returns_to_the_transferor() -> None:
    world = await play(PARTICIPANTS + UP + REFERRED + """
        carol -> 486
        app   <- BYE
        bob   <- NOTIFY 486 over
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- INVITE [bob]
        alice -> 200 [alice]
        alice <- ACK
    """ + hangs_up("bob", "alice", "answered 16 alice bob 1003"))  # fmt: skip
    assert way(world) == [
        "extension 1002: dialled, answered",
        "extension 1003: transferred by 1002, busy",
        "extension 1002: returned, answered",
    ]


@pytest.mark.promise("C5")
async def test_a_transfer_names_the_transferor() -> None:
    world = await play(
        PARTICIPANTS + UP + REFERRED + REACHED + hangs_up("alice", "carol", "answered 16 alice bob carol")
    )
    assert way(world) == [
        "extension 1002: dialled, answered",
        "extension 1003: transferred by 1002, answered",
    ]


async def test_a_supervisor_who_listens_is_named() -> None:
    world = await play(PARTICIPANTS + UP)
    [call_id] = world.manager.calls
    CallRecordingStatus(CallControl(world.manager)).mark_monitored(call_id, "e-1003")
    CallRecordingStatus(CallControl(world.manager)).mark_monitored("no call", "e-1003")
    await play_on(world, hangs_up("alice", "bob", "answered 16 alice bob"))
    assert way(world) == ["extension 1002: dialled, answered", "extension 1003: monitored, continued"]


async def test_a_group_and_what_follows_it_are_named() -> None:
    world = await play("""
        alice 1001, bob 1002, carol 1003
        alice -> INVITE 6000 [alice]
        bob   <- INVITE [alice]
        carol <- INVITE [alice]
        bob   -> 180
        alice <- 180
        carol -> 180
        ... 5 s
        bob   <- CANCEL
        carol <- CANCEL
        app   <- voicemail [alice]
        the app answers [vm]
        alice <- 200 [vm]
        alice -> ACK
    """ + hangs_up("alice", "app", "missed 19 alice 6000"), numbers=NUMBERS)  # fmt: skip
    assert way(world) == [
        "group 6000: dialled, continued",
        "extension 1002: routed, missed",
        "extension 1003: routed, missed",
        "hours office: routed, continued",
        "mailbox 7900: routed, answered",
    ]


async def test_the_member_that_answers_is_named() -> None:
    world = await play("""
        alice 1001, bob 1002, carol 1003
        alice -> INVITE 6000 [alice]
        bob   <- INVITE [alice]
        carol <- INVITE [alice]
        bob   -> 180
        alice <- 180
        carol -> 200 [carol]
        carol <- ACK
        bob   <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        alice <- 200 [carol]
        alice -> ACK
    """ + hangs_up("alice", "carol", "answered 16 alice carol"), numbers=NUMBERS)  # fmt: skip
    assert way(world) == [
        "group 6000: dialled, continued",
        "extension 1002: routed, missed",
        "extension 1003: routed, answered",
    ]


async def test_each_member_that_refuses_is_named_with_its_refusal() -> None:
    """Also if another member answers afterwards, or the caller hangs up."""
    refused = """
        alice 1001, bob 1002, carol 1003
        alice -> INVITE 6000 [alice]
        bob   <- INVITE [alice]
        carol <- INVITE [alice]
        bob   -> 180
        alice <- 180
        carol -> 180
        bob   -> {status}
    """
    answered = """
        carol -> 200 [carol]
        carol <- ACK
        alice <- 200 [carol]
        alice -> ACK
    """ + hangs_up("alice", "carol", "answered 16 alice carol")  # fmt: skip
    cancelled = """
        alice -> CANCEL
        history <- cancelled 16 alice 6000
        carol <- CANCEL
        alice <- 487
    """
    endings = [(answered, "answered"), (cancelled, "cancelled")]
    for status, shown in (("603", "declined"), ("486", "busy"), ("480", "unreachable")):
        for ending, outcome in endings:
            world = await play(refused.format(status=status) + ending, numbers=NUMBERS)
            assert way(world) == [
                "group 6000: dialled, continued",
                f"extension 1002: routed, {shown}",
                f"extension 1003: routed, {outcome}",
            ]


async def test_an_app_and_the_extensions_it_tries_are_named() -> None:
    world = await play("alice 1001, bob 1002, carol 1003" + IN_MENU + """
        ! the app connects 1002
        bob   <- INVITE [alice]
        bob   -> 486
        app   <- busy
    """ + CONNECTED + hangs_up("alice", "carol", "answered 16 alice 7000 carol"), numbers=NUMBERS)  # fmt: skip
    assert way(world) == [
        "app menu: dialled, continued",
        "extension 1002: routed, busy",
        "extension 1003: routed, answered",
    ]


async def test_a_call_that_an_app_took_unanswered_is_answered_once_the_app_connects_it() -> None:
    """A menu or queue that takes the calls of a busy group."""
    menu = IN_MENU.replace("7000 [alice]", "6000 [alice]\n        bob   <- INVITE [alice]\n        bob   -> 486")
    numbers = {"6000": group(("1002",), otherwise=DestinationRef("app", "7000")), "7000": CallApp("menu")}
    ending = hangs_up("alice", "carol", "answered 16 alice 6000 carol")
    world = await play("alice 1001, bob 1002, carol 1003" + menu + CONNECTED + ending, numbers=numbers)
    [call] = world.ended
    assert call.answered is not None
    assert way(world)[-1] == "extension 1003: routed, answered"


async def test_a_call_in_the_mailbox_remains_missed_when_its_caller_moves_to_another_device() -> None:
    world = await play("""
        desk 1001, mobile 1001, bob 1002 voicemail
        desk  -> INVITE 1002 [desk]
        bob   <- INVITE [desk]
        bob   -> 486
        app   <- voicemail for 1002 [desk]
        the app answers [vm]
        desk  <- 200 [vm]
        desk  -> ACK
        mobile -> INVITE *82 [mobile]
        app   <- INVITE [mobile]
        ! the app accepts [vm]
        mobile <- 200 [vm]
        desk  <- BYE
        mobile -> ACK
        mobile -> BYE
        app   <- BYE
        history <- busy 17 desk 1002 mobile
        mobile <- 200 BYE
    """)
    assert world.ended[0].answered is None


async def test_a_phone_that_an_app_rings_has_not_answered_when_the_caller_hangs_up() -> None:
    world = await play("alice 1001, bob 1002" + IN_MENU + """
        ! the app connects 1002
        bob   <- INVITE [alice]
        bob   -> 180
        alice -> BYE
        app   <- BYE
        bob   <- CANCEL
        history <- answered 16 alice 7000
        alice <- 200 BYE
    """, numbers=NUMBERS)  # fmt: skip
    assert way(world) == ["app menu: dialled, answered", "extension 1002: routed, cancelled"]


async def test_the_target_of_a_transfer_has_not_answered_when_the_caller_hangs_up() -> None:
    world = await play(PARTICIPANTS + UP + REFERRED + """
        alice -> BYE
        app   <- BYE
        carol <- CANCEL
        bob   <- NOTIFY 487 over
        bob   <- BYE
        history <- answered 16 alice bob 1003
        alice <- 200 BYE
    """)  # fmt: skip
    assert way(world) == ["extension 1002: dialled, answered", "extension 1003: transferred by 1002, cancelled"]


async def test_an_app_may_connect_the_same_group_again() -> None:
    attempt = """
        ! the app connects 6100
        bob   <- INVITE [alice]
        bob   -> 486
        app   <- busy
    """
    ended = hangs_up("alice", "app", "answered 16 alice 7000")
    world = await play("alice 1001, bob 1002" + IN_MENU + attempt * 2 + ended, numbers=NUMBERS)
    assert way(world) == [
        "app menu: dialled, answered",
        *("group 6100: routed, continued", "extension 1002: routed, busy") * 2,
    ]


async def test_a_forward_names_the_extension_that_forwards() -> None:
    forwarding = {"1002": presence(busy="extension:1003")}
    world = await play("""
        alice 1001, bob 1002, carol 1003
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        carol <- INVITE [alice]
        carol -> 200 [carol]
        carol <- ACK
        alice <- 200 [carol]
        alice -> ACK
    """ + hangs_up("alice", "carol", "answered 16 alice 1002 carol"), presence=forwarding)  # fmt: skip
    assert way(world) == ["extension 1002: dialled, busy", "extension 1003: forwarded by 1002, answered"]


async def test_an_attended_transfer_leads_to_where_the_transferor_called() -> None:
    """A queue, or a group of which a phone has answered."""
    world = await play(WITH_DESK + up("alice") + """
        desk  -> INVITE 7000 [desk]
        app   <- menu [desk]
        ! the app answers [menu]
        desk  <- 200 [menu]
        desk  -> ACK
    """, numbers=NUMBERS)  # fmt: skip
    await play_on(world, refer(world) + "    app   <- continues with 1001\n" + TAKEN + """
        app   <- INVITE [alice]
        ! the app accepts [menu]
        alice <- INVITE [menu]
        alice -> 200 [alice]
        alice <- ACK
    """ + CONNECTED + hangs_up("alice", "carol", "answered 16 alice bob desk 7000 carol"))  # fmt: skip
    assert way(world) == [
        "extension 1002: dialled, answered",
        "app menu: transferred by 1002, continued",
        "extension 1003: routed, answered",
    ]


async def test_an_attended_transfer_to_a_member_of_a_group() -> None:
    world = await play("alice 1001, bob 1005, desk 1005, carol 1003, dave 1002" + up("bob") + """
        desk  -> INVITE 6000 [desk]
        dave  <- INVITE [desk]
        carol <- INVITE [desk]
        carol -> 200 [carol]
        carol <- ACK
        desk  <- 200 [carol]
        desk  -> ACK
    """, numbers=NUMBERS)  # fmt: skip
    await play_on(world, refer(world) + TAKEN + TARGET_ANSWERS
        + hangs_up("alice", "carol", "answered 16 bob alice desk carol"))  # fmt: skip
    assert way(world) == [
        "extension 1001: dialled, answered",
        "group 6000: transferred by 1005, continued",
        "extension 1002: routed, missed",
        "extension 1003: routed, answered",
    ]


async def test_an_attended_transfer_to_a_group_that_rings() -> None:
    world = await play("alice 1001, bob 1005, desk 1005, carol 1003, dave 1002" + up("bob") + """
        desk  -> INVITE 6000 [desk]
        dave  <- INVITE [desk]
        carol <- INVITE [desk]
        carol -> 180
        desk  <- 180
    """, numbers=NUMBERS)  # fmt: skip
    await play_on(world, refer(world) + """
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        desk  <- 487
        bob   <- NOTIFY 180
        app   <- waiting [alice]
        ! the app answers [ring]
        alice <- INVITE [ring]
        alice -> 200 [alice]
        alice <- ACK
        carol -> 200 [carol]
        app   <- BYE
        carol <- ACK
        bob   <- NOTIFY 200 over
        bob   <- BYE
    """ + TARGET_ANSWERS + hangs_up("alice", "carol", "answered 16 bob alice desk carol"))  # fmt: skip
    assert way(world) == [
        "extension 1001: dialled, answered",
        "group 6000: transferred by 1005, continued",
        "extension 1002: routed, missed",
        "extension 1003: routed, answered",
    ]
