"""Videos of meetings: published by participants and forwarded to those who subscribe. Sound is not part of them.

The meeting's state machine decides who may publish, and its state says which videos exist. This service sets up their
forwarding and ends that of everything which has left the state.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from unificx.cluster import Count, CounterKind, Counters
from unificx.conferencing.events import ConferenceChanged
from unificx.conferencing.machine import events_and_actions
from unificx.conferencing.machine.meeting import video_refusal
from unificx.conferencing.machine.meeting_state import Meeting, MemberState
from unificx.conferencing.manager import ConferenceManager
from unificx.conferencing.schemas import Room, Video, VideoQuality, VideoSource, VideoStatus
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound, ServiceUnavailable, TooManyRequests
from unificx.core.rate_limit import TokenBucket
from unificx.media.errors import MediaUnavailable
from unificx.rtpengine.video_forwarding import VideoForwarder
from unificx.sdp import PlainVideo, video_only, with_extensions_of

ANCHOR_PREFIX = "video/"
"""Prefix of our names of videos in the relay."""
MAX_SUBSCRIPTIONS = 16
"""Subscriptions of a participant at a time."""
RECORDER = "recorder"
"""Stands for a participant in the subscriptions of the recorder."""
CAPACITY, RATE = 60.0, 2.0
"""Connections that a participant may set up at once, and from then on per second."""
_CONNECTIONS = CounterKind("meeting video connections", 20_000)


@dataclass(frozen=True, slots=True)
class VideoConnection:
    """A connection to set up. `sdp`: the answer to a publisher, or the offer to a subscriber."""

    id: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class _Subscription:
    participant: str
    quality: VideoQuality


@dataclass(slots=True)
class _Publication:
    room: Room
    participant: str
    video: Video
    subscriptions: dict[str, _Subscription] = field(default_factory=dict[str, _Subscription])

    @property
    def anchor(self) -> str:
        return ANCHOR_PREFIX + self.video.id

    @property
    def quality(self) -> VideoQuality:
        wanted = {each.quality for each in self.subscriptions.values()}
        return "high" if "high" in wanted else "low" if "low" in wanted else "off"


class MeetingVideos:
    """Videos of all meetings of this process. `participant`: the id of the requester in the meeting."""

    def __init__(
        self,
        meetings: ConferenceManager,
        forwarder: VideoForwarder,
        counters: Counters,
        clock: Clock,
        publish: Callable[[object], None],
    ) -> None:
        self.meetings = meetings
        self._forwarder = forwarder
        self._counters = counters
        self._clock = clock
        self._publish = publish
        # Owner: the node that holds the meeting: by room, then by id of the video.
        self._rooms: dict[str, dict[str, _Publication]] = {}

    def list(self, room: Room) -> tuple[VideoStatus, ...]:
        """Return the published videos of a room."""
        return tuple(
            VideoStatus(each.video.id, each.participant, each.video.source, each.quality)
            for each in self._rooms.get(room.id, {}).values()
        )

    async def publish(
        self, room: Room, participant: str, source: VideoSource, sdp: bytes, address: str, *, again: bool = False
    ) -> VideoConnection:
        """Publish a video; it replaces the participant's earlier one of this source. `address`: where `sdp` came from.
        `again`: it was lost; refused if a host has stopped it.

        Raises Forbidden, Conflict if a limit is reached, Invalid, TooManyRequests, ServiceUnavailable.
        """
        video = Video(self._clock.new_id(), source)
        self._check(room, participant, video, again=again)
        await self._limit(room, participant)
        offer = _checked(sdp, address)
        publication = _Publication(room, participant, video)
        try:
            answer = await self._forwarder.publish(publication.anchor, offer)
        except MediaUnavailable as fault:
            raise _refused(fault) from None
        self._rooms.setdefault(room.id, {})[video.id] = publication
        if self.meetings.handle_event(room.id, events_and_actions.VideoRequested(participant, video, again)) or (
            self.meetings.state_of(room.id) is None
        ):
            self._end(publication)
            self._check(room, participant, video, again=again)
        return VideoConnection(video.id, with_extensions_of(answer, offer))

    def stop(self, room: Room, by: str, video_id: str) -> None:
        """Stop a video: one's own, or that of another participant as a host. Raises NotFound, Forbidden."""
        publication = self._find(room, video_id)
        event = events_and_actions.VideoStopped(by, publication.participant, video_id)
        if self.meetings.handle_event(room.id, event):
            raise Forbidden("Only a host can stop the video of another participant.")

    async def subscribe(self, room: Room, participant: str, video_id: str, quality: VideoQuality) -> VideoConnection:
        """Subscribe to a video; the answer to the offer starts it.

        Raises NotFound, Forbidden, Conflict if the limit is reached, TooManyRequests, ServiceUnavailable.
        """
        publication = self._find(room, video_id)
        if participant not in _admitted(self.meetings.state_of(room.id)):
            raise _not_admitted()
        await self._limit(room, participant)
        if self._count_subscriptions(room, participant) >= MAX_SUBSCRIPTIONS:
            raise Conflict("Too many videos at a time.", hint="End another subscription first.")
        id_ = self._clock.new_id()
        publication.subscriptions[id_] = _Subscription(participant, quality)
        try:
            offer = await self._forwarder.subscribe(publication.anchor, id_)
        except MediaUnavailable as fault:
            publication.subscriptions.pop(id_, None)
            raise _refused(fault) from None
        if id_ not in publication.subscriptions:  # the participant or the video has left meanwhile
            self._forwarder.unsubscribe(publication.anchor, id_)
            raise NotFound("There is no such video.")
        self._publish(ConferenceChanged(room))
        return VideoConnection(id_, offer)

    async def answer(self, room: Room, participant: str, ids: tuple[str, str], sdp: bytes, address: str) -> None:
        """Accept the offer of a subscription. `ids`: of the video and of the subscription. Raises NotFound, Invalid,
        ServiceUnavailable."""
        publication, _ = self._subscription(room, participant, *ids)
        try:
            await self._forwarder.answer(publication.anchor, ids[1], _checked(sdp, address))
        except MediaUnavailable as fault:
            raise _refused(fault) from None

    def set_quality(self, room: Room, participant: str, ids: tuple[str, str], quality: VideoQuality) -> None:
        """Change the quality that a subscriber needs. Raises NotFound."""
        publication, before = self._subscription(room, participant, *ids)
        publication.subscriptions[ids[1]] = replace(before, quality=quality)
        self._publish(ConferenceChanged(room))

    def unsubscribe(self, room: Room, participant: str, ids: tuple[str, str]) -> None:
        """End a subscription. Raises NotFound."""
        publication, _ = self._subscription(room, participant, *ids)
        del publication.subscriptions[ids[1]]
        self._forwarder.unsubscribe(publication.anchor, ids[1])
        self._publish(ConferenceChanged(room))

    # ---- called by the recorder

    async def subscribe_recorder(self, room: Room, video_id: str, port: int) -> tuple[str, PlainVideo]:
        """Forward a video of the room to a port of this machine, by plain RTP. Returns the id of the subscription and
        what arrives. Raises NotFound, Invalid, ServiceUnavailable."""
        publication = self._find(room, video_id)
        id_ = self._clock.new_id()
        publication.subscriptions[id_] = _Subscription(RECORDER, "high")
        self._publish(ConferenceChanged(room))
        try:
            return id_, await self._forwarder.subscribe_inside(publication.anchor, id_, port)
        except BaseException as fault:
            self.unsubscribe_recorder(room, video_id, id_)
            if isinstance(fault, MediaUnavailable):
                raise _refused(fault) from None
            raise

    def unsubscribe_recorder(self, room: Room, video_id: str, id_: str) -> None:
        """End a subscription of the recorder, if it exists."""
        publication = self._rooms.get(room.id, {}).get(video_id)
        if publication is not None and publication.subscriptions.pop(id_, None) is not None:
            self._forwarder.unsubscribe(publication.anchor, id_)
            self._publish(ConferenceChanged(room))

    # ---- events of other components

    def meeting_changed(self, room: Room) -> None:
        """End the forwarding of what has left a meeting."""
        publications = self._rooms.get(room.id)
        if not publications:
            return
        state = self.meetings.state_of(room.id)
        admitted = _admitted(state)
        published = {video.id for one in state.members for video in one.videos} if state is not None else frozenset()
        for each in tuple(publications.values()):
            if each.video.id not in published:
                self._end(each)
                continue
            for id_, subscription in tuple(each.subscriptions.items()):
                if subscription.participant not in admitted | {RECORDER}:
                    del each.subscriptions[id_]
                    self._forwarder.unsubscribe(each.anchor, id_)

    def relay_restarted(self) -> None:
        """End all videos: the relay has forgotten them. Their publishers publish them again."""
        for room_id in tuple(self._rooms):
            self.meetings.handle_event(room_id, events_and_actions.VideosLost())

    # ---- inside

    def _find(self, room: Room, video_id: str) -> _Publication:
        publication = self._rooms.get(room.id, {}).get(video_id)
        if publication is None:
            raise NotFound("There is no such video.")
        return publication

    def _subscription(
        self, room: Room, participant: str, video_id: str, id_: str
    ) -> tuple[_Publication, _Subscription]:
        publication = self._find(room, video_id)
        subscription = publication.subscriptions.get(id_)
        if subscription is None or subscription.participant != participant:
            raise NotFound("There is no such subscription.")
        return publication, subscription

    def _end(self, publication: _Publication) -> None:
        publication.subscriptions.clear()
        left = self._rooms.get(publication.room.id, {})
        if left.pop(publication.video.id, None) is not None:
            self._forwarder.delete(publication.anchor)
        if not left:
            self._rooms.pop(publication.room.id, None)

    def _check(self, room: Room, participant: str, video: Video, *, again: bool) -> None:
        """Raise if the participant may not publish the video."""
        self._check_inside(room, participant)
        state = self.meetings.state_of(room.id)
        match video_refusal(state, participant, video, again=again) if state is not None else "not-inside":
            case "stopped":
                raise Conflict("A host has stopped your video.")
            case "shared":
                raise Conflict("Another participant is sharing a screen.", hint="Wait until they have stopped.")
            case "full":
                raise Conflict("There are too many videos in this conference.")
            case _:
                pass

    def _check_inside(self, room: Room, participant: str) -> None:
        """Raise Forbidden for everyone who is not in the running meeting, such as those who wait for a host."""
        if participant not in _inside(self.meetings.state_of(room.id)):
            raise _not_admitted()

    def _count_subscriptions(self, room: Room, participant: str) -> int:
        publications = self._rooms.get(room.id, {}).values()
        return sum(one.participant == participant for each in publications for one in each.subscriptions.values())

    async def _limit(self, room: Room, participant: str) -> None:
        delay = await self._counters.update(_CONNECTIONS, [f"{room.id}/{participant}"], _count_connection)
        if delay > 0:
            raise TooManyRequests("Too many video connections.", retry_after=delay, hint="Wait a moment.")


