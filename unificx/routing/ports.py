"""Interfaces that routing requires; implemented by other areas."""

from typing import Protocol


class PushDevices(Protocol):
    """Lists the devices that accept push notifications."""

    def push_devices(self, extension_id: str) -> tuple[str, ...]:
        """Return the enabled devices of an extension that accept push notifications, registered or not."""
        ...


class NoPushDevices:
    """Push is not available."""

    def push_devices(self, extension_id: str) -> tuple[str, ...]:
        del extension_id
        return ()
