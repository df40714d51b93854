"""Resellers, their brand, and which tenants are theirs.

All changes are transactions of `identity`, so that they are in one order with those of tenants.
"""

from dataclasses import replace

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.db import UnitOfWork
from unificx.identity import OPERATOR_SLUG, Identity, Transaction
from unificx.identity.events import TenantDeleted
from unificx.resale import repository
from unificx.resale.directory import ResellerDirectory
from unificx.resale.policies import checks, colours, png
from unificx.resale.schemas import Brand, NewReseller, Reseller, ResellerChange

MAX_RESELLERS = 200
MAX_CUSTOMERS = 1000


class Resellers:
    """The resellers of an installation. Call `start` first."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self._store = identity.store
        self._clock = identity.store.clock
        self.directory = ResellerDirectory()

    async def start(self) -> None:
        """Load all resellers."""
        async with self._store.read() as session:
            self.directory.load(await repository.all_resellers(session))

    def get(self, reseller_id: str) -> Reseller:
        """Return a reseller. Raise NotFound."""
        return _found(self.directory, reseller_id)

    def of_staff(self, tenant_id: str) -> Reseller:
        """Return the reseller whose own people are in this tenant. Raise NotFound."""
        found = self.directory.of_staff(tenant_id)
        if found is None:
            raise NotFound("Your organisation is not a reseller.", hint="Ask the operator.")
        return found

    async def create(self, new: NewReseller) -> Reseller:
        """Create a reseller, whose people are those of a tenant. Raise Invalid; Conflict for a tenant that is a
        reseller or belongs to one, and for a host name in use."""
        brand = Brand(checks.product(new.product), colours.accent(new.accent), checks.support_email(new.support_email))
        made = Reseller(
            self._clock.new_id(),
            self._store.tenant(new.tenant_id).id,
            checks.company(new.name),
            brand,
            self._clock.now(),
            checks.hosts(new.hosts),
            checks.plans(new.plans),
        )
        async with self._store.transaction() as tx:
            stored = await _stored(tx)
            if len(stored.all()) >= MAX_RESELLERS:
                raise Conflict(Phrase("There are {} resellers already.", MAX_RESELLERS))
            self._require_free(stored, made.tenant_id)
            _require_free_hosts(stored, made)
            await repository.save(tx.session, made)
            tx.on_commit.append(lambda: self.directory.put(made))
        return made

    async def update(self, reseller_id: str, change: ResellerChange) -> Reseller:
        """Change a reseller. Raise NotFound; Invalid; Conflict for a host name in use."""
        async with self._store.transaction() as tx:
            stored = await _stored(tx)
            changed = _changed(_found(stored, reseller_id), change)
            _require_free_hosts(stored, changed)
            await repository.save(tx.session, changed)
            tx.on_commit.append(lambda: self.directory.put(changed))
        return changed

    async def set_logo(self, reseller_id: str, image: bytes | None) -> Reseller:
        """Set the logo, a PNG image, or remove it with None. Raise NotFound, Invalid."""
        logo = None if image is None else png.clean(image)
        async with self._store.transaction() as tx:
            before = _found(await _stored(tx), reseller_id)
            changed = replace(before, brand=replace(before.brand, logo=logo))
            await repository.save(tx.session, changed)
            tx.on_commit.append(lambda: self.directory.put(changed))
        return changed

    async def delete(self, reseller_id: str) -> None:
        """Delete a reseller. Its tenants stay, and are those of the operator alone. Raise NotFound."""
        async with self._store.transaction() as tx:
            await repository.delete_reseller(tx.session, _found(await _stored(tx), reseller_id))
            tx.on_commit.append(lambda: self.directory.drop(reseller_id))

    # ---- tenants

    async def assign(self, reseller_id: str, tenant_id: str) -> Reseller:
        """Make a tenant one of the reseller. Raise NotFound; Conflict if it is one of another, or a reseller."""
        async with self._store.transaction() as tx:
            stored = await _stored(tx)
            before = _found(stored, reseller_id)
            if tenant_id in before.customers:
                return before
            if len(before.customers) >= MAX_CUSTOMERS:
                raise Conflict(Phrase("A reseller has at most {} tenants.", MAX_CUSTOMERS))
            self._require_free(stored, self._store.tenant(tenant_id).id)
            await repository.link(tx.session, reseller_id, tenant_id)
            changed = replace(before, customers=before.customers | {tenant_id})
            tx.on_commit.append(lambda: self.directory.put(changed))
        return changed

    async def release(self, reseller_id: str, tenant_id: str) -> None:
        """Make a tenant one of the operator alone. Raise NotFound."""
        async with self._store.transaction() as tx:
            before = _found(await _stored(tx), reseller_id)
            if tenant_id not in before.customers:
                raise NotFound(
                    "The reseller has no such tenant.", hint="See `unificx reseller tenants`.", field="tenant"
                )
            await repository.unlink(tx.session, tenant_id)
            changed = replace(before, customers=before.customers - {tenant_id})
            tx.on_commit.append(lambda: self.directory.put(changed))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Forget a deleted tenant: the reseller it was, or that it was one of a reseller. Outbox handler."""
        own, seller = self.directory.of_staff(event.tenant), self.directory.of_customer(event.tenant)
        if own is not None:
            await repository.delete_reseller(uow.session, own)
            uow.after_commit.append(lambda: self.directory.drop(own.id))
        await repository.unlink(uow.session, event.tenant)
        if seller is not None:
            rest = replace(seller, customers=seller.customers - {event.tenant})
            uow.after_commit.append(lambda: self.directory.put(rest))

    def _require_free(self, stored: ResellerDirectory, tenant_id: str) -> None:
        """Raise Conflict for a tenant that is a reseller, or one of a reseller; Invalid for that of the operators."""
        if self._store.tenant(tenant_id).slug == OPERATOR_SLUG:
            raise Invalid("The operator's own tenant has no reseller.", field="tenant")
        if stored.of_tenant(tenant_id) is not None:
            raise Conflict("This tenant is a reseller, or belongs to one.", field="tenant")


async def _stored(tx: Transaction) -> ResellerDirectory:
    """Return the resellers as stored: another node may have changed them."""
    found = ResellerDirectory()
    found.load(await repository.all_resellers(tx.session))
    return found


def _found(directory: ResellerDirectory, reseller_id: str) -> Reseller:
    found = directory.get(reseller_id)
    if found is None:
        raise NotFound("There is no such reseller.")
    return found


def _require_free_hosts(stored: ResellerDirectory, reseller: Reseller) -> None:
    if any(_is_of_other(reseller, stored.of_host(host)) for host in reseller.hosts):
        raise Conflict("A host name belongs to another reseller.", field="hosts")


def _is_of_other(reseller: Reseller, found: Reseller | None) -> bool:
    return found is not None and found.id != reseller.id


def _changed(before: Reseller, change: ResellerChange) -> Reseller:
    brand = before.brand
    if change.product is not None:
        brand = replace(brand, product=checks.product(change.product))
    if change.accent is not None:
        brand = replace(brand, accent=colours.accent(change.accent))
    if change.support_email is not None:
        brand = replace(brand, support_email=checks.support_email(change.support_email))
    return replace(
        before,
        name=before.name if change.name is None else checks.company(change.name),
        brand=brand,
        hosts=before.hosts if change.hosts is None else checks.hosts(change.hosts),
        plans=before.plans if change.plans is None else checks.plans(change.plans),
    )
