"""Jitter buffer: packets that are late, lost, duplicated, reordered or of any length, and clock jumps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixer_harness import PLAYOUT_DELAY, MixerHarness, Phone, level, tone

from unificx.media.mixer.messages import G722, ULAW, LegLost, LegSilent


def two_phones(**more: int) -> tuple[MixerHarness, Phone, Phone]:
    world = MixerHarness()
    return world, world.phone("a", room="r", **more), world.phone("b", room="r")


def noise(frames: int, seed: int = 3) -> np.ndarray:
    """Return noise without samples near zero, for which mu-law has two codes."""
    return np.random.default_rng(seed).choice([-1, 1], (frames, 160)) * np.random.default_rng(seed).integers(
        20, 6000, (frames, 160)
    )


def encode_frames(frames: np.ndarray) -> list[bytes]:
    return [Phone("x", 1).encode(frame) for frame in frames]


@given(st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_numbers_and_timestamps_wrap_around(sequence: int, timestamp: int) -> None:
    world, a, b = two_phones(sequence=sequence, timestamp=timestamp)
    frames = encode_frames(noise(10))
    for frame in frames:
        world.tick((a, a.packet(frame)))
    assert b.received[PLAYOUT_DELAY + 1 :] == frames[1 : 10 - PLAYOUT_DELAY]


@pytest.mark.parametrize(("sequence", "timestamp"), [(65530, 2**32 - 800), (65535, 2**32 - 1), (0, 2**31 - 500)])
def test_wrap_around_during_a_stream(sequence: int, timestamp: int) -> None:
    test_numbers_and_timestamps_wrap_around.hypothesis.inner_test(sequence, timestamp)  # type: ignore[attr-defined]


@given(st.permutations(range(5)))
@settings(max_examples=40, deadline=None)
def test_packets_of_one_tick_are_reordered(order: list[int]) -> None:
    world, a, b = two_phones()
    frames = encode_frames(noise(20))
    for frame in frames[:5]:
        world.tick((a, a.packet(frame)))
    packets = [a.packet(frame) for frame in frames[5:10]]
    world.tick(*((a, packets[n]) for n in order))
    world.ticks(6)
    assert b.received[PLAYOUT_DELAY + 5 : PLAYOUT_DELAY + 10] == frames[5:10]


def test_duplicates_are_played_once() -> None:
    world, a, b = two_phones()
    frames = encode_frames(noise(10))
    for frame in frames:
        packet = a.packet(frame)
        world.tick((a, packet), (a, packet))
    assert b.received[PLAYOUT_DELAY + 1 :] == frames[1 : 10 - PLAYOUT_DELAY]


@given(st.lists(st.integers(1, 1200), min_size=12, max_size=30), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_packets_of_any_length_give_the_same_audio(sizes: list[int], seed: int) -> None:
    world, a, b = two_phones()
    sent = np.frombuffer(b"".join(encode_frames(noise(400, seed))), np.uint8)
    at = ticks = 0
    for size in sizes:
        while at > ticks * 160:  # not before it is due
            world.tick()
            ticks += 1
        world.receive([(a.port, a.packet(sent[at : at + size].tobytes()))])
        at += size
    world.ticks(12)
    received = np.frombuffer(b"".join(b.received), np.uint8)[: ticks * 160 + 12 * 160]
    began = PLAYOUT_DELAY * 160
    # Frame by frame: those that arrived completely and in time are played unchanged.
    same = [
        received[n + began : n + began + 160].tobytes() == sent[n : n + 160].tobytes()
        for n in range(160, at // 160 * 160, 160)
    ]
    assert sum(same) >= len(same) - 1


@pytest.mark.parametrize("ptime", [10, 30, 40, 60])
def test_unusual_packet_times_play_without_gaps(ptime: int) -> None:
    world, a, b = two_phones()
    sent = tone(440, 150).reshape(-1)
    step = ptime * 8
    at = 0
    for tick in range(100):
        while at <= tick * 160:
            world.receive([(a.port, a.audio(sent[at : at + step]))])
            at += step
        world.tick()
    received = b.samples()[20 * 160 :]
    assert level(received, 440) == pytest.approx(6000, rel=0.03)
    jumps = np.abs(np.diff(received)).max()
    assert jumps < 2300  # the slope of the tone itself


@pytest.mark.parametrize("codec", [ULAW, G722])
def test_a_lost_packet_is_concealed_and_longer_gaps_fade_to_silence(codec: int) -> None:
    world = MixerHarness()
    a, b = world.phone("a", codec, room="r"), world.phone("b", codec, room="r")
    sent = tone(300, 60, width=320 if codec == G722 else 160)
    for n in range(30):
        packet = a.audio(sent[n])
        world.tick(*[] if n == 20 else [(a, packet)])
    width = len(sent[0])
    gap = b.samples()[(20 + PLAYOUT_DELAY) * width :][:width]
    assert np.abs(gap).max() > 3000
    steps = np.abs(np.diff(b.samples()[10 * width :]))
    assert steps.max() < 4000
    world.ticks(20)
    assert np.abs(b.samples(2)).max() < 100
    assert world.mixer.decoder.concealed >= 5


def test_first_frame_after_a_gap_is_cross_faded_for_4_ms() -> None:
    world, a, b = two_phones()
    frames = encode_frames(noise(40))
    for n, frame in enumerate(frames):
        packet = a.packet(frame)
        world.tick(*[] if 10 <= n < 13 else [(a, packet)])
    assert b.received[13 + PLAYOUT_DELAY][32:] == frames[13][32:]
    assert b.received[14 + PLAYOUT_DELAY] == frames[14]


def test_delay_adapts_to_100_ms_of_jitter() -> None:
    world, a, b = two_phones()
    sent, chance = tone(440, 500), np.random.default_rng(7)
    coming: dict[int, list[bytes]] = {}
    for n in range(500):
        coming.setdefault(n + int(chance.integers(0, 6)), []).append(a.audio(sent[n]))
    late = 0
    for n in range(500):
        world.tick(*((a, packet) for packet in coming.get(n, [])))
        late = world.mixer.jitter.late if n < 250 else late
    assert world.mixer.jitter.late == late
    assert level(b.samples(50), 440) == pytest.approx(6000, rel=0.05)


def test_delay_shrinks_during_silence() -> None:
    world, a, b = two_phones()
    quiet = encode_frames(np.zeros((1, 160), int))[0]
    for _ in range(40):  # bursts of five packets
        world.tick(*((a, a.packet(quiet)) for _ in range(5)))
        world.ticks(4)
    for _ in range(2500):
        world.tick((a, a.packet(quiet)))
    frames = encode_frames(noise(10))
    before = len(b.received)
    for frame in frames:
        world.tick((a, a.packet(frame)))
    world.ticks(4)
    assert frames[2] in b.received[before : before + 2 + PLAYOUT_DELAY + 2]


def test_a_clock_jump_is_followed_but_not_a_single_stray_packet() -> None:
    world, a, b = two_phones()
    frames = encode_frames(noise(40))
    for frame in frames[:10]:
        world.tick((a, a.packet(frame)))
    here, a.timestamp = a.timestamp, a.timestamp + 1_000_000
    stray = a.packet(frames[0])
    a.timestamp = here
    world.tick((a, stray), (a, a.packet(frames[10])))
    for frame in frames[11:15]:
        world.tick((a, a.packet(frame)))
    assert b.received[5 + PLAYOUT_DELAY : 15] == frames[5 : 15 - PLAYOUT_DELAY]
    assert world.mixer.jitter.resyncs == 0
    a.timestamp += 2**31
    for frame in frames[15:30]:
        world.tick((a, a.packet(frame)))
    assert world.mixer.jitter.resyncs == 1
    assert frames[27] in b.received


def test_another_source_takes_over_only_after_the_first_stops() -> None:
    world, a, b = two_phones()
    frames = encode_frames(noise(40))
    other = Phone("other", a.port, timestamp=77_000_000, ssrc=5)
    for n, frame in enumerate(frames[:20]):
        world.tick((a, a.packet(frame)), (other, other.packet(frames[20 + n])))
    assert b.received[5 + PLAYOUT_DELAY : 20] == frames[5 : 20 - PLAYOUT_DELAY]
    assert world.mixer.jitter.other_sources == 19  # all but the one in the first tick
    for n in range(10):
        world.tick((other, other.packet(frames[n])))
    assert frames[9 - PLAYOUT_DELAY - 1] in b.received[20:]


def test_loss_of_a_leg_is_reported_once_per_outage() -> None:
    world, a, b = two_phones()
    for _ in range(1100):
        world.tick((b, b.packet(bytes([0xFF]) * 160)))
    assert world.events_of(LegLost) == [LegLost("a")]
    world.tick((a, a.packet(bytes([0xFF]) * 160)))
    for _ in range(1200):
        world.tick((b, b.packet(bytes([0xFF]) * 160)))
    assert world.events_of(LegLost) == [LegLost("a"), LegLost("a")]


def test_silence_of_a_leg_outside_any_room_is_reported() -> None:
    """A listener in a room is never reported, so no room ends for listening."""
    world = MixerHarness()
    a, _ = world.phone("alone"), world.phone("b", room="r")
    talks = encode_frames(tone(400, 1))[0]
    for _ in range(30):
        world.tick((a, a.packet(talks)))
    for _ in range(320):
        world.tick((a, a.packet(bytes([0xFF]) * 160)))
    assert world.events_of(LegSilent) == [LegSilent("alone", seconds) for seconds in (2, 3, 4, 5)]


def test_unknown_sources_wrong_payload_types_and_malformed_packets_are_counted_and_discarded() -> None:
    world, a, b = two_phones()
    frame = encode_frames(tone(400, 1))[0]
    world.receive(
        [(9, a.packet(frame)), (a.port, a.packet(frame, payload_type=3)), (a.port, b"\x80\x00\x00"), (a.port, b"")]
    )
    world.receive(
        [
            (a.port, a.packet(frame, first=0x40)),
            (a.port, b"\x8f\0" + bytes(20)),
            (a.port, b"\xa0\0" + bytes(11) + b"\xff"),
        ]
    )
    world.ticks(5)
    assert {reason: world.mixer.counters[reason] for reason in ("unknown_source", "payload", "malformed")} == {
        "unknown_source": 1,
        "payload": 1,
        "malformed": 5,
    }
    assert not world.mixer.jitter.started.any()
    assert np.abs(b.samples()).max() < 80


@pytest.mark.parametrize("batches", [1, 3])
@pytest.mark.parametrize("size", [1, 160, 161, 1400])
def test_flood_from_one_leg_is_limited_and_other_legs_stay_audible(size: int, batches: int) -> None:
    world, a, b = two_phones()
    c = world.phone("c", room="r")
    frames = encode_frames(tone(400, 12))
    for frame in frames:
        for _ in range(batches):
            world.receive([(a.port, a.packet(bytes(size))) for _ in range(300)])
        world.tick((c, c.packet(frame)))
    most = 32 // -(-size // 160)
    assert world.mixer.counters["flood"] == len(frames) * (300 * batches - most)
    assert level(b.samples()[(PLAYOUT_DELAY + 2) * 160 :], 400) > 0.5 * level(np.concatenate(tone(400, 12)), 400)


def test_csrcs_extension_and_padding_are_skipped() -> None:
    world, a, b = two_phones()
    frames = encode_frames(noise(10))
    for frame in frames:
        head = a.packet(b"", first=0xB1)
        a.timestamp += 160
        world.tick((a, head + bytes(4) + bytes.fromhex("bede0001aabbccdd") + frame + b"\0\0\3"))
    assert b.received[PLAYOUT_DELAY + 1 :] == frames[1 : 10 - PLAYOUT_DELAY]
