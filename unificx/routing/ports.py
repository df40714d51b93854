"""Interfaces that routing requires; implemented by other areas."""

from typing import Protocol

from unificx.identity import Extension
from unificx.routing.destinations import Destination
from unificx.routing.plans import CallApp


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


class AppDirectory(Protocol):
    """Finds the destinations of other numbers. Queried for every call, so it must answer from memory."""

    def find_destination(self, tenant_id: str, dialled: str) -> Destination | None:
        """Return the destination of a feature code, such as *43, or of a number that is not an extension."""
        ...

    def fallback_for(self, extension: Extension) -> CallApp | None:
        """Return the app that takes unanswered calls of an extension, e.g. voicemail."""
        ...


class NullAppDirectory:
    """No apps are available."""

    def find_destination(self, tenant_id: str, dialled: str) -> Destination | None:
        del tenant_id, dialled
        return None

    def fallback_for(self, extension: Extension) -> CallApp | None:
        del extension
        return None
