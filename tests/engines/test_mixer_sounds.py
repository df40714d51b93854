"""Playback and recording taps: sample accuracy, seeking, loops, eviction and pauses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixer_harness import PLAYOUT_DELAY, MixerHarness, level, tone

from unificx.media.mixer.companding import DECODED, ENCODED
from unificx.media.mixer.messages import (
    ALAW,
    G722,
    ULAW,
    Chunk,
    CloseLeg,
    EndTap,
    JoinRoom,
    LeaveRoom,
    LoadSound,
    OpenLeg,
    PauseTap,
    PlayBeep,
    PlayEnded,
    PlaySound,
    SoundEvicted,
    StartTap,
    StopSound,
    TapEnded,
)
from unificx.media.mixer.playback import Playback
from unificx.media.mixer.sound_bank import PAD, SoundBank


def after_coding(samples: np.ndarray, codec: int = ULAW) -> np.ndarray:
    """Return the samples after encoding and decoding."""
    return DECODED[codec][ENCODED[codec][samples.astype(int) + 32768]]


def random_samples(length: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(-8000, 8000, length)


@given(st.integers(1, 3000), st.integers(0, 3200), st.sampled_from([ULAW, ALAW]))
@settings(max_examples=40, deadline=None)
def test_playback_is_sample_accurate_from_any_position(length: int, start: int, codec: int) -> None:
    world, samples = MixerHarness(), random_samples(length)
    a = world.phone("a", codec)
    world.load("s", samples)
    world.apply(PlaySound("a", "t", "s", start=start / 8000))
    world.ticks(22)
    rest = samples[start:]
    assert np.array_equal(a.samples()[: len(rest)], after_coding(rest, codec))
    assert np.unique(a.samples()[len(rest) :]).tolist() in ([0], [8])  # A-law has no zero
    assert world.events_of(PlayEnded) == [PlayEnded("a", "t", "end")]


@given(st.integers(1, 900), st.integers(0, 900))
@settings(max_examples=40, deadline=None)
def test_loop_is_seamless(length: int, start: int) -> None:
    world, samples = MixerHarness(), random_samples(length)
    a = world.phone("a")
    world.load("s", samples)
    world.apply(PlaySound("a", "t", "s", loop=True, start=start / 8000))
    world.ticks(20)
    start = min(start, length)
    expected = np.concatenate((samples[start:], np.tile(samples, 3200 // length + 1)))[:3200]
    assert np.array_equal(a.samples(), after_coding(expected))
    assert not world.events_of(PlayEnded)
    world.apply(StopSound("a"))
    world.ticks(1)
    assert world.events_of(PlayEnded)[0].position == (start + 3200) % length / 8000
    assert world.events_of(PlayEnded) == [PlayEnded("a", "t", "stopped")]
    assert not np.any(a.samples(1))


def test_sound_loaded_in_chunks_is_complete() -> None:
    world, samples = MixerHarness(), random_samples(2500)
    a = world.phone("a")
    for at in range(0, 2500, 1000):
        world.apply(LoadSound("s", 8000, 2500, at, samples[at : at + 1000].astype("<i2").tobytes()))
    world.apply(PlaySound("a", "t", "s"))
    world.ticks(16)
    assert np.array_equal(a.samples()[:2500], after_coding(samples))


@pytest.mark.parametrize(("codec", "rate"), [(ULAW, 16000), (G722, 8000), (G722, 16000)])
def test_sound_of_another_sample_rate_keeps_its_pitch(codec: int, rate: int) -> None:
    world = MixerHarness()
    a = world.phone("a", codec)
    world.load("s", tone(900, 40, width=rate // 50).reshape(-1), rate)
    world.apply(PlaySound("a", "t", "s"))
    world.ticks(50)
    width = 320 if codec == G722 else 160
    assert level(a.samples()[5 * width : 35 * width], 900, width * 50) == pytest.approx(6000, rel=0.04)
    assert not np.any(np.abs(a.samples(5)) > 8)
    assert world.events_of(PlayEnded) == [PlayEnded("a", "t", "end")]


def test_a_new_sound_replaces_the_first_and_a_beep_is_mixed_in() -> None:
    world, first, second = MixerHarness(), random_samples(8000), random_samples(8000, 2)
    a = world.phone("a")
    world.load("one", first)
    world.load("two", second)
    world.apply(PlaySound("a", "t1", "one"))
    world.ticks(3)
    world.apply(PlaySound("a", "t2", "two"))
    world.ticks(3)
    assert world.events_of(PlayEnded) == [PlayEnded("a", "t1", "replaced")]
    assert np.array_equal(a.samples(), after_coding(np.concatenate((first[:480], second[:480]))))
    world.apply(PlayBeep("a"))
    world.ticks(14)
    assert level(a.samples(10), 1400) > 3000
    assert world.events_of(PlayEnded) == [PlayEnded("a", "t1", "replaced")]


def test_sound_to_a_leg_is_mixed_with_its_room_and_inaudible_to_others() -> None:
    world = MixerHarness()
    a, b, c = (world.phone(name, room="r") for name in "abc")
    world.load("s", tone(900, 60).reshape(-1))
    world.apply(PlaySound("a", "t", "s"))
    sent = tone(440, 40)
    for frame in sent:
        world.tick((b, b.audio(frame)))
    assert level(a.samples(20), 900) > 5500
    assert level(a.samples(20), 440) > 5500
    assert level(c.samples(20), 900) < 30


def test_sound_to_a_room_reaches_all_legs() -> None:
    world = MixerHarness()
    a, b = world.phone("a", room="r"), world.phone("b", G722, room="r")
    world.phone("elsewhere", room="x")
    world.load("s", tone(900, 60).reshape(-1))
    world.apply(PlaySound("r", "t", "s", to_room=True), PlayBeep("r", to_room=True))
    for frame in tone(440, 40):
        world.tick((a, a.audio(frame)))
    for each, rate in ((a, 8000), (b, 16000)):
        assert level(each.samples(20), 900, rate) == pytest.approx(6000, rel=0.05)
    assert level(b.samples(20), 440, 16000) > 5500
    assert level(a.samples(20), 440) < 60
    assert level(world.phones["elsewhere"].samples(20), 900) < 30
    world.ticks(30)
    assert world.events_of(PlayEnded) == [PlayEnded("r", "t", "end")]


@pytest.mark.parametrize("to_room", [False, True])
def test_failed_playback_is_reported(to_room: bool) -> None:
    world = MixerHarness()
    world.phone("a", room="r")
    world.load("s", random_samples(8000))
    target = "r" if to_room else "a"
    world.apply(PlaySound("nobody", "t1", "s", to_room=to_room), PlaySound(target, "t2", "unknown", to_room=to_room))
    world.apply(PlaySound(target, "t3", "s", to_room=to_room), CloseLeg("a"))
    world.ticks(1)
    assert world.events_of(PlayEnded) == [
        PlayEnded("nobody", "t1", "closed"),
        PlayEnded(target, "t2", "missing"),
        PlayEnded(target, "t3", "closed"),
    ]


def test_sound_bank_never_evicts_playing_sounds() -> None:
    world = MixerHarness(bank=3 * (1000 + 2 * PAD) + 4000 + 2 * PAD)  # three sounds and the beep
    world.phone("a")
    for name in ("one", "two", "three"):
        world.load(name, random_samples(1000))
    world.apply(PlaySound("a", "t", "one", loop=True))
    world.load("four", random_samples(1000))
    world.load("huge", random_samples(100_000))
    world.ticks(1)
    assert world.events_of(SoundEvicted) == [SoundEvicted("two"), SoundEvicted("huge")]
    assert not world.events_of(PlayEnded)
    world.apply(PlaySound("a", "t2", "three"), PlaySound("a", "t3", "two"))
    world.ticks(1)
    assert world.events_of(PlayEnded)[1:] == [PlayEnded("a", "t3", "missing")]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 900), st.booleans()), max_size=40))
@settings(max_examples=60, deadline=None)
def test_sounds_in_the_bank_never_overlap(steps: list[tuple[str, int, bool]]) -> None:
    bank = SoundBank(6000)
    resident: dict[str, np.ndarray] = {}
    for number, (name, length, pinned) in enumerate(steps):
        samples = random_samples(length, number)
        key = f"{name}{length}"
        if bank.load(key, 8000, length, 0, samples.astype("<i2").tobytes()):
            resident.setdefault(key, samples)
            entry = bank.get(key)
            assert entry is not None
            entry.active_plays += pinned
        for gone in bank.evicted:
            resident.pop(gone, None)
        bank.evicted.clear()
        for each, expected in resident.items():
            entry = bank.get(each)
            assert entry is not None
            around = bank.samples[entry.start - PAD : entry.start + entry.length + PAD]
            assert np.array_equal(around[PAD:-PAD], expected)
            assert not np.any(around[:PAD])
            assert not np.any(around[-PAD:])


def test_too_many_sounds_are_refused() -> None:
    bank = SoundBank(10_000)
    bank.load("s", 8000, 100, 0, bytes(200))
    entry = bank.get("s")
    assert entry is not None
    playback = Playback(bank, capacity=2)
    assert [playback.play(f"t{n}", entry, n) for n in range(3)] == [True, True, False]
    assert [(each.ticket, each.reason) for each in playback.ended] == [("t2", "full")]


# recording


def recorded_samples(world: MixerHarness, tap: str = "tap") -> np.ndarray:
    return np.concatenate([np.frombuffer(each.pcm, "<i2") for each in world.events_of(Chunk) if each.tap == tap])


def test_tap_of_a_leg_is_sample_accurate() -> None:
    world = MixerHarness()
    a = world.phone("a", ALAW)
    world.apply(StartTap("tap", "a"))
    sent = random_samples(40 * 160).reshape(40, 160)
    for frame in sent:
        world.tick((a, a.audio(frame)))
    world.apply(EndTap("tap"))
    world.ticks(1)
    received = recorded_samples(world)
    begin = (PLAYOUT_DELAY + 1) * 160
    assert len(received) == 40 * 160
    assert np.array_equal(received[begin:], after_coding(sent.reshape(-1), ALAW)[160 : 160 + len(received) - begin])
    assert world.events_of(TapEnded) == [TapEnded("tap", "ended")]
    offsets = [each.offset for each in world.events_of(Chunk)]
    assert offsets == np.cumsum([0, *(len(each.pcm) // 2 for each in world.events_of(Chunk)[:-1])]).tolist()
    assert max(len(each.pcm) for each in world.events_of(Chunk)) == 3200


def test_paused_audio_is_omitted_and_offsets_show_the_gap() -> None:
    world = MixerHarness()
    a = world.phone("a")
    world.apply(StartTap("tap", "a"))
    for number in range(60):
        if number in (20, 40):
            world.apply(PauseTap("tap", on=number == 20))
        secret = 20 <= number + PLAYOUT_DELAY < 40
        world.tick((a, a.audio(tone(1500 if secret else 440, 1)[0])))
    world.apply(EndTap("tap"))
    world.ticks(1)
    assert sum(len(each.pcm) for each in world.events_of(Chunk)) == 40 * 320
    assert level(recorded_samples(world), 1500) < 100
    ends = {each.offset + len(each.pcm) // 2: each.offset for each in world.events_of(Chunk)}
    assert 20 * 160 in ends
    assert 40 * 160 in ends.values()


def test_tap_of_a_room_contains_the_mix_and_played_sounds() -> None:
    world = MixerHarness()
    a, b = world.phone("a", room="r"), world.phone("b", room="r")
    world.load("s", tone(1200, 60, amplitude=2000).reshape(-1))
    world.apply(StartTap("tap", "r", of_room=True), PlaySound("r", "t", "s", to_room=True))
    sent = random_samples(30 * 320).reshape(30, 2, 160)
    for frame in sent:
        world.tick((a, a.audio(frame[0])), (b, b.audio(frame[1])))
    world.apply(EndTap("tap"))
    world.ticks(1)
    both = after_coding(sent[:, 0].reshape(-1)) + after_coding(sent[:, 1].reshape(-1))
    received = recorded_samples(world)
    begin = (PLAYOUT_DELAY + 1) * 160
    meant = both[160 : 160 + len(received) - begin] + tone(1200, 60, amplitude=2000).reshape(-1)[begin : len(received)]
    assert np.array_equal(received[begin:], np.clip(meant, -32768, 32767))


def test_tap_ends_with_its_leg_or_room() -> None:
    world = MixerHarness()
    for name in "abc":
        world.phone(name, room="r")
    world.apply(
        StartTap("leg", "a"), StartTap("room", "r", of_room=True), StartTap("none", "nobody"), StartTap("leg", "b")
    )
    world.ticks(15)
    world.apply(CloseLeg("a"), LeaveRoom("b"))
    world.ticks(1)
    assert world.events_of(TapEnded) == [
        TapEnded("none", "missing"),
        TapEnded("leg", "full"),
        TapEnded("leg", "closed"),
    ]
    world.apply(LeaveRoom("c"))
    world.ticks(1)
    assert world.events_of(TapEnded)[3:] == [TapEnded("room", "closed")]
    assert sum(len(each.pcm) for each in world.events_of(Chunk) if each.tap == "leg") == 15 * 320


def test_tap_keeps_its_sample_rate_when_the_room_becomes_wideband() -> None:
    world = MixerHarness()
    a = world.phone("a", room="r")
    world.apply(StartTap("tap", "r", of_room=True))
    sent = tone(700, 60)
    for number, frame in enumerate(sent):
        if number == 20:
            world.phone("b", G722, room="r")
        world.tick((a, a.audio(frame)))
    world.apply(EndTap("tap"))
    world.ticks(1)
    assert {each.rate for each in world.events_of(Chunk)} == {8000}
    assert len(recorded_samples(world)) == 60 * 160
    assert level(recorded_samples(world)[30 * 160 :], 700) == pytest.approx(6000, rel=0.05)


def test_wideband_leg_outside_any_room_is_recorded_at_16_khz() -> None:
    world = MixerHarness()
    a = world.phone("a", G722)
    world.apply(StartTap("tap", "a"))
    for frame in tone(5000, 40, width=320):
        world.tick((a, a.audio(frame)))
    world.apply(EndTap("tap"))
    world.ticks(1)
    assert {each.rate for each in world.events_of(Chunk)} == {16000}
    assert level(recorded_samples(world)[6400:], 5000, 16000) == pytest.approx(6000, rel=0.1)


def test_chunks_of_many_taps_are_spread_over_ticks() -> None:
    world = MixerHarness()
    for number in range(20):
        world.phone(f"p{number}")
        world.apply(StartTap(f"t{number}", f"p{number}"))
    most = 0
    for _ in range(40):
        before = len(world.events_of(Chunk))
        world.tick()
        most = max(most, len(world.events_of(Chunk)) - before)
    assert most <= 4


def test_playback_continues_when_a_leg_is_renegotiated() -> None:
    world, samples = MixerHarness(), random_samples(16000)
    a = world.phone("a")
    world.load("s", samples)
    world.apply(PlaySound("a", "t", "s"))
    world.ticks(5)
    world.apply(OpenLeg("a", a.port, a.port + 1, ULAW, 0, 101))
    world.ticks(5)
    assert np.array_equal(a.samples(), after_coding(samples[:1600]))
    world.apply(JoinRoom("r", "a"))
    world.ticks(5)
    assert not world.events_of(PlayEnded)
