"""Connected identity: after a change of peer, each remaining device gets the name of its new peer inside the dialog
(RFC 3325, RFC 4916)."""

import pytest
from ladder import play, play_on
from steps import ANSWERS, CONSULTS, PARTICIPANTS, REACHED, UP, WITH_DESK, up
from test_calls_attended import TAKEN, refer, replaces
from test_calls_parking import PARKED, RETURNS
from world import World

from unificx.calls.call import Call
from unificx.calls.machine.events import DeadlineReached
from unificx.calls.machine.identity import AssertedIdentity
from unificx.calls.machine.states import CALLER
from unificx.sip.legs import Leg

ALICE = r'"Alice \"Al\" O\\Neill" <sip:1001@acme.example>'
BOB = '"Extension 1002" <sip:1002@acme.example>'
CAROL = '"Extension 1003" <sip:1003@acme.example>'
ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'
JOINED = f"""
    carol <- INVITE [alice]
      P-Asserted-Identity: {ALICE}
      Referred-By: {BOB}
    carol -> 200 [carol]
    carol <- ACK
    alice <- INVITE [carol]
      P-Asserted-Identity: {CAROL}
      Referred-By: {BOB}
    alice -> 200 [alice]
    alice <- ACK
"""
BLIND = f"""
    bob   -> REFER
      Refer-To: <sip:1003@acme.example>
    bob   <- 202 REFER
    bob   <- NOTIFY 100
    app   <- waiting for 1003 [alice]
    carol <- INVITE [alice]
      P-Asserted-Identity: {ALICE}
      Referred-By: {BOB}
    ! the app answers [ring]
    alice <- INVITE [ring]
      P-Asserted-Identity: {CAROL}
      Referred-By: {BOB}
    alice -> 200 [alice]
    alice <- ACK
"""


async def test_calls_without_a_transfer_send_no_names() -> None:
    world = await play("alice 1001, bob 1002" + UP + """
        bob   -> INVITE [bob/hold]
        alice <- INVITE [bob/hold]
          P-Asserted-Identity: none
        alice -> 200 [alice/held]
        alice <- ACK
        bob   <- 200 [alice/held]
          P-Asserted-Identity: none
        bob   -> ACK
    """)  # fmt: skip
    [call] = world.manager.calls.values()
    assert not call.peer_changed


@pytest.mark.parametrize("by", ["alice", "bob"])
async def test_attended_transfer_names_both_remaining_parties(by: str) -> None:
    world = await play(WITH_DESK + up(by) + CONSULTS + ANSWERS)
    await play_on(world, refer(world) + TAKEN + JOINED + f"""
        carol -> INVITE [carol/hold]              # later messages repeat the name
        alice <- INVITE [carol/hold]
          P-Asserted-Identity: {CAROL}
        alice -> 200 [alice/held]
        alice <- ACK
        carol <- 200 [alice/held]
          P-Asserted-Identity: {ALICE}
        carol -> ACK
    """)  # fmt: skip


async def test_attended_transfer_to_a_ringing_phone_names_both_remaining_parties() -> None:
    world = await play(WITH_DESK + up("alice") + CONSULTS)
    await play_on(world, refer(world) + f"""
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        desk  <- 487
        bob   <- NOTIFY 180
        app   <- waiting for 1003 [alice]
        ! the app answers [ring]
        alice <- INVITE [ring]
          P-Asserted-Identity: {CAROL}
        alice -> 200 [alice]
        alice <- ACK
        carol -> 200 [carol]
        app   <- BYE
        carol <- ACK
        bob   <- NOTIFY 200 over
        bob   <- BYE
    """ + JOINED)  # fmt: skip


async def test_blind_transfer_names_both_remaining_parties() -> None:
    await play(PARTICIPANTS + UP + BLIND + REACHED)


async def test_refused_transfer_names_the_transferor_again() -> None:
    await play(PARTICIPANTS + UP + BLIND + f"""
        carol -> 486
        app   <- BYE
        bob   <- NOTIFY 486 over
        bob   <- INVITE [alice]
          P-Asserted-Identity: none
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- INVITE [bob]
          P-Asserted-Identity: {BOB}
          Referred-By: none
        alice -> 200 [alice]
        alice <- ACK
    """)  # fmt: skip


async def test_transfer_to_voicemail_names_the_mailbox() -> None:
    await play("alice 1001, bob 1002, carol 1003 off voicemail" + UP + """
        bob   -> REFER
          Refer-To: <sip:1003@acme.example>
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        app   <- waiting for 1003 [alice]
        app   <- voicemail for 1003 [alice]
        ! the app answers [vm]
        app   <- BYE
        bob   <- NOTIFY 200 over
        bob   <- BYE
        alice <- INVITE [vm]
          P-Asserted-Identity: "Extension 1003's voicemail" <sip:1003@acme.example>
          UnifiCX-Answered-By: voicemail
        alice -> 200 [alice]
        alice <- ACK
    """)  # fmt: skip


