"""Call set-up: forking, provisional responses, early media and answer."""

import pytest
from ladder import play
from structlog.testing import capture_logs

from unificx.calls.machine.identity import RingKind, ring_headers


async def test_basic_call() -> None:
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        ... 5 s
        alice -> BYE
        bob   <- BYE
          Reason: Q.850;cause=16;text="Normal clearing"
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)
    [call] = world.ended
    assert call.answered is not None
    assert (call.ended - call.answered).total_seconds() == 5
    assert [party.quality.packets for party in call.parties] == [250, 250]
    assert [party.address for party in call.parties] == [world.phones[who].flow.host for who in ("alice", "bob")]


async def test_all_phones_ring_until_one_answers() -> None:
    await play("""
        alice 1001, bob 1002, tablet 1002, kitchen 1002
        alice   -> INVITE 1002 [alice]
        bob     <- INVITE [alice]
        tablet  <- INVITE [alice]
        kitchen <- INVITE [alice]
        bob     -> 180
        alice   <- 180
        tablet  -> 180
        tablet  -> 200 [tablet]
        tablet  <- ACK
        bob     <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        alice   <- 200 [tablet]
        alice   -> ACK
        kitchen -> 180           # it gets its CANCEL only now: none may be sent before a provisional (RFC 3261 9.1)
        kitchen <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        alice   -> BYE
        tablet  <- BYE
        history <- answered 16 alice tablet
        alice   <- 200 BYE
    """)


async def test_late_answer_gets_a_bye() -> None:
    await play("""
        alice 1001, bob 1002, tablet 1002 tcp by hand
        alice  -> INVITE 1002 [alice]
        bob    <- INVITE [alice]
        tablet <- INVITE [alice]
        tablet -> 180
        alice  <- 180
        bob    -> 200 [bob]
        bob    <- ACK
        tablet <- CANCEL
        alice  <- 200 [bob]
        tablet -> 200 INVITE [tablet]
        tablet <- ACK
        tablet <- BYE
        tablet -> 200 BYE
        tablet -> 200 CANCEL
        alice  -> ACK
        bob    -> BYE
        alice  <- BYE
        history <- answered 16 alice bob
        bob    <- 200 BYE
    """)


async def test_early_media_of_a_single_phone_is_relayed() -> None:
    """The SDP of a 183 reaches the caller while one phone rings."""
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 183 [bob]
        alice <- 183 [bob]
        bob   -> 180
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
          Contact: {*}
        alice -> ACK
        bob   -> BYE
        alice <- BYE
        history <- answered 16 alice bob
        bob   <- 200 BYE
    """)


async def test_early_media_of_several_phones_is_not_relayed() -> None:
    await play("""
        alice 1001, bob 1002, tablet 1002
        alice  -> INVITE 1002 [alice]
        bob    <- INVITE [alice]
        tablet <- INVITE [alice]
        bob    -> 183 [bob]
        alice  <- 180
        tablet -> 183 [tablet]
        bob    -> 200 [bob]
        bob    <- ACK
        tablet <- CANCEL
        alice  <- 200 [bob]
        alice  -> ACK
        alice  -> BYE
        bob    <- BYE
        history <- answered 16 alice bob
        alice  <- 200 BYE
    """)


async def test_early_media_with_100rel_is_acknowledged_before_the_answer() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Supported: 100rel
        bob   <- INVITE [alice]
        bob   -> 183 [bob]
        alice <- 183 [bob]
          Require: 100rel
          RSeq: {rseq}
        bob   -> 200 [bob]
        bob   <- ACK
        alice -> PRACK
        alice <- 200 PRACK
        alice <- 200 [bob]
        alice -> ACK
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)


async def test_caller_cancels_instead_of_sending_prack() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Supported: 100rel
        bob   <- INVITE [alice]
        bob   -> 183 [bob]
        alice <- 183 [bob]
        bob   -> 200 [bob]
        bob   <- ACK
        alice -> CANCEL
        alice <- 487
        bob   <- BYE
        history <- cancelled 16 alice bob   # no answer ever went out to her
    """)


