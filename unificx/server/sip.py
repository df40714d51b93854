"""Composition of the SIP side of a server: transports, endpoint, request handler and calls."""

import asyncio
import ssl
from collections.abc import Callable
from typing import get_args

from unificx.calls import (
    CallManager,
    CallManagerDependencies,
    CallRecordingStatus,
    CallSettings,
    CompositeObserver,
    DigitTones,
    MediaWatchdog,
    MusicOnHold,
    OutsideLines,
    Parking,
)
from unificx.core.access import SIP_ACCESS, Access, stating
from unificx.core.background import BackgroundTasks
from unificx.core.datagrams import DatagramReader
from unificx.media.mixer.messages import Event as EngineEvent
from unificx.media_worker.client import EngineRestarted, MediaEngineClient
from unificx.privacy.events import SubjectErased
from unificx.recording import LiveRecording
from unificx.registrar.events import DeviceMoved, DeviceRegistered
from unificx.routing import DialPlan, Routing
from unificx.rtpengine.party_commands import DtmfReceived
from unificx.rtpengine.supervisor import RelayRestarted, RtpEngine
from unificx.server.callapps import (
    create_answer_key_requests,
    create_host,
    create_monitor,
    create_recorder,
    create_registry,
)
from unificx.server.conference_dialer import CallConverter
from unificx.server.container import Container
from unificx.server.credit_control import create_credit_control
from unificx.server.ended_access import end_calls_without_access
from unificx.server.extension_state_handler import create_extension_states, follow_extensions, follow_time
from unificx.server.guest_calls import GuestCalls
from unificx.server.host_names import own_host_names
from unificx.server.live_events import LiveEvents
from unificx.server.live_meetings import LiveMeetings
from unificx.server.mwi_handler import MailboxMessageCounts, MwiHandler
from unificx.server.phone_texts import PhoneTexts
from unificx.server.public_numbers import TenantNumbers
from unificx.server.settings import Settings
from unificx.server.shared_phones import follow_shared_phones
from unificx.server.trunks import carrier_trust, create_caller_verifier, create_trunk_monitor
from unificx.sip.bearer import BearerTokens
from unificx.sip.digest import Nonces
from unificx.sip.endpoint import Endpoint, RequestChecks
from unificx.sip.flow import Flow
from unificx.sip.incarnation import Incarnation
from unificx.sip.legs import DialogTable, Leg
from unificx.sip.message import Request
from unificx.sip.overload import OverloadControl
from unificx.sip_server import (
    Authenticator,
    AuthenticatorOptions,
    CheckSync,
    MwiDependencies,
    MwiNotifier,
    RateLimiter,
    RegisterHandler,
    RegistrationFaults,
    RequestHandlerDependencies,
    SipDriver,
    SipRequestHandler,
    Subscriptions,
    UnsolicitedNotify,
)
from unificx.transport.connections import StreamLimits
from unificx.transport.manager import TransportManager


