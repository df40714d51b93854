"""Who is behind a reverse proxy on this machine: without a look there, everybody who comes by it is one source."""

from ipaddress import ip_address

from unificx.kernel.sources import is_here, source_of
from unificx.net.websocket import App, Receive, Scope, Send

_FORWARDED = b"x-forwarded-for"


class BehindProxy:
    """`app`, told by whom a request was sent, not by whom it was passed on.

    A proxy on this machine is believed, and of what it says the last address alone: that is the one it has seen itself,
    while those before are what the client has written. The port stays the proxy's, and tells connections apart.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client is not None and is_here(source_of(client[0])):
            address = _last_of([value for name, value in scope["headers"] if name == _FORWARDED])
            if address:
                scope = {**scope, "client": (address, client[1])}
        await self._app(scope, receive, send)


def _last_of(values: list[bytes]) -> str:
    """The last address that headers name, "" if it is none."""
    last = values[-1].rpartition(b",")[2].strip() if values else b""
    try:
        return str(ip_address(last.decode("ascii").removeprefix("[").removesuffix("]")))
    except ValueError:
        return ""
