"""Blind transfer: to a phone, to a feature code, unanswered."""

from dataclasses import replace

import pytest
from ladder import play
from steps import PARTICIPANTS, REFERRED, TRANSFEROR_HANGS_UP, UP, hangs_up, parties, refers, takes_over, way
from test_calls_groups import Planned, group

from unificx.routing import CallApp, DestinationRef, PathObject


async def test_callee_transfers_the_caller() -> None:
    world = await play(PARTICIPANTS + UP + REFERRED + """
        carol -> 200 [carol]
        app   <- BYE
        carol <- ACK
        bob   <- NOTIFY 200 over
        bob   <- BYE
        alice <- INVITE [carol]
        alice -> 200 [alice/again]
        alice <- ACK
        ... 10 s
        carol -> INVITE [carol/hold]
        alice <- INVITE [carol/hold]
        alice -> 200 [alice/held]
        alice <- ACK
        carol <- 200 [alice/held]
        carol -> ACK
        carol -> BYE
        alice <- BYE
        history <- answered 16 alice bob carol
        carol <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}
    assert parties(world) == [("caller", "1001"), ("callee", "1002"), ("callee", "1003")]
    [call] = world.ended
    assert (call.ended - call.answered).total_seconds() == pytest.approx(10, abs=1)
    assert all(party.quality.packets for party in call.parties)


async def test_caller_transfers_the_callee() -> None:
    world = await play(PARTICIPANTS + UP + """
        alice -> REFER
          Refer-To: <sip:1003@acme.example>
        alice <- 202 REFER
        alice <- NOTIFY 100
        app   <- waiting for 1003 [bob]
        carol <- INVITE [bob]
          From: "Extension 1002" <sip:1002@acme.example>{*}
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
        bob   -> BYE
        carol <- BYE
        history <- answered 16 alice bob carol
        bob   <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}
    assert parties(world) == [("caller", "1001"), ("callee", "1002"), ("callee", "1003")]


