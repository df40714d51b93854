"""Silent, incomplete and slow HTTP connections do not block others."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from waiting import until
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from unificx.api.connection_limiter import HttpLimits
from unificx.core.clock import SystemClock
from unificx.integrations.local_ca import Certificates, ensure_certificates, server_context
from unificx.server.http_server import HttpServers, add_sip_websocket
from unificx.transport.binding import BindAddress
from unificx.transport.connections import Connections, StreamLimits

LARGE = 8 << 20
REQUEST = b"GET / HTTP/1.1\r\nHost: pbx.example.com\r\n\r\n"
SIP = Subprotocol("sip")


@dataclass
class HttpServer:
    servers: HttpServers
    port: int
    tls: ssl.SSLContext | None = None

    async def visit(self, payload: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls)
        writer.write(payload)
        return reader, writer

    async def answers(self) -> bool:
        reader, writer = await self.visit(REQUEST)
        line = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        return line.startswith(b"HTTP/1.1 200")


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body, and answers "hello", or much more."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        if scope["path"] == "/echo":
            await send({"type": "websocket.send", "text": (await receive())["text"]})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    while (message := await receive()).get("more_body"):
        pass
    if scope["path"] == "/wait":
        message = await receive()
    if message["type"] == "http.disconnect":
        return
    body = bytes(LARGE) if scope["path"] == "/large" else b"hello"
    if scope["path"] == "/headers":
        body = repr(scope["headers"]).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for start in range(0, len(body), 65536):
        part = body[start : start + 65536]
        await send({"type": "http.response.body", "body": part, "more_body": start + len(part) < len(body)})


@asynccontextmanager
async def setup(
    limits: HttpLimits, certificates: Certificates | None = None, websockets: int = 100
) -> AsyncIterator[HttpServer]:
    servers = HttpServers(limits)
    connections = Connections(lambda data, flow: None, lambda flow: None, StreamLimits(per_source_loopback=websockets))
    context = server_context(certificates) if certificates is not None else None
    _, port = servers.listen(add_sip_websocket(app, connections), BindAddress("tcp", "127.0.0.1", 0), context)
    tls = None
    if certificates is not None:
        tls = ssl.create_default_context(cafile=str(certificates.authority))
        tls.check_hostname = False
    serving = asyncio.gather(*servers.serving())
    try:
        yield HttpServer(servers, port, tls)
    finally:
        servers.stop()
        await serving
    assert len(servers.limiter) == 0


async def ended(reader: asyncio.StreamReader, seconds: float = 5) -> bytes:
    """Return the data received until the connection was closed."""
    payload = b""
    async with asyncio.timeout(seconds):
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                payload += data
    return payload


async def test_clients_that_hold_all_connections_open_do_not_block_others() -> None:
    async with setup(HttpLimits(connections=20, per_source_loopback=20, head=60)) as home:
        idle = [await home.visit(b"GET / HT") for _ in range(20)]
        await until(lambda: len(home.servers.limiter) == 20)
        assert await home.answers()
        assert await ended(idle[0][0]) == b""
        for _, writer in idle:
            writer.close()


@pytest.mark.parametrize(("payload", "answer"), [(b"", b""), (b"GET / HTTP/1.1\r\nHost: a\r\n", b"HTTP/1.1 408 ")])
async def test_a_missing_request_head_times_out(payload: bytes, answer: bytes) -> None:
    async with setup(HttpLimits(head=0.2)) as home:
        reader, writer = await home.visit(payload)
        assert (await ended(reader)).startswith(answer)
        await until(lambda: not len(home.servers.limiter))
        writer.close()


async def test_a_request_head_sent_byte_by_byte_times_out() -> None:
    async with setup(HttpLimits(head=0.3)) as home:
        reader, writer = await home.visit(REQUEST)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")

        async def drip() -> None:
            with suppress(ConnectionError):
                while not writer.is_closing():
                    writer.write(b"\r\n")
                    await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        await ended(reader)
        dripping.cancel()
        writer.close()


async def test_the_size_of_a_request_head_is_limited() -> None:
    async with setup(HttpLimits(max_head=4096)) as home:
        reader, writer = await home.visit(b"GET / HTTP/1.1\r\nX: " + b"x" * 8192)
        assert (await ended(reader)).startswith(b"HTTP/1.1 431 ")
        writer.close()


async def test_the_size_limit_applies_to_a_request_head_in_one_segment() -> None:
    async with setup(HttpLimits(max_head=4096)) as home:
        reader, writer = await home.visit(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 1000 + b"\r\n")
        assert (await ended(reader)).startswith(b"HTTP/1.1 431 ")
        writer.close()


async def test_a_body_in_the_segment_of_the_head_does_not_count_as_head() -> None:
    async with setup(HttpLimits(max_head=4096)) as home:
        reader, writer = await home.visit(b"POST / HTTP/1.1\r\nContent-Length: 9000\r\n\r\n" + bytes(9000))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_a_body_after_the_last_byte_of_the_head_does_not_count_as_head() -> None:
    async with setup(HttpLimits(max_head=4096)) as home:
        reader, writer = await home.visit(b"POST / HTTP/1.1\r\nContent-Length: 9000\r\n\r")
        await asyncio.sleep(0.2)
        writer.write(b"\n" + bytes(9000))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_a_body_does_not_count_as_head() -> None:
    async with setup(HttpLimits(max_head=4096)) as home:
        reader, writer = await home.visit(b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(100):
            writer.write(bytes(1000))
            await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()


CHUNKED = b"POST /headers HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"


async def test_trailers_do_not_become_headers() -> None:
    async with setup(HttpLimits()) as home:
        reader, writer = await home.visit(CHUNKED + b"1\r\nx\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
        answer = await ended(reader)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"192.0.2.1" not in answer
        writer.close()


@pytest.mark.parametrize(
    "endless",
    [
        CHUNKED + b"1\r\nx\r\n0\r\nX: ",
        CHUNKED + b"1;",
        b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nX: ",
    ],
    ids=["trailer", "extension of a chunk", "head during a response"],
)
async def test_what_is_not_a_body_is_limited_in_size(endless: bytes) -> None:
    async with setup(HttpLimits(max_head=4096)) as home:
        reader, writer = await home.visit(endless)
        with suppress(ConnectionError):
            for _ in range(LARGE // 65536):
                writer.write(b"x" * 65536)
                await asyncio.wait_for(writer.drain(), 5)
        await until(lambda: not len(home.servers.limiter))
        await ended(reader)
        writer.close()


async def test_requests_that_wait_for_a_response_are_limited() -> None:
    async with setup(HttpLimits()) as home:
        reader, writer = await home.visit(REQUEST * 50)
        for _ in range(50):
            assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
        writer.write(REQUEST * 1000)
        assert b"HTTP/1.1 400 " in await ended(reader)
        writer.close()


async def test_an_idle_connection_is_closed() -> None:
    async with setup(HttpLimits(idle=0.2)) as home:
        reader, writer = await home.visit(REQUEST)
        assert (await ended(reader)).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_a_peer_that_does_not_read_is_disconnected() -> None:
    async with setup(HttpLimits(stalled=0.3)) as home:
        _, writer = await home.visit(REQUEST.replace(b"/ ", b"/large ", 1))
        await until(lambda: len(home.servers.limiter) == 1)
        await until(lambda: not len(home.servers.limiter))
        writer.close()


async def test_a_peer_that_reads_slowly_gets_everything() -> None:
    async with setup(HttpLimits(stalled=0.5)) as home:
        reader, writer = await home.visit(b"GET /large HTTP/1.1\r\nConnection: close\r\n\r\n")
        size = 0
        while data := await reader.read(1 << 20):
            size += len(data)
            await asyncio.sleep(0.05)
        assert size > LARGE
        writer.close()


async def test_handshakes_count_as_connections_and_time_out(tmp_path: Path) -> None:
    certificates = ensure_certificates(tmp_path, ["127.0.0.1"], SystemClock())
    async with setup(HttpLimits(connections=5, handshake=0.5), certificates) as home:
        silent = [await asyncio.open_connection("127.0.0.1", home.port) for _ in range(5)]
        await until(lambda: len(home.servers.limiter) == 5)
        assert await home.answers()
        for reader, writer in silent:
            await ended(reader)
            writer.close()
        assert await home.answers()


@pytest.mark.parametrize(("path", "protocols"), [("/sip", [SIP]), ("/api/v1/events", [])])
async def test_websockets_have_a_separate_connection_limit(path: str, protocols: list[Subprotocol]) -> None:
    async with setup(HttpLimits(connections=3), websockets=12) as home:
        sockets = [
            await connect(f"ws://127.0.0.1:{home.port}{path}", subprotocols=protocols or None) for _ in range(12)
        ]
        assert await home.answers()
        assert len(home.servers.limiter) <= 1
        if path == "/sip":
            sockets.append(await connect(f"ws://127.0.0.1:{home.port}{path}", subprotocols=protocols))
            await sockets[0].wait_closed()
        else:
            with pytest.raises(InvalidStatus):
                await connect(f"ws://127.0.0.1:{home.port}{path}")
        for each in sockets:
            await each.close()


def upgrade(path: str) -> bytes:
    key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    return f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{key}".encode()


async def test_pings_are_not_answered_while_the_peer_does_not_read() -> None:
    """The pongs would fill the memory, also before a sign-in."""
    async with setup(HttpLimits()) as home:
        reader, writer = await home.visit(upgrade("/"))
        await reader.readuntil(b"\r\n\r\n")
        connection: Any = next(iter(home.servers._servers[0].server_state.connections))
        connection.pause_writing()  # as the transport does when its buffer is full
        connection.data_received(Frame(Opcode.PING, b"one").serialize(mask=True))
        connection.resume_writing()
        connection.data_received(Frame(Opcode.PING, b"two").serialize(mask=True))
        assert await reader.readexactly(5) == b"\x8a\x03two"
        writer.close()


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.TEXT])
async def test_many_small_frames_are_read_over_several_turns_of_the_loop(opcode: Opcode) -> None:
    """A transport passes more than 40,000 frames at once; they stopped the event loop for seconds."""
    frame = Frame(opcode, b"").serialize(mask=True)
    async with setup(HttpLimits()) as home:
        reader, writer = await home.visit(upgrade("/"))
        await reader.readuntil(b"\r\n\r\n")
        connection: Any = next(iter(home.servers._servers[0].server_state.connections))
        read_at_once, parsed = 0, connection.handle_events

        def handle_events() -> None:
            nonlocal read_at_once
            read_at_once = max(read_at_once, len(connection.conn.events))
            parsed()

        connection.handle_events = handle_events
        writer.write(frame * 100_000 + Frame(Opcode.CLOSE, b"").serialize(mask=True))
        assert (await ended(reader, 20)).endswith(b"\x88\x00")
        assert 0 < read_at_once < 1000
        writer.close()


async def test_a_message_of_the_largest_size_is_read_in_one_piece() -> None:
    text = "a" * 60_000
    async with setup(HttpLimits()) as home, connect(f"ws://127.0.0.1:{home.port}/echo") as socket:
        await socket.send(text)
        assert await socket.recv() == text


async def test_empty_fragments_of_a_message_are_not_collected() -> None:
    """The size of a message does not limit their number."""
    async with setup(HttpLimits()) as home:
        reader, writer = await home.visit(upgrade("/echo"))
        await reader.readuntil(b"\r\n\r\n")
        connection: Any = next(iter(home.servers._servers[0].server_state.connections))
        writer.write(Frame(Opcode.TEXT, b"on", fin=False).serialize(mask=True))
        writer.write(Frame(Opcode.CONT, b"", fin=False).serialize(mask=True) * 10_000)
        writer.write(Frame(Opcode.PING, b"").serialize(mask=True))
        assert await reader.readexactly(2) == b"\x8a\x00"
        assert len(connection.frames) < 10
        writer.write(Frame(Opcode.CONT, b"e").serialize(mask=True))
        assert await reader.readexactly(5) == b"\x81\x03one"
        writer.close()
