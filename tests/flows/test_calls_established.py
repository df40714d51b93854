"""Established calls: hold and other re-INVITEs, in-dialog requests, and all ways to end a call."""

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
async def test_hold_and_resume_by_either_side(one: str, two: str, method: str) -> None:
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


async def test_refused_hold_is_relayed_and_the_anchor_reset() -> None:
    world = await up("""
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 488
        alice <- 488
    """)
    assert world.media.offered[-1] == "alice"  # after the hold, the description agreed on before
    await play_on(world, DOWN)


async def test_unrelated_refusal_status_is_not_relayed() -> None:
    await up(
        """
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 401
        alice <- 488
    """
        + DOWN
    )


async def test_invalid_offer_is_refused_and_the_call_continues() -> None:
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


async def test_offer_glare() -> None:
    """Bob's offer is refused with 491 while ours is pending; ours is retried afterwards (RFC 3261 section 14.1)."""
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


async def test_an_offer_after_glare_does_not_wait_for_ours() -> None:
    """Bob's phone repeats its offer before the owner of the Call-ID may, and perhaps only once (RFC 3261 section 14.1):
    it is accepted, and Alice's phone has to repeat its own."""
    await up(
        """
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> INVITE [bob/hold]
        bob   <- 491
        bob   -> 491 INVITE
        ... 1 s
        bob   -> INVITE [bob/hold]
        alice <- 491
        alice <- INVITE [bob/hold]
        alice -> 200 [alice/held]
        alice <- ACK
        bob   <- 200 [alice/held]
        bob   -> ACK
        ... 3 s
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        alice -> ACK
    """
        + DOWN
    )


async def test_second_offer_during_an_exchange_is_refused() -> None:
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


async def test_offer_instead_of_an_ack_is_accepted() -> None:
    """A client that has lost its connection, and with it the transaction, acknowledges nothing: the call goes on."""
    await up(
        """
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        ... 0.2 s
        alice -> INVITE [alice/anew]
        bob   <- INVITE [alice/anew]
        bob   -> 200 [bob/anew]
        bob   <- ACK
        alice <- 200 [bob/anew]
        alice -> ACK
        ... 40 s
    """
        + DOWN
    )


async def test_offer_instead_of_an_ack_with_an_answer_is_refused() -> None:
    await up(
        """
        alice -> INVITE
        alice <- 200 [bob]
        alice -> INVITE [alice/anew]
        alice <- 500
          Retry-After: 1
        alice -> ACK [alice]
    """
        + DOWN
    )


async def test_reinvite_without_sdp_is_offered_the_current_session() -> None:
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


@pytest.mark.parametrize("hold", ["hold", "off"])
async def test_reinvite_without_sdp_resumes_a_held_call(hold: str) -> None:
    """Cisco's and Avaya's servers resume so: an offer that only receives would make the hold last."""
    held = "held" if hold == "hold" else "off"
    world = await up(f"""
        alice -> INVITE [alice/{hold}]
        bob   <- INVITE [alice/{hold}]
        bob   -> 200 [bob/{held}]
        bob   <- ACK
        alice <- 200 [bob/{held}]
        alice -> ACK
        alice -> INVITE
        alice <- 200 [bob/{held} both ways]
        alice -> ACK [alice]
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        bob   -> INVITE [bob/again]
        alice <- INVITE [bob/again]
    """)
    bodies = [each.body for each in world.checked if not isinstance(each, str) and each.body and b"bob" in each.body]
    versions = [int(body.partition(b"o=")[2].split()[2]) for body in bodies]
    assert versions == [1, 2, 3, 4]


async def test_reinvite_without_sdp_does_not_end_a_hold_of_the_other_side() -> None:
    await up(
        """
        bob   -> INVITE [bob/hold]
        alice <- INVITE [bob/hold]
        alice -> 200 [alice/held]
        alice <- ACK
        bob   <- 200 [alice/held]
        bob   -> ACK
        alice -> INVITE
        alice <- 200 [bob/hold]
        alice -> ACK [alice/held]
    """
        + DOWN
    )


async def test_sdp_version_increments_only_on_change() -> None:
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
    bodies = [each.body for each in world.checked if not isinstance(each, str) and each.body]
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


async def test_options_and_unknown_methods_in_dialog() -> None:
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
async def test_bye_is_answered_after_the_call_record(one: str, two: str) -> None:
    world = await up(f"""
        {one} -> BYE
        {two} <- BYE
        history <- answered 16 alice bob
        {one} <- 200 BYE
    """)
    assert world.media.anchors == {}
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_call_record_waits_briefly_for_statistics() -> None:
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


async def test_simultaneous_bye() -> None:
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


