"""Capture into recordings: while consent allows it, audio is written into a recording that its legs own.

The same for calls and conferences. They differ in the legs that may share a recording and in how audio is obtained.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from unificx.core.errors import StorageFull
from unificx.db import ErasedSubject
from unificx.media import MediaUnavailable
from unificx.recording.archive import CallRecordingWriter, RecordingArchive
from unificx.recording.recording_tasks import RecordingTasks
from unificx.recording.schemas import MarkKind, NewCallRecording, RecordingEndReason


class Segment(Protocol):
    """Uninterrupted capture into a recording. `has_audio`: anything was written."""

    has_audio: bool

    def stop(self, *, discard: bool = False) -> None:
        """Stop immediately: later audio is not recorded; with `discard`, audio not yet written is discarded."""
        ...

    async def flush(self) -> None:
        """Wait until audio from before `stop` is written. Never raises."""
        ...

    async def end(self) -> None:
        """Stop and flush, including audio that is still on its way."""
        ...


class CaptureSource(Protocol):
    """The audio of a call or of a conference."""

    def may_capture(self) -> bool:
        """Whether consent allows capturing now."""
        ...

    def owners(self) -> tuple[str, ...]:
        """Return the names of the legs that would own a recording that begins now."""
        ...

    def is_owned_by(self, owners: tuple[str, ...]) -> bool:
        """Whether what is captured now belongs into a recording of these legs."""
        ...

    def new_recording(self) -> NewCallRecording: ...

    async def prepare(self) -> None:
        """Make the audio available. Raises MediaUnavailable."""
        ...

    def open_segment(self, writer: CallRecordingWriter) -> Segment: ...


class Capture:
    """Starts, stops and stores. `fail` is called with the reason if capture cannot go on. `pause_marks` are the marks
    for the reasons of a stop."""

    def __init__(
        self,
        archive: RecordingArchive,
        source: CaptureSource,
        tasks: RecordingTasks,
        fail: Callable[[str], None],
        pause_marks: Mapping[str, MarkKind],
    ) -> None:
        self.writer: CallRecordingWriter | None = None
        """The current recording."""
        self.owners: tuple[str, ...] = ()
        """The legs that own the current recording."""
        self.segment: Segment | None = None
        """The segment in progress."""
        self.has_recording = False
        """Whether anything was recorded."""
        self._archive = archive
        self._source = source
        self._tasks = tasks
        self._fail = fail
        self._pause_marks = pause_marks
        self._last: Segment | None = None
        self._lock = asyncio.Lock()

    async def start(self, *, new_recording: bool = False) -> None:
        """Start or continue capturing, if consent still allows it; with `new_recording`, in a new one."""
        async with self._lock:
            if not self._may_start():
                return
            if self.writer is not None and (new_recording or not self._source.is_owned_by(self.owners)):
                await self._store("changed")
            resumes = self.writer is not None
            try:
                if self.writer is None:
                    owners, new = self._source.owners(), self._source.new_recording()
                    self.writer, self.owners = await self._archive.begin(new), owners
                await self._source.prepare()
            except (MediaUnavailable, ErasedSubject):
                self._fail("fault")
                return
            # Checked again after every await: legs and consent may have changed. Then another action starts capturing.
            if resumes and self._may_start():
                await self.writer.mark("resumed")
            self._open_segment()

    def stop(self, why: str, *, discard: bool = False) -> None:
        """Stop capturing immediately, whatever is still in progress."""
        segment = self.release()
        if segment is not None:
            segment.stop(discard=discard)
            self._tasks.spawn(self._mark_pause(segment, self._pause_marks.get(why)))

    def release(self) -> Segment | None:
        """Forget the segment in progress, and return it."""
        segment, self.segment = self.segment, None
        self._record_audio(segment)
        return segment

    async def bridge_gap(self, restore: Callable[[], Awaitable[int]], now: Callable[[], float], *, lost: bool) -> None:
        """Mark a gap, after `restore` has made the audio available again; it returns the sample rate in Hz. If the
        segment was `lost`, the gap becomes silence and a new segment is opened."""
        async with self._lock:
            if self.writer is None:
                return
            since, segment = now(), self.segment
            if lost and segment is not None:
                await segment.end()  # what was received until then comes before the silence
                self.release()
            try:
                rate = await restore()
            except MediaUnavailable:
                self._fail("fault")
                return
            await self.writer.mark("gap")
            if lost and self._may_start():
                channels = 1 if self.writer.new.mixed else 2
                try:
                    await self.writer.write(bytes(2 * channels * int((now() - since) * rate)), rate)
                except StorageFull:
                    self._fail("full")
                    return
                self._open_segment()

    async def finish(self, end: RecordingEndReason) -> None:
        """Store the recording. A segment in progress is ended, so that the remaining audio is included."""
        async with self._lock:
            if self.segment is not None:
                await self.segment.end()
                self.release()
            await self._store(end)

    def _may_start(self) -> bool:
        return self._source.may_capture() and self.segment is None

    def _open_segment(self) -> None:
        writer = self.writer
        if writer is not None and self._may_start() and self._source.is_owned_by(self.owners):
            self.segment = self._last = self._source.open_segment(writer)

    async def _mark_pause(self, segment: Segment, kind: MarkKind | None) -> None:
        async with self._lock:
            await segment.flush()
            self._record_audio(segment)
            if kind is not None and self.writer is not None:
                await self.writer.mark(kind)

    async def _store(self, end: RecordingEndReason) -> None:
        if self._last is not None:
            await self._last.flush()
        writer, self.writer = self.writer, None
        if writer is not None:
            await writer.finish(end)

    def _record_audio(self, segment: Segment | None) -> None:
        self.has_recording = self.has_recording or (segment is not None and segment.has_audio)
