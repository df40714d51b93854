"""Interfaces that the registrar requires; implemented by other areas."""

from typing import Protocol


class Device(Protocol):
    """The authenticated device of a REGISTER; `identity.DeviceAuth` implements it."""

    @property
    def device_id(self) -> str: ...
    @property
    def extension_id(self) -> str: ...
    @property
    def tenant_id(self) -> str: ...
