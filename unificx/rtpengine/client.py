"""Client of rtpengine's ng control port: one UDP socket with concurrent requests."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from unificx.core.clock import Clock
from unificx.media.errors import MediaUnavailable
from unificx.rtpengine import bencode, ng, party_commands
from unificx.rtpengine.ng import MediaReport, Profile, Reply

RETRY_DELAYS = (0.3, 0.7, 1.5)
"""Seconds to wait for a reply before each retransmission, and finally before giving up.

Retransmissions are safe: rtpengine recognizes the cookie and repeats its reply."""

MAX_PENDING = 1000


@dataclass(slots=True)
class _PendingRequest:
    """A request without a reply yet, with its remaining retransmission delays."""

    datagram: bytes
    delays: Iterator[float]
    reply: asyncio.Future[Reply]
    timer: asyncio.TimerHandle | None = None


class NgClient(asyncio.DatagramProtocol):
    """Client of one rtpengine. Every method may raise MediaUnavailable."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # Random, because rtpengine repeats its reply to a known cookie even to another client.
        self._prefix = clock.random_bytes(8).hex().encode()
        self._numbers = count()
        # Owner: this node: requests that it is sending.
        self._pending: dict[bytes, _PendingRequest] = {}
        self._transport: asyncio.DatagramTransport | None = None

    async def connect(self, port: int, host: str = "127.0.0.1") -> None:
        """Connect to the rtpengine on this port; pending requests to an earlier one fail."""
        self.disconnect()
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=(host, port))

    def disconnect(self) -> None:
        """Close the socket; pending requests raise MediaUnavailable at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
        for pending in self._pending.values():
            if not pending.reply.done():
                pending.reply.set_exception(MediaUnavailable("silent"))

    def datagram_received(self, data: bytes, addr: object) -> None:
        cookie, _, body = data.partition(b" ")
        pending = self._pending.get(cookie)
        if pending is not None and not pending.reply.done():
            with contextlib.suppress(bencode.InvalidReply):
                pending.reply.set_result(bencode.decode(body))

    def error_received(self, exc: Exception) -> None:
        """Ignore a closed port: requests are retransmitted until they time out."""

    async def request(self, message: ng.Message, retry_delays: Sequence[float] = ()) -> Reply:
        """Send a request and return its reply, which may be an error reply."""
        if len(self._pending) >= MAX_PENDING:
            raise MediaUnavailable("busy")
        cookie = b"%b_%d" % (self._prefix, next(self._numbers))
        datagram = cookie + b" " + bencode.encode(message)
        loop = asyncio.get_running_loop()
        pending = self._pending[cookie] = _PendingRequest(
            datagram, iter(retry_delays or RETRY_DELAYS), loop.create_future()
        )
        self._transmit(pending)
        try:
            return await pending.reply
        finally:
            del self._pending[cookie]
            if pending.timer is not None:
                pending.timer.cancel()

    def _transmit(self, pending: _PendingRequest) -> None:
        """Send or retransmit a request, or give up."""
        seconds = next(pending.delays, None)
        if pending.reply.done():
            return
        if seconds is None or self._transport is None:
            pending.reply.set_exception(MediaUnavailable("silent"))
            return
        self._transport.sendto(pending.datagram)
        pending.timer = pending.reply.get_loop().call_later(seconds, self._transmit, pending)

    async def ping(self, retry_delays: Sequence[float] = ()) -> None:
        ng.check_reply(await self.request(ng.ping(), retry_delays))

    async def offer(
        self,
        anchor: str,
        from_tag: str,
        sdp: bytes,
        recipient_profile: Profile,
        sender_profile: Profile = Profile.PLAIN,
        *,
        all_codecs: bool = False,
    ) -> bytes:
        """Anchor an offer or re-offer of the party `from_tag`; return the SDP to forward."""
        message = ng.offer(anchor, from_tag, sdp, recipient_profile, sender_profile, all_codecs=all_codecs)
        return ng.parse_sdp(await self.request(message))

    async def answer(self, anchor: str, from_tag: str, to_tag: str, sdp: bytes, recipient_profile: Profile) -> bytes:
        """Anchor the answer of `to_tag` to the offer of `from_tag`; return the SDP to forward to `from_tag`."""
        return ng.parse_sdp(await self.request(ng.answer(anchor, from_tag, to_tag, sdp, recipient_profile)))

    async def delete(self, anchor: str) -> MediaReport | None:
        """Delete an anchor; return its final statistics, or None if it is unknown."""
        return self._report(await self.request(ng.delete(anchor)))

    async def query(self, anchor: str) -> MediaReport | None:
        """Return the statistics of an anchor so far, or None if it is unknown."""
        return self._report(await self.request(ng.query(anchor)))

    async def play(self, anchor: str, tag: str, file: str, *, times: int = 1, start: float = 0.0) -> float:
        """Play a sound file to a party, replacing its audio; return the duration of the sound in seconds."""
        return party_commands.parse_duration(
            await self.request(party_commands.play(anchor, tag, file, times=times, start=start))
        )

    async def stop(self, anchor: str, tag: str) -> None:
        """Stop playback to a party."""
        ng.check_reply(await self.request(party_commands.stop(anchor, tag)))

    async def detect_inband_dtmf(self, anchor: str, tag: str) -> None:
        """Detect in-band DTMF of a party too."""
        ng.check_reply(await self.request(party_commands.detect_inband_dtmf(anchor, tag)))

    async def subscribe(self, anchor: str, tag: str, subscriber: str, *, wideband: bool = False) -> bytes:
        """Return an offer by which our media engine receives a party's audio, under a tag of its own."""
        return ng.parse_sdp(await self.request(party_commands.subscribe(anchor, tag, subscriber, wideband=wideband)))

    async def answer_subscription(self, anchor: str, subscriber: str, sdp: bytes) -> None:
        """Pass on the media engine's answer to `subscribe`."""
        ng.check_reply(await self.request(party_commands.answer_subscription(anchor, subscriber, sdp)))

    async def unsubscribe(self, anchor: str, subscriber: str) -> None:
        """End the subscription with this tag."""
        ng.check_reply(await self.request(party_commands.unsubscribe(anchor, subscriber)))

    def _report(self, reply: Reply) -> MediaReport | None:
        return ng.parse_report(reply, self._clock.now().timestamp())
