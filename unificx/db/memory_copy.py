"""Copy in memory of all stored objects of one kind, such as the queues of all tenants: calls are answered from it."""

from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from unificx.db.pagination import Page, PageById


class Stored(Protocol):
    """A stored object of a tenant."""

    @property
    def id(self) -> str: ...

    @property
    def tenant_id(self) -> str: ...


T = TypeVar("T", bound=Stored)


class MemoryCopy(Generic[T]):
    """Objects by id, and by name within their tenant. `name_of` returns the name that is unique there: of most kinds
    the number. The service of the kind fills the copy at the start, and changes it after each commit of its node."""

    def __init__(self, name_of: Callable[[T], str]) -> None:
        self._name_of = name_of
        # Owner: the database. A copy of this node.
        self._by_id: dict[str, T] = {}
        self._by_name: dict[tuple[str, str], T] = {}
        self._by_tenant: dict[str, dict[str, T]] = {}

    def __iter__(self) -> Iterator[T]:
        return iter(tuple(self._by_id.values()))

    def get(self, object_id: str) -> T | None:
        """Return an object of any tenant."""
        return self._by_id.get(object_id)

    def named(self, tenant_id: str, name: str) -> T | None:
        """Return the object of a tenant with this name."""
        return self._by_name.get((tenant_id, name))

    def find(self, tenant_id: str, reference: str) -> T | None:
        """Return an object of a tenant by name or id."""
        found = self.named(tenant_id, reference) or self.get(reference)
        return found if found is not None and found.tenant_id == tenant_id else None

    def of_tenant(self, tenant_id: str) -> list[T]:
        """Return the objects of a tenant in order of creation."""
        return [one for _, one in sorted(self._by_tenant.get(tenant_id, {}).items())]

    def page(self, tenant_id: str, cursor: str | None, limit: int) -> Page[T]:
        """Return a page of the objects of a tenant. Raises Invalid for an invalid cursor."""
        return PageById.parse(cursor, limit).of_list(self.of_tenant(tenant_id), lambda one: one.id)

    def put(self, one: T) -> None:
        """Add an object, or replace it, also under another name."""
        self.drop(one)
        self._by_id[one.id] = self._by_name[one.tenant_id, self._name_of(one)] = one
        self._by_tenant.setdefault(one.tenant_id, {})[one.id] = one

    def drop(self, one: T) -> None:
        """Remove an object, if it is there."""
        known = self._by_id.pop(one.id, None)
        if known is None:
            return
        name = known.tenant_id, self._name_of(known)
        if self._by_name.get(name) is known:  # else another object has got the name already
            del self._by_name[name]
        of_tenant = self._by_tenant[known.tenant_id]
        del of_tenant[known.id]
        if not of_tenant:
            del self._by_tenant[known.tenant_id]
