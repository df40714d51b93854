"""The feature codes of all tenants: an administrator changes each code, or switches it off."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from unificx.core.errors import Conflict, NotFound
from unificx.core.phrases import Phrase
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import UnitOfWork
from unificx.identity.events import TenantDeleted
from unificx.routing.codes import repository
from unificx.routing.codes.schemas import TenantCode
from unificx.routing.codes.table import CodeTable, CodeTables, CodeUse, check_form
from unificx.routing.feature_codes import FEATURE_CODES, FEATURES, Feature
from unificx.routing.kinds import DestinationServiceDependencies


class FeatureCodes:
    """All feature codes of the installation. Call `start` first; lookups are served from memory."""

    def __init__(self, deps: DestinationServiceDependencies) -> None:
        self._deps = deps
        self.tables = CodeTables()
        self.uses: list[Callable[[str], Iterable[CodeUse]]] = []
        """Each returns other codes of a tenant; filled by the composition root."""
        self.on_change: list[Callable[[str, str], None]] = []
        """Called with the tenant and the name of the feature after a change; filled by the composition root."""

    async def start(self) -> None:
        """Load all codes."""
        async with self._deps.database.read() as session:
            stored = await repository.all_codes(session)
        changed = defaultdict[str, dict[str, str]](dict)
        for each in stored:
            changed[each.tenant_id][each.name] = each.code
        for tenant_id, codes in changed.items():
            self.tables.put(tenant_id, codes)

    def of_tenant(self, tenant_id: str) -> list[TenantCode]:
        """Return all features with their codes in a tenant."""
        codes = self.tables.of(tenant_id)
        return [self._of(tenant_id, feature, codes) for feature in FEATURE_CODES]

    def get(self, tenant_id: str, name: str) -> TenantCode:
        """Return a feature with its code in a tenant. Raises NotFound."""
        return self._of(tenant_id, _feature(name), self.tables.of(tenant_id))

    async def change(
        self, tenant_id: str, name: str, code: str, condition: Precondition[TenantCode] = unconditional
    ) -> TenantCode:
        """Change the code of a feature; "" switches it off.

        Raises NotFound; Invalid for another form; Conflict that names another use of what would be dialled; what
        `condition` raises.
        """
        feature = _feature(name)
        async with self._deps.database.begin() as uow:
            await self._deps.destinations.lock(uow, tenant_id)
            stored = await self.stored(uow, tenant_id)
            condition(self._of(tenant_id, feature, stored))
            if code:
                check_form(code)
                self.require_free(tenant_id, CodeUse.of_feature(feature, code), stored)
            await repository.replace_code(uow.session, tenant_id, name, None if code == feature.code else code)
            changed = await repository.codes_of(uow.session, tenant_id)
            uow.after_commit.append(partial(self._changed, tenant_id, name, changed))
        return self.get(tenant_id, name)

    def require_free(self, tenant_id: str, use: CodeUse, stored: CodeTable) -> None:
        """Check that nothing else of a tenant is dialled like this. Raises Conflict that names it. `stored`: the codes
        of its features as stored, which another node may have changed."""
        others = sorted(self._others(tenant_id, use, stored), key=lambda other: len(use.shared_with(other)))
        for other in others:
            raise Conflict(
                Phrase("{} is dialled for {}.", use.shared_with(other), other.text),
                field="code",
                hint="Use another code, or change that one first.",
            )

    async def stored(self, uow: UnitOfWork, tenant_id: str) -> CodeTable:
        """Return the codes of a tenant as stored."""
        return CodeTable(await repository.codes_of(uow.session, tenant_id))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the codes of a deleted tenant. Outbox handler."""
        await repository.delete_tenant_codes(uow.session, event.tenant)
        uow.after_commit.append(partial(self.tables.put, event.tenant, {}))

    def _of(self, tenant_id: str, feature: Feature, codes: CodeTable) -> TenantCode:
        code = codes.codes[feature.name]
        others = self._others(tenant_id, CodeUse.of_feature(feature, code), codes) if code else ()
        return TenantCode(feature, code, next(iter(others), None))

    def _others(self, tenant_id: str, use: CodeUse, codes: CodeTable) -> Iterator[CodeUse]:
        """The other uses of what is dialled for this one."""
        found = [*codes.uses(), *(one for uses_of in self.uses for one in uses_of(tenant_id))]
        return (other for other in found if (other.kind, other.name) != (use.kind, use.name) and use.shared_with(other))

    def _changed(self, tenant_id: str, name: str, changed: dict[str, str]) -> None:
        self.tables.put(tenant_id, changed)
        for notify in self.on_change:
            notify(tenant_id, name)


def _feature(name: str) -> Feature:
    if name not in FEATURES:
        raise NotFound("Feature not found.")
    return FEATURES[name]
