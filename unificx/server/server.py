"""`unificx up`: the whole installation in one process, from start to shutdown."""

import asyncio
import gc
import json
import signal
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from unificx.api import PublicAddress
from unificx.api.middleware import as_operator
from unificx.conferencing import NewRoom
from unificx.core.clock import SystemClock
from unificx.identity import OPERATOR_SLUG
from unificx.integrations.local_ca import Certificates, ensure_certificates
from unificx.media_worker.client import MediaEngine
from unificx.rtpengine.port_ranges import reserve_media_ports
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.address import at, listening
from unificx.server.banner import Addresses, Beginning, announce
from unificx.server.bootstrap import opened
from unificx.server.conference_dialer import CallRooms
from unificx.server.container import Rooms
from unificx.server.http_server import HttpServers, face, with_sip
from unificx.server.live_calls import AllParts, Live
from unificx.server.live_events import Telling
from unificx.server.metrics import Gauges
from unificx.server.paths import Site
from unificx.server.room_events import RoomNews
from unificx.server.settings import Settings
from unificx.server.sip import SipServer
from unificx.server.telephony import ClientTelephony
from unificx.transport.binding import open_socket

log = structlog.get_logger()
DEMO_ROOM, DEMO_HOST = "8000", "1001"
GC_THRESHOLDS = (5_000, 50, 1_000)
"""Measured: with these values the longest pause with 20,000 live calls is 3.5 ms; with the defaults 17 ms."""


async def serve(settings: Settings, environ: dict[str, str], *, as_json: bool) -> None:
    """Run until SIGTERM or SIGINT. Raise CannotStart if something is missing."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    clock = SystemClock()
    async with opened(settings.site, settings.database, environ, clock) as rooms:
        _take_every_port(settings)
        beginning = await _begin(rooms, demo=settings.demo)
        domains = [tenant.domain for tenant in rooms.people.directory.tenants()]
        names = [*domains, *(bind.host for bind in (*settings.sip, settings.https))]
        certificates = settings.certificates or ensure_certificates(settings.site.tls, names, clock)
        async with _running(settings, rooms, certificates) as addresses:
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLDS)
            await announce(settings, rooms, addresses, beginning, as_json=as_json)
            await stop.wait()
            log.info("stopping")


def _take_every_port(settings: Settings) -> None:
    """Raise CannotStart for a port in use, before anything is created: a password is shown only once."""
    for bind in (*settings.sip, settings.http, settings.https):
        if bind.port:
            open_socket(bind).close()


async def _begin(rooms: Rooms, *, demo: bool | None) -> Beginning:
    operator = await rooms.people.create_initial_operator()
    wanted = operator is not None if demo is None else demo
    made = await rooms.people.create_demo_tenant() if wanted else None
    if made is not None:
        host = rooms.people.directory.extension(made.tenant.id, DEMO_HOST)
        hosts = (host.id,) if host is not None else ()
        await rooms.meeting_rooms.create(made.tenant.id, NewRoom(DEMO_ROOM, "Meeting room", hosts=hosts))
    staff = rooms.people.directory.tenant_by_slug(OPERATOR_SLUG)
    first = (await rooms.people.list_persons(staff.id, limit=1)).items if staff is not None else ()
    return Beginning(first[0].email if first else "", operator, made)


@asynccontextmanager
async def _running(settings: Settings, rooms: Rooms, certificates: Certificates) -> AsyncIterator[Addresses]:
    """Start all services, media first and HTTP last; stop them in reverse order."""
    async with AsyncExitStack() as stack:
        ports = stack.enter_context(reserve_media_ports(settings.media_ports))
        media = RtpEngine(rooms.clock, interfaces=settings.media, ports=ports)
        await media.start()
        stack.push_async_callback(media.close)
        engine = MediaEngine(rooms.clock)
        await engine.start()
        stack.push_async_callback(engine.shut_down)
        sip = SipServer(settings, rooms, media, engine, certificates)
        await sip.start()
        stack.push_async_callback(sip.close)
        web = HttpServers()
        rooms.metrics.register(Gauges(rooms, sip, web.seats))
        telling = Telling(rooms.hub, rooms.bus, rooms.people.directory, rooms.history, rooms.mailboxes.shared.owners)
        stack.callback(telling.close)
        stack.callback(RoomNews(rooms.hub, rooms.people.directory, rooms.meetings).close)
        sip.conductor.on_changed = telling.calls_changed
        sip.parking.on_changed = telling.parked_changed
        sip.recording_changed = telling.recording_changed
        live = Live(sip.conductor, CallRooms(sip.conductor, rooms.meeting_rooms, rooms.meetings))
        address = PublicAddress(settings.public_url)
        telephony = ClientTelephony(sip.bearers, rooms.location, rooms.push, settings.relays, rooms.clock)
        app = face(rooms, live, sip.recorder, AllParts(rooms, media), telephony, address)
        public = with_sip(app, sip.transports.connections)
        http = web.listen(public, settings.http)
        https = web.listen(public, settings.https, certificates)
        address.listening = listening(http, https)
        web.listen_at(as_operator(app), settings.site.control)
        stack.callback(settings.site.control.unlink, missing_ok=True)
        tasks = asyncio.gather(*web.serving(), return_exceptions=True)
        stack.push_async_callback(_stop_web, web, tasks)
        await sip.carry_on()
        addresses = Addresses(at("http", *http), at("https", *https), _sip_addresses(sip, http), address.url)
        _write_ready(settings.site, addresses)
        stack.callback(settings.site.ready.unlink, missing_ok=True)
        yield addresses


async def _stop_web(web: HttpServers, serving: Awaitable[object]) -> None:
    web.stop()
    await serving


def _sip_addresses(sip: SipServer, http: tuple[str, int]) -> dict[str, str]:
    found = {bind.transport: str(bind) for bind in reversed(sip.transports.bound)}
    return {**found, "ws": at("ws", *http) + "/sip"}


def _write_ready(site: Site, addresses: Addresses) -> None:
    """Write the addresses of the server, for CLI commands; contains no secrets."""
    fresh = site.ready.with_suffix(".new")
    fresh.write_text(json.dumps({"http": addresses.http, "https": addresses.https, "sip": addresses.sip}), "utf-8")
    fresh.replace(site.ready)
