"""Calls to apps: dialled, or as fallback of unanswered calls."""

import pytest
from ladder import play, play_on

TALKING = """
    alice 1001, bob 1002 tcp voicemail
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    bob   -> 180
    alice <- 180
    ... 30 s
    bob   <- CANCEL
      Reason: none
    app   <- voicemail for 1002 [alice]
    ! the app answers [vm]
    alice <- 200 [vm]
    alice -> ACK
"""


async def test_dialled_app_answers_and_caller_hangs_up() -> None:
    world = await play("""
        alice 1001
        alice -> INVITE *43 [alice]
        app   <- echo [alice]
        ! the app answers [echo]
        alice <- 200 [echo]
        alice -> ACK
        alice -> BYE
        app   <- BYE
        history <- answered 16 alice *43
        alice <- 200 BYE
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}
    assert world.ended[0].answered is not None
    assert world.media.of_known_address == ["echo"]


async def test_unknown_feature_code_is_not_found() -> None:
    await play("""
        alice 1001
        alice -> INVITE *9911 [alice]
        history <- failed 1 alice *9911
        alice <- 404
    """)


async def test_number_outside_is_refused_with_the_reason() -> None:
    await play("""
        alice 1001
        alice -> INVITE +49301234567 [alice]
        history <- failed 3 alice +49301234567
        alice <- 404
          Reason: Q.850;cause=3;text="Calls outside are not set up"
    """)


async def test_voicemail_after_no_answer_is_one_missed_call() -> None:
    world = await play(TALKING)
    await play_on(world, """
        ... 12 s
        ! the app hangs up
        alice <- BYE
        history <- missed 19 alice 1002
        app   <- BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}
    [call] = world.ended
    assert call.answered is None  # the callee's phone was not
    assert call.answered_by == "voicemail"
    assert (call.ended - call.started).total_seconds() > 40


