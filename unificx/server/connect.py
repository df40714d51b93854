"""Connection of a CLI command to an installation: the control socket of the running server, else an app in this
process.

Light to import: modules needed only without a server are imported on demand.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from unificx.server.paths import InstallationInUse, InstallationPaths

if TYPE_CHECKING:
    import httpx

BASE = "http://unificx"
TIMEOUT = 30.0
MAX_ATTEMPTS, RETRY_DELAY = 100, 0.1
"""Number of attempts, and seconds between them, before reporting that another process uses the installation."""


def is_running(paths: InstallationPaths) -> bool:
    """Return whether a server accepts connections on the control socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(paths.control))
        except OSError:
            return False
        return True


@asynccontextmanager
async def connect(home: Path) -> "AsyncIterator[httpx.AsyncClient]":
    """Return an HTTP client with operator rights for the installation in `home`. Raise StartupError."""
    import httpx

    paths = InstallationPaths(home)
    async with AsyncExitStack() as stack:
        transport = await _transport(paths, stack)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=BASE, timeout=TIMEOUT))


async def _transport(paths: InstallationPaths, stack: AsyncExitStack) -> "httpx.AsyncBaseTransport":
    """Wait while another command, or a server that is starting, holds the installation."""
    import httpx

    attempts = MAX_ATTEMPTS
    while not is_running(paths):
        from unificx.server.offline import offline_transport

        try:
            return await stack.enter_async_context(offline_transport(paths))
        except InstallationInUse:
            attempts -= 1
            if not attempts:
                raise
        await asyncio.sleep(RETRY_DELAY)
    return httpx.AsyncHTTPTransport(uds=str(paths.control))
