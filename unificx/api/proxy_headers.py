"""Client addresses behind a local reverse proxy; without them, all clients of the proxy would count as one source."""

from ipaddress import ip_address

from unificx.core.source_address import is_local_source, source_network
from unificx.transport.websocket import App, Receive, Scope, Send

_FORWARDED = b"x-forwarded-for"


class ProxyHeadersMiddleware:
    """ASGI middleware that sets a request's client address from X-Forwarded-For.

    Only a proxy on this machine is trusted, and only the last address: the proxy added that one itself, while the
    client can forge the others. The port remains the proxy's, which keeps connections distinct.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client is not None and is_local_source(source_network(client[0])):
            address = _last_address([value for name, value in scope["headers"] if name == _FORWARDED])
            if address:
                scope = {**scope, "client": (address, client[1])}
        await self._app(scope, receive, send)


def _last_address(values: list[bytes]) -> str:
    """Return the last address in the header values, or "" if it is not a valid address."""
    last = values[-1].rpartition(b",")[2].strip() if values else b""
    try:
        return str(ip_address(last.decode("ascii").removeprefix("[").removesuffix("]")))
    except ValueError:
        return ""
