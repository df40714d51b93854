"""Videos of a conference: participants publish them and subscribe to those of others. Its sound is a telephone call.

Each video is a WebRTC connection of its own in one direction. Live events of type `room` list the videos.
"""

from dataclasses import asdict

from fastapi import Depends, Request, status

from unificx import conferencing
from unificx.api.access import AttendeeDep, Id, ServicesDep, TenantQuery, purpose, source_of
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.rooms import acting_as, own_participant, room_in_scope
from unificx.api.schemas import core
from unificx.api.schemas import rooms as models
from unificx.api.services import Services
from unificx.core.errors import Forbidden, NotFound
from unificx.core.phrases import Phrase

router = Router(
    prefix="/api/v1/rooms/{room}/videos",
    tags=["rooms"],
    route_class=IdempotentRoute,
    dependencies=[purpose("telephony")],
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_room_videos(services: ServicesDep, user: AttendeeDep, room: Id) -> core.Page[models.Video]:
    """List the published videos of a conference. For its participants."""
    known, own = await _participant(services, user, room)
    return core.Page(items=videos_of(services, known, own), next=None)


def videos_of(services: Services, room: conferencing.Room, own: str | None) -> list[models.Video]:
    """Return the videos of a room as a participant sees them, who is `own`."""
    return [models.Video(**asdict(one), own=one.participant == own) for one in services.videos.list(room)]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429, 503),
)
async def publish_video(
    request: Request,
    services: ServicesDep,
    user: AttendeeDep,
    room: Id,
    *,
    new: models.NewVideo,
) -> models.VideoConnection:
    """Publish the camera or a screen. It replaces an earlier video of the same source. For participants."""
    known, own = await _participant(services, user, room)
    address = source_of(request).address
    made = await services.videos.publish(known, own, new.source, new.sdp.encode(), address, again=new.again)
    return _connection_schema(made)


@router.delete("/{video}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def stop_video(services: ServicesDep, user: AttendeeDep, room: Id, video: Id, tenant: TenantQuery = None) -> None:
    """Stop a video: one's own, or as a host that of another participant."""
    if isinstance(user, conferencing.Guest):
        known, by = await _participant(services, user, room)
        services.videos.stop(known, by, video)
        return
    scope, known = await room_in_scope(services, user, room, tenant)
    publisher = next((one.participant for one in services.videos.list(known) if one.id == video), "")
    by = acting_as(services, scope, known, publisher)
    services.videos.stop(known, by, video)


@router.post(
    "/{video}/subscriptions",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429, 503),
)
async def subscribe_to_video(
    services: ServicesDep,
    user: AttendeeDep,
    room: Id,
    video: Id,
    *,
    new: models.NewVideoSubscription,
) -> models.VideoConnection:
    """Request the offer of a video; its answer starts it. For participants."""
    known, own = await _participant(services, user, room)
    return _connection_schema(await services.videos.subscribe(known, own, video, new.quality))


@router.put(
    "/{video}/subscriptions/{subscription}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 503),
)
async def answer_video(
    request: Request,
    services: ServicesDep,
    user: AttendeeDep,
    room: Id,
    video: Id,
    *,
    subscription: Id,
    answer: models.VideoAnswer,
) -> None:
    """Answer the offer of a subscription."""
    known, own = await _participant(services, user, room)
    address = source_of(request).address
    await services.videos.answer(known, own, (video, subscription), answer.sdp.encode(), address)


@router.patch(
    "/{video}/subscriptions/{subscription}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def change_video_subscription(
    services: ServicesDep,
    user: AttendeeDep,
    room: Id,
    video: Id,
    *,
    subscription: Id,
    change: models.VideoSubscriptionChange,
) -> None:
    """Change the quality that a subscriber needs."""
    known, own = await _participant(services, user, room)
    services.videos.set_quality(known, own, (video, subscription), change.quality)


@router.delete(
    "/{video}/subscriptions/{subscription}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def unsubscribe_from_video(
    services: ServicesDep, user: AttendeeDep, room: Id, video: Id, *, subscription: Id
) -> None:
    """End a subscription."""
    known, own = await _participant(services, user, room)
    services.videos.unsubscribe(known, own, (video, subscription))


async def _participant(services: Services, user: AttendeeDep, room: str) -> tuple[conferencing.Room, str]:
    """Return a room and the user's participant id in it. Raise NotFound, Forbidden."""
    if isinstance(user, conferencing.Guest):
        known = guest_room(services, user)
        if room != known.id:
            raise NotFound("Room not found.")
        return known, guest_participant(services, user, known)
    scope, known = await room_in_scope(services, user, room, None)
    own = own_participant(services, scope, known)
    if own is None:
        raise Forbidden("Only participants of the room can do this.", hint=Phrase("Call {} to join.", known.number))
    return known, own


def guest_room(services: Services, guest: conferencing.Guest) -> conferencing.Room:
    """Return the room in which a guest is: that of the meeting, or a breakout room of it. Raise NotFound."""
    main = services.rooms.by_id(guest.room_id)
    if main is None:
        raise NotFound("Room not found.")
    rooms = services.breakouts.rooms_of(main)
    return next((one for one in rooms if find_guest(services, guest, one) is not None), main)


def find_guest(services: Services, guest: conferencing.Guest, room: conferencing.Room) -> str | None:
    """Return the participant id of a guest; None for a guest who has not called."""
    return services.meetings.find_own_member(room, lambda caller: caller.subject == guest.subject)


def guest_participant(services: Services, guest: conferencing.Guest, room: conferencing.Room) -> str:
    """Return the participant id of a guest. Raise Forbidden for a guest who has not called."""
    own = find_guest(services, guest, room)
    if own is None:
        raise Forbidden("Only participants of the room can do this.", hint="Call the room to join.")
    return own


def _connection_schema(made: conferencing.VideoConnection) -> models.VideoConnection:
    return models.VideoConnection(id=made.id, sdp=made.sdp.decode("utf-8", "replace"))
