"""Interfaces that trunks require; implemented by other areas and by adapters."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from unificx.db import UnitOfWork
from unificx.trunks.schemas import Probe, Trunk, TrunkTransport


class TrunkUse(Protocol):
    """Knows what would not work without a trunk."""

    async def uses_of(self, uow: UnitOfWork, trunk: Trunk) -> Iterable[str]:
        """Return the names of what uses a trunk, such as "route outside" or "number +4930123", and keep other
        transactions from adding to them until the commit."""
        ...


@dataclass(frozen=True, slots=True)
class Resolution:
    """Addresses of a carrier: IP address and port, in order of preference. `valid_seconds`: from the records' TTL."""

    addresses: tuple[tuple[str, int], ...]
    valid_seconds: float


class CarrierResolver(Protocol):
    """Finds the servers of a carrier (RFC 3263 without NAPTR)."""

    async def resolve(self, host: str, port: int, transport: TrunkTransport) -> Resolution:
        """Return the addresses of a name, by SRV records unless a port is given. Raise LookupError if there are
        none."""
        ...


class Prober(Protocol):
    """Asks the servers of carriers; implemented by the SIP server."""

    async def probe(self, trunk: Trunk) -> Probe:
        """Send OPTIONS to the servers of a trunk, and register if it waits to register again. Takes at most twelve
        seconds."""
        ...
