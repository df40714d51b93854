"""Plans of the operator, the plan of a tenant, and the charges of its month. Administrators read their own."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import Depends, Query, status

from unificx import billing
from unificx.api.access import (
    CurrentUserDep,
    Id,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_operator,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import plans as models
from unificx.api.services import Services
from unificx.identity import Action

router = Router(
    prefix="/api/v1", tags=["billing"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)
Month = Annotated[
    str | None,
    Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Such as 2027-03; by default the present one."),
]
Since = Annotated[date | None, Query(description="First day without a plan; by default today.")]


@router.get("/plans", responses=problem_responses(401, 403))
async def list_plans(services: ServicesDep, user: CurrentUserDep) -> core.Page[models.Plan]:
    """List the plans by name. For operators."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    tenants = await services.billing.plans.tenants()
    return core.Page(items=[_plan(each, tenants) for each in await services.billing.plans.list()], next=None)


@router.post(
    "/plans",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 409),
)
async def create_plan(services: ServicesDep, user: CurrentUserDep, new: models.NewPlan) -> models.Plan:
    """Create a plan. For operators."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    return _plan(await services.billing.plans.create(billing.NewPlan(**new.model_dump())), {})


@router.get("/plans/{plan}", responses=problem_responses(401, 403, 404))
async def show_plan(services: ServicesDep, user: CurrentUserDep, plan: Id) -> models.Plan:
    """Show a plan. For operators."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    return _plan(await services.billing.plans.get(plan), await services.billing.plans.tenants())


@router.patch("/plans/{plan}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_plan(
    services: ServicesDep, user: CurrentUserDep, plan: Id, change: models.PlanUpdate, if_match: IfMatch = None
) -> models.Plan:
    """Rename or archive a plan, or change its prices and minutes from a day on. For operators."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    condition = unchanged(if_match, partial(_plan, tenants={}))
    changed = await services.billing.plans.update(plan, billing.PlanChange(**change.model_dump()), condition)
    return _plan(changed, await services.billing.plans.tenants())


@router.delete(
    "/plans/{plan}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409, 412)
)
async def delete_plan(services: ServicesDep, user: CurrentUserDep, plan: Id, if_match: IfMatch = None) -> None:
    """Delete a plan that was never assigned. For operators."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    await services.billing.plans.delete(plan, unchanged(if_match, partial(_plan, tenants={})))


@router.get("/billing/plan", responses=problem_responses(401, 403, 404))
async def show_tenant_plan(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.TenantPlan:
    """Show the plan of a tenant, with those before and after it."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    return await _tenant_plan(services, scope.tenant_id)


@router.put("/billing/plan", responses=problem_responses(401, 403, 404, 409))
async def assign_plan(
    services: ServicesDep, user: CurrentUserDep, wanted: models.NewAssignment, tenant: TenantQuery = None
) -> models.TenantPlan:
    """Assign a plan to a tenant from a day on. Past months stay as they are."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    await services.billing.plans.assign(scope.tenant_id, wanted.plan, wanted.since, wanted.trial_days)
    return await _tenant_plan(services, scope.tenant_id)


@router.delete("/billing/plan", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def end_plan(
    services: ServicesDep, user: CurrentUserDep, since: Since = None, tenant: TenantQuery = None
) -> None:
    """Let a tenant have no plan from a day on."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    await services.billing.plans.assign(scope.tenant_id, None, since)


@router.put("/billing/trial", responses=problem_responses(401, 403, 404, 409))
async def set_trial_end(
    services: ServicesDep, user: CurrentUserDep, wanted: models.NewTrialEnd, tenant: TenantQuery = None
) -> models.TenantPlan:
    """Extend or shorten the trial of a tenant, also one that has ended. Refused once the plan is charged."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    await services.billing.trials.extend(scope.tenant_id, wanted.until)
    return await _tenant_plan(services, scope.tenant_id)


@router.put("/billing/trial/continuation", responses=problem_responses(401, 403, 404, 409))
async def continue_after_trial(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.TenantPlan:
    """Let the plan be charged after the trial, or from today on if that has ended. It needs billing details."""
    scope = await require_access(services, user, tenant, Action.INVOICES_CHANGE)
    await services.billing.trials.go_on(scope.tenant_id)
    return await _tenant_plan(services, scope.tenant_id)


@router.get("/billing/charges", responses=problem_responses(401, 403, 404))
async def show_charges(
    services: ServicesDep, user: CurrentUserDep, month: Month = None, tenant: TenantQuery = None
) -> models.MonthCosts:
    """Show what a tenant is charged for a calendar month in its time zone: plan, extensions, numbers, storage, and
    calls after included minutes."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    day = date.fromisoformat(f"{month}-01") if month else services.billing.counts.today(scope.tenant_id)
    found = await services.billing.charges.costs(scope.tenant_id, day)
    return models.MonthCosts(
        month=f"{day:%Y-%m}",
        charges=[models.Charge.model_validate(each) for each in found.charges],
        included=[models.IncludedUse.model_validate(each) for each in found.included],
        storage=[models.StorageUse.model_validate(each) for each in found.storage],
        unrated=found.unrated,
    )


async def _tenant_plan(services: Services, tenant_id: str) -> models.TenantPlan:
    assignments = await services.billing.plans.assignments(tenant_id)
    plans = {plan.id: plan for plan in await services.billing.plans.list()}
    today = services.billing.counts.today(tenant_id)
    begun = [each.plan_id for each in assignments if each.since <= today]
    present = plans.get(begun[-1] or "") if begun else None
    trial = await services.billing.trials.find(tenant_id)
    return models.TenantPlan(
        present=None if present is None else models.Plan.model_validate(present),
        assignments=[
            models.Assignment(
                since=each.since, plan_id=each.plan_id, plan=plans[each.plan_id].name if each.plan_id else None
            )
            for each in assignments
        ],
        trial=trial
        and models.Trial(
            since=trial.since, until=trial.until, charged_since=trial.charged_since, state=trial.state(today)
        ),
    )


def _plan(plan: billing.Plan, tenants: Mapping[str, int]) -> models.Plan:
    return models.Plan.model_validate(plan).model_copy(update={"tenants": tenants.get(plan.id, 0)})
