"""Commands about one party of a call in a real rtpengine: playback, subscription and DTMF."""

import asyncio
import os
import signal
from array import array
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import rtpengine_replies
from recording_helpers import levels
from rtp_endpoint import DECODE, RtpEndpoint

from unificx import sdp
from unificx.calls import Conversation, ConversationLeg, MusicOnHold
from unificx.calls.digit_tones import DigitTones
from unificx.core.clock import SystemClock
from unificx.media import MediaUnavailable, tones
from unificx.media.sounds import Sound
from unificx.media_worker.client import MediaEngineClient
from unificx.rtpengine import party_commands
from unificx.rtpengine.ng import Profile, Sides
from unificx.rtpengine.party_commands import DtmfReceived
from unificx.rtpengine.supervisor import MediaInterface, RtpEngine

CALLER, CALLEE, PROMPT = 440.0, 620.0, 1000.0
CODECS = (0, 101)


def tone(seconds: float, hertz: float = PROMPT) -> Sound:
    return Sound(array("h", tones.sine(hertz, 8000, int(seconds * 8000))).tobytes())


@pytest.fixture
def published() -> asyncio.Queue[object]:
    """Events of the relay."""
    return asyncio.Queue()


@pytest.fixture
async def relay(published: asyncio.Queue[object]) -> AsyncIterator[RtpEngine]:
    # The public interface has another address than the internal one, to distinguish them.
    interfaces = (MediaInterface("127.0.0.2"),)
    relay = RtpEngine(SystemClock(), interfaces=interfaces, ports=(45000, 45199), publish=published.put_nowait)
    await relay.start()
    yield relay
    await relay.close()


@pytest.fixture
async def engine() -> AsyncIterator[MediaEngineClient]:
    engine = MediaEngineClient(SystemClock())
    await engine.start()
    yield engine
    await engine.shut_down()


@pytest.fixture
async def parties() -> AsyncIterator[tuple[RtpEndpoint, RtpEndpoint]]:
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        yield await enter(RtpEndpoint(CALLER, codecs=CODECS)), await enter(RtpEndpoint(CALLEE, codecs=CODECS))


async def connect(relay: RtpEngine, parties: tuple[RtpEndpoint, RtpEndpoint], anchor: str = "call") -> None:
    caller, callee = parties
    callee.set_target(await rtpengine_replies.offer(relay, anchor, "a", caller.describe(), Profile.PLAIN))
    caller.set_target(await rtpengine_replies.answer(relay, anchor, "a", "b", callee.describe(), Profile.PLAIN))


async def talk(parties: tuple[RtpEndpoint, RtpEndpoint], seconds: float) -> None:
    for each in parties:
        each.clear()
    await asyncio.gather(*(each.send_tone(seconds) for each in parties))
    await asyncio.sleep(0.05)


async def test_playback_reaches_one_party_and_does_not_affect_the_other(
    relay: RtpEngine, parties: tuple[RtpEndpoint, RtpEndpoint]
) -> None:
    caller, callee = parties
    await connect(relay, parties)
    await talk(parties, 0.3)
    assert await relay.play("call", "a", tone(1.2)) == pytest.approx(1.2, abs=0.03)
    await talk(parties, 1.0)
    assert caller.typical_level(PROMPT) > 6000
    assert caller.level(CALLEE) < 300
    assert callee.typical_level(CALLER) > 6000
    assert callee.level(PROMPT) < 300
    await talk(parties, 1.0)
    assert caller.typical_level(CALLEE) > 6000
    assert caller.level(PROMPT) < 300


async def test_audio_goes_on_after_five_seconds_of_it_that_arrive_at_once(
    relay: RtpEngine, parties: tuple[RtpEndpoint, RtpEndpoint]
) -> None:
    """After a pause of the network or of the machine."""
    caller, callee = parties
    await connect(relay, parties)
    await talk(parties, 0.3)
    assert relay.pid is not None
    os.kill(relay.pid, signal.SIGSTOP)
    try:
        await caller.send_tone(6.0, interval=0.0)
    finally:
        os.kill(relay.pid, signal.SIGCONT)
    last = caller.sequence
    async with asyncio.timeout(20):
        while all(packet.sequence < last for packet in callee.received):
            await talk(parties, 0.3)


