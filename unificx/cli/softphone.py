"""Minimal soft phone: registers, calls, answers, sends a tone and records. `unificx call` uses two.

It uses SIP and RTP over UDP on the address from which the server is reachable.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from unificx.cli.audio import SoftPhoneAudio, UdpSocket
from unificx.core.clock import Clock
from unificx.sdp import Direction, SdpError, direction
from unificx.sdp import parse as parse_description
from unificx.sip.digest_client import best_challenge, response_for
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.headers import parse_auth
from unificx.sip.legs import (
    Answered,
    ByeReceived,
    DialogTable,
    IncomingLeg,
    InviteParams,
    Leg,
    LegEvent,
    OfferReceived,
    OutgoingLeg,
    Rejected,
)
from unificx.sip.message import Request, Response, respond
from unificx.sip.transactions.events import ClientKey, RequestFailed, RequestReceived, ResponseReceived

RESPONSE_TIMEOUT = 8.0
"""Seconds to wait for a response of the server."""


class SoftPhoneError(Exception):
    """The server did not behave as the phone requires; the text is shown to the user."""


@dataclass(frozen=True, slots=True)
class Account:
    """SIP login of a device, and the server address."""

    username: str
    password: str = field(repr=False)
    domain: str
    number: str
    server: Flow


class SoftPhone:
    """A soft phone. `trace` is called for every SIP message with its method or status and direction."""

    def __init__(self, account: Account, tone: float, clock: Clock, trace: Callable[[str, bool], None]) -> None:
        self.account = account
        self.audio = SoftPhoneAudio(tone, clock)
        self._clock = clock
        self._trace = trace
        self._socket = UdpSocket(self._receive)
        self._endpoint = Endpoint(tag=self._token, via_host=lambda flow: self._local_address())
        self._dialogs = DialogTable(
            self._endpoint, lambda flow: f"<sip:{account.username}@{self._local_address()}>", self._token
        )
        self._pending_requests: dict[ClientKey, asyncio.Future[Response]] = {}
        self._leg_events: asyncio.Queue[tuple[Leg, LegEvent]] = asyncio.Queue()
        self._timer_task: asyncio.Task[None] | None = None
        self._media_port = 0
        self.leg: Leg | None = None
        self.in_call = asyncio.Event()
        """Set while in a call; incoming calls are answered at once."""

    async def start(self, host: str) -> None:
        """Open the sockets and register."""
        await self._socket.open(host)
        self._media_port = await self.audio.open(host)
        self._timer_task = asyncio.create_task(self._run_timers())
        await self._register(60)

    async def stop(self) -> None:
        """Unregister and close all sockets."""
        if self._timer_task is not None:
            with contextlib.suppress(SoftPhoneError):
                await self._register(0)
            self._timer_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._timer_task
        await self.audio.close()
        self._socket.close()

    async def call(self, number: str) -> float:
        """Call `number`; return the seconds until the answer. Raises SoftPhoneError if it is not answered."""
        account = self.account
        started = self._clock.monotonic()
        headers: tuple[tuple[str, str], ...] = ()
        for _ in range(2):
            target = f"sip:{number}@{account.domain}"
            me = f"<sip:{account.number}@{account.domain}>"
            leg = self._dialogs.outgoing(InviteParams(target, account.server, me, f"<{target}>", headers=headers))
            self.leg = leg
            leg.call(self._sdp(), started)
            self._flush()
            event = await self._next_final_event(leg)
            if isinstance(event, Answered):
                self._start_media(event.body)
                return self._clock.monotonic() - started
            if not isinstance(event, Rejected) or event.response is None or event.status not in (401, 407):
                status = event.status if isinstance(event, Rejected) else "no response"
                raise SoftPhoneError(f"the call to {number} was answered with {status}")
            headers = (self._credentials(event.response, "INVITE", target),)
        raise SoftPhoneError("the server did not accept this phone's password")

    def hang_up(self) -> None:
        """End or cancel the call."""
        now = self._clock.monotonic()
        if isinstance(self.leg, OutgoingLeg):
            self.leg.cancel(now)
        if self.leg is not None:
            self.leg.bye(now)
            self._flush()
        self.in_call.clear()

    def send_dtmf(self, digits: str) -> None:
        """Send DTMF digits with SIP INFO."""
        if self.leg is not None:
            for digit in digits:
                body = f"Signal={digit}\r\nDuration=160\r\n".encode()
                self.leg.info("application/dtmf-relay", body, self._clock.monotonic())
            self._flush()

    # ---- registration

    async def _register(self, seconds: int) -> None:
        account = self.account
        target = f"sip:{account.domain}"
        call_id, tag = self._token(), self._token()
        extra: list[tuple[str, str]] = []
        for number in (1, 2):
            request = Request(
                "REGISTER",
                target,
                [
                    ("Max-Forwards", "70"),
                    ("From", f"<sip:{account.number}@{account.domain}>;tag={tag}"),
                    ("To", f"<sip:{account.number}@{account.domain}>"),
                    ("Call-ID", call_id),
                    ("CSeq", f"{number} REGISTER"),
                    ("Contact", f"<sip:{account.username}@{self._local_address()}>;expires={seconds}"),
                    ("User-Agent", "UnifiCX soft phone"),
                    *extra,
                ],
            )
            response = await self._request(request)
            if response.status < 300:
                return
            if response.status not in (401, 407):
                raise SoftPhoneError(f"registration was answered with {response.status} {response.reason}")
            extra = [self._credentials(response, "REGISTER", target)]
        raise SoftPhoneError("the server did not accept this phone's password")

    def _credentials(self, response: Response, method: str, uri: str) -> tuple[str, str]:
        proxy = response.status == 407
        lines = response.all("proxy-authenticate" if proxy else "www-authenticate")
        challenge = best_challenge([parse_auth(line) for line in lines])
        if challenge is None:
            raise SoftPhoneError("the server requires an unsupported authentication scheme")
        account = self.account
        value = response_for(challenge, account.username, account.password, method, uri, cnonce=self._token())
        return ("Proxy-Authorization" if proxy else "Authorization", value)

    async def _request(self, request: Request) -> Response:
        key = self._endpoint.request(request, self.account.server, self._clock.monotonic())
        response: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._pending_requests[key] = response
        self._flush()
        try:
            return await asyncio.wait_for(response, RESPONSE_TIMEOUT)
        except TimeoutError:
            raise SoftPhoneError("the server does not answer SIP") from None
        finally:
            self._pending_requests.pop(key, None)

    # ---- network

    async def _next_final_event(self, leg: Leg) -> LegEvent:
        """Return the next final event of `leg`."""
        try:
            async with asyncio.timeout(RESPONSE_TIMEOUT):
                while True:
                    event_leg, event = await self._leg_events.get()
                    if event_leg is leg and isinstance(event, (Answered, Rejected)):
                        return event
        except TimeoutError:
            raise SoftPhoneError("the call was neither answered nor rejected") from None

    def _receive(self, data: bytes, addr: tuple[str, int]) -> None:
        self._trace_message(data, outgoing=False)
        self._endpoint.receive(data, Flow("udp", addr[0], addr[1]), self._clock.monotonic())
        self._process_events()

    def _process_events(self) -> None:
        now = self._clock.monotonic()
        while self._endpoint.events:
            event = self._endpoint.events.popleft()
            if self._dialogs.handle(event, now):
                continue
            match event:
                case RequestReceived(key, request, flow) if request.method == "INVITE" and not request.to.tag:
                    self._answer(self._dialogs.incoming(key, request, flow, now), now)
                case RequestReceived(key, request):
                    self._endpoint.respond(key, respond(request, 200 if request.method == "OPTIONS" else 481), now)
                case ResponseReceived(key, response) if key in self._pending_requests and response.status >= 200:
                    if not self._pending_requests[key].done():
                        self._pending_requests[key].set_result(response)
                case RequestFailed(key) if key in self._pending_requests and not self._pending_requests[key].done():
                    self._pending_requests[key].set_exception(SoftPhoneError("the server does not answer SIP"))
                case _:
                    pass
        for leg, leg_event in self._dialogs.take_events():
            if isinstance(leg_event, ByeReceived):
                leg.close(now)
                self.in_call.clear()
            if isinstance(leg_event, OfferReceived):
                self._answer_offer(leg, leg_event.body, now)
            if isinstance(leg, OutgoingLeg):
                self._leg_events.put_nowait((leg, leg_event))
        self._flush()

    def _answer(self, leg: IncomingLeg, now: float) -> None:
        self.leg = leg
        leg.progress(180, b"", now)
        leg.accept(self._sdp(), now)
        self._start_media(leg.remote_sdp)

    def _answer_offer(self, leg: Leg, offer: bytes, now: float) -> None:
        """Answer a re-INVITE: a hold, or re-anchored media."""
        try:
            offered = direction(parse_description(offer)) if offer else Direction.SENDRECV
        except SdpError:
            leg.reject_offer(488, now)
            return
        leg.answer(self._sdp(offered.reversed), now)
        if offer:
            self._start_media(offer)

    def _start_media(self, sdp: bytes) -> None:
        """Start sending audio: both SDPs are known."""
        try:
            session = parse_description(sdp)
        except SdpError:
            raise SoftPhoneError("the server's SDP is invalid") from None
        media = session.media[0]
        connection = session.connection(media)
        if connection is not None:
            self.audio.start_sending(connection.address, media.port)
        self.in_call.set()

    def _flush(self) -> None:
        for data, flow in self._endpoint.to_send():
            self._trace_message(data, outgoing=True)
            self._socket.send(data, flow.host, flow.port)

    async def _run_timers(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            now = self._clock.monotonic()
            self._endpoint.timer(now)
            self._dialogs.timer(now)
            self._process_events()

    def _trace_message(self, data: bytes, *, outgoing: bool) -> None:
        parts = data.partition(b"\r\n")[0].decode("utf-8", "replace").split(" ")
        self._trace(" ".join(parts[1:]) if parts[0] == "SIP/2.0" else parts[0], outgoing)

    # ---- SDP and addresses

    def _sdp(self, media_direction: Direction = Direction.SENDRECV) -> bytes:
        host = self._socket.address[0]
        kind = "IP6" if ":" in host else "IP4"
        lines = (
            "v=0",
            f"o=- 1 1 IN {kind} {host}",
            "s=-",
            f"c=IN {kind} {host}",
            "t=0 0",
            f"m=audio {self._media_port} RTP/AVP 0 101",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-15",
            "a=ptime:20",
            f"a={media_direction}",
            "",
        )
        return "\r\n".join(lines).encode()

    def _local_address(self) -> str:
        host, port = self._socket.address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def _token(self) -> str:
        return self._clock.random_bytes(10).hex()
