"""Forwarding of videos to any number of subscribers (SFU), by rtpengine's `publish` and `subscribe`.

Each published video has an anchor of its own, so that its end also ends its subscriptions. Each subscription is an
offer by rtpengine and a connection of its own: one with several videos would merge those of equal `a=mid`.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from unificx.media.errors import MediaUnavailable
from unificx.rtpengine.ng import BROWSER_FLAGS, ENGINE_INTERFACE, Message, Reply, check_reply, parse_sdp
from unificx.rtpengine.party_commands import unsubscribe
from unificx.sdp import PlainVideo, SdpError, plain_answer, plain_video

PUBLISHER = "publisher"
CODEC = "VP8"
"""The codec of all videos: each browser can send and receive it (RFC 7742 section 5). Chosen once, because a forwarded
video is not transcoded."""
_CONNECTION: Message = {
    "transport-protocol": "UDP/TLS/RTP/SAVPF",
    "ICE": "force",
    "DTLS": "passive",
    "DTLS-fingerprint": "SHA-256",
    "SDES": ["off"],
    "replace": ["origin"],
}


def publish(anchor: str, sdp: bytes) -> Message:
    """Build the offer of a publisher."""
    return _CONNECTION | {
        "command": "publish",
        "call-id": anchor,
        "from-tag": PUBLISHER,
        "sdp": sdp.decode("utf-8", "replace"),
        "DTLS-reverse": "passive",
        "rtcp-mux": ["accept", "require"],
        "flags": [*BROWSER_FLAGS],
        "codec": {"accept": [CODEC]},
    }


def subscribe(anchor: str, subscriber: str) -> Message:
    """Build a request for an offer to a subscriber."""
    return _CONNECTION | {
        "command": "subscribe request",
        "call-id": anchor,
        "from-tag": PUBLISHER,
        "to-tag": subscriber,
        "rtcp-mux": ["offer", "require"],
        # Without the mirror, requests for key frames never reach the publisher, and no frame can be decoded.
        "flags": [*BROWSER_FLAGS, "RTCP-mirror"],
    }


def subscribe_inside(anchor: str, subscriber: str) -> Message:
    """Build a request for an offer by which a receiver on this machine gets the video by plain RTP."""
    return {
        "command": "subscribe request",
        "call-id": anchor,
        "from-tag": PUBLISHER,
        "to-tag": subscriber,
        "interface": ENGINE_INTERFACE,
        "transport-protocol": "RTP/AVPF",
        "ICE": "remove",
        "DTLS": "off",
        "SDES": ["off"],
        "replace": ["origin"],
        "rtcp-mux": ["offer", "require"],
        "flags": ["no-rtcp-attribute", "strip-extmap", "RTCP-mirror"],
    }


def _answer_inside(anchor: str, subscriber: str, sdp: bytes) -> Message:
    """Build the answer of a receiver on this machine."""
    return {"command": "subscribe answer", "call-id": anchor, "to-tag": subscriber, "sdp": sdp.decode()}


def answer(anchor: str, subscriber: str, sdp: bytes) -> Message:
    """Build the answer of a subscriber."""
    return {
        "command": "subscribe answer",
        "call-id": anchor,
        "to-tag": subscriber,
        "sdp": sdp.decode("utf-8", "replace"),
        "ICE": "force",
        "flags": ["trickle-ICE"],
    }


def delete(anchor: str) -> Message:
    """Build a request to end a video."""
    return {"command": "delete", "call-id": anchor, "delete delay": 0}


class RequestSender(Protocol):
    """Sends requests to rtpengine: `RtpEngine`."""

    def send(self, message: Message, on_reply: Callable[[Reply | MediaUnavailable], None]) -> None: ...


class VideoForwarder:
    """Videos by their anchors. Awaited methods may raise MediaUnavailable."""

    def __init__(self, engine: RequestSender) -> None:
        self._engine = engine

    async def publish(self, anchor: str, sdp: bytes) -> bytes:
        """Anchor a video; return the answer to the publisher."""
        return parse_sdp(await self._request(publish(anchor, sdp)))

    async def subscribe(self, anchor: str, subscriber: str) -> bytes:
        """Return an offer to a subscriber."""
        return parse_sdp(await self._request(subscribe(anchor, subscriber)))

    async def answer(self, anchor: str, subscriber: str, sdp: bytes) -> None:
        """Pass on the subscriber's answer, which starts the forwarding."""
        check_reply(await self._request(answer(anchor, subscriber, sdp)))

    async def subscribe_inside(self, anchor: str, subscriber: str, port: int) -> PlainVideo:
        """Forward a video to a port of this machine by plain RTP with RTCP on the same port."""
        offer = parse_sdp(await self._request(subscribe_inside(anchor, subscriber)))
        try:
            found = plain_video(offer)
        except SdpError:
            raise MediaUnavailable("invalid_sdp") from None
        sdp = plain_answer(port, found.payload_type)
        check_reply(await self._request(_answer_inside(anchor, subscriber, sdp)))
        return found

    def unsubscribe(self, anchor: str, subscriber: str) -> None:
        """End a subscription, if it exists."""
        self._engine.send(unsubscribe(anchor, subscriber), _ignore)

    def delete(self, anchor: str) -> None:
        """End a video and its subscriptions, if it exists."""
        self._engine.send(delete(anchor), _ignore)

    async def _request(self, message: Message) -> Reply:
        future: asyncio.Future[Reply | MediaUnavailable] = asyncio.get_running_loop().create_future()
        self._engine.send(message, lambda reply: None if future.done() else future.set_result(reply))
        reply = await future
        if isinstance(reply, MediaUnavailable):
            raise reply
        return reply


def _ignore(reply: object) -> None:
    """The reply changes nothing: an unknown anchor or subscription has ended already."""
