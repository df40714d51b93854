"""How a command reaches an installation: the control socket of the server that runs, else an app of its own.

Light to import: what only a command without a server needs is imported when there is none.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from unificx.app.site import Site

if TYPE_CHECKING:
    import httpx

BASE = "http://unificx"
PATIENCE = 30.0


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
        if runs(site):
            transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(uds=str(site.control))
        else:
            from unificx.app.offline import transport_of

            transport = await stack.enter_async_context(transport_of(site))
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=BASE, timeout=PATIENCE))
