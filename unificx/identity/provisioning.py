"""Links with which a phone fetches its settings, valid once and for minutes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unificx.cluster import OneTimeKind, OneTimeStore
from unificx.core.errors import Expired
from unificx.identity.devices import Devices
from unificx.identity.policies import token_rotation
from unificx.identity.schemas import CreatedDevice
from unificx.identity.store import IdentityStore

LIFETIME = timedelta(minutes=10)
_CODES = OneTimeKind("phone settings", LIFETIME.total_seconds(), capacity=10_000, per_group=1)
_BYTES = 24


@dataclass(frozen=True, slots=True)
class ProvisioningCode:
    """Code of a link."""

    expires: datetime
    code: str = field(repr=False)


class PhoneProvisioning:
    """One-time codes of devices. Nothing secret is stored: the password is created when the settings are fetched."""

    def __init__(self, store: IdentityStore, devices: Devices, one_time: OneTimeStore) -> None:
        self._clock = store.clock
        self._devices = devices
        self._one_time = one_time

    async def create(self, tenant_id: str, device_id: str) -> ProvisioningCode:
        """Create a code for a device; an earlier one becomes invalid. Raise NotFound."""
        device = await self._devices.get(tenant_id, device_id)
        code = token_rotation.base64url(self._clock.random_bytes(_BYTES))
        value = f"{tenant_id} {device.id}".encode()
        await self._one_time.put(_CODES, token_rotation.digest(code), value, group=device.id)
        return ProvisioningCode(self._clock.now() + LIFETIME, code)

    async def redeem(self, code: str) -> CreatedDevice:
        """Use up a code: renew the password of its device and return the login. Raise Expired, NotFound."""
        found = await self._one_time.take(_CODES, token_rotation.digest(code))
        if found is None:
            raise Expired("This link was used or has expired.", hint="Create a new one in the portal.")
        tenant_id, device_id = found.decode().split(" ")
        return await self._devices.renew_password(tenant_id, device_id)
