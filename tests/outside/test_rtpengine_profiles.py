"""Different media profiles in one call: plain RTP, SRTP with SDES, and the SDP for browsers."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import ice_agent
import pytest
import rtpengine_replies
from rtp_endpoint import RtpEndpoint
from srtp import Srtp

from unificx import sdp
from unificx.core.clock import SystemClock
from unificx.core.datagrams import DatagramReader
from unificx.rtpengine.client import NgClient
from unificx.rtpengine.ng import Profile, profile_of
from unificx.rtpengine.supervisor import RtpEngine

SUITE = "AES_CM_128_HMAC_SHA1_80"

BROWSER = """v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS 5f2d
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:Ab1c
a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa
a=ice-options:trickle
a=fingerprint:sha-256 F2:17:F5:9F:8E:B4:8E:9D:4C:24:E4:80:CC:E4:62:87:B9:18:59:E3:FB:4B:D5:13:41:8F:DF:2A:71:F7:40:BB
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendrecv
a=msid:5f2d a1
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:1234 cname:xyz
a=ssrc:1234 msid:5f2d a1
""".replace("\n", "\r\n").encode()


@pytest.fixture
async def engine() -> AsyncIterator[RtpEngine]:
    engine = RtpEngine(SystemClock(), ports=(46000, 46499))
    await engine.start()
    yield engine
    await engine.close()


def audio_of(description: bytes) -> sdp.MediaDescription:
    media = sdp.first_audio(sdp.parse(description))
    assert media is not None
    return media


def secure(endpoint: RtpEndpoint, tag: int) -> None:
    """Make the endpoint use SRTP with a key of its own."""
    own = Srtp(hashlib.sha256(str(endpoint.tone).encode()).digest()[:30])
    endpoint.proto = "RTP/SAVP"
    endpoint.extra = (own.crypto(tag),)
    endpoint.protect = own.protect


def set_remote_key(endpoint: RtpEndpoint, description: bytes) -> int:
    """Read the other side's key from its SDP; return the tag of the suite."""
    lines = [value for name, value in audio_of(description).attributes if name == "crypto" and value and SUITE in value]
    endpoint.unprotect = Srtp.from_crypto(lines[0]).unprotect
    return int(lines[0].split()[0])


async def talk(caller: RtpEndpoint, callee: RtpEndpoint) -> None:
    await asyncio.gather(caller.send_tone(0.8), callee.send_tone(0.8))
    await asyncio.sleep(0.05)
    assert callee.typical_level(caller.tone) > 6000
    assert caller.typical_level(callee.tone) > 6000


@pytest.mark.promise("T1")
async def test_secure_caller_plain_callee(engine: RtpEngine) -> None:
    async with RtpEndpoint(440.0) as caller, RtpEndpoint(620.0) as callee:
        secure(caller, 1)
        offer = await rtpengine_replies.offer(engine, "call", "a", caller.describe(), Profile.PLAIN)
        assert audio_of(offer).proto == "RTP/AVP"
        assert b"a=crypto" not in offer
        callee.set_target(offer)
        answer = await rtpengine_replies.answer(
            engine, "call", "a", "b", callee.describe(), profile_of(caller.describe())
        )
        assert set_remote_key(caller, answer) == 1
        caller.set_target(answer)
        await talk(caller, callee)
        assert all(packet.payload not in raw for packet, raw in zip(caller.received, caller.raw, strict=True))


@pytest.mark.promise("T1")
async def test_plain_caller_secure_callee(engine: RtpEngine) -> None:
    async with RtpEndpoint(440.0) as caller, RtpEndpoint(620.0) as callee:
        offer = await rtpengine_replies.offer(engine, "call", "a", caller.describe(), Profile.SRTP)
        assert audio_of(offer).proto == "RTP/SAVP"
        suites = [value.split()[1] for name, value in audio_of(offer).attributes if name == "crypto" and value]
        assert suites == ["AEAD_AES_256_GCM", "AES_256_CM_HMAC_SHA1_80", SUITE]
        secure(callee, set_remote_key(callee, offer))
        callee.set_target(offer)
        answer = await rtpengine_replies.answer(engine, "call", "a", "b", callee.describe(), Profile.PLAIN)
        assert audio_of(answer).proto == "RTP/AVP"
        assert b"a=crypto" not in answer
        caller.set_target(answer)
        await talk(caller, callee)


@pytest.mark.promise("T1")
async def test_a_phone_that_refuses_keys_in_sdp_is_offered_a_certificate_at_a_new_anchor(engine: RtpEngine) -> None:
    """At the same anchor, rtpengine repeats the refused keys, and sends no fingerprint."""
    async with RtpEndpoint(440.0) as caller:
        refused = await rtpengine_replies.offer(engine, "call", "a", caller.describe(), Profile.SRTP)
        repeated = await rtpengine_replies.offer(engine, "call", "a", caller.describe(), Profile.DTLS)
        assert (b"a=crypto" in refused, b"a=crypto" in repeated) == (True, True)
        engine.delete("call", lambda _: None)
        offer = await rtpengine_replies.offer(engine, "call", "a", caller.describe(), Profile.DTLS)
        assert audio_of(offer).proto == "UDP/TLS/RTP/SAVP"
        assert b"a=fingerprint:sha-256" in offer
        assert b"a=crypto" not in offer


