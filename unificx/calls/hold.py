"""Music on hold: whoever is kept waiting hears it until the other comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from unificx.calls.contracts import Talk, TalkLeg
from unificx.kernel.clock import Clock
from unificx.media import MediaUnavailable
from unificx.media.sounds import Sound

log = structlog.get_logger()
TIMES = 1000
"""How often the music is played through before nobody can be there any more."""
INTERRUPTED = -1
"""In the place of how often the media were made: they are what they were, but play something else."""


def held(talk: Talk) -> TalkLeg | None:
    """The one who is kept waiting by the other; nobody is, while both hold or neither does. Whoever is held by
    `a=inactive` has to answer with the same (RFC 3264 section 6.1), and so is sent nothing: he holds too."""
    if talk.caller.holds == talk.callee.holds:
        return None
    return talk.callee if talk.caller.holds else talk.caller


class Plays(Protocol):
    """Plays to one party of a call; may raise media.MediaUnavailable."""

    async def play(self, anchor: str, tag: str, sound: Sound, *, times: int = 1, start: float = 0.0) -> float: ...
    async def stop(self, anchor: str, tag: str) -> None: ...


Music = Callable[[str], Awaitable[Sound | None]]
"""An organisation's music, by its id; None where it wants silence."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Somebody who hears music; `descriptions` and `made` change when the media are made or described anew."""

    tenant_id: str
    anchor: str
    tag: str
    descriptions: tuple[bytes, bytes]
    made: int


@dataclass(slots=True)
class _Line:
    """One call. `wanted` is who should hear music, `playing` who does."""

    wanted: _Waiting | None = None
    playing: _Waiting | None = None
    since: float = 0.0
    resume: asyncio.TimerHandle | None = None
    task: asyncio.Task[None] | None = None


class HoldMusic:
    """Fills `Overhears`. What it asks of the media is asked in turn, so that a stop never overtakes its play."""

    def __init__(self, media: Plays, music: Music, clock: Clock) -> None:
        self._media = media
        self._music = music
        self._clock = clock
        self._lines: dict[str, _Line] = {}

    def __len__(self) -> int:
        """How many calls there are in which somebody waits, or did a moment ago."""
        return len(self._lines)

    def talks(self, talk: Talk) -> None:
        leg = held(talk)
        descriptions = talk.caller.sdp, talk.callee.sdp
        self._want(
            talk.call_id,
            _Waiting(talk.tenant_id, talk.anchor, leg.tag, descriptions, talk.made) if leg is not None else None,
        )

    def apart(self, call_id: str) -> None:
        self._want(call_id, None)

    def pressed(self, call_id: str, tag: str, key: str) -> None:
        """Keys mean nothing here."""

    def over(self, call_id: str) -> bool:
        """The media end with the call, and the music with them."""
        line = self._lines.pop(call_id, None)
        if line is not None and line.task is not None:
            line.task.cancel()
        if line is not None and line.resume is not None:
            line.resume.cancel()
        return False

    def interrupted(self, call_id: str, tag: str, seconds: float) -> None:
        """Somebody hears something else for so long, in the place of any music: that comes back after it."""
        line = self._lines.get(call_id)
        if line is None or line.wanted is None or line.wanted.tag != tag:
            return
        if line.resume is not None:
            line.resume.cancel()
        line.resume = asyncio.get_running_loop().call_later(seconds, self._resume, call_id, line)

    def _resume(self, call_id: str, line: _Line) -> None:
        line.resume = None
        if line.playing is not None:
            line.playing = replace(line.playing, made=INTERRUPTED)
            self._want(call_id, line.wanted)

    def _want(self, call_id: str, wanted: _Waiting | None) -> None:
        line = self._lines.get(call_id)
        if line is None:
            if wanted is None:
                return
            line = self._lines[call_id] = _Line()
        line.wanted = wanted
        if line.task is None:
            line.task = asyncio.get_running_loop().create_task(self._follow(call_id, line))

    async def _follow(self, call_id: str, line: _Line) -> None:
        """Until what is played is what is wanted."""
        while line.playing != line.wanted:
            wanted = line.wanted
            try:
                await self._change(line, wanted)
            except MediaUnavailable:  # no music is no reason to end a call
                pass
            except Exception as fault:
                log.error("hold_music_failed", kind=type(fault).__name__)
            line.playing = wanted
        line.task = None
        if line.wanted is None and self._lines.get(call_id) is line:
            del self._lines[call_id]

    async def _change(self, line: _Line, wanted: _Waiting | None) -> None:
        before = line.playing
        if before is not None and (wanted is None or (before.anchor, before.tag) != (wanted.anchor, wanted.tag)):
            await self._media.stop(before.anchor, before.tag)
        if wanted is None:
            return
        sound = await self._music(wanted.tenant_id)
        if sound is None:
            return
        now = self._clock.monotonic()
        if before is None or before.tag != wanted.tag:
            line.since = now
        start = (now - line.since) % sound.seconds
        await self._media.play(wanted.anchor, wanted.tag, sound, times=TIMES, start=start)
