"""Resellers, as the operator sees them."""

from fastapi import Depends, status

from unificx import resale
from unificx.api.access import CurrentUser, CurrentUserDep, Id, ServicesDep, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import resellers as models
from unificx.api.services import Services
from unificx.identity import Action

router = Router(
    prefix="/api/v1/resellers",
    tags=["resellers"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration")],
)
_TENANT = "/{reseller}/tenants/{tenant}"


@router.get("", responses=problem_responses(401, 403))
async def list_resellers(services: ServicesDep, user: CurrentUserDep) -> core.Page[models.Reseller]:
    """List the resellers. For operators."""
    await _require_operator(services, user)
    found = services.resellers.directory.all()
    return core.Page(items=[reseller_schema(services, each) for each in found], next=None)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_reseller(services: ServicesDep, user: CurrentUserDep, new: models.NewReseller) -> models.Reseller:
    """Let a tenant sell the service to tenants of its own, under its own brand. For operators."""
    await _require_operator(services, user)
    tenant = await services.identity.tenants.get(new.tenant)
    plans = await _plan_ids(services, new.plans)
    wanted = resale.NewReseller(tenant.id, **new.model_dump(exclude={"tenant", "plans"}), plans=plans or ())
    return reseller_schema(services, await services.resellers.create(wanted))


@router.get("/{reseller}", responses=problem_responses(401, 403, 404))
async def show_reseller(services: ServicesDep, user: CurrentUserDep, reseller: Id) -> models.Reseller:
    """Show a reseller. For operators."""
    await _require_operator(services, user)
    return reseller_schema(services, services.resellers.get(reseller))


@router.patch("/{reseller}", responses=problem_responses(401, 403, 404, 409))
async def update_reseller(
    services: ServicesDep, user: CurrentUserDep, reseller: Id, change: models.ResellerUpdate
) -> models.Reseller:
    """Change a reseller, its host names, or the plans that it may sell. For operators."""
    await _require_operator(services, user)
    plans = await _plan_ids(services, change.plans)
    wanted = resale.ResellerChange(**change.model_dump(exclude={"plans"}), plans=plans)
    return reseller_schema(services, await services.resellers.update(reseller, wanted))


@router.delete("/{reseller}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def delete_reseller(services: ServicesDep, user: CurrentUserDep, reseller: Id) -> None:
    """Delete a reseller. Its tenants stay, without its brand. For operators."""
    await _require_operator(services, user)
    await services.resellers.delete(reseller)


@router.get("/{reseller}/tenants", responses=problem_responses(401, 403, 404))
async def list_tenants_of_reseller(services: ServicesDep, user: CurrentUserDep, reseller: Id) -> core.Page[core.Tenant]:
    """List the tenants of a reseller. For operators."""
    await _require_operator(services, user)
    found = resale.Customers(services.identity, services.resellers).all(services.resellers.get(reseller))
    return core.Page(items=[core.Tenant.model_validate(each) for each in found], next=None)


@router.put(_TENANT, status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def assign_to_reseller(services: ServicesDep, user: CurrentUserDep, reseller: Id, tenant: Id) -> None:
    """Make a tenant one of the reseller. For operators."""
    await _require_operator(services, user)
    await services.resellers.assign(reseller, (await services.identity.tenants.get(tenant)).id)


@router.delete(_TENANT, status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def release_from_reseller(services: ServicesDep, user: CurrentUserDep, reseller: Id, tenant: Id) -> None:
    """Make a tenant one of the operator alone. For operators."""
    await _require_operator(services, user)
    await services.resellers.release(reseller, (await services.identity.tenants.get(tenant)).id)


def reseller_schema(services: Services, reseller: resale.Reseller) -> models.Reseller:
    """Return a reseller as the API shows it."""
    home = services.identity.directory.tenant(reseller.tenant_id)
    return models.Reseller(
        id=reseller.id,
        tenant=home.slug if home is not None else "",
        name=reseller.name,
        product=reseller.brand.product,
        accent=reseller.brand.accent,
        support_email=reseller.brand.support_email,
        hosts=list(reseller.hosts),
        plans=list(reseller.plans),
        has_logo=reseller.brand.logo is not None,
        tenants=len(reseller.customers),
        created=reseller.created,
    )


async def _plan_ids(services: Services, references: list[str] | None) -> list[str] | None:
    """Return the ids of plans. Raise NotFound."""
    if references is None:
        return None
    return [(await services.billing.plans.get(each)).id for each in references]


async def _require_operator(services: Services, user: CurrentUser) -> None:
    await require_access(services, user, user.principal.tenant_id, Action.INSTALLATION)
