"""Client of rtpengine's ng control port: one UDP socket with concurrent requests, answered by callbacks."""

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, TypeVar

import structlog

from unificx.core.clock import Clock
from unificx.core.datagrams import DatagramReader, DatagramSocket
from unificx.core.faults import describe_fault
from unificx.media.errors import MediaUnavailable
from unificx.rtpengine import bencode, ng, party_commands
from unificx.rtpengine.dtls_certificates import DtlsCertificates
from unificx.rtpengine.ng import MediaReport, Profile, Reply
from unificx.sdp import MINIMAL_OFFER, offers_codec

RETRY_DELAYS = (0.3, 0.7, 1.5)
"""Seconds to wait for a reply before each retransmission, and finally before giving up.

Retransmissions are safe: rtpengine recognizes the cookie and repeats its reply."""

MAX_PENDING = 1000
RECEIVE_BUFFER = 4 * 1024 * 1024
"""Room for the replies to many requests at once, capped by the kernel's net.core.rmem_max."""
TIMER_GRAIN = 0.02
"""Minimum seconds between two runs of the retransmission timer, which all pending requests share."""

Parsed = TypeVar("Parsed")
log = structlog.get_logger()


@dataclass(slots=True)
class _PendingRequest:
    """A request without a reply yet, with its remaining retransmission delays; the current one ends at `due`."""

    datagram: bytes
    delays: Iterator[float]
    due: float
    parse: Callable[[Reply], Any]
    on_reply: Callable[[Any], None]
    selection: bencode.Selection


