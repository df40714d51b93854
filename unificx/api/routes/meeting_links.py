"""Meetings: every user with an extension creates them. Any colleague with the link opens one; its hosts delete it."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response, status

from unificx import conferencing
from unificx.api.access import (
    AccessScope,
    CurrentUserDep,
    Cursor,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import meeting_links as models
from unificx.api.services import Services
from unificx.core.errors import Forbidden, NotFound
from unificx.db import PageById
from unificx.identity import Action, may
from unificx.routing import DestinationRef

router = Router(
    prefix="/api/v1/meetings", tags=["rooms"], route_class=IdempotentRoute, dependencies=[purpose("telephony")]
)
MeetingId = Annotated[str, Path(max_length=64, pattern=core.REFERENCE)]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_meetings(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Meeting]:
    """List your meetings, the oldest first."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    own = services.rooms.meetings_of(scope.tenant_id, own_extensions(services, scope))
    page = PageById.parse(cursor, limit).of_list(own, lambda one: one.id)
    return core.Page(items=[meeting_schema(services, scope, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_meeting(
    services: ServicesDep, user: CurrentUserDep, new: models.NewMeeting, tenant: TenantQuery = None
) -> models.Meeting:
    """Create a meeting in a room of its own, with you as its host. Requires an extension."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    own = own_extensions(services, scope)
    if not own:
        raise Forbidden("A meeting needs a host with an extension.", hint="Ask your administrator for an extension.")
    wanted = conferencing.NewMeeting(new.name or "", conferencing.Booking(new.starts, new.ends))
    return meeting_schema(services, scope, await services.rooms.create_meeting(scope.tenant_id, own[0], wanted))


@router.get("/{meeting}", responses=problem_responses(401, 403, 404))
async def show_meeting(
    services: ServicesDep, user: CurrentUserDep, meeting: MeetingId, tenant: TenantQuery = None
) -> models.Meeting:
    """Show a meeting, as the link to it does."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    return meeting_schema(services, scope, find_meeting(services, scope, meeting))


@router.get(
    "/{meeting}/calendar.ics",
    responses={200: {"description": "The entry.", "content": {"text/calendar": {"schema": {"type": "string"}}}}}
    | problem_responses(401, 403, 404, 409),
    response_class=Response,
)
async def export_calendar_entry(
    services: ServicesDep,
    user: CurrentUserDep,
    meeting: MeetingId,
    language: Annotated[conferencing.Language, Query(description="Of the texts in the entry.")] = "en",
    tenant: TenantQuery = None,
) -> Response:
    """Export a meeting with a planned start for a calendar, with its link and the numbers to dial (iCalendar)."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    room = find_meeting(services, scope, meeting)
    joining = joining_of(services, room)
    entry = conferencing.calendar_entry(room, joining, services.clock.now(), language)
    headers = {"Content-Disposition": 'attachment; filename="meeting.ics"'}
    return Response(entry, media_type="text/calendar; charset=utf-8", headers=headers)


@router.delete("/{meeting}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def delete_meeting(
    services: ServicesDep, user: CurrentUserDep, meeting: MeetingId, tenant: TenantQuery = None
) -> None:
    """Delete a meeting and its room, as a host or administrator. Its participants are disconnected."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    room = find_meeting(services, scope, meeting)
    require_host(services, scope, room)
    services.destinations.require_unused(scope.tenant_id, DestinationRef("room", room.number))
    await services.rooms.delete(room)


def require_host(services: Services, scope: AccessScope, room: conferencing.Room) -> None:
    """Raise Forbidden for a user who is neither host nor administrator."""
    if not _is_host(services, scope, room) and not may(scope.user.principal, Action.ROUTING_CHANGE, scope.tenant_id):
        raise Forbidden("Only a host can do this.")


def find_meeting(services: Services, scope: AccessScope, meeting: str) -> conferencing.Room:
    """Return a meeting in scope. Raise NotFound."""
    room = services.rooms.by_id(meeting)
    if room is None or room.tenant_id != scope.tenant_id or room.booking is None:
        raise NotFound("Meeting not found.")
    return room


def joining_of(services: Services, room: conferencing.Room) -> conferencing.Joining:
    """Return how colleagues join a meeting."""
    leading = services.destinations.used_by(room.tenant_id, DestinationRef("room", room.number))
    numbers = [one.name for one in leading if one.kind == "number"]
    return conferencing.Joining(f"{services.public_address.url}/app/meetings/{room.id}", numbers)


def own_extensions(services: Services, scope: AccessScope) -> tuple[str, ...]:
    """Return the extensions of the user in the tenant."""
    directory = services.identity.directory
    own = [directory.extension_by_id(one) for one in directory.extension_ids_of(scope.user.principal.person_id)]
    return tuple(one.id for one in own if one is not None and one.tenant_id == scope.tenant_id)


def _is_host(services: Services, scope: AccessScope, room: conferencing.Room) -> bool:
    return any(one in room.hosts for one in own_extensions(services, scope))


def meeting_schema(services: Services, scope: AccessScope, room: conferencing.Room) -> models.Meeting:
    """Return a meeting as the user sees it."""
    booking = room.booking or conferencing.Booking()
    joining = joining_of(services, room)
    return models.Meeting(
        id=room.id,
        room=room.number,
        name=room.name,
        created=room.created,
        starts=booking.starts,
        ends=booking.ends,
        join_url=joining.url,
        dial_in=list(joining.dial_in),
        has_pin=room.has_pin,
        lobby=room.settings.lobby,
        own=_is_host(services, scope, room),
    )
