"""HTTP client: allowed destinations, and limits on time and size."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from unificx.core.clock import SystemClock
from unificx.integrations import http_client
from unificx.integrations.http_client import HttpClient
from unificx.integrations.local_ca import ensure_certificates, server_context

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@contextlib.asynccontextmanager
async def server(
    answer: bytes | Answering, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Run a server with a fixed response; yield its port and the received request heads."""
    received: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            received.append(await reader.readuntil(b"\r\n\r\n"))
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(reader, writer)
        writer.close()

    running = await asyncio.start_server(talk, "0.0.0.0", 0, ssl=tls)
    async with running:
        yield running.sockets[0].getsockname()[1], received
        # A client that has given up may be accepted but not attached yet. asyncio closes no such connection when its
        # server is closed: it is accepted in the first of these turns at the latest, and attached in the next.
        for _ in range(3):
            await asyncio.sleep(0)


async def test_request_is_a_plain_get() -> None:
    async with server(GOOD) as (port, received):
        assert await HttpClient()(f"http://127.0.0.1:{port}/x?y=z", inside=True) == b"{}"
    (head,) = received
    assert head.startswith(b"GET /x?y=z HTTP/1.1\r\n")
    assert b"cookie" not in head.lower()
    assert b"accept-encoding: identity" in head.lower()


async def test_form_is_posted_with_basic_credentials() -> None:
    got: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.readexactly(10))
        writer.write(GOOD)

    async with server(answer) as (port, received):
        await HttpClient()(f"http://127.0.0.1:{port}/", form={"a": "b c", "d": "ef"}, login=("u", "p"), inside=True)
    assert got == [b"a=b+c&d=ef"]
    assert received[0].startswith(b"POST / HTTP/1.1\r\n")
    assert b"Authorization: Basic dTpw\r\n" in received[0]


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/",
        "http://login.example.com/",
        "http://127.0.0.1.example.com/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "//127.0.0.1/",
        "127.0.0.1",
        "",
        "https://",
    ],
)
async def test_only_https_urls_are_requested(url: str, inside: bool) -> None:
    with pytest.raises(OSError):
        await HttpClient()(url, inside=inside)


async def test_internal_addresses_are_blocked_by_default(tmp_path: Path) -> None:
    certificates = ensure_certificates(tmp_path, ["localhost", "127.0.0.1"], SystemClock())
    trusting = ssl.create_default_context(cafile=str(certificates.authority))
    async with server(GOOD, server_context(certificates)) as (port, received):
        for host in ("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"):
            with pytest.raises(OSError):
                await HttpClient(trusting)(f"https://{host}:{port}/")
            with pytest.raises(OSError):
                await HttpClient()(f"http://{host}:{port}/")
        assert received == []
        assert await HttpClient(trusting)(f"https://localhost:{port}/", inside=True) == b"{}"


async def test_server_certificate_is_verified(tmp_path: Path) -> None:
    certificates = ensure_certificates(tmp_path, ["pbx.example.com"], SystemClock())
    trusting = ssl.create_default_context(cafile=str(certificates.authority))
    async with server(GOOD, server_context(certificates)) as (port, received):
        for host, context in (("127.0.0.2", trusting), ("localhost", None)):
            with pytest.raises(OSError):
                await HttpClient(context)(f"https://{host}:{port}/", inside=True)
        assert received == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: https://login.example.com/\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + bytes(300_000),
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(300_000),
        b"SSH-2.0-OpenSSH\r\n",
        b"",
    ],
    ids=["redirect", "missing", "empty", "cut", "large", "endless", "other", "nothing"],
)
async def test_only_a_complete_and_small_200_response_is_accepted(answer: bytes) -> None:
    async with server(answer) as (port, _):
        with pytest.raises(OSError):
            await HttpClient()(f"http://127.0.0.1:{port}/", inside=True)


async def test_slow_server_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "TIMEOUT", 0.2)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        await reader.read()

    async with server(drip) as (port, _):
        with pytest.raises(OSError):
            await HttpClient()(f"http://127.0.0.1:{port}/", inside=True)


async def test_closed_port_and_unknown_name_fail() -> None:
    async with server(GOOD) as (port, _):
        pass
    for url in (f"http://127.0.0.1:{port}/", "https://nobody.invalid/"):
        with pytest.raises(OSError):
            await HttpClient()(url, inside=True)
