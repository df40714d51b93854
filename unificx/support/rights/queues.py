"""Which queue a request of a person belongs to: that of their own tenant, or that of the operator."""

from unificx.core.errors import Invalid
from unificx.identity import DirectoryCache
from unificx.support.rights.schemas import PROVIDER_KINDS, Kind


def queues_of(directory: DirectoryCache, tenant_id: str) -> tuple[str, ...]:
    """Return the tenants whose administrators answer requests of people of a tenant: itself, and the operator."""
    operator = directory.operator()
    return (tenant_id,) if operator is None or operator.id == tenant_id else (tenant_id, operator.id)


def provider_queue(directory: DirectoryCache, tenant_id: str, kind: Kind) -> str:
    """Return the tenant of the operator, for a request of another tenant to it. Raise Invalid."""
    queues = queues_of(directory, tenant_id)
    if len(queues) == 1:
        raise Invalid("You are the provider.", field="to")
    if kind not in PROVIDER_KINDS:
        raise Invalid("Send requests about your own data to your organisation.", field="to")
    return queues[-1]
