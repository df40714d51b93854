"""Opening hours: all users may list them, administrators manage them."""

from functools import partial

from fastapi import Depends, status

from unificx.api.access import CurrentUserDep, Cursor, Id, Limit, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import hours as models
from unificx.api.services import Services
from unificx.identity import Action
from unificx.routing import DestinationRef, HoursChange, NewHours, OpeningHours

router = Router(
    prefix="/api/v1/hours", tags=["hours"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_hours(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Hours]:
    """List the opening hours of a tenant."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    page = services.hours.list(scope.tenant_id, cursor, limit)
    return core.Page(items=[_hours_schema(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_hours(
    services: ServicesDep, user: CurrentUserDep, new: models.NewHours, tenant: TenantQuery = None
) -> models.Hours:
    """Create opening hours."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    wanted = NewHours(
        name=new.name,
        weekly=tuple(new.open),
        then=DestinationRef.parse(new.then, "then"),
        otherwise=DestinationRef.parse(new.otherwise, "otherwise"),
        holidays=tuple(new.holidays),
        code=new.code,
    )
    return _hours_schema(services, await services.hours.create(scope.tenant_id, wanted))


@router.get("/{hours}", responses=problem_responses(401, 403, 404))
async def show_hours(
    services: ServicesDep, user: CurrentUserDep, hours: Id, tenant: TenantQuery = None
) -> models.Hours:
    """Show opening hours, by id or name."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    return _hours_schema(services, services.hours.get(scope.tenant_id, hours))


@router.patch("/{hours}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_hours(
    services: ServicesDep,
    user: CurrentUserDep,
    hours: Id,
    change: models.HoursUpdate,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Hours:
    """Change opening hours or their switch. Calls that come in afterwards take the new way."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    known = services.hours.get(scope.tenant_id, hours)
    wanted = HoursChange(
        weekly=tuple(change.open) if change.open is not None else None,
        holidays=tuple(change.holidays) if change.holidays is not None else None,
        switch=change.switch,
        code=change.code,
        then=DestinationRef.parse(change.then, "then") if change.then is not None else None,
        otherwise=DestinationRef.parse(change.otherwise, "otherwise") if change.otherwise is not None else None,
    )
    schema = partial(_hours_schema, services)
    return schema(await services.hours.update(known, wanted, unchanged(if_match, schema)))


@router.post(
    "/{hours}/holidays",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 412),
)
async def import_holidays(
    services: ServicesDep,
    user: CurrentUserDep,
    hours: Id,
    given: models.HolidayCalendar,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Hours:
    """Add the dates of an iCalendar file to the holidays."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    known, schema = services.hours.get(scope.tenant_id, hours), partial(_hours_schema, services)
    return schema(await services.hours.import_calendar(known, given.calendar, unchanged(if_match, schema)))


@router.delete("/{hours}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409, 412))
async def delete_hours(
    services: ServicesDep, user: CurrentUserDep, hours: Id, tenant: TenantQuery = None, if_match: IfMatch = None
) -> None:
    """Delete opening hours. Refused while another destination leads to them."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    condition = unchanged(if_match, partial(_hours_schema, services))
    await services.hours.delete(services.hours.get(scope.tenant_id, hours), condition)


def _hours_schema(services: Services, hours: OpeningHours) -> models.Hours:
    return models.Hours(
        id=hours.id,
        tenant_id=hours.tenant_id,
        name=hours.name,
        created=hours.created,
        open=list(hours.weekly),
        holidays=list(hours.holidays),
        switch=hours.switch,
        code=hours.code,
        then=str(hours.then),
        otherwise=str(hours.otherwise),
        is_open=services.hours.is_open(hours),
    )
