"""Calls through a real rtpengine, with audio measured at both ends."""

import asyncio
import re
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import rtpengine_replies
from rtp_endpoint import REPORTED_JITTER, RtpEndpoint

from unificx import sdp
from unificx.core.clock import SystemClock
from unificx.media import MediaUnavailable
from unificx.rtpengine.ng import Profile
from unificx.rtpengine.supervisor import MediaInterface, RtpEngine
from unificx.sdp.session import Connection

CALLER, CALLEE = 440.0, 620.0


@pytest.fixture
async def engine() -> AsyncIterator[RtpEngine]:
    engine = RtpEngine(SystemClock(), ports=(46000, 46499))
    await engine.start()
    yield engine
    await engine.close()


@pytest.fixture
async def parties() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def connect(engine: RtpEngine, caller: RtpEndpoint, callee: RtpEndpoint, anchor: str = "call") -> bytes:
    """Exchange an offer and an answer; return the offer as received by the callee."""
    described = callee.describe()
    ipv6 = b"IN IP6" in described
    offer = await rtpengine_replies.offer(engine, anchor, "a", caller.describe(), Profile.PLAIN, ipv6=ipv6)
    answer = await rtpengine_replies.answer(engine, anchor, "a", "b", described, Profile.PLAIN)
    callee.set_target(offer)
    caller.set_target(answer)
    return offer


async def both_talk(one: RtpEndpoint, other: RtpEndpoint, seconds: float = 0.8) -> None:
    one.clear()
    other.clear()
    await asyncio.gather(one.send_tone(seconds), other.send_tone(seconds))
    await asyncio.sleep(0.05)


def assert_level(listener: RtpEndpoint, tone: float, *, not_tone: float) -> None:
    assert listener.typical_level(tone) > 6000
    assert listener.level(not_tone) < 300


async def test_two_way_audio(engine: RtpEngine, parties: AsyncExitStack) -> None:
    caller, callee = [await parties.enter_async_context(RtpEndpoint(tone)) for tone in (CALLER, CALLEE)]
    await connect(engine, caller, callee)
    await both_talk(caller, callee)
    assert_level(callee, CALLER, not_tone=CALLEE)
    assert_level(caller, CALLEE, not_tone=CALLER)


async def test_unknown_sdp_attributes_are_forwarded_unchanged(engine: RtpEngine, parties: AsyncExitStack) -> None:
    caller = await parties.enter_async_context(RtpEndpoint(CALLER))
    odd = 'a=x-odd:"\\\\/\t%41 {}é\u20ac\U0001f4de\r\n'.encode()
    offer = await rtpengine_replies.offer(
        engine, "call", "a", caller.describe() + odd + b"a=x-last:\xe4\r\n", Profile.PLAIN
    )
    assert odd in offer
    assert "a=x-last:\ufffd\r\n".encode() in offer


async def test_common_codec_is_relayed_without_transcoding(engine: RtpEngine, parties: AsyncExitStack) -> None:
    caller = await parties.enter_async_context(RtpEndpoint(CALLER, codecs=(8, 0, 101)))
    callee = await parties.enter_async_context(RtpEndpoint(CALLEE, codecs=(8, 101)))
    await connect(engine, caller, callee)
    await both_talk(caller, callee)
    assert [packet.payload for packet in callee.received] == caller.sent
    assert [packet.payload for packet in caller.received] == callee.sent
    assert {packet.ssrc for packet in callee.received} == {caller.ssrc}
    assert {packet.payload_type for packet in caller.received} == {8}


async def test_transcoding_without_a_common_codec(engine: RtpEngine, parties: AsyncExitStack) -> None:
    caller = await parties.enter_async_context(RtpEndpoint(CALLER, codecs=(0,)))
    callee = await parties.enter_async_context(RtpEndpoint(CALLEE, codecs=(8,)))
    offer = sdp.first_audio(sdp.parse(await connect(engine, caller, callee)))
    assert offer is not None
    assert [codec.name for codec in sdp.codecs(offer)] == ["PCMU", "PCMA"]
    callee.payload_type = 8
    await both_talk(caller, callee, 1.0)
    assert {packet.payload_type for packet in callee.received} == {8}
    assert {packet.payload_type for packet in caller.received} == {0}
    assert_level(callee, CALLER, not_tone=CALLEE)
    assert_level(caller, CALLEE, not_tone=CALLER)


