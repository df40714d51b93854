"""The queue in front of the recognizer, which takes one piece of speech at a time."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from unificx.audio_store import TranscriptionFailed
from unificx.captions.events import CaptionRecognized, CaptionsBehind
from unificx.captions.ports import LiveTranscriber
from unificx.captions.segmenter import Segment
from unificx.conferencing import Room
from unificx.core.clock import Clock
from unificx.core.faults import describe_fault

log = structlog.get_logger()
MAX_WAITING = 8
"""Pieces that wait at most, of all meetings: 48 seconds of speech, 1.5 MB. The oldest is dropped for a new one."""
MAX_AGE = 12.0
"""Seconds after which a piece that waits is dropped: its text would be too late."""
MAX_TEXT = 400
"""Characters of a caption."""


@dataclass(frozen=True, slots=True)
class _Spoken:
    room: Room
    participant_id: str
    segment: Segment
    at: float
    is_wanted: Callable[[], bool]


class RecognitionQueue:
    """Has pieces of speech recognized, and publishes their texts. Nothing is stored."""

    def __init__(self, transcriber: LiveTranscriber, clock: Clock, publish: Callable[[object], None]) -> None:
        self._transcriber, self._clock, self._publish = transcriber, clock, publish
        # Owner: this node.
        self._waiting: deque[_Spoken] = deque()
        self._changed = asyncio.Event()

    def put(self, room: Room, participant_id: str, segment: Segment, is_wanted: Callable[[], bool]) -> None:
        """Queue a piece. `is_wanted` is asked before it is recognized and before its text is published."""
        if len(self._waiting) >= MAX_WAITING:
            self._publish(CaptionsBehind(self._waiting.popleft().room))
        self._waiting.append(_Spoken(room, participant_id, segment, self._clock.monotonic(), is_wanted))
        self._changed.set()

    def forget(self, room_id: str) -> None:
        """Drop what waits of a room."""
        self._waiting = deque(each for each in self._waiting if each.room.id != room_id)

    async def run(self) -> None:
        """Recognize what is queued until cancelled."""
        try:
            while True:
                while not self._waiting:
                    self._changed.clear()
                    await self._changed.wait()
                await self._recognize(self._waiting.popleft())
        finally:
            self._waiting.clear()
            await self._transcriber.close()

    async def _recognize(self, one: _Spoken) -> None:
        if not one.is_wanted():
            return
        if self._clock.monotonic() - one.at > MAX_AGE:
            self._publish(CaptionsBehind(one.room))
            return
        text = ""
        try:
            text = await self._transcriber.recognize(one.segment.pcm, one.segment.rate)
        except TranscriptionFailed as fault:
            log.warning("speech_not_recognized", room=one.room.id, **describe_fault(fault))
            self._publish(CaptionsBehind(one.room))
        text = " ".join(text.split())[:MAX_TEXT]
        if text and one.is_wanted():
            self._publish(CaptionRecognized(one.room, one.participant_id, text))