async def test_reliable_ringing_of_the_callee_gets_a_prack() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 183 [bob]
          Require: 100rel
          RSeq: 7001
        bob   <- PRACK
          RAck: 7001 1 INVITE
        alice <- 183 [bob]
        bob   -> 200 INVITE      # without a description: the early answer stands
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)


async def test_requests_of_the_callee_before_its_answer() -> None:
    """Carriers send UPDATE in the early dialog (RFC 3311): a 481 would end their call."""
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 183 [bob]
          Require: 100rel
          RSeq: 7001
        bob   <- PRACK
        alice <- 183 [bob]
        bob   -> UPDATE
        bob   <- 200 UPDATE
          Contact: {*}
          Allow: {*}UPDATE{*}
        bob   -> UPDATE [bob/again]
        bob   <- 491 UPDATE
        bob   -> OPTIONS
        bob   <- 200 OPTIONS
        bob   -> INFO
        bob   <- 200 INFO
        bob   -> MESSAGE
        bob   <- 405 MESSAGE
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        bob   -> UPDATE [bob/again]
        alice <- INVITE [bob/again]
        alice -> 200 [alice]
        alice <- ACK
        bob   <- 200 UPDATE [alice]
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.parametrize("with_voicemail", [True, False])
async def test_answer_in_a_reliable_183_only(with_voicemail: bool) -> None:
    """RFC 3262 section 5: the 200 of a gateway repeats no SDP. Voicemail stands behind, or several devices ring."""
    cast = "alice 1001, bob 1002 voicemail" if with_voicemail else "alice 1001, bob 1002, tablet 1002"
    others = ("", "", "") if with_voicemail else ("tablet <- INVITE [alice]", "tablet -> 183", "tablet <- CANCEL")
    progress = "183 [bob]" if with_voicemail else "180"
    await play(f"""
        {cast}
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        {others[0]}
        bob   -> 183 [bob]
          Require: 100rel
          RSeq: 7001
        bob   <- PRACK
        alice <- {progress}
        {others[1]}
        bob   -> 200 INVITE
        bob   <- ACK
        {others[2]}
        alice <- 200 [bob]
        alice -> ACK
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)


async def test_delayed_offer() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002
        bob   <- INVITE
          Supported: timer
        bob   -> 180
        alice <- 180
        bob   -> 200 [bob]
        alice <- 200 [bob]
        alice -> ACK [alice]
        bob   <- ACK [alice]
        bob   -> BYE
        alice <- BYE
        history <- answered 16 alice bob
        bob   <- 200 BYE
    """)


async def test_delayed_offer_without_answer_ends_the_call() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002
        bob   <- INVITE
        bob   -> 200 [bob]
        alice <- 200 [bob]
        alice -> ACK
        history <- answered 88 alice bob
        bob   <- ACK
        bob   <- BYE
        alice <- BYE
    """)


@pytest.mark.promise("T1")
async def test_tls_phone_refusing_srtp_is_not_offered_plain_rtp() -> None:
    await play("""
        alice 1001, bob 1002 tls
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice in srtp]
        bob   -> 488
        bob   <- INVITE [alice in dtls]
        bob   -> 488
        history <- failed 88 alice 1002
        alice <- 488
    """)


@pytest.mark.promise("T1")
async def test_a_tls_phone_cannot_offer_plain_rtp() -> None:
    await play("""
        alice 1001 tls, bob 1002
        alice -> INVITE 1002 [alice]
        alice <- 488
        alice -> INVITE 1002 [alice/srtp]
        bob   <- INVITE [alice/srtp]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob in srtp]
    """)


@pytest.mark.parametrize("offered", ["srtp", "dtls"])
async def test_srtp_without_a_key_is_refused(offered: str) -> None:
    """An answer without a key to it would connect a call without sound (RFC 4568 section 5.1.2)."""
    await play(f"""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice/{offered}/keyless]
        history <- failed 88 alice 1002
        alice <- 488
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 200 [bob/{offered}/keyless]
        bob   <- ACK
        history <- failed 88 alice 1002
        bob   <- BYE
        alice <- 488
    """)


async def test_media_at_the_name_of_a_host_is_refused_with_the_reason() -> None:
    """RFC 8866 allows a name, but rtpengine takes addresses only."""
    with capture_logs() as logs:
        await play("""
            alice 1001, bob 1002
            alice -> INVITE 1002 [alice/named]
            history <- failed 88 alice 1002
            alice <- 488
              Warning: 301 pbx "A media address is the name of a host"
            alice -> INVITE 1002 [alice]
            bob   <- INVITE [alice]
            bob   -> 200 [bob/named]
            bob   <- ACK
            history <- failed 88 alice 1002
            bob   <- BYE
            alice <- 488
        """)
    refused = [(entry["log_level"], entry["warning"]) for entry in logs if entry["event"] == "sdp_refused"]
    assert refused == [("info", (301, "A media address is the name of a host"))] * 2


@pytest.mark.promise("T1")
async def test_each_side_gets_its_media_profile() -> None:
    """RFC 3264 section 6: SAVP is not answered as SAVPF, nor AVPF as AVP."""
    await play("""
        alice 1001, bob 1002 tls
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice in srtp]
        bob   -> 200 [bob/srtp]
        bob   <- ACK
        alice <- 200 [bob/srtp]
        alice -> ACK
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)