async def test_names_and_addresses_are_hidden_from_the_other_side(engine: RtpEngine) -> None:
    described = (
        b"v=0\r\no=alice 7 7 IN IP4 192.0.2.44\r\ns=Alice's phone\r\n"
        b"i=Alice's\r\ne=alice@example.com (Alice)\r\np=+1 617 555-6011\r\nc=IN IP4 192.0.2.44\r\nt=0 0\r\n"
        b"m=audio 4000 RTP/AVP 0\r\na=rtcp:4001 IN IP4 192.0.2.44\r\n"
    )
    passed_on = await rtpengine_replies.offer(engine, "call", "a", described, Profile.PLAIN)
    assert b"192.0.2.44" not in passed_on
    assert b"lice" not in passed_on
    assert b"555" not in passed_on
    assert passed_on.startswith(b"v=0\r\no=- ")


@pytest.mark.parametrize("holder", ["caller", "callee"])
async def test_hold_and_resume(engine: RtpEngine, parties: AsyncExitStack, holder: str) -> None:
    caller, callee = [await parties.enter_async_context(RtpEndpoint(tone)) for tone in (CALLER, CALLEE)]
    await connect(engine, caller, callee)
    await both_talk(caller, callee, 0.3)
    one, other, tags = (caller, callee, ("a", "b")) if holder == "caller" else (callee, caller, ("b", "a"))

    async def renegotiate(offered: str, answered: str) -> bytes:
        offer = await rtpengine_replies.offer(engine, "call", tags[0], one.describe(offered), Profile.PLAIN)
        answer = await rtpengine_replies.answer(engine, "call", *tags, other.describe(answered), Profile.PLAIN)
        other.set_target(offer)
        one.set_target(answer)
        return offer

    assert sdp.is_hold(sdp.parse(await renegotiate("sendonly", "recvonly")))
    await both_talk(caller, callee, 0.4)
    assert len(one.received) == 0
    assert len(other.received) == 20
    assert not sdp.is_hold(sdp.parse(await renegotiate("sendrecv", "sendrecv")))
    await both_talk(caller, callee)
    assert_level(callee, CALLER, not_tone=CALLEE)
    assert_level(caller, CALLEE, not_tone=CALLER)


async def test_reoffer_from_another_address_moves_the_media(engine: RtpEngine, parties: AsyncExitStack) -> None:
    caller, callee, roamed = [await parties.enter_async_context(RtpEndpoint(tone)) for tone in (CALLER, CALLEE, 800.0)]
    await connect(engine, caller, callee)
    await both_talk(caller, callee, 0.4)
    offer = await rtpengine_replies.offer(engine, "call", "a", roamed.describe(), Profile.PLAIN)
    roamed.set_target(await rtpengine_replies.answer(engine, "call", "a", "b", callee.describe(), Profile.PLAIN))
    callee.set_target(offer)
    await both_talk(roamed, callee)
    assert_level(callee, 800.0, not_tone=CALLEE)
    assert_level(roamed, CALLEE, not_tone=800.0)


async def test_another_source_of_the_callee_leaves_the_answer_to_the_caller(
    engine: RtpEngine, parties: AsyncExitStack
) -> None:
    """Early media of one gateway, then the answer of another one: the caller may ignore the second description."""
    tones = (CALLER, CALLEE, 880.0)
    caller, first, second = [await parties.enter_async_context(RtpEndpoint(tone)) for tone in tones]
    offer = await connect(engine, caller, first)
    second.set_target(offer)
    early = await rtpengine_replies.answer(engine, "call", "a", "b", first.describe(), Profile.PLAIN)
    await both_talk(caller, first, 0.3)
    answer = await rtpengine_replies.answer(engine, "call", "a", "b", second.describe(), Profile.PLAIN)
    assert re.findall(rb"m=audio .*", answer) == re.findall(rb"m=audio .*", early)
    await both_talk(caller, second)
    assert_level(second, CALLER, not_tone=CALLEE)
    assert_level(caller, 880.0, not_tone=CALLEE)


