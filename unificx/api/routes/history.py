"""Call history. Administrators see the calls of their tenant, other users those of their own extensions."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, AwareDatetime

from unificx.api.access import AskerDep, Cursor, Id, Limit, Reach, ServicesDep, TenantQuery, reach_or_own
from unificx.api.call_records import call_record
from unificx.api.problems import refusals
from unificx.api.schemas import core as models
from unificx.api.scoped_lookup import extension_within
from unificx.api.services import Services
from unificx.cdr import Filters
from unificx.core.errors import NotFound
from unificx.identity import Action

router = APIRouter(prefix="/api/v1/history", tags=["history"])


def _within_reason(moment: datetime) -> datetime:
    """Raise ValueError for a time too far away to be converted to another time zone."""
    if not datetime(2000, 1, 1, tzinfo=UTC) <= moment <= datetime(2200, 1, 1, tzinfo=UTC):
        raise ValueError("between the years 2000 and 2200")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]


Extension = Annotated[
    str | None,
    Query(max_length=64, pattern=models.REFERENCE, description="Only calls with this extension: id or number."),
]
Outcome = Annotated[models.Outcome | None, Query(description="Only calls with this outcome.")]
Since = Annotated[Moment | None, Query(description="Only calls started at or after this time.")]
Until = Annotated[Moment | None, Query(description="Only calls started before this time.")]


class Narrowed:
    """Filters of a list of calls."""

    def __init__(
        self, extension: Extension = None, outcome: Outcome = None, since: Since = None, until: Until = None
    ) -> None:
        self.extension = extension
        self.outcome: models.Outcome | None = outcome
        self.since = since
        self.until = until


@router.get("", responses=refusals(401, 403, 404))
async def list_history(
    *,
    services: ServicesDep,
    asker: AskerDep,
    by: Annotated[Narrowed, Depends()],
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> models.Page[models.CallRecord]:
    """List finished calls, newest first."""
    within = await reach_or_own(services, asker, tenant, Action.HISTORY_READ)
    extensions = await _extensions(services, within, by.extension)
    if extensions == () and within.only_own:
        return models.Page(items=[], next=None)
    wanted = Filters(since=by.since, until=by.until, extensions=extensions, outcome=by.outcome)
    page = await services.history.list(within.tenant_id, wanted, cursor, limit)
    return models.Page(items=[call_record(one, _own(services, within)) for one in page.items], next=page.next)


@router.get("/{call_id}", responses=refusals(401, 403, 404))
async def show_history(
    services: ServicesDep, asker: AskerDep, call_id: Id, tenant: TenantQuery = None
) -> models.CallRecord:
    """Show a finished call."""
    within = await reach_or_own(services, asker, tenant, Action.HISTORY_READ)
    found = await services.history.get(within.tenant_id, call_id)
    own = _own(services, within)
    if own is not None and not any(party.extension_id in own for party in found.parties):
        raise NotFound("There is no such call.")
    return call_record(found, own)


def _own(services: Services, within: Reach) -> tuple[str, ...] | None:
    """Return the extensions to which the user's access is limited; None if it is not."""
    return services.people.directory.extension_ids_of(within.asker.principal.person_id) if within.only_own else None


async def _extensions(services: Services, within: Reach, reference: str | None) -> tuple[str, ...]:
    """Return the extensions to filter by; () for all calls or, with `only_own`, for none."""
    if reference is not None:
        return ((await extension_within(services, within, reference)).id,)
    return _own(services, within) or ()
