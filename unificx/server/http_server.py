"""Composition of the HTTP app, and the servers for it."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from unificx.api import (
    LiveServices,
    RightsServices,
    Services,
    build,
)
from unificx.api.connection_limiter import ConnectionLimiter, HttpLimits
from unificx.api.http_connection import Acceptor, HttpConnection
from unificx.api.proxy_headers import ProxyHeadersMiddleware
from unificx.api.websocket_connection import WebSocketConnection
from unificx.cdr import CallErasure
from unificx.core.access import SIP_ACCESS, stating
from unificx.core.errors import StartupError
from unificx.identity import OrganisationSignUp
from unificx.insight import InsightDependencies, UsageInsight
from unificx.server.container import Container
from unificx.support import SupportAccess
from unificx.support.rights import Breaches, Handovers, OutsideRequests
from unificx.transport.binding import BindAddress, open_socket
from unificx.transport.connections import Connections
from unificx.transport.websocket import LimitedWebSockets, SipWebSocket

App = Callable[..., Awaitable[None]]
DATE_INTERVAL = 1.0
"""Seconds between updates of the Date header."""


def http_app(container: Container, live: LiveServices) -> App:
    """Return the HTTP app of an installation."""
    counters, one_time = container.cluster.counters, container.cluster.one_time
    services = Services(
        identity=container.identity,
        erasures=container.erasures,
        access_copies=container.access_copies,
        retention=container.retention,
        audit=container.audit,
        insight=UsageInsight(InsightDependencies(container.database, container.identity, container.consents)),
        holds=container.holds,
        accesses=container.accesses,
        rotation=container.rotation,
        backups=container.backups,
        history=container.history,
        call_erasure=CallErasure(container.database, container.erasure, container.bus.publish),
        mailboxes=container.mailboxes,
        custom_sounds=container.custom_sounds,
        prompt_overrides=container.prompt_overrides,
        invitations=container.invitations,
        trunks=container.trunks,
        outbound=container.routing.outbound,
        queues=container.routing.queues,
        menus=container.routing.menus,
        destinations=container.routing.destinations,
        groups=container.routing.groups,
        presence=container.routing.presence,
        hours=container.routing.hours,
        feature_codes=container.routing.codes,
        archive=container.archive,
        support=container.support,
        support_access=SupportAccess(container.database, container.identity.users.has_administrator),
        rights=_rights_services(container),
        sign_up=OrganisationSignUp(container.identity, counters, one_time, container.notification_service),
        reports=container.reports,
        completions=container.routing.completions,
        speed_dials=container.routing.speed_dials,
        resellers=container.resellers,
        locations=container.routing.locations,
        consents=container.consents,
        chat=container.chat,
        contacts=container.routing.contacts,
        live=live,
        phone_settings=container.phone_settings,
        notifications=container.notifications,
        webhooks=container.webhooks,
        billing=container.billing,
        event_hub=container.event_hub,
        idempotency=container.idempotency,
        clock=container.clock,
        metrics=container.metrics,
        public_address=container.public_address,
    )
    return build(services)


def _rights_services(container: Container) -> RightsServices:
    requests, disclosures = container.rights, container.disclosures
    outside, handovers = OutsideRequests(requests), Handovers(disclosures, container.audit)
    return RightsServices(requests, outside, disclosures, handovers, Breaches(requests))


def add_sip_websocket(app: App, connections: Connections) -> App:
    """Add SIP over WebSocket at /sip. A raw ASGI route: a framework route costs more than the message itself.

    Every WebSocket counts against `connections`, none against the HTTP limits. Clients behind a reverse proxy on this
    machine are told apart by its headers, at /sip and at sign-in.
    """
    sip, others = SipWebSocket(connections), LimitedWebSockets(app, connections)

    async def routed(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan" and scope.get("path") == "/sip":
            with stating(SIP_ACCESS):
                await sip(scope, receive, send)
        else:
            await (app if scope["type"] == "lifespan" else others)(scope, receive, send)

    return ProxyHeadersMiddleware(routed)


class _Server(uvicorn.Server):
    """A uvicorn server without signal handlers, with connection limits."""

    def __init__(self, config: uvicorn.Config, limiter: ConnectionLimiter, tls: ssl.SSLContext | None) -> None:
        super().__init__(config)
        self._limiter = limiter
        self._tls = tls
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End `serve`."""
        self.should_exit = True
        self._stopped.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept on the sockets with our own acceptors."""
        await self.lifespan.startup()
        connection_factory = partial(HttpConnection, limiter=self._limiter, config=self.config, state=self.server_state)
        self.servers = [Acceptor(sock, self._limiter, connection_factory, self._tls) for sock in sockets or ()]  # type: ignore[assignment]
        self.started = True

    async def main_loop(self) -> None:
        """Update the Date header each second until stopped; the base class would wake up ten times as often."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DATE_INTERVAL):
                    await self._stopped.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServers:
    """Serves apps on sockets until stopped."""

    def __init__(self, limits: HttpLimits | None = None) -> None:
        self.limiter = ConnectionLimiter(limits)
        """Limits for all network connections; the control socket has its own."""
        self._servers: list[_Server] = []
        self._sockets: list[socket.socket] = []

    def listen(self, app: App, bind: BindAddress, tls: ssl.SSLContext | None = None) -> tuple[str, int]:
        """Bind a port for the app; return the bound address. Raise StartupError if it is in use."""
        sock = open_socket(bind)
        self._add(app, sock, tls, self.limiter)
        host, port = sock.getsockname()[:2]
        return host, port

    def listen_at(self, app: App, path: Path) -> None:
        """Bind a Unix socket for the app, accessible by this user only."""
        path.unlink(missing_ok=True)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.bind(str(path))
        except OSError as fault:
            raise StartupError(
                f"The control socket {path} cannot be created: {fault.strerror or fault}.",
                hint="The path is limited to 107 characters. Choose a shorter directory with --home.",
            ) from None
        path.chmod(0o600)
        sock.listen(64)
        sock.setblocking(False)
        self._add(app, sock, None, ConnectionLimiter())

    def _add(self, app: App, sock: socket.socket, tls: ssl.SSLContext | None, limiter: ConnectionLimiter) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws=WebSocketConnection,
            ws_max_size=64 * 1024,
            # Compressed frames cost more than they save, and bypass the limits for a peer that does not read.
            ws_per_message_deflate=False,
            timeout_keep_alive=limiter.limits.idle,  # pyright: ignore[reportArgumentType] - it may be a fraction
            timeout_graceful_shutdown=2,
        )
        self._servers.append(_Server(config, limiter, tls))
        self._sockets.append(sock)

    def serving(self) -> Sequence[Awaitable[None]]:
        """Return awaitables, each of which ends after `stop`."""
        return [server.serve([sock]) for server, sock in zip(self._servers, self._sockets, strict=True)]

    def stop(self) -> None:
        """Stop all servers."""
        for server in self._servers:
            server.stop()
