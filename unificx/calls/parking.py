"""Who is parked where: places with short numbers, an organisation's own each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from unificx.calls.contracts import PLACES


@dataclass(frozen=True, slots=True)
class Place:
    """A place that is taken. `leg` is that of the app which holds whoever is parked, `by` the extension that parked
    him."""

    tenant_id: str
    number: int
    leg: str
    by: str
    since: datetime


class Parking:
    """All places there are. `changed` is called when one of an organisation is taken or free again; the conductor sets
    `recall`, which rings who parked the one behind a leg."""

    def __init__(self) -> None:
        self.changed: Callable[[str], None] = lambda tenant_id: None
        self.recall: Callable[[str], None] = lambda leg: None
        self._places: dict[str, dict[int, Place]] = {}
        self._by_leg: dict[str, Place] = {}

    def __len__(self) -> int:
        return len(self._by_leg)

    def take(self, tenant_id: str, leg: str, by: str, since: datetime) -> int | None:
        """The number of the place, the lowest that is free; None if none is."""
        places = self._places.setdefault(tenant_id, {})
        number = next((one for one in range(1, PLACES + 1) if one not in places), None)
        if number is not None:
            places[number] = self._by_leg[leg] = Place(tenant_id, number, leg, by, since)
            self.changed(tenant_id)
        return number

    def leave(self, leg: str) -> None:
        """Whoever was there is not parked any more. A leg that has no place is no error."""
        place = self._by_leg.pop(leg, None)
        if place is None:
            return
        places = self._places[place.tenant_id]
        del places[place.number]
        if not places:
            del self._places[place.tenant_id]
        self.changed(place.tenant_id)

    def of(self, leg: str) -> Place | None:
        """The place of a leg."""
        return self._by_leg.get(leg)

    def find(self, tenant_id: str, number: str) -> Place | None:
        """The place of this number; for "" the only one that is taken."""
        places = self._places.get(tenant_id, {})
        if number:
            return places.get(int(number))
        return next(iter(places.values())) if len(places) == 1 else None

    def taken(self, tenant_id: str) -> list[Place]:
        """In the order of their numbers."""
        return sorted(self._places.get(tenant_id, {}).values(), key=lambda place: place.number)
