"""Digits that a party has sent by INFO, put into the audio for the other one by rtpengine."""

import asyncio
from array import array
from collections import deque
from collections.abc import Awaitable, Callable
from functools import cache, partial

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
from unificx.media import MediaUnavailable, tones
from unificx.media.sounds import Sound
from unificx.rtpengine.supervisor import RtpEngine

log = structlog.get_logger()
Command = Callable[[], Awaitable[object]]
MAX_WAITING = 32
"""Digits of a leg: more than a person presses before the first is heard."""
MILLISECONDS, PAUSE_MILLISECONDS = 160, 80
_ROWS, _LOW, _HIGH = ("123A", "456B", "789C", "*0#D"), (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
"""The frequencies of ITU-T Q.23 in Hz."""
_AMPLITUDE = 5000.0


class InjectedDigits:
    """Injects the digits of each leg in their order. A digit that rtpengine does not inject is lost, like the audio of
    that time, and so are those that arrive while `MAX_WAITING` of their leg wait."""

    def __init__(self, media: RtpEngine) -> None:
        self._media = media
        self._tasks = BackgroundTasks()
        # Owner: the node that holds the call.
        self._waiting: dict[str, deque[Command]] = {}
        """By tag, from the first digit until all are injected."""

    def __len__(self) -> int:
        """Number of legs with a digit under way."""
        return len(self._waiting)

    def send_event(self, anchor: str, tag: str, digit: str) -> None:
        """Add a telephone event (RFC 4733) to the audio of a leg, whose both ends have negotiated these."""
        self._add(tag, partial(self._media.inject_digit, anchor, tag, digit))

    def play_tones(self, anchor: str, tag: str, digit: str) -> None:
        """Play the tones of a digit to a leg, in place of the audio for it."""
        self._add(tag, partial(self._play, anchor, tag, digit))

    async def _play(self, anchor: str, tag: str, digit: str) -> None:
        await asyncio.sleep(await self._media.play(anchor, tag, _sound(digit)))

    def _add(self, tag: str, command: Command) -> None:
        waiting = self._waiting.get(tag)
        if waiting is None:
            self._waiting[tag] = deque((command,))
            self._tasks.spawn(self._execute(tag))
        elif len(waiting) < MAX_WAITING:
            waiting.append(command)

    async def _execute(self, tag: str) -> None:
        waiting = self._waiting[tag]
        while waiting:
            try:
                await waiting.popleft()()
            except MediaUnavailable:
                log.info("digit_not_injected")
            except Exception as fault:
                log.error("digit_injection_failed", **describe_fault(fault))
        del self._waiting[tag]


@cache
def _sound(digit: str) -> Sound:
    row = next(place for place, row in enumerate(_ROWS) if digit in row)
    pair = _LOW[row], _HIGH[_ROWS[row].index(digit)]
    low, high = (tones.sine(frequency, _AMPLITUDE, MILLISECONDS * 8) for frequency in pair)
    samples = array("h", [a + b for a, b in zip(low, high, strict=True)])
    return Sound(samples.tobytes() + bytes(PAUSE_MILLISECONDS * 16))
