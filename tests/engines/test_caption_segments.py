"""Captions: speech is cut at pauses and after some seconds; noise and clicks are left out."""

import numpy as np
import pytest

from unificx.captions import SpeechSegmenter
from unificx.captions.segmenter import LEAD_SECONDS, MAX_SECONDS, PAUSE_SECONDS, Segment

RATE = 8000
CHUNK = 3200
"""Bytes that a tap delivers at once."""


def sound(seconds: float, level: float) -> bytes:
    """Noise of a level (RMS)."""
    samples = np.random.default_rng(1).normal(0, level, round(seconds * RATE))
    return np.clip(samples, -32768, 32767).astype("<i2").tobytes()


def cut(*parts: bytes, rate: int = RATE) -> list[Segment]:
    segmenter, data = SpeechSegmenter(), b"".join(parts)
    return [one for at in range(0, len(data), CHUNK) for one in segmenter.feed(data[at : at + CHUNK], rate)]


def test_pieces_end_at_pauses_and_begin_before_the_first_loud_sound() -> None:
    found = cut(sound(1, 5), sound(1, 3000), sound(1, 5), sound(2, 3000), sound(1, 5))
    wanted = [LEAD_SECONDS + loud + PAUSE_SECONDS for loud in (1, 2)]
    assert [one.seconds for one in found] == pytest.approx(wanted, abs=0.03)


def test_a_short_pause_ends_no_piece() -> None:
    [found] = cut(sound(1, 3000), sound(PAUSE_SECONDS / 2, 5), sound(1, 3000), sound(1, 5))
    assert found.seconds == pytest.approx(2 + PAUSE_SECONDS * 1.5, abs=0.03)


def test_long_speech_is_cut() -> None:
    found = cut(sound(2.5 * MAX_SECONDS, 3000))
    assert [one.seconds for one in found] == pytest.approx([MAX_SECONDS] * 2, abs=0.01)


def test_silence_clicks_and_steady_noise_are_no_speech() -> None:
    assert cut(sound(3, 5), sound(0.1, 8000), sound(3, 5)) == []
    segmenter = SpeechSegmenter()
    noise = sound(20, 100)
    for at in range(0, len(noise), CHUNK):
        assert segmenter.feed(noise[at : at + CHUNK], RATE) == []
    assert segmenter.feed(sound(2, 250), RATE) == []  # hardly louder than the noise before


def test_the_rest_is_returned_at_the_end_and_at_another_rate() -> None:
    segmenter = SpeechSegmenter()
    assert segmenter.feed(sound(1, 3000), RATE) == []
    [before] = segmenter.feed(sound(1, 3000), 2 * RATE)
    assert (before.rate, before.seconds) == (RATE, pytest.approx(1, abs=0.02))
    last = segmenter.flush()
    assert last is not None
    assert (last.rate, last.seconds) == (2 * RATE, pytest.approx(0.5, abs=0.02))
    assert segmenter.flush() is None
