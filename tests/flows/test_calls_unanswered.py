"""Unanswered calls: busy, declined, unreachable, cancelled; as reported to the caller and in the call record."""

from ladder import play, play_on

from unificx.calls import CallSettings


async def test_busy() -> None:
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        history <- busy 17 alice 1002
        alice <- 486
          Reason: Q.850;cause=17;text="Busy"
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_busy_phone_does_not_stop_the_others() -> None:
    await play("""
        alice 1001, bob 1002, tablet 1002
        alice  -> INVITE 1002 [alice]
        bob    <- INVITE [alice]
        tablet <- INVITE [alice]
        bob    -> 486
        tablet -> 180
        alice  <- 180
        tablet -> 404
        history <- busy 17 alice 1002
        alice  <- 486
    """)


async def test_decline_ends_forking() -> None:
    await play("""
        alice 1001, bob 1002, tablet 1002
        alice  -> INVITE 1002 [alice]
        bob    <- INVITE [alice]
        tablet <- INVITE [alice]
        tablet -> 180
        alice  <- 180
        bob    -> 603
        history <- declined 21 alice 1002
        tablet <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        alice  <- 603
    """)


async def test_busy_everywhere_ends_forking() -> None:
    await play("""
        alice 1001, bob 1002, tablet 1002
        alice  -> INVITE 1002 [alice]
        bob    <- INVITE [alice]
        tablet <- INVITE [alice]
        tablet -> 180
        alice  <- 180
        bob    -> 600
        history <- busy 17 alice 1002
        tablet <- CANCEL
        alice  <- 486
    """)


async def test_no_answer_timeout() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        ... 29 s
        ... 1 s
        history <- missed 19 alice 1002
        bob   <- CANCEL
        alice <- 480
          Reason: Q.850;cause=19;text="No answer"
    """)


async def test_an_invite_expires_before_the_end_of_the_ringing_time() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Expires: 20
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        ... 19 s
        ... 1 s
        history <- cancelled 16 alice 1002
        bob   <- CANCEL
        alice <- 487
    """)


async def test_no_device_is_registered() -> None:
    await play("""
        alice 1001
        alice -> INVITE 1002 [alice]
        history <- unreachable 20 alice 1002
        alice <- 480
          Reason: Q.850;cause=20;text="Not reachable"
    """)


async def test_all_phones_are_gone() -> None:
    world = await play("""
        alice 1001, bob 1002 udp, tablet 1002
        bob    -> nothing any more
        tablet -> nothing any more
        alice  -> INVITE 1002 [alice]
        ... 2 s
        alice  <- 180
        ... 28 s
        history <- missed 19 alice 1002
        alice  <- 480
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_phones_without_response_are_unreachable() -> None:
    await play(
        """
        alice 1001, bob 1002, tablet 1002
        bob    -> nothing any more
        tablet -> nothing any more
        alice  -> INVITE 1002 [alice]
        ... 2 s
        alice  <- 180
        ... 31 s
        history <- unreachable 20 alice 1002
        alice  <- 480
    """,
        rings=60,
    )


async def test_phone_with_lost_connection_is_unreachable() -> None:
    await play("""
        alice 1001, bob 1002
        bob   -> nothing any more
        alice -> INVITE 1002 [alice]
        ! bob loses its connection
        history <- unreachable 20 alice 1002
        alice <- 480
    """)


async def test_unknown_number() -> None:
    world = await play("""
        alice 1001
        alice -> INVITE 4711 [alice]
        history <- failed 1 alice 4711
        alice <- 404
    """)
    await play_on(world, """
        alice -> INVITE nonsense [alice]
        history <- failed 1 alice nonsense
        alice <- 404
    """)  # fmt: skip


async def test_caller_cancels_before_any_provisional() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        alice -> CANCEL
        history <- cancelled 16 alice 1002
        alice <- 487
        bob   -> 180             # only now it may be cancelled
        bob   <- CANCEL
    """)


