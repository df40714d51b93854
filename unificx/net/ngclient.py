"""A client of rtpengine's control port: one UDP socket on this machine, many requests at once."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from unificx.kernel.clock import Clock
from unificx.media import ng, parties
from unificx.media.ng import MediaReport, MediaUnavailable, Profile, Reply

PATIENCE = (0.3, 0.7, 1.5)
"""How long, in seconds, an answer is waited for before the request is sent again, and after the last try given up.

A repeated request is safe: rtpengine knows it by its cookie and repeats its answer."""

MAX_WAITING = 1000


@dataclass(slots=True)
class _Question:
    """A request that waits for its answer, with the times left to wait before it is sent again."""

    datagram: bytes
    patience: Iterator[float]
    answer: asyncio.Future[Reply]
    timer: asyncio.TimerHandle | None = None


class NgClient(asyncio.DatagramProtocol):
    """Fills `calls.ports.MediaAnchor` with one rtpengine. Every method may raise MediaUnavailable."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # rtpengine answers a cookie it has seen with the answer it gave then, even to another client.
        self._prefix = clock.random_bytes(8).hex().encode()
        self._numbers = count()
        self._asked: dict[bytes, _Question] = {}
        self._transport: asyncio.DatagramTransport | None = None

    async def connect(self, port: int, host: str = "127.0.0.1") -> None:
        """Talk to the rtpengine on this port from now on; what waits for an earlier one fails."""
        self.disconnect()
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=(host, port))

    def disconnect(self) -> None:
        """Close the socket; whoever waits for an answer gets MediaUnavailable at once."""
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
        """Nobody listens there just now; the request is repeated until its patience ends."""

    async def request(self, message: ng.Message, patience: Sequence[float] = ()) -> Reply:
        """Send one request and return its reply, whatever that says."""
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
        """Send it for the first time or again, or give up."""
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
        self, anchor: str, from_tag: str, sdp: bytes, taker: Profile, giver: Profile = Profile.PLAIN
    ) -> bytes:
        """Anchor an offer, the first or a later one, by the party `from_tag`; returns the SDP to send on."""
        return ng.sdp_of(await self.request(ng.offer(anchor, from_tag, sdp, taker, giver)))

    async def answer(self, anchor: str, from_tag: str, to_tag: str, sdp: bytes, taker: Profile) -> bytes:
        """Anchor the answer that `to_tag` gave to `from_tag`'s offer; returns the SDP to send on to `from_tag`."""
        return ng.sdp_of(await self.request(ng.answer(anchor, from_tag, to_tag, sdp, taker)))

    async def delete(self, anchor: str) -> MediaReport | None:
        """End an anchor; returns its last figures, None if it was not known."""
        return self._report(await self.request(ng.delete(anchor)))

    async def query(self, anchor: str) -> MediaReport | None:
        """The figures of an anchor so far; None if it is not known."""
        return self._report(await self.request(ng.query(anchor)))

    async def play(self, anchor: str, tag: str, file: str, *, times: int = 1, start: float = 0.0) -> float:
        """Play a sound file to a party, in the place of what it hears; how many seconds once through takes."""
        return parties.seconds_of(await self.request(parties.play(anchor, tag, file, times=times, start=start)))

    async def stop(self, anchor: str, tag: str) -> None:
        """Stop what is played to a party."""
        ng.accept(await self.request(parties.stop(anchor, tag)))

    async def hear_tones(self, anchor: str, tag: str) -> None:
        """Tell the keys, too, that a party sends as sound."""
        ng.accept(await self.request(parties.hear_tones(anchor, tag)))

    async def subscribe(self, anchor: str, tag: str, listener: str, *, wideband: bool = False) -> bytes:
        """An offer by which our media engine listens to a party, under a tag of its own."""
        return ng.sdp_of(await self.request(parties.subscribe(anchor, tag, listener, wideband=wideband)))

    async def subscribed(self, anchor: str, listener: str, sdp: bytes) -> None:
        """The media engine's answer."""
        ng.accept(await self.request(parties.subscribed(anchor, listener, sdp)))

    async def unsubscribe(self, anchor: str, listener: str) -> None:
        """Nobody listens under this tag any more."""
        ng.accept(await self.request(parties.unsubscribe(anchor, listener)))

    def _report(self, reply: Reply) -> MediaReport | None:
        return ng.report_of(reply, self._clock.now().timestamp())
