"""Composition of the SIP side of a server: transports, endpoint, request handler and calls."""

import asyncio
import contextlib
from collections.abc import Callable

from unificx.calls import (
    CallManager,
    CallRecordingStatus,
    CallSettings,
    CompositeObserver,
    MediaWatchdog,
    MusicOnHold,
    Parking,
)
from unificx.calls import CallManagerDependencies as CallParts
from unificx.identity.events import DeviceRevoked, ExtensionDeleted, TenantDeleted, TenantSuspended
from unificx.integrations.local_ca import Certificates, server_context
from unificx.media.mixer.messages import Event as EngineEvent
from unificx.media_worker.client import MediaEngine
from unificx.privacy.events import SubjectErased
from unificx.recording import LiveRecording
from unificx.registrar.events import DeviceMoved, DeviceRegistered
from unificx.routing import Routing
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.callapps import host, recorder, registry, room_recorder
from unificx.server.conference_dialer import RoomDials
from unificx.server.container import Rooms
from unificx.server.host_names import own_names
from unificx.server.mwi_handler import Lighting, OwnWaits
from unificx.server.settings import Settings
from unificx.sip.bearer import BearerTokens
from unificx.sip.digest import Nonces
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.legs import DialogTable
from unificx.sip.overload import OverloadControl
from unificx.sip_server import Guard, Identifier, LampParts, Lamps, Parts, RegisterDesk, Shell, SipFace
from unificx.transport.manager import TransportManager


class SipServer:
    """Everything between the network and the calls. `start` opens the sockets, `carry_on` restores the calls of the
    previous process."""

    def __init__(
        self, settings: Settings, rooms: Rooms, media: RtpEngine, engine: MediaEngine, certificates: Certificates
    ) -> None:
        self.recording_changed: Callable[[LiveRecording], None] = lambda live: None
        """Called with the recording state of a call whenever it changes."""
        self._rooms = rooms
        self._media = media
        self._engine = engine
        clock, directory = rooms.clock, rooms.people.directory
        self.bearers = BearerTokens(clock.random_bytes(32))
        guard = Guard(clock.random_bytes(16))
        endpoint = self.endpoint = Endpoint(
            tag=lambda: clock.random_bytes(9).hex(),
            via_host=self._via,
            overload=OverloadControl(),
            wake=self._wake,
        )
        legs = DialogTable(endpoint, self._contact, endpoint.new_tag)
        self.parking = Parking()
        apps = registry(rooms, self.parking)
        self.host = host(rooms, engine, apps)
        routing = Routing(directory, rooms.location, rooms.push, apps)
        hold = MusicOnHold(media, rooms.voice.music, clock)
        self.recorder = recorder(rooms, media, engine, hold)
        call_settings = CallSettings(max_calls_per_tenant=settings.calls_per_tenant)
        overhears = CompositeObserver(hold, self.recorder)
        self.conductor = CallManager(
            CallParts(
                legs, media, rooms.history, routing, directory, clock, rooms.push, self.host, overhears, self.parking
            ),
            call_settings,
            on_answered=rooms.journal.save,
            on_ended=rooms.journal.remove,
            storage_full=rooms.full,
            on_pending_output=self._wake,
        )
        self._recorded = CallRecordingStatus(self.conductor)
        self.recorder.on_change = self._recording_changed
        rooms.meetings.records = self.room_recorder = room_recorder(rooms, engine, self._recorded)
        rooms.meetings.floor, rooms.meetings.dials = engine, RoomDials(self.conductor)
        self._watch = MediaWatchdog(self.conductor, media, clock, call_settings)
        nonces, secret = Nonces(clock.random_bytes(32)), clock.random_bytes(32)
        identifier = Identifier(directory, nonces, secret, own_names(settings), self.bearers)
        desk = RegisterDesk(directory, rooms.registrar)
        lamps = Lamps(LampParts(endpoint, self._contact, directory, rooms.location, OwnWaits(rooms), self._wake))
        self._lighting = Lighting(rooms, lamps)
        face = SipFace(Parts(endpoint, guard, identifier, desk, rooms.registrar, directory, self.conductor, lamps))
        self.transports = TransportManager(
            settings.sip,
            self._receive,
            self._lost,
            tls=server_context(certificates),
        )
        self._shell = Shell(endpoint, face, guard, self.transports.send, clock)
        self._watching: asyncio.Task[None] | None = None
        self._subscribe()

    async def start(self) -> None:
        """Open the sockets and start to accept messages."""
        await self.transports.start()
        await self._rooms.registrar.restore(self._rooms.database)
        self._shell.start()
        self._media.on_restarted = self.conductor.media_restarted
        self._media.set_dtmf_callback(self.conductor.dtmf_received)
        self._engine.on_event = self._engine_told
        self._engine.on_restarted = self.host.on_engine_restarted
        self._watching = asyncio.create_task(self._watch.run())

    def _recording_changed(self, live: LiveRecording) -> None:
        """Send the recording indication to phones after the current call step: the change may be part of it."""
        self.recording_changed(live)
        asyncio.get_running_loop().call_soon(self._recorded.indicate, live.call_id, live.indication)

    def _engine_told(self, event: EngineEvent) -> None:
        self.host.handle_event(event)
        self._rooms.meetings.heard(event)

    async def carry_on(self) -> None:
        """Restore the calls of the previous process."""
        await self._rooms.journal.restore_all(self._rooms.database, self.conductor, self._rooms.people.directory)

    async def close(self) -> None:
        """End all calls, then close the sockets."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        await self.conductor.close()
        await self.recorder.close()
        await self.room_recorder.close()
        await self.host.close()
        await self._lighting.close()
        self._shell.close()
        await self.transports.close()

    def _subscribe(self) -> None:
        """End the calls of devices, extensions and tenants that lost access."""
        bus, end = self._rooms.bus, self.conductor.end_all
        bus.subscribe(DeviceRevoked, lambda fact: self.conductor.device_revoked(fact.extension_id, fact.device_id))
        bus.subscribe(ExtensionDeleted, lambda fact: end(lambda run: fact.extension_id in run.all_extensions()))
        for kind in (DeviceRegistered, DeviceMoved):
            bus.subscribe(kind, lambda signal: self.conductor.device_registered(signal.extension_id, signal.device_id))
        for each in (self.recorder, self.room_recorder):
            bus.subscribe(SubjectErased, lambda fact, each=each: each.remove(fact.tenant, fact.subject))
        for kind in (TenantSuspended, TenantDeleted):
            bus.subscribe(kind, lambda fact: end(lambda run: run.caller.tenant_id == fact.tenant))

    # The driver is built last, but its parts have to call it.

    def _wake(self) -> None:
        self._shell.wake()

    def _receive(self, data: bytes, flow: Flow) -> None:
        self._shell.receive(data, flow)

    def _lost(self, flow: Flow) -> None:
        self._shell.lost(flow)

    def _via(self, flow: Flow) -> str:
        host, port = self.transports.address(flow)
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def _contact(self, flow: Flow) -> str:
        transport = "" if flow.transport == "udp" else f";transport={flow.transport}"
        return f"<sip:{self._via(flow)}{transport}>"
