"""Accepting connections of a listening socket, for SIP and HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

RETRY_DELAY = 0.2
"""Seconds after a failure, such as too many open files."""


async def accepted_connections(
    listener: socket.socket, on_failure: Callable[[OSError], None]
) -> AsyncIterator[tuple[socket.socket, Any]]:
    """Yield each connection with the address of its peer, forever. `on_failure` is called for each failure."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            connection = await loop.sock_accept(listener)
        except OSError as fault:
            on_failure(fault)
            await asyncio.sleep(RETRY_DELAY)
            continue
        yield connection
