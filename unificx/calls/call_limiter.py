"""Limits of concurrent calls, in total and per tenant."""

from unificx.calls.schemas import CallSettings
from unificx.core.rate_limit import ConcurrentCount

RETRY_SECONDS, STORAGE_SECONDS = 5, 60
"""Retry-After of a rejected call, also while storage is full."""


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

    def retry_after(self, tenant_id: str, *, storage_full: bool) -> int:
        """Return after how many seconds to try again, 0 if a further call of the tenant is accepted."""
        if storage_full:
            return STORAGE_SECONDS
        return RETRY_SECONDS if self.is_full(tenant_id) else 0

    def acquire(self, tenant_id: str) -> None:
        """Count a new call."""
        self._count.acquire(tenant_id)

    def release(self, tenant_id: str) -> None:
        """Count an ended call."""
        self._count.release(tenant_id)