async def test_administrator_ends_an_established_call() -> None:
    await up("""
        ! an administrator ends the call
        alice <- BYE
          Reason: Q.850;cause=31;text="Ended by an administrator"
        bob   <- BYE
          Reason: Q.850;cause=31;text="Ended by an administrator"
        history <- answered 31 alice bob
    """)


async def test_administrator_ends_a_ringing_call() -> None:
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


async def test_maximum_call_length() -> None:
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


async def test_vanished_callee_is_detected_by_the_next_offer() -> None:
    await up("""
        bob   -> nothing any more
        alice -> INVITE [alice/hold]
        ... 33 s
        alice <- BYE
          Reason: Q.850;cause=102;text="One side vanished"
        alice <- 487
        history <- answered 102 alice bob
    """)


async def test_callee_without_the_dialog_is_detected() -> None:
    await up("""
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 481
        bob   <- BYE
        alice <- BYE
        alice <- 487
        history <- answered 102 alice bob
    """)


async def test_missing_ack_ends_the_call() -> None:
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


async def test_session_timer_detects_a_vanished_callee() -> None:
    """We refresh the callee at half the interval (RFC 4028); without a response the call ends."""
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


async def test_session_timer_detects_a_caller_that_stops_refreshing() -> None:
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


async def test_refresh_answered_without_session_expires_counts() -> None:
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


async def test_callee_refusing_update_is_refreshed_by_reinvite() -> None:
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


async def test_offer_waits_for_a_pending_refresh() -> None:
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


async def test_request_outside_a_known_dialog_is_refused() -> None:
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


SILENT = """
    ! alice is not heard any more
    ! bob is not heard any more
    ... 29 s
    ! the watch goes round
    ... 1 s
    ! the watch goes round
    alice <- OPTIONS
    bob   <- OPTIONS
"""


async def test_silent_call_without_answers_ends() -> None:
    await up(
        SILENT
        + """
        alice -> 200 OPTIONS
        ... 33 s
        bob   <- BYE
        alice <- BYE
          Reason: Q.850;cause=102;text="One side vanished"
        history <- answered 102 alice bob
    """,
        "alice 1001 by hand, bob 1002 by hand",
    )


async def test_silent_call_ends_if_a_phone_has_no_such_dialog() -> None:
    await up(
        SILENT
        + """
        bob   -> 481 OPTIONS
        bob   <- BYE
        alice <- BYE
        history <- answered 102 alice bob
    """,
        "alice 1001 by hand, bob 1002 by hand",
    )


async def test_silent_call_goes_on_while_its_phones_answer() -> None:
    """Both phones are muted and send no comfort noise."""
    await up(
        SILENT
        + """
        ... 31 s
        ! the watch goes round
        ... 30 s
        ! the watch goes round
        alice <- OPTIONS
        bob   <- OPTIONS
        ... 300 s
    """
        + DOWN
    )


ONE_WAY = """
    ! bob is not heard any more
    ... 31 s
    ! the watch goes round
    bob   <- OPTIONS
"""


async def test_call_with_one_way_media_goes_on() -> None:
    """A muted phone, or one that only listens. The phone that talks is not asked."""
    await up(
        ONE_WAY
        + """
        ... 61 s
        ! the watch goes round
        bob   <- OPTIONS
        ... 300 s
    """
        + DOWN
    )


async def test_call_ends_if_the_silent_phone_does_not_answer() -> None:
    """A phone that was switched off, while the other one talks on: a call outside would cost until its longest time."""
    await up(
        ONE_WAY
        + """
        ... 33 s
        bob   <- BYE
        alice <- BYE
          Reason: Q.850;cause=102;text="One side vanished"
        history <- answered 102 alice bob
    """,
        "alice 1001, bob 1002 by hand",
    )


async def test_silence_during_hold_is_ignored() -> None:
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


HELD = """
    alice -> INVITE [alice/hold]
    bob   <- INVITE [alice/hold]
    bob   -> 200 INVITE [bob/held]
    bob   <- ACK
    alice <- 200 [bob/held]
    alice -> ACK
    ! alice is not heard any more
    ... 901 s
    ! the watch goes round
    alice <- OPTIONS
"""


async def test_call_on_hold_goes_on_while_its_phone_answers() -> None:
    await up(HELD + "... 100 s" + DOWN, session_expires=0)


async def test_call_on_hold_ends_if_its_phone_is_lost() -> None:
    """A phone without a session timer that was switched off: the other side would hear music for hours."""
    await up(
        HELD
        + """
        ... 33 s
        alice <- BYE
        bob   <- BYE
        history <- answered 102 alice bob
    """,
        "alice 1001 by hand, bob 1002",
        session_expires=0,
    )


