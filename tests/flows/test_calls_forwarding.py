"""Forwarding, do not disturb and call waiting of extensions."""

from dataclasses import dataclass, field, replace
from typing import cast

import pytest
from carriers import Outside
from ladder import play, play_on
from steps import PARTICIPANTS, REACHED, REFERRED, TRANSFEROR_HANGS_UP, UP, hangs_up, refers, released, takes_over
from test_calls_parking import PARKED, RETURNS

from unificx.calls import CallControl
from unificx.calls.deflection import MAX_FORWARDINGS
from unificx.core.errors import Forbidden, NotFound
from unificx.identity import DeviceAuth
from unificx.presence import Forwarding, Presence, PresenceState, StateProfile
from unificx.registrar import Caller
from unificx.routing import Destination, DestinationRef, Reject, Rejection
from unificx.routing.outbound.kinds import LedOutside
from unificx.routing.outbound.service import OutboundRouting
from unificx.sip.message import Request


def presence(state: PresenceState = "available", *, call_waiting: bool = True, **to: str) -> Presence:
    forwarding = Forwarding(**to)
    return Presence("", "", "", state, None, call_waiting, "", {"available": StateProfile(forwarding, forwarding)})


@dataclass
class NumbersOutside:
    """Numbers outside, none of which may be called unless they lead somewhere. `callers`: extensions for which it was
    decided."""

    kind = "number"
    leads: Destination = field(default_factory=lambda: Reject(Rejection.NOT_ALLOWED))
    callers: list[str] = field(default_factory=list)

    def find(self, tenant_id: str, name: str) -> Destination:
        return LedOutside(cast("OutboundRouting", self), tenant_id, name)

    def destination(self, caller: Caller, dialled: str) -> Destination:
        self.callers.append(f"{caller.extension_id} {dialled}")
        return self.leads

    def at_number(self, tenant_id: str, dialled: str) -> None:
        return None

    def leads_to(self, tenant_id: str) -> dict[str, tuple[DestinationRef, ...]]:
        return {}


ANSWERED_BY_CAROL = """
    carol -> 200 [carol]
    carol <- ACK
    alice <- 200 [carol]
      P-Asserted-Identity: {*}<sip:1003@acme.example>
    alice -> ACK
""" + hangs_up("alice", "carol", "answered 16 alice 1002 carol")  # fmt: skip


async def test_all_calls_are_forwarded_and_the_phone_says_by_which_extension() -> None:
    world = await play(
        """
        alice 1001, bob 1002, carol 1003
        alice -> INVITE 1002 [alice]
        carol <- INVITE [alice]
          From: {*}<sip:1001@acme.example>{*}
          Diversion: {*}<sip:1002@acme.example>;reason=unconditional
        """
        + ANSWERED_BY_CAROL,
        presence={"1002": presence(always="extension:1003")},
    )
    await released(world)


@pytest.mark.parametrize(
    ("to", "unanswered", "reason"),
    [
        ("busy", "bob -> 486", "user-busy"),
        ("busy", "bob -> 603", "user-busy"),
        ("no_answer", "bob -> 180\n alice <- 180\n ... 30 s\n bob <- CANCEL", "no-answer"),
        ("unreachable", "bob -> 480", "unavailable"),
    ],
)
async def test_calls_are_forwarded_by_why_they_were_not_answered(to: str, unanswered: str, reason: str) -> None:
    await play(
        f"""
        alice 1001, bob 1002 voicemail, carol 1003
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
          Diversion: none
        {unanswered}
        carol <- INVITE [alice]
          Diversion: {{*}}<sip:1002@acme.example>;reason={reason}
        """
        + ANSWERED_BY_CAROL,
        presence={
            "1002": Presence("", "", "", profiles={"available": StateProfile(Forwarding(**{to: "extension:1003"}))})
        },
    )


async def test_other_reasons_lead_to_the_mailbox() -> None:
    await play(
        """
        alice 1001, bob 1002 voicemail, carol 1003
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 480
        app   <- voicemail for 1002 [alice]
        alice -> CANCEL
        app   <- BYE
        history <- unreachable 20 alice 1002
        alice <- 487
        """,
        presence={"1002": presence(busy="extension:1003")},
    )


