"""Payments, their refunds, and what a tenant owes. Operators record them, administrators read them."""

from typing import Annotated

from fastapi import Depends, Query, status

from unificx import billing
from unificx.api.access import CurrentUserDep, Cursor, Limit, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import billing as models
from unificx.api.schemas import core
from unificx.db.pagination import PageByTime
from unificx.identity import Action

router = Router(
    prefix="/api/v1/billing", tags=["billing"], route_class=IdempotentRoute, dependencies=[purpose("billing")]
)


@router.get("/payments", responses=problem_responses(401, 403, 404))
async def list_payments(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    refund_of: Annotated[
        models.Reference | None, Query(description="Only the refunds of the payment with this reference.")
    ] = None,
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.Payment]:
    """List the payments and refunds of a tenant, newest first."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    page = await services.billing.payments.list(scope.tenant_id, PageByTime.parse(cursor, limit), refund_of or "")
    return core.Page(items=[models.Payment.model_validate(each) for each in page.items], next=page.next)


@router.post(
    "/payments",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def record_payment(
    services: ServicesDep, user: CurrentUserDep, new: models.NewPayment, tenant: TenantQuery = None
) -> models.Payment:
    """Record a payment that was received by bank transfer."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    made = await services.billing.payments.record(scope.tenant_id, **new.model_dump())
    await services.billing.cards.close_pages(scope.tenant_id)
    return models.Payment.model_validate(made)


@router.post(
    "/refunds",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def record_refund(
    services: ServicesDep, user: CurrentUserDep, new: models.NewRefund, tenant: TenantQuery = None
) -> models.Payment:
    """Record a refund of a payment by bank transfer, or refund one by card. All refunds of a payment together are at
    most its amount."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    refund = services.billing.payments.refund
    if billing.is_by_card(new.payment):
        refund = services.billing.cards.refund
    made = await refund(scope.tenant_id, new.payment, new.reference, new.amount)
    return models.Payment.model_validate(made)


@router.get("/balance", responses=problem_responses(401, 403, 404))
async def show_balance(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.Balance]:
    """Show what a tenant owes, in each currency."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    found = await services.billing.payments.balance(scope.tenant_id)
    return core.Page(items=[models.Balance.model_validate(each) for each in found], next=None)
