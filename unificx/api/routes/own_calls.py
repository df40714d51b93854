"""The user's own calls: list, click to dial, transfer, parked calls, conversion to a conference."""

from fastapi import Depends, status

from unificx.api.access import (
    CurrentUser,
    CurrentUserDep,
    Id,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_own,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.rooms import room_schema
from unificx.api.schemas import calls as models
from unificx.api.schemas import core, rooms
from unificx.api.services import Services
from unificx.core.errors import Conflict, Invalid
from unificx.identity import Action

router = Router(prefix="/api/v1", tags=["calls"], route_class=IdempotentRoute, dependencies=[purpose("telephony")])


@router.get("/me/calls", responses=problem_responses(401, 403))
async def list_own_calls(services: ServicesDep, user: CurrentUserDep) -> core.Page[core.LiveCall]:
    """List your live calls."""
    found = services.live.calls.for_extensions(_own_extensions(services, user))
    return core.Page(items=[_current(services, core.LiveCall.model_validate(one)) for one in found], next=None)


def _current(services: Services, call: core.LiveCall) -> core.LiveCall:
    """Return a call with the room in which it is now, which may be a breakout room of the room it has called."""
    if call.room is None:
        return call
    return call.model_copy(update={"room": services.breakouts.room_of_call(call.room, call.id)})


@router.get("/parked", responses=problem_responses(401, 403, 404))
async def list_parked(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.Parked]:
    """List the parked calls of a tenant. Any of its users may retrieve them."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    found = services.live.calls.parked(scope.tenant_id)
    return core.Page(items=[models.Parked.model_validate(one) for one in found], next=None)


@router.post(
    "/calls",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409, 429, 507),
    dependencies=[Depends(declare_idempotency_key)],
)
async def begin_call(services: ServicesDep, user: CurrentUserDep, new: models.NewCall) -> models.CallStarted:
    """Click to dial: ring a device of yours, or of another extension, then call the number. With an API key, at most 60
    calls per minute."""
    await services.identity.api_keys.count_call(user.principal)
    own = await _acting_extensions(services, user, new.extension)
    if not own:
        raise Conflict("You have no extension, so there is no device to ring.")
    extension_id, device_id = own[0], ""
    if new.device is not None:
        device = services.identity.directory.device(new.device)
        if device is None or device.extension_id not in own:
            raise Invalid(
                "This is not one of your devices.", hint="They are listed at /api/v1/devices.", field="device"
            )
        extension_id, device_id = device.extension_id, device.device_id
    in_name_of = _in_name_of(services, extension_id, new.calling_for)
    return models.CallStarted(id=services.live.calls.dial(extension_id, device_id, new.to, in_name_of))


@router.post(
    "/calls/{call_id}/answer",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409),
    dependencies=[Depends(declare_idempotency_key)],
)
async def answer_call(services: ServicesDep, user: CurrentUserDep, call_id: Id, action: models.CallAction) -> None:
    """Answer a call that rings on your desk phone. The phone has to support the event `talk`."""
    services.live.calls.answer(call_id, await _acting_extensions(services, user, action.extension))


@router.post(
    "/calls/{call_id}/hang-up",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
    dependencies=[Depends(declare_idempotency_key)],
)
async def hang_up(services: ServicesDep, user: CurrentUserDep, call_id: Id, action: models.CallAction) -> None:
    """End your call, or the call of another extension."""
    services.live.calls.hang_up_own(call_id, await _acting_extensions(services, user, action.extension))


@router.post(
    "/calls/{call_id}/transfer",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409),
    dependencies=[Depends(declare_idempotency_key)],
)
async def transfer_call(services: ServicesDep, user: CurrentUserDep, call_id: Id, transfer: models.Transfer) -> None:
    """Transfer the other participant of your call, or of another extension's. The target is a number or feature code,
    the participant of a second call, which may still be ringing, or a conference, which the participant joins. A call
    that rings at your phones is forwarded to the number `to`; it rings on if that is refused."""
    if sum(each is not None for each in (transfer.to, transfer.consultation, transfer.room)) != 1:
        raise Invalid("Pass one of `to`, `consultation` and `room`.", field="to")
    own = await _acting_extensions(services, user, transfer.extension)
    if transfer.to is not None:
        services.live.calls.transfer(call_id, own, transfer.to)
    elif transfer.consultation is not None:
        services.live.calls.attended_transfer(call_id, own, transfer.consultation)
    elif transfer.room is not None:
        services.live.calls.add_to_room(call_id, own, transfer.room)


@router.post(
    "/calls/{call_id}/room",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409),
    dependencies=[Depends(declare_idempotency_key)],
)
async def meet_in_call(services: ServicesDep, user: CurrentUserDep, call_id: Id) -> rooms.Room:
    """Convert a call of yours to a conference. Both participants move to a new room with you as host; invite others at
    `/api/v1/rooms/{room}/invitations`. The room is deleted when the last participant leaves."""
    return room_schema(services, services.live.calls.move_to_room(call_id, _own_extensions(services, user)))


async def _acting_extensions(services: Services, user: CurrentUser, reference: str | None) -> list[str]:
    """Return the user's own extensions, or the named one, if it is theirs or they may control the calls of others."""
    if reference is None:
        return _own_extensions(services, user)
    directory = services.identity.directory
    named = directory.extension(user.principal.tenant_id, reference) or directory.extension_by_id(reference)
    if named is not None and named.id in directory.extension_ids_of(user.principal.person_id):
        return [named.id]
    scope = await require_access(services, user, None, Action.CALLS_CONTROL)
    if named is None or named.tenant_id != scope.tenant_id:
        raise Invalid("There is no such extension.", hint="See /api/v1/extensions.", field="extension")
    return [named.id]


def _in_name_of(services: Services, extension_id: str, reference: str) -> str:
    """Return the group or queue in whose name an extension calls. Raises Invalid if it does not belong to it."""
    kind, _, number = reference.partition(":")
    extension = services.identity.directory.extension_by_id(extension_id)
    if not reference or extension is None:
        return ""
    if kind == "queue":
        queue = services.queues.service.by_number(extension.tenant_id, number)
        belongs = queue is not None and queue.agent(extension_id) is not None
    else:
        group = services.groups.by_number(extension.tenant_id, number)
        belongs = group is not None and any(extension_id in step for step in group.steps)
    if not belongs:
        raise Invalid("The extension does not belong to this group or queue.", field="calling_for")
    return reference


def _own_extensions(services: Services, user: CurrentUser) -> list[str]:
    require_own(user.principal)
    return list(services.identity.directory.extension_ids_of(user.principal.person_id))