async def test_a_forwarded_call_ends_at_its_destination() -> None:
    """The mailbox of the extension that forwarded it does not take it."""
    await play(
        """
        alice 1001, bob 1002 voicemail, carol 1003
        alice -> INVITE 1002 [alice]
        carol <- INVITE [alice]
        carol -> 486
        history <- busy 17 alice 1002 1003
        alice <- 486
        """,
        presence={"1002": presence(always="extension:1003")},
    )


async def test_do_not_disturb_rings_no_phone() -> None:
    await play(
        """
        alice 1001, bob 1002, bobs 1002 asleep
        alice -> INVITE 1002 [alice]
        history <- busy 17 alice 1002
        alice <- 486
        """,
        presence={"1002": presence("do_not_disturb")},
    )


async def test_do_not_disturb_leads_to_the_mailbox_without_naming_a_call() -> None:
    world = await play(
        """
        alice 1001, bob 1002 voicemail
        alice -> INVITE 1002 [alice]
        app   <- voicemail for 1002 [alice]
        alice -> CANCEL
        app   <- BYE
        history <- unreachable 20 alice 1002
        alice <- 487
        """,
        presence={"1002": presence("do_not_disturb")},
    )
    assert world.apps.last_context is not None
    assert world.apps.last_context.reason == "unreachable"


async def test_do_not_disturb_does_not_keep_a_parked_call_from_returning_to_its_user() -> None:
    world = await play(PARTICIPANTS + UP + PARKED)
    refuses = presence("do_not_disturb", always="extension:1003")
    world.availability.put(replace(refuses, extension_id="e-1002", tenant_id="t1"))
    await play_on(world, RETURNS)


async def test_do_not_disturb_does_not_keep_users_from_dialling_with_a_click() -> None:
    await play(
        """
        bob 1002, carol 1003
        bob clicks to dial 1003
        app <- waiting
        the app answers [ringback]
        bob <- INVITE [ringback]
        """,
        presence={"1002": presence("do_not_disturb", always="extension:1001")},
    )


@pytest.mark.parametrize(
    ("rules", "following"),
    [
        (presence(busy="extension:1004"), "bob <- INVITE [alice]"),
        (presence(call_waiting=False, busy="extension:1004"), "dave <- INVITE [alice]"),
        (presence(call_waiting=False), "history <- busy 17 alice 1002\n alice <- 486"),
    ],
)
async def test_second_call_rings_with_call_waiting_only(rules: Presence, following: str) -> None:
    world = await play(
        """
        alice 1001, bob 1002, carol 1003, dave 1004
        bob   -> INVITE 1003 [bob]
        carol <- INVITE [bob]
        carol -> 200 [carol]
        carol <- ACK
        bob   <- 200 [carol]
        bob   -> ACK
        """,
        presence={"1002": rules},
    )
    world.directory.put_device(DeviceAuth("bob", "e-1002", "t1", "acme.example", True, "bob", b"", b""))
    await play_on(world, f"alice -> INVITE 1002 [alice]\n{following}")


async def test_chain_of_forwards_names_all_extensions_the_latest_first() -> None:
    world = await play(
        """
        alice 1001, bob 1002, carol 1003, dave 1004
        alice -> INVITE 1002 [alice]
        carol <- INVITE [alice]
        carol -> 486
        dave  <- INVITE [alice]
          Diversion: {*}<sip:1002@acme.example>;reason=unconditional
        dave  -> 486
        history <- busy 17 alice 1002 1003 1004
        alice <- 486
        """,
        presence={"1002": presence(always="extension:1003"), "1003": presence(busy="extension:1004")},
    )
    invite = next(each for each in world.checked if isinstance(each, Request) and len(each.all("diversion")) == 2)
    assert [each.partition("sip:")[2][:4] for each in invite.all("diversion")] == ["1003", "1002"]