class NgClient:
    """Client of one rtpengine. Awaited methods may raise MediaUnavailable.

    Requests of the call path have neither a task nor a timer of their own, which would cost more than the request.
    """

    def __init__(self, clock: Clock, datagrams: DatagramReader) -> None:
        self._clock = clock
        self._datagrams = datagrams
        # Random, because rtpengine repeats its reply to a known cookie even to another client.
        self._prefix = clock.random_bytes(8).hex().encode()
        self._numbers = count()
        # Owner: this node: requests that it is sending.
        self._pending: dict[bytes, _PendingRequest] = {}
        self._socket: DatagramSocket | None = None
        self._server = ("127.0.0.1", 0)
        self._timer: asyncio.TimerHandle | None = None
        self._certificates = DtlsCertificates()
        self._codecs: frozenset[str] = frozenset()
        """Names of the codecs that rtpengine transcodes, in lower case; empty while they are unknown."""
        self._learning: asyncio.Task[None] | None = None

    def connect(self, port: int) -> None:
        """Connect to the rtpengine on this port of 127.0.0.1; pending requests to an earlier one fail."""
        self.disconnect()
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        try:
            sock.bind(("127.0.0.1", 0))
        except OSError:
            sock.close()
            raise
        self._server = ("127.0.0.1", port)
        self._socket = self._datagrams.open(sock, self._on_datagram)

    def disconnect(self) -> None:
        """Close the socket; pending requests fail at once."""
        if self._socket is not None:
            self._datagrams.close(self._socket)
            self._socket = None
        pending, self._pending = self._pending, {}
        for each in pending.values():
            _fail(each.on_reply, MediaUnavailable("silent"))
        self._set_timer(None)

    def _on_datagram(self, data: bytes, address: tuple[str, int]) -> None:
        if address != self._server:
            return
        cookie, _, body = data.partition(b" ")
        pending = self._pending.get(cookie)
        if pending is None:
            return
        try:
            reply = bencode.decode(body, pending.selection)
        except bencode.InvalidReply:
            return
        del self._pending[cookie]
        try:
            result = pending.parse(reply)
        except MediaUnavailable as refusal:
            result = refusal.with_traceback(None)  # otherwise this frame and the exception refer to each other
        except Exception as fault:  # a bug: the requester must not wait forever
            log.error("rtpengine_reply_failed", **describe_fault(fault))
            result = MediaUnavailable("refused")
        pending.on_reply(result)

    def send(
        self,
        request: bytes,
        parse: Callable[[Reply], Parsed],
        on_reply: Callable[[Parsed | MediaUnavailable], None],
        retry_delays: Sequence[float] = (),
        *,
        selection: bencode.Selection = bencode.EVERYTHING,
    ) -> None:
        """Send an encoded request. `on_reply` is called once, after this method has returned, with the parsed reply or
        with the reason why there is none. `parse` gets the `selection` of the reply."""
        if len(self._pending) >= MAX_PENDING:
            _fail(on_reply, MediaUnavailable("busy"))
            return
        if self._socket is None:
            _fail(on_reply, MediaUnavailable("silent"))
            return
        cookie = b"%b_%d" % (self._prefix, next(self._numbers))
        datagram = b"%b %b" % (cookie, request)
        delays = iter(retry_delays or RETRY_DELAYS)
        due = asyncio.get_running_loop().time() + next(delays)
        self._pending[cookie] = _PendingRequest(datagram, delays, due, parse, on_reply, selection)
        self._socket.send(datagram, self._server)
        if self._timer is None or due < self._timer.when():
            self._set_timer(due)

    async def request(self, message: ng.Message | bytes, retry_delays: Sequence[float] = ()) -> Reply:
        """Send a request and return its reply, which may be an error reply. Raise MediaUnavailable without a reply."""
        future = asyncio.get_running_loop().create_future()
        self.send(bencode.encode(message), _unparsed, partial(_settle, future), retry_delays)
        return await future

    async def learn_certificate(self) -> None:
        """Learn the fingerprints of the certificate of new anchors, unless one is refused."""
        replies: list[bytes] = []
        for profile in (Profile.WEBRTC, Profile.WEBRTC_ANEW):
            anchor = f"certificate-{self._clock.random_bytes(8).hex()}"
            try:
                offer = ng.offer(anchor, "probe", MINIMAL_OFFER, ng.Sides(profile))
                replies.append(ng.parse_sdp(await self.request(offer)))
                await self.request(ng.delete(anchor))
            except MediaUnavailable:
                return
        self._certificates.learn(*replies)

    def learn_codecs(self, names: frozenset[str]) -> None:
        """Note which codecs rtpengine transcodes, by their names in lower case."""
        self._codecs = names

    async def ping(self, retry_delays: Sequence[float] = ()) -> None:
        """Return when it responds. Raise MediaUnavailable if it does not."""
        ng.check_reply(await self.request(ng.ping(), retry_delays))

    def offer(
        self,
        anchor: str,
        from_tag: str,
        sdp: bytes,
        sides: ng.Sides,
        on_reply: Callable[[bytes | MediaUnavailable], None],
        *,
        all_codecs: bool = False,
    ) -> None:
        """Anchor an offer or re-offer of the party `from_tag`; the reply is the SDP to forward.

        `all_codecs`: append all codecs that can be transcoded. None is appended to an offer of codecs that rtpengine
        cannot transcode, since a phone that answered with it would not hear and not be heard; such an offer is refused
        if the recipient has none of them.
        """
        added = ng.ALL_CODECS if all_codecs else ng.FALLBACK_CODECS
        if self._codecs and not offers_codec(sdp, self._codecs):
            if sides.recipient in ng.WITHOUT_OTHER_CODECS:
                _fail(on_reply, MediaUnavailable("invalid_sdp"))
                return
            added = ()
        request = ng.offer(anchor, from_tag, sdp, sides, added)
        self.send(request, self._sdp_parser(sides.recipient), on_reply)

    def answer(
        self,
        anchor: str,
        tags: tuple[str, str],
        sdp: bytes,
        recipient_profile: Profile,
        on_reply: Callable[[bytes | MediaUnavailable], None],
        *,
        sender_profile: Profile = Profile.PLAIN,
    ) -> None:
        """Anchor an answer; the reply is the SDP to forward to the offerer. `tags` are the offerer's and answerer's."""
        request = ng.answer(anchor, *tags, sdp, recipient_profile, sender_profile=sender_profile)
        self.send(request, self._sdp_parser(recipient_profile), on_reply)

    def delete(self, anchor: str, on_reply: Callable[[MediaReport | MediaUnavailable | None], None]) -> None:
        """Delete an anchor; the reply is its final statistics, or None if it is unknown."""
        self.send(ng.delete(anchor), self._report, on_reply, selection=ng.STATISTICS)

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

    def _sdp_parser(self, recipient_profile: Profile) -> Callable[[Reply], bytes]:
        return self._parse_moved if recipient_profile is Profile.WEBRTC_ANEW else ng.parse_sdp

    def _parse_moved(self, reply: Reply) -> bytes:
        """Return the SDP for a browser that moves between anchors.

        An unknown certificate is new, which starts a new DTLS association by itself. It is learnt for later calls.
        """
        sdp = ng.parse_sdp(reply)
        if not self._certificates.is_known(sdp) and (self._learning is None or self._learning.done()):
            self._learning = asyncio.create_task(self.learn_certificate())
        return self._certificates.with_other_hash(sdp)

    def _report(self, reply: Reply) -> MediaReport | None:
        return ng.parse_report(reply, self._clock.now().timestamp())

    def _set_timer(self, due: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(due, self._retransmit) if due is not None else None

    def _retransmit(self) -> None:
        """Retransmit the requests whose delay is over, or give up. Answered requests do not stop the timer."""
        now = asyncio.get_running_loop().time()
        for cookie, pending in [each for each in self._pending.items() if each[1].due <= now]:
            delay = next(pending.delays, None)
            if delay is None or self._socket is None:
                del self._pending[cookie]
                _fail(pending.on_reply, MediaUnavailable("silent"))
            else:
                pending.due = now + delay
                self._socket.send(pending.datagram, self._server)
        earliest = min((pending.due for pending in self._pending.values()), default=None)
        self._set_timer(earliest and max(earliest, now + TIMER_GRAIN))


def _fail(on_reply: Callable[[Any], None], fault: MediaUnavailable) -> None:
    """Report a failure, but not while the requester is still sending."""
    asyncio.get_running_loop().call_soon(on_reply, fault)


def _unparsed(reply: Reply) -> Reply:
    return reply


def _settle(future: asyncio.Future[Any], result: object) -> None:
    if future.done():  # cancelled
        return
    if isinstance(result, MediaUnavailable):
        future.set_exception(result)
    else:
        future.set_result(result)
