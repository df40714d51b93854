"""Transcoding between every pair of codecs, and transports of answers, with one rtpengine for all tests.

A phone with a codec that this suite cannot encode is itself a chain of two parties: an endpoint with G.711 and an
rtpengine call that transcodes.
"""

import asyncio
from collections.abc import AsyncIterator
from itertools import count, product

import pytest
import pytest_asyncio
import rtpengine_replies
from rtp_endpoint import RtpEndpoint

from unificx import sdp
from unificx.core.clock import SystemClock
from unificx.media import MediaUnavailable
from unificx.rtpengine.ng import Profile, profile_of
from unificx.rtpengine.supervisor import RtpEngine
from unificx.sdp import shares_audio_codec

CODECS = {
    "PCMU": "0 PCMU/8000",
    "PCMA": "8 PCMA/8000",
    "G722": "9 G722/8000",
    "opus": "96 opus/48000/2",
    "GSM": "3 GSM/8000",
    "iLBC": "97 iLBC/8000",
    "speex": "98 speex/8000",
    "AMR-WB": "99 AMR-WB/16000",
    "EVS": "100 EVS/16000",
}
RELAYED = ["iLBC", "AMR-WB", "EVS"]
"""rtpengine decodes iLBC and AMR, but Debian's cannot encode them."""
TRANSCODED = [name for name in CODECS if name not in RELAYED]
FINGERPRINT = "a=setup:actpass\r\na=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\n"
CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n"
_anchors = count(1)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def engine() -> AsyncIterator[RtpEngine]:
    engine = RtpEngine(SystemClock(), ports=(46500, 46999))
    await engine.start()
    yield engine
    await engine.close()


@pytest_asyncio.fixture(loop_scope="module")
async def learned(engine: RtpEngine) -> RtpEngine:
    """It knows what it can transcode, soon after it has started."""
    while b"PCMU" in await rtpengine_replies.offer(
        engine, f"codecs-{next(_anchors)}", "a", phone("iLBC"), Profile.PLAIN
    ):
        await asyncio.sleep(0.02)
    return engine


def phone(codec: str, port: int = 4000, proto: str = "RTP/AVP", extra: str = "") -> bytes:
    """Return the SDP of a phone with a single codec."""
    payload = CODECS[codec].split(" ")[0]
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {port} {proto} {payload}\r\na=rtpmap:{CODECS[codec]}\r\n{extra}"
    ).encode()


def port_of(description: bytes) -> int:
    media = sdp.first_audio(sdp.parse(description))
    assert media is not None
    return media.port


async def connect(
    engine: RtpEngine, codecs: tuple[str, str], ends: tuple[RtpEndpoint, RtpEndpoint]
) -> tuple[str, str, str]:
    """Connect two phones with one codec each; `ends` are their loudspeakers and microphones. Return the anchors."""
    caller, middle, callee = (f"codecs-{next(_anchors)}" for _ in range(3))
    plain = Profile.PLAIN
    to_caller = await rtpengine_replies.offer(engine, caller, "a", ends[0].describe(), plain, all_codecs=True)
    offer = await rtpengine_replies.offer(
        engine, middle, "a", phone(codecs[0], port_of(to_caller)), plain, all_codecs=True
    )
    assert shares_audio_codec(phone(codecs[1]), offer)
    ends[1].set_target(
        await rtpengine_replies.offer(engine, callee, "a", phone(codecs[1], port_of(offer)), plain, all_codecs=True)
    )
    ends[1].payload_type = 0
    from_callee = await rtpengine_replies.answer(engine, callee, "a", "b", ends[1].describe(), plain)
    answer = await rtpengine_replies.answer(engine, middle, "a", "b", phone(codecs[1], port_of(from_callee)), plain)
    assert shares_audio_codec(phone(codecs[0]), answer)
    ends[0].set_target(
        await rtpengine_replies.answer(engine, caller, "a", "b", phone(codecs[0], port_of(answer)), plain)
    )
    return caller, middle, callee


@pytest.mark.parametrize("caller", TRANSCODED)
@pytest.mark.asyncio(loop_scope="module")
async def test_every_pair_of_codecs_carries_tones_both_ways(engine: RtpEngine, caller: str) -> None:
    """No pair, such as Opus only with G.722 only, is answered without sound."""
    for callee in TRANSCODED:
        async with RtpEndpoint(440.0) as one, RtpEndpoint(620.0) as other:
            anchors = await connect(engine, (caller, callee), (one, other))
            for _ in range(3):  # the machine may be busy
                one.clear()
                other.clear()
                await asyncio.gather(one.send_tone(1.0), other.send_tone(1.0))
                levels = other.level(440.0), one.level(620.0)
                if min(levels) > 3000:
                    break
            for anchor in anchors:
                await rtpengine_replies.delete(engine, anchor)
            assert min(levels) > 3000, (caller, callee)
            assert max(other.level(620.0), one.level(440.0)) < 500, (caller, callee)