async def test_voicemail_that_answers_names_the_mailbox() -> None:
    """The screen of the caller does not show the person as if they had answered."""
    await play("alice 1001, bob 1002 off voicemail" + """
        alice -> INVITE 1002 [alice]
        app   <- voicemail for 1002 [alice]
        ! the app answers [vm]
        alice <- 200 [vm]
          P-Asserted-Identity: "Extension 1002's voicemail" <sip:1002@acme.example>
          UnifiCX-Answered-By: voicemail
    """)  # fmt: skip


async def test_call_taken_over_by_another_phone_names_the_same_person() -> None:
    world = await play(WITH_DESK + up("bob"))
    await play_on(world, f"""
        desk  -> INVITE 1002 [desk]
          Replaces: {replaces(world, "bob")}
        alice <- INVITE [desk]
          P-Asserted-Identity: none
        alice -> 200 [alice/again]
        alice <- ACK
        desk  <- 200 [alice/again]
          P-Asserted-Identity: {ALICE}
          Referred-By: none
        bob   <- BYE
    """)  # fmt: skip


async def test_retrieved_call_names_both_parties() -> None:
    await play(PARTICIPANTS + UP + PARKED + f"""
        carol -> INVITE *861 [carol]
        alice <- INVITE [carol]
          P-Asserted-Identity: {CAROL}
          Referred-By: none
        alice -> 200 [alice]
        alice <- ACK
        app   <- BYE
        carol <- 200 [alice]
          P-Asserted-Identity: {ALICE}
          Referred-By: none
        carol -> ACK
    """)  # fmt: skip


async def test_parked_call_that_returns_names_the_person_that_parked_it() -> None:
    await play(PARTICIPANTS + UP + PARKED + RETURNS + f"""
        bob   -> 200 [bob]
        app   <- BYE
        bob   <- ACK
        alice <- INVITE [bob]
          P-Asserted-Identity: {BOB}
        alice -> 200 [alice]
        alice <- ACK
    """)  # fmt: skip


HIDDEN = UP.replace("alice -> INVITE 1002 [alice]", "alice -> INVITE 1002 [alice]\n      Privacy: id")


@pytest.mark.promise("U1")
async def test_withheld_caller_stays_anonymous_after_a_transfer() -> None:
    world = await play("alice 1001, bob 1002, desk 1002, carol 1003" + HIDDEN.replace(
        "bob   -> 200", "desk  <- INVITE [alice]\n    desk  -> 180\n    alice <- 180\n    bob   -> 200"
    ).replace("alice <- 200", "desk  <- CANCEL\n    alice <- 200") + CONSULTS + ANSWERS)  # fmt: skip
    world.checked.clear()
    await play_on(world, refer(world) + TAKEN + f"""
        carol <- INVITE [alice]
          P-Asserted-Identity: {ANONYMOUS}
          Privacy: id
          Referred-By: {BOB}
        carol -> 200 [carol]
        carol <- ACK
        alice <- INVITE [carol]
          P-Asserted-Identity: {CAROL}
    """)  # fmt: skip
    told = [each.encode() for each in world.checked if not isinstance(each, str) and "carol" in each.encode().decode()]
    assert told
    assert all(trace not in message for message in told[:1] for trace in (b"1001", b"O\\Neill"))


@pytest.mark.promise("U1")
async def test_withheld_party_of_the_consultation_call_stays_anonymous() -> None:
    """The consultation call was made by a person who withholds the number, and is joined with another call."""
    world = await play(WITH_DESK + """
        carol -> INVITE 1002 [carol]
          Privacy: id
        bob   <- INVITE [carol]
        desk  <- INVITE [carol]
        bob   -> 180
        carol <- 180
        desk  -> 200 [desk]
        desk  <- ACK
        bob   <- CANCEL
        carol <- 200 [desk]
        carol -> ACK
    """ + up("bob"))  # fmt: skip
    await play_on(world, refer(world) + TAKEN + f"""
        carol <- INVITE [alice]
          P-Asserted-Identity: {ALICE}
        carol -> 200 [carol]
        carol <- ACK
        alice <- INVITE [carol]
          P-Asserted-Identity: {ANONYMOUS}
          Privacy: id
        alice -> 200 [alice]
        alice <- ACK
    """)  # fmt: skip


