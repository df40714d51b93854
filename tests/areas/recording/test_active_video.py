"""Which video of a room is recorded, and how it arrives: real sockets with a relay that the test plays."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from fake_media import FakeVideoRelay
from video_pictures import pictures

from unificx.cluster.local import LocalCounters
from unificx.conferencing import ConferenceManager, Meeting, MeetingVideos, Room, RoomSettings
from unificx.conferencing.machine.meeting_state import Member, MemberState
from unificx.conferencing.schemas import Video
from unificx.core.clock import SystemClock
from unificx.core.errors import NotFound
from unificx.media import vp8
from unificx.media.rtp import Packet, parse_reports
from unificx.recording.active_video import ActiveVideo, choose_video
from unificx.rtpengine.video_forwarding import VideoForwarder
from unificx.sdp import PlainVideo

NACK, PLI = 205, 206


def member(id_: str, *videos: Video) -> Member:
    return Member(id_, host=False, state=MemberState.INSIDE, videos=videos)


def meeting(*members: Member) -> Meeting:
    return Meeting(RoomSettings(), members)


A, B, SCREEN = Video("a-camera", "camera"), Video("b-camera", "camera"), Video("b-screen", "screen")


@pytest.mark.parametrize(
    ("members", "speaker", "shown", "wanted"),
    [
        ((), "", None, None),
        ((member("a"), member("b")), "a", None, None),
        ((member("a", A), member("b", B)), "b", "a-camera", "b-camera"),
        ((member("a", A), member("b", B)), "", "b-camera", "b-camera"),
        ((member("a", A), member("b", B)), "phone", "a-camera", "a-camera"),
        ((member("a", A), member("b", B)), "", None, "a-camera"),
        ((member("a", A), member("b", B, SCREEN)), "a", "a-camera", "b-screen"),
    ],
)
def test_a_screen_is_shown_else_the_speaker_else_what_was_shown(
    members: tuple[Member, ...], speaker: str, shown: str | None, wanted: str | None
) -> None:
    assert choose_video(meeting(*members), speaker, shown) == wanted


def test_without_a_meeting_nothing_is_shown() -> None:
    assert choose_video(None, "", "a-camera") is None


@dataclass
class Relay:
    """The relay of one video: sends its frames to the recorder, and receives RTCP."""

    ssrc: int
    port: int
    sequence: int = 65_000
    end: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.end.bind(("127.0.0.1", 0))
        self.end.setblocking(False)

    def send(self, frame: vp8.Frame, *, lose: bool = False) -> list[bytes]:
        """Send a frame; return its packets. `lose` the first of them."""
        parts = [frame.data[at : at + 1000] for at in range(0, len(frame.data), 1000)]
        packets: list[bytes] = []
        for number, part in enumerate(parts):
            head = b"\x10" if number == 0 else b"\x00"
            last = number == len(parts) - 1
            packets.append(bytes(Packet(96, self.sequence & 0xFFFF, 0, self.ssrc, head + part, last)))
            self.sequence += 1
        for packet in packets[lose:]:
            self.end.sendto(packet, ("127.0.0.1", self.port))
        return packets

    async def feedback(self, kind: int) -> bytes:
        """Wait for RTCP feedback of this kind; return what follows its header."""
        while True:
            data = await asyncio.get_running_loop().sock_recv(self.end, 2048)
            assert parse_reports(data)[0].blocks[0].ssrc == self.ssrc
            at = 0
            while at < len(data):
                length = 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
                if data[at + 1] == kind and data[at] & 0x1F == 1:
                    return data[at + 8 : at + length]
                at += length


class Forwarding(MeetingVideos):
    """Videos with relays of the test."""

    def __init__(self) -> None:
        clock = SystemClock()
        super().__init__(
            ConferenceManager(clock), VideoForwarder(FakeVideoRelay()), LocalCounters(clock), clock, lambda event: None
        )
        self.state = meeting()
        self.relays: dict[str, Relay] = {}
        self.ended: list[str] = []
        self.subscribed = asyncio.Event()
        self.meetings.state_of = lambda room_id: self.state  # type: ignore[method-assign]

    async def subscribe_recorder(self, room: Room, video_id: str, port: int) -> tuple[str, PlainVideo]:
        if video_id == "gone":
            raise NotFound("There is no such video.")
        relay = self.relays[video_id] = Relay(100 + len(self.relays), port)
        self.subscribed.set()
        return "s", PlainVideo(relay.end.getsockname(), 96)

    def unsubscribe_recorder(self, room: Room, video_id: str, id_: str) -> None:
        self.ended.append(video_id)
        self.subscribed.set()

    async def relay(self, video_id: str) -> Relay:
        await self.until(lambda: video_id in self.relays)
        return self.relays[video_id]

    async def until(self, condition: object) -> None:
        async with asyncio.timeout(10):
            while not condition():  # type: ignore[operator]
                self.subscribed.clear()
                await self.subscribed.wait()


class Screen:
    """The recorded frames."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[vp8.Frame] = asyncio.Queue()

    async def next(self) -> vp8.Frame:
        return await asyncio.wait_for(self.frames.get(), 10)


