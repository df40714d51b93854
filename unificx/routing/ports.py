"""What the room needs from others; filled by the wiring."""

from typing import Protocol

from unificx.people import Extension
from unificx.routing.contracts import Hosted


class Sleepers(Protocol):
    """Who knows which devices can be woken."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        """The enabled devices of an extension that can be told of a call though they are not registered."""
        ...


class NoSleepers:
    """Nobody can be woken."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        del extension_id
        return ()


class Apps(Protocol):
    """Who knows which calls end in the system itself. Asked for every call: answered from memory."""

    def behind(self, tenant_id: str, dialled: str) -> Hosted | None:
        """The app that is reached by a feature code, such as *43, or by a number that no extension has."""
        ...

    def instead_of(self, extension: Extension) -> Hosted | None:
        """The app that takes an extension's calls when nobody does."""
        ...


class NoApps:
    """There are none."""

    def behind(self, tenant_id: str, dialled: str) -> Hosted | None:
        del tenant_id, dialled
        return None

    def instead_of(self, extension: Extension) -> Hosted | None:
        del extension
        return None
