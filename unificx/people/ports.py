"""What the room needs of a key store; `app.wiring` fills it."""

from collections.abc import Iterable
from typing import Protocol

from unificx.store.sealed import Key

EVERYWHERE = "installation"
"""The scope of the aliases that hold beyond one tenant: the e-mail addresses people sign in with."""


class KeyRing(Protocol):
    """Keys of subjects, and aliases: which subject an e-mail address leads to, found without keeping the address."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Each subject's key; None for an erased one and, unless `create`, for one never seen."""
        ...

    def destroy_tenant(self, tenant: str) -> object:
        """Make everything sealed for the tenant's subjects unreadable for ever."""
        ...

    def find(self, tenant: str, kind: str, value: str) -> str | None:
        """The subject that `value` leads to."""
        ...

    def bind(self, tenant: str, kind: str, value: str, subject: str) -> None:
        """Let `value` lead to `subject`. Raises Conflict if it leads to another."""
        ...

    def unbind(self, tenant: str, kind: str, value: str) -> None:
        """Let `value` lead nowhere."""
        ...