def _inside(state: Meeting | None) -> frozenset[str]:
    members = state.members if state is not None else ()
    return frozenset(one.id for one in members if one.state is MemberState.INSIDE)


def _admitted(state: Meeting | None) -> frozenset[str]:
    """Return the participants who see videos: also those who hear the entry prompts, which take seconds."""
    members = state.members if state is not None else ()
    return frozenset(one.id for one in members if one.state in (MemberState.ENTERING, MemberState.INSIDE))


def _not_admitted() -> Forbidden:
    return Forbidden("Only participants of the running conference see and send videos.")


def _checked(sdp: bytes, address: str) -> bytes:
    checked = video_only(sdp, address)
    if not checked:
        raise Invalid(
            "This SDP cannot be used.",
            hint="Send one video with ICE and DTLS-SRTP.",
            field="sdp",
        )
    return checked


def _refused(fault: MediaUnavailable) -> Invalid | ServiceUnavailable:
    if fault.cause == "invalid_sdp":
        return Invalid("This SDP cannot be used.", field="sdp")
    return ServiceUnavailable("Videos are not available right now.", hint="Try again in a moment.")


def _count_connection(before: Sequence[Count], now: float) -> tuple[Sequence[Count], float]:
    bucket = TokenBucket(*(before[0] or (CAPACITY, now)))
    missing = 1.0 - bucket.available(now, CAPACITY, RATE)
    if missing > 0:
        return before, missing / RATE
    bucket.add(-1.0, now, CAPACITY, RATE)
    return [(bucket.tokens, bucket.filled_at)], 0.0
