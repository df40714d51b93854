"""Extensions and devices with their state now: registered, woken by push."""

from dataclasses import dataclass

from unificx import identity
from unificx.api.schemas import core as models
from unificx.api.services import Services


@dataclass(frozen=True, slots=True)
class OnlineDevices:
    """Number of enabled devices of an extension, and of those that a call reaches now."""

    enabled: int
    online: int


def online_devices(services: Services, extension: identity.Extension) -> OnlineDevices:
    """Count the devices of an extension, from memory."""
    devices = [one.device_id for one in services.identity.directory.devices_of(extension.id) if one.enabled]
    telephony = services.telephony
    online = sum(
        telephony.registered(extension.id, one) or telephony.can_be_woken(extension.id, one) for one in devices
    )
    return OnlineDevices(len(devices), online)


def extension_schema(services: Services, extension: identity.Extension) -> models.ExtensionNow:
    """Return an extension with the number of its devices."""
    devices = online_devices(services, extension)
    return models.ExtensionNow(
        **models.Extension.model_validate(extension).model_dump(), devices=devices.enabled, reachable=devices.online
    )


def device_schema(services: Services, device: identity.Device) -> models.Device:
    """Return a device with its state."""
    schema = models.Device.model_validate(device)
    schema.registered = services.telephony.registered(device.extension_id, device.id)
    schema.can_be_woken = services.telephony.can_be_woken(device.extension_id, device.id)
    return schema
