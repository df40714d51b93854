"""From the answer to the end: hold, other offers, what one side sends to the other, and every way to hang up."""

import pytest
from ladder import play, play_on
from world import World

from unificx.calls import CallSettings

UP = """
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    bob   -> 200 [bob]
    bob   <- ACK
    alice <- 200 [bob]
    alice -> ACK
"""
"""A call that is up; what follows is indented like this."""


async def up(then: str, cast: str = "alice 1001, bob 1002", **settings: object) -> World:
    world = await play(cast + UP, **settings)
    await play_on(world, then)
    return world


DOWN = """
    alice -> BYE
    bob   <- BYE
    history <- answered 16 alice bob
    alice <- 200 BYE
"""


@pytest.mark.parametrize(("one", "two"), [("alice", "bob"), ("bob", "alice")])
@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
async def test_either_side_holds_and_takes_back(one: str, two: str, method: str) -> None:
    ack = f"{one} -> ACK" if method == "INVITE" else ""
    answer = "" if method == "INVITE" else " UPDATE"
    await up(
        f"""
        {one} -> {method} [{one}/hold]
        {two} <- INVITE [{one}/hold]
        {two} -> 200 [{two}/held]
        {two} <- ACK
        {one} <- 200{answer} [{two}/held]
        {ack}
        {one} -> {method} [{one}]
        {two} <- INVITE [{one}]
        {two} -> 200 [{two}]
        {two} <- ACK
        {one} <- 200{answer} [{two}]
        {ack}
    """
        + DOWN
    )


async def test_a_refused_hold_is_told_and_the_media_put_back() -> None:
    world = await up("""
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 488
        alice <- 488
    """)
    assert world.media.offered[-1] == "alice"  # after the hold, the description agreed on before
    await play_on(world, DOWN)


async def test_what_the_other_side_refused_for_its_own_reasons_stays_between_us() -> None:
    await up(
        """
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 401
        alice <- 488
    """
        + DOWN
    )


async def test_an_offer_nobody_can_read_is_refused_and_the_call_goes_on() -> None:
    await up(
        """
        alice -> INVITE [alice/bad]
        alice <- 488
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/bad]
        bob   <- ACK
        alice <- 488
    """
        + DOWN
    )


async def test_both_sides_offer_at_once() -> None:
    """Bob's is refused while ours is on its way to him; ours comes again when he has had his turn (RFC 3261 14.1)."""
    await up(
        """
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> INVITE [bob/hold]
        bob   <- 491
        bob   -> 491 INVITE
        ... 3 s
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        alice -> ACK
    """
        + DOWN
    )


async def test_a_second_offer_while_the_first_is_open_is_refused() -> None:
    await up(
        """
        alice -> UPDATE [alice/hold]
        bob   <- INVITE [alice/hold]
        alice -> INVITE [alice/off]
        alice <- 500
          Retry-After: 1
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 UPDATE [bob/held]
    """
        + DOWN
    )


async def test_a_reinvite_without_a_description_is_offered_the_call_as_it_stands() -> None:
    await up(
        """
        alice -> INVITE
        alice <- 200 [bob]
        alice -> ACK [alice]
        alice -> INVITE
        alice <- 200 [bob]
        alice -> ACK [alice/hold]    # an answer that says something new is passed on
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/held]
        bob   <- ACK
    """
        + DOWN
    )


async def test_the_version_of_a_description_counts_up_when_it_changes_and_only_then() -> None:
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 183 [bob]
        alice <- 183 [bob]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        bob   -> INVITE [bob/hold]
        alice <- INVITE [bob/hold]
    """)
    bodies = [each.body for each in world.read if not isinstance(each, str) and each.body]
    origins = [body.partition(b"o=")[2].split() for body in bodies]
    assert [origin[2] for origin in origins] == [b"1", b"1", b"1", b"2"]
    assert len({origin[1] for origin in origins}) == 1


async def test_dtmf_by_info_reaches_the_other_side() -> None:
    await up(
        """
        alice -> INFO
          Content-Type: application/dtmf-relay
        alice <- 200 INFO
        bob   <- INFO
          Content-Type: application/dtmf-relay
        bob   -> INFO
          Content-Type: application/dtmf-relay
        bob   <- 200 INFO
        alice <- INFO
    """
        + DOWN
    )


async def test_questions_about_the_dialog_are_answered() -> None:
    await up(
        """
        alice -> OPTIONS
        alice <- 200 OPTIONS
          Allow: {*}UPDATE{*}
        alice -> MESSAGE
        alice <- 405 MESSAGE
        alice -> PRACK
        alice <- 481 PRACK
    """
        + DOWN
    )


@pytest.mark.parametrize(("one", "two"), [("alice", "bob"), ("bob", "alice")])
async def test_a_bye_is_answered_once_the_record_is_given(one: str, two: str) -> None:
    world = await up(f"""
        {one} -> BYE
        {two} <- BYE
        history <- answered 16 alice bob
        {one} <- 200 BYE
    """)
    assert world.media.anchors == {}
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_the_record_waits_for_the_figures_but_not_for_long() -> None:
    world = await up("""
        ! the media engine sleeps
        alice -> BYE
        bob   <- BYE
        ... 0.3 s
        history <- answered 16 alice bob
        alice <- 200 BYE
        ! the media engine wakes up
    """)
    assert world.ended[0].parties[0].quality.packets is None


async def test_both_hang_up_at_once() -> None:
    await up("""
        ! the media engine sleeps
        alice -> BYE
        bob   <- BYE
        bob   -> BYE
        bob   <- 481 BYE         # to us that dialog ended when we said our own BYE (RFC 3261 15.1.1)
        ! the media engine wakes up
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)


