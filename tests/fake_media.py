"""Fake rtpengine and media engine without audio: they record requests and can be made to fail."""

import asyncio
from collections.abc import AsyncIterator, Callable

from unificx.calls import Conversation, ConversationLeg
from unificx.media import MediaUnavailable
from unificx.media.mixer.messages import Chunk
from unificx.media.sounds import Sound
from unificx.rtpengine.ng import MediaReport, Message, PartyReport, Reply

SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


class FakeRelay:
    """Fake of `rtpengine.RtpEngine`.

    `silent` holds the tags of parties without packets, `inband_dtmf` those with in-band DTMF detection; with `dead`,
    all requests fail.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.inband_dtmf: list[str] = []
        self.silent: set[str] = set()
        self.dead = False

    async def query(self, anchor: str) -> MediaReport | None:
        self._record_request()
        return MediaReport(
            tuple(PartyReport(tag, 0 if tag in self.silent else 50, 8000, 0.0) for tag in ("a", "b", "c"))
        )

    async def play(self, anchor: str, tag: str, sound: Sound) -> float:
        self._record_request(f"play {tag}")
        return 0.0

    async def stop(self, anchor: str, tag: str) -> None:
        self._record_request(f"stop {tag}")

    async def subscribe(self, anchor: str, tag: str, subscriber: str, *, wideband: bool = False) -> bytes:
        self._record_request(f"listen {anchor} {tag}")
        return SDP

    async def answer_subscription(self, anchor: str, subscriber: str, sdp: bytes) -> None:
        self._record_request()

    async def detect_inband_dtmf(self, anchor: str, tag: str) -> None:
        self._record_request()
        self.inband_dtmf.append(tag)

    async def unsubscribe(self, anchor: str, subscriber: str) -> None:
        self._record_request(f"unsubscribe {anchor} {subscriber}")

    def _record_request(self, request: str = "") -> None:
        if self.dead:
            raise MediaUnavailable("silent")
        if request:
            self.requests.append(request)


class FakeVideoRelay:
    """Fake of the relay as `VideoForwarder` uses it, which lists its requests; with `dead`, all of them fail."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.offers: list[str] = []
        self.dead = False
        self.sdp = SDP.decode()

    def send(self, message: Message, on_reply: Callable[[Reply | MediaUnavailable], None]) -> None:
        if "sdp" in message:
            self.offers.append(str(message["sdp"]))
        if not self.dead:
            named = [message[key] for key in ("command", "call-id", "to-tag") if key in message]
            self.requests.append(" ".join(map(str, named)))
        answered: Reply = {"result": "ok", "sdp": self.sdp}
        reply = MediaUnavailable("silent") if self.dead else answered
        asyncio.get_running_loop().call_soon(on_reply, reply)


class FakeTap:
    """Fake tap that yields the chunks put into it until it is ended."""

    def __init__(self, leg: str = "") -> None:
        self.leg = leg
        self.reason: str | None = None
        self._chunks: asyncio.Queue[Chunk | None] = asyncio.Queue()

    @property
    def all_consumed(self) -> bool:
        """Whether all chunks were consumed."""
        return self._chunks.empty()

    def put(self, offset: int, pcm: bytes, rate: int = 8000) -> None:
        self._chunks.put_nowait(Chunk("", offset, rate, pcm))

    def end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._chunks.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        while (piece := await self._chunks.get()) is not None:
            yield piece


class FakeEngine:
    """Fake of the media engine; `taps` by name. With `dead`, new taps end at once as missing."""

    def __init__(self) -> None:
        self.taps: dict[str, FakeTap] = {}
        self.legs: set[str] = set()
        self.rooms: dict[str, str] = {}
        """Room of each leg in one."""
        self.beeps = 0
        self.dead = False

    async def open(self, leg: str, offer: bytes) -> bytes:
        self.legs.add(leg)
        return offer

    def close(self, leg: str) -> None:
        self.legs.discard(leg)
        self.rooms.pop(leg, None)

    def join(self, room: str, leg: str, *, muted: bool = False) -> None:
        assert leg in self.legs
        self.rooms[leg] = room

    def leave(self, leg: str) -> None:
        self.rooms.pop(leg, None)

    def record(self, tap: str, *, leg: str = "", room: str = "") -> FakeTap:
        assert room or leg in self.legs
        self.taps[tap] = found = FakeTap(leg)
        if self.dead:
            found.end("missing")
        return found

    def beep(self, leg_or_room: str) -> None:
        self.beeps += 1

    def end(self, tap: str) -> None:
        self.taps[tap].end("ended")

    def tap(self, tag: str) -> FakeTap:
        """Return the newest tap of a party."""
        return self._taps(tag)[-1]

    def all_consumed(self, *tags: str) -> bool:
        """Whether each of these parties has an active tap whose chunks were all consumed."""
        return all(taps and taps[-1].reason is None and taps[-1].all_consumed for taps in map(self._taps, tags))

    def _taps(self, tag: str) -> list[FakeTap]:
        return [tap for name, tap in self.taps.items() if name.startswith(f"rec-{tag}/")]

    def put_both(self, seconds: float, offset: int = 0) -> None:
        for tag in ("a", "b"):
            self.tap(tag).put(offset, b"\x01\x00" * int(8000 * seconds))


def conversation(
    call_id: str, tenant_id: str, caller: tuple[str, str | None], callee: tuple[str, str | None], **more: object
) -> Conversation:
    """Return a conversation of two parties, each given as (extension id, subject)."""
    legs = [
        ConversationLeg(
            tag, extension, f"d-{tag}", subject, f"100{place}", f"Person {tag}", SDP, is_initiator=tag == "a"
        )
        for place, (tag, (extension, subject)) in enumerate(zip("ab", (caller, callee), strict=True), 1)
    ]
    return Conversation(call_id, tenant_id, f"{call_id}.b1", legs[0], legs[1], **more)  # type: ignore[arg-type]
