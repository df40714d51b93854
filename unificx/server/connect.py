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

from unificx.server.paths import InUse, Site

if TYPE_CHECKING:
    import httpx

BASE = "http://unificx"
PATIENCE = 30.0
TRIES, PAUSE = 100, 0.1
"""Number of attempts, and seconds between them, before reporting that another process uses the installation."""


def runs(site: Site) -> bool:
    """Return whether a server accepts connections on the control socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(site.control))
        except OSError:
            return False
        return True


@asynccontextmanager
async def connect(home: Path) -> "AsyncIterator[httpx.AsyncClient]":
    """Return an HTTP client with operator rights for the installation in `home`. Raise CannotStart."""
    import httpx

    site = Site(home)
    async with AsyncExitStack() as stack:
        transport = await _way_in(site, stack)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=BASE, timeout=PATIENCE))


async def _way_in(site: Site, stack: AsyncExitStack) -> "httpx.AsyncBaseTransport":
    """Wait while another command, or a server that is starting, holds the installation."""
    import httpx

    tries = TRIES
    while not runs(site):
        from unificx.server.offline import transport_of

        try:
            return await stack.enter_async_context(transport_of(site))
        except InUse:
            tries -= 1
            if not tries:
                raise
        await asyncio.sleep(PAUSE)
    return httpx.AsyncHTTPTransport(uds=str(site.control))
