"""How a command reaches an installation: the control socket of the server that runs, else an app of its own."""

import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from unificx.app.faces import as_operator, face
from unificx.app.opening import opened
from unificx.app.settings import Site, database_url
from unificx.kernel.clock import SystemClock
from unificx.web import LiveCall, PartState

BASE = "http://unificx"
PATIENCE = 30.0


class NoCalls:
    """Without a server there are no live calls."""

    def live(self, tenant_id: str | None) -> Sequence[LiveCall]:
        del tenant_id
        return ()

    def hangup(self, call_id: str) -> None:
        del call_id


class NoParts:
    """Without a server nothing is ready."""

    async def states(self) -> Sequence[PartState]:
        return (PartState("server", False, "it does not run: start it with `unificx up`"),)


def runs(site: Site) -> bool:
    """Whether a server answers at the control socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(site.control))
        except OSError:
            return False
        return True


@asynccontextmanager
async def connect(home: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an operator's rights for the installation in `home`. Raises CannotStart."""
    site = Site(home)
    if runs(site):
        transport = httpx.AsyncHTTPTransport(uds=str(site.control))
        async with httpx.AsyncClient(transport=transport, base_url=BASE, timeout=PATIENCE) as client:
            yield client
        return
    environ = dict(os.environ)
    async with opened(site, database_url(site, environ), environ, SystemClock()) as rooms:
        app = as_operator(face(rooms, NoCalls(), NoParts()))
        await rooms.people.first_start()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE, timeout=PATIENCE) as client:
            yield client