@pytest.mark.parametrize("engine_offers", [False, True])
async def test_party_that_sends_to_the_port_of_our_engine_does_not_take_its_place(
    relay: RtpEngine, parties: tuple[RtpEndpoint, RtpEndpoint], engine_offers: bool
) -> None:
    """After a restart, rtpengine may use a port again to which a browser still sends."""
    party, engine = parties
    behind_nat = party.describe().replace(b"audio %d " % party.port, b"audio 9 ")
    if engine_offers:
        sides, on_reply = Sides(Profile.PLAIN, Profile.ENGINE), asyncio.get_running_loop().create_future()
        relay.offer("call", "b", engine.describe(), sides, on_reply.set_result)
        party.set_target(await on_reply)
        engine.set_target(await rtpengine_replies.answer(relay, "call", "b", "a", behind_nat, Profile.ENGINE))
    else:
        engine.set_target(await rtpengine_replies.offer(relay, "call", "a", behind_nat, Profile.ENGINE))
        on_reply = asyncio.get_running_loop().create_future()
        tags = "a", "b"
        relay.answer("call", tags, engine.describe(), Profile.PLAIN, on_reply.set_result, sender_profile=Profile.ENGINE)
        party.set_target(await on_reply)
    async with RtpEndpoint(PROMPT, codecs=CODECS) as outsider:
        outsider.target, outsider.payload_type = engine.target, 0
        await outsider.send_tone(0.1)
    await talk(parties, 0.5)
    assert engine.typical_level(CALLER) > 6000
    assert party.typical_level(CALLEE) > 6000


async def test_music_plays_until_stopped(relay: RtpEngine, parties: tuple[RtpEndpoint, RtpEndpoint]) -> None:
    caller, _ = parties
    await connect(relay, parties)
    await talk(parties, 0.2)
    await relay.play("call", "a", tone(0.4), times=1000)
    await talk(parties, 1.5)
    assert caller.typical_level(PROMPT) > 6000
    await relay.stop("call", "a")
    await talk(parties, 0.8)
    assert caller.level(PROMPT) < 300
    assert caller.typical_level(CALLEE) > 6000


