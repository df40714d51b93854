"""The seller of all invoices: the tenant of the operators."""

from unificx.core.errors import NotFound
from unificx.identity import DirectoryCache, Tenant


def seller_of(directory: DirectoryCache) -> Tenant:
    """Return the tenant of the operators. Raise NotFound before the first start is complete."""
    operator = directory.operator()
    if operator is None:
        raise NotFound("There is no tenant of operators.")
    return operator
