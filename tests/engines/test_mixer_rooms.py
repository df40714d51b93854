"""Mixing in rooms: bit-exact sums without the own voice, muting, gain, active speakers and separate rooms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixer_harness import PLAYOUT_DELAY, MixerHarness, Phone, level, tone

from unificx.media.mixer.companding import DECODED, ENCODED
from unificx.media.mixer.messages import (
    ALAW,
    G722,
    ULAW,
    ActiveSpeakerChanged,
    CloseLeg,
    JoinRoom,
    LeaveRoom,
    MuteLeg,
    OpenLeg,
)

FRAMES = 12


def expected(codec: int, samples: np.ndarray) -> bytes:
    return ENCODED[codec][np.clip(samples, -32768, 32767) + 32768].tobytes()


@given(
    st.lists(st.sampled_from([ULAW, ALAW]), min_size=2, max_size=6), st.integers(0, 2**32 - 1), st.integers(1, 32767)
)
@settings(max_examples=30, deadline=None)
def test_each_leg_gets_the_bit_exact_sum_of_the_others(codecs: list[int], seed: int, loud: int) -> None:
    world, chance = MixerHarness(), np.random.default_rng(seed)
    loud = max(loud, 400)
    phones = [world.phone(f"p{n}", codec, room="r") for n, codec in enumerate(codecs)]
    sent = chance.integers(-loud, loud + 1, (FRAMES, len(phones), 160))
    meant = np.zeros_like(sent)
    for frame in range(FRAMES):
        for n, phone in enumerate(phones):
            meant[frame, n] = DECODED[phone.codec][ENCODED[phone.codec][sent[frame, n] + 32768]]
        world.tick(*((phone, phone.audio(sent[frame, n])) for n, phone in enumerate(phones)))
    for n, phone in enumerate(phones):
        for frame in range(1, FRAMES - PLAYOUT_DELAY):  # the first frame is faded in
            others = meant[frame].sum(axis=0) - meant[frame, n]
            assert phone.received[frame + PLAYOUT_DELAY] == expected(phone.codec, others)


def test_echo_is_bit_exact_and_ends_with_leaving_the_room() -> None:
    world = MixerHarness()
    phone = world.phone("p")
    world.apply(JoinRoom("echo/p", "p", echo=True))
    chance = np.random.default_rng(3)
    sent = chance.integers(-9000, 9001, (FRAMES, 160))
    for frame in range(FRAMES):
        world.tick((phone, phone.audio(sent[frame])))
    for frame in range(1, FRAMES - PLAYOUT_DELAY):
        assert phone.received[frame + PLAYOUT_DELAY] == expected(
            ULAW, DECODED[ULAW][ENCODED[ULAW][sent[frame] + 32768]]
        )
    world.apply(LeaveRoom("p"))
    world.apply(JoinRoom("r", "p"))
    for frame in range(FRAMES):
        world.tick((phone, phone.audio(sent[frame])))
    assert level(phone.samples(3), 1000) < 20


def test_mix_saturates_instead_of_wrapping_around() -> None:
    world = MixerHarness()
    phones = [world.phone(f"p{n}", room="r") for n in range(40)]
    for frame in range(FRAMES):
        world.tick(*((phone, phone.audio([32767] * 80 + [-32768] * 80)) for phone in phones))
        assert frame < PLAYOUT_DELAY + 1 or set(phones[0].samples(1)[:80]) == {32124}
    assert set(phones[0].samples(1)[80:]) == {-32124}


def talk(world: MixerHarness, tones: dict[str, float], frames: int = 40) -> None:
    sent = {
        name: tone(frequency, frames, width=320 if world.phones[name].codec == G722 else 160)
        for name, frequency in tones.items()
    }
    for frame in range(frames):
        world.tick(*((world.phones[name], world.phones[name].audio(sent[name][frame])) for name in tones))


def level_at(phone: Phone, frequency: float, last: int = 20) -> float:
    return level(phone.samples(last), frequency, 16000 if phone.codec == G722 else 8000)


@pytest.mark.parametrize("codecs", [(ULAW, ULAW, ULAW), (ULAW, ALAW, ULAW), (G722, G722, G722), (G722, ULAW, ALAW)])
def test_a_silent_listener_hears_all_talkers(codecs: tuple[int, ...]) -> None:
    world = MixerHarness()
    a, b, c = (world.phone(name, codec, room="r") for name, codec in zip("abc", codecs, strict=True))
    talk(world, {"a": 440, "b": 950})
    assert level_at(c, 440) == pytest.approx(6000, rel=0.05)
    assert level_at(c, 950) == pytest.approx(6000, rel=0.05)
    assert level_at(a, 950) == pytest.approx(6000, rel=0.05)
    assert level_at(b, 440) == pytest.approx(6000, rel=0.05)
    assert level_at(a, 440) < 60
    assert level_at(b, 950) < 60


def test_all_listeners_of_a_codec_get_the_same_payload() -> None:
    world = MixerHarness()
    phones = [world.phone(f"p{n}", codec, room="r") for n, codec in enumerate([ULAW, ULAW, ALAW, ALAW])]
    world.phone("talker", room="r")
    talk(world, {"talker": 500})
    assert phones[0].received == phones[1].received
    assert phones[2].received == phones[3].received


def test_rooms_are_isolated_and_legs_outside_rooms_hear_nothing() -> None:
    world = MixerHarness()
    for name, room in (("a", "one"), ("b", "one"), ("c", "two"), ("d", "two"), ("e", "")):
        world.phone(name, room=room)
    talk(world, {"a": 400, "c": 700, "e": 1000})
    assert level_at(world.phones["b"], 400) > 5000
    assert level_at(world.phones["d"], 700) > 5000
    assert level_at(world.phones["b"], 700) < 30
    assert not np.any(world.phones["e"].samples(20))
    world.apply(LeaveRoom("b"), JoinRoom("two", "b"))
    talk(world, {"a": 400, "c": 700})
    assert level_at(world.phones["b"], 700) > 5000
    assert level_at(world.phones["b"], 400) < 30


def test_a_muted_leg_is_inaudible_but_hears_the_others() -> None:
    world = MixerHarness()
    a, b = world.phone("a", room="r"), world.phone("b", room="r")
    world.apply(MuteLeg("a", on=True))
    talk(world, {"a": 400, "b": 700})
    assert level_at(b, 400) < 30
    assert level_at(a, 700) > 5000
    world.apply(MuteLeg("a", on=False))
    talk(world, {"a": 400, "b": 700})
    assert level_at(b, 400) > 5000


@pytest.mark.promise("C8")
@pytest.mark.parametrize("codec", [ULAW, G722])
def test_a_whisper_is_audible_to_one_leg_only(codec: int) -> None:
    world = MixerHarness()
    tones = {"caller": 440.0, "agent": 620.0, "supervisor": 1500.0}
    width, rate = (320, 16000) if codec == G722 else (160, 8000)
    phones = {name: world.phone(name, codec, room="r") for name in ("caller", "agent")}
    phones["supervisor"] = world.phone("supervisor", codec)
    world.apply(JoinRoom("r", "supervisor", listener="agent"))

    def talk() -> dict[str, set[str]]:
        """Let all talk; return the talkers that each one receives."""
        sent = {name: tone(hertz, 40, width=width) for name, hertz in tones.items()}
        for frame in range(40):
            world.tick(*((phone, phone.audio(sent[name][frame])) for name, phone in phones.items()))
        return {
            name: {each for each, hertz in tones.items() if level(phone.samples(20), hertz, rate) > 3000}
            for name, phone in phones.items()
        }

    parties = {"caller", "agent"}
    assert talk() == {"caller": {"agent"}, "agent": {"caller", "supervisor"}, "supervisor": parties}
    assert {each.leg for each in world.events_of(ActiveSpeakerChanged)} <= {*parties, None}
    world.apply(LeaveRoom("agent"), JoinRoom("other", "agent"))
    assert talk()["caller"] == set()  # a whisper without its listener is audible to no leg
    world.apply(JoinRoom("r", "agent"), JoinRoom("r", "supervisor"))
    assert talk()["caller"] == {"agent", "supervisor"}


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_gain_is_a_factor(gain: float) -> None:
    world = MixerHarness()
    world.phone("a")
    b = world.phone("b", room="r")
    world.apply(JoinRoom("r", "a", gain=gain))
    talk(world, {"a": 400})
    assert level_at(b, 400) == pytest.approx(6000 * gain, rel=0.05)


def test_agc_brings_quiet_and_loud_legs_closer() -> None:
    world = MixerHarness()
    for name in "ab":
        world.phone(name)
        world.apply(JoinRoom("r", name, agc=True))
    c = world.phone("c", room="r")
    loud, quiet = tone(400, 400, amplitude=16000), tone(700, 400, amplitude=800)
    for frame in range(400):
        world.tick(
            (world.phones["a"], world.phones["a"].audio(loud[frame])),
            (world.phones["b"], world.phones["b"].audio(quiet[frame])),
        )
    assert level_at(c, 400) / level_at(c, 700) < 3
    assert level_at(c, 400) > 3500


def test_comfort_noise_is_played_only_in_rooms() -> None:
    world = MixerHarness()
    a, alone = world.phone("a", room="r"), world.phone("b")
    world.ticks(20)
    assert 0 < np.abs(a.samples(10)).max() < 80
    assert not np.any(alone.samples(10))


def test_active_speaker_changes_only_for_a_louder_leg() -> None:
    world = MixerHarness()
    world.phone("a", room="r")
    world.phone("b", room="r")
    quieter, louder = tone(400, 50, amplitude=3000), tone(500, 50, amplitude=8000)
    for frame in range(50):
        world.tick((world.phones["a"], world.phones["a"].audio(quieter[frame])))
    assert world.events_of(ActiveSpeakerChanged) == [ActiveSpeakerChanged("r", "a")]
    for frame in range(50):
        a, b = world.phones["a"], world.phones["b"]
        world.tick((a, a.audio(quieter[frame])), (b, b.audio(quieter[frame])))
    assert world.events_of(ActiveSpeakerChanged) == [ActiveSpeakerChanged("r", "a")]
    for frame in range(50):
        world.tick((a, a.audio(quieter[frame])), (b, b.audio(louder[frame])))
    assert world.events_of(ActiveSpeakerChanged)[1:] == [ActiveSpeakerChanged("r", "b")]
    world.ticks(150)
    assert world.events_of(ActiveSpeakerChanged)[2:] == [ActiveSpeakerChanged("r", None)]


def test_active_speaker_is_cleared_when_its_leg_closes() -> None:
    world = MixerHarness()
    world.phone("a", room="r")
    world.phone("b", room="r")
    talk(world, {"a": 400})
    world.apply(CloseLeg("a"))
    world.ticks(1)
    assert world.events_of(ActiveSpeakerChanged) == [ActiveSpeakerChanged("r", "a"), ActiveSpeakerChanged("r", None)]


def test_renegotiated_leg_stays_in_its_room_and_its_stream_continues() -> None:
    world = MixerHarness()
    a, b = world.phone("a", room="r"), world.phone("b", room="r")
    talk(world, {"a": 400})
    before = b.headers[-1]
    b.port = 30_000
    world.apply(OpenLeg("b", 30_000, 30_001, ALAW, 8, 101))
    b.codec, b.received = ALAW, []
    talk(world, {"a": 400, "b": 900})
    assert level_at(b, 400) > 5000
    assert level_at(a, 900) > 5000
    assert b.headers[-1][2] == before[2] + 40
    assert b.headers[-1][4] == before[4]
    assert {header[1] for header in b.headers[-40:]} == {8}


def test_a_room_is_wideband_as_soon_as_one_leg_is() -> None:
    world = MixerHarness()
    a, b = world.phone("a", G722, room="r"), world.phone("b", G722, room="r")
    c = world.phone("c", room="r")
    talk(world, {"a": 5600})
    assert level_at(b, 5600) > 5000
    assert level_at(c, 2400) < 60  # no aliasing
    assert level_at(a, 5600) < 60


def test_a_send_only_leg_is_sent_nothing() -> None:
    world = MixerHarness()
    world.phone("a", room="r")
    b = world.phone("b", room="r")
    world.apply(OpenLeg("b", b.port, b.port + 1, ULAW, 0, 101, receives=False))
    talk(world, {"a": 400, "b": 700})
    assert not b.received
    assert level_at(world.phones["a"], 700) > 5000


def test_excess_legs_are_refused_until_a_slot_is_free() -> None:
    world = MixerHarness(slots=3)
    for name in "abcd":
        world.phone(name)
    world.ticks(1)
    opened = [each.accepted for each in world.events]
    assert opened == [True, True, True, False]
    world.apply(CloseLeg("a"))
    world.phone("e")
    world.ticks(1)
    assert world.events[-1].accepted


def test_sequence_numbers_and_timestamps_increase_steadily() -> None:
    world = MixerHarness()
    a = world.phone("a")
    world.ticks(5)
    world.apply(JoinRoom("r", "a"))
    world.ticks(5)
    assert np.diff([header[2] for header in a.headers]).tolist() == [1] * 9
    assert np.diff([header[3] for header in a.headers]).tolist() == [160] * 9
    assert {header[0] for header in a.headers} == {0x80}