async def test_loop_that_came_into_being_ends() -> None:
    """Loops are refused when they are saved; these rules were not."""
    await play(
        """
        alice 1001, bob 1002, carol 1003
        alice -> INVITE 1002 [alice]
        history <- failed 41 alice 1002 1003
        alice <- 480
        """,
        presence={"1002": presence(always="extension:1003"), "1003": presence(always="extension:1002")},
    )


FORBIDDEN, VOICEMAIL = "number:+493098765432", "app <- voicemail for 1002 [alice]"
BUSY = "bob <- INVITE [alice]\nbob -> 486\n"


@pytest.mark.parametrize(
    ("mailbox", "rules", "following"),
    [
        ("", presence(always=FORBIDDEN), "history <- unreachable 20 alice 1002\nalice <- 480"),
        (" voicemail", presence(always=FORBIDDEN), VOICEMAIL),
        (" voicemail", presence("do_not_disturb", busy=FORBIDDEN), VOICEMAIL),
        (
            "",
            presence(busy=FORBIDDEN, unreachable="extension:1003"),
            f"{BUSY}history <- busy 17 alice 1002\nalice <- 486",
        ),
        (" voicemail", presence(busy=FORBIDDEN, unreachable="extension:1003"), f"{BUSY}{VOICEMAIL}"),
    ],
)
async def test_a_forward_that_the_extension_may_not_make_is_not_made(
    mailbox: str, rules: Presence, following: str
) -> None:
    world = await play(f"alice 1001, bob 1002{mailbox}, carol 1003", presence={"1002": rules})
    outside = NumbersOutside()
    world.destinations.add(outside)
    await play_on(world, f"alice -> INVITE 1002 [alice]\n{following}")
    assert outside.callers == ["e-1002 +493098765432"]


async def test_the_target_of_a_transfer_that_forwards_follows_those_before_it_in_the_record() -> None:
    rules = {"1003": presence(always="extension:1004"), "1005": presence(always="number:+493098765432")}
    world = await play(PARTICIPANTS + ", dora 1004, emil 1005" + UP, presence=rules)
    world.destinations.add(NumbersOutside())
    await play_on(
        world,
        """
        bob   -> REFER
          Refer-To: <sip:1005@acme.example>
        bob   <- 480 REFER       # 1005 may not call there: it has no part in the call
        """
        + refers("bob", "1003")
        + """
        app   <- waiting for 1004 [alice]
        dora  <- INVITE [alice]
        """
        + TRANSFEROR_HANGS_UP
        + takes_over("dora", "alice")
        + hangs_up("alice", "dora", "answered 16 alice bob 1003 dora"),
    )


@pytest.mark.parametrize(("withheld", "shown"), [(False, True), (True, False)])
async def test_a_carrier_sees_which_number_forwards_the_call_of_a_colleague(withheld: bool, shown: bool) -> None:
    rules = presence(always="number:+493098765432")
    world = await play("alice 1001, bob 1002, carrier +491710000001 udp trunk", presence={"1002": rules})
    world.destinations.add(NumbersOutside(Outside("+493098765432", "carrier", withheld=withheld)))
    diversion, info = "<sip:+49301234500@carrier.example>", "<sip:+493098765432@carrier.example;cause=302>"
    await play_on(
        world,
        f"""
        alice -> INVITE 1002 [alice]
        carrier <- INVITE [alice]
          Diversion: {f"{diversion};reason=unconditional;privacy=off;counter=1" if shown else "none"}
          History-Info: {f"{diversion};index=1" if shown else "none"}
          {f"History-Info: {info};index=1.1" if shown else ""}
        carrier -> 486
        history <- busy 17 alice 1002
        alice <- 486
        """,
    )


async def test_a_ringing_phone_sends_the_call_on() -> None:
    """Its other devices stop ringing without a missed call, and its mailbox does not take the call."""
    world = await play(
        """
        alice 1001, bob 1002 voicemail, bobs 1002, carol 1003
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bobs  <- INVITE [alice]
        bobs  -> 180
        alice <- 180
        bob   -> 302
          Contact: <sip:1003@acme.example>
        bobs  <- CANCEL
          Reason: SIP;cause=200{*}
        carol <- INVITE [alice]
          Diversion: {*}<sip:1002@acme.example>;reason=deflection
        """
        + ANSWERED_BY_CAROL
    )
    await released(world)


