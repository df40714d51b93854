"""How a command reaches an installation: the control socket of the server that runs, else an app of its own.

Light to import: what only a command without a server needs is imported when there is none.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from unificx.app.site import InUse, Site

if TYPE_CHECKING:
    import httpx

BASE = "http://unificx"
PATIENCE = 30.0
TRIES, PAUSE = 100, 0.1
"""How often, and seconds between, before it is said that another process has the installation."""


def runs(site: Site) -> bool:
    """Whether a server answers at the control socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(site.control))
        except OSError:
            return False
        return True


@asynccontextmanager
async def connect(home: Path) -> "AsyncIterator[httpx.AsyncClient]":
    """A client with an operator's rights for the installation in `home`. Raises CannotStart."""
    import httpx

    site = Site(home)
    async with AsyncExitStack() as stack:
        transport = await _way_in(site, stack)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=BASE, timeout=PATIENCE))


async def _way_in(site: Site, stack: AsyncExitStack) -> "httpx.AsyncBaseTransport":
    """While another command has the installation, or a server that only just starts, it is waited for."""
    import httpx

    tries = TRIES
    while not runs(site):
        from unificx.app.offline import transport_of

        try:
            return await stack.enter_async_context(transport_of(site))
        except InUse:
            tries -= 1
            if not tries:
                raise
        await asyncio.sleep(PAUSE)
    return httpx.AsyncHTTPTransport(uds=str(site.control))
