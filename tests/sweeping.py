"""Sweeps of retention for the tests of areas."""

from collections.abc import Sequence
from dataclasses import dataclass

from unificx.core.clock import Clock
from unificx.db import Database
from unificx.privacy import Expiry, Retention


@dataclass(frozen=True)
class SweptTenant:
    id: str = "acme"
    country: str = ""


def retention_of(database: Database, clock: Clock, expiries: Sequence[Expiry], *tenants: SweptTenant) -> Retention:
    """A retention of these tenants, or of the tenant acme."""
    retention = Retention(database, clock, lambda: tenants or (SweptTenant(),))
    retention.expiries = expiries
    return retention


async def sweep(database: Database, clock: Clock, expiries: Sequence[Expiry]) -> None:
    await retention_of(database, clock, expiries).sweep(clock.now())
