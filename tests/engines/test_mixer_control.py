"""Mixer control: DTMF, RTCP reports and SDP negotiation."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixer_harness import MixerHarness, level, tone

from unificx import sdp
from unificx.media import MediaUnavailable, rtp
from unificx.media.mixer import messages, sdp_negotiation
from unificx.media.mixer.messages import ALAW, G722, ULAW, DigitPressed, JoinRoom, OpenLeg
from unificx.media.mixer.sdp_negotiation import LocalSession
from unificx.sdp.session import Connection

KEYS = "0123456789*#ABCD"


@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(3, 12), st.integers(1, 3)), min_size=1, max_size=6),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_each_digit_is_reported_once_despite_lost_packets(
    keys: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    world = MixerHarness()
    a = world.phone("a")
    a.timestamp = 2**32 - 900
    for event, ticks, ends in keys:
        timestamp = a.timestamp
        packets = [a.dtmf(event, 160 * (n + 1), timestamp=timestamp) for n in range(ticks)]
        packets += [a.dtmf(event, 160 * ticks, end=True, timestamp=timestamp) for _ in range(3)][:ends]
        lost = data.draw(st.sets(st.integers(0, len(packets) - 1), max_size=len(packets) - 1))
        for number, packet in enumerate(packets):
            world.tick(*[] if number in lost else [(a, packet)])
        a.timestamp += 160 * (ticks + 2)
        world.ticks(2)
    world.ticks(40)
    assert [each.digit for each in world.events_of(DigitPressed)] == [KEYS[event] for event, _, _ in keys]
    assert all(each.leg == "a" and 0 <= each.ms <= 240 for each in world.events_of(DigitPressed))


def test_digit_is_reported_on_release_with_its_duration() -> None:
    world = MixerHarness()
    a = world.phone("a")
    for n in range(5):
        world.tick((a, a.dtmf(5, 160 * (n + 1))))
    assert not world.events_of(DigitPressed)
    for _ in range(3):
        world.tick((a, a.dtmf(5, 960, end=True)))
    assert world.events_of(DigitPressed) == [DigitPressed("a", "5", 120)]


def test_late_packet_is_not_another_digit() -> None:
    world = MixerHarness()
    a = world.phone("a")
    late_packet = a.dtmf(1, 160)
    world.tick((a, a.dtmf(1, 480, end=True)))
    a.timestamp += 1600
    world.tick((a, a.dtmf(2, 160)), (a, late_packet))
    world.tick((a, a.dtmf(2, 320, end=True)), (a, late_packet))
    assert [each.digit for each in world.events_of(DigitPressed)] == ["1", "2"]


def test_digit_flood_is_limited_and_truncated_events_are_ignored() -> None:
    world = MixerHarness()
    a = world.phone("a")
    flood = []
    for _ in range(500):
        a.timestamp += 160
        flood.append((a, a.dtmf(1, 160, end=True)))
    world.tick(*flood, (a, a.dtmf(1, 160)[:-3]), (a, a.dtmf(77, 160, end=True)))
    assert len(world.events_of(DigitPressed)) == 64
    assert world.mixer.dtmf.dropped == 500 - 64


def test_digits_are_not_audible_to_other_legs() -> None:
    world = MixerHarness()
    a, b = world.phone("a", room="r"), world.phone("b", room="r")
    for n in range(10):
        world.tick((a, a.dtmf(5, 160 * (n + 1))))
    assert np.abs(b.samples()).max() < 80


# reports


def due_reports(world: MixerHarness, now: float) -> dict[int, list[rtp.Report]]:
    return {slot: rtp.parse_reports(data) for slot, data in world.mixer.due_rtcp(b"name", now)}


def test_every_leg_gets_an_rtcp_report_every_five_seconds() -> None:
    world = MixerHarness()
    a = world.phone("a", sequence=65_500)
    sent = tone(400, 1)[0]
    got: list[rtp.Report] = []
    for number in range(500):
        packet = a.audio(sent)
        world.tick(*[] if number % 10 == 9 else [(a, packet)])
        for found in due_reports(world, 1000.0 + number / 50).values():
            got += found
    assert len(got) == 2
    first, second = got
    assert first.ssrc == a.headers[0][4]
    assert (second.packets - first.packets, second.octets - first.octets) == (250, 40_000)
    assert first.ntp is not None
    assert second.ntp is not None
    assert (second.ntp - first.ntp) / 2**32 == pytest.approx(5.0, abs=0.001)
    block = second.blocks[0]
    assert block.ssrc == a.ssrc
    assert block.fraction_lost == 25  # a tenth
    assert 40 <= block.lost <= 50
    assert block.highest > 65_536
    assert block.jitter == 0


def test_report_block_refers_to_the_legs_sender_report() -> None:
    world = MixerHarness()
    a = world.phone("a")
    world.tick((a, a.audio(tone(400, 1)[0])))
    slot = int(world.mixer.layout.slots[0])
    world.mixer.receive_rtcp(slot, bytes(rtp.Report(a.ssrc, (), rtp.to_ntp(500.0))), 10.0)
    (block,) = world.mixer.reception_stats.report_block(slot, 12.0)
    assert block.last_report == rtp.to_ntp(500.0) >> 16 & 0xFFFFFFFF
    assert block.delay == 2 * 65536
    world.mixer.receive_rtcp(slot, b"\x81\xc8\x00\x09" + bytes(3), 11.0)
    assert world.mixer.counters["malformed"] == 1


def test_multiplexed_rtcp_is_recognized() -> None:
    world = MixerHarness()
    a = world.phone("a")
    report = bytes(rtp.Report(a.ssrc, (), 5))
    assert world.receive([(a.port, a.audio(tone(400, 1)[0])), (a.port, report), (9, report)]) == [1]


def test_jitter_is_not_negative_after_a_burst() -> None:
    world = MixerHarness()
    a = world.phone("a", room="r")
    sent = tone(400, 1)[0]
    for _ in range(20):
        world.tick((a, a.audio(sent)), (a, a.audio(sent)))
        world.tick()
    a.timestamp += 80_000
    packets: list[tuple[int, bytes]] = []
    for _ in range(40):
        packets.append((a.port, a.audio(sent)))
        a.timestamp += 80_000  # a jump of the clock is not jitter
    world.receive(packets)
    [block] = world.mixer.reception_stats.report_block(int(world.mixer.layout.slots[0]), 0.0)
    assert bytes(block)
    assert block.jitter >= 0


def test_uneven_arrival_is_measured_as_jitter() -> None:
    world = MixerHarness()
    a = world.phone("a")
    sent = tone(400, 1)[0]
    for _ in range(100):
        world.tick((a, a.audio(sent)), (a, a.audio(sent)))
        world.tick()
    (block,) = world.mixer.reception_stats.report_block(int(world.mixer.layout.slots[0]), 1.0)
    assert 40 < block.jitter <= 160
    assert block.lost == 0


# SDP


def offer(*lines: str, media: str = "m=audio 40000 RTP/AVP 8 0 9 96", address: str = "127.0.0.1") -> bytes:
    head = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", f"c=IN IP4 {address}", "t=0 0", media]
    return "".join(line + "\r\n" for line in (*head, *lines)).encode()


TELEPHONE_EVENT_LINES = ("a=rtpmap:96 telephone-event/8000", "a=fmtp:96 0-15")
LOCAL = LocalSession(12_000, 7)


@pytest.mark.parametrize(
    ("formats", "wideband", "codec", "payload"),
    [("8 0 9", True, G722, 9), ("8 0 9", False, ALAW, 8), ("0 8", True, ULAW, 0), ("18 3 8", True, ALAW, 8)],
)
def test_answer_has_one_codec_and_telephone_events(formats: str, wideband: bool, codec: int, payload: int) -> None:
    media = f"m=audio 40000 RTP/AVP {formats} 96"
    agreed, answered = sdp_negotiation.answer(offer(*TELEPHONE_EVENT_LINES, media=media), LOCAL, wideband=wideband)
    assert (agreed.codec, agreed.payload_type, agreed.dtmf_payload_type, agreed.receives) == (codec, payload, 96, True)
    assert (agreed.port, agreed.rtcp_port) == (40_000, 40_001)
    session = sdp.parse(answered)
    (section,) = session.media
    assert section.formats == (str(payload), "96")
    assert section.port == 12_000
    assert session.connection(section) == Connection("IP4", "127.0.0.1")
    assert section.attribute("ptime") == "20"
    assert session.origin.session_id == 7


def test_answer_has_telephone_events_only_if_offered() -> None:
    agreed, answered = sdp_negotiation.answer(offer(), LOCAL)
    assert agreed.dtmf_payload_type == -1
    assert b"telephone-event" not in answered


@pytest.mark.parametrize(
    ("given_line", "answered", "listens"),
    [("sendonly", "recvonly", False), ("recvonly", "sendonly", True), ("inactive", "inactive", False)],
)
def test_directions(given_line: str, answered: str, listens: bool) -> None:
    agreed, answer = sdp_negotiation.answer(offer(f"a={given_line}"), LOCAL)
    assert agreed.receives is listens
    assert f"a={answered}\r\n".encode() in answer


def test_rtcp_port_is_taken_from_the_offer() -> None:
    assert sdp_negotiation.answer(offer("a=rtcp:41000 IN IP4 127.0.0.1"), LOCAL)[0].rtcp_port == 41_000
    agreed, answer = sdp_negotiation.answer(offer("a=rtcp-mux", "a=mid:0"), LOCAL)
    assert agreed.rtcp_port == 40_000
    assert b"a=rtcp-mux\r\n" in answer
    assert b"a=mid:0\r\n" in answer


def test_all_sections_but_one_audio_are_rejected() -> None:
    more = "m=video 5000 RTP/AVP 97"
    answered = sdp.parse(
        sdp_negotiation.answer(
            offer(*TELEPHONE_EVENT_LINES, more, media="m=image 1 udptl t38\r\nm=audio 40000 RTP/AVP 0 96"), LOCAL
        )[1]
    )
    assert [(each.kind, each.port) for each in answered.media] == [("image", 0), ("audio", 12_000), ("video", 0)]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"v=0\r\n",
        offer(media="m=audio 0 RTP/AVP 0"),
        offer(media="m=video 5000 RTP/AVP 97"),
        offer(media="m=audio 40000 RTP/AVP 18 3"),
        offer(media="m=audio 40000 RTP/SAVP 0"),
        offer(media="m=audio 40000 UDP/TLS/RTP/SAVPF 0"),
        offer(address="192.0.2.9"),
        offer(address="localhost"),
        offer(address="0.0.0.0"),
    ],
)
def test_unsupported_or_remote_media_is_refused(bad: bytes) -> None:
    with pytest.raises(MediaUnavailable, match="invalid_sdp"):
        sdp_negotiation.answer(bad, LOCAL)
    with pytest.raises(MediaUnavailable, match="invalid_sdp"):
        sdp_negotiation.parse_answer(bad)


def test_our_own_offer_can_be_answered_and_negotiated() -> None:
    made = sdp_negotiation.offer(LOCAL)
    agreed, answered = sdp_negotiation.answer(made, LocalSession(13_000, 8))
    assert (agreed.codec, agreed.payload_type, agreed.dtmf_payload_type) == (G722, 9, 101)
    settled = sdp_negotiation.parse_answer(answered)
    assert (settled.port, settled.codec, settled.dtmf_payload_type, settled.receives) == (13_000, G722, 101, True)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_answered_or_refused(data: bytes) -> None:
    for raw in (data, offer().replace(b"0 9 96", data)):
        with contextlib.suppress(MediaUnavailable):
            assert sdp_negotiation.answer(raw, LOCAL)


def test_command_with_out_of_range_values_is_tolerated() -> None:
    world = MixerHarness()
    world.apply(OpenLeg("a", 4464, 0, ULAW, 300, 400), JoinRoom("r", "a", gain=1e9), JoinRoom("r", "a", gain=-5.0))
    assert [world.mixer.advance() for _ in range(3)] == [1, 1, 1]


def test_reoffer_keeps_the_current_codec_while_it_is_offered() -> None:
    both = offer("a=rtpmap:9 G722/8000", media="m=audio 40000 RTP/AVP 0 9")
    agreed, _ = sdp_negotiation.answer(both, LocalSession(13_000, 8, 2, ULAW))
    assert agreed.codec == ULAW
    agreed, _ = sdp_negotiation.answer(both, LocalSession(13_000, 8, 2, ALAW))
    assert agreed.codec == G722


def tones_of_5(count: int, codec: int = ULAW) -> np.ndarray:
    """Return frames with the tones of the key 5, or of silence beyond the first `count`."""
    width = 320 if codec == G722 else 160
    tones = tone(770, count, width=width, amplitude=4000) + tone(1336, count, width=width, amplitude=4000)
    return np.concatenate((tones, np.zeros((15, width), int)))


@pytest.mark.parametrize("room", ["", "r"])
@pytest.mark.parametrize("muted", [False, True])
@pytest.mark.parametrize("codec", [ULAW, ALAW, G722])
def test_tones_of_legs_without_telephone_events_are_digits(codec: int, muted: bool, room: str) -> None:
    """Also of muted ones, which unmute themselves by keys, in rooms of either sample rate, and outside rooms."""
    for other_codec in (ULAW, G722):
        world = MixerHarness()
        a, other = world.phone("a", codec, events=-1), world.phone("b", other_codec, room="r")
        if room:
            world.apply(JoinRoom(room, "a", muted=muted))
        for frame in tones_of_5(6, codec):
            world.tick((a, a.audio(frame)), (other, other.audio(np.zeros(320 if other_codec == G722 else 160, int))))
        assert world.events_of(DigitPressed) == [
            DigitPressed("a", "5", world.events_of(DigitPressed)[0].ms, tones=True)
        ]


def test_tones_of_legs_with_telephone_events_are_no_digits() -> None:
    """A phone that sends both would press each key twice."""
    world = MixerHarness()
    a = world.phone("a", room="r")
    for frame in tones_of_5(6):
        world.tick((a, a.audio(frame)))
    assert not world.events_of(DigitPressed)


def test_tones_are_not_audible_to_other_legs_once_they_are_detected() -> None:
    loud = []
    for events in (101, -1):
        world = MixerHarness()
        a, b = world.phone("a", room="r", events=events), world.phone("b", room="r")
        for frame in tones_of_5(50):
            world.tick((a, a.audio(frame)), (b, b.audio(np.zeros(160, int))))
        loud.append(sum(level(b.samples()[at : at + 160], 770) > 1000 for at in range(0, 8000, 160)))
    assert loud[0] >= 45
    assert loud[1] <= 2


def test_a_leg_that_only_records_keeps_its_tones() -> None:
    """It receives one party of a call between two phones."""
    world = MixerHarness()
    a = world.phone("a")
    world.apply(OpenLeg("a", a.port, a.port + 1, ULAW, 0, -1, receives=False), messages.StartTap("t", "a"))
    for frame in tones_of_5(30):
        world.tick((a, a.audio(frame)))
    world.apply(messages.EndTap("t"))
    world.tick()
    assert not world.events_of(DigitPressed)
    pcm = np.concatenate([np.frombuffer(each.pcm, "<i2") for each in world.events_of(messages.Chunk)])
    assert level(pcm[1600:4000], 770) > 3500


def test_a_leg_whose_telephone_events_are_renegotiated_goes_on_with_either() -> None:
    world = MixerHarness()
    a = world.phone("a")
    for events in (-1, 101, -1):
        world.apply(OpenLeg("a", a.port, a.port + 1, ULAW, 0, events))
        for frame in tones_of_5(6):
            world.tick((a, a.audio(frame)))
    assert [each.digit for each in world.events_of(DigitPressed)] == ["5", "5"]


def test_a_key_is_reported_when_its_phone_sends_nothing_behind_it() -> None:
    """By silence suppression."""
    world = MixerHarness()
    a = world.phone("a", events=-1)
    for frame in tones_of_5(6)[:6]:
        world.tick((a, a.audio(frame)))
    world.ticks(25)
    assert [each.digit for each in world.events_of(DigitPressed)] == ["5"]


def test_the_next_leg_of_a_slot_has_not_pressed_the_key_of_the_one_before() -> None:
    world = MixerHarness()
    a = world.phone("a", events=-1)
    for frame in tones_of_5(6)[:6]:
        world.tick((a, a.audio(frame)))
    world.apply(messages.CloseLeg("a"))
    world.phone("b", events=-1)
    world.ticks(25)
    assert not world.events_of(DigitPressed)
