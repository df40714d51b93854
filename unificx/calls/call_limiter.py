"""Limits of concurrent calls, in total and per tenant."""

from unificx.calls.schemas import CallSettings
from unificx.core.rate_limit import ConcurrentCount


class ConcurrentCallLimiter:
    """Counts concurrent calls per tenant."""

    def __init__(self, settings: CallSettings) -> None:
        self._settings = settings
        # Owner: this node: it counts the calls that it holds.
        self._count: ConcurrentCount[str] = ConcurrentCount()

    def __len__(self) -> int:
        """Number of tenants with calls."""
        return len(self._count)

    def is_full(self, tenant_id: str) -> bool:
        """Whether a further call of the tenant exceeds a limit."""
        limits = self._settings
        return self._count.total >= limits.max_calls or self._count[tenant_id] >= limits.max_calls_per_tenant

    def acquire(self, tenant_id: str) -> None:
        """Count a new call."""
        self._count.acquire(tenant_id)

    def release(self, tenant_id: str) -> None:
        """Count an ended call."""
        self._count.release(tenant_id)
