"""Phones that take text messages (RFC 3428): those that list MESSAGE when they register."""

from collections.abc import Sequence

from unificx.cluster import Location
from unificx.core.clock import Clock
from unificx.identity import DirectoryCache
from unificx.registrar import Binding
from unificx.sip_server import takes_texts


class RegisteredPhones:
    """Implements `chat.TextPhones`."""

    def __init__(self, directory: DirectoryCache, location: Location[Binding], clock: Clock) -> None:
        self._directory, self._location, self._clock = directory, location, clock

    def of_persons(self, tenant_id: str, person_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
        now, extensions = self._clock.monotonic(), self._directory.extension_ids_of
        return [
            (person_id, device_id)
            for person_id in person_ids
            for extension_id in extensions(person_id)
            for device_id in {
                each.device_id
                for each in self._location.contacts(extension_id, now)
                if takes_texts(each) and each.tenant_id == tenant_id
            }
        ]