@pytest.mark.promise("T1")
async def test_two_secure_parties(engine: RtpEngine) -> None:
    async with RtpEndpoint(440.0) as caller, RtpEndpoint(620.0) as callee:
        secure(caller, 1)
        offer = await rtpengine_replies.offer(engine, "call", "a", caller.describe(), Profile.SRTP)
        secure(callee, set_remote_key(callee, offer))
        callee.set_target(offer)
        answer = await rtpengine_replies.answer(engine, "call", "a", "b", callee.describe(), Profile.SRTP)
        set_remote_key(caller, answer)
        caller.set_target(answer)
        await talk(caller, callee)


async def test_a_browser_calls_a_phone(engine: RtpEngine) -> None:
    async with RtpEndpoint(620.0, codecs=(0, 101)) as phone:
        offer = await rtpengine_replies.offer(engine, "call", "a", BROWSER, Profile.PLAIN)
        media = audio_of(offer)
        assert media.proto == "RTP/AVP"
        assert media.port not in (0, 9)
        names = {name for name, _ in (*media.attributes, *sdp.parse(offer).attributes)}
        assert not names & {
            "ice-ufrag",
            "candidate",
            "fingerprint",
            "setup",
            "extmap",
            "ssrc",
            "msid",
            "rtcp-mux",
            "group",
        }
        assert {codec.name for codec in sdp.codecs(media)} >= {"opus", "G722", "PCMU", "PCMA"}
        sent = await rtpengine_replies.answer(engine, "call", "a", "b", phone.describe(), profile_of(BROWSER))
        assert "ice-lite" in dict(sdp.parse(sent).attributes)
        answer = audio_of(sent)
        assert answer.proto == "UDP/TLS/RTP/SAVPF"
        assert sdp.codecs(answer)[0].name == "PCMU"
        assert answer.attribute("setup") == "passive"
        assert answer.attribute("ice-ufrag")
        assert answer.attribute("fingerprint")
        assert answer.attribute("candidate")
        assert answer.attribute("rtcp-mux") == ""
        assert answer.attribute("crypto") is None


async def test_a_phone_calls_a_browser(engine: RtpEngine) -> None:
    async with RtpEndpoint(440.0, codecs=(8, 101)) as phone:
        media = audio_of(await rtpengine_replies.offer(engine, "call", "a", phone.describe(), Profile.WEBRTC))
        assert media.proto == "UDP/TLS/RTP/SAVPF"
        assert sdp.codecs(media)[0].name == "PCMA"
        assert media.attribute("setup") == "actpass"
        assert media.attribute("mid")
        for name in ("ice-ufrag", "ice-pwd", "fingerprint", "candidate"):
            assert media.attribute(name)
        browser = BROWSER.replace(b"setup:actpass", b"setup:active").replace(b"111 63 9 0 8 13 110 126", b"8")
        answer = audio_of(await rtpengine_replies.answer(engine, "call", "a", "b", browser, Profile.PLAIN))
        assert answer.proto == "RTP/AVP"
        assert sdp.codecs(answer)[0].name == "PCMA"
        assert answer.attribute("ice-ufrag") is None
        assert answer.attribute("fingerprint") is None


async def test_a_browser_that_moves_begins_dtls_itself(engine: RtpEngine) -> None:
    """The new anchor has its answer only after the browser may have a path: it waits for the browser's ClientHello, and
    shows it another fingerprint than the old anchor."""
    agent = ice_agent.IceAgent("Ab1c")
    try:
        async with RtpEndpoint(620.0, codecs=(0, 101)) as old, RtpEndpoint(440.0, codecs=(0, 101)) as new:
            first = await rtpengine_replies.offer(engine, "old", "old", old.describe(), Profile.WEBRTC)
            await rtpengine_replies.offer(engine, "new", "browser", sdp.without_ice(BROWSER), Profile.PLAIN)
            await rtpengine_replies.answer(engine, "new", "browser", "phone", new.describe(), Profile.WEBRTC_ANEW)
            moved = await rtpengine_replies.offer(engine, "new", "phone", new.describe(), Profile.WEBRTC_ANEW)
            assert sdp.fingerprint(first).lower().startswith(b"sha-256 ")
            assert sdp.fingerprint(moved).lower().startswith(b"sha-384 ")
            assert audio_of(moved).attribute("setup") in ("actpass", "passive")
            await agent.nominate(moved)
            assert await agent.hello() in (ice_agent.HELLO_VERIFY_REQUEST, ice_agent.SERVER_HELLO)
    finally:
        agent.close()


async def test_an_unknown_certificate_is_learnt_for_later_calls(engine: RtpEngine) -> None:
    """As after the certificate was renewed: the answer to a browser shows the hash function of its own fingerprint until
    the new certificate is known."""
    arguments = Path(f"/proc/{engine.pid}/cmdline").read_bytes().split(b"\0")
    port = next(int(each.rpartition(b":")[2]) for each in arguments if each.startswith(b"--listen-ng="))
    client = NgClient(SystemClock(), DatagramReader(SystemClock()))
    client.connect(port)
    try:
        async with RtpEndpoint(440.0, codecs=(0, 101)) as phone:
            await rtpengine_replies.offer(engine, "call", "browser", BROWSER, Profile.PLAIN)
            functions = [
                sdp.fingerprint(
                    await rtpengine_replies.answer(
                        client, "call", "browser", "phone", phone.describe(), Profile.WEBRTC_ANEW
                    )
                ).partition(b" ")[0]
                for _ in range(20)
            ]
    finally:
        client.disconnect()
    assert functions[0].lower() == b"sha-256"
    assert functions[-1].lower() == b"sha-384"
