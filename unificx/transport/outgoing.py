"""Outgoing TCP and TLS connections, opened when a message has no connection to use (RFC 3261 section 18.1.1)."""

import asyncio
import ssl
from collections.abc import Callable

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
from unificx.sip.flow import Flow
from unificx.transport.connections import Connections
from unificx.transport.stream import StreamConnection, set_tcp_options

log = structlog.get_logger()

Destination = tuple[tuple[str, str, int], str]
"""The peer, and the name that its certificate must have: what was verified for one name is not for another."""


class OutgoingConnections:
    """One connection per destination and name of the server, opened by the first message and reused by the next ones.

    `on_lost` is called with the message's flow if the connection cannot be opened or is closed. Connections accepted
    from peers are never reused, because the identity of their peer is not verified.
    """

    def __init__(self, connections: Connections, on_lost: Callable[[Flow], None], trust: ssl.SSLContext) -> None:
        self._connections = connections
        self._on_lost = on_lost
        self._trust = trust
        # Owner: this node: its own sockets.
        self._established: dict[Destination, StreamConnection] = {}
        self._queued: dict[Destination, list[bytes]] = {}
        self._opening = BackgroundTasks()

    def send(self, data: bytes, flow: Flow) -> None:
        """Send on the connection to this destination, which is opened if needed."""
        destination = _destination(flow)
        connection = self._established.get(destination)
        if connection is not None:
            connection.send(data)
            return
        queue = self._queued.get(destination)
        if queue is not None:
            if len(queue) < self._connections.limits.waiting:
                queue.append(data)
            return
        self._queued[destination] = [data]
        self._opening.spawn(self._open(flow))

    def is_established(self, flow: Flow) -> bool:
        """Whether a connection to this destination exists."""
        return _destination(flow) in self._established

    async def close(self) -> None:
        """Stop opening connections; established ones stay open."""
        await self._opening.close()

    async def _open(self, flow: Flow) -> None:
        if not self._connections.acquire(flow.host):
            self._give_up(flow)
            return
        connection = StreamConnection(self._connections, flow.transport, flow.local, outgoing=True)
        connection.ended.add_done_callback(lambda _: self._closed(flow))
        secure = flow.transport == "tls"
        try:
            async with asyncio.timeout(self._connections.limits.connect):
                transport, _ = await asyncio.get_running_loop().create_connection(
                    lambda: connection,
                    flow.host,
                    flow.port,
                    ssl=self._trust if secure else None,
                    server_hostname=(flow.server_name or flow.host) if secure else None,
                )
                if connection.ended.done():
                    raise ConnectionResetError
                set_tcp_options(transport.get_extra_info("socket"), self._connections.limits.unacknowledged)
        except Exception as fault:  # any error: otherwise nothing could be sent to this destination any more
            if not isinstance(fault, OSError | ValueError):  # ValueError: invalid name, or closing already (uvloop)
                log.error("connection_failed", **describe_fault(fault))
            connection.close()
            self._give_up(flow)
            connection.ended.cancel()
            return
        self._established[_destination(flow)] = connection
        for data in self._queued.pop(_destination(flow)):
            connection.send(data)

    def _give_up(self, flow: Flow) -> None:
        self._queued.pop(_destination(flow), None)
        self._on_lost(flow)

    def _closed(self, flow: Flow) -> None:
        self._connections.release(flow.host)
        if self._established.pop(_destination(flow), None) is not None:
            self._on_lost(flow)


def _destination(flow: Flow) -> Destination:
    return flow.peer, flow.server_name
