"""What the room needs from others; filled by the wiring."""

from typing import Protocol


class Device(Protocol):
    """What is asked of the device that registers; `people.DeviceAuth` has it."""

    @property
    def device_id(self) -> str: ...
    @property
    def extension_id(self) -> str: ...
    @property
    def tenant_id(self) -> str: ...


class Journal(Protocol):
    """Where a change is safe before it is acknowledged; `store.Spool` fills it."""

    def append(self, kind: str, record: bytes) -> None: ...
