"""Diagnostics reports: sent by users, read by their administrators."""

from fastapi import Depends, status

from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core, diagnostics_reports
from unificx.core.errors import Forbidden
from unificx.identity import Action

router = Router(prefix="/api/v1", tags=["desk"], route_class=IdempotentRoute, dependencies=[purpose("administration")])


@router.post(
    "/me/diagnostics-reports",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 409),
)
async def send_diagnostics_report(
    services: ServicesDep, user: CurrentUserDep, body: diagnostics_reports.NewReport
) -> diagnostics_reports.Report:
    """Send a diagnostics report to your administrators."""
    principal = user.principal
    if not principal.person_id:
        raise Forbidden("Only users can send reports.", hint="Sign in as a user.")
    person = await services.identity.users.get(principal.tenant_id, principal.person_id)
    report = await services.support.submit(principal.tenant_id, principal.person_id, person.subject, body.report)
    return diagnostics_reports.Report.model_validate(report)


@router.get("/diagnostics-reports", responses=problem_responses(401, 403, 404))
async def list_diagnostics_reports(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[diagnostics_reports.Report]:
    """List the latest diagnostics reports; each is stored for thirty days."""
    where = await require_access(services, user, tenant, Action.PEOPLE_READ)
    items = [diagnostics_reports.Report.model_validate(one) for one in await services.support.list(where.tenant_id)]
    return core.Page(items=items, next=None)


@router.delete(
    "/diagnostics-reports/{report_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def drop_diagnostics_report(
    services: ServicesDep, user: CurrentUserDep, report_id: Id, tenant: TenantQuery = None
) -> None:
    """Delete a diagnostics report."""
    where = await require_access(services, user, tenant, Action.PHONES_CHANGE)
    await services.support.delete(where.tenant_id, report_id)
