"""Interfaces that presence requires; implemented by routing."""

from collections.abc import Iterable
from typing import Protocol


class DestinationCheck(Protocol):
    """Checks destinations before they are stored."""

    def check(self, tenant_id: str, number: str, destinations: Iterable[str]) -> None:
        """Check the destinations (`kind:name`) that calls to the extension `number` are forwarded to.

        Raise Invalid for an unknown one, and for one that leads back to the extension.
        """
        ...


class NoDestinationCheck:
    """Accepts all destinations."""

    def check(self, tenant_id: str, number: str, destinations: Iterable[str]) -> None:
        del tenant_id, number, destinations
