"""Live calls."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, status

from unificx.api.access import CurrentUser, CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import calls as models
from unificx.api.schemas import core
from unificx.api.services import Services
from unificx.calls import LiveCall
from unificx.core.errors import NotFound
from unificx.identity import Action
from unificx.support import is_console

router = Router(prefix="/api/v1/calls", tags=["calls"], dependencies=[purpose("telephony")])

Limit = Annotated[int | None, Query(ge=1, le=10_000, description="List at most so many; all without it.")]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_calls(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, limit: Limit = None
) -> models.LiveCalls:
    """List the live calls of a tenant; on the console of the operator without one, those of all tenants."""
    live = await _calls_in_reach(services, user, tenant, Action.CALLS_READ)
    return models.LiveCalls(items=[_schema(services, one) for one in live[:limit]], total=len(live))


@router.delete("/{call_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def hang_up_call(services: ServicesDep, user: CurrentUserDep, call_id: Id, tenant: TenantQuery = None) -> None:
    """End a call for all participants."""
    within_reach = await _calls_in_reach(services, user, tenant, Action.CALLS_CONTROL)
    if all(one.id != call_id for one in within_reach):
        raise NotFound("There is no such call.", hint="See /api/v1/calls.")
    services.live.calls.hangup(call_id)


async def _calls_in_reach(
    services: Services, user: CurrentUser, tenant: str | None, action: Action
) -> Sequence[LiveCall]:
    if tenant is None and is_console(user.principal):
        return services.live.calls.live(None)
    return services.live.calls.live((await require_access(services, user, tenant, action)).tenant_id)


def _schema(services: Services, call: LiveCall) -> models.NamedLiveCall:
    directory = services.identity.directory
    extensions = [directory.extension(call.tenant_id, number) for number in (call.caller, call.callee)]
    caller, callee = [directory.display_name(each) if each is not None else "" for each in extensions]
    plain = core.LiveCall.model_validate(call).model_dump()
    return models.NamedLiveCall(**plain, caller_name=caller, callee_name=callee)
