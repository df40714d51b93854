"""Why devices failed to register last, for administrators. Ids, reasons and times only."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

MAX_DEVICES = 10_000
FaultReason = Literal["wrong_password", "wrong_domain", "blocked"]
"""`blocked`: the device is disabled, or its user or tenant is suspended."""


@dataclass(frozen=True, slots=True)
class RegistrationFault:
    """The last failed registration of a device; `at` in monotonic seconds."""

    reason: FaultReason
    at: float


class RegistrationFaults:
    """The last failure by device, until a registration succeeds. The oldest are dropped above `capacity`."""

    def __init__(self, capacity: int = MAX_DEVICES) -> None:
        self._capacity = capacity
        # Owner: this node: a hint about the last minutes, lost at a restart.
        self._by_device: OrderedDict[str, RegistrationFault] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_device)

    def note(self, device_id: str, reason: FaultReason, now: float) -> None:
        """Note a failed registration of a device."""
        self._by_device[device_id] = RegistrationFault(reason, now)
        self._by_device.move_to_end(device_id)
        if len(self._by_device) > self._capacity:
            self._by_device.popitem(last=False)

    def clear(self, device_id: str) -> None:
        """The device has registered."""
        self._by_device.pop(device_id, None)

    def last(self, device_id: str) -> RegistrationFault | None:
        """Return the last failure since the last success."""
        return self._by_device.get(device_id)
