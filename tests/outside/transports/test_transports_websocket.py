"""SIP over WebSocket (RFC 7118): a real client against the ASGI application under a real server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn
from waiting import until
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from unificx.sip.flow import Flow
from unificx.transport.connections import Connections, StreamLimits
from unificx.transport.websocket import SipWebSocket

SIP = Subprotocol("sip")
HELLO = "OPTIONS sip:a SIP/2.0\r\nSubject: Grüße\r\n\r\n"


@dataclass
class WebSocketEndpoint:
    """A server with only the SIP WebSocket, and the messages it received."""

    connections: Connections = field(init=False)
    port: int = 0
    received: list[tuple[bytes, Flow]] = field(default_factory=list)
    lost: list[Flow] = field(default_factory=list)
    closed: list[Flow] = field(default_factory=list)
    """Connections of pages that were closed during a call."""
    fault: Exception | None = None
    """Raised for each message."""

    def __post_init__(self) -> None:
        limits = StreamLimits(per_source_loopback=5, first_message=0.5, stalled=0.5, unsent=200_000)
        self.connections = Connections(self._receive, self.lost.append, limits, self.closed.append)

    def _receive(self, data: bytes, flow: Flow) -> None:
        if self.fault is not None:
            raise self.fault
        self.received.append((data, flow))

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}/sip"

    def send(self, data: bytes, flow: Flow) -> None:
        connection = self.connections.get(flow.connection)
        assert connection is not None
        connection.send(data)


@pytest.fixture
async def endpoint() -> AsyncIterator[WebSocketEndpoint]:
    endpoint = WebSocketEndpoint()
    app = SipWebSocket(endpoint.connections)
    config = uvicorn.Config(
        app, port=0, lifespan="off", ws="websockets-sansio", log_level="error", ws_ping_interval=None
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # pyright: ignore[reportAttributeAccessIssue]
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    endpoint.port = server.servers[0].sockets[0].getsockname()[1]
    yield endpoint
    endpoint.connections.close_all()
    server.should_exit = True
    await task


async def test_a_browser_talks(endpoint: WebSocketEndpoint) -> None:
    async with connect(endpoint.address, subprotocols=[SIP]) as browser:
        assert browser.subprotocol == SIP
        await browser.send(HELLO)
        await until(lambda: endpoint.received)
        ((data, flow),) = endpoint.received
        assert data == HELLO.encode()
        assert flow.transport == "ws"
        assert flow.host == "127.0.0.1"
        assert flow.connection
        endpoint.send(HELLO.encode(), flow)
        assert await browser.recv() == HELLO
        endpoint.send(b"\xff\xfe", flow)
        assert await browser.recv() == b"\xff\xfe"
        await browser.send(HELLO.encode())
        await until(lambda: len(endpoint.received) == 2)
    await until(lambda: endpoint.lost)
    assert endpoint.lost == [flow]
    assert len(endpoint.connections) == 0


@pytest.mark.parametrize(("code", "closed"), [(4001, 1), (1000, 0), (1001, 0)])
async def test_a_page_closed_during_a_call_differs_from_a_lost_connection(
    endpoint: WebSocketEndpoint, code: int, closed: int
) -> None:
    async with connect(endpoint.address, subprotocols=[SIP]) as browser:
        await browser.send(HELLO)
        await until(lambda: endpoint.received)
        await browser.close(code)
    await until(lambda: endpoint.lost)
    await asyncio.sleep(0)
    assert len(endpoint.closed) == closed


async def test_a_page_of_the_own_origin_is_accepted(endpoint: WebSocketEndpoint) -> None:
    async with connect(
        endpoint.address, subprotocols=[SIP], origin=Origin(f"http://127.0.0.1:{endpoint.port}")
    ) as browser:
        assert browser.subprotocol == SIP


@pytest.mark.parametrize(
    "origin", ["http://other.example", "https://127.0.0.1", "http://127.0.0.1:1", "null", "http://[", ""]
)
async def test_a_page_of_another_site_is_refused(endpoint: WebSocketEndpoint, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(endpoint.address, subprotocols=[SIP], additional_headers={"Origin": origin}):
            pass
    assert refused.value.response.status_code == 403
    assert len(endpoint.connections) == 0


async def test_keep_alives_are_answered(endpoint: WebSocketEndpoint) -> None:
    """As SIP.js and JsSIP send them."""
    async with connect(endpoint.address, subprotocols=[SIP]) as browser:
        await browser.send("\r\n\r\n")
        assert await browser.recv() == "\r\n"
    assert not endpoint.received


@pytest.mark.parametrize("protocols", [None, [Subprotocol("xmpp")]])
async def test_another_subprotocol_is_refused(endpoint: WebSocketEndpoint, protocols: list[Subprotocol] | None) -> None:
    with pytest.raises(InvalidStatus):
        await connect(endpoint.address, subprotocols=protocols)


async def test_plain_http_gets_426_upgrade_required(endpoint: WebSocketEndpoint) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.get(endpoint.address.replace("ws:", "http:"))
    assert response.status_code == 426
    assert response.headers["upgrade"] == "websocket"


async def test_a_silent_client_is_disconnected(endpoint: WebSocketEndpoint) -> None:
    async with connect(endpoint.address, subprotocols=[SIP]) as browser:
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(5):
                await browser.recv()
    await until(lambda: endpoint.lost)


async def test_an_oversized_message_closes_the_connection(endpoint: WebSocketEndpoint) -> None:
    async with connect(endpoint.address, subprotocols=[SIP]) as browser:
        await browser.send("x" * 70_000)
        with pytest.raises(ConnectionClosed) as closed:
            await browser.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
    assert not endpoint.received


async def test_a_browser_that_does_not_read_is_dropped(endpoint: WebSocketEndpoint) -> None:
    async with connect(
        endpoint.address, subprotocols=[SIP], compression=None, max_queue=1, close_timeout=0.1
    ) as browser:
        await browser.send(HELLO)
        await until(lambda: endpoint.received)
        flow = endpoint.received[0][1]
        for _ in range(2_000):
            if endpoint.connections.get(flow.connection) is None:
                break
            endpoint.send(b"x" * 60_000, flow)
            await asyncio.sleep(0.001)
        await until(lambda: endpoint.lost == [flow])
        browser.transport.abort()


async def test_websockets_are_limited_per_source(endpoint: WebSocketEndpoint) -> None:
    async with connect(endpoint.address, subprotocols=[SIP]):
        pass
    await until(lambda: endpoint.lost)
    endpoint.lost.clear()
    browsers = [await connect(endpoint.address, subprotocols=[SIP]) for _ in range(5)]
    for number, browser in enumerate(browsers, 1):
        await browser.send(HELLO)
        await until(lambda count=number: len(endpoint.received) == count)
        endpoint.connections.authenticated(endpoint.received[-1][1])
    with pytest.raises(InvalidStatus):
        await connect(endpoint.address, subprotocols=[SIP])
    await browsers[0].close()
    await until(lambda: endpoint.lost)
    again = await connect(endpoint.address, subprotocols=[SIP])
    for browser in (*browsers[1:], again):
        await browser.close()


async def test_websockets_without_credentials_lock_no_browser_out(endpoint: WebSocketEndpoint) -> None:
    browsers = [await connect(endpoint.address, subprotocols=[SIP]) for _ in range(6)]
    with pytest.raises(ConnectionClosed) as closed:
        await browsers[0].recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001
    for browser in browsers[1:]:
        await browser.close()


async def test_an_internal_error_closes_only_its_connection(
    endpoint: WebSocketEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.fault = ValueError("broken")
    async with connect(endpoint.address, subprotocols=[SIP]) as browser:
        await browser.send(HELLO)
        with pytest.raises(ConnectionClosed):
            await browser.recv()
    await until(lambda: endpoint.lost)
    assert "ValueError" in caplog.text


class SlowlyClosed:
    """A connection whose peer does not read."""

    def send(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


def test_connections_that_take_long_to_close_are_limited() -> None:
    """They are replaced, but further ones need a socket each until they are closed."""
    limits = StreamLimits(connections=2, closing=1)
    connections = Connections(lambda data, flow: None, lambda flow: None, limits)

    def accept() -> bool:
        accepted = connections.acquire("192.0.2.1")
        connections.add_unauthenticated("192.0.2.1", SlowlyClosed())
        return accepted

    assert [accept() for _ in range(4)] == [True, True, True, False]
