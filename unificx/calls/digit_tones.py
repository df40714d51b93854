"""Digits that a party has sent by INFO, played to the other one as tones by rtpengine."""

import asyncio
from array import array
from collections import deque
from functools import cache

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
from unificx.media import MediaUnavailable, tones
from unificx.media.sounds import Sound
from unificx.rtpengine.supervisor import RtpEngine

log = structlog.get_logger()
MAX_WAITING = 32
"""Digits for a leg: more than a person presses before the first has been played."""
MILLISECONDS, PAUSE_MILLISECONDS = 160, 80
_ROWS, _LOW, _HIGH = ("123A", "456B", "789C", "*0#D"), (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
"""The frequencies of ITU-T Q.23 in Hz."""
_AMPLITUDE = 5000.0


class DigitTones:
    """Plays the digits for each leg in their order. A digit that rtpengine does not play is lost, and so are those that
    arrive while `MAX_WAITING` for their leg wait."""

    def __init__(self, media: RtpEngine) -> None:
        self._media = media
        self._tasks = BackgroundTasks()
        # Owner: the node that holds the call.
        self._waiting: dict[str, deque[tuple[str, str]]] = {}
        """Anchor and digit by tag, from the first digit until all are played."""

    def __len__(self) -> int:
        """Number of legs with a digit under way."""
        return len(self._waiting)

    def play(self, anchor: str, tag: str, digit: str) -> None:
        """Play the tones of a digit to a leg, in place of the audio for it."""
        waiting = self._waiting.get(tag)
        if waiting is None:
            self._waiting[tag] = deque(((anchor, digit),))
            self._tasks.spawn(self._play(tag))
        elif len(waiting) < MAX_WAITING:
            waiting.append((anchor, digit))

    async def _play(self, tag: str) -> None:
        waiting = self._waiting[tag]
        while waiting:
            anchor, digit = waiting.popleft()
            try:
                await asyncio.sleep(await self._media.play(anchor, tag, _sound(digit)))
            except MediaUnavailable:
                log.info("digit_not_played")
            except Exception as fault:
                log.error("digit_failed", **describe_fault(fault))
        del self._waiting[tag]


@cache
def _sound(digit: str) -> Sound:
    row = next(place for place, row in enumerate(_ROWS) if digit in row)
    pair = _LOW[row], _HIGH[_ROWS[row].index(digit)]
    low, high = (tones.sine(frequency, _AMPLITUDE, MILLISECONDS * 8) for frequency in pair)
    samples = array("h", [a + b for a, b in zip(low, high, strict=True)])
    return Sound(samples.tobytes() + bytes(PAUSE_MILLISECONDS * 16))
