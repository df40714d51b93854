"""Sweeps of retention for the tests of areas."""

from collections.abc import Sequence
from dataclasses import dataclass

from unificx.core.clock import Clock
from unificx.db import Database
from unificx.privacy import Expiry, Retention, TenantPeriods
from unificx.privacy.retention.tenant_periods import TenantOfCountry


@dataclass(frozen=True)
class SweptTenant:
    id: str = "acme"
    country: str = ""


def retention_of(database: Database, expiries: Sequence[Expiry], *tenants: TenantOfCountry) -> Retention:
    """A retention of these tenants, or of the tenant acme."""
    return Retention(database, TenantPeriods(database, lambda: tenants or (SweptTenant(),)), expiries, ())


async def sweep(database: Database, clock: Clock, expiries: Sequence[Expiry]) -> None:
    await retention_of(database, expiries).sweep(clock.now())
