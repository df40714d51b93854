"""Invitations to meetings by e-mail, and changes of planned meetings."""

from typing import Annotated

from fastapi import Depends, Path, status

from unificx import conferencing
from unificx.api.access import (
    AccessScope,
    CurrentUser,
    CurrentUserDep,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.meeting_links import (
    MeetingId,
    find_meeting,
    joining_of,
    meeting_schema,
    require_host,
)
from unificx.api.schemas import core
from unificx.api.schemas import meeting_links as models
from unificx.api.services import Services
from unificx.identity import Action

router = Router(prefix="/api/v1", tags=["rooms"], route_class=IdempotentRoute, dependencies=[purpose("telephony")])
InvitationId = Annotated[str, Path(max_length=64, pattern=core.REFERENCE)]


@router.patch("/meetings/{meeting}", responses=problem_responses(401, 403, 404, 409, 429))
async def update_meeting(
    services: ServicesDep,
    user: CurrentUserDep,
    meeting: MeetingId,
    change: models.PlannedMeetingChange,
    tenant: TenantQuery = None,
) -> models.Meeting:
    """Change name, time or lobby of a meeting, as a host or administrator. A new name or time is sent to all who were
    invited by e-mail."""
    scope, room = await _own_meeting(services, user, meeting, tenant)
    planned = change.starts is not None or change.ends is not None
    booking = conferencing.Booking(change.starts, change.ends) if planned else None
    wanted = conferencing.RoomChange(name=change.name, booking=booking, lobby=change.lobby)
    changed = await services.invitations.change(room, wanted, _inviter(services, scope, room))
    services.meetings.room_changed(changed)
    return meeting_schema(services, scope, changed)


@router.post(
    "/meetings/{meeting}/invitations",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429),
)
async def invite_to_meeting(
    services: ServicesDep,
    user: CurrentUserDep,
    meeting: MeetingId,
    new: models.NewMeetingInvitations,
    tenant: TenantQuery = None,
) -> core.Page[models.MeetingInvitation]:
    """Invite colleagues and people outside by e-mail, as a host or administrator. The e-mails have an entry for the
    calendar, if the meeting has a planned start. People who are invited already get no second e-mail."""
    scope, room = await _own_meeting(services, user, meeting, tenant)
    directory = services.identity.directory
    found = [directory.find_extension(scope.tenant_id, one) for one in new.colleagues]
    wanted = conferencing.NewInvitations(
        colleagues=tuple(one.id if one is not None else "" for one in found),
        outside=tuple(conferencing.OutsideAddress(one.email, one.name) for one in new.outside),
        guest_links=new.guest_links,
        pin=new.pin,
        language=new.language,
    )
    made = await services.invitations.invite(room, wanted, _inviter(services, scope, room))
    return core.Page(items=[_schema(services, one) for one in made], next=None)


@router.get("/meetings/{meeting}/invitations", responses=problem_responses(401, 403, 404))
async def list_meeting_invitations(
    services: ServicesDep, user: CurrentUserDep, meeting: MeetingId, tenant: TenantQuery = None
) -> core.Page[models.MeetingInvitation]:
    """List who was invited to a meeting by e-mail, as a host or administrator."""
    _, room = await _own_meeting(services, user, meeting, tenant)
    return core.Page(items=[_schema(services, one) for one in await services.invitations.list(room)], next=None)


@router.delete(
    "/meetings/{meeting}/invitations/{invitation}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def withdraw_invitation(
    services: ServicesDep,
    user: CurrentUserDep,
    meeting: MeetingId,
    invitation: InvitationId,
    tenant: TenantQuery = None,
) -> None:
    """Withdraw an invitation, as a host or administrator. The person gets an e-mail, and their guest link ends."""
    _, room = await _own_meeting(services, user, meeting, tenant)
    await services.invitations.withdraw(room, invitation)


async def _own_meeting(
    services: Services, user: CurrentUser, meeting: str, tenant: str | None
) -> tuple[AccessScope, conferencing.Room]:
    """Return a meeting of which the user is a host or administrator. Raise NotFound, Forbidden."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    room = find_meeting(services, scope, meeting)
    require_host(services, scope, room)
    return scope, room


def _inviter(services: Services, scope: AccessScope, room: conferencing.Room) -> conferencing.Inviter:
    joining = joining_of(services, room)
    site = services.public_address.url
    return conferencing.Inviter(
        scope.user.principal.person_id, joining.url, lambda secret: f"{site}/app/#guest={secret}", joining.dial_in
    )


def _schema(services: Services, one: conferencing.Invitation) -> models.MeetingInvitation:
    extension = services.identity.directory.extension_by_id(one.extension_id) if one.extension_id else None
    return models.MeetingInvitation(
        id=one.id,
        number=extension.number if extension is not None else "",
        name=one.name,
        email=one.address,
        invited=one.invited,
        guest_link=bool(one.link),
    )
