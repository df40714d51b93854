"""The video of a room that is worth showing at the moment, for its recording."""

import asyncio
import contextlib
from collections.abc import Callable

from unificx.conferencing import Meeting, MeetingVideos, Room
from unificx.core.clock import Clock
from unificx.core.errors import DomainError
from unificx.media.vp8 import Frame
from unificx.recording.video_receiver import VideoReceiver

MIN_SECONDS = 2.0
"""Seconds for which a video is shown at least, as long as it exists."""


def choose_video(meeting: Meeting | None, speaker: str, shown: str | None) -> str | None:
    """Return the id of the video to show: a shared screen, else the camera of the `speaker`, else the one that is
    `shown`, else any."""
    members = meeting.members if meeting is not None else ()
    videos = [(member.id, video) for member in members for video in member.videos]
    orders = (
        lambda owner, video: video.source == "screen",
        lambda owner, video: owner == speaker,
        lambda owner, video: video.id == shown,
        lambda owner, video: True,
    )
    return next((video.id for wanted in orders for owner, video in videos if wanted(owner, video)), None)


class ActiveVideo:
    """Follows the videos of a room from `start` to `stop`. Between two videos there is no gap: the earlier one is shown
    until the first key frame of the next."""

    def __init__(self, videos: MeetingVideos, room: Room, clock: Clock) -> None:
        self._videos = videos
        self._room = room
        self._clock = clock
        self._on_frame: Callable[[Frame], None] | None = None
        # Owner: the node that holds the meeting.
        self._receivers: dict[str, tuple[VideoReceiver, str]] = {}
        """Receivers and subscriptions by video."""
        self._speaker = ""
        self._wanted: str | None = None
        self._shown: str | None = None
        self._shown_since = float("-inf")
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, on_frame: Callable[[Frame], None]) -> None:
        """Show the videos: call `on_frame` with each frame."""
        self._on_frame = on_frame
        self._task = asyncio.create_task(self._follow())

    def stop(self) -> None:
        """Stop immediately: no frame follows."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._on_frame = self._wanted = self._shown = None
        for video_id in tuple(self._receivers):
            self._close(video_id)

    def update(self, speaker: str | None = None) -> None:
        """The videos of the room have changed, or the participant who speaks: the new `speaker`, "" for none."""
        self._speaker = speaker if speaker is not None else self._speaker
        self._changed.set()

    async def _follow(self) -> None:
        while True:
            self._changed.clear()
            self._wanted, wait = self._choose()
            if self._wanted is not None and self._wanted not in self._receivers:
                await self._open(self._wanted)
            for video_id in tuple(self._receivers):
                if video_id not in (self._wanted, self._shown):
                    self._close(video_id)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait)

    def _choose(self) -> tuple[str | None, float | None]:
        """Return the video to show, and the seconds after which to choose again."""
        meeting = self._videos.meetings.state_of(self._room.id)
        present = {video.id for member in (meeting.members if meeting is not None else ()) for video in member.videos}
        if self._shown not in present:
            self._shown = None
        wanted = choose_video(meeting, self._speaker, self._shown)
        left = self._shown_since + MIN_SECONDS - self._clock.monotonic()
        if self._shown is not None and wanted != self._shown and left > 0:
            return self._shown, left
        return wanted, None

    async def _open(self, video_id: str) -> None:
        """Receive a video. One that has ended meanwhile, or cannot be had, is left out until the next change."""
        ssrc = int.from_bytes(self._clock.random_bytes(4), "big")
        receiver = VideoReceiver(self._clock, ssrc, lambda frame: self._show(video_id, frame))
        try:
            subscription, video = await self._videos.subscribe_recorder(self._room, video_id, await receiver.open())
        except DomainError:
            receiver.close()
            return
        except BaseException:
            receiver.close()
            raise
        receiver.accept(video)
        self._receivers[video_id] = (receiver, subscription)

    def _close(self, video_id: str) -> None:
        receiver, subscription = self._receivers.pop(video_id)
        receiver.close()
        self._videos.unsubscribe_recorder(self._room, video_id, subscription)

    def _show(self, video_id: str, frame: Frame) -> None:
        if video_id not in (self._shown, self._wanted) or self._on_frame is None:
            return
        if video_id != self._shown:
            if not frame.key:
                return
            self._shown, self._shown_since = video_id, self._clock.monotonic()
            self._changed.set()  # the one before is not needed any more
        self._on_frame(frame)
