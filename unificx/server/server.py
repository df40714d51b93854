"""`unificx up`: the whole installation in one process, from start to shutdown."""

import asyncio
import gc
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import structlog

from unificx.api import LiveServices
from unificx.api.middleware import as_operator
from unificx.api.plain_http import PlainHttp
from unificx.core.access import Access, stating
from unificx.core.clock import SystemClock
from unificx.core.datagrams import DatagramReader
from unificx.media_worker.client import MediaEngineClient
from unificx.rtpengine.port_ranges import reserve_media_ports
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.acme_certificate import first_attempt
from unificx.server.address import format_url, https_url, listening_url
from unificx.server.banner import Addresses, FirstStart, print_banner
from unificx.server.bootstrap import open_installation
from unificx.server.chat_events import ChatEvents
from unificx.server.code_changes import CodeChanges
from unificx.server.completions import follow_calls
from unificx.server.contact_events import ContactEvents
from unificx.server.container import Container
from unificx.server.demo import furnish_demo
from unificx.server.health import HealthSources, InstallationHealth
from unificx.server.http_server import HttpServers, add_sip_websocket, http_app
from unificx.server.live_calls import LiveCallControl
from unificx.server.live_events import LiveEvents
from unificx.server.memory import BurstLoad, MemoryReclaimer, release_memory
from unificx.server.metrics import MetricsCollector
from unificx.server.paths import InstallationPaths, certificates_in
from unificx.server.presence_events import PresenceEvents
from unificx.server.queue_events import QueueEvents
from unificx.server.room_events import RoomEvents
from unificx.server.settings import Settings
from unificx.server.sip import SipServer
from unificx.server.telephony import ClientTelephony, SipPhones
from unificx.server.tls import ServerTls
from unificx.transport.binding import open_socket
from unificx.trunks import TrunkTests

log = structlog.get_logger()
STDOUT, STDERR = 1, 2
GC_THRESHOLDS = (5_000, 50, 1_000)
"""Measured: with these values the longest pause with 20,000 live calls is 3.5 ms; with the defaults 17 ms."""


