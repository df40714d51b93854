"""Diagnostics reports: sent by users, read by their administrators."""

from fastapi import APIRouter, Depends, status

from unificx.api.access import AskerDep, Id, ServicesDep, TenantQuery, reach
from unificx.api.idempotent_route import RepeatableRoute, declare_key
from unificx.api.problems import refusals
from unificx.api.schemas import core, diagnostics_reports
from unificx.core.errors import Forbidden
from unificx.identity import Action

router = APIRouter(prefix="/api/v1", tags=["desk"], route_class=RepeatableRoute)


@router.post(
    "/me/diagnostics-reports",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_key)],
    responses=refusals(401, 403, 409),
)
async def send_diagnostics_report(
    services: ServicesDep, asker: AskerDep, body: diagnostics_reports.NewReport
) -> diagnostics_reports.Report:
    """Send a diagnostics report to your administrators."""
    who = asker.principal
    if not who.person_id:
        raise Forbidden("Only users can send reports.", hint="Sign in as a user.")
    person = await services.people.person(who.tenant_id, who.person_id)
    kept = await services.desk.take(who.tenant_id, who.person_id, person.subject, body.report)
    return diagnostics_reports.Report.model_validate(kept)


@router.get("/diagnostics-reports", responses=refusals(401, 403, 404))
async def list_diagnostics_reports(
    services: ServicesDep, asker: AskerDep, tenant: TenantQuery = None
) -> core.Page[diagnostics_reports.Report]:
    """List the latest diagnostics reports; each is stored for thirty days."""
    where = await reach(services, asker, tenant, Action.PEOPLE_READ)
    items = [diagnostics_reports.Report.model_validate(one) for one in await services.desk.list(where.tenant_id)]
    return core.Page(items=items, next=None)


@router.delete(
    "/diagnostics-reports/{report_id}", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404)
)
async def drop_diagnostics_report(
    services: ServicesDep, asker: AskerDep, report_id: Id, tenant: TenantQuery = None
) -> None:
    """Delete a diagnostics report."""
    where = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    await services.desk.drop(where.tenant_id, report_id)
