"""Call history. Administrators see the calls of their tenant, other users those of their own extensions."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Query, status
from pydantic import StringConstraints

from unificx.api.access import (
    AccessScope,
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
from unificx.api.call_records import call_records
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.objections import is_counted
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core as models
from unificx.api.schemas.report_emails import ExtensionCalls
from unificx.api.schemas.times import Time
from unificx.api.scoped_lookup import extension_in_scope
from unificx.api.services import Services
from unificx.cdr import CallRecord, CdrFilter
from unificx.core.errors import NotFound
from unificx.identity import Action

router = Router(
    prefix="/api/v1/history", tags=["history"], route_class=IdempotentRoute, dependencies=[purpose("history")]
)


Extension = Annotated[
    str | None,
    Query(max_length=64, pattern=models.REFERENCE, description="Only calls with this extension: id or number."),
]
Calls = Annotated[
    list[Annotated[str, StringConstraints(max_length=64, pattern=models.REFERENCE)]] | None,
    Query(max_length=100, description="Only these calls, by id; may be repeated."),
]
Outcomes = Annotated[
    list[models.Outcome] | None, Query(max_length=8, description="Only calls with this outcome; may be repeated.")
]
Since = Annotated[Time | None, Query(description="Only calls started at or after this time.")]
Until = Annotated[Time | None, Query(description="Only calls started before this time.")]


class HistoryFilters:
    """Filters of a list of calls."""

    def __init__(
        self,
        extension: Extension = None,
        outcome: Outcomes = None,
        since: Since = None,
        until: Until = None,
        call: Calls = None,
    ) -> None:
        self.extension = extension
        self.calls = tuple(call or ())
        self.outcomes = tuple(outcome or ())
        self.since = since
        self.until = until


@router.get("", responses=problem_responses(401, 403, 404))
async def list_history(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    filters: Annotated[HistoryFilters, Depends(HistoryFilters)],
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> models.Page[models.CallRecord]:
    """List finished calls, newest first."""
    scope = await require_access_or_own(services, user, tenant, Action.HISTORY_READ)
    extensions = await _extensions(services, scope, filters.extension)
    if extensions == () and scope.only_own:
        return models.Page(items=[], next=None)
    listed = bool(extensions) and set(extensions) <= set(_person_extensions(services, scope))
    wanted = CdrFilter(
        since=filters.since,
        until=filters.until,
        extensions=extensions,
        listed=listed,
        outcomes=filters.outcomes,
        calls=filters.calls,
    )
    page = await services.history.list(scope.tenant_id, wanted, cursor, limit)
    items = await call_records(services, scope.tenant_id, page.items, _own_extensions(services, scope))
    return models.Page(items=items, next=page.next)


@router.get("/statistics", responses=problem_responses(401, 403, 404))
async def show_call_statistics(
    services: ServicesDep,
    user: CurrentUserDep,
    tenant: TenantQuery = None,
    since: Annotated[Time | None, Query(description="By default seven days before `until`.")] = None,
    until: Annotated[Time | None, Query(description="At most 92 days later; now by default.")] = None,
) -> models.CallStatistics:
    """Count the calls of a tenant by hour and outcome, with speed of answer and sound quality."""
    scope = await require_access(services, user, tenant, Action.HISTORY_READ)
    end = until or services.clock.now()
    found = await services.history.statistics(scope.tenant_id, since or end - timedelta(days=7), end)
    return models.CallStatistics.model_validate(found)


@router.get("/statistics/extensions", responses=problem_responses(401, 403, 404))
async def list_extension_statistics(
    services: ServicesDep,
    user: CurrentUserDep,
    tenant: TenantQuery = None,
    since: Annotated[Time | None, Query(description="By default seven days before `until`.")] = None,
    until: Annotated[Time | None, Query(description="At most 92 days later; now by default.")] = None,
) -> models.Page[ExtensionCalls]:
    """Count the calls of each extension, without those of people who object to statistics and deleted ones."""
    scope = await require_access(services, user, tenant, Action.HISTORY_READ)
    end = until or services.clock.now()
    items: list[ExtensionCalls] = []
    for each in await services.history.extension_statistics(scope.tenant_id, since or end - timedelta(days=7), end):
        known = services.identity.directory.extension_by_id(each.extension_id)
        if known is not None and is_counted(services, scope, known):
            items.append(ExtensionCalls(number=known.number, name=known.name, **asdict(each)))
    return models.Page(items=sorted(items, key=lambda one: one.number), next=None)


@router.get("/{call_id}", responses=problem_responses(401, 403, 404))
async def show_history(
    services: ServicesDep, user: CurrentUserDep, call_id: Id, tenant: TenantQuery = None
) -> models.CallRecord:
    """Show a finished call."""
    scope = await require_access_or_own(services, user, tenant, Action.HISTORY_READ)
    found = await services.history.get(scope.tenant_id, call_id)
    own = _own_extensions(services, scope)
    if own is not None and not any(party.extension_id in own for party in found.parties):
        raise NotFound("There is no such call.")
    [record] = await call_records(services, scope.tenant_id, [found], own)
    return record


@router.delete("/{call_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def remove_history(services: ServicesDep, user: CurrentUserDep, call_id: Id, tenant: TenantQuery = None) -> None:
    """Remove a call of yours from your own list of calls. The other parties and administrators still see it."""
    call, own = await _own_call(services, user, call_id, tenant)
    await services.history.set_listed(call, own, services.clock.now())


@router.post(
    "/{call_id}/restore",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def restore_history(services: ServicesDep, user: CurrentUserDep, call_id: Id, tenant: TenantQuery = None) -> None:
    """Put a removed call back into your own list of calls."""
    call, own = await _own_call(services, user, call_id, tenant)
    await services.history.set_listed(call, own, None)


@router.post(
    "/{call_id}/erase",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def erase_history(services: ServicesDep, user: CurrentUserDep, call_id: Id, tenant: TenantQuery = None) -> None:
    """Erase a call permanently, for all its parties: they, its times and its way cannot be restored, not even from a
    backup. Its recordings and messages are erased on their own; its prices stay. For administrators.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    await services.identity.step_up.require(user.principal)
    call = await services.history.get(scope.tenant_id, call_id)
    await services.call_erasure.erase(call)


async def _own_call(
    services: Services, user: CurrentUserDep, call_id: str, tenant: str | None
) -> tuple[CallRecord, tuple[str, ...]]:
    """Return a call and the user's extensions in it. Raises NotFound if there is none."""
    scope = await require_access_or_own(services, user, tenant, Action.HISTORY_READ)
    call = await services.history.get(scope.tenant_id, call_id)
    parties = {party.extension_id for party in call.parties}
    own = tuple(one for one in _person_extensions(services, scope) if one in parties)
    if not own:
        raise NotFound("There is no such call of yours.")
    return call, own


def _person_extensions(services: Services, scope: AccessScope) -> tuple[str, ...]:
    """Return the user's own extensions."""
    return services.identity.directory.extension_ids_of(scope.user.principal.person_id)


def _own_extensions(services: Services, scope: AccessScope) -> tuple[str, ...] | None:
    """Return the extensions to which the user's access is limited; None if it is not."""
    return _person_extensions(services, scope) if scope.only_own else None


async def _extensions(services: Services, scope: AccessScope, reference: str | None) -> tuple[str, ...]:
    """Return the extensions to filter by; () for all calls or, with `only_own`, for none."""
    if reference is not None:
        return ((await extension_in_scope(services, scope, reference)).id,)
    return _own_extensions(services, scope) or ()
