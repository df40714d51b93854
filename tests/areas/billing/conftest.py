"""Billing on a real database."""

from datetime import UTC, datetime

import pytest

from unificx.billing import Billing, build_billing
from unificx.db import Database
from unificx.identity import DirectoryCache, Tenant
from unificx.integrations.stripe_payments import StripePayments
from unificx.privacy import KeyStore


@pytest.fixture
def directory() -> DirectoryCache:
    """The operators, who are the seller, and two tenants."""
    found = DirectoryCache()
    for name in ("operator", "acme", "globex"):
        created = datetime(2026, 1, 1, tzinfo=UTC)
        found.put_tenant(Tenant(name, name, name, f"{name}.example", "active", created, "de", "Europe/Berlin"))
    return found


@pytest.fixture
def billing(database: Database, keys: KeyStore, directory: DirectoryCache) -> Billing:
    return build_billing(database, keys, directory, lambda tenant_id: 0, StripePayments())
