"""Credit of a tenant: how much it may owe. Operators set it, administrators read it."""

from fastapi import status

from unificx import billing
from unificx.api.access import CurrentUserDep, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import credit as models
from unificx.identity import Action

router = Router(
    prefix="/api/v1/billing/credit",
    tags=["billing"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration")],
)


@router.get("", responses=problem_responses(401, 403, 404))
async def show_credit(services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None) -> models.Credit:
    """Show how much a tenant may still spend on calls outside."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    return _credit(await services.billing.credit.state(scope.tenant_id))


@router.put("", responses=problem_responses(401, 403, 404))
async def set_credit(
    services: ServicesDep, user: CurrentUserDep, wanted: models.CreditTerms, tenant: TenantQuery = None
) -> models.Credit:
    """Let a tenant pay for calls outside in advance, or limit what it may owe. It applies to calls in progress too."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    return _credit(await services.billing.credit.set_terms(scope.tenant_id, billing.CreditTerms(**wanted.model_dump())))


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def remove_credit(services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None) -> None:
    """Let a tenant owe any amount."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    await services.billing.credit.remove_terms(scope.tenant_id)


def _credit(state: billing.CreditState | None) -> models.Credit:
    if state is None:
        return models.Credit(limited=False, terms=None, owed=None, reserved=None, available=None)
    return models.Credit(
        limited=True,
        terms=models.CreditTerms(
            prepaid=state.terms.prepaid,
            currency=state.terms.currency,
            limit=state.terms.limit,
            warn_below=state.terms.warn_below,
        ),
        owed=state.owed,
        reserved=state.reserved,
        available=state.available,
    )
