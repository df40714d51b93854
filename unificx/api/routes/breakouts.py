"""Breakout rooms of a running conference: hosts open and end them and move participants, who may return by themselves.

Each operation is about the conference of a room: the main room, or one of its breakout rooms.
"""

from dataclasses import asdict
from typing import Annotated

from fastapi import Depends, Path, status

from unificx import conferencing
from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.rooms import ParticipantId, acting_as, own_participant, room_in_scope
from unificx.api.schemas import breakouts as models
from unificx.api.schemas import core
from unificx.api.schemas.rooms import Participant
from unificx.api.services import Services
from unificx.core.errors import Forbidden

router = Router(
    prefix="/api/v1/rooms/{room}/breakouts",
    tags=["rooms"],
    route_class=IdempotentRoute,
    dependencies=[purpose("telephony")],
)

TargetId = Annotated[str, Path(max_length=64, pattern=core.REFERENCE)]


@router.get("", responses=problem_responses(401, 403, 404))
async def show_breakouts(
    services: ServicesDep, user: CurrentUserDep, room: Id, tenant: TenantQuery = None
) -> models.Breakouts:
    """Show the main room and the breakout rooms of a conference, and who is in them. For its participants and
    administrators."""
    known, _, own = await _requester(services, user, room, tenant)
    return _to_schema(services, known, own)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def open_breakouts(
    services: ServicesDep, user: CurrentUserDep, room: Id, new: models.NewBreakouts, tenant: TenantQuery = None
) -> models.Breakouts:
    """Open breakout rooms, and move participants into them with sound and video. For hosts."""
    known, by, own = await _requester(services, user, room, tenant)
    wanted = [conferencing.NewBreakoutRoom(one.name, tuple(one.participants)) for one in new.rooms]
    services.breakouts.open(known, by, wanted, distribute=new.distribute)
    return _to_schema(services, known, own)


@router.patch("", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def change_breakouts(
    services: ServicesDep, user: CurrentUserDep, room: Id, change: models.BreakoutsChange, tenant: TenantQuery = None
) -> None:
    """Show a line of text to everyone, in all rooms. For hosts."""
    known, by, _ = await _requester(services, user, room, tenant)
    services.breakouts.write(known, by, change.text)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def end_breakouts(services: ServicesDep, user: CurrentUserDep, room: Id, tenant: TenantQuery = None) -> None:
    """End the breakout rooms: everyone returns to the main room after 30 seconds, at a second request at once. For
    hosts."""
    known, by, _ = await _requester(services, user, room, tenant)
    services.breakouts.end(known, by)


@router.put(
    "/{target}/participants/{participant}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def move_participant(
    services: ServicesDep,
    user: CurrentUserDep,
    room: Id,
    *,
    target: TargetId,
    participant: ParticipantId,
    tenant: TenantQuery = None,
) -> None:
    """Move a participant to another room of the conference, as a host; all may return to the main room themselves."""
    known, by, _ = await _requester(services, user, room, tenant)
    services.breakouts.move(known, by, participant, target)


async def _requester(
    services: Services, user: CurrentUserDep, room: str, tenant: str | None
) -> tuple[conferencing.Room, str, str | None]:
    """Return a room; the requester's id in the room of its conference in which they are, or ADMINISTRATOR; and that id,
    None for an administrator outside. Raise NotFound; Forbidden for all others, and in the lobby."""
    scope, known = await room_in_scope(services, user, room, tenant)
    rooms = services.breakouts.rooms_of(known)
    current = next((one for one in rooms if own_participant(services, scope, one) is not None), known)
    by = acting_as(services, scope, current)
    state = services.meetings.state_of(current.id)
    if by != conferencing.ADMINISTRATOR and (state is None or not state.has_admitted(by)):
        raise Forbidden("Only participants of the running conference can do this.")
    return known, by, own_participant(services, scope, current)


def _to_schema(services: Services, room: conferencing.Room, own: str | None) -> models.Breakouts:
    found = services.breakouts.status(room)
    rooms = [_room_schema(one, own) for one in found.rooms]
    main = _room_schema(found.main, own)
    waiting = len(found.main.lobby)
    return models.Breakouts(main=main, rooms=rooms, waiting=waiting, text=found.text, seconds_left=found.seconds_left)


def _room_schema(one: conferencing.BreakoutRoom, own: str | None) -> models.BreakoutRoom:
    inside = [each for each in one.present if each.state in {"entering", "in"}]
    participants = [Participant(**asdict(each), own=each.id == own) for each in inside]
    return models.BreakoutRoom(id=one.room.id, name=one.room.name, participants=participants)
