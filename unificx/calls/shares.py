"""How many calls there may be at once: of everybody, and of one organisation, so that none takes all of them."""

from collections import Counter

from unificx.calls.contracts import CallSettings


class Shares:
    """Counts the calls of each organisation."""

    def __init__(self, settings: CallSettings) -> None:
        self._settings = settings
        self._all = 0
        self._of_tenant: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many organisations have calls."""
        return len(self._of_tenant)

    def full(self, tenant_id: str) -> bool:
        """Whether the organisation may have no more now."""
        most = self._settings
        return self._all >= most.most_calls or self._of_tenant[tenant_id] >= most.most_of_one_tenant

    def begun(self, tenant_id: str) -> None:
        """It has one more."""
        self._all += 1
        self._of_tenant[tenant_id] += 1

    def over(self, tenant_id: str) -> None:
        """It has one less."""
        self._all -= 1
        self._of_tenant[tenant_id] -= 1
        if not self._of_tenant[tenant_id]:
            del self._of_tenant[tenant_id]
