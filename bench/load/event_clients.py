"""Opens WebSockets for live events and reads them: `event_clients.py HOST PORT COUNT`. Prints `ready` once all are
open, and ends when its standard input is closed."""

import asyncio
import sys

HANDSHAKE = (
    "GET /api/v1/events HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Authorization: Bearer person-{number}\r\nOrigin: http://{host}:{port}\r\nUser-Agent: {agent}\r\n"
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\nCache-Control: no-cache\r\n\r\n"
)
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


class Client(asyncio.Protocol):
    def __init__(self, request: bytes, opened: "asyncio.Future[None]") -> None:
        self._request, self._opened = request, opened

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self._opened.done():
            assert data.startswith(b"HTTP/1.1 101 "), data[:100]
            self._opened.set_result(None)


async def run(host: str, port: int, count: int) -> None:
    loop, transports = asyncio.get_running_loop(), []
    for start in range(0, count, 100):
        opened = [loop.create_future() for _ in range(min(100, count - start))]
        for number, future in enumerate(opened, start):
            request = HANDSHAKE.format(host=host, port=port, number=number, agent=AGENT).encode()
            transport, _ = await loop.create_connection(lambda r=request, f=future: Client(r, f), host, port)
            transports.append(transport)
        await asyncio.gather(*opened)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
