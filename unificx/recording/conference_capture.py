"""Conference capture: writes a room's audio into a recording, across restarts of the media engine."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from unificx.core.clock import Clock
from unificx.core.errors import StorageFull
from unificx.media_worker.client import MediaEngineClient, TapStream
from unificx.recording.archive import CallRecordingWriter

RETRY_DELAYS = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Delays in seconds between attempts to resubscribe after the media engine restarted: its rooms return with their
legs."""


@dataclass(slots=True)
class ConferenceTrack:
    """A conference recording and its sample rate; 0 while it is empty."""

    writer: CallRecordingWriter
    rate: int = 0


@dataclass(frozen=True, slots=True)
class ConferenceSegmentDependencies:
    """Where audio is captured: `room` of the media engine, by taps with these names."""

    engine: MediaEngineClient
    room: str
    tap_names: Iterator[str]
    clock: Clock


class ConferenceSegment:
    """Writes a room's audio into a recording until `stop`.

    `on_started` is called once anything is recorded; `on_stopped` at the end; `on_failed` once on a failure: "full" if
    there is no space, "rate" if the sample rate changed and a new recording is needed, "fault" if there is no room.
    """

    def __init__(
        self,
        deps: ConferenceSegmentDependencies,
        track: ConferenceTrack,
        *,
        on_started: Callable[[], None],
        on_failed: Callable[[str], None],
        on_stopped: Callable[[], None],
    ) -> None:
        self.has_audio = False
        """Whether anything was written."""
        self._on_started = on_started
        self._on_failed = on_failed
        self._on_stopped = on_stopped
        self._engine = deps.engine
        self._room = deps.room
        self._names = deps.tap_names
        self._track = track
        self._clock = deps.clock
        self._tap = ""
        self._lost_at: float | None = None
        self._stopped = asyncio.Event()
        self._task = asyncio.create_task(self._capture(self._open_tap()))

    def stop(self, *, discard: bool = False) -> None:
        """Stop immediately: later audio is not recorded. Nothing is held back that could be discarded."""
        del discard
        if not self._stopped.is_set():
            self._stopped.set()
            self._on_stopped()
            self._engine.end(self._tap)

    async def flush(self) -> None:
        """Wait until audio from before `stop` is written. Never raises."""
        await asyncio.wait((self._task,))

    async def end(self) -> None:
        """Stop and flush."""
        self.stop()
        await self.flush()

    def _open_tap(self) -> TapStream:
        self._tap = next(self._names)
        return self._engine.record(self._tap, room=self._room)

    async def _capture(self, tap: TapStream) -> None:
        delays = iter(RETRY_DELAYS)
        try:
            while True:
                if await self._consume(tap):
                    delays = iter(RETRY_DELAYS)
                delay = next(delays, None)
                if self._stopped.is_set() or tap.reason in ("ended", "closed"):
                    return
                if delay is None:
                    self._on_failed("fault")
                    return
                self._lost_at = self._clock.monotonic() if self._lost_at is None else self._lost_at
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), delay)
                    return
                tap = self._open_tap()
        except StorageFull:
            self.stop()
            self._on_failed("full")

    async def _consume(self, tap: TapStream) -> bool:
        """Consume a tap until it ends; return whether it delivered audio."""
        received, track = False, self._track
        async for piece in tap:
            if self._stopped.is_set():
                continue
            if piece.rate != (track.rate or piece.rate):
                self.stop()
                self._on_failed("rate")
                continue
            received, track.rate = True, piece.rate
            if self._lost_at is not None:
                await self._write_gap()
            await track.writer.write(piece.pcm, piece.rate)
            if not self.has_audio:
                self.has_audio = True
                self._on_started()
        return received

    async def _write_gap(self) -> None:
        """Write a gap mark and silence for lost audio, so that later audio keeps its position."""
        assert self._lost_at is not None
        seconds, self._lost_at = self._clock.monotonic() - self._lost_at, None
        await self._track.writer.mark("gap")
        await self._track.writer.write(bytes(2 * int(seconds * self._track.rate)), self._track.rate)