@pytest.mark.parametrize(("status", "outcome"), [(486, "busy 17"), (603, "declined 21"), (480, "unreachable 20")])
async def test_refusal_by_the_phone_falls_back_to_voicemail(status: int, outcome: str) -> None:
    world = await play(f"""
        alice 1001, bob 1002 tcp voicemail
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> {status}
        app   <- voicemail for 1002 [alice]
        ! the app answers [vm]
        alice <- 200 [vm]
        alice -> ACK
        alice -> BYE
        app   <- BYE
        history <- {outcome} alice 1002
        alice <- 200 BYE
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}
    assert world.ended[0].answered_by == "voicemail"


async def test_unregistered_extension_falls_back_to_voicemail_immediately() -> None:
    world = await play("""
        alice 1001, bob 1002 tcp voicemail off
        alice -> INVITE 1002 [alice]
        app   <- voicemail for 1002 [alice]
        ! the app answers [vm]
        alice <- 200 [vm]
        alice -> ACK
        alice -> BYE
        app   <- BYE
        history <- unreachable 20 alice 1002
        alice <- 200 BYE
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_push_is_cancelled_and_failing_app_leaves_a_missed_call() -> None:
    world = await play("""
        alice 1001, bob 1002 tcp voicemail asleep
        alice -> INVITE 1002 [alice]
        push  <- call bob
        alice <- 180
        ... 30 s
        push  <- stop bob
        app   <- voicemail for 1002 [alice]
        ! the app refuses
        history <- missed 19 alice 1002
        app   <- BYE
        alice <- 480
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_caller_cancel_while_voicemail_answers_leaves_nothing() -> None:
    world = await play("""
        alice 1001, bob 1002 tcp voicemail
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        app   <- voicemail for 1002 [alice]
        alice -> CANCEL
        app   <- BYE
        history <- busy 17 alice 1002
        alice <- 487
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_app_answer_timeout() -> None:
    world = await play("""
        alice 1001
        alice -> INVITE *43 [alice]
        app   <- echo [alice]
        ... 2 s
        alice <- 180
        ... 8 s
        app   <- BYE
        history <- missed 19 alice *43
        alice <- 480
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_delayed_offer_gets_the_offer_of_the_app() -> None:
    await play("""
        alice 1001
        alice -> INVITE *43
        app   <- echo
        ! the app answers [echo]
        alice <- 200 [echo]
        alice -> ACK [alice]
        app   <- ACK [alice]
        alice -> BYE
        app   <- BYE
        history <- answered 16 alice *43
        alice <- 200 BYE
    """)


async def test_app_answers_hold_offer_of_the_caller() -> None:
    world = await play(TALKING)
    await play_on(world, """
        alice -> INVITE [alice/hold]
        app   <- INVITE [alice/hold]
        ! the app accepts [vm/held]
        alice <- 200 [vm/held]
        alice -> ACK
        alice -> INVITE [alice]
        app   <- INVITE [alice]
        ! the app declines
        alice <- 488
    """)  # fmt: skip


async def test_app_makes_a_new_offer() -> None:
    world = await play(TALKING)
    await play_on(world, """
        ! the app offers [vm2]
        alice <- INVITE [vm2]
        alice -> 200 [alice2]
        alice <- ACK
        app   <- 200 [alice2]
    """)  # fmt: skip


async def test_dtmf_by_info_reaches_the_app() -> None:
    world = await play(TALKING)
    await play_on(world, """
        alice -> INFO
          Content-Type: application/dtmf-relay
        app   <- INFO
        alice <- 200 INFO
    """)  # fmt: skip


async def test_media_engine_dies_during_an_app_call() -> None:
    world = await play(TALKING)
    await play_on(world, """
        ! the media engine dies
        ! the media engine restarts
        app   <- INVITE [alice]
        alice <- INVITE [vm]
        alice -> 200 [alice]
        alice <- ACK
        ! the app accepts [vm]
        alice -> BYE
        app   <- BYE
        history <- missed 19 alice 1002
        alice <- 200 BYE
    """)  # fmt: skip


async def test_voicemail_takes_over_from_a_dead_phone_after_the_ring_time() -> None:
    """The phone was unplugged while registered over UDP. The caller hears ringing meanwhile."""
    world = await play("""
        alice 1001, bob 1002 voicemail
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        ... 1.9 s
        ... 0.1 s
        alice <- 180
        ... 27.9 s
        ... 0.1 s
        app   <- voicemail for 1002 [alice]
    """)
    assert [call.state for call in world.manager.live_calls()] == ["ringing"]
    await play_on(world, "! the app answers [vm]\nalice <- 200 [vm]\nalice -> ACK")
    assert [call.state for call in world.manager.live_calls()] == ["talking"]


async def test_early_media_is_relayed_with_a_fallback_app() -> None:
    """As if forked: the app's answer is in another dialog than the early media."""
    await play("""
        alice 1001, bob 1002 tcp voicemail
        alice -> INVITE 1002 [alice]
          Supported: 100rel
        bob   <- INVITE [alice]
        bob   -> 183 [bob]
        alice <- 183 [bob]
          To: <sip:1002@acme.example>;tag={early}-early
          Require: none
        bob   -> 486
        app   <- voicemail for 1002 [alice]
        ! the app answers [vm]
        alice <- 200 [vm]
          To: <sip:1002@acme.example>;tag={early}
        alice -> ACK
        alice -> BYE
        app   <- BYE
        history <- busy 17 alice 1002
        alice <- 200 BYE
    """)


async def test_early_media_is_not_relayed_with_a_fallback_app_if_it_would_be_binding() -> None:
    """A caller that requires reliable responses takes their SDP for the final answer (RFC 3262 section 5)."""
    await play("""
        alice 1001, bob 1002 tcp voicemail
        alice -> INVITE 1002 [alice]
          Require: 100rel
        bob   <- INVITE [alice]
        bob   -> 183 [bob]
        alice <- 180
        alice -> PRACK
        alice <- 200 PRACK
        bob   -> 486
        app   <- voicemail for 1002 [alice]
        ! the app answers [vm]
        alice <- 200 [vm]
        alice -> ACK
    """)
