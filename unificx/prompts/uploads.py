"""A recording somebody uploads, made into a sound that can be played: one channel, 16 kHz, as loud as every prompt."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import io
import wave as wav

import numpy as np

from unificx.kernel.errors import Invalid
from unificx.media.sounds import Sound
from unificx.prompts.coding import RATE, samples
from unificx.prompts.loudness import SPEECH, Wave, levelled, trimmed

MOST_SECONDS = 600
_RATES = range(8000, 48001)


def uploaded(data: bytes, level: float = SPEECH) -> Sound:
    """A WAV file with linear samples of 8 to 32 bits and one or two channels.

    Raises Invalid for anything else, for silence, and for what is longer than ten minutes. Takes a tenth of a second a
    minute, so not on the event loop.
    """
    sound, rate = _read(data)
    heard = trimmed(sound, rate)
    if not len(heard):
        raise Invalid("Nothing can be heard in this recording.", field="file")
    return Sound(samples(levelled(_at_rate(heard, rate), RATE, level)).tobytes(), RATE)


def _read(data: bytes) -> tuple[Wave, int]:
    try:
        with wav.open(io.BytesIO(data)) as file:
            rate, width, channels = file.getframerate(), file.getsampwidth(), file.getnchannels()
            if rate not in _RATES or channels > 2 or width > 4:
                raise Invalid("A recording has 8000 to 48000 samples a second, one channel or two.", field="file")
            if file.getnframes() > MOST_SECONDS * rate:
                raise Invalid(f"A recording may last {MOST_SECONDS // 60} minutes.", field="file")
            raw = file.readframes(file.getnframes())
    except (wav.Error, EOFError, RuntimeError, ValueError):
        raise Invalid("This is no WAV file with linear samples.", field="file") from None
    raw = raw[: len(raw) // (width * channels) * width * channels]
    return _numbers(raw, width).reshape(-1, channels).mean(axis=1), rate


def _numbers(raw: bytes, width: int) -> Wave:
    """Samples between -1 and 1; those of 8 bits have no sign in a WAV file."""
    if width == 1:
        return (np.frombuffer(raw, np.uint8).astype(np.float64) - 128) / 128
    octets = np.frombuffer(raw, np.uint8).reshape(-1, width)
    wide = np.zeros((len(octets), 4), np.uint8)
    wide[:, 4 - width :] = octets
    return wide.view("<i4")[:, 0].astype(np.float64) / 2**31


def _at_rate(sound: Wave, rate: int) -> Wave:
    """Resampled by its spectrum, in pieces of a second that overlap by a half, so that memory stays small."""
    if rate == RATE:
        return sound
    size, step = 2 * (rate // 2), rate // 2
    fade = np.hanning(size + 1)[:-1]
    padded = np.pad(sound, (step, size))
    out = np.zeros(round(len(padded) * RATE / rate) + RATE + 1)
    for start in range(0, len(padded) - size + 1, step):
        piece = _resampled(padded[start : start + size] * fade, round(size * RATE / rate))
        at = round(start * RATE / rate)
        out[at : at + len(piece)] += piece
    begin = round(step * RATE / rate)
    return out[begin : begin + round(len(sound) * RATE / rate)]


def _resampled(piece: Wave, length: int) -> Wave:
    return np.fft.irfft(np.fft.rfft(piece), length) * (length / len(piece))
