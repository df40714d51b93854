"""Resolves dialled numbers, from memory only: call set-up never waits for the database."""

from unificx.identity import DirectoryCache
from unificx.registrar import Binding, Caller, LocationService
from unificx.routing.destinations import Destination, NoSuchNumber, RingExtension
from unificx.routing.dial_plan import FeatureCode, Number, Undialable, parse_dialled
from unificx.routing.ports import AppDirectory, NoPushDevices, NullAppDirectory, PushDevices
from unificx.sip.flow import Flow


class Routing:
    """Routing within a tenant; numbers of different tenants are independent."""

    def __init__(
        self,
        directory: DirectoryCache,
        location: LocationService,
        push_devices: PushDevices | None = None,
        apps: AppDirectory | None = None,
    ) -> None:
        self._directory = directory
        self._location = location
        self._push_devices: PushDevices = push_devices or NoPushDevices()
        self._apps: AppDirectory = apps or NullAppDirectory()

    def current_flow(self, extension_id: str, device_id: str, contact: str, transport: str, now: float) -> Flow | None:
        """Return the current flow of a device that was at `contact` over an earlier flow of this transport."""
        return self._location.current_flow(extension_id, device_id, contact, transport, now)

    def device_bindings(self, extension_id: str, device_id: str, now: float) -> tuple[Binding, ...]:
        """Return the bindings of a device to dial, by descending q value."""
        return tuple(
            [binding for binding in self._location.contacts(extension_id, now) if binding.device_id == device_id]
        )

    def route(self, caller: Caller, dialled: str, now: float) -> Destination:
        """Return the destination of `dialled` for this caller; `now` in monotonic seconds."""
        match parse_dialled(dialled):
            case Number(digits):
                extension = self._directory.extension(caller.tenant_id, digits)
                if extension is None:
                    return self._apps.find_app(caller.tenant_id, digits) or NoSuchNumber()
                push_devices = self._push_devices.push_devices(extension.id)
                bindings = tuple(self._location.contacts(extension.id, now))
                return RingExtension(extension, bindings, push_devices, fallback=self._apps.fallback_for(extension))
            case FeatureCode("*44"):
                return self._calling_device(caller, now)
            case FeatureCode(text):
                return self._apps.find_app(caller.tenant_id, text) or NoSuchNumber()
            case Undialable():
                return NoSuchNumber()

    def _calling_device(self, caller: Caller, now: float) -> Destination:
        """Ring only the calling device, as a ring test (*44)."""
        extension = self._directory.extension_by_id(caller.extension_id)
        if extension is None:
            return NoSuchNumber()
        push_devices = tuple(
            device_id for device_id in self._push_devices.push_devices(extension.id) if device_id == caller.device_id
        )
        return RingExtension(
            extension, self.device_bindings(extension.id, caller.device_id, now), push_devices, caller.device_id
        )
