"""Events of the registrar: published on the bus, not persisted, may be lost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeviceRegistered:
    """The device has become reachable."""

    tenant: str
    extension_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class DeviceMoved:
    """The registered device is reachable over another connection now."""

    tenant: str
    extension_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class DeviceUnregistered:
    """The device is no longer reachable: unregistered, revoked, expired or disconnected."""

    tenant: str
    extension_id: str
    device_id: str
