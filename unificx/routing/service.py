"""Resolves dialled numbers, from memory only: call set-up never waits for the database."""

from unificx.identity import Directory
from unificx.registrar import Binding, Caller, Location
from unificx.routing.destinations import Destination, NoSuchNumber, Ring
from unificx.routing.dial_plan import Code, Nonsense, Number, read_dialled
from unificx.routing.ports import Apps, NoApps, NoSleepers, Sleepers
from unificx.sip.flow import Flow


class Routing:
    """Routing within a tenant; numbers of different tenants are independent."""

    def __init__(
        self, directory: Directory, location: Location, sleepers: Sleepers | None = None, apps: Apps | None = None
    ) -> None:
        self._directory = directory
        self._location = location
        self._sleepers: Sleepers = sleepers or NoSleepers()
        self._apps: Apps = apps or NoApps()

    def way_to(self, extension_id: str, device_id: str, contact: str, transport: str, now: float) -> Flow | None:
        """Return the current flow of a device that was at `contact` over an earlier flow of this transport."""
        return self._location.way_to(extension_id, device_id, contact, transport, now)

    def ways_to(self, extension_id: str, device_id: str, now: float) -> tuple[Binding, ...]:
        """Return the bindings of a device to dial, by descending q value."""
        return tuple(
            [binding for binding in self._location.contacts(extension_id, now) if binding.device_id == device_id]
        )

    def route(self, caller: Caller, dialled: str, now: float) -> Destination:
        """Return the destination of `dialled` for this caller; `now` in monotonic seconds."""
        match read_dialled(dialled):
            case Number(digits):
                extension = self._directory.extension(caller.tenant_id, digits)
                if extension is None:
                    return self._apps.behind(caller.tenant_id, digits) or NoSuchNumber()
                push_devices = self._sleepers.sleeping(extension.id)
                bindings = tuple(self._location.contacts(extension.id, now))
                return Ring(extension, bindings, push_devices, instead=self._apps.instead_of(extension))
            case Code("*44"):
                return self._back(caller, now)
            case Code(text):
                return self._apps.behind(caller.tenant_id, text) or NoSuchNumber()
            case Nonsense():
                return NoSuchNumber()

    def _back(self, caller: Caller, now: float) -> Destination:
        """Ring only the calling device, as a ring test (*44)."""
        extension = self._directory.extension_by_id(caller.extension_id)
        if extension is None:
            return NoSuchNumber()
        push_devices = tuple(
            device_id for device_id in self._sleepers.sleeping(extension.id) if device_id == caller.device_id
        )
        return Ring(extension, self.ways_to(extension.id, caller.device_id, now), push_devices, caller.device_id)