@pytest.mark.parametrize(
    "contact",
    [
        "sip:1009@acme.example",
        "sip:1003@elsewhere.example",
        "tel:1003;phone-context=elsewhere.example",
        "sip:*97@acme.example",
        "sip:1001@acme.example",
    ],
)
async def test_a_call_is_not_sent_on_where_the_extension_cannot_forward(contact: str) -> None:
    """A number that does not exist, another domain, a code that would act for the extension, the caller."""
    await play(
        f"""
        alice 1001, bob 1002 voicemail, carol 1003
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 302
          Contact: <{contact}>
        app   <- voicemail for 1002 [alice]
        alice -> CANCEL
        app   <- BYE
        history <- declined 21 alice 1002
        alice <- 487
        """
    )


async def test_a_program_sends_a_ringing_call_on() -> None:
    world = await play(
        """
        alice 1001, bob 1002 voicemail, bobs 1002, carol 1003
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bobs  <- INVITE [alice]
        bob   -> 180
        alice <- 180
        bobs  -> 180
        ! bob clicks to transfer 1003
        bob   <- CANCEL
          Reason: SIP;cause=200{*}
        bobs  <- CANCEL
        carol <- INVITE [alice]
          Diversion: {*}<sip:1002@acme.example>;reason=deflection
        """
        + ANSWERED_BY_CAROL
    )
    await released(world)


@pytest.mark.parametrize("number", ["1009", "*97", "1001"])
async def test_a_call_that_may_not_be_sent_on_rings_on(number: str) -> None:
    """A number that does not exist, a code that would act for the extension, the caller."""
    world = await play("alice 1001, bob 1002, carol 1003\nalice -> INVITE 1002 [alice]\nbob <- INVITE [alice]")
    with pytest.raises(Forbidden):
        CallControl(world.manager).transfer(next(iter(world.manager.calls)), {"e-1002"}, number)
    with pytest.raises(NotFound):
        CallControl(world.manager).transfer(next(iter(world.manager.calls)), {"e-1003"}, "1003")
    await play_on(
        world,
        "bob -> 180\nalice <- 180\nalice -> CANCEL\nhistory <- cancelled 16 alice 1002\nbob <- CANCEL\nalice <- 487",
    )


@pytest.mark.parametrize(
    "contact",
    [
        "sip:+493098765432@acme.example;user=phone",
        "sip:+493098765432;phone-context=+49@acme.example;user=phone",
        "tel:+493098765432;phone-context=+49",
    ],
)
async def test_a_call_is_sent_on_outside_with_the_rights_of_the_extension(contact: str) -> None:
    world = await play("alice 1001, bob 1002 voicemail")
    outside = NumbersOutside()
    world.destinations.add(outside)
    await play_on(
        world,
        f"""
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 302
          Contact: <{contact}>
        app   <- voicemail for 1002 [alice]
        """,
    )
    assert outside.callers == ["e-1002 +493098765432"]


async def test_phones_that_send_calls_to_each_other_end_the_call() -> None:
    world = await play("alice 1001, bob 1002, carol 1003\nalice -> INVITE 1002 [alice]\nbob <- INVITE [alice]")
    there = "bob -> 302\n  Contact: <sip:1003@acme.example>\n"
    back = "carol <- INVITE [alice]\ncarol -> 302\n  Contact: <sip:1002@acme.example>\nbob <- INVITE [alice]"
    for _ in range(MAX_FORWARDINGS // 2):
        await play_on(world, there + back)
    await play_on(world, there + "history <- declined 21 alice 1002 1003\nalice <- 603")


async def test_the_target_of_a_transfer_sends_the_call_on() -> None:
    await play(
        f"{PARTICIPANTS}, dave 1004\n"
        + UP
        + REFERRED
        + """
        carol -> 302
          Contact: <sip:1004@acme.example>
        dave  <- INVITE [alice]
          Diversion: {*}<sip:1003@acme.example>;reason=deflection
        """
        + REACHED.replace("carol", "dave")
    )
