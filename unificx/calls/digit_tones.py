"""Digits that a party has sent by INFO, played to the other one as tones by rtpengine."""

import asyncio
from array import array
from collections import deque
from collections.abc import Callable
from functools import cache

import structlog

from unificx.core.access import SIP_ACCESS
from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
from unificx.media import MediaUnavailable, tones
from unificx.media.sounds import Sound
from unificx.rtpengine.supervisor import RtpEngine

log = structlog.get_logger()
MAX_WAITING = 32
"""Digits for a leg: more than a person presses before the first has been played."""
MILLISECONDS, PAUSE_MILLISECONDS = 160, 80
_AMPLITUDE = 5000.0


class DigitTones:
    """Plays the digits for each leg in their order. A digit that rtpengine does not play is lost, and so are those that
    arrive while `MAX_WAITING` for their leg wait. They replace other sounds that are played to the leg: `on_playing`
    receives its call and tag when a tone begins, `on_played` after the last one."""

    def __init__(
        self, media: RtpEngine, on_playing: Callable[[str, str], None], on_played: Callable[[str, str], None]
    ) -> None:
        self._media = media
        self._on_playing = on_playing
        self._on_played = on_played
        self._tasks = BackgroundTasks(SIP_ACCESS)
        # Owner: the node that holds the call.
        self._waiting: dict[str, deque[tuple[str, str]]] = {}
        """Anchor and digit by tag, from the first digit until all are played."""

    def __len__(self) -> int:
        """Number of legs with a digit under way."""
        return len(self._waiting)

    async def close(self) -> None:
        """Cancel what is played."""
        await self._tasks.close()

    def play(self, call_id: str, anchor: str, tag: str, digit: str) -> None:
        """Play the tones of a digit to a leg, in place of the audio for it."""
        waiting = self._waiting.get(tag)
        if waiting is None:
            self._waiting[tag] = deque(((anchor, digit),))
            self._tasks.spawn(self._play(call_id, tag))
        elif len(waiting) < MAX_WAITING:
            waiting.append((anchor, digit))

    async def _play(self, call_id: str, tag: str) -> None:
        waiting = self._waiting[tag]
        try:
            while waiting:
                await self._play_digit(call_id, tag, *waiting.popleft())
        finally:
            del self._waiting[tag]
        self._on_played(call_id, tag)

    async def _play_digit(self, call_id: str, tag: str, anchor: str, digit: str) -> None:
        try:
            seconds = await self._media.play(anchor, tag, _sound(digit))
            self._on_playing(call_id, tag)
            await asyncio.sleep(seconds)
        except MediaUnavailable:
            log.info("digit_not_played")
        except Exception as fault:
            log.error("digit_failed", **describe_fault(fault))


@cache
def _sound(digit: str) -> Sound:
    row, column = divmod(tones.KEYS.index(digit), len(tones.COLUMN_HERTZ))
    pair = tones.ROW_HERTZ[row], tones.COLUMN_HERTZ[column]
    low, high = (tones.sine(frequency, _AMPLITUDE, MILLISECONDS * 8) for frequency in pair)
    samples = array("h", [a + b for a, b in zip(low, high, strict=True)])
    return Sound(samples.tobytes() + bytes(PAUSE_MILLISECONDS * 16))
