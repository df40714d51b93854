"""An rtpengine in memory: spoken to by the real client in the real language, it carries no sound."""

import asyncio
from collections.abc import Sequence

from unificx.kernel.clock import ManualClock
from unificx.media import ng
from unificx.net.ngclient import NgClient

ADDRESS = b"203.0.113.1"
_PROTOCOLS = {"RTP/AVP": b"RTP/AVP", "RTP/SAVP": b"RTP/SAVP", "UDP/TLS/RTP/SAVPF": b"UDP/TLS/RTP/SAVPF"}


class FakeEngine(NgClient):
    """`anchors` holds the tags of both sides. A description that says "bad" cannot be used.

    While `asleep` no answer comes; while `dead` every request fails as if nobody listened.
    """

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.offered: list[str] = []
        """What was offered, by the phones' own names for their descriptions."""
        self.anchors: dict[str, set[str]] = {}
        self.awake = asyncio.Event()
        self.awake.set()
        self.dead = False
        self.silent_since: dict[str, float] = {}
        """Unix time of the last packet of a tag; a tag that is not here was heard just now."""

    async def request(self, message: ng.Message, patience: Sequence[float] = ()) -> ng.Reply:
        await self.awake.wait()
        if self.dead:
            raise ng.MediaUnavailable("silent")
        return self._reply(message)

    def _reply(self, message: ng.Message) -> ng.Reply:
        anchor = str(message["call-id"])
        match message["command"]:
            case "offer":
                self.anchors.setdefault(anchor, set()).add(str(message["from-tag"]))
                self.offered.append(str(message["sdp"]).partition("x-said:")[2].partition("\\r")[0])
                return _described(message)
            case "answer":
                if str(message["from-tag"]) not in self.anchors.get(anchor, ()):
                    return _refusal(b"Unknown call-id")
                self.anchors[anchor].add(str(message["to-tag"]))
                return _described(message)
            case "delete":
                tags = self.anchors.pop(anchor, None)
            case _:
                tags = self.anchors.get(anchor)
        return _refusal(b"Unknown call-id") if tags is None else {"result": b"ok", "tags": self._figures(tags)}

    def _figures(self, tags: set[str]) -> ng.Reply:
        now = self._clock.now().timestamp()
        return {tag: _party(tag, int(self.silent_since.get(tag, now))) for tag in tags}


def _refusal(reason: bytes) -> ng.Reply:
    return {"result": b"error", "error-reason": reason}


def _described(message: ng.Message) -> ng.Reply:
    """The description as it goes on: from our address, in the protocol that was asked for."""
    sdp = message["sdp"]
    assert isinstance(sdp, bytes)
    if not sdp:
        return _refusal(b"No SDP body")
    if b"bad" in sdp:
        return _refusal(b"Failed to parse SDP")
    lines: list[bytes] = []
    for line in sdp.split(b"\r\n"):
        if line.startswith(b"c="):
            line = b"c=IN IP4 " + ADDRESS
        elif line.startswith(b"o="):
            line = b"o=- 1 1 IN IP4 " + ADDRESS
        elif line.startswith(b"m=audio"):
            words = line.split(b" ")
            line = b" ".join([b"m=audio", b"30000", _PROTOCOLS[str(message["transport-protocol"])], *words[3:]])
        lines.append(line)
    return {"result": b"ok", "sdp": b"\r\n".join(lines)}


def _party(tag: str, last_packet: int) -> ng.Reply:
    stats: ng.Reply = {"packets": 250, "bytes": 43000}
    stream: ng.Reply = {"flags": [b"RTP"], "stats": stats, "last packet": last_packet}
    return {"tag": tag.encode(), "medias": [{"streams": [stream]}]}