@pytest.mark.promise("T1")
async def test_phone_that_demands_srtp_over_udp_gets_it() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 488
        bob   <- INVITE [alice]         # with all codecs that can be transcoded
        bob   -> 488
        bob   <- INVITE [alice in srtp]
        bob   -> 200 [bob/srtp]
        bob   <- ACK
        alice <- 200 [bob/srtp]
        alice -> ACK
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)


async def test_phone_without_common_media_refuses_every_profile() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 488
        bob   <- INVITE [alice]
        bob   -> 488
        bob   <- INVITE [alice in srtp]
        bob   -> 488
        bob   <- INVITE [alice in dtls]
        bob   -> 488
        history <- failed 88 alice 1002
        alice <- 488
    """)


async def test_answer_has_the_transport_of_the_offer() -> None:
    """RFC 3264 section 6. A phone with DTLS-SRTP but without ICE is not a browser."""
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice/dtls]
        bob   <- INVITE [alice/dtls]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob in dtls]
        alice -> ACK
    """)


async def test_long_ringing_is_repeated_for_proxies() -> None:
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Require: 100rel
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
          RSeq: 1
        alice -> PRACK
        alice <- 200 PRACK
        ... 60.2 s
        alice <- 180
          RSeq: 2
        alice -> PRACK
        alice <- 200 PRACK
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """,
        rings=120,
    )


async def test_reliable_provisionals_are_sent_one_by_one() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Require: 100rel
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
          RSeq: 1
        bob   -> 183 [bob]       # it waits until the 180 is acknowledged
        alice -> PRACK
          RAck: 7 1 INVITE
        alice <- 481 PRACK
        alice -> PRACK
        alice <- 200 PRACK
        alice <- 183 [bob]
          RSeq: 2
        alice -> PRACK [alice/new]
        alice <- 488 PRACK       # a new offer inside it is refused, the acknowledgement stands
        bob   -> 486
        history <- busy 17 alice 1002
        alice <- 486
    """)


async def test_missing_prack_ends_the_call() -> None:
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Require: 100rel
        bob   <- INVITE [alice]
        alice -> nothing any more
        bob   -> 180
        ... 33 s
        history <- failed 41 alice 1002
        bob   <- CANCEL
    """,
        rings=60,
    )


async def test_caller_offer_before_the_answer_is_refused() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        alice -> UPDATE [alice/hold]
        alice <- 500 UPDATE      # not 491: the unanswered offer is that of the INVITE
          Retry-After: 1
        bob   -> 486
        history <- busy 17 alice 1002
        alice <- 486
    """)


async def test_webrtc_on_both_sides() -> None:
    await play("""
        alice 1001, bob 1002 wss
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice in webrtc]
        bob   -> 488             # a browser is not asked for anything less
        history <- failed 88 alice 1002
        alice <- 488
    """)


@pytest.mark.parametrize(
    ("kind", "source"), [("internal", "internal"), ("external", "external"), ("queue", "external")]
)
def test_phones_choose_their_ring_tone_by_the_source_of_a_call(kind: RingKind, source: str) -> None:
    assert ring_headers(kind) == (("Alert-Info", f"<urn:alert:source:{source}>;info={kind}"),)