async def test_an_administrator_ends_the_call() -> None:
    await up("""
        ! an administrator ends the call
        alice <- BYE
          Reason: Q.850;cause=31;text="Ended by an administrator"
        bob   <- BYE
          Reason: Q.850;cause=31;text="Ended by an administrator"
        history <- answered 31 alice bob
    """)


async def test_an_administrator_ends_a_call_that_rings() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        ! an administrator ends the call
        history <- failed 31 alice 1002
        bob   <- CANCEL
        alice <- 480
    """)


async def test_a_call_may_last_only_so_long() -> None:
    await up(
        """
        ... 7199 s
        ... 1 s
        alice <- BYE
          Reason: Q.850;cause=102;text="Maximum length reached"
        bob   <- BYE
        history <- answered 102 alice bob
    """,
        session_expires=0,
    )


async def test_a_callee_that_vanished_is_noticed_by_the_next_offer() -> None:
    await up("""
        bob   -> nothing any more
        alice -> INVITE [alice/hold]
        ... 33 s
        alice <- BYE
          Reason: Q.850;cause=102;text="One side vanished"
        alice <- 487
        history <- answered 102 alice bob
    """)


async def test_a_callee_that_forgot_the_call_is_noticed_too() -> None:
    await up("""
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 481
        bob   <- BYE
        alice <- BYE
        alice <- 487
        history <- answered 102 alice bob
    """)


async def test_an_answer_nobody_acknowledges_ends_the_call() -> None:
    world = await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        alice -> nothing any more
        bob   -> 200 [bob]
        bob   <- ACK
        ... 33 s
        bob   <- BYE
        history <- answered 102 alice bob
    """
    )
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_the_session_timer_notices_who_vanished() -> None:
    """We refresh the callee at half time (RFC 4028); one that does not answer is gone."""
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Session-Expires: 1800;refresher=uac
          Supported: timer
        bob   <- INVITE [alice]
          Session-Expires: 1800
        bob   -> 200 [bob]
          Session-Expires: 1800;refresher=uac
          Allow: INVITE, ACK, BYE, UPDATE
        bob   <- ACK
        alice <- 200 [bob]
          Session-Expires: 1800;refresher=uac
          Require: timer
        alice -> ACK
        ... 800 s
        alice -> UPDATE
          Session-Expires: 1800;refresher=uac
          Supported: timer
        alice <- 200 UPDATE
        ... 100 s
        bob   <- UPDATE
          Session-Expires: 1800;refresher=uac
        bob   -> nothing any more
        ... 700 s
        alice -> UPDATE
          Session-Expires: 1800;refresher=uac
          Supported: timer
        alice <- 200 UPDATE
        ... 240 s
        alice <- BYE
        history <- answered 102 alice bob
    """)


async def test_a_caller_that_stops_refreshing_is_gone() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Supported: timer
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
          Session-Expires: 1800;refresher=uac
        alice -> ACK
        ... 1768 s
        alice <- BYE
        bob   <- BYE
        history <- answered 102 alice bob
    """)


async def test_a_refresh_that_is_answered_without_a_timer_still_counts() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Session-Expires: 1800
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
          Session-Expires: 1800;refresher=uas
        alice -> ACK
        ... 900 s
        alice <- INVITE [bob]    # she did not say that she knows UPDATE
        alice -> 200 [alice]
        alice <- ACK
        ... 900 s
        alice <- INVITE [bob]
        alice -> 200 [alice]
        alice <- ACK
    """)


async def test_a_callee_that_refuses_update_is_refreshed_by_reinvite() -> None:
    await play("""
        alice 1001, bob 1002 tcp by hand
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
          Session-Expires: 1800;refresher=uac
          Allow: INVITE, ACK, BYE, UPDATE
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        ... 900 s
        bob   <- UPDATE
        bob   -> 500
        ... 1 s
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
          Session-Expires: 1800;refresher=uac
        bob   <- ACK
    """)


async def test_an_offer_waits_for_a_refresh_that_is_on_its_way() -> None:
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
          Session-Expires: 1800;refresher=uac
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        ... 900 s
        bob   <- INVITE [alice]
        alice -> INVITE [alice/hold]
        bob   -> 200 [bob]
        bob   <- ACK
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        alice -> ACK
    """
        + DOWN
    )


