"""Clients behind a local reverse proxy: their addresses, without which all of them would count as one source, and
whether they use TLS, without which address books and settings of phones would be refused."""

from ipaddress import ip_address

from unificx.core.source_address import is_local_source, source_network
from unificx.transport.websocket import App, Receive, Scope, Send

_FORWARDED, _PROTOCOL = b"x-forwarded-for", b"x-forwarded-proto"
_SECURE = {"http": "https", "ws": "wss"}


class ProxyHeadersMiddleware:
    """ASGI middleware that sets a request's client address from X-Forwarded-For, and its scheme from X-Forwarded-Proto.

    Only a proxy on this machine is trusted, and only the last value: the proxy added that one itself, while the
    client can forge the others. The port remains the proxy's, which keeps connections distinct.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client is not None and is_local_source(source_network(client[0])):
            address = _last_address(_last(scope, _FORWARDED))
            if address:
                scope = {**scope, "client": (address, client[1])}
            if _last(scope, _PROTOCOL).lower() in (b"https", b"wss"):
                scope = {**scope, "scheme": _SECURE.get(scope["scheme"], scope["scheme"])}
        await self._app(scope, receive, send)


def _last(scope: Scope, header: bytes) -> bytes:
    """Return the last value of a header, which may have several lines."""
    values = [value for name, value in scope["headers"] if name == header]
    return values[-1].rpartition(b",")[2].strip() if values else b""


def _last_address(last: bytes) -> str:
    """Return an address, or "" if it is not a valid one."""
    try:
        return str(ip_address(last.decode("ascii").removeprefix("[").removesuffix("]")))
    except ValueError:
        return ""
