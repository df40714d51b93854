"""Signals of this room: told over the bus when they happen, not kept, may be lost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeviceRegistered:
    """The device can be reached now and could not be before."""

    tenant: str
    extension_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class DeviceMoved:
    """The device, registered before, is to be reached by another connection now."""

    tenant: str
    extension_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class DeviceUnregistered:
    """The device cannot be reached any more: it said so, was revoked, its time ran out or its connection is gone."""

    tenant: str
    extension_id: str
    device_id: str