async def test_transferred_call_is_transferred_again() -> None:
    transferred = UP + REFERRED + TRANSFEROR_HANGS_UP + takes_over("carol", "alice")
    world = await play(PARTICIPANTS + ", dora 1004" + transferred + """
        alice -> REFER
          Refer-To: <sip:1004@acme.example>
          Refer-Sub: false
        alice <- 202 REFER
          Refer-Sub: false
        app   <- waiting for 1004 [carol]
        dora  <- INVITE [carol]
        dora  -> 200 [dora]
        app   <- BYE
        dora  <- ACK
        alice <- BYE
        carol <- INVITE [dora]
        carol -> 200 [carol]
        carol <- ACK
        dora  -> BYE
        carol <- BYE
        history <- answered 16 alice bob carol dora
        dora  <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_refused_transfer_returns_to_the_transferor() -> None:
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
        bob   -> BYE
        alice <- BYE
        history <- answered 16 alice bob 1003
        bob   <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


RINGS_BACK = (
    PARTICIPANTS
    + UP
    + REFERRED
    + TRANSFEROR_HANGS_UP
    + """
    ... 30 s
    carol <- CANCEL
    bob   <- INVITE [alice]
      From: "Alice \\"Al\\" O\\\\Neill" <sip:1001@acme.example>{*}
      Alert-Info: <urn:alert:service:recall:transfer>
    bob   -> 180
"""
)


async def test_unanswered_transfer_rings_the_transferor_that_has_left() -> None:
    world = await play(RINGS_BACK + takes_over("bob", "alice") + """
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob 1003
        alice <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_unanswered_transfer_and_return_end_the_call() -> None:
    world = await play(RINGS_BACK + """
        ... 30 s
        app   <- BYE
        bob   <- CANCEL
        alice <- BYE
          Reason: Q.850;cause=19;{*}
        history <- answered 19 alice bob 1003
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_waiting_party_hangs_up() -> None:
    world = await play(PARTICIPANTS + UP + REFERRED + """
        alice -> BYE
        app   <- BYE
        carol <- CANCEL
        bob   <- NOTIFY 487 over
        bob   <- BYE
        history <- answered 16 alice bob 1003
        alice <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_unanswered_transfer_falls_back_to_voicemail() -> None:
    world = await play("alice 1001, bob 1002, carol 1003 off voicemail" + UP + """
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
        alice -> 200 [alice]
        alice <- ACK
        alice -> BYE
        app   <- BYE
        history <- answered 16 alice bob 1003
        alice <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_transfer_to_a_feature_code() -> None:
    world = await play(PARTICIPANTS + UP + """
        bob   -> REFER
          Refer-To: "Echo" <sip:*43@acme.example;user=phone>
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        app   <- waiting [alice]
        app   <- echo [alice]
        ! the app answers [echo]
        app   <- BYE
        bob   <- NOTIFY 200 over
        bob   <- BYE
        alice <- INVITE [echo]
        alice -> 200 [alice]
        alice <- ACK
        ! the app hangs up
        alice <- BYE
        history <- answered 16 alice bob *43
        app   <- BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.parametrize(
    ("target", "answer"),
    [
        ("<sip:4711@acme.example>", "404"),
        ("<sip:1003@elsewhere.example>", "403"),
        ("<sip:1003@acme.example;method=BYE>", "403"),
        ("<mailto:carol@acme.example>", "416"),
        ("<<>>", "400"),
        ("<sip:1003@acme.example?Replaces=nonsense>", "400"),
        ("<sip:1003@acme.example?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>", "404"),
    ],
)
async def test_invalid_refer_is_refused_and_the_call_continues(target: str, answer: str) -> None:
    world = await play(PARTICIPANTS + UP + f"""
        bob   -> REFER
          Refer-To: {target}
        bob   <- {answer} REFER
        bob   -> REFER
        bob   <- 400 REFER
        bob   -> BYE
        alice <- BYE
        history <- answered 16 alice bob
        bob   <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_sips_call_is_not_transferred_to_an_insecure_target() -> None:
    await play("alice 1001 tls, bob 1002 tls, carol 1003 tls" + """
        alice -> INVITE sips:1002 [alice/srtp]
        bob   <- INVITE [alice/srtp in srtp]
        bob   -> 200 [bob/srtp]
        bob   <- ACK
        alice <- 200 [bob/srtp in srtp]
        alice -> ACK
        bob   -> REFER
          Refer-To: <sip:1003@acme.example>
        bob   <- 403 REFER
    """)  # fmt: skip


async def test_one_transfer_at_a_time() -> None:
    await play(PARTICIPANTS + UP + REFERRED + """
        bob   -> REFER
          Refer-To: <sip:1001@acme.example>
        bob   <- 491 REFER
        bob   -> INVITE [bob/hold]
        bob   <- 491
    """)  # fmt: skip


TO_GROUP = PARTICIPANTS + UP + refers("bob", "6000") + """
    app   <- waiting [alice]
    carol <- INVITE [alice]
    carol -> 180
    bob   <- NOTIFY 180
""" + TRANSFEROR_HANGS_UP  # fmt: skip
GROUP = {"6000": group(("1003",), otherwise=DestinationRef("hangup"))}


async def test_a_member_that_answers_takes_the_place_of_its_group_in_the_record() -> None:
    ends = hangs_up("alice", "carol", "answered 16 alice bob carol")
    world = await play(TO_GROUP + takes_over("carol", "alice") + ends, numbers=GROUP)
    assert way(world) == [
        "extension 1002: dialled, answered",
        "group 6000: transferred by 1002, continued",
        "extension 1003: routed, answered",
    ]


async def test_the_way_of_a_transfer_names_what_follows_an_unanswered_group() -> None:
    ring = group(("1003",), otherwise=DestinationRef("app", "7000"))
    menu = Planned(replace(CallApp("menu").plan(), path=(PathObject("menu", "7000"),)))
    world = await play(TO_GROUP + """
        carol -> 486
        app   <- menu [alice]
        ! app 2 answers [menu]
        app   <- BYE
        alice <- INVITE [menu]
        alice -> 200 [alice]
        alice <- ACK
    """ + hangs_up("alice", "app", "answered 16 alice bob 6000"), numbers={"6000": ring, "7000": menu})  # fmt: skip
    assert way(world)[-2:] == ["extension 1003: routed, busy", "menu 7000: routed, answered"]


async def test_the_way_of_a_transfer_names_who_redirects_it() -> None:
    world = await play(PARTICIPANTS + ", dora 1004" + UP + REFERRED + TRANSFEROR_HANGS_UP + """
        carol -> 302
          Contact: <sip:1004@acme.example>
        dora  <- INVITE [alice]
    """ + takes_over("dora", "alice") + hangs_up("alice", "dora", "answered 16 alice bob 1003 dora"))  # fmt: skip
    assert way(world)[-2:] == [
        "extension 1003: transferred by 1002, declined",
        "extension 1004: forwarded by 1003, answered",
    ]


async def test_a_group_that_does_not_answer_remains_in_the_record() -> None:
    await play(TO_GROUP + """
        ... 5 s
        carol <- CANCEL
        bob   <- INVITE [alice]
    """ + takes_over("bob", "alice") + hangs_up("alice", "bob", "answered 16 alice bob 6000"),
        numbers=GROUP)  # fmt: skip


async def test_hold_and_media_engine_restart_during_a_transfer() -> None:
    world = await play(PARTICIPANTS + UP + REFERRED + """
        alice -> INVITE [alice/hold]
        app   <- INVITE [alice/hold]
        ! the app accepts [ring]
        alice <- 200 [ring]
        alice -> ACK
        ! the media engine restarts
        app   <- INVITE [alice/hold]
        alice <- INVITE [ring]
        alice -> 200 [alice]
        alice <- ACK
        carol -> 200 [carol]
        app   <- BYE
        carol <- ACK
        bob   <- NOTIFY 200 over
        bob   <- BYE
        carol <- INVITE [alice/hold]
        carol -> 200 [carol]
        carol <- ACK
        alice <- INVITE [carol]
        alice -> 200 [alice]
        alice <- ACK
        carol -> BYE
        alice <- BYE
        history <- answered 16 alice bob carol
        carol <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.parametrize(("target", "status"), [("1003@elsewhere.example", 403), ("7777@acme.example", 404)])
async def test_a_rejected_transfer_by_sips_does_not_restrict_the_next(target: str, status: int) -> None:
    await play(PARTICIPANTS + UP + f"""
        bob   -> REFER
          Refer-To: <sips:{target}>
        bob   <- {status} REFER
        bob   -> REFER
          Refer-To: <sip:1003@acme.example>
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        app   <- waiting for 1003 [alice]
        carol <- INVITE [alice]
    """)  # fmt: skip


async def test_a_party_is_not_parked_while_the_call_changes() -> None:
    await play(PARTICIPANTS + UP + """
        bob   -> INVITE [bob/hold]
        alice <- INVITE [bob/hold]
        bob   -> REFER
          Refer-To: <sip:*85@acme.example>
        bob   <- 491 REFER
    """)  # fmt: skip
