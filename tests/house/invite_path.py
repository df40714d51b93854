"""Modules entered between an authenticated INVITE and the INVITE to the callee, in a whole server with a canned
rtpengine."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from unittest.mock import patch

from tests.house.named_code import PACKAGE
from unificx.core.clock import SystemClock
from unificx.core.datagrams import DatagramReader
from unificx.identity.schemas import SipLogin
from unificx.integrations.local_ca import ensure_certificates
from unificx.media_worker.client import MediaEngineClient
from unificx.rtpengine import bencode
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.bootstrap import open_installation
from unificx.server.live_events import LiveEvents
from unificx.server.paths import InstallationPaths, database_url
from unificx.server.settings import Settings, parse_bind
from unificx.server.sip import SipServer
from unificx.sip.digest_client import best_challenge, response_for
from unificx.sip.headers import parse_auth
from unificx.sip.message import Request, Response, parse, respond
from unificx.sip_server.driver import SipDriver

Address = tuple[str, int]
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
)
SECONDS = 10.0
"""Maximum time to wait for a message."""
POSTPONED_SECONDS = 0.01
"""Delay of a timer that is due in the middle of the path."""


class CannedReplies(asyncio.DatagramProtocol):
    """An rtpengine that answers every request with the same SDP."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        cookie = data.partition(b" ")[0]
        self._transport.sendto(cookie + b" " + bencode.encode({"result": "ok", "sdp": SDP}), addr)  # type: ignore[attr-defined]


class CannedRtpEngine(RtpEngine):
    """The supervisor without a process."""

    @property
    def pid(self) -> int | None:
        return 1

    async def start(self) -> None:
        self._server, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            CannedReplies, local_addr=("127.0.0.1", 0)
        )
        self._client.connect(self._server.get_extra_info("sockname")[1])
        self._ready.set()

    async def close(self) -> None:
        self._client.disconnect()
        self._server.close()
        await asyncio.sleep(0)


@dataclass
class Phone(asyncio.DatagramProtocol):
    """A phone that answers challenges; it leaves received requests in `requests` as raw messages, each once.

    It sends 100 (Trying) to an INVITE: without a response, repetitions of an INVITE on a slow machine would arrive in
    place of the next one, and their timers would run in the middle of the path.
    """

    login: SipLogin
    server: Address
    requests: "asyncio.Queue[bytes]" = field(default_factory=lambda: asyncio.Queue[bytes]())
    responses: "asyncio.Queue[Response]" = field(default_factory=lambda: asyncio.Queue[Response]())
    cseq: int = 0
    received: set[str] = field(default_factory=set[str])
    """Call-IDs of received requests."""

    async def open(self) -> "Phone":
        self.transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self.port: int = self.transport.get_extra_info("sockname")[1]
        return self

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if data.startswith(b"SIP/2.0"):
            response = parse(data)
            assert isinstance(response, Response)
            self.responses.put_nowait(response)
            return
        request = parse(data)
        assert isinstance(request, Request)
        self.transport.sendto(respond(request, 100).encode(), addr)
        if request.call_id not in self.received:
            self.received.add(request.call_id)
            self.requests.put_nowait(data)

    async def register(self) -> None:
        uri = f"sip:{self.login.domain}"
        proof = await self.challenged("REGISTER", uri, "reg")
        self.send("REGISTER", uri, "reg", proof)
        assert (await self.final()).status == 200

    async def challenged(self, method: str, uri: str, call_id: str) -> str:
        """Send a request without credentials; return the header for the second attempt."""
        self.send(method, uri, call_id)
        response = await self.final()
        name = "www-authenticate" if response.status == 401 else "proxy-authenticate"
        challenge = best_challenge([parse_auth(line) for line in response.all(name)])
        assert challenge is not None
        header = "Authorization: " if method == "REGISTER" else "Proxy-Authorization: "
        return header + response_for(challenge, self.login.username, self.login.password, method, uri, cnonce="c0ffee")

    async def final(self) -> Response:
        while True:
            response = await asyncio.wait_for(self.responses.get(), SECONDS)
            if response.status >= 200:
                return response

    def send(self, method: str, uri: str, call_id: str, credentials: str = "") -> None:
        self.cseq += 1
        number, own = self.login.username.partition("-")[0], f"127.0.0.1:{self.port}"
        target = uri if method == "INVITE" else f"sip:{number}@{self.login.domain}"
        body = SDP if method == "INVITE" else ""
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {own};rport;branch=z9hG4bK-{call_id}-{self.cseq}",
            f"From: <sip:{number}@{self.login.domain}>;tag=f-{call_id}",
            f"To: <{target}>",
            f"Call-ID: {call_id}-{own}",
            f"CSeq: {self.cseq} {method}",
            "Max-Forwards: 70",
            f"Contact: <sip:{number}@{own}>",
            *([credentials] if credentials else []),
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self.transport.sendto("\r\n".join([*lines, "", body]).encode(), self.server)


