"""Call history. Administrators see the calls of their tenant, other users those of their own extensions."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, AwareDatetime

from unificx.api.access import (
    AccessScope,
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    require_access_or_own,
)
from unificx.api.call_records import call_records
from unificx.api.problems import problem_responses
from unificx.api.schemas import core as models
from unificx.api.scoped_lookup import extension_in_scope
from unificx.api.services import Services
from unificx.cdr import CdrFilter
from unificx.core.errors import NotFound
from unificx.identity import Action

router = APIRouter(prefix="/api/v1/history", tags=["history"])


def _check_range(moment: datetime) -> datetime:
    """Raise ValueError for a time too far away to be converted to another time zone."""
    if not datetime(2000, 1, 1, tzinfo=UTC) <= moment <= datetime(2200, 1, 1, tzinfo=UTC):
        raise ValueError("between the years 2000 and 2200")
    return moment


BoundedDatetime = Annotated[AwareDatetime, AfterValidator(_check_range)]


Extension = Annotated[
    str | None,
    Query(max_length=64, pattern=models.REFERENCE, description="Only calls with this extension: id or number."),
]
Outcome = Annotated[models.Outcome | None, Query(description="Only calls with this outcome.")]
Since = Annotated[BoundedDatetime | None, Query(description="Only calls started at or after this time.")]
Until = Annotated[BoundedDatetime | None, Query(description="Only calls started before this time.")]


class HistoryFilters:
    """Filters of a list of calls."""

    def __init__(
        self, extension: Extension = None, outcome: Outcome = None, since: Since = None, until: Until = None
    ) -> None:
        self.extension = extension
        self.outcome: models.Outcome | None = outcome
        self.since = since
        self.until = until


@router.get("", responses=problem_responses(401, 403, 404))
async def list_history(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    filters: Annotated[HistoryFilters, Depends()],
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> models.Page[models.CallRecord]:
    """List finished calls, newest first."""
    scope = await require_access_or_own(services, user, tenant, Action.HISTORY_READ)
    extensions = await _extensions(services, scope, filters.extension)
    if extensions == () and scope.only_own:
        return models.Page(items=[], next=None)
    wanted = CdrFilter(since=filters.since, until=filters.until, extensions=extensions, outcome=filters.outcome)
    page = await services.history.list(scope.tenant_id, wanted, cursor, limit)
    items = await call_records(services, scope.tenant_id, page.items, _own_extensions(services, scope))
    return models.Page(items=items, next=page.next)


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


def _own_extensions(services: Services, scope: AccessScope) -> tuple[str, ...] | None:
    """Return the extensions to which the user's access is limited; None if it is not."""
    return services.identity.directory.extension_ids_of(scope.user.principal.person_id) if scope.only_own else None


async def _extensions(services: Services, scope: AccessScope, reference: str | None) -> tuple[str, ...]:
    """Return the extensions to filter by; () for all calls or, with `only_own`, for none."""
    if reference is not None:
        return ((await extension_in_scope(services, scope, reference)).id,)
    return _own_extensions(services, scope) or ()
