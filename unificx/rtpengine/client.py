"""Client of rtpengine's ng control port: one UDP socket with concurrent requests."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from unificx.core.clock import Clock
from unificx.media.errors import MediaUnavailable
from unificx.rtpengine import ng, party_commands
from unificx.rtpengine.ng import MediaReport, Profile, Reply

PATIENCE = (0.3, 0.7, 1.5)
"""Seconds to wait for a reply before each retransmission, and finally before giving up.

Retransmissions are safe: rtpengine recognizes the cookie and repeats its reply."""

MAX_WAITING = 1000


@dataclass(slots=True)
class _Question:
    """A request without a reply yet, with its remaining retransmission delays."""

    datagram: bytes
    patience: Iterator[float]
    answer: asyncio.Future[Reply]
    timer: asyncio.TimerHandle | None = None


class NgClient(asyncio.DatagramProtocol):
    """Client of one rtpengine. Every method may raise MediaUnavailable."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # Random, because rtpengine repeats its reply to a known cookie even to another client.
        self._prefix = clock.random_bytes(8).hex().encode()
        self._numbers = count()
        self._asked: dict[bytes, _Question] = {}
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
        for question in self._asked.values():
            if not question.answer.done():
                question.answer.set_exception(MediaUnavailable("silent"))

    def datagram_received(self, data: bytes, addr: object) -> None:
        cookie, _, body = data.partition(b" ")
        question = self._asked.get(cookie)
        if question is not None and not question.answer.done():
            with contextlib.suppress(ng.BadReply):
                question.answer.set_result(ng.decode(body))

    def error_received(self, exc: Exception) -> None:
        """Ignore a closed port: requests are retransmitted until they time out."""

    async def request(self, message: ng.Message, patience: Sequence[float] = ()) -> Reply:
        """Send a request and return its reply, which may be an error reply."""
        if len(self._asked) >= MAX_WAITING:
            raise MediaUnavailable("busy")
        cookie = b"%b_%d" % (self._prefix, next(self._numbers))
        datagram = cookie + b" " + ng.encode(message)
        loop = asyncio.get_running_loop()
        question = self._asked[cookie] = _Question(datagram, iter(patience or PATIENCE), loop.create_future())
        self._ask(question)
        try:
            return await question.answer
        finally:
            del self._asked[cookie]
            if question.timer is not None:
                question.timer.cancel()

    def _ask(self, question: _Question) -> None:
        """Send or retransmit a request, or give up."""
        seconds = next(question.patience, None)
        if question.answer.done():
            return
        if seconds is None or self._transport is None:
            question.answer.set_exception(MediaUnavailable("silent"))
            return
        self._transport.sendto(question.datagram)
        question.timer = question.answer.get_loop().call_later(seconds, self._ask, question)

    async def ping(self, patience: Sequence[float] = ()) -> None:
        ng.accept(await self.request(ng.ping(), patience))

    async def offer(
        self,
        anchor: str,
        from_tag: str,
        sdp: bytes,
        recipient_profile: Profile,
        sender_profile: Profile = Profile.PLAIN,
    ) -> bytes:
        """Anchor an offer or re-offer of the party `from_tag`; return the SDP to forward."""
        return ng.sdp_of(await self.request(ng.offer(anchor, from_tag, sdp, recipient_profile, sender_profile)))

    async def answer(self, anchor: str, from_tag: str, to_tag: str, sdp: bytes, recipient_profile: Profile) -> bytes:
        """Anchor the answer of `to_tag` to the offer of `from_tag`; return the SDP to forward to `from_tag`."""
        return ng.sdp_of(await self.request(ng.answer(anchor, from_tag, to_tag, sdp, recipient_profile)))

    async def delete(self, anchor: str) -> MediaReport | None:
        """Delete an anchor; return its final statistics, or None if it is unknown."""
        return self._report(await self.request(ng.delete(anchor)))

    async def query(self, anchor: str) -> MediaReport | None:
        """Return the statistics of an anchor so far, or None if it is unknown."""
        return self._report(await self.request(ng.query(anchor)))

    async def play(self, anchor: str, tag: str, file: str, *, times: int = 1, start: float = 0.0) -> float:
        """Play a sound file to a party, replacing its audio; return the duration of the sound in seconds."""
        return party_commands.seconds_of(
            await self.request(party_commands.play(anchor, tag, file, times=times, start=start))
        )

    async def stop(self, anchor: str, tag: str) -> None:
        """Stop playback to a party."""
        ng.accept(await self.request(party_commands.stop(anchor, tag)))

    async def hear_tones(self, anchor: str, tag: str) -> None:
        """Detect in-band DTMF of a party too."""
        ng.accept(await self.request(party_commands.hear_tones(anchor, tag)))

    async def subscribe(self, anchor: str, tag: str, listener: str, *, wideband: bool = False) -> bytes:
        """Return an offer by which our media engine receives a party's audio, under a tag of its own."""
        return ng.sdp_of(await self.request(party_commands.subscribe(anchor, tag, listener, wideband=wideband)))

    async def subscribed(self, anchor: str, listener: str, sdp: bytes) -> None:
        """Pass on the media engine's answer to `subscribe`."""
        ng.accept(await self.request(party_commands.subscribed(anchor, listener, sdp)))

    async def unsubscribe(self, anchor: str, listener: str) -> None:
        """End the subscription with this tag."""
        ng.accept(await self.request(party_commands.unsubscribe(anchor, listener)))

    def _report(self, reply: Reply) -> MediaReport | None:
        return ng.report_of(reply, self._clock.now().timestamp())
