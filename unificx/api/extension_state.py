"""Extensions and devices with their state now: registered, woken by push."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from unificx import identity
from unificx.api.presence_state import forwarding_fields
from unificx.api.schemas import core as models
from unificx.api.services import Services
from unificx.core.source_address import is_loopback

_PREFERENCE = {"tls": 0, "tcp": 1, "udp": 2}


@dataclass(frozen=True, slots=True)
class OnlineDevices:
    """Number of enabled devices of an extension, and of those that a call reaches now."""

    enabled: int
    online: int


def online_devices(services: Services, extension: identity.Extension) -> OnlineDevices:
    """Count the devices of an extension, from memory."""
    devices = [one.device_id for one in services.identity.directory.devices_of(extension.id) if one.enabled]
    telephony = services.live.telephony
    online = sum(
        telephony.registered(extension.id, one) or telephony.can_be_woken(extension.id, one) for one in devices
    )
    return OnlineDevices(len(devices), online)


def extension_schema(services: Services, extension: identity.Extension) -> models.ExtensionNow:
    """Return an extension with the number of its devices."""
    devices = online_devices(services, extension)
    return models.ExtensionNow.model_validate(
        models.Extension.model_validate(extension).model_dump()
        | {"devices": devices.enabled, "reachable": devices.online}
        | forwarding_fields(services, extension)
    )


def device_schema(services: Services, device: identity.Device) -> models.Device:
    """Return a device with its state."""
    schema, in_use = models.Device.model_validate(device), device.used_by or device.extension_id
    schema.registered = services.live.telephony.registered(in_use, device.id)
    schema.can_be_woken = services.live.telephony.can_be_woken(in_use, device.id)
    registration = services.live.phones.registration(in_use, device.id)
    schema.registration = models.DeviceRegistration.model_validate(registration) if registration else None
    failure = services.live.phones.failure(device.id)
    schema.failure = models.DeviceFailure.model_validate(failure) if failure else None
    user = services.identity.directory.extension_by_id(device.used_by or "")
    schema.used_by = user.number if user is not None else None
    return schema


def phone_connection(services: Services, domain: str) -> models.PhoneConnection:
    """Return the settings for phones of a SIP domain."""
    public_host = urlsplit(services.public_address.url).hostname or ""
    servers: list[models.SipAddress] = []
    for one in sorted(services.live.phones.servers(), key=lambda each: _PREFERENCE.get(each.transport, 9)):
        host = one.host or public_host
        servers.append(
            models.SipAddress.model_validate(
                {"transport": one.transport, "host": host, "port": one.port, "local_only": is_loopback(host)}
            )
        )
    return models.PhoneConnection(domain=domain, servers=servers)


def preferred_server(services: Services) -> models.SipAddress | None:
    """Return the address for phones that set themselves up. TLS needs a certificate that they trust: that of a
    configured public URL."""
    every = phone_connection(services, "").servers
    servers = [one for one in every if not one.local_only] or every
    trusted = bool(services.public_address.configured)
    return next((one for one in servers if trusted or one.transport != "tls"), servers[0] if servers else None)