async def serve(settings: Settings, environ: dict[str, str], *, as_json: bool) -> None:
    """Run until SIGTERM or SIGINT. Raise StartupError if something is missing."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    clock = SystemClock()
    async with open_installation(settings.paths, settings.database, environ, clock) as container:
        _check_ports(settings)
        with stating(Access("administration", "first start")):
            first_start = await _first_start(container, demo=settings.demo)
        tls = ServerTls(settings, container)
        terminals = [each for each in (STDOUT, STDERR) if os.isatty(each)]
        loop.add_signal_handler(signal.SIGHUP, _on_hangup, stop, tls, terminals)
        async with _run_services(settings, container, tls) as addresses, _renewal(tls, stop):
            release_memory()
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLDS)
            with stating(Access("authentication", "first start")):
                await print_banner(settings, container, addresses, first_start, tls, as_json=as_json)
            await stop.wait()
            log.info("stopping")


def _on_hangup(stop: asyncio.Event, tls: ServerTls, terminals: Sequence[int]) -> None:
    """Stop if the terminal of the server, on these descriptors, was closed; otherwise use new certificates."""
    if closed := [each for each in terminals if not os.isatty(each)]:
        with open(os.devnull, "wb") as nothing:
            for each in closed:
                os.dup2(nothing.fileno(), each)  # the last lines have no reader
        stop.set()
    else:
        tls.reload()


def _check_ports(settings: Settings) -> None:
    """Raise StartupError for a port in use, before anything is created: a password is shown only once."""
    for bind in (*settings.sip, settings.http, *settings.https, *(settings.acme.challenges if settings.acme else ())):
        if bind.port:
            open_socket(bind).close()


async def _first_start(container: Container, *, demo: bool | None) -> FirstStart:
    operator = await container.identity.initial_setup.create_operator()
    create_demo = operator is not None if demo is None else demo
    demo_created = await container.identity.initial_setup.create_demo_tenant() if create_demo else None
    if demo_created is not None:
        await furnish_demo(container, demo_created.tenant.id)
    operator_tenant = container.identity.directory.operator()
    operators = (
        (await container.identity.users.page(operator_tenant.id, limit=1)).items if operator_tenant is not None else ()
    )
    return FirstStart(operators[0].email if operators else "", operator, demo_created)


def _report_live(container: Container, sip: SipServer, stack: AsyncExitStack) -> None:
    """Report changes of conferences, queues and presence as live events, and follow the calls that others wait for."""
    hub, bus, directory = container.event_hub, container.bus, container.identity.directory
    ChatEvents(hub, bus, container.push)
    ContactEvents(hub, bus)
    videos, breakouts = sip.meetings.videos, sip.meetings.breakouts
    stack.callback(RoomEvents(hub, bus, directory, videos, breakouts, guests=container.guests).close)
    stack.callback(QueueEvents(hub, bus, directory, container.routing.queues).close)
    lookup = directory, container.clock
    codes = CodeChanges(hub, container.routing.codes, container.phone_settings, lookup, sip.check_sync)
    stack.push_async_callback(codes.close)
    follow_calls(bus, container.routing.completions)
    availability = container.routing.presence.availability
    stack.callback(
        PresenceEvents(hub, bus, directory, availability, container.calls, consents=container.consents).close
    )


@asynccontextmanager
async def _renewal(tls: ServerTls, stop: asyncio.Event) -> AsyncIterator[None]:
    """Keep the certificate of a public domain; enter once it was tried to obtain one."""
    if tls.acme is None:
        yield
        return
    task = asyncio.create_task(tls.acme.run())
    try:
        await first_attempt(tls.acme, stop)
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))


@asynccontextmanager
async def _run_services(settings: Settings, container: Container, tls: ServerTls) -> AsyncIterator[Addresses]:
    """Start all services, media first and HTTP last; stop them in reverse order."""
    async with AsyncExitStack() as stack:
        ports = stack.enter_context(reserve_media_ports(settings.media_ports))
        clock, publish, datagrams = container.clock, container.bus.publish, DatagramReader(container.clock)
        media = RtpEngine(clock, interfaces=settings.media, ports=ports, publish=publish, datagrams=datagrams)
        if await container.journal.has_calls():
            await media.avoid_busy_ports()  # the phones of these calls still send to those of an earlier rtpengine
        await media.start()
        stack.push_async_callback(media.close)
        engine = MediaEngineClient(clock, publish)
        await engine.start()
        stack.push_async_callback(engine.shut_down)
        live_events = LiveEvents(
            container.event_hub,
            container.bus,
            container.identity.directory,
            container.mailboxes.shared.owners,
        )
        stack.callback(live_events.close)
        sip = SipServer(settings, container, media, engine, tls.context, live_events=live_events, datagrams=datagrams)
        await sip.start()
        stack.push_async_callback(sip.close)
        http_servers = HttpServers()
        load = BurstLoad(lambda: sum(sip.endpoint.transactions), lambda: http_servers.limiter.requested)
        reclaimer = asyncio.create_task(MemoryReclaimer(load).run())
        stack.callback(reclaimer.cancel)
        container.metrics.register(MetricsCollector(container, sip, http_servers.limiter))
        _report_live(container, sip, stack)
        calls = LiveCallControl(sip.call_manager, sip.call_converter, sip.call_monitor)
        public_address = container.public_address
        public_address.configure(settings.public_url, tls.authority, settings.sign_up)
        checks = InstallationHealth(container, media, _health_sources(settings, sip, engine))
        phones = SipPhones(container.location, sip.registration_faults, sip.transports, sip.check_sync, container.clock)
        telephony = ClientTelephony(sip.bearers, container.location, container.push, settings.turn, container.clock)
        meetings = sip.meetings.videos, sip.meetings.breakouts
        trunk_tests = TrunkTests(sip.trunk_prober, container.clock)
        live = LiveServices(calls, sip.call_recorder, checks, telephony, phones, *meetings, trunk_tests)
        app = http_app(container, live)
        public = add_sip_websocket(app, sip.transports.connections)
        http = http_servers.listen(public, settings.http)
        https, *_ = [http_servers.listen(public, bind, tls.context) for bind in settings.https]
        if tls.acme is not None and settings.acme is not None:
            plain = PlainHttp(tls.acme.answers, settings.public_url)
            for bind in settings.acme.challenges:
                http_servers.listen(plain, bind)
        public_address.listen(listening_url(http, https))
        http_servers.listen_at(as_operator(app), settings.paths.control)
        stack.callback(settings.paths.control.unlink, missing_ok=True)
        tasks = asyncio.gather(*http_servers.serving(), return_exceptions=True)
        stack.push_async_callback(_stop_web, http_servers, tasks)
        await sip.restore_calls()
        addresses = Addresses(
            format_url("http", *http), https_url(*https), _sip_addresses(sip, http), public_address.url
        )
        _write_ready(settings.paths, addresses)
        stack.callback(settings.paths.ready.unlink, missing_ok=True)
        yield addresses


def _health_sources(settings: Settings, sip: SipServer, engine: MediaEngineClient) -> HealthSources:
    def certificates() -> tuple[Path, ...]:
        own = settings.certificates
        return (own.certificate,) if own is not None else certificates_in(settings.paths.tls)

    return HealthSources(
        listeners=lambda: len(sip.transports.bound),
        calls=lambda: len(sip.call_manager.calls),
        mixer=engine.stats,
        certificates=certificates,
    )


async def _stop_web(web: HttpServers, serving: Awaitable[object]) -> None:
    web.stop()
    await serving


def _sip_addresses(sip: SipServer, http: tuple[str, int]) -> dict[str, str]:
    found = {bind.transport: str(bind) for bind in reversed(sip.transports.bound)}
    return {**found, "ws": format_url("ws", *http) + "/sip"}


def _write_ready(paths: InstallationPaths, addresses: Addresses) -> None:
    """Write the addresses of the server, for CLI commands; contains no secrets."""
    new_file = paths.ready.with_suffix(".new")
    new_file.write_text(json.dumps({"http": addresses.http, "https": addresses.https, "sip": addresses.sip}), "utf-8")
    new_file.replace(paths.ready)
