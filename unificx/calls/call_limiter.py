"""Limits of concurrent calls, in total and per tenant."""

from collections import Counter

from unificx.calls.schemas import CallSettings


class Shares:
    """Counts concurrent calls per tenant."""

    def __init__(self, settings: CallSettings) -> None:
        self._settings = settings
        self._all = 0
        self._of_tenant: Counter[str] = Counter()

    def __len__(self) -> int:
        """Number of tenants with calls."""
        return len(self._of_tenant)

    def full(self, tenant_id: str) -> bool:
        """Whether a further call of the tenant exceeds a limit."""
        limits = self._settings
        return self._all >= limits.most_calls or self._of_tenant[tenant_id] >= limits.most_of_one_tenant

    def begun(self, tenant_id: str) -> None:
        """Count a new call."""
        self._all += 1
        self._of_tenant[tenant_id] += 1

    def over(self, tenant_id: str) -> None:
        """Count an ended call."""
        self._all -= 1
        self._of_tenant[tenant_id] -= 1
        if not self._of_tenant[tenant_id]:
            del self._of_tenant[tenant_id]
