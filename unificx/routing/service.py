"""Who is meant by what was dialled. Answered from memory: a call waits for no database."""

from unificx.people import Directory
from unificx.presence import Binding, Caller, Location
from unificx.routing.contracts import Destination, NoSuchNumber, Ring
from unificx.routing.ports import Apps, NoApps, NoSleepers, Sleepers
from unificx.routing.rules import Code, Nonsense, Number, read_dialled
from unificx.sip.flow import Flow


class Routing:
    """Decides within one tenant: the same number of another tenant is another number."""

    def __init__(
        self, directory: Directory, location: Location, sleepers: Sleepers | None = None, apps: Apps | None = None
    ) -> None:
        self._directory = directory
        self._location = location
        self._sleepers: Sleepers = sleepers or NoSleepers()
        self._apps: Apps = apps or NoApps()

    def way_to(self, extension_id: str, device_id: str, contact: str, transport: str, now: float) -> Flow | None:
        """By which connection a device is reached now that was at `contact` by another one of this transport."""
        return self._location.way_to(extension_id, device_id, contact, transport, now)

    def ways_to(self, extension_id: str, device_id: str, now: float) -> tuple[Binding, ...]:
        """How a device can be rung now, the preferred way first."""
        return tuple([one for one in self._location.contacts(extension_id, now) if one.device_id == device_id])

    def route(self, caller: Caller, dialled: str, now: float) -> Destination:
        """Where `dialled` leads for this caller; `now` in monotonic seconds."""
        match read_dialled(dialled):
            case Number(digits):
                extension = self._directory.extension(caller.tenant_id, digits)
                if extension is None:
                    return self._apps.behind(caller.tenant_id, digits) or NoSuchNumber()
                wakeable = self._sleepers.sleeping(extension.id)
                bindings = tuple(self._location.contacts(extension.id, now))
                return Ring(extension, bindings, wakeable, instead=self._apps.instead_of(extension))
            case Code("*44"):
                return self._back(caller, now)
            case Code(text):
                return self._apps.behind(caller.tenant_id, text) or NoSuchNumber()
            case Nonsense():
                return NoSuchNumber()

    def _back(self, caller: Caller, now: float) -> Destination:
        """The device that calls and no other: so a person can try whether it rings."""
        extension = self._directory.extension_by_id(caller.extension_id)
        if extension is None:
            return NoSuchNumber()
        wakeable = tuple(one for one in self._sleepers.sleeping(extension.id) if one == caller.device_id)
        return Ring(extension, self.ways_to(extension.id, caller.device_id, now), wakeable, caller.device_id)