@pytest.fixture
async def forwarding() -> AsyncIterator[tuple[Forwarding, ActiveVideo, Screen]]:
    videos, screen = Forwarding(), Screen()
    active = ActiveVideo(videos, Room("r", "acme", "8000", "Board", SystemClock().now(), RoomSettings()), SystemClock())
    active.start(screen.frames.put_nowait)
    yield videos, active, screen
    active.stop()
    for relay in videos.relays.values():
        relay.end.close()


async def test_the_next_speaker_is_shown_from_a_key_frame_that_is_asked_for(
    forwarding: tuple[Forwarding, ActiveVideo, Screen], monkeypatch: pytest.MonkeyPatch
) -> None:
    videos, active, screen = forwarding
    monkeypatch.setattr("unificx.recording.active_video.MIN_SECONDS", 0.0)
    frames = pictures(6)
    videos.state = meeting(member("a", A), member("b", B))
    active.update("a")
    first = await videos.relay("a-camera")
    first.send(frames[1])
    async with asyncio.timeout(10):
        await first.feedback(PLI)
    first.send(frames[0])
    assert await screen.next() == frames[0]  # without the one before, which needs another
    active.update("b")
    second = await videos.relay("b-camera")
    second.send(frames[41])
    async with asyncio.timeout(10):
        await second.feedback(PLI)
    first.send(frames[2])
    assert await screen.next() == frames[2]  # no gap between the two
    second.send(frames[40])
    assert await screen.next() == frames[40]
    await videos.until(lambda: videos.ended == ["a-camera"])
    second.send(frames[42])
    assert await screen.next() == frames[42]


async def test_lost_packets_are_asked_for_again(forwarding: tuple[Forwarding, ActiveVideo, Screen]) -> None:
    videos, active, screen = forwarding
    frames = pictures(6)
    videos.state = meeting(member("a", A))
    active.update()
    relay = await videos.relay("a-camera")
    relay.send(frames[0])
    assert await screen.next() == frames[0]
    [lost, *_] = relay.send(frames[1], lose=True)
    relay.send(frames[2])
    async with asyncio.timeout(10):
        wanted = await relay.feedback(NACK)
    assert wanted[4:6] == lost[2:4]
    relay.end.sendto(lost, ("127.0.0.1", relay.port))
    assert [await screen.next(), await screen.next()] == list(frames[1:3])


async def test_nothing_is_recorded_after_the_stop_or_from_others(
    forwarding: tuple[Forwarding, ActiveVideo, Screen],
) -> None:
    videos, active, screen = forwarding
    frames = pictures(6)
    videos.state = meeting(member("a", A))
    active.update()
    relay = await videos.relay("a-camera")
    with closing(Relay(relay.ssrc, relay.port).end) as other:
        other.sendto(bytes(Packet(96, 1, 0, relay.ssrc, b"\x10" + frames[40].data, True)), ("127.0.0.1", relay.port))
    content = random.Random(3)
    for _ in range(100):
        relay.end.sendto(content.randbytes(content.randrange(0, 60)), ("127.0.0.1", relay.port))
    relay.send(frames[0])
    assert await screen.next() == frames[0]
    active.stop()
    assert videos.ended == ["a-camera"]
    relay.send(frames[1])
    await asyncio.to_thread(int)  # the loop has passed once more
    assert screen.frames.empty()


async def test_a_video_that_cannot_be_had_is_left_out(forwarding: tuple[Forwarding, ActiveVideo, Screen]) -> None:
    videos, active, screen = forwarding
    videos.state = meeting(member("a", Video("gone", "camera")), member("b", B))
    active.update("a")
    active.update("b")
    relay = await videos.relay("b-camera")
    relay.send(pictures(6)[0])
    assert await screen.next() == pictures(6)[0]
