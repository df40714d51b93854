"""Billing on a real database."""

import pytest

from unificx.billing import Billing, build_billing
from unificx.db import Database
from unificx.identity import DirectoryCache


@pytest.fixture
def billing(database: Database) -> Billing:
    return build_billing(database, DirectoryCache(), lambda tenant_id: 0)
