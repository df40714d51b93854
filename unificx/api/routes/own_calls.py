"""The user's own calls: list, click to dial, transfer, parked calls, conversion to a conference."""

from fastapi import APIRouter, Depends, status

from unificx.api.access import Asker, AskerDep, Id, ServicesDep, TenantQuery, reach
from unificx.api.idempotent_route import RepeatableRoute, declare_key
from unificx.api.problems import refusals
from unificx.api.routes.rooms import shown
from unificx.api.schemas import calls as models
from unificx.api.schemas import core, rooms
from unificx.api.services import Services
from unificx.core.errors import Conflict, Invalid
from unificx.identity import Action

router = APIRouter(prefix="/api/v1", tags=["calls"], route_class=RepeatableRoute)


@router.get("/me/calls", responses=refusals(401, 403))
async def list_own_calls(services: ServicesDep, asker: AskerDep) -> core.Page[core.LiveCall]:
    """List your live calls."""
    found = services.live.of(_own(services, asker))
    return core.Page(items=[core.LiveCall.model_validate(one) for one in found], next=None)


@router.get("/parked", responses=refusals(401, 403, 404))
async def list_parked(services: ServicesDep, asker: AskerDep, tenant: TenantQuery = None) -> core.Page[models.Parked]:
    """List the parked calls of a tenant. Any of its users may retrieve them."""
    within = await reach(services, asker, tenant, Action.DIRECTORY)
    found = services.live.parked(within.tenant_id)
    return core.Page(items=[models.Parked.model_validate(one) for one in found], next=None)


@router.post(
    "/calls",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(401, 403, 404, 409, 507),
    dependencies=[Depends(declare_key)],
)
async def begin_call(services: ServicesDep, asker: AskerDep, new: models.NewCall) -> models.BegunCall:
    """Click to dial: ring a device of yours, then call the number."""
    own = _own(services, asker)
    if not own:
        raise Conflict("You have no extension, so there is no device to ring.")
    extension_id, device_id = own[0], ""
    if new.device is not None:
        device = services.people.directory.device(new.device)
        if device is None or device.extension_id not in own:
            raise Invalid(
                "This is not one of your devices.", hint="They are listed at /api/v1/devices.", field="device"
            )
        extension_id, device_id = device.extension_id, device.device_id
    return models.BegunCall(id=services.live.dial(extension_id, device_id, new.to))


@router.post(
    "/calls/{call_id}/transfer",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(401, 403, 404, 409),
    dependencies=[Depends(declare_key)],
)
async def transfer_call(services: ServicesDep, asker: AskerDep, call_id: Id, transfer: models.Transfer) -> None:
    """Transfer the other participant of your call. The target is a number or feature code, or the participant of a
    second call of yours, which may still be ringing."""
    if (transfer.to is None) == (transfer.consultation is None):
        raise Invalid("Pass either `to` or `consultation`.", field="to")
    own = _own(services, asker)
    if transfer.to is not None:
        services.live.transfer(call_id, own, transfer.to)
    elif transfer.consultation is not None:
        services.live.join(call_id, own, transfer.consultation)


@router.post(
    "/calls/{call_id}/room",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(401, 403, 404, 409),
    dependencies=[Depends(declare_key)],
)
async def meet_in_call(services: ServicesDep, asker: AskerDep, call_id: Id) -> rooms.Room:
    """Convert a call of yours to a conference. Both participants move to a new room with you as host; invite others at
    `/api/v1/rooms/{room}/invitations`. The room is deleted when the last participant leaves."""
    return shown(services, services.live.meet(call_id, _own(services, asker)))


def _own(services: Services, asker: Asker) -> list[str]:
    return list(services.people.directory.extension_ids_of(asker.principal.person_id))
