"""Loudness measurement (ITU-R BS.1770-4) and normalization."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from unificx.core.lazy import lazy_import

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Wave: TypeAlias = npt.NDArray[np.float64]
else:
    np = lazy_import("numpy")
    Wave = Any
"""Samples of one channel between -1 and 1."""

SPEECH_LEVEL = -19.0
"""Target LUFS of speech: that of a clear caller on a good phone."""
PEAK_LEVEL = -3.0
"""Peak limit in dBFS."""
SILENCE_BEFORE, SILENCE_AFTER = 0.02, 0.06
"""Seconds of silence that are left at the ends."""
_BLOCK, _STEP = 0.4, 0.1
"""Seconds."""


def loudness(wave: Wave, rate: int) -> float:
    """Integrated loudness in LUFS, gated to ignore pauses. Audio shorter than a block counts as one block; silence is
    -inf."""
    weighted = _k_weighted(wave, rate)
    size, step = min(round(_BLOCK * rate), len(weighted)), round(_STEP * rate)
    if not size:
        return -math.inf
    sums = np.concatenate(([0.0], np.cumsum(weighted**2)))
    starts = np.arange(0, len(weighted) - size + 1, step)
    power = (sums[starts + size] - sums[starts]) / size
    power = power[power > _power(-70.0)]
    if not len(power):
        return -math.inf
    power = power[power > power.mean() / 10]
    return float(-0.691 + 10 * np.log10(power.mean()))


def normalize(wave: Wave, rate: int, level: float = SPEECH_LEVEL, peak: float = PEAK_LEVEL) -> Wave:
    """Normalize to this loudness with limited peaks. Silence is unchanged."""
    now = loudness(wave, rate)
    if math.isinf(now):
        return wave
    return _limit_peaks(wave * 10 ** ((level - now) / 20), rate, 10 ** (peak / 20))


def _limit_peaks(wave: Wave, rate: int, max_amplitude: float) -> Wave:
    """Limit peaks to `max_amplitude`, with gain changes smoothed over 5 ms before and after."""
    reach = round(0.005 * rate)
    gain = np.minimum(1.0, max_amplitude / np.maximum(np.abs(wave), 1e-9))
    padded = np.pad(gain, 2 * reach, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    smooth = np.convolve(lowest, np.full(2 * reach + 1, 1 / (2 * reach + 1)), mode="valid")
    return wave * smooth


def trim_silence(wave: Wave, rate: int) -> Wave:
    """Trim silence at both ends, except for `SILENCE_BEFORE` and `SILENCE_AFTER`."""
    frame = rate // 100
    count = len(wave) // frame
    level = np.sqrt((wave[: count * frame].reshape(count, frame) ** 2).mean(axis=1)) if count else np.zeros(0)
    audible = np.flatnonzero(level > level.max(initial=0.0) * 10 ** (-45 / 20))
    if not len(audible):
        return wave[:0]
    start = max(int(audible[0]) * frame - round(SILENCE_BEFORE * rate), 0)
    end = min((int(audible[-1]) + 1) * frame + round(SILENCE_AFTER * rate), len(wave))
    edge = rate // 200
    found = wave[start:end].copy()
    found[:edge] *= np.linspace(0, 1, edge)
    found[-edge:] *= np.linspace(1, 0, edge)
    return found


def _power(lufs: float) -> float:
    return 10 ** ((lufs + 0.691) / 10)


def _k_weighted(wave: Wave, rate: int) -> Wave:
    """K-weighting (annex 1) by frequency response; the standard defines its filters for 48 kHz only."""
    size = len(wave) + rate // 10
    turns = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    response = np.ones(len(turns), np.complex128)
    for upper, lower in (_shelf(rate), _high_pass(rate)):
        response *= np.polyval(upper[::-1], turns) / np.polyval(lower[::-1], turns)
    return np.fft.irfft(np.fft.rfft(wave, size) * response, size)[: len(wave)]


def _shelf(rate: int) -> tuple[list[float], list[float]]:
    k, q, high = math.tan(math.pi * 1681.974450955533 / rate), 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    lower = [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]
    return [high + middle * k / q + k * k, 2 * (k * k - high), high - middle * k / q + k * k], lower


def _high_pass(rate: int) -> tuple[list[float], list[float]]:
    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    scale = 1 + k / q + k * k
    return [1.0, -2.0, 1.0], [1.0, 2 * (k * k - 1) / scale, (1 - k / q + k * k) / scale]
