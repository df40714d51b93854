"""Listening to a room: what is said in it, carried into a recording, over the loss of the media engine."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from unificx.kernel.clock import Clock
from unificx.kernel.errors import NoRoom
from unificx.recorder.ports import RoomEars, Tap
from unificx.recordings import Made

TRIES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between two tries to listen again, after the media engine was lost: its rooms come back with their legs."""


@dataclass(slots=True)
class RoomTrack:
    """A recording of a room, and the rate of what is in it: 0 while nothing is."""

    made: Made
    rate: int = 0


class RoomSegment:
    """What is said in a room, carried into a recording until it is `shut`. `names` are those taps have, one each.

    `began` is told once something is kept; `broken` once if it ends otherwise: "full" if there is no room, "rate" if
    what is said now needs a recording of its own, "fault" if nothing can be heard any more.
    """

    def __init__(self, ears: RoomEars, room: str, names: Iterator[str], track: RoomTrack, clock: Clock) -> None:
        self.began: Callable[[], None] = lambda: None
        self.broken: Callable[[str], None] = lambda why: None
        self._ears = ears
        self._room = room
        self._names = names
        self._track = track
        self._clock = clock
        self._tap = ""
        self._said = False
        self._lost_at: float | None = None
        self._over = asyncio.Event()
        self._carrying = asyncio.create_task(self._carry(self._listen()))

    def shut(self) -> None:
        """At once: nothing that is said from now on is kept."""
        if not self._over.is_set():
            self._over.set()
            self._ears.end(self._tap)

    async def written(self) -> None:
        """Return once what was said before it was shut is in the recording. Raises nothing."""
        await asyncio.wait((self._carrying,))

    def _listen(self) -> Tap:
        self._tap = next(self._names)
        return self._ears.record(self._tap, room=self._room)

    async def _carry(self, tap: Tap) -> None:
        tries = iter(TRIES)
        try:
            while True:
                if await self._hear(tap):
                    tries = iter(TRIES)
                wait = next(tries, None)
                if self._over.is_set() or tap.reason in ("ended", "closed"):
                    return
                if wait is None:
                    self.broken("fault")
                    return
                self._lost_at = self._clock.monotonic() if self._lost_at is None else self._lost_at
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._over.wait(), wait)
                    return
                tap = self._listen()
        except NoRoom:
            self.shut()
            self.broken("full")

    async def _hear(self, tap: Tap) -> bool:
        """Whether anything came of it before it ended."""
        heard, track = False, self._track
        async for piece in tap:
            if self._over.is_set():
                continue
            if piece.rate != (track.rate or piece.rate):
                self.shut()
                self.broken("rate")
                continue
            heard, track.rate = True, piece.rate
            if self._lost_at is not None:
                await self._silence()
            await track.made.write(piece.pcm, piece.rate)
            if not self._said:
                self._said = True
                self.began()
        return heard

    async def _silence(self) -> None:
        """What was lost stays a silence, so that what is said after it is at its time, and a mark."""
        assert self._lost_at is not None
        seconds, self._lost_at = self._clock.monotonic() - self._lost_at, None
        await self._track.made.mark("gap")
        await self._track.made.write(bytes(2 * int(seconds * self._track.rate)), self._track.rate)
