"""Reports by e-mail: their recipients and intervals."""

from typing import Annotated

from fastapi import Depends, Path, status

from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import report_emails as models
from unificx.api.services import Services
from unificx.api.support_consent import names_people
from unificx.identity import Action
from unificx.notifications.reports import Every, may_receive

router = Router(
    prefix="/api/v1/report-emails",
    tags=["history"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration"), names_people],
)
Interval = Annotated[Every, Path(description="How often the report is sent.")]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_report_emails(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.ReportEmail]:
    """List the reports that are sent by e-mail, with the time of the next one."""
    scope = await require_access(services, user, tenant, Action.HISTORY_READ)
    return await _list(services, scope.tenant_id)


@router.put("/{person_id}/{every}", responses=problem_responses(401, 403, 404))
async def add_report_email(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, every: Interval, tenant: TenantQuery = None
) -> core.Page[models.ReportEmail]:
    """Send a report of calls, queues and extensions to an administrator: each day, week or month, as CSV and PDF.

    The first one is that of the period in progress. It is sent only as long as its recipient may see the numbers."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    person = await services.reports.recipient(scope.tenant_id, person_id)
    await services.reports.schedules.add(scope.tenant_id, person.id, every)
    return await _list(services, scope.tenant_id)


@router.post(
    "/{person_id}/{every}/sending",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[Depends(declare_idempotency_key)],
)
async def send_report_email(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, every: Interval, tenant: TenantQuery = None
) -> core.Page[models.ReportEmail]:
    """Send the report of the newest whole period now, also without a schedule."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    await services.reports.send_now(scope.tenant_id, person_id, every)
    return await _list(services, scope.tenant_id)


@router.delete(
    "/{person_id}/{every}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404)
)
async def drop_report_email(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, every: Interval, tenant: TenantQuery = None
) -> None:
    """End a report by e-mail. Idempotent."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    person = await services.identity.users.get(scope.tenant_id, person_id)
    await services.reports.schedules.remove(scope.tenant_id, person.id, every)


async def _list(services: Services, tenant_id: str) -> core.Page[models.ReportEmail]:
    items: list[models.ReportEmail] = []
    for each in await services.reports.schedules.list(tenant_id):
        person = await services.identity.users.get(tenant_id, each.person_id)
        items.append(
            models.ReportEmail(
                person_id=person.id,
                name=person.name,
                every=each.every,
                next=each.next,
                receives=may_receive(person),
                state=each.state,
            )
        )
    return core.Page(items=items, next=None)
