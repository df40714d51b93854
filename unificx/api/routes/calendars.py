"""Calendars of one's meetings, which calendar programs read by a secret address."""

from typing import Annotated

from fastapi import Path, Query, Response, status

from unificx import conferencing
from unificx.api.access import CurrentUserDep, ServicesDep, purpose, require_access
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.meeting_links import joining_of, own_extensions
from unificx.api.schemas import meeting_links as models
from unificx.core.errors import Forbidden
from unificx.identity import Action

router = Router(prefix="/api/v1", tags=["telephone"], dependencies=[purpose("telephony")])
CALENDAR = "text/calendar; charset=utf-8"


@router.get("/me/calendar", responses=problem_responses(401, 403))
async def show_calendar_address(services: ServicesDep, user: CurrentUserDep) -> models.CalendarFeed:
    """Show since when there is an address by which calendar programs read your meetings."""
    scope = await require_access(services, user, None, Action.DIRECTORY)
    found = await services.calendars.find(scope.tenant_id, own_extensions(services, scope))
    return models.CalendarFeed(created=found.created if found is not None else None)


@router.post("/me/calendar", status_code=status.HTTP_201_CREATED, responses=problem_responses(401, 403))
async def create_calendar_address(services: ServicesDep, user: CurrentUserDep) -> models.CreatedCalendarFeed:
    """Create a secret address by which calendar programs read the meetings that you host or are invited to. An earlier
    address stops working."""
    scope = await require_access(services, user, None, Action.DIRECTORY)
    own = own_extensions(services, scope)
    if not own:
        raise Forbidden("A calendar needs an extension.", hint="Ask your administrator for an extension.")
    feed, secret = await services.calendars.create(scope.tenant_id, own)
    url = f"{services.public_address.url}/api/v1/calendars/{secret}/meetings.ics"
    return models.CreatedCalendarFeed(created=feed.created, url=url)


@router.delete("/me/calendar", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403))
async def withdraw_calendar_address(services: ServicesDep, user: CurrentUserDep) -> None:
    """Withdraw the address of your calendar: it stops working at once."""
    scope = await require_access(services, user, None, Action.DIRECTORY)
    await services.calendars.withdraw(scope.tenant_id, own_extensions(services, scope))


@router.get(
    "/calendars/{calendar}/meetings.ics",
    responses={200: {"description": "The calendar.", "content": {"text/calendar": {"schema": {"type": "string"}}}}}
    | problem_responses(404),
    response_class=Response,
)
async def read_calendar(
    services: ServicesDep,
    calendar: Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="Secret of the address.")],
    language: Annotated[conferencing.Language, Query(description="Of the texts in the entries.")] = "en",
) -> Response:
    """Read the meetings of a person for a calendar program (iCalendar). The address is the authorization."""
    feed, rooms = await services.calendars.read(calendar)
    tenant = services.identity.directory.tenant(feed.tenant_id)
    meetings = [(room, joining_of(services, room)) for room in rooms]
    name = tenant.name if tenant is not None else ""
    text = conferencing.calendar_feed(meetings, name, services.clock.now(), language)
    return Response(text, media_type=CALENDAR)