async def test_address_behind_nat_is_learned_from_the_first_packet(engine: RtpEngine, parties: AsyncExitStack) -> None:
    caller, callee = [await parties.enter_async_context(RtpEndpoint(tone)) for tone in (CALLER, CALLEE)]
    hidden = caller.describe().replace(b"127.0.0.1", b"192.0.2.44")
    callee.set_target(await rtpengine_replies.offer(engine, "call", "a", hidden, Profile.PLAIN))
    caller.set_target(await rtpengine_replies.answer(engine, "call", "a", "b", callee.describe(), Profile.PLAIN))
    await both_talk(caller, callee)
    assert_level(callee, CALLER, not_tone=CALLEE)
    assert_level(caller, CALLEE, not_tone=CALLER)


async def test_intruder_can_neither_inject_nor_redirect_media(engine: RtpEngine, parties: AsyncExitStack) -> None:
    caller, callee = [await parties.enter_async_context(RtpEndpoint(tone)) for tone in (CALLER, CALLEE)]
    await connect(engine, caller, callee)
    await both_talk(caller, callee, 0.1)
    caller.clear()
    callee.clear()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as intruder:
        intruder.bind(("127.0.0.1", 0))
        intruder.setblocking(False)

        async def intrude() -> None:
            for number in range(100):
                packet = struct.pack("!BBHII", 0x80, 0, number, number * 160, 0xBAD) + bytes(160)
                for party in (caller, callee):
                    assert party.target is not None
                    intruder.sendto(packet, party.target)
                await asyncio.sleep(0.01)

        await asyncio.gather(caller.send_tone(1.0), callee.send_tone(1.0), intrude())
        await asyncio.sleep(0.05)
        with pytest.raises(BlockingIOError):
            intruder.recv(2048)
    assert {packet.ssrc for packet in caller.received} == {callee.ssrc}
    assert {packet.ssrc for packet in callee.received} == {caller.ssrc}
    assert len(caller.received) == len(callee.received) == 50


async def test_one_offer_anchored_for_several_callees_with_different_profiles(
    engine: RtpEngine, parties: AsyncExitStack
) -> None:
    caller = await parties.enter_async_context(RtpEndpoint(CALLER))
    callees = [await parties.enter_async_context(RtpEndpoint(600.0 + 90 * number)) for number in range(3)]
    described = caller.describe()
    offers = [
        await rtpengine_replies.offer(engine, f"call-{number}", "a", described, Profile.PLAIN) for number in range(3)
    ]
    for profile, proto in ((Profile.SRTP, "RTP/SAVP"), (Profile.WEBRTC, "UDP/TLS/RTP/SAVPF")):
        media = sdp.first_audio(
            sdp.parse(await rtpengine_replies.offer(engine, f"call-{profile}", "a", described, profile))
        )
        assert media is not None
        assert media.proto == proto
    for number, (offer, callee) in enumerate(zip(offers, callees, strict=True)):
        callee.set_target(offer)
        if number != 1:
            assert await rtpengine_replies.delete(engine, f"call-{number}") is not None
    caller.set_target(await rtpengine_replies.answer(engine, "call-1", "a", "b", callees[1].describe(), Profile.PLAIN))
    await both_talk(caller, callees[1])
    assert_level(callees[1], CALLER, not_tone=690.0)
    assert_level(caller, 690.0, not_tone=CALLER)
    assert not callees[0].received
    assert not callees[2].received


async def test_final_report_has_loss_jitter_and_mos(engine: RtpEngine, parties: AsyncExitStack) -> None:
    caller, callee = [await parties.enter_async_context(RtpEndpoint(tone)) for tone in (CALLER, CALLEE)]
    await connect(engine, caller, callee)
    began = time.monotonic()
    for seconds in (1.0, 1.6):  # the first report has no round trip, and rtpengine keeps none of the next second
        await asyncio.gather(
            caller.send_tone(seconds, lose_every=10, reports=True), callee.send_tone(seconds, reports=True)
        )
        await asyncio.sleep(1)
    async with asyncio.timeout(10):  # packets wait in the sockets of a busy machine
        while (len(callee.received), len(caller.received)) != (117, 130):
            await asyncio.sleep(0.02)
    report = await rtpengine_replies.delete(engine, "call")
    lasted = time.monotonic() - began
    assert report is not None
    lossy, clean = report.party("a"), report.party("b")
    assert lossy is not None
    assert clean is not None
    assert (lossy.packets, clean.packets) == (117, 130)
    assert lossy.octets == 117 * 172
    assert lossy.lost is not None
    assert 9 <= lossy.lost <= 13
    assert clean.lost == 0
    assert clean.jitter_ms == pytest.approx(1000 * REPORTED_JITTER)
    assert clean.mos is not None
    assert lossy.mos is not None
    assert 4 < clean.mos <= 4.5
    assert 1 <= lossy.mos < clean.mos
    assert clean.round_trip_ms is not None
    assert 1000 * min(caller.least_trips) - 1 <= clean.round_trip_ms < 1000 * lasted
    assert await rtpengine_replies.delete(engine, "call") is None
    assert await engine.query("call") is None


