"""Administrators of a tenant, as recipients of notices."""

from unificx.identity import Person, Role
from unificx.support.rights import Accounts

MAX_ACCOUNTS = 10_000
"""Accounts of a tenant among which administrators are looked for."""


async def administrators(accounts: Accounts, tenant_id: str) -> list[Person]:
    """Return the administrators of a tenant with an active account; those of the operator's tenant are operators."""
    found = await accounts.all(tenant_id, MAX_ACCOUNTS)
    return [each for each in found if each.role is not Role.USER and each.state == "active"]
