"""Clients behind a reverse proxy on this machine are distinguished, so that none is blocked for another's attempts."""

import asyncio

import pytest
from sip_harness import DOMAIN, Phone, SipHarness

from unificx.api.proxy_headers import ProxyHeadersMiddleware
from unificx.sip.flow import Flow
from unificx.transport.connections import Connections
from unificx.transport.websocket import Event, Receive, Scope, Send, SipWebSocket

PROXY = "127.0.0.1"
ATTACKER, HONEST = "203.0.113.66", "198.51.100.7"


def request(client: tuple[str, int] | None, *forwarded: str, kind: str = "websocket") -> Scope:
    headers = [(b"host", b"pbx.example"), *((b"x-forwarded-for", line.encode()) for line in forwarded)]
    return {"type": kind, "scheme": "ws", "client": client, "subprotocols": ["sip"], "headers": headers}


async def seen(scope: Scope, part: str = "client") -> object:
    """The client address, or another part of the scope, as seen by the app."""
    clients: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        clients.append(scope[part])

    async def nothing(*_: object) -> Event:
        raise AssertionError

    await ProxyHeadersMiddleware(app)(scope, nothing, nothing)  # pyright: ignore[reportArgumentType]
    return clients[0]


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("proxy", [PROXY, "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_a_local_proxy_is_trusted_to_name_the_client(proxy: str, kind: str) -> None:
    assert await seen(request((proxy, 40001), ATTACKER, kind=kind)) == (ATTACKER, 40001)


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        ((f"{HONEST}, {ATTACKER}",), ATTACKER),
        ((HONEST, f"10.0.0.1,{ATTACKER}"), ATTACKER),
        (("2001:db8::7",), "2001:db8::7"),
        (("[2001:db8::7]",), "2001:db8::7"),
    ],
)
async def test_only_the_last_forwarded_address_is_trusted(lines: tuple[str, ...], address: str) -> None:
    """Addresses before the last one are set by the client."""
    assert await seen(request((PROXY, 40001), *lines)) == (address, 40001)


@pytest.mark.parametrize("lines", [(), ("",), ("unknown",), (f"{ATTACKER},",), ("1.2.3.4\xff",), ("x" * 60_000,)])
async def test_an_invalid_address_is_ignored(lines: tuple[str, ...]) -> None:
    assert await seen(request((PROXY, 40001), *lines)) == (PROXY, 40001)


async def test_a_remote_proxy_is_not_trusted() -> None:
    assert await seen(request((ATTACKER, 40001), HONEST)) == (ATTACKER, 40001)
    assert await seen(request(None, HONEST)) is None


@pytest.mark.parametrize(
    ("client", "lines", "scheme"),
    [
        (PROXY, ("https",), "wss"),
        (PROXY, ("http, HTTPS",), "wss"),
        (PROXY, ("https, http",), "ws"),
        (PROXY, (), "ws"),
        (PROXY, ("ftp",), "ws"),
        (ATTACKER, ("https",), "ws"),
    ],
)
async def test_only_a_local_proxy_says_that_the_client_uses_tls(
    client: str, lines: tuple[str, ...], scheme: str
) -> None:
    scope = request((client, 40001))
    scope["headers"] = [*scope["headers"], *((b"x-forwarded-proto", line.encode()) for line in lines)]
    assert await seen(scope, "scheme") == scheme


async def flow_of(address: str, port: int) -> Flow:
    """Return the flow of a WebSocket through the proxy."""
    received: list[Flow] = []
    connections = Connections(lambda data, flow: received.append(flow), lambda flow: None)
    events = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "OPTIONS sip:a SIP/2.0\r\n\r\n"},
        {"type": "websocket.disconnect"},
    ]

    async def receive() -> Event:
        await asyncio.sleep(0)
        return events.pop(0)

    async def send(event: Event) -> None:
        assert event["type"] == "websocket.accept"

    await ProxyHeadersMiddleware(SipWebSocket(connections))(request((PROXY, port), address), receive, send)
    return received[0]


async def test_guessing_through_the_proxy_blocks_only_the_guessing_client() -> None:
    harness = SipHarness()
    attacker, honest = await flow_of(ATTACKER, 40001), await flow_of(HONEST, 40002)
    assert (attacker.host, honest.host) == (ATTACKER, HONEST)
    for number in range(40):
        guessing_phone = Phone(harness, username=f"{number}-x", password="guess", flow=attacker)
        guessing_phone.request("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>")
        harness.clock.advance(5)
        if not harness.rate_limiter.accepts(b"REGISTER sip:a SIP/2.0", attacker, harness.clock.monotonic()):
            break
    else:
        pytest.fail("the guesser is still heard")
    assert Phone(harness, flow=honest).register().status == 200
