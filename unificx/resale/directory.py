"""Resellers in memory: by the tenant of their people, by their tenants, by host name."""

from collections.abc import Iterable, Sequence

from unificx.resale.schemas import Reseller


class ResellerDirectory:
    """All resellers of the installation."""

    def __init__(self) -> None:
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._resellers: dict[str, Reseller] = {}
        self._by_home: dict[str, Reseller] = {}
        self._by_customer: dict[str, Reseller] = {}
        self._by_host: dict[str, Reseller] = {}

    def all(self) -> Sequence[Reseller]:
        """Return all resellers, oldest first."""
        return [self._resellers[each] for each in sorted(self._resellers)]

    def get(self, reseller_id: str) -> Reseller | None:
        return self._resellers.get(reseller_id)

    def of_staff(self, tenant_id: str) -> Reseller | None:
        """Return the reseller whose own people are in this tenant."""
        return self._by_home.get(tenant_id)

    def of_customer(self, tenant_id: str) -> Reseller | None:
        """Return the reseller of a tenant."""
        return self._by_customer.get(tenant_id)

    def of_tenant(self, tenant_id: str) -> Reseller | None:
        """Return the reseller whose brand a tenant has: that of its people, and of its tenants."""
        return self._by_home.get(tenant_id) or self._by_customer.get(tenant_id)

    def of_host(self, host: str) -> Reseller | None:
        """Return the reseller of a host name."""
        return self._by_host.get(host.lower())

    def product_of(self, tenant_id: str) -> str | None:
        """Return the name of the product for the people of a tenant; None: that of the product itself."""
        found = self.of_tenant(tenant_id)
        return found.brand.product if found is not None else None

    def load(self, resellers: Iterable[Reseller]) -> None:
        """Replace all resellers."""
        self._resellers = {each.id: each for each in resellers}
        found = self._resellers.values()
        self._by_home = {each.tenant_id: each for each in found}
        self._by_customer = {tenant_id: each for each in found for tenant_id in each.customers}
        self._by_host = {host: each for each in found for host in each.hosts}

    def put(self, reseller: Reseller) -> None:
        self.load((self._resellers | {reseller.id: reseller}).values())

    def drop(self, reseller_id: str) -> None:
        self.load(each for each in self.all() if each.id != reseller_id)