async def test_one_way_audio_is_visible_in_the_report(engine: RtpEngine, parties: AsyncExitStack) -> None:
    caller, callee = [await parties.enter_async_context(RtpEndpoint(tone)) for tone in (CALLER, CALLEE)]
    await connect(engine, caller, callee)
    await both_talk(caller, callee, 0.2)
    await caller.send_tone(3.0)
    report = await engine.query("call")
    assert report is not None
    talking, silent = report.party("a"), report.party("b")
    assert talking is not None
    assert silent is not None
    assert talking.last_packet_age < 1.5
    assert silent.last_packet_age >= 2.0
    assert talking.mos is silent.mos is None


async def test_causes_of_full_invalid_sdp_and_unknown_anchor_differ() -> None:
    # Of no other test, and below the ephemeral ports of the system: no other socket may have one of them.
    engine = RtpEngine(SystemClock(), ports=(11500, 11507))
    await engine.start()
    try:
        described = (
            b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
        )
        with pytest.raises(MediaUnavailable) as unknown:
            await rtpengine_replies.answer(engine, "nothing", "a", "b", described, Profile.PLAIN)
        with pytest.raises(MediaUnavailable) as bad:
            await rtpengine_replies.offer(engine, "bad", "a", b"v=0\r\n", Profile.PLAIN)
        assert await rtpengine_replies.offer(engine, "first", "a", described, Profile.PLAIN)
        assert await rtpengine_replies.offer(engine, "second", "a", described, Profile.PLAIN)
        with pytest.raises(MediaUnavailable) as full:
            await rtpengine_replies.offer(engine, "third", "a", described, Profile.PLAIN)
        assert (unknown.value.cause, bad.value.cause, full.value.cause) == ("unknown", "invalid_sdp", "full")
        for anchor in ("first", "second", "third"):
            await rtpengine_replies.delete(engine, anchor)
        assert await rtpengine_replies.offer(engine, "again", "a", described, Profile.PLAIN)
    finally:
        await engine.close()


@pytest.mark.parametrize("hosts", [("::1", "::1"), ("::1", "127.0.0.1"), ("127.0.0.1", "::1")], ids="-".join)
async def test_calls_over_ipv6(parties: AsyncExitStack, hosts: tuple[str, str]) -> None:
    engine = RtpEngine(
        SystemClock(), interfaces=(MediaInterface("127.0.0.1"), MediaInterface("::1")), ports=(46000, 46499)
    )
    await engine.start()
    parties.push_async_callback(engine.close)
    caller, callee = [
        await parties.enter_async_context(RtpEndpoint(tone, host=host))
        for tone, host in zip((CALLER, CALLEE), hosts, strict=True)
    ]
    await connect(engine, caller, callee)
    for each, host in zip((caller, callee), hosts, strict=True):
        assert each.target is not None
        assert each.target[0] == host
    await both_talk(caller, callee)
    assert_level(callee, CALLER, not_tone=CALLEE)
    assert_level(caller, CALLEE, not_tone=CALLER)


async def test_sdp_contains_the_advertised_address() -> None:
    engine = RtpEngine(
        SystemClock(), interfaces=(MediaInterface("127.0.0.1", advertised="203.0.113.5"),), ports=(46000, 46499)
    )
    await engine.start()
    try:
        described = (
            b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
        )
        session = sdp.parse(await rtpengine_replies.offer(engine, "call", "a", described, Profile.PLAIN))
        media = sdp.first_audio(session)
        assert media is not None
        assert session.connection(media) == Connection("IP4", "203.0.113.5")
    finally:
        await engine.close()
