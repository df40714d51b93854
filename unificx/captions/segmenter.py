"""Cuts the sound of one speaker into pieces of speech, at pauses or after some seconds. Pure."""

from array import array
from collections import deque
from dataclasses import dataclass, field
from math import sqrt

FRAME_SECONDS = 0.02
MAX_SECONDS = 6.0
"""Longest piece: longer speech is cut, so that its text is not late."""
MIN_SECONDS = 0.3
"""Shortest speech of a piece; shorter sounds are clicks."""
PAUSE_SECONDS = 0.6
"""Silence that ends a piece."""
LEAD_SECONDS = 0.2
"""Sound before the first loud frame, which has the soft beginning of a word."""
MIN_LEVEL = 150.0
"""Lowest mean level (RMS of 16-bit samples) of speech."""
_OVER_NOISE = 3.0
"""Speech is this many times louder than the noise between."""
_NOISE_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of speech: 16-bit mono samples."""

    pcm: bytes = field(repr=False)
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.rate


class SpeechSegmenter:
    """Voice activity by level: a frame is speech if it is louder than a minimum and than the noise before."""

    def __init__(self) -> None:
        # Owner: the task that feeds it.
        self._rate = 0
        self._rest = b""
        self._noise = MIN_LEVEL / _OVER_NOISE
        self._lead: deque[bytes] = deque(maxlen=round(LEAD_SECONDS / FRAME_SECONDS))
        self._frames: list[bytes] = []
        self._loud = self._silent = 0

    def feed(self, pcm: bytes, rate: int) -> list[Segment]:
        """Return the pieces that these samples complete. A change of the rate ends the current piece."""
        done = [last] if rate != self._rate and (last := self.flush()) is not None else []
        self._rate = rate
        size = 2 * round(rate * FRAME_SECONDS)
        data = self._rest + pcm
        added = (self._add(data[at : at + size]) for at in range(0, len(data) - size + 1, size))
        done += [each for each in added if each is not None]
        self._rest = data[len(data) // size * size :]
        return done

    def flush(self) -> Segment | None:
        """Return the current piece, if there is speech in it, and begin anew."""
        frames, loud, rate = self._frames, self._loud, self._rate
        self._frames, self._loud, self._silent, self._rest = [], 0, 0, b""
        self._lead.clear()
        return Segment(b"".join(frames), rate) if loud * FRAME_SECONDS >= MIN_SECONDS else None

    def _add(self, frame: bytes) -> Segment | None:
        level = _level(frame)
        is_speech = level > max(MIN_LEVEL, _OVER_NOISE * self._noise)
        if not is_speech:
            self._noise += _NOISE_STEP * (level - self._noise)
        if not self._frames and not is_speech:
            self._lead.append(frame)
            return None
        if not self._frames:
            self._frames = [*self._lead]
        self._frames.append(frame)
        self._loud += is_speech
        self._silent = 0 if is_speech else self._silent + 1
        is_full = len(self._frames) * FRAME_SECONDS >= MAX_SECONDS
        return self.flush() if is_full or self._silent * FRAME_SECONDS >= PAUSE_SECONDS else None


def _level(frame: bytes) -> float:
    """Return the level (RMS) of 16-bit samples, from every fourth: this runs for all participants all the time."""
    samples = array("h", frame)[::4]
    return sqrt(sum(each * each for each in samples) / len(samples))
