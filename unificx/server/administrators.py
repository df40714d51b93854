"""Administrators of a tenant, as recipients of notices."""

from unificx.identity import Person, Role
from unificx.server.container import Container

MAX_ACCOUNTS = 10_000
"""Accounts of a tenant among which administrators are looked for."""


async def administrators(container: Container, tenant_id: str) -> list[Person]:
    """Return the administrators of a tenant with an active account."""
    found = await container.rights.accounts.all(tenant_id, MAX_ACCOUNTS)
    return [each for each in found if each.role is Role.TENANT_ADMIN and each.state == "active"]
