"""Periods of all tenants: how long the data of each class is stored."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from unificx.core.events import DomainEvent
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Database, UnitOfWork, lock_scope
from unificx.privacy.retention import repository
from unificx.privacy.retention.classes import CLASSES, limits_of, parse_override, period_of
from unificx.privacy.retention.periods import Period
from unificx.privacy.retention.schemas import ClassPeriod


class TenantOfCountry(Protocol):
    """A tenant, with its country (ISO 3166)."""

    @property
    def id(self) -> str: ...

    @property
    def country(self) -> str: ...


class TenantPeriods:
    """Periods of the retention classes as they apply to each tenant, answered from memory."""

    def __init__(self, database: Database, tenants: Callable[[], Sequence[TenantOfCountry]]) -> None:
        self.tenants = tenants
        self._database = database
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._periods: dict[tuple[str, str], Period] = {}

    async def start(self) -> None:
        """Load the periods that tenants have set."""
        async with self._database.read() as session:
            self._periods = await repository.all_periods(session)

    def of(self, tenant_id: str, name: str) -> Period:
        """Return the period of a class that has one."""
        return period_of(name, self._country(tenant_id), self._periods.get((tenant_id, name)))

    def classes(self, tenant_id: str) -> list[ClassPeriod]:
        """Return all classes as they apply to a tenant; "" for the defaults."""
        return self._classes(tenant_id, self._periods)

    def texts(self, tenant_id: str) -> dict[str, str]:
        """Return how long data of the classes with a period is stored."""
        return {each.rule.name: each.text for each in self.classes(tenant_id) if each.period is not None}

    async def change(
        self,
        tenant_id: str,
        periods: Mapping[str, str],
        condition: Precondition[Sequence[ClassPeriod]] = unconditional,
    ) -> list[ClassPeriod]:
        """Replace the periods that a tenant has set; the defaults apply to the others. Raise Invalid; what `condition`
        raises."""
        country = self._country(tenant_id)
        wanted = {name: parse_override(name, country, text) for name, text in periods.items()}
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "retention", tenant_id)
            condition(self._classes(tenant_id, await repository.all_periods(uow.session)))
            await repository.put_periods(uow.session, tenant_id, wanted)
            uow.after_commit.append(lambda: self._cache(tenant_id, wanted))
        return self.classes(tenant_id)

    async def on_tenant_deleted(self, event: DomainEvent, uow: UnitOfWork) -> None:
        """Delete the periods of a deleted tenant. Outbox handler."""
        await repository.put_periods(uow.session, event.tenant, {})
        uow.after_commit.append(lambda: self._cache(event.tenant, {}))

    def _classes(self, tenant_id: str, periods: Mapping[tuple[str, str], Period]) -> list[ClassPeriod]:
        country = self._country(tenant_id)
        found: list[ClassPeriod] = []
        for rule in CLASSES.values():
            own = periods.get((tenant_id, rule.name))
            period = None if rule.default is None else period_of(rule.name, country, own)
            text = rule.bound if period is None else f"for {period.text} after {rule.anchor}"
            default = None if rule.default is None else period_of(rule.name, country, None)
            found.append(ClassPeriod(rule, period, default, limits_of(rule.name, country), own is not None, text))
        return found

    def _country(self, tenant_id: str) -> str:
        return next((each.country for each in self.tenants() if each.id == tenant_id), "")

    def _cache(self, tenant_id: str, periods: Mapping[str, Period]) -> None:
        for key in [each for each in self._periods if each[0] == tenant_id]:
            del self._periods[key]
        self._periods.update({(tenant_id, name): period for name, period in periods.items()})