class SipServer:
    """Everything between the network and the calls. `start` opens the sockets, `restore_calls` restores the calls of
    the previous process."""

    def __init__(
        self,
        settings: Settings,
        container: Container,
        media: RtpEngine,
        engine: MediaEngineClient,
        tls: ssl.SSLContext,
        *,
        live_events: LiveEvents,
        datagrams: DatagramReader,
    ) -> None:
        self._live_events, self._sources, self._container = live_events, settings.sources, container
        self._media, self._engine, self._datagrams = media, engine, datagrams
        clock, incarnation = container.clock, _incarnation(container)
        self.bearers = BearerTokens(container.derive_secret("SIP bearer tokens"), incarnation=incarnation)
        # Owner: this node, like what the limiter counts.
        rate_limiter = RateLimiter(clock.random_bytes(16))
        self.registration_faults = RegistrationFaults()
        endpoint = self.endpoint = self._create_endpoint(rate_limiter)
        dialogs = DialogTable(endpoint, self._contact, endpoint.new_tag, current_flow=self._current_flow)
        self.parking = Parking(self._parked_changed, container.calls.recall)
        hold = MusicOnHold(media, container.prompt_overrides.music, clock)
        self.call_monitor = create_monitor(container, media, engine, hold, live_events)
        self.meetings = LiveMeetings(container, media, engine)
        self.call_converter = CallConverter(
            container.calls, container.conference_rooms, self.meetings.manager, container.bus
        )
        apps = create_registry(container, self.parking, self.call_monitor, self.call_converter, self.meetings.manager)
        self.app_runner = create_host(container, engine, apps)
        container.routing.destinations.add(apps)
        routing = _create_routing(container)
        self.call_recorder = create_recorder(container, media, engine, hold, self._recording_changed)
        call_settings = CallSettings(max_calls_per_tenant=settings.calls_per_tenant)
        observers, touched = CompositeObserver(hold, self.call_recorder, self.call_monitor), set[str]()
        on_step = _reporting_steps(touched, live_events)
        self.call_manager = self._create_call_manager(call_settings, dialogs, routing, observers, on_step, hold=hold)
        container.calls.attach(self.call_manager)
        self._recorded_calls = CallRecordingStatus(container.calls)
        self._media_watchdog = MediaWatchdog(self.call_manager, media, clock, call_settings)
        self.trunk_monitor, self.trunk_prober = create_trunk_monitor(container, endpoint, self._via, self._wake)
        self.transports = TransportManager(
            settings.sip,
            self._receive,
            self._connection_lost,
            tls=tls,
            trust=carrier_trust(settings.carrier_trust),
            limits=StreamLimits() if settings.sources is None else StreamLimits(accepts=settings.sources.accepts),
            on_page_closed=self._page_closed,
        )
        authenticator = self._create_authenticator(settings, rate_limiter, incarnation)
        handler = self._request_handler = self._create_request_handler(settings, rate_limiter, authenticator, touched)
        self._driver = self._create_driver(handler, rate_limiter)
        self._regular = BackgroundTasks(SIP_ACCESS)
        self._subscribe()

    def _create_endpoint(self, rate_limiter: RateLimiter) -> Endpoint:
        clock = self._container.clock

        def may_reject(request: Request, flow: Flow, now: float) -> bool:
            return rate_limiter.take_token(flow, request.method, now)

        return Endpoint(
            tag=lambda: clock.random_bytes(9).hex(),
            via_host=self._via,
            overload=OverloadControl(),
            wake=self._wake,
            checks=RequestChecks(self._check, may_reject),
            node=self._container.node,
        )

    def _create_call_manager(
        self,
        settings: CallSettings,
        dialogs: DialogTable,
        routing: Routing,
        observer: CompositeObserver,
        on_step: Callable[[str], None],
        *,
        hold: MusicOnHold,
    ) -> CallManager:
        container = self._container
        self.credit = create_credit_control(container, self._media, hold)
        return CallManager(
            CallManagerDependencies(
                dialogs,
                self._media,
                container.history,
                routing,
                container.identity.directory,
                container.clock,
                container.push,
                self.app_runner,
                observer,
                self.parking,
                OutsideLines(
                    container.trunks.directory,
                    TenantNumbers(container.routing.outbound),
                    container.routing.outside_numbers.subject,
                    container.routing.contacts.company_name,
                    self.credit,
                    container.routing.locations.of_caller,
                    self._is_open,
                ),
                container.routing.teammates,
                create_answer_key_requests(container, self._media),
                DigitTones(self._media, hold.tone_begun, hold.tones_played),
            ),
            settings,
            on_answered=container.journal.save,
            on_ended=container.journal.remove,
            storage_full=container.is_storage_full,
            on_pending_output=self._wake,
            process=self._process,
            on_changed=self._calls_changed,
            on_step=on_step,
        )

    def _calls_changed(self, tenant_id: str) -> None:
        self._live_events.calls_changed(tenant_id)
        self._container.routing.queues.manager.calls_changed(tenant_id)

    def _create_authenticator(
        self, settings: Settings, rate_limiter: RateLimiter, incarnation: Incarnation
    ) -> Authenticator:
        container = self._container
        nonces = Nonces(container.derive_secret("SIP digest nonces"), incarnation=incarnation)
        # Owner: this node: it only has to be unknown to peers.
        secret = container.clock.random_bytes(32)
        names, directory = own_host_names(settings), container.identity.directory
        return Authenticator(
            directory,
            rate_limiter,
            nonces,
            secret,
            AuthenticatorOptions(
                names,
                self.bearers,
                self.registration_faults,
                container.trunks.directory,
                GuestCalls(container.guests, container.conference_rooms),
            ),
        )

    def _create_request_handler(
        self, settings: Settings, rate_limiter: RateLimiter, authenticator: Authenticator, touched: set[str]
    ) -> SipRequestHandler:
        container, directory = self._container, self._container.identity.directory
        verifier = create_caller_verifier(self.call_manager, settings.caller_trust, container.clock, self._wake)
        subscriptions = Subscriptions(self.endpoint, self._contact)
        mwi = self._create_mwi(subscriptions)
        self._mwi_handler = MwiHandler(container, mwi, subscriptions)
        self._extension_states = create_extension_states(container, subscriptions, self.call_manager, touched)
        follow_extensions(container, self._extension_states)
        self._texts = PhoneTexts(container, self.endpoint)
        return SipRequestHandler(
            RequestHandlerDependencies(
                self.endpoint,
                rate_limiter,
                authenticator,
                RegisterHandler(directory, container.registrar),
                container.registrar,
                directory,
                self.call_manager,
                mwi,
                subscriptions,
                self._extension_states,
                touched,
                self._texts.receiver,
                verifier,
                self.transports.connections.authenticated,
                self.trunk_monitor.connection_lost,
                (self.trunk_monitor, self.trunk_prober, self._texts.sender),
            )
        )

    def _create_driver(self, handler: SipRequestHandler, rate_limiter: RateLimiter) -> SipDriver:
        send, read_pending = self.transports.send, self.transports.read_pending
        return SipDriver(self.endpoint, handler, rate_limiter, send, self._container.clock, read_pending=read_pending)

    def _create_mwi(self, subscriptions: Subscriptions) -> MwiNotifier:
        container, directory = self._container, self._container.identity.directory
        counts, codes = MailboxMessageCounts(container), container.routing.codes.tables
        unsolicited = UnsolicitedNotify(self.endpoint, self._contact, directory)
        self.check_sync = CheckSync(unsolicited, container.location, self._wake)
        return MwiNotifier(
            MwiDependencies(subscriptions, unsolicited, directory, container.location, counts, codes, self._wake)
        )

    async def start(self) -> None:
        """Open the sockets and start to accept messages."""
        with stating(SIP_ACCESS):  # sockets, tasks and timers keep the context in which they are created
            await self.transports.start(self._datagrams)
            await self._container.registrar.restore(self._container.database)
            self._driver.start()
            self.trunk_monitor.start()
        self._regular.spawn(self._media_watchdog.run())
        self._regular.spawn(self.credit.run())
        self._regular.spawn(self._texts.deliveries.run())
        self._regular.spawn(follow_time(self._extension_states.switches_changed, self._container.clock))

    def _recording_changed(self, live: LiveRecording) -> None:
        """Send the recording indication to phones after the current call step: the change may be part of it."""
        self._live_events.recording_changed(live)
        asyncio.get_running_loop().call_soon(self._recorded_calls.indicate, live.call_id, live.indication)

    def _on_engine_event(self, event: EngineEvent) -> None:
        self.app_runner.handle_event(event)
        self.meetings.manager.on_media_event(event)

    async def restore_calls(self) -> None:
        """Restore the calls of the previous process."""
        with stating(Access("operations", "restart")):
            await self._container.journal.restore_all(self.call_manager, self._container.identity.directory)

    async def close(self) -> None:
        """End all calls, then close the sockets."""
        await self._regular.close()
        await self._texts.close()
        await self.credit.join()
        await self.call_manager.close()
        await self.call_recorder.close()
        await self.call_monitor.close()
        await self.meetings.close()
        await self.app_runner.close()
        await self._mwi_handler.close()
        await self.trunk_monitor.close()
        self._driver.close()
        await self.transports.close()

    def _subscribe(self) -> None:
        bus = self._container.bus
        self._container.custom_sounds.on_removed.append(self._media.sounds.forget)
        end_calls_without_access(bus, self.call_manager, self._container.identity.directory)
        for kind in (DeviceRegistered, DeviceMoved):
            bus.subscribe(
                kind, lambda signal: self.call_manager.device_registered(signal.extension_id, signal.device_id)
            )
        follow_shared_phones(bus, self._container.registrar, self.check_sync, self._container.clock)
        bus.subscribe(RelayRestarted, lambda event: self.call_manager.relay_restarted())
        bus.subscribe(DtmfReceived, self.call_manager.dtmf_received)
        bus.subscribe(EngineRestarted, lambda event: self.app_runner.on_engine_restarted())
        bus.subscribe(EngineRestarted, lambda event: self.call_monitor.on_engine_restarted())
        for kind in get_args(EngineEvent):
            bus.subscribe(kind, self._on_engine_event)
        for each in (self.call_recorder, self.call_monitor):
            bus.subscribe(SubjectErased, lambda event, each=each: each.on_subject_erased(event.tenant, event.subject))

    # The call manager, the request handler and the driver are built last, but their parts have to call them.

    def _current_flow(self, leg: Leg) -> Flow | None:
        return self.call_manager.current_flow(leg)

    def _parked_changed(self, tenant_id: str) -> None:
        self._live_events.parked_changed(tenant_id)
        self._extension_states.switches_changed(tenant_id)

    def _check(self, request: Request, flow: Flow, now: float) -> object:
        return self._request_handler.check(request, flow, now)

    def _wake(self) -> None:
        self._driver.wake()

    def _process(self, function: Callable[..., None], *args: object) -> None:
        self._driver.process(function, *args)

    def _receive(self, data: bytes, flow: Flow) -> None:
        if self._sources is None or flow.is_websocket or self._sources.accepts(flow.host):
            self._driver.receive(data, flow)

    def _connection_lost(self, flow: Flow) -> None:
        self._driver.connection_lost(flow)

    def _page_closed(self, flow: Flow) -> None:
        self._driver.page_closed(flow)

    def _is_open(self, flow: Flow) -> bool:
        return self.transports.is_open(flow)

    def _via(self, flow: Flow) -> str:
        return self.transports.sent_by(flow)

    def _contact(self, flow: Flow) -> str:
        transport = "" if flow.transport == "udp" else f";transport={flow.transport}"
        return f"<sip:{self._via(flow)}{transport}>"


def _reporting_steps(touched: set[str], live_events: LiveEvents) -> Callable[[str], None]:
    """Return what is called after each step of a call: it is reported to the keys of phones and as a live event."""

    def stepped(call_id: str) -> None:
        touched.add(call_id)
        live_events.call_stepped(call_id)

    return stepped


def _incarnation(container: Container) -> Incarnation:
    now = container.clock.monotonic()
    return Incarnation(bytes.fromhex(container.node), container.clock.now().timestamp() - now, now)


def _create_routing(container: Container) -> Routing:
    services, directory = container.routing, container.identity.directory
    outside, codes = services.outbound.routing, services.codes.tables
    return Routing(
        DialPlan(directory, services.destinations, outside, services.speed_dials, codes),
        container.location,
        container.push,
        ring_memory=services.ring_memory,
        availability=services.presence.availability,
    )
