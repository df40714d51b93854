"""Payments by card, on pages of the processor."""

from fastapi import Depends, status

from unificx import billing
from unificx.api.access import (
    CurrentUserDep,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_operator,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import cards as models
from unificx.api.schemas import core
from unificx.identity import Action

router = Router(
    prefix="/api/v1/billing", tags=["billing"], route_class=IdempotentRoute, dependencies=[purpose("billing")]
)


@router.get("/card-processor", responses=problem_responses(401, 403, 404))
async def show_card_processor(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.CardProcessor:
    """Show whether invoices can be paid by card."""
    await require_access(services, user, tenant, Action.BILLING_READ)
    return _processor(await services.billing.cards.processors.find())


@router.put("/card-processor", responses=problem_responses(401, 403, 409))
async def set_card_processor(
    services: ServicesDep, user: CurrentUserDep, given: models.CardProcessorKeys
) -> models.CardProcessor:
    """Let tenants pay by card, with the operator's account at Stripe. For operators.

    Let Stripe send the events `checkout.session.completed`, `charge.refunded`, `refund.created`, `refund.updated`,
    `refund.failed`, `charge.dispute.created` and `charge.dispute.closed` to `/api/v1/billing/card-reports`."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    keys = billing.ProcessorKeys(given.secret_key.strip(), given.webhook_secret.strip())
    return _processor(await services.billing.cards.processors.set(keys))


@router.delete("/card-processor", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403))
async def remove_card_processor(services: ServicesDep, user: CurrentUserDep) -> None:
    """End payments by card. For operators."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    await services.billing.cards.processors.remove()


@router.get("/card-payments", responses=problem_responses(401, 403, 404))
async def list_card_payments(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.CardPayment]:
    """List the last payments by card of a tenant, newest first, also those that were begun and not paid."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    found = await services.billing.cards.list(scope.tenant_id)
    return core.Page(items=[models.CardPayment.model_validate(each) for each in found], next=None)


@router.post(
    "/card-payments",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429, 503),
)
async def begin_card_payment(
    services: ServicesDep, user: CurrentUserDep, new: models.NewCardPayment, tenant: TenantQuery = None
) -> models.BegunCardPayment:
    """Begin to pay an invoice, or credit, by card. The payer continues at `url`."""
    scope = await require_access(services, user, tenant, Action.INVOICES_CHANGE)
    page = f"{services.public_address.url}/portal/billing"
    begun, url = await services.billing.cards.begin(scope.tenant_id, new.invoice, (new.amount, new.currency), page)
    return models.BegunCardPayment(reference=begun.reference, url=url)


def _processor(found: billing.Processor | None) -> models.CardProcessor:
    return models.CardProcessor(enabled=found is not None, mode=None if found is None else found.mode)
