"""Runs of invoices for all tenants. For operators."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query, status

from unificx import billing
from unificx.api.access import CurrentUserDep, Cursor, Limit, ServicesDep, purpose, require_operator
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import invoices as models
from unificx.api.services import Services
from unificx.db.pagination import PageById
from unificx.identity import Action

router = Router(
    prefix="/api/v1/billing/invoice-runs",
    tags=["billing"],
    route_class=IdempotentRoute,
    dependencies=[purpose("billing")],
)
MonthPath = Annotated[str, Path(pattern=models.MONTH, description="Year and month.", examples=["2027-02"])]
DryRun = Annotated[bool, Query(description="The dry run of the month.")]


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 409),
)
async def start_invoice_run(services: ServicesDep, user: CurrentUserDep, run: models.BillingMonth) -> models.InvoiceRun:
    """Issue the invoices of a month for all tenants, in the background. A run in progress goes on; one that has ended
    begins again, and issues what is missing."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    return _run(await services.billing.runs.start(_day(run.month), dry_run=run.dry_run))


@router.get("", responses=problem_responses(401, 403))
async def list_invoice_runs(services: ServicesDep, user: CurrentUserDep) -> core.Page[models.InvoiceRun]:
    """List the runs of the last 24 months that have one, newest first, without dry runs."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    return core.Page(items=[_run(each) for each in await services.billing.runs.list()], next=None)


@router.get("/{month}", responses=problem_responses(401, 403, 404))
async def show_invoice_run(
    services: ServicesDep, user: CurrentUserDep, month: MonthPath, *, dry_run: DryRun = False
) -> models.InvoiceRun:
    """Show how far a run is."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    return _run(await services.billing.runs.get(_day(month), dry_run=dry_run))


@router.get("/{month}/outcomes", responses=problem_responses(401, 403, 404))
async def list_invoice_run_outcomes(
    services: ServicesDep,
    user: CurrentUserDep,
    month: MonthPath,
    *,
    dry_run: DryRun = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.InvoiceRunOutcome]:
    """List what a run has led to so far, by tenant, without tenants that have nothing to pay."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    page = await services.billing.runs.outcomes(_day(month), PageById.parse(cursor, limit), dry_run=dry_run)
    return core.Page(items=[_outcome(services, each) for each in page.items], next=page.next)


def _day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _run(run: billing.InvoiceRun) -> models.InvoiceRun:
    return models.InvoiceRun(**{**asdict(run), "month": f"{run.month:%Y-%m}"})


def _outcome(services: Services, found: billing.RunOutcome) -> models.InvoiceRunOutcome:
    tenant = services.identity.directory.tenant(found.tenant_id)
    return models.InvoiceRunOutcome(
        tenant_id=found.tenant_id,
        slug=tenant.slug if tenant is not None else "",
        name=tenant.name if tenant is not None else "",
        problem=found.problem,
        invoices=[models.InvoiceIssue.model_validate(each) for each in found.issues],
        unrated=found.unrated,
    )
