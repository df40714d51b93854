"""Conference capture: writes a room's audio into a recording, across restarts of the media engine."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from unificx.core.clock import Clock
from unificx.core.errors import StorageFull
from unificx.recording.archive import Made
from unificx.recording.ports import RoomEars, Tap

TRIES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Delays in seconds between attempts to resubscribe after the media engine restarted: its rooms return with their
legs."""


@dataclass(slots=True)
class RoomTrack:
    """A conference recording and its sample rate; 0 while it is empty."""

    made: Made
    rate: int = 0


class RoomSegment:
    """Writes a room's audio into a recording until `stop`. `tap_names` are names for taps.

    `on_started` is called once anything is recorded; `on_failed` once on a failure: "full" if there is no space, "rate"
    if the sample rate changed and a new recording is needed, "fault" if the room is unreachable.
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
        """Stop immediately: later audio is not recorded."""
        if not self._over.is_set():
            self._over.set()
            self._ears.end(self._tap)

    async def written(self) -> None:
        """Wait until audio from before `stop` is written. Never raises."""
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
        except StorageFull:
            self.shut()
            self.broken("full")

    async def _hear(self, tap: Tap) -> bool:
        """Consume a tap until it ends; return whether it delivered audio."""
        received, track = False, self._track
        async for piece in tap:
            if self._over.is_set():
                continue
            if piece.rate != (track.rate or piece.rate):
                self.shut()
                self.broken("rate")
                continue
            received, track.rate = True, piece.rate
            if self._lost_at is not None:
                await self._silence()
            await track.made.write(piece.pcm, piece.rate)
            if not self._said:
                self._said = True
                self.began()
        return received

    async def _silence(self) -> None:
        """Write a gap mark and silence for lost audio, so that later audio keeps its position."""
        assert self._lost_at is not None
        seconds, self._lost_at = self._clock.monotonic() - self._lost_at, None
        await self._track.made.mark("gap")
        await self._track.made.write(bytes(2 * int(seconds * self._track.rate)), self._track.rate)
