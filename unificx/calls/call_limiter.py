"""Limits of concurrent calls, in total and per tenant."""

from collections import Counter

from unificx.calls.schemas import CallSettings


class ConcurrentCallLimiter:
    """Counts concurrent calls per tenant."""

    def __init__(self, settings: CallSettings) -> None:
        self._settings = settings
        self._total = 0
        self._per_tenant: Counter[str] = Counter()

    def __len__(self) -> int:
        """Number of tenants with calls."""
        return len(self._per_tenant)

    def is_full(self, tenant_id: str) -> bool:
        """Whether a further call of the tenant exceeds a limit."""
        limits = self._settings
        return self._total >= limits.max_calls or self._per_tenant[tenant_id] >= limits.max_calls_per_tenant

    def acquire(self, tenant_id: str) -> None:
        """Count a new call."""
        self._total += 1
        self._per_tenant[tenant_id] += 1

    def release(self, tenant_id: str) -> None:
        """Count an ended call."""
        self._total -= 1
        self._per_tenant[tenant_id] -= 1
        if not self._per_tenant[tenant_id]:
            del self._per_tenant[tenant_id]
