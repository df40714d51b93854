"""The calls that were. Administrators see their organisation's, everybody else the calls of their own extensions."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, AwareDatetime

from unificx.history import Filters
from unificx.kernel.errors import NotFound
from unificx.people import Action
from unificx.web.access import (
    AskerDep,
    Cursor,
    Id,
    Limit,
    Reach,
    ServicesDep,
    TenantQuery,
    reach_or_own,
)
from unificx.web.models import core as models
from unificx.web.owned import extension_within
from unificx.web.problems import refusals
from unificx.web.records import call_record
from unificx.web.services import Services

router = APIRouter(prefix="/api/v1/history", tags=["history"])


def _within_reason(moment: datetime) -> datetime:
    """Raise ValueError for a moment so far off that it could not be told in another time zone."""
    if not datetime(2000, 1, 1, tzinfo=UTC) <= moment <= datetime(2200, 1, 1, tzinfo=UTC):
        raise ValueError("between the years 2000 and 2200")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]


Extension = Annotated[
    str | None, Query(max_length=64, pattern=models.REFERENCE, description="One that took part: its id or number.")
]
Outcome = Annotated[models.Outcome | None, Query(description="What became of the call.")]
Since = Annotated[Moment | None, Query(description="Began then or later.")]
Until = Annotated[Moment | None, Query(description="Began before.")]


class Narrowed:
    """What a list of calls is narrowed by."""

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
    """List calls, the newest first."""
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
    """Show a call."""
    within = await reach_or_own(services, asker, tenant, Action.HISTORY_READ)
    found = await services.history.get(within.tenant_id, call_id)
    own = _own(services, within)
    if own is not None and not any(party.extension_id in own for party in found.parties):
        raise NotFound("There is no such call.")
    return call_record(found, own)


def _own(services: Services, within: Reach) -> tuple[str, ...] | None:
    """The extensions whose calls alone the asker may see; None for everybody's."""
    return services.people.directory.extension_ids_of(within.asker.principal.person_id) if within.only_own else None


async def _extensions(services: Services, within: Reach, reference: str | None) -> tuple[str, ...]:
    """Ids of the extensions whose calls are asked for; none means everybody's, or with `only_own` nobody's."""
    if reference is not None:
        return ((await extension_within(services, within, reference)).id,)
    return _own(services, within) or ()
