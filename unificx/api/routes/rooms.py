"""Conference rooms: all users may list and call them, administrators manage them, hosts control the conference."""

from dataclasses import asdict
from functools import partial
from typing import Annotated, Final

from fastapi import Depends, Path, status

from unificx import conferencing
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
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import rooms as models
from unificx.api.services import Services
from unificx.conferencing import (
    ADMINISTRATOR,
    AdmissionRequested,
    AllAdmissionsRequested,
    EndRequested,
    HandRequested,
    LockRequested,
    MuteAllRequested,
    MuteRequested,
    PauseRequested,
    ReactionRequested,
    RecordingRequested,
    RemovalRequested,
)
from unificx.core.errors import Forbidden, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.identity import Action, may
from unificx.routing import DestinationRef

router = Router(
    prefix="/api/v1/rooms", tags=["rooms"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)

_SOUND_ONLY: Final = models.RoomRecordingStart()

ParticipantId = Annotated[str, Path(max_length=64, pattern=core.REFERENCE)]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_rooms(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Room]:
    """List the conference rooms of a tenant. Meetings of colleagues are listed for administrators only."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    manages = may(user.principal, Action.ROUTING_CHANGE, scope.tenant_id)
    own = None if manages else services.identity.directory.extension_ids_of(user.principal.person_id)
    page = services.rooms.list(scope.tenant_id, cursor, limit, own=own)
    return core.Page(items=[room_schema(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_room(
    services: ServicesDep, user: CurrentUserDep, new: models.NewRoom, tenant: TenantQuery = None
) -> models.Room:
    """Create a conference room."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    own = {"number", "name", "hosts", "pin", "host_pin"}
    wanted = conferencing.NewRoom(
        number=new.number,
        name=new.name or "",
        settings=conferencing.RoomSettings(**new.model_dump(exclude=own)),
        hosts=_host_ids(services, scope, new.hosts),
        pin=new.pin,
        host_pin=new.host_pin,
    )
    return room_schema(services, await services.rooms.create(scope.tenant_id, wanted))


@router.get("/{room}", responses=problem_responses(401, 403, 404))
async def show_room(services: ServicesDep, user: CurrentUserDep, room: Id, tenant: TenantQuery = None) -> models.Room:
    """Show a conference room and its state, by id or number."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    return room_schema(services, services.rooms.find(scope.tenant_id, room))


@router.patch("/{room}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_room(
    services: ServicesDep,
    user: CurrentUserDep,
    room: Id,
    change: models.RoomChange,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Room:
    """Change a conference room. A running conference continues with the new settings."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    known = services.rooms.find(scope.tenant_id, room)
    hosts = _host_ids(services, scope, change.hosts) if change.hosts is not None else None
    wanted = conferencing.RoomChange(**change.model_dump(exclude={"hosts"}), hosts=hosts)
    schema = partial(room_schema, services)
    changed = await services.rooms.update(known, wanted, unchanged(if_match, schema))
    services.meetings.room_changed(changed)
    return schema(changed)


@router.delete("/{room}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 412))
async def delete_room(
    services: ServicesDep, user: CurrentUserDep, room: Id, tenant: TenantQuery = None, if_match: IfMatch = None
) -> None:
    """Delete a conference room. Its participants are disconnected. Refused while a destination leads to it."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    known = services.rooms.find(scope.tenant_id, room)
    services.destinations.require_unused(scope.tenant_id, DestinationRef("room", known.number))
    await services.rooms.delete(known, unchanged(if_match, partial(room_schema, services)))


@router.get("/{room}/participants", responses=problem_responses(401, 403, 404))
async def list_participants(
    services: ServicesDep, user: CurrentUserDep, room: Id, tenant: TenantQuery = None
) -> core.Page[models.Participant]:
    """List the participants of a conference. For its participants and administrators. In the lobby, users see only
    themselves."""
    scope, known = await room_in_scope(services, user, room, tenant)
    own = own_participant(services, scope, known)
    if own is None and not _administers(scope) and not _hosts_elsewhere(services, scope, known):
        raise Forbidden(
            "Only participants can list the participants of a room.", hint=Phrase("Call {} to join.", known.number)
        )
    meeting = services.meetings.status(known)
    participants = meeting.participants if meeting is not None else ()
    if any(one.id == own and one.state == "lobby" for one in participants) and not _administers(scope):
        participants = [one for one in participants if one.id == own]
    return core.Page(items=[models.Participant(**asdict(one), own=one.id == own) for one in participants], next=None)


@router.patch(
    "/{room}/participants/{participant}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def change_participant(
    services: ServicesDep,
    user: CurrentUserDep,
    room: Id,
    *,
    participant: ParticipantId,
    change: models.ParticipantChange,
    tenant: TenantQuery = None,
) -> None:
    """Mute or unmute a participant, raise or lower a hand, show a reaction, or admit from the lobby."""
    scope, known = await room_in_scope(services, user, room, tenant)
    by = acting_as(services, scope, known, participant)
    if change.muted is not None:
        services.meetings.apply(known, MuteRequested(by, participant, change.muted))
    if change.admitted:
        services.meetings.apply(known, AdmissionRequested(by, participant))
    if change.hand is not None:
        services.meetings.apply(known, HandRequested(by, participant, change.hand))
    if change.reaction is not None:
        if own_participant(services, scope, known) != participant:
            raise Forbidden("A reaction is your own.")
        services.meetings.apply(known, ReactionRequested(participant, change.reaction))


@router.delete(
    "/{room}/participants/{participant}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def remove_participant(
    services: ServicesDep, user: CurrentUserDep, room: Id, participant: ParticipantId, tenant: TenantQuery = None
) -> None:
    """Remove a participant. For hosts; all participants may remove themselves."""
    scope, known = await room_in_scope(services, user, room, tenant)
    services.meetings.apply(known, RemovalRequested(acting_as(services, scope, known, participant), participant))


@router.post(
    "/{room}/invitations",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def invite_to_room(
    services: ServicesDep, user: CurrentUserDep, room: Id, invitation: models.RoomInvitation, tenant: TenantQuery = None
) -> models.Invited:
    """Invite an extension: the room calls it, and the answering user is asked to join. For hosts."""
    scope, known = await room_in_scope(services, user, room, tenant)
    return models.Invited(call_id=services.meetings.invite(known, acting_as(services, scope, known), invitation.number))


@router.patch(
    "/{room}/meeting", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409)
)
async def change_meeting(
    services: ServicesDep, user: CurrentUserDep, room: Id, change: models.MeetingChange, tenant: TenantQuery = None
) -> None:
    """Lock or unlock the room, mute all participants, or have live captions, until the conference ends; admit all
    guests. For hosts."""
    scope, known = await room_in_scope(services, user, room, tenant)
    by = acting_as(services, scope, known)
    if change.locked is not None:
        services.meetings.apply(known, LockRequested(by, change.locked))
    if change.all_muted is not None:
        services.meetings.apply(known, MuteAllRequested(by, change.all_muted))
    if change.captions is not None:
        _control_captions(services, known, by, on=change.captions)
    if change.all_admitted:
        services.meetings.apply(known, AllAdmissionsRequested(by))


@router.post(
    "/{room}/meeting/recording",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def record_meeting(
    services: ServicesDep,
    user: CurrentUserDep,
    room: Id,
    start: models.RoomRecordingStart = _SOUND_ONLY,
    tenant: TenantQuery = None,
) -> None:
    """Record the conference. All participants hear the announcement first, which mentions a video, new ones before they
    join. For hosts."""
    scope, known = await room_in_scope(services, user, room, tenant)
    event = RecordingRequested(acting_as(services, scope, known), on=True, video=start.video)
    services.meetings.control_recording(known, event)


@router.patch(
    "/{room}/meeting/recording", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409)
)
async def pause_recording_meeting(
    services: ServicesDep,
    user: CurrentUserDep,
    room: Id,
    change: models.RoomRecordingChange,
    tenant: TenantQuery = None,
) -> None:
    """Pause or resume the recording. All participants are notified; the recording contains a mark. For hosts."""
    scope, known = await room_in_scope(services, user, room, tenant)
    event = PauseRequested(acting_as(services, scope, known), change.paused, change.for_card)
    services.meetings.control_recording(known, event)


@router.delete(
    "/{room}/meeting/recording", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409)
)
async def stop_recording_meeting(
    services: ServicesDep, user: CurrentUserDep, room: Id, tenant: TenantQuery = None
) -> None:
    """Stop the recording. For hosts."""
    scope, known = await room_in_scope(services, user, room, tenant)
    services.meetings.control_recording(known, RecordingRequested(acting_as(services, scope, known), on=False))


@router.delete("/{room}/meeting", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def end_meeting(services: ServicesDep, user: CurrentUserDep, room: Id, tenant: TenantQuery = None) -> None:
    """End the conference for all participants. For hosts."""
    scope, known = await room_in_scope(services, user, room, tenant)
    services.meetings.apply(known, EndRequested(acting_as(services, scope, known)))


async def room_in_scope(
    services: Services, user: CurrentUserDep, room: str, tenant: str | None
) -> tuple[AccessScope, conferencing.Room]:
    """Return the scope of a user and a room in it. Raise NotFound."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    return scope, services.rooms.find(scope.tenant_id, room)


def _control_captions(services: Services, room: conferencing.Room, by: str, *, on: bool) -> None:
    captions = services.meetings.captions
    if captions is None or services.meetings.status(room) is None:
        raise NotFound("This room is empty.")
    (captions.start if on else captions.stop)(room, by)


def _administers(scope: AccessScope) -> bool:
    return may(scope.user.principal, Action.CALLS_CONTROL, scope.tenant_id)


def own_participant(services: Services, scope: AccessScope, room: conferencing.Room) -> str | None:
    """Return the participant id of the user; None if not in the room."""

    def is_own(caller: conferencing.CallerIdentity) -> bool:
        extension = services.identity.directory.extension_by_id(caller.extension_id)
        return extension is not None and scope.user.is_person(extension.person_id)

    return services.meetings.find_own_member(room, is_own)


def acting_as(services: Services, scope: AccessScope, room: conferencing.Room, target: str = "") -> str:
    """Return the identity for a host command: the user's participant id if sufficient, else ADMINISTRATOR if permitted,
    as it is to hosts of the conference who are in another of its rooms.

    Raise Forbidden for a user who is neither in the room nor an administrator.
    """
    own = own_participant(services, scope, room)
    if own is not None and (own == target or services.meetings.has_host_rights(room, own)):
        return own
    if _administers(scope) or _created_by_user(services, scope, room) or _hosts_elsewhere(services, scope, room):
        return ADMINISTRATOR
    if own is None:
        raise Forbidden("Only participants of the room can do this.", hint=Phrase("Call {} to join.", room.number))
    return own


def _hosts_elsewhere(services: Services, scope: AccessScope, room: conferencing.Room) -> bool:
    """Return whether the user is a host of the same conference in a breakout room, or in its main room."""
    others = [one for one in services.breakouts.rooms_of(room) if one.id != room.id]
    own = [(one, own_participant(services, scope, one)) for one in others]
    return any(id_ is not None and services.meetings.has_host_rights(one, id_) for one, id_ in own)


def _created_by_user(services: Services, scope: AccessScope, room: conferencing.Room) -> bool:
    """Return whether the user created this room from a call: they are host before they have joined."""
    own = services.identity.directory.extension_ids_of(scope.user.principal.person_id)
    return room.ad_hoc and any(one in room.hosts for one in own)


def _host_ids(services: Services, scope: AccessScope, references: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for one in references:
        extension = services.identity.directory.find_extension(scope.tenant_id, one)
        if extension is None:
            raise Invalid("A host must be an extension of the same tenant.", field="hosts")
        found.append(extension.id)
    return tuple(found)


def room_schema(services: Services, room: conferencing.Room) -> models.Room:
    """Return a room as its API schema."""
    meeting = services.meetings.status(room)
    now, captions = None, services.meetings.captions
    if meeting is not None:
        many = len(meeting.participants)
        now = models.ConferenceState(
            since=meeting.since,
            participants=many,
            locked=meeting.locked,
            all_muted=meeting.all_muted,
            recorded=meeting.recorded,
            recording_paused=meeting.paused,
            video_recorded=meeting.video_recorded,
            captioned=meeting.captioned,
            captions_need=captions.requirement(room.tenant_id) if captions is not None else "Telephony does not run.",
        )
    return models.Room(
        id=room.id,
        tenant_id=room.tenant_id,
        number=room.number,
        name=room.name,
        ad_hoc=room.ad_hoc,
        created=room.created,
        hosts=services.identity.directory.extension_numbers(room.hosts),
        has_pin=room.has_pin,
        has_host_pin=room.has_host_pin,
        **asdict(room.settings),
        meeting=now,
    )
