"""Accepts TCP and TLS connections within the connection limits, which include TLS handshakes in progress."""

import asyncio
import socket
import ssl

import structlog

from unificx.core.background import BackgroundTasks
from unificx.transport.accepting import accepted_connections
from unificx.transport.connections import Connections
from unificx.transport.stream import StreamConnection, set_tcp_options

log = structlog.get_logger()


class Listener:
    """One listening socket. `local` is its index in `Flow.local`."""

    def __init__(
        self, sock: socket.socket, connections: Connections, scheme: str, local: int, tls: ssl.SSLContext | None
    ) -> None:
        self._sock = sock
        self._connections = connections
        self._scheme = scheme
        self._local = local
        self._tls = tls
        self._accepting = BackgroundTasks()
        self._task = asyncio.create_task(self._run(), name=f"sip {scheme} listener")

    async def close(self) -> None:
        """Stop accepting; established connections stay open."""
        self._task.cancel()
        await asyncio.wait((self._task,))
        await self._accepting.close()
        self._sock.close()

    async def _run(self) -> None:
        def failed(fault: OSError) -> None:
            log.warning("sip_accept_failed", transport=self._scheme, errno=fault.errno)

        async for sock, address in accepted_connections(self._sock, failed):
            host = address[0]
            if not (self._connections.limits.accepts(host) and self._connections.acquire(host)):
                sock.close()
                continue
            connection = StreamConnection(self._connections, self._scheme, self._local)
            self._connections.add_unauthenticated(host, connection)
            self._accepting.spawn(self._accept(sock, host, connection))

    async def _accept(self, sock: socket.socket, host: str, connection: StreamConnection) -> None:
        """Turn an accepted socket into a connection, including the TLS handshake, or close it."""
        accepting = asyncio.current_task()
        assert accepting is not None

        def ended(_: asyncio.Future[None]) -> None:
            self._connections.release(host, connection)
            accepting.cancel()  # during the handshake

        connection.ended.add_done_callback(ended)
        connected = False
        try:
            sock.setblocking(False)
            set_tcp_options(sock)
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection,
                sock,
                ssl=self._tls,
                ssl_handshake_timeout=self._connections.limits.handshake if self._tls else None,
            )
            connected = True
        except OSError:
            pass  # the peer disconnected, or the TLS handshake failed
        finally:
            if not connected:
                connection.ended.cancel()
                sock.close()
