"""Detection of in-band DTMF: tones by ITU-T Q.23 and Q.24 that count as keys, and sounds that do not."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from unificx.media.mixer.companding import decode, encode
from unificx.media.mixer.inband_tones import InbandTones
from unificx.media.mixer.messages import ALAW, ULAW
from unificx.prompts import Prompts, prompt_texts

KEYS = "123A456B789C*0#D"
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
FULL_SCALE = 22_740
"""Amplitude of 0 dBm0: G.711 ends at 3.17."""
ALIGNMENTS = range(0, 10, 3)
"""Milliseconds by which a tone begins after a block."""


def at_level(dbm0: float) -> float:
    return FULL_SCALE * 10 ** (dbm0 / 20)


def silence(ms: float, rate: int = 8000) -> np.ndarray:
    return np.zeros(round(ms * rate / 1000))


def tones(
    key: str,
    ms: float,
    levels: tuple[float, float] = (-12, -12),
    *,
    deviations: tuple[float, float] = (0, 0),
    rate: int = 8000,
) -> np.ndarray:
    """Return the low and the high tone of a key, at these levels in dBm0; `deviations` of their frequencies in per cent."""
    times = np.arange(round(ms * rate / 1000)) / rate
    row, column = divmod(KEYS.index(key), 4)
    low, high = (hertz * (1 + each / 100) for hertz, each in zip((LOW[row], HIGH[column]), deviations, strict=True))
    waves = (np.sin(2 * np.pi * hertz * times) for hertz in (low, high))
    return sum((at_level(level) * wave for level, wave in zip(levels, waves, strict=True)), np.zeros(len(times)))


def frames(samples: np.ndarray, law: int = ULAW) -> np.ndarray:
    """Return the frames of 20 ms in which these samples arrive after coding with G.711."""
    whole = np.pad(samples, (0, -len(samples) % 160))
    return decode(encode(np.clip(np.rint(whole), -32768, 32767).astype(int), law), law).reshape(-1, 160)


def detected(
    frames: np.ndarray, missing: Sequence[int] = (), detector: InbandTones | None = None
) -> list[tuple[str, int]]:
    """Return the keys found in the frames and in half a second of silence behind them, with their milliseconds."""
    detector = detector or InbandTones(1)
    slots, found = np.zeros(1, np.int64), []
    quiet = np.zeros((25, frames.shape[1]), np.int32)
    for tick, frame in enumerate(np.concatenate((frames, quiet))):
        have = np.array([tick not in missing])
        found += detector.receive(slots, (have * frame)[None].astype(np.int32), have, tick)
        found += detector.expire(slots, tick)
    return [(key, ms) for _, key, ms in found]


def keys_in(samples: np.ndarray, law: int = ULAW) -> str:
    return "".join(key for key, _ in detected(frames(samples, law)))


def alone(make: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the sound between silence, beginning at several places of a frame."""
    for ms in ALIGNMENTS:
        yield np.concatenate((silence(40 + ms), make, silence(100)))


@pytest.mark.parametrize("law", [ULAW, ALAW])
@pytest.mark.parametrize("key", KEYS)
def test_keys_of_40_ms_are_found(key: str, law: int) -> None:
    assert [keys_in(each, law) for each in alone(tones(key, 40))] == [key] * len(ALIGNMENTS)


@pytest.mark.parametrize("key", KEYS)
def test_keys_are_found_in_wideband_audio(key: str) -> None:
    sound = np.concatenate((silence(51, 16000), tones(key, 40, rate=16000), silence(89, 16000)))
    assert [found for found, _ in detected(sound.reshape(-1, 320))] == [key]


@pytest.mark.parametrize("ms", [10, 20, 22.9])
def test_tones_shorter_than_23_ms_are_no_keys(ms: float) -> None:
    assert [keys_in(each) for key in KEYS for each in alone(tones(key, ms))] == [""] * 16 * len(ALIGNMENTS)


@pytest.mark.parametrize(("per_cent", "accepted"), [(1.5, True), (3.5, False)])
@pytest.mark.parametrize("of", [(1, 1), (1, -1), (1, 0), (0, 1), (-1, -1), (-1, 0), (0, -1)])
def test_frequencies_may_deviate_by_a_few_per_cent(per_cent: float, accepted: bool, of: tuple[int, int]) -> None:
    for key in KEYS:
        for sound in alone(tones(key, 50, deviations=(per_cent * of[0], per_cent * of[1]))):
            assert keys_in(sound) == (key if accepted else "")