async def test_caller_cancels_while_ringing() -> None:
    world = await play("""
        alice 1001, bob 1002, tablet 1002
        alice  -> INVITE 1002 [alice]
        bob    <- INVITE [alice]
        tablet <- INVITE [alice]
        bob    -> 180
        alice  <- 180
        tablet -> 180
        alice  -> CANCEL
        history <- cancelled 16 alice 1002
        bob    <- CANCEL
          Reason: none
        tablet <- CANCEL
        alice  <- 487
          Reason: Q.850;cause=16;text="Caller hung up"
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_caller_sends_bye_while_ringing() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        alice -> BYE
        history <- cancelled 16 alice 1002
        alice <- 487
        bob   <- CANCEL
        alice <- 200 BYE
    """)


async def test_answer_crossing_cancel_gets_a_bye() -> None:
    world = await play("""
        alice 1001, bob 1002 tcp by hand
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        alice -> CANCEL
        history <- cancelled 16 alice 1002
        bob   <- CANCEL
        alice <- 487
        bob   -> 200 INVITE [bob]
        bob   <- ACK
        bob   <- BYE
        bob   -> 200 BYE
        bob   -> 200 CANCEL
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_cancel_crossing_the_answer_is_too_late() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> CANCEL
        alice -> ACK
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)


async def test_caller_cancels_during_a_media_request() -> None:
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        ! the media engine sleeps
        bob   -> 200 [bob]
        bob   <- ACK
        alice -> CANCEL
        history <- cancelled 16 alice 1002
        bob   <- BYE
        alice <- 487
        ! the media engine wakes up
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_media_engine_unavailable() -> None:
    world = await play("""
        alice 1001, bob 1002
        ! the media engine dies
        alice -> INVITE 1002 [alice]
        history <- failed 34 alice 1002
        alice <- 503
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_invalid_offer_is_refused() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice/bad]
        history <- failed 88 alice 1002
        alice <- 488
    """)


async def test_invalid_answer_ends_the_call() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 200 [bob/bad]
        bob   <- ACK
        history <- failed 88 alice 1002
        bob   <- BYE
        alice <- 488
    """)


async def test_answer_without_sdp_ends_the_call() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 200 INVITE
        history <- failed 88 alice 1002
        bob   <- ACK
        bob   <- BYE
        alice <- 488
    """)


async def test_late_media_failure_of_another_branch_is_ignored() -> None:
    """A media failure of early media is ignored once the phone has answered."""
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 183 [bob/bad]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)


async def test_invite_is_validated_before_ringing() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Require: telepathy
        alice <- 420
          Unsupported: telepathy
        alice -> INVITE 1002 [alice]
          Session-Expires: 30
        alice <- 422
          Min-SE: 90
        alice -> INVITE 1002 [alice]
          Session-Expires: soon
        alice <- 400
        alice -> INVITE 1002 [alice]
          Content-Type: text/plain
        alice <- 415
          Accept: application/sdp
    """)


async def test_call_limit_is_refused_with_retry_after() -> None:
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        alice -> INVITE 1002 [alice]
        alice <- 503
          Retry-After: 5
    """,
        settings=CallSettings(max_calls=1),
    )


async def test_call_limit_per_tenant() -> None:
    world = await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        alice -> INVITE 1002 [alice]
        alice <- 503
          Retry-After: 5
        bob   -> 486
        history <- busy 17 alice 1002
        alice <- 486
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        history <- busy 17 alice 1002
        alice <- 486
    """,
        settings=CallSettings(max_calls_per_tenant=1),
    )
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_calls_are_refused_when_storage_is_full() -> None:
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
    """)
    world.storage_full = True
    await play_on(
        world,
        """
        alice -> INVITE 1002 [alice]
        alice <- 503
          Retry-After: 60
    """,
    )
    assert [call.state for call in world.manager.live_calls()] == ["talking"]
    world.storage_full = False
    await play_on(
        world,
        """
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
    """,
    )


async def test_callee_with_larger_min_se_is_invited_again() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
          Session-Expires: 1800
        bob   -> 422
          Min-SE: 3600
        bob   <- INVITE [alice]
          Session-Expires: 3600
          Min-SE: 3600
        bob   -> 486
        history <- busy 17 alice 1002
        alice <- 486
    """)


async def test_sips_does_not_dial_insecure_phones() -> None:
    """Every hop must be secure (RFC 3261 section 26.2.2)."""
    await play("""
        alice 1001, bob 1002 udp
        alice -> INVITE sips:1002 [alice]
        history <- unreachable 20 alice 1002
        alice <- 480
    """)
