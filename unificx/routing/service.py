"""Who is meant by what was dialled. Answered from memory: a call waits for no database."""

from unificx.people import Directory
from unificx.presence import Location
from unificx.routing.contracts import Destination, NoSuchNumber, Ring
from unificx.routing.rules import Number, read_dialled
from unificx.sip.flow import Flow


class Routing:
    """Decides within one tenant: the same number of another tenant is another number."""

    def __init__(self, directory: Directory, location: Location) -> None:
        self._directory = directory
        self._location = location

    def way_to(self, extension_id: str, device_id: str, contact: str, now: float) -> Flow | None:
        """Where a device is now that was at `contact`, if it came by a WebSocket."""
        return self._location.way_to(extension_id, device_id, contact, now)

    def route(self, tenant_id: str, dialled: str, now: float) -> Destination:
        """Where `dialled` leads in this tenant; `now` in monotonic seconds."""
        number = read_dialled(dialled)
        if not isinstance(number, Number):
            return NoSuchNumber()
        extension = self._directory.extension(tenant_id, number.digits)
        if extension is None:
            return NoSuchNumber()
        return Ring(extension, tuple(self._location.contacts(extension.id, now)))