@pytest.mark.parametrize(("caller", "callee"), [pair for pair in product(CODECS, CODECS) if {*pair} & {*RELAYED}])
@pytest.mark.asyncio(loop_scope="module")
async def test_other_codecs_are_relayed_or_refused(learned: RtpEngine, caller: str, callee: str) -> None:
    """A phone that does not have the caller's codec refuses the offer before it rings. An answer with a codec that is
    not in the offer shows that there is no sound, so that the call is refused with 488."""
    engine, anchor = learned, f"codecs-{next(_anchors)}"
    offer = await rtpengine_replies.offer(engine, anchor, "a", phone(caller), Profile.PLAIN)
    assert shares_audio_codec(phone(callee), offer) is (caller == callee)
    answer = await rtpengine_replies.answer(engine, anchor, "a", "b", phone(callee), Profile.PLAIN)
    assert shares_audio_codec(phone(caller), answer) is (caller == callee)


@pytest.mark.parametrize("profile", [Profile.ENGINE, Profile.WEBRTC])
@pytest.mark.asyncio(loop_scope="module")
async def test_apps_and_browsers_are_not_offered_a_codec_that_they_do_not_have(
    learned: RtpEngine, profile: Profile
) -> None:
    for codec in CODECS:
        offered = rtpengine_replies.offer(learned, f"codecs-{next(_anchors)}", "a", phone(codec), profile)
        if codec in TRANSCODED:
            assert b" PCMU/8000" in await offered
        else:
            with pytest.raises(MediaUnavailable, match="invalid_sdp"):
                await offered


@pytest.mark.asyncio(loop_scope="module")
async def test_digits_become_tones_for_a_side_without_telephone_events(engine: RtpEngine) -> None:
    """The digit 5: 770 and 1336 Hz (ITU-T Q.23)."""
    anchor = f"codecs-{next(_anchors)}"
    async with RtpEndpoint(440.0, codecs=(0, 101)) as one, RtpEndpoint(620.0) as other:
        offered = await rtpengine_replies.offer(engine, anchor, "a", one.describe(), Profile.PLAIN_TONES)
        other.set_target(offered)
        answered = await rtpengine_replies.answer(engine, anchor, "a", "b", other.describe(), Profile.PLAIN)
        one.set_target(answered)
        await one.send_tone(0.2)
        await one.send_dtmf(5, 500)
        await rtpengine_replies.delete(engine, anchor)
    assert (b"telephone-event" in offered, b"telephone-event" in answered) == (False, True)
    assert min(other.typical_level(770.0), other.typical_level(1336.0)) > 500


@pytest.mark.parametrize(
    ("proto", "extra"),
    [
        ("RTP/AVP", ""),
        ("RTP/AVPF", ""),
        ("RTP/SAVP", CRYPTO),
        ("RTP/SAVPF", CRYPTO),
        ("UDP/TLS/RTP/SAVP", FINGERPRINT),
        ("UDP/TLS/RTP/SAVPF", FINGERPRINT),
    ],
    ids=["AVP", "AVPF", "SAVP", "SAVPF", "TLS-SAVP", "TLS-SAVPF"],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_answer_has_the_transport_of_the_offer(engine: RtpEngine, proto: str, extra: str) -> None:
    """RFC 3264 section 6; no ICE for a phone that offers none (RFC 8445)."""
    anchor = f"codecs-{next(_anchors)}"
    offer = phone("PCMU", proto=proto, extra=extra)
    await rtpengine_replies.offer(engine, anchor, "a", offer, Profile.PLAIN)
    answer = await rtpengine_replies.answer(engine, anchor, "a", "b", phone("PCMU"), profile_of(offer))
    media = sdp.first_audio(sdp.parse(answer))
    assert media is not None
    assert media.proto == proto
    names = {name for name, _ in media.attributes}
    assert "ice-ufrag" not in names
    assert ("fingerprint" in names) is ("TLS" in proto)
    assert ("crypto" in names) is proto.startswith("RTP/SAVP")
