"""Digits that a party has sent by INFO, put into the audio for the other one by rtpengine."""

import asyncio
from array import array
from collections.abc import Coroutine
from functools import cache
from typing import Any

import structlog

from unificx.core.faults import describe_fault
from unificx.media import MediaUnavailable, tones
from unificx.media.sounds import Sound
from unificx.rtpengine.supervisor import RtpEngine

log = structlog.get_logger()
MILLISECONDS, PAUSE_MILLISECONDS = 160, 80
_ROWS, _LOW, _HIGH = ("123A", "456B", "789C", "*0#D"), (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
"""The frequencies of ITU-T Q.23 in Hz."""
_AMPLITUDE = 5000.0


class InjectedDigits:
    """Injects the digits of each leg in their order. A digit that rtpengine does not inject is lost, like the audio of
    that time."""

    def __init__(self, media: RtpEngine) -> None:
        self._media = media
        # Owner: the node that holds the call.
        self._tasks: dict[str, asyncio.Task[None]] = {}
        """The latest digit by tag, while it is injected."""

    def __len__(self) -> int:
        """Number of legs with a digit under way."""
        return len(self._tasks)

    def send_event(self, anchor: str, tag: str, digit: str) -> None:
        """Add a telephone event (RFC 4733) to the audio of a leg, whose both ends have negotiated these."""
        self._begin(tag, self._media.inject_digit(anchor, tag, digit))

    def play_tones(self, anchor: str, tag: str, digit: str) -> None:
        """Play the tones of a digit to a leg, in place of the audio for it."""
        self._begin(tag, self._play(anchor, tag, digit))

    async def _play(self, anchor: str, tag: str, digit: str) -> None:
        await asyncio.sleep(await self._media.play(anchor, tag, _sound(digit)))

    def _begin(self, tag: str, command: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(_after(self._tasks.get(tag), command))
        self._tasks[tag] = task
        task.add_done_callback(lambda done: self._ended(tag, done))

    def _ended(self, tag: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(tag) is task:
            del self._tasks[tag]


async def _after(earlier: asyncio.Task[None] | None, command: Coroutine[Any, Any, object]) -> None:
    if earlier is not None:
        await asyncio.wait((earlier,))
    try:
        await command
    except MediaUnavailable:
        log.info("digit_not_injected")
    except Exception as fault:
        log.error("digit_injection_failed", **describe_fault(fault))


@cache
def _sound(digit: str) -> Sound:
    row = next(place for place, row in enumerate(_ROWS) if digit in row)
    pair = _LOW[row], _HIGH[_ROWS[row].index(digit)]
    low, high = (tones.sine(frequency, _AMPLITUDE, MILLISECONDS * 8) for frequency in pair)
    samples = array("h", [a + b for a, b in zip(low, high, strict=True)])
    return Sound(samples.tobytes() + bytes(PAUSE_MILLISECONDS * 16))
