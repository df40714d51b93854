"""Interfaces that routing requires; implemented by other areas."""

from typing import Protocol

from unificx.identity import Extension
from unificx.routing.destinations import Hosted


class Sleepers(Protocol):
    """Lists the devices that accept push notifications."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        """Return the enabled devices of an extension that accept push notifications, registered or not."""
        ...


class NoSleepers:
    """Push is not available."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        del extension_id
        return ()


class Apps(Protocol):
    """Finds the apps of numbers and extensions. Queried for every call, so it must answer from memory."""

    def behind(self, tenant_id: str, dialled: str) -> Hosted | None:
        """Return the app of a feature code, such as *43, or of a number that is not an extension."""
        ...

    def instead_of(self, extension: Extension) -> Hosted | None:
        """Return the app that takes unanswered calls of an extension, e.g. voicemail."""
        ...


class NoApps:
    """No apps are available."""

    def behind(self, tenant_id: str, dialled: str) -> Hosted | None:
        del tenant_id, dialled
        return None

    def instead_of(self, extension: Extension) -> Hosted | None:
        del extension
        return None