@pytest.mark.parametrize(
    ("levels", "accepted"),
    [
        ((-8, -16), True), ((-14, -10), True), ((-4, -4), True), ((-30, -30), True), ((-25, -33), True),
        ((-6, -18), False), ((-16, -9), False), ((-42, -42), False), ((-99, -12), False), ((-12, -99), False),
    ],
)  # fmt: skip
def test_levels_of_both_tones(levels: tuple[float, float], accepted: bool) -> None:
    """The low tone may be 8 dB above the high one, the high one 4 dB above the low one."""
    for key in KEYS:
        for sound in alone(tones(key, 50, levels)):
            assert keys_in(sound) == (key if accepted else "")


@pytest.mark.parametrize(("below", "accepted"), [(12, True), (6, False)])
def test_noise_may_be_12_db_below_the_tones(below: float, accepted: bool) -> None:
    chance = np.random.default_rng(1)
    for key in KEYS:
        for sound in alone(tones(key, 60)):
            noise = chance.normal(0, at_level(-12 - below), len(sound))
            assert keys_in(sound + noise) == (key if accepted else "")


@pytest.mark.parametrize("of_low", [True, False])
def test_tones_with_a_second_harmonic_are_no_key(of_low: bool) -> None:
    """Speech has harmonics, a key has none."""
    times = np.arange(800) / 8000
    for key in KEYS:
        hertz = 2 * (LOW[KEYS.index(key) // 4] if of_low else HIGH[KEYS.index(key) % 4])
        sound = tones(key, 100) + at_level(-14) * np.sin(2 * np.pi * hertz * times)
        assert [keys_in(each) for each in alone(sound)] == [""] * len(ALIGNMENTS)


def test_gliding_tones_are_no_key() -> None:
    """The harmonics of speech glide. These do by 8 % in 60 ms, and have the frequencies of a key in the middle."""
    glide = np.linspace(-0.04, 0.04, 480)
    for key in KEYS:
        row, column = divmod(KEYS.index(key), 4)
        phases = (2 * np.pi * np.cumsum(hertz * (1 + glide)) / 8000 for hertz in (LOW[row], HIGH[column]))
        sound = sum((at_level(-12) * np.sin(phase) for phase in phases), np.zeros(len(glide)))
        assert [keys_in(each) for each in alone(sound)] == [""] * len(ALIGNMENTS)


@pytest.mark.parametrize(("ms", "keys"), [(40, "55"), (50, "55"), (10, "5"), (20, "5")])
def test_a_pause_of_40_ms_separates_equal_keys(ms: float, keys: str) -> None:
    pressed = np.concatenate((tones("5", 60), silence(ms), tones("5", 60)))
    assert [keys_in(each) for each in alone(pressed)] == [keys] * len(ALIGNMENTS)


def test_different_keys_need_no_pause() -> None:
    pressed = np.concatenate((tones("1", 60), tones("2", 60), tones("1", 60)))
    assert [keys_in(each) for each in alone(pressed)] == ["121"] * len(ALIGNMENTS)


def test_the_duration_is_reported_on_release() -> None:
    [(key, ms)] = detected(frames(np.concatenate((silence(43), tones("7", 500), silence(100)))))
    assert key == "7"
    assert 480 <= ms <= 500


def test_lost_frames_neither_release_a_key_nor_press_it_again() -> None:
    pressed = frames(np.concatenate((silence(40), tones("5", 400), silence(100))))
    for lost in range(2, 22):
        for count in (1, 2, 4):
            found = detected(pressed, range(lost, lost + count))
            assert [key for key, _ in found] == ["5"], (lost, count)


def test_tones_before_and_after_lost_audio_are_not_joined() -> None:
    pressed = frames(np.concatenate((silence(40), tones("5", 40), silence(100))))
    assert [key for key, _ in detected(pressed)] == ["5"]
    assert detected(np.insert(pressed, 3, 0, axis=0), [3]) == []


def test_a_key_is_released_when_no_audio_arrives_any_more() -> None:
    pressed = frames(np.concatenate((silence(40), tones("5", 100))))
    assert detected(pressed, range(len(pressed), 99)) == [("5", 100)]


def test_a_cleared_slot_forgets_its_key() -> None:
    detector = InbandTones(1)
    slots, have = np.zeros(1, np.int64), np.ones(1, np.bool_)
    for tick, frame in enumerate(frames(tones("5", 100))):
        detector.receive(slots, frame[None], have, tick)
    assert detector.pressed(slots).all()
    detector.clear(0)
    assert detected(frames(silence(200)), detector=detector) == []


def test_slots_are_independent() -> None:
    detector = InbandTones(len(KEYS))
    slots = np.arange(len(KEYS))[::-1]
    sounds = np.stack([frames(np.pad(tones(KEYS[slot], 60), (300 + 10 * slot, 1820 - 10 * slot))) for slot in slots])
    found = [
        each
        for tick in range(sounds.shape[1])
        for each in detector.receive(slots, sounds[:, tick], np.ones(len(slots), np.bool_), tick)
    ]
    assert sorted((slot, key) for slot, key, _ in found) == list(enumerate(KEYS))


# Talk-off: sounds without keys


def recorded(language: str) -> np.ndarray:
    """Return all recorded prompts of a language at 8 kHz, in sequence."""
    prompts = Prompts()
    sounds = [prompts.sound(name, language).pcm for name in sorted(prompt_texts(language))]
    return narrow(np.frombuffer(b"".join(sounds), "<i2"))


def narrow(wide: np.ndarray) -> np.ndarray:
    # To whole seconds: a length with a large prime factor takes several times as long.
    wide = np.pad(wide.astype(float), (0, -len(wide) % 16_000))
    return np.fft.irfft(np.fft.rfft(wide)[: len(wide) // 4 + 1], len(wide) // 2) / 2


def faster(sound: np.ndarray, factor: float) -> np.ndarray:
    """Return the sound played faster, as by a higher voice."""
    return np.interp(np.arange(0, len(sound) - 1, factor), np.arange(len(sound)), sound)


def keys_in_long(sound: np.ndarray, legs: int = 64) -> list[str]:
    """Return the keys found in a long sound, whose parts are examined at once."""
    parts = frames(sound[: len(sound) // (160 * legs) * 160 * legs]).reshape(legs, -1, 160)
    detector, slots, have = InbandTones(legs), np.arange(legs), np.ones(legs, np.bool_)
    return [
        key
        for tick in range(parts.shape[1])
        for _, key, _ in detector.receive(slots, parts[:, tick].astype(np.int32), have, tick)
    ]


@pytest.mark.parametrize("language", ["en", "de"])
def test_speech_is_no_key(language: str) -> None:
    """At several levels and pitches, alone and with room sound: other speech and low noise."""
    speech, chance = recorded(language), np.random.default_rng(1)
    assert len(speech) > 8000 * 300
    room = 0.3 * np.roll(speech, len(speech) // 3) + np.convolve(chance.normal(0, 100, len(speech)), np.ones(6), "same")
    for factor, gain in ((1.0, 1.0), (0.85, 2.5)):
        assert keys_in_long(gain * faster(speech, factor)) == []
    assert keys_in_long(faster(speech + room, 1.07)) == []


def test_music_is_no_key() -> None:
    music = narrow(np.frombuffer(Prompts().music().pcm, "<i2"))
    for factor, gain in ((1.0, 1.0), (0.9, 4.0)):
        assert keys_in_long(gain * faster(music, factor)) == []


@pytest.mark.parametrize("hertz", [(350, 440), (425,), (440, 480), (480, 620), (1000,), (1100,), (1400,), (2100,)])
def test_signals_of_the_network_are_no_keys(hertz: tuple[int, ...]) -> None:
    times = np.arange(8000) / 8000
    sound = sum((at_level(-12) * np.sin(2 * np.pi * each * times) for each in hertz), np.zeros(8000))
    assert keys_in(sound) == ""


def test_keys_are_found_between_words() -> None:
    """The same search finds keys where there are any."""
    speech = recorded("en")[: 8000 * 60]
    for at in range(20):
        speech[at * 24000 + 8000 : at * 24000 + 8800] = np.concatenate(
            (silence(20), tones(KEYS[at % 16], 60), silence(20))
        )
    assert sorted(keys_in_long(speech, 20)) == sorted(KEYS + KEYS[:4])
