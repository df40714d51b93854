"""TLS tunnel for phones that support only TCP: forwards every connection to the server's TLS port.

Outgoing messages are rewritten from TCP to TLS, with equal length, so that the server sees a phone on TLS.
"""

import asyncio
import ssl
import threading
from pathlib import Path

REPLACEMENTS = ((b"SIP/2.0/TCP", b"SIP/2.0/TLS"), (b"transport=TCP", b"transport=TLS"))


class TlsTunnel:
    """Tunnel from `address` ("host:port") to `to`, whose certificate is signed by `ca`; open until closed."""

    def __init__(self, to: tuple[str, int], ca: Path) -> None:
        self.address = ""
        self._to, self._context = to, ssl.create_default_context(cafile=ca)
        self._loop = asyncio.new_event_loop()
        self._open, self._end = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))
        self._thread.start()
        assert self._open.wait(10)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        self._loop.close()

    async def _run(self) -> None:
        server = await asyncio.start_server(self._forward, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        self._open.set()
        await self._end.wait()
        server.close()
        await server.wait_closed()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(
            *self._to, ssl=self._context, server_hostname="localhost"
        )
        await asyncio.gather(_copy(reader, far_writer, REPLACEMENTS), _copy(far_reader, writer, ()))


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, replacements: tuple[tuple[bytes, bytes], ...]
) -> None:
    try:
        while data := await reader.read(65536):
            for there, here in replacements:
                data = data.replace(there, here)
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