async def test_unresponsive_media_engine_does_not_end_calls() -> None:
    await up(
        """
        ! the media engine dies
        ! the watch goes round
    """
        + DOWN
    )


async def test_call_unknown_to_the_media_engine_is_reanchored() -> None:
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


async def test_media_engine_restart_reoffers_to_both_sides() -> None:
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


async def test_media_engine_restart_passes_on_the_keys_of_the_answers() -> None:
    """A phone may answer a new offer with another key (RFC 4568 section 7.1.4): each gets an offer of its own."""
    world = await play("""
        alice 1001 tls, bob 1002 tls
        alice -> INVITE 1002 [alice/srtp]
        bob   <- INVITE [alice/srtp in srtp]
        bob   -> 200 [bob/srtp]
        bob   <- ACK
        alice <- 200 [bob/srtp in srtp]
        alice -> ACK
        ! the media engine restarts
        bob   <- INVITE [alice/srtp in srtp]
        bob   -> 200 [berta/srtp]
        bob   <- ACK
        alice <- INVITE [berta/srtp in srtp]
        alice -> 200 [alice/srtp]
        alice <- ACK
    """)
    assert len(world.media.anchors) == 1
    await play_on(world, DOWN)


async def test_hold_interrupted_by_a_restart_is_retried_by_the_phone() -> None:
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


async def test_restart_while_ringing_adds_a_reoffer_to_the_callee() -> None:
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


async def test_restart_while_ringing_passes_on_the_keys_of_the_new_answer() -> None:
    world = await play("""
        alice 1001 tls, bob 1002 tls
        alice -> INVITE 1002 [alice/srtp]
        bob   <- INVITE [alice/srtp in srtp]
        bob   -> 180
        alice <- 180
        ! the media engine restarts
        bob   -> 200 [bob/srtp]
        bob   <- ACK
        alice <- 200 [bob/srtp in srtp]
        bob   <- INVITE [alice/srtp in srtp]
        alice -> ACK
        bob   -> 200 [berta/srtp]
        bob   <- ACK
        alice <- INVITE [berta/srtp in srtp]
        alice -> 200 [alice/srtp]
        alice <- ACK
    """)
    await play_on(world, DOWN)


async def test_restart_during_the_answer() -> None:
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


async def test_shutdown_ends_and_records_calls() -> None:
    await up("""
        ! the server goes down
        alice <- BYE
          Reason: Q.850;cause=41;text="The system is going down"
        bob   <- BYE
        history <- answered 41 alice bob
    """)


async def test_shutdown_cancels_ringing_calls() -> None:
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


async def test_live_calls_are_listed() -> None:
    world = await up("", settings=CallSettings())
    [call] = world.manager.live_calls("t1")
    assert (call.state, call.caller, call.callee) == ("talking", "1001", "1002")
    assert world.manager.live_calls("t2") == []
    assert not world.manager.hang_up(call.id, "t2")
    assert "1001" not in repr(call)
    await play_on(world, DOWN)
    assert world.manager.live_calls() == []


@pytest.mark.promise("T3")
async def test_media_at_the_own_machine_is_refused() -> None:
    world = await up("""
        alice -> INVITE [alice/loopback]
        alice <- 488
    """ + DOWN)  # fmt: skip
    assert not any("loopback" in each for each in world.media.offered)


async def test_media_at_the_name_of_a_host_is_refused_with_the_reason() -> None:
    await up("""
        alice -> INVITE [alice/named]
        alice <- 488
          Warning: 301 pbx "A media address is the name of a host"
    """ + DOWN)  # fmt: skip


PRESSED = """
    alice -> INFO Signal=5
      Content-Type: application/dtmf-relay
    alice <- 200 INFO
"""
WITH_EVENTS = """
    alice 1001, bob 1002
    alice -> INVITE 1002 [alice/events]
    bob   <- INVITE [alice/events]
    bob   -> 200 [bob/events]
    bob   <- ACK
    alice <- 200 [bob/events]
    alice -> ACK
"""


async def test_an_info_that_is_no_digit_is_passed_on() -> None:
    await play(
        WITH_EVENTS
        + """
        alice -> INFO something
          Content-Type: text/plain
        alice <- 200 INFO
        bob   <- INFO
          Content-Type: text/plain
        """
        + DOWN
    )


@pytest.mark.parametrize("events", ["", "/events"])
async def test_digit_by_info_is_passed_on_to_a_phone(events: str) -> None:
    world = await play(WITH_EVENTS.replace("/events", events) + PRESSED + "bob <- INFO\n" + DOWN)
    assert not world.media.digits
    assert world.observed[-2:] == ["alice presses 5", "over"]
