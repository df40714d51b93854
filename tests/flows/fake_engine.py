"""In-memory rtpengine without media, used through the real client and ng protocol."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from unificx.core.clock import ManualClock
from unificx.core.datagrams import DatagramReader
from unificx.media import MediaUnavailable
from unificx.media.sounds import Sound
from unificx.rtpengine import bencode, ng
from unificx.rtpengine.client import NgClient

ADDRESS = "203.0.113.1"


class FakeEngine(NgClient):
    """`anchors` holds the tags of both sides. SDP that contains "bad" is rejected.

    While `awake` is cleared, requests get no reply; while `dead`, every request fails as unreachable.
    """

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock, DatagramReader(clock))
        self.offered: list[str] = []
        """Offers, by the phones' names for their SDP."""
        self.of_known_address: list[str] = []
        """Names of SDP whose author's address is not learned from its first packet."""
        self.anchors: dict[str, set[str]] = {}
        self.awake = asyncio.Event()
        self.awake.set()
        self.dead = False
        self._late: list[asyncio.Task[None]] = []
        self._protocols: dict[tuple[str, str], str] = {}
        """The protocol a tag offered last at an anchor: rtpengine answers with it."""
        self.digits: list[str] = []
        """Tones of digits that are played to a party, each for `digit_seconds`."""
        self.digit_seconds = 0.0
        self.silent_since: dict[str, float] = {}
        """Unix time of the last packet of a tag; a missing tag received media just now."""

    async def request(self, message: ng.Message | bytes, retry_delays: Sequence[float] = ()) -> ng.Reply:
        await self.awake.wait()
        if self.dead:
            raise MediaUnavailable("silent")
        return self._reply(message)

    def send(
        self,
        request: bytes,
        parse: Callable[[ng.Reply], Any],
        on_reply: Callable[[Any], None],
        retry_delays: Sequence[float] = (),
        *,
        selection: bencode.Selection = bencode.EVERYTHING,
    ) -> None:
        if self.awake.is_set():
            asyncio.get_running_loop().call_soon(self._answer, request, parse, on_reply)
        else:
            self._late.append(asyncio.create_task(self._answer_late(request, parse, on_reply)))

    async def _answer_late(self, *request: Any) -> None:
        await self.awake.wait()
        self._answer(*request)

    def _answer(self, request: bytes, parse: Callable[[ng.Reply], Any], on_reply: Callable[[Any], None]) -> None:
        try:
            if self.dead:
                raise MediaUnavailable("silent")
            reply = parse(self._reply(request))
        except MediaUnavailable as fault:
            reply = fault.with_traceback(None)
        on_reply(reply)

    def _reply(self, request: bytes | ng.Message) -> ng.Reply:
        message = bencode.decode(bencode.encode(request))
        anchor = str(message["call-id"])
        name = str(message.get("sdp", "")).partition("x-said:")[2].partition("\r")[0]
        if "endpoint-learning-off" in str(message.get("flags")):
            self.of_known_address.append(name)
        match message["command"]:
            case "offer":
                self.anchors.setdefault(anchor, set()).add(str(message["from-tag"]))
                self._protocols[anchor, str(message["from-tag"])] = _protocol(str(message["sdp"]))
                self.offered.append(name)
                return _described(message, str(message["transport-protocol"]))
            case "answer":
                if str(message["from-tag"]) not in self.anchors.get(anchor, ()):
                    return _refusal("Unknown call-id")
                self.anchors[anchor].add(str(message["to-tag"]))
                return _described(message, self._protocols[anchor, str(message["from-tag"])])
            case "delete":
                tags = self.anchors.pop(anchor, None)
                for tag in tags or ():
                    self._protocols.pop((anchor, tag), None)
            case _:
                tags = self.anchors.get(anchor)
        return _refusal("Unknown call-id") if tags is None else {"result": "ok", "tags": self._figures(tags)}

    async def play(self, anchor: str, tag: str, file: object, *, times: int = 1, start: float = 0.0) -> float:
        assert isinstance(file, Sound)
        assert tag in self.anchors[anchor]
        self.digits.append(f"tones of {file.seconds:.2f} s")
        return self.digit_seconds

    def _figures(self, tags: set[str]) -> ng.Reply:
        now = self._clock.now().timestamp()
        return {tag: _party(tag, int(self.silent_since.get(tag, now))) for tag in tags}


def _refusal(reason: str) -> ng.Reply:
    return {"result": "error", "error-reason": reason}


def _protocol(sdp: str) -> str:
    """Return the transport protocol of the audio, "RTP/AVP" if there is none."""
    fields = sdp.partition("m=audio ")[2].split(" ", 2)
    return fields[1] if len(fields) > 1 else "RTP/AVP"


def _described(message: ng.Reply, protocol: str) -> ng.Reply:
    """Return the relayed SDP: with our address and this protocol."""
    sdp = str(message["sdp"])
    if not sdp:
        return _refusal("No SDP body")
    if "bad" in sdp:
        return _refusal("Failed to parse SDP")
    lines: list[str] = []
    for line in sdp.split("\r\n"):
        if line.startswith("c="):
            line = f"c=IN IP4 {ADDRESS}"
        elif line.startswith("o="):
            line = f"o=- 1 1 IN IP4 {ADDRESS}"
        elif line.startswith("m="):
            kind, port, _, *formats = line.split(" ")
            relayed_port = {"m=audio": 30000}.get(kind, 30002) if port != "0" else 0
            line = " ".join([kind, str(relayed_port), protocol, *formats])
        lines.append(line)
    return {"result": "ok", "sdp": "\r\n".join(lines)}


def _party(tag: str, last_packet: int) -> ng.Reply:
    stats: ng.Reply = {"packets": 250, "bytes": 43000}
    stream: ng.Reply = {"flags": ["RTP"], "stats": stats, "last packet": last_packet}
    return {"tag": tag, "medias": [{"streams": [stream]}]}
