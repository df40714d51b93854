"""SIP access of the client, for the HTTP adapter."""

from collections.abc import Sequence
from datetime import timedelta

from unificx.api import IceServer, SipCredentials
from unificx.cluster import Location
from unificx.core.clock import Clock
from unificx.notifications import PushNotifier
from unificx.registrar import Binding
from unificx.server.turn_config import TurnConfig
from unificx.sip.bearer import BearerTokens


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

    def ice_servers(self) -> Sequence[IceServer]:
        return self._turn.ice_servers(self._clock)

    def registered(self, extension_id: str, device_id: str) -> bool:
        return self._location.is_reachable(extension_id, device_id, self._clock.monotonic())

    def can_be_woken(self, extension_id: str, device_id: str) -> bool:
        return device_id in self._push.push_devices(extension_id)
