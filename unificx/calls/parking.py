"""Call parking: per-tenant slots with short numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from unificx.calls.schemas import MAX_PARKING_SLOTS


@dataclass(frozen=True, slots=True)
class ParkingSlot:
    """An occupied slot. `app_leg_id` is the leg of the app that holds the parked party, `parked_by` the id of the
    extension that parked it."""

    tenant_id: str
    number: int
    app_leg_id: str
    parked_by: str
    since: datetime


class Parking:
    """All parking slots. `on_changed` is called when the app of a tenant's slot holds its party, and when a slot is
    released; `recall` rings the extension that parked the party held by an app's leg."""

    def __init__(
        self,
        on_changed: Callable[[str], None] = lambda tenant_id: None,
        recall: Callable[[str], None] = lambda leg: None,
    ) -> None:
        self.recall = recall
        self._on_changed = on_changed
        # Owner: the node that holds the parked calls.
        self._slots: dict[str, dict[int, ParkingSlot]] = {}
        self._by_leg: dict[str, ParkingSlot] = {}

    def __len__(self) -> int:
        return len(self._by_leg)

    def occupy(self, tenant_id: str, app_leg_id: str, parked_by: str, since: datetime) -> int | None:
        """Occupy the lowest free slot and return its number; None if all are occupied. Its app calls `confirm` once it
        holds the party."""
        slots = self._slots.setdefault(tenant_id, {})
        number = next((one for one in range(1, MAX_PARKING_SLOTS + 1) if one not in slots), None)
        if number is not None:
            slots[number] = self._by_leg[app_leg_id] = ParkingSlot(tenant_id, number, app_leg_id, parked_by, since)
        return number

    def confirm(self, app_leg_id: str) -> None:
        """The app holds the party of its slot. Before, a list of parked calls would not contain it."""
        self._on_changed(self._by_leg[app_leg_id].tenant_id)

    def release(self, app_leg_id: str) -> None:
        """Release the slot of a leg, if it has one."""
        slot = self._by_leg.pop(app_leg_id, None)
        if slot is None:
            return
        slots = self._slots[slot.tenant_id]
        del slots[slot.number]
        if not slots:
            del self._slots[slot.tenant_id]
        self._on_changed(slot.tenant_id)

    def slot_of_leg(self, app_leg_id: str) -> ParkingSlot | None:
        """Return the slot of a leg."""
        return self._by_leg.get(app_leg_id)

    def find(self, tenant_id: str, number: str) -> ParkingSlot | None:
        """Return the slot of this number; for "" the only occupied one, None if there are several."""
        slots = self._slots.get(tenant_id, {})
        if number:
            return slots.get(int(number))
        return next(iter(slots.values())) if len(slots) == 1 else None

    def occupied(self, tenant_id: str) -> list[ParkingSlot]:
        """List occupied slots, ordered by number."""
        return sorted(self._slots.get(tenant_id, {}).values(), key=lambda slot: slot.number)