@asynccontextmanager
async def running_sip_server(folder: Path) -> AsyncIterator[tuple[Address, dict[str, SipLogin]]]:
    """Run the SIP side of a server with the demo tenant; yield its UDP address and the logins by extension number."""
    paths, clock = InstallationPaths(folder), SystemClock()
    udp, tcp = (parse_bind(transport, "127.0.0.1:0", "--sip") for transport in ("udp", "tcp"))
    url = database_url(paths, {})
    settings = Settings(paths, http=tcp, https=(tcp,), sip=(udp,), database=url, media=())
    async with open_installation(paths, url, {}, clock) as container:
        demo = await container.identity.initial_setup.create_demo_tenant()
        assert demo is not None
        datagrams = DatagramReader(clock)
        media, engine = CannedRtpEngine(clock, datagrams=datagrams), MediaEngineClient(clock)
        await media.start()
        live_events = LiveEvents(container.event_hub, container.bus, container.identity.directory, container.history)
        certificates = ensure_certificates(paths.tls, [demo.tenant.domain], clock)
        sip = SipServer(settings, container, media, engine, certificates, live_events=live_events, datagrams=datagrams)
        await sip.start()
        try:
            bind = sip.transports.bound[0]
            yield (bind.host, bind.port), demo.logins
        finally:
            await sip.close()
            await media.close()
            live_events.close()


async def invite_path(folder: Path, calls: int = 10) -> set[str]:
    """Return the modules of `unificx` that every one of several calls enters, from the receipt of the INVITE with
    credentials to the INVITE to the callee. Other work at the same time is left out with the calls it did not
    accompany."""
    found: list[set[str]] = []
    async with running_sip_server(folder) as (server, logins):
        caller, callee = [await Phone(logins[number], server).open() for number in ("1001", "1002")]
        await callee.register()
        uri = f"sip:1002@{caller.login.domain}"
        for number in range(calls):
            proof = await caller.challenged("INVITE", uri, f"call-{number}")
            with postponed_timers(), entered_modules() as entered:
                caller.send("INVITE", uri, f"call-{number}", proof)
                invite = await asyncio.wait_for(callee.requests.get(), SECONDS)
            assert invite.startswith(b"INVITE ")
            found.append(entered)
            await asyncio.sleep(0.03)
        for phone in (caller, callee):
            phone.transport.close()
    return set.intersection(*found)


@contextmanager
def postponed_timers() -> Iterator[None]:
    """Run the timers of calls, subscriptions and trunks afterwards: on a slow machine one is due during every call."""

    def postpone(driver: SipDriver) -> None:
        asyncio.get_running_loop().call_later(POSTPONED_SECONDS, lambda: driver._on_timer())  # pyright: ignore[reportPrivateUsage]

    with patch.object(SipDriver, "_on_timer", postpone):
        yield


@contextmanager
def entered_modules() -> Iterator[set[str]]:
    """Yield the set of modules of `unificx`, as paths in the package, with a function called or resumed meanwhile."""
    monitoring, root = sys.monitoring, f"{PACKAGE}/"
    entered: set[str] = set()

    def on_start(code: CodeType, offset: int) -> object:
        if code.co_filename.startswith(root):
            entered.add(code.co_filename.removeprefix(root))
        return monitoring.DISABLE

    events = monitoring.events.PY_START | monitoring.events.PY_RESUME
    monitoring.use_tool_id(monitoring.PROFILER_ID, "modules")
    try:
        for event in (monitoring.events.PY_START, monitoring.events.PY_RESUME):
            monitoring.register_callback(monitoring.PROFILER_ID, event, on_start)
        monitoring.restart_events()
        monitoring.set_events(monitoring.PROFILER_ID, events)
        yield entered
    finally:
        monitoring.set_events(monitoring.PROFILER_ID, 0)
        monitoring.free_tool_id(monitoring.PROFILER_ID)
