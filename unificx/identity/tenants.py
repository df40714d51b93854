"""Tenants."""

from dataclasses import replace

from unificx.core.errors import Conflict
from unificx.db import Page, PageById
from unificx.identity.api_keys import ApiKeys
from unificx.identity.cache import OPERATOR_SLUG
from unificx.identity.events import TenantCreated, TenantDeleted, TenantResumed, TenantSuspended
from unificx.identity.policies import countries, validation
from unificx.identity.repository import accounts
from unificx.identity.schemas import NewTenant, Tenant, TenantChange
from unificx.identity.session_closer import SessionCloser
from unificx.identity.store import IdentityStore, Transaction
from unificx.identity.suspension_records import begin_suspension, end_suspension
from unificx.identity.suspension_schemas import NewSuspension
from unificx.privacy import has_holds, lock_holds


class Tenants:
    """Management of tenants."""

    def __init__(self, store: IdentityStore, closer: SessionCloser, api_keys: ApiKeys) -> None:
        self._store = store
        self._clock = store.clock
        self._directory = store.directory
        self._closer = closer
        self._api_keys = api_keys

    async def create(self, new: NewTenant) -> Tenant:
        """Create a tenant. Raise Conflict if the short name or the domain is taken, Invalid for an invalid value."""
        async with self._store.transaction() as tx:
            return await self.add(tx, new)

    async def add(self, tx: Transaction, new: NewTenant, suspension: NewSuspension | None = None) -> Tenant:
        """Like `create`, within a transaction of another service, which goes on after a Conflict: nothing is written
        then. With `suspension` the tenant is suspended from the beginning."""
        tenant = Tenant(
            id=self._clock.new_id(),
            slug=validation.slug(new.slug),
            name=validation.name(new.name),
            domain=validation.domain(new.domain),
            state="active" if suspension is None else "suspended",
            created=self._clock.now(),
            language=new.language,
            time_zone=validation.time_zone(new.time_zone),
            country=countries.country(new.country or countries.default_country(new.time_zone)),
        )
        if self._directory.tenant_by_slug(tenant.slug) is not None:
            raise Conflict("A tenant with this short name already exists.", field="slug")
        if self._directory.tenant_by_domain(tenant.domain) is not None:
            raise Conflict("This domain belongs to another tenant.", field="domain")
        await accounts.add_tenant(tx.session, tenant)
        tx.publish(TenantCreated(self._clock.new_id(), tenant.id))
        if suspension is not None:
            await begin_suspension(self._store, tx, tenant.id, suspension)
            tx.publish(TenantSuspended(self._clock.new_id(), tenant.id))
        tx.created = tenant
        tx.on_commit.append(lambda: self._directory.put_tenant(tenant))
        return tenant

    async def page(self, cursor: str | None = None, limit: int = 100) -> Page[Tenant]:
        """List all tenants including the operator's own, oldest first. Raise Invalid for an invalid cursor."""
        return PageById.parse(cursor, limit).of_list(self._directory.tenants(), lambda tenant: tenant.id)

    async def get(self, reference: str) -> Tenant:
        """Return a tenant by id or short name. Raise NotFound."""
        found = self._directory.tenant_by_slug(reference)
        return found or self._store.tenant(reference)

    async def update(self, tenant_id: str, change: TenantChange) -> Tenant:
        """Rename, configure, suspend or resume. Suspending ends every session and blocks every device at once."""
        async with self._store.transaction() as tx:
            return await self.change(tx, tenant_id, change)

    async def change(self, tx: Transaction, tenant_id: str, change: TenantChange) -> Tenant:
        """Like `update`, within a transaction of another service."""
        before = self._store.tenant(tenant_id)
        after = _apply_tenant_change(before, change)
        if before.slug == OPERATOR_SLUG and not after.active:
            raise Conflict("The operator's own tenant cannot be suspended.", field="state")
        await accounts.save_tenant(tx.session, after)
        if before.active and not after.active:
            await self._closer.end(tx, tenant_id)
            await begin_suspension(self._store, tx, tenant_id, change.suspension or NewSuspension())
            tx.publish(TenantSuspended(self._clock.new_id(), tenant_id))
        if after.active and not before.active:
            review_id = await end_suspension(self._store, tx, tenant_id, "")
            tx.publish(TenantResumed(self._clock.new_id(), tenant_id, review_id))
        tx.on_commit.append(lambda: self._directory.put_tenant(after))
        return after

    async def delete(self, tenant_id: str, *, despite_holds: bool = False) -> None:
        """Delete the tenant with all its data. Its keys are destroyed on `TenantDeleted`, once the erasure is in the
        journal, which makes backups of it unreadable too. Raise Conflict while objects are under a hold, unless
        `despite_holds`: its keys are destroyed already."""
        async with self._store.transaction() as tx:
            await self.remove(tx, tenant_id, despite_holds=despite_holds)

    async def remove(self, tx: Transaction, tenant_id: str, *, despite_holds: bool = False) -> None:
        """Like `delete`, within a transaction of another service."""
        if self._store.tenant(tenant_id).slug == OPERATOR_SLUG:
            raise Conflict("The operator's own tenant cannot be deleted.")
        await lock_holds(tx.session, tenant_id)
        if not despite_holds and await has_holds(tx.session, tenant_id):
            raise Conflict(
                "Objects of this tenant are under a hold.", hint="Release its holds first, in Privacy, Holds."
            )
        await self._closer.end(tx, tenant_id)
        await self._api_keys.end_all(tx, tenant_id)
        subjects = await accounts.delete_tenant(tx.session, tenant_id)
        tx.publish(TenantDeleted(self._clock.new_id(), tenant_id))
        tx.on_commit.append(lambda: self._directory.drop_tenant(tenant_id, subjects))


def _apply_tenant_change(tenant: Tenant, change: TenantChange) -> Tenant:
    if change.name is not None:
        tenant = replace(tenant, name=validation.name(change.name))
    if change.time_zone is not None:
        tenant = replace(tenant, time_zone=validation.time_zone(change.time_zone))
    if change.park_seconds is not None:
        tenant = replace(tenant, park_seconds=validation.park_seconds(change.park_seconds))
    if change.sign_out_time is not None:
        tenant = replace(tenant, sign_out_time=validation.sign_out_time(change.sign_out_time))
    if change.country is not None:
        tenant = replace(tenant, country=countries.country(change.country))
    return replace(
        tenant,
        state=change.state or tenant.state,
        language=change.language or tenant.language,
        pickup=change.pickup or tenant.pickup,
        chat=tenant.chat if change.chat is None else change.chat,
        pictures=tenant.pictures if change.pictures is None else change.pictures,
        assistants=tenant.assistants if change.assistants is None else change.assistants,
    )
