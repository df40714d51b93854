"""Monitoring of live calls: supervisors listen after all parties were informed, and each use is logged."""

from fastapi import Depends, status

from unificx.api.access import (
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_access_or_own,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import calls, core
from unificx.api.schemas import recordings as models
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.identity import Action
from unificx.recording import MonitoringEntry

router = Router(prefix="/api/v1", tags=["calls"], route_class=IdempotentRoute, dependencies=[purpose("telephony")])


@router.post(
    "/calls/{call_id}/monitor",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409, 507),
    dependencies=[Depends(declare_idempotency_key)],
)
async def monitor_call(
    services: ServicesDep, user: CurrentUserDep, call_id: Id, start: models.MonitoringStart, tenant: TenantQuery = None
) -> calls.CallStarted:
    """Listen to a call, whisper to one party, or join: your own phone rings. All parties hear an announcement before
    you hear them, and another one before you speak. For administrators, if the tenant allows it and no person in the
    call has refused it."""
    scope = await require_access(services, user, tenant, Action.CALLS_MONITOR)
    if all(one.id != call_id for one in services.live.calls.live(scope.tenant_id)):
        raise NotFound("There is no such call.", hint="See /api/v1/calls.")
    own = list(services.identity.directory.extension_ids_of(user.principal.person_id))
    if not own:
        raise Conflict("You have no extension, so there is no device to ring.")
    listener = services.identity.directory.find_extension(scope.tenant_id, start.extension or "")
    if start.extension is not None and listener is None:
        raise Invalid("There is no such extension.", field="extension")
    chosen = listener.id if listener is not None else ""
    return calls.CallStarted(id=services.live.calls.monitor(own[0], call_id, start.mode, chosen))


@router.get("/monitorings", responses=problem_responses(401, 403, 404), dependencies=[purpose("history")])
async def list_monitorings(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Monitoring]:
    """List when supervisors listened to your calls, newest first. Administrators see all calls of the tenant."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_CHANGE)
    own = services.identity.directory.extension_ids_of(user.principal.person_id) if scope.only_own else None
    found = await services.archive.monitoring_log.page(scope.tenant_id, own, cursor=cursor, limit=limit)
    return core.Page(items=[_schema(one) for one in found.items], next=found.next)


def _schema(entry: MonitoringEntry) -> models.Monitoring:
    return models.Monitoring(
        id=entry.id,
        at=entry.at,
        kind=entry.kind,
        call_id=entry.call_id,
        extensions=list(entry.extensions),
        supervisor=entry.supervisor if isinstance(entry.supervisor, str) else None,
    )
