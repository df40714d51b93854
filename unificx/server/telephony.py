"""SIP access of the client, for the HTTP adapter."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from unificx.api import IceServer, Registration, RegistrationFailure, SipCredentials, SipServerAddress
from unificx.cluster import Location
from unificx.core.clock import Clock
from unificx.notifications import PushNotifier
from unificx.registrar import Binding
from unificx.server.address import WILDCARD_ADDRESSES
from unificx.server.turn_config import TurnConfig
from unificx.sip.bearer import BearerTokens
from unificx.sip_server import GUEST_SUBJECT, CheckSync, RegistrationFaults
from unificx.transport.manager import TransportManager


class SipPhones:
    """Implements `api.Phones`."""

    def __init__(
        self,
        location: Location[Binding],
        faults: RegistrationFaults,
        transports: TransportManager,
        check_sync: CheckSync,
        clock: Clock,
    ) -> None:
        self._check_sync = check_sync
        self._location = location
        self._faults = faults
        self._transports = transports
        self._clock = clock

    def registration(self, extension_id: str, device_id: str) -> Registration | None:
        now = self._clock.monotonic()
        found = [
            binding
            for binding in self._location.device_bindings(extension_id, device_id)
            if binding.expires_at > now and not binding.disconnected
        ]
        if not found:
            return None
        latest = max(found, key=lambda binding: binding.expires_at - binding.granted_seconds)
        return Registration(
            self._wall_time(latest.expires_at - latest.granted_seconds),
            latest.flow.transport,
            latest.flow.host,
            latest.user_agent,
        )

    def failure(self, device_id: str) -> RegistrationFailure | None:
        fault = self._faults.last(device_id)
        return None if fault is None else RegistrationFailure(fault.reason, self._wall_time(fault.at))

    def servers(self) -> Sequence[SipServerAddress]:
        return [
            SipServerAddress(
                bind.transport, "" if bind.host in WILDCARD_ADDRESSES else bind.advertised or bind.host, bind.port
            )
            for bind in self._transports.bound
        ]

    def check_sync(self, extension_id: str, device_id: str, *, reboot: bool) -> bool:
        return self._check_sync.send(extension_id, device_id, self._clock.monotonic(), reboot=reboot)

    def _wall_time(self, monotonic: float) -> datetime:
        return self._clock.now() + timedelta(seconds=monotonic - self._clock.monotonic())


class ClientTelephony:
    """Implements `api.Telephony`."""

    def __init__(
        self, bearers: BearerTokens, location: Location[Binding], push: PushNotifier, turn: TurnConfig, clock: Clock
    ) -> None:
        self._bearers = bearers
        self._location = location
        self._push = push
        self._turn = turn
        self._clock = clock

    def credentials(self, device_id: str) -> SipCredentials:
        expires = self._clock.now() + timedelta(seconds=self._bearers.lifetime)
        return SipCredentials(expires, self._bearers.issue(device_id, self._clock.monotonic()))

    def guest_credentials(self, guest_id: str) -> SipCredentials:
        return self.credentials(GUEST_SUBJECT + guest_id)

    def ice_servers(self) -> Sequence[IceServer]:
        return self._turn.ice_servers(self._clock)

    def registered(self, extension_id: str, device_id: str) -> bool:
        return self._location.is_reachable(extension_id, device_id, self._clock.monotonic())

    def can_be_woken(self, extension_id: str, device_id: str) -> bool:
        return device_id in self._push.push_devices(extension_id)
