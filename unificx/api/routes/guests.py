"""Guests of meetings: they open a link without an account, wait in the lobby, and take part in one room."""

from fastapi import Request, Response, status

from unificx import conferencing
from unificx.api.access import CurrentUserDep, GuestDep, ServicesDep, TenantQuery, purpose, require_access, source_of
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.meeting_links import MeetingId, find_meeting, require_host
from unificx.api.routes.room_videos import find_guest, guest_participant, guest_room, videos_of
from unificx.api.routes.sip_access import WEBSOCKET, ice_servers
from unificx.api.schemas import core
from unificx.api.schemas import guests as models
from unificx.api.schemas import sip_access as sip_models
from unificx.api.services import Services
from unificx.conferencing import ADMINISTRATOR, HandRequested, ReactionRequested, RemovalRequested
from unificx.core.errors import Forbidden, NotFound
from unificx.identity import Acceptance, Action, check_versions

router = Router(prefix="/api/v1", tags=["telephone"], dependencies=[purpose("telephony")])


@router.post(
    "/meetings/{meeting}/guest-links",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409),
)
async def create_guest_link(
    services: ServicesDep,
    user: CurrentUserDep,
    meeting: MeetingId,
    new: models.NewGuestLink,
    tenant: TenantQuery = None,
) -> models.CreatedGuestLink:
    """Create a link by which persons without an account take part, as a host or administrator. They wait in the lobby
    until a host admits them."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    room = find_meeting(services, scope, meeting)
    require_host(services, scope, room)
    link, secret = await services.guests.create_link(room, new.days)
    url = f"{services.public_address.url}/app/#guest={secret}"
    return models.CreatedGuestLink(id=link.id, created=link.created, expires=link.expires, url=url)


@router.get("/meetings/{meeting}/guest-links", responses=problem_responses(401, 403, 404))
async def list_guest_links(
    services: ServicesDep, user: CurrentUserDep, meeting: MeetingId, tenant: TenantQuery = None
) -> core.Page[models.GuestLink]:
    """List the valid guest links of a meeting, as a host or administrator. Their addresses are not stored."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    room = find_meeting(services, scope, meeting)
    require_host(services, scope, room)
    found = await services.guests.links(room)
    items = [models.GuestLink(id=one.id, created=one.created, expires=one.expires) for one in found]
    return core.Page(items=items, next=None)


@router.delete(
    "/meetings/{meeting}/guest-links",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def withdraw_guest_links(
    services: ServicesDep, user: CurrentUserDep, meeting: MeetingId, tenant: TenantQuery = None
) -> None:
    """Withdraw all guest links of a meeting. Guests in the lobby are refused; those in the meeting stay."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    room = find_meeting(services, scope, meeting)
    require_host(services, scope, room)
    await services.guests.withdraw_links(room)
    state = services.meetings.state_of(room.id)
    waiting = {one.id for one in state.lobby} if state is not None else set[str]()
    for guest in services.guests.guests_of(room):
        own = find_guest(services, guest, room)
        if own is None:
            services.guests.leave(guest)
        elif own in waiting:
            services.meetings.apply(room, RemovalRequested(ADMINISTRATOR, own))


@router.post("/guests", status_code=status.HTTP_201_CREATED, responses=problem_responses(403, 404, 429))
async def enter_meeting(services: ServicesDep, request: Request, entry: models.GuestEntry) -> models.GuestVisit:
    """Begin a visit by a guest link. The guest waits in the lobby once they call the room."""
    if not entry.of_age:
        raise Forbidden("You must be 18 or older.", hint="Your answer was not stored.")
    check_versions(Acceptance(entry.of_age, entry.terms_version, entry.policy_version))
    address = source_of(request).address
    guest, token = await services.guests.enter(entry.link.get_secret_value(), entry.name, address)
    return models.GuestVisit(token=token, room=guest.room_id, expires=guest.expires)


@router.get("/guests/me", responses=problem_responses(401))
async def show_guest_meeting(services: ServicesDep, guest: GuestDep) -> models.GuestMeeting:
    """Show the meeting to its guest; before admission only its name."""
    room = guest_room(services, guest)
    status_, own = services.meetings.status(room), find_guest(services, guest, room)
    present = status_.participants if status_ is not None else ()
    visit = next((one for one in present if one.id == own), None)
    state = visit.state if visit is not None else "outside"
    inside = [one for one in present if one.state == "in"] if state == "in" else []
    return models.GuestMeeting(
        room=room.id,
        name=room.name,
        breakouts=_breakouts(services, room),
        state=state,
        recorded=status_ is not None and status_.recorded,
        video_recorded=status_ is not None and status_.video_recorded,
        captioned=status_ is not None and status_.captioned,
        paused=status_ is not None and status_.paused,
        consent=visit.consent if visit is not None else None,
        locked=status_.locked if status_ is not None else room.settings.locked,
        participants=[_participant(one, own) for one in inside],
        videos=videos_of(services, room, own) if state == "in" else [],
    )


@router.post("/guests/me/sip-access", response_model_exclude_none=True, responses=problem_responses(401))
async def guest_sip_access(services: ServicesDep, guest: GuestDep) -> sip_models.SipAccess:
    """Get SIP credentials for calls to the room of the meeting, and to nothing else. They do not register."""
    room = _room(services, guest)
    domain = (await services.identity.tenants.get(guest.tenant_id)).domain
    credentials = services.live.telephony.guest_credentials(guest.id)
    return sip_models.SipAccess(
        extension_id="",
        number=room.number,
        name=guest.name,
        domain=domain,
        uri=f"sip:guest@{domain}",
        websocket=WEBSOCKET,
        bearer=credentials.bearer,
        expires=credentials.expires,
        instance_id=f"<urn:uuid:{guest.id}>",
        ice_servers=ice_servers(services),
    )


@router.patch("/guests/me", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def change_guest(services: ServicesDep, guest: GuestDep, change: models.GuestChange) -> None:
    """Raise or lower your hand as a guest, or show a reaction."""
    room = guest_room(services, guest)
    own = guest_participant(services, guest, room)
    if change.hand is not None:
        services.meetings.apply(room, HandRequested(own, own, change.hand))
    if change.reaction is not None:
        services.meetings.apply(room, ReactionRequested(own, change.reaction))
    if change.back:
        services.breakouts.move(room, own, own, guest.room_id)


@router.delete("/guests/me", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401))
async def leave_meeting(services: ServicesDep, guest: GuestDep) -> Response:
    """End the visit: its token is no longer valid. The call ends by itself."""
    services.guests.leave(guest)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _room(services: Services, guest: conferencing.Guest) -> conferencing.Room:
    room = services.rooms.by_id(guest.room_id)
    if room is None:
        raise NotFound("Room not found.")
    return room


def _breakouts(services: Services, room: conferencing.Room) -> models.GuestBreakouts | None:
    if not services.breakouts.are_open(room):
        return None
    found = services.breakouts.status(room)
    return models.GuestBreakouts(inside=room.parent != "", text=found.text, seconds_left=found.seconds_left)


def _participant(one: conferencing.ParticipantStatus, own: str | None) -> models.GuestParticipant:
    return models.GuestParticipant(
        id=one.id,
        name=one.name,
        host=one.host,
        muted=one.muted,
        hand=one.hand,
        reaction=one.reaction,
        speaking=one.speaking,
        captions_consent=one.captions_consent if one.id == own else None,
        own=one.id == own,
    )