@pytest.mark.promise("U1")
async def test_withheld_retriever_of_a_parked_call_is_anonymous() -> None:
    await play(PARTICIPANTS + UP + PARKED + f"""
        carol -> INVITE *861 [carol]
          Privacy: id
        alice <- INVITE [carol]
          P-Asserted-Identity: {ANONYMOUS}
          Privacy: id
    """)  # fmt: skip


@pytest.mark.promise("U1")
async def test_transferor_that_withholds_its_number_is_not_named() -> None:
    hidden = up("bob").replace("INVITE 1001 [bob]", "INVITE 1001 [bob]\n      Privacy: id")
    await play(PARTICIPANTS + hidden + """
        bob   -> REFER
          Refer-To: <sip:1003@acme.example>
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        app   <- waiting for 1003 [alice]
        carol <- INVITE [alice]
          Referred-By: none
        ! the app answers [ring]
        alice <- INVITE [ring]
          Referred-By: none
        alice -> 200 [alice]
        alice <- ACK
    """)  # fmt: skip


async def test_name_that_met_glare_is_sent_again() -> None:
    glare = f"""alice -> 491
    ... 1 s
    alice <- INVITE [carol]
      P-Asserted-Identity: {CAROL}
    alice -> 200 [alice]"""
    await play(PARTICIPANTS + UP + BLIND + REACHED.replace("alice -> 200 [alice]", glare))


async def outdated(text: str, supported: str = "timer", cast: str = PARTICIPANTS) -> tuple[World, Call]:
    """Return a call after `text`, in which Alice's device shows another party than Bob."""
    invite = f"alice -> INVITE 1002 [alice]\n      Allow: INVITE, UPDATE\n      Supported: {supported}"
    world = await play(cast + UP.replace("alice -> INVITE 1002 [alice]", invite) + text)
    [call] = world.manager.calls.values()
    call.peer_changed, call.participants[CALLER].shown = True, AssertedIdentity("1003", "Carol", "acme.example")
    return world, call


async def step(world: World, call: Call, text: str) -> None:
    world.manager.dispatch(call, DeadlineReached(), world.now)
    await play_on(world, text)


async def test_name_is_sent_by_update_to_a_phone_that_allows_it() -> None:
    world, call = await outdated("")
    await step(world, call, f"""
        alice <- UPDATE
          From: <sip:1002@acme.example>;tag={{*}}
          P-Asserted-Identity: {BOB}
          Content-Type: none
    """)  # fmt: skip
    await step(world, call, "")  # once


async def test_name_is_sent_by_reinvite_to_a_phone_without_update() -> None:
    world, call = await outdated("")
    alice = call.existing_leg(CALLER)
    assert isinstance(alice, Leg)
    alice.supports_update = False
    await step(world, call, f"""
        alice <- INVITE [bob]
          P-Asserted-Identity: {BOB}
        alice -> 491
        ... 1 s
        alice <- INVITE [bob]
          P-Asserted-Identity: {BOB}
        alice -> 200 [alice]
        alice <- ACK
    """)  # fmt: skip


async def test_name_is_sent_by_reinvite_after_a_refused_update() -> None:
    world, call = await outdated("", cast="alice 1001 tcp by hand, bob 1002")
    await step(world, call, f"""
        alice <- UPDATE
        alice -> 405 UPDATE
        alice <- INVITE [bob]
          P-Asserted-Identity: {BOB}
        alice -> 200 [alice]
        alice <- ACK
        ... 60 s
    """)  # fmt: skip


async def test_from_changes_for_a_phone_that_supports_it() -> None:
    world, call = await outdated("", supported="timer, from-change")
    await step(world, call, f"""
        alice <- UPDATE
          From: {BOB};tag={{*}}
          P-Asserted-Identity: {BOB}
    """)  # fmt: skip


async def test_name_is_sent_with_a_reinvite_that_is_due_anyway() -> None:
    world, _ = await outdated("")
    await play_on(world, f"""
        bob   -> INVITE [bob/hold]
        alice <- INVITE [bob/hold]
          P-Asserted-Identity: {BOB}
        alice -> 200 [alice/held]
        alice <- ACK
        bob   <- 200 [alice/held]
        bob   -> ACK
    """)  # fmt: skip


async def test_name_waits_for_the_end_of_an_exchange() -> None:
    """Alice's phone has not acknowledged the answer to its own re-INVITE yet."""
    world, call = await outdated("")
    await play_on(
        world,
        """
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
    """,
    )
    await step(world, call, f"""
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        alice -> ACK
        ... 1 s
        alice <- INVITE [bob/held]
          P-Asserted-Identity: {BOB}
        alice -> 200 [alice/hold]
        alice <- ACK
    """)  # fmt: skip
