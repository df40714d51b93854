"""Administrators of a tenant, as recipients of notices."""

from typing import Protocol

from unificx.identity import Person, Role

MAX_ACCOUNTS = 10_000
"""Accounts of a tenant among which administrators are looked for."""


class Accounts(Protocol):
    """Accounts of all tenants."""

    async def all(self, tenant_id: str, at_most: int) -> list[Person]:
        """Return the open accounts of a tenant, oldest first."""
        ...


async def administrators(accounts: Accounts, tenant_id: str) -> list[Person]:
    """Return the administrators of a tenant with an active account; those of the operator's tenant are operators."""
    found = await accounts.all(tenant_id, MAX_ACCOUNTS)
    return [each for each in found if each.role is not Role.USER and each.state == "active"]
