"""Outgoing TCP and TLS connections, opened when a message has no connection to use (RFC 3261 section 18.1.1)."""

import asyncio
import ssl
from collections.abc import Callable

from unificx.core.background import Background
from unificx.sip.flow import Flow
from unificx.transport.connections import Connections
from unificx.transport.stream import StreamConnection


class Outgoing:
    """One connection per destination, opened by the first message and reused by the following ones.

    `on_lost` is called with the message's flow if the connection cannot be opened or is closed. Connections accepted
    from peers are never reused, because the identity of their peer is not verified.
    """

    def __init__(self, connections: Connections, lost: Callable[[Flow], None], trust: ssl.SSLContext) -> None:
        self._connections = connections
        self._lost = lost
        self._trust = trust
        self._standing: dict[tuple[str, str, int], StreamConnection] = {}
        self._waiting: dict[tuple[str, str, int], list[bytes]] = {}
        self._opening = Background()

    def send(self, data: bytes, flow: Flow) -> None:
        """Send on the connection to `flow.end`, which is opened if needed."""
        connection = self._standing.get(flow.peer)
        if connection is not None:
            connection.send(data)
            return
        waiting = self._waiting.get(flow.peer)
        if waiting is not None:
            if len(waiting) < self._connections.limits.waiting:
                waiting.append(data)
            return
        self._waiting[flow.peer] = [data]
        self._opening.begin(self._open(flow))

    async def close(self) -> None:
        """Stop opening connections; established ones stay open."""
        await self._opening.close()

    async def _open(self, flow: Flow) -> None:
        if not self._connections.take_seat(flow.host):
            self._give_up(flow)
            return
        connection = StreamConnection(self._connections, flow.transport, flow.local, ours=True)
        connection.ended.add_done_callback(lambda _: self._over(flow))
        secure = flow.transport == "tls"
        try:
            async with asyncio.timeout(self._connections.limits.connect):
                await asyncio.get_running_loop().create_connection(
                    lambda: connection,
                    flow.host,
                    flow.port,
                    ssl=self._trust if secure else None,
                    server_hostname=flow.host if secure else None,
                )
        except (OSError, UnicodeError):
            self._give_up(flow)
            connection.ended.cancel()
            return
        self._standing[flow.peer] = connection
        for data in self._waiting.pop(flow.peer):
            connection.send(data)

    def _give_up(self, flow: Flow) -> None:
        self._waiting.pop(flow.peer, None)
        self._lost(flow)

    def _over(self, flow: Flow) -> None:
        self._connections.free_seat(flow.host)
        if self._standing.pop(flow.peer, None) is not None:
            self._lost(flow)