async def test_what_belongs_to_no_dialog_is_refused() -> None:
    await up(
        """
        alice -> BYE
          X-Strange: yes
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
        alice -> BYE
        alice <- 481 BYE
    """
    )


# ---- silence


async def test_a_call_that_has_gone_silent_ends() -> None:
    await up("""
        ! alice is not heard any more
        ! bob is not heard any more
        ... 29 s
        ! the watch goes round
        ... 1 s
        ! the watch goes round
        alice <- BYE
        bob   <- BYE
        history <- answered 41 alice bob
    """)


async def test_a_call_whose_sound_goes_one_way_ends_later() -> None:
    await up("""
        ! bob is not heard any more
        ... 59 s
        ! the watch goes round
        ... 1 s
        ! the watch goes round
        alice <- BYE
          Reason: Q.850;cause=41;text="No sound from one side"
        bob   <- BYE
        history <- answered 41 alice bob
    """)


async def test_silence_on_hold_is_what_was_asked_for() -> None:
    await up(
        """
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        alice -> ACK
        ! alice is not heard any more
        ! bob is not heard any more
        ... 600 s
        ! the watch goes round
    """
        + DOWN
    )


async def test_a_media_engine_that_does_not_answer_ends_no_call() -> None:
    await up(
        """
        ! the media engine dies
        ! the watch goes round
    """
        + DOWN
    )


async def test_a_call_the_media_engine_has_lost_is_made_anew() -> None:
    await up("""
        ! the media engine forgets the call
        ! the watch goes round
        alice <- INVITE [bob]
        bob   <- INVITE [alice]
        alice -> 200 [alice]
        alice <- ACK
        bob   -> 200 [bob]
        bob   <- ACK
    """ + DOWN)  # fmt: skip


# ---- the media engine restarts


async def test_both_sides_are_offered_a_new_anchor_when_the_media_engine_restarts() -> None:
    world = await up("""
        ! the media engine restarts
        alice <- INVITE [bob]
        bob   <- INVITE [alice]
        alice -> 200 [alice]
        alice <- ACK
        bob   -> 200 [bob]
        bob   <- ACK
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        alice -> ACK
    """)
    assert len(world.media.anchors) == 1
    await play_on(world, DOWN)


async def test_a_hold_that_the_restart_interrupts_is_tried_again_by_the_phone() -> None:
    await up(
        """
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        ! the media engine restarts
        alice <- 491
        alice <- INVITE [bob]
        alice -> 200 [alice]
        alice <- ACK
        bob   -> 200 [bob/held]
        bob   <- ACK
        bob   <- INVITE [alice]  # bob had taken the hold: this takes it back
        bob   -> 200 [bob]
        bob   <- ACK
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        alice -> ACK
    """
        + DOWN
    )


async def test_a_restart_while_it_rings_costs_the_callee_one_more_offer() -> None:
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        ! the media engine restarts
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        bob   <- INVITE [alice]
        alice -> ACK
        bob   -> 200 [bob]
        bob   <- ACK
    """
        + DOWN
    )


async def test_a_restart_just_as_the_callee_answers() -> None:
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        ! the media engine sleeps
        bob   -> 200 [bob]
        bob   <- ACK
        ! the media engine restarts
        ! the media engine wakes up
        alice <- 200 [bob]
        bob   <- INVITE [alice]
        alice -> ACK
        bob   -> 200 [bob]
        bob   <- ACK
    """
        + DOWN
    )


# ---- going down


async def test_a_server_that_goes_down_says_goodbye_and_keeps_the_record() -> None:
    await up("""
        ! the server goes down
        alice <- BYE
          Reason: Q.850;cause=41;text="The system is going down"
        bob   <- BYE
        history <- answered 41 alice bob
    """)


async def test_a_server_that_goes_down_stops_the_ringing() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        ! the server goes down
        history <- failed 41 alice 1002
        bob   <- CANCEL
        alice <- 480
    """)


async def test_who_is_asked_about_live_calls() -> None:
    world = await up("", settings=CallSettings())
    [call] = world.conductor.live("t1")
    assert (call.state, call.caller, call.callee) == ("talking", "1001", "1002")
    assert world.conductor.live("t2") == []
    assert not world.conductor.hang_up(call.id, "t2")
    assert "1001" not in repr(call)
    await play_on(world, DOWN)
    assert world.conductor.live() == []