@pytest.mark.parametrize(("wideband", "rate"), [(False, 8000), (True, 16000)])
async def test_each_party_is_recorded_separately(
    relay: RtpEngine, engine: MediaEngineClient, parties: tuple[RtpEndpoint, RtpEndpoint], wideband: bool, rate: int
) -> None:
    caller, callee = parties
    await connect(relay, parties)
    await talk(parties, 0.2)
    taps = {}
    for tag in ("a", "b"):
        offer = await relay.subscribe("call", tag, f"rec-{tag}", wideband=wideband)
        assert b"a=sendonly" in offer  # so that the engine seeks no keys in what it records
        media = sdp.first_audio(sdp.parse(offer))
        assert media is not None
        where = sdp.parse(offer).connection(media)
        assert where is not None
        assert where.address == "127.0.0.1"
        await relay.answer_subscription("call", f"rec-{tag}", await engine.open(f"rec-{tag}", offer))
        taps[tag] = engine.record(f"tap-{tag}", leg=f"rec-{tag}")
    await talk(parties, 1.5)
    assert len(caller.received) == len(callee.received) == 75
    for tag, own, other in (("a", CALLER, CALLEE), ("b", CALLEE, CALLER)):
        engine.end(f"tap-{tag}")
        pieces = [piece async for piece in taps[tag]]
        assert {piece.rate for piece in pieces} == {rate}
        samples = array("h", b"".join(piece.pcm for piece in pieces))[-rate - rate // 5 : -rate // 5]
        assert max(levels(samples, own, rate)) > 5000
        assert max(levels(samples, other, rate)) < 1000
        await relay.unsubscribe("call", f"rec-{tag}")
    again = engine.record("after", leg="rec-a")
    await talk(parties, 0.6)
    engine.end("after")
    last = array("h", b"".join([piece.pcm async for piece in again]))[-rate // 5 :]
    assert tones.level(last, CALLER, rate=rate) < 300


async def test_dtmf_is_reported_with_anchor_and_tag(
    relay: RtpEngine, published: asyncio.Queue[object], parties: tuple[RtpEndpoint, RtpEndpoint]
) -> None:
    caller, callee = parties
    await connect(relay, parties)
    await talk(parties, 0.2)
    await caller.send_dtmf(10)
    await callee.send_dtmf(1)
    async with asyncio.timeout(5):
        reported = {await published.get(), await published.get()}
    assert reported == {DtmfReceived("call", "a", "*"), DtmfReceived("call", "b", "1")}


async def test_tones_of_digits_are_played_to_a_party(
    relay: RtpEngine, parties: tuple[RtpEndpoint, RtpEndpoint]
) -> None:
    caller, callee = parties
    await connect(relay, parties)
    await talk(parties, 0.3)

    def ignore(call_id: str, tag: str) -> None: ...

    played = DigitTones(relay, ignore, ignore)
    talking = asyncio.create_task(talk(parties, 1.0))
    for digit in "5#":
        played.play("call", "call", "b", digit)
    await talking
    received = [sample for packet in callee.received for sample in DECODE[packet.payload_type](packet.payload)]
    strongest = [max(levels(received, hertz, 8000)) for hertz in (770, 1336, 941, 1477, 1209, 697)]
    assert min(strongest[:4]) > 3000
    assert max(strongest[4:]) < 1000
    assert caller.typical_level(CALLEE) > 6000


async def test_music_on_hold_goes_on_after_the_tones_of_digits(
    relay: RtpEngine, parties: tuple[RtpEndpoint, RtpEndpoint]
) -> None:
    callee = parties[1]
    await connect(relay, parties)
    await talk(parties, 0.3)

    async def music(tenant_id: str) -> Sound:
        return tone(5.0)

    hold = MusicOnHold(relay, music, SystemClock())
    played = DigitTones(relay, hold.tone_begun, hold.tones_played)
    one, other = (ConversationLeg(tag, "", "", None, "", "", b"", is_holding=tag == "a") for tag in ("a", "b"))
    hold.conversation_changed(Conversation("call", "acme", "call", one, other))
    await talk(parties, 0.5)
    assert callee.typical_level(PROMPT) > 6000
    played.play("call", "call", "b", "5")
    await talk(parties, 0.5)
    received = [sample for packet in callee.received for sample in DECODE[packet.payload_type](packet.payload)]
    assert min(max(levels(received, hertz, 8000)) for hertz in (770, 1336)) > 3000
    await talk(parties, 0.5)
    assert callee.typical_level(PROMPT) > 6000
    await played.close()


async def silence(relay: RtpEngine, *, silent: bool) -> None:
    replied = asyncio.get_running_loop().create_future()
    relay.send(party_commands.silence("call", silent=silent), replied.set_result)
    assert (await replied)["result"] == "ok"


async def test_a_party_silenced_before_its_answer_hears_a_request_and_its_keys_are_reported(
    relay: RtpEngine, published: asyncio.Queue[object], parties: tuple[RtpEndpoint, RtpEndpoint]
) -> None:
    caller, callee = parties
    callee.set_target(await rtpengine_replies.offer(relay, "call", "a", caller.describe(), Profile.PLAIN))
    await silence(relay, silent=True)
    caller.set_target(await rtpengine_replies.answer(relay, "call", "a", "b", callee.describe(), Profile.PLAIN))
    await talk(parties, 0.3)
    assert caller.received == []
    await relay.play("call", "b", tone(0.4), times=1000)
    await talk(parties, 0.3)
    await talk(parties, 1.0)
    assert caller.received == [], "a phone ends its own ringback tone at the first packet (RFC 3960 section 3.2)"
    assert callee.typical_level(PROMPT) > 6000
    assert callee.level(CALLER) < 300
    await callee.send_dtmf(1)
    async with asyncio.timeout(5):
        assert await published.get() == DtmfReceived("call", "b", "1")
    await relay.stop("call", "b")
    await silence(relay, silent=False)
    await talk(parties, 0.3)
    await talk(parties, 1.0)
    assert caller.typical_level(CALLEE) > 6000
    assert callee.typical_level(CALLER) > 6000


async def test_commands_for_an_unknown_anchor_fail(relay: RtpEngine) -> None:
    for asked in (
        relay.play("nothing", "a", tone(0.1)),
        relay.subscribe("nothing", "a", "rec-a"),
        relay.unsubscribe("nothing", "rec-a"),
        relay.stop("nothing", "a"),
    ):
        with pytest.raises(MediaUnavailable) as none:
            await asked
        assert none.value.cause == "unknown"
