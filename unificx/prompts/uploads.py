"""Uploaded recordings, converted to prompts: mono, 16 kHz, at prompt loudness.

Files are untrusted and decoded by C code, so this runs in a separate process (`audio_import`).
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import io
from importlib import import_module
from typing import TYPE_CHECKING, Any

from unificx.core.errors import Invalid
from unificx.core.lazy import lazy_import
from unificx.core.phrases import Phrase
from unificx.media.sounds import Sound
from unificx.prompts.g722_files import RATE, to_samples, to_wave
from unificx.prompts.loudness import SPEECH_LEVEL, Wave, normalize, trim_silence

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy_import("numpy")

MAX_SECONDS = 600
FORMATS = ("WAV", "WAVEX", "MP3", "OGG", "FLAC")
_RATES = range(8000, 48001)


def decode_upload(data: bytes, level: float = SPEECH_LEVEL, max_seconds: float = MAX_SECONDS) -> Sound:
    """Decode a WAV, MP3, Ogg (Opus or Vorbis) or FLAC file with one or two channels.

    Raises Invalid for any other file, for silence, and for more than `max_seconds` seconds. Takes 0.1 second per
    minute: do not call on the event loop.
    """
    return _as_prompt(*_read(data, max_seconds), level)


def normalize_recording(sound: Sound, level: float = SPEECH_LEVEL) -> Sound:
    """Normalize a phone recording to prompt loudness. Raises Invalid for silence."""
    return _as_prompt(to_wave(sound.pcm), sound.rate, level)


def _as_prompt(sound: Wave, rate: int, level: float) -> Sound:
    audible = trim_silence(sound, rate)
    if not len(audible):
        raise Invalid("The recording is silent.", field="file")
    return Sound(to_samples(normalize(_at_rate(audible, rate), RATE, level)).tobytes(), RATE)


def _read(data: bytes, max_seconds: float) -> tuple[Wave, int]:
    """Read the samples, mixed to mono, and their rate; one second at a time, because the header may claim any size."""
    library: Any = import_module("soundfile")
    try:
        with library.SoundFile(io.BytesIO(data)) as file:
            rate, channels = file.samplerate, file.channels
            if file.format not in FORMATS:
                raise Invalid("Unsupported format. Use WAV, MP3, Ogg or FLAC.", field="file")
            if rate not in _RATES or channels not in (1, 2):
                raise Invalid(
                    "Unsupported recording. Use a sample rate of 8000 to 48000 Hz and one or two channels.",
                    field="file",
                )
            pieces: list[Wave] = []
            while len(piece := file.read(rate, dtype="float64", always_2d=True)):
                pieces.append(np.nan_to_num(piece.mean(axis=1), posinf=0.0, neginf=0.0))
                if len(pieces) > max_seconds + 1:
                    break
    except (library.SoundFileError, OSError, RuntimeError, ValueError):
        raise Invalid("The file is not a readable audio file.", field="file") from None
    sound = np.concatenate(pieces) if pieces else np.zeros(0)
    if len(sound) > max_seconds * rate:
        raise Invalid(Phrase("Recording too long. At most {} seconds are allowed.", round(max_seconds)), field="file")
    return sound.clip(-1.0, 1.0), rate


def _at_rate(sound: Wave, rate: int) -> Wave:
    """Resample by FFT in overlapping one-second windows, to limit memory."""
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
