"""One's own calls: which are going on, to begin one by a click, to give one away."""

from fastapi import APIRouter, Depends, status

from unificx.kernel.errors import Conflict, Invalid
from unificx.people import Action
from unificx.web.access import Asker, AskerDep, Id, ServicesDep, TenantQuery, reach
from unificx.web.models import calls as models
from unificx.web.models import core, rooms
from unificx.web.problems import refusals
from unificx.web.repeatable import RepeatableRoute, declare_key
from unificx.web.routes.rooms import shown
from unificx.web.services import Services

router = APIRouter(prefix="/api/v1", tags=["calls"], route_class=RepeatableRoute)


@router.get("/me/calls", responses=refusals(401, 403))
async def list_own_calls(services: ServicesDep, asker: AskerDep) -> core.Page[core.LiveCall]:
    """List the calls one is in."""
    found = services.live.of(_own(services, asker))
    return core.Page(items=[core.LiveCall.model_validate(one) for one in found], next=None)


@router.get("/parked", responses=refusals(401, 403, 404))
async def list_parked(services: ServicesDep, asker: AskerDep, tenant: TenantQuery = None) -> core.Page[models.Parked]:
    """List who is parked in an organisation: everybody there may fetch them."""
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
    """Ring a device of one's own, and then whoever is meant: click to dial."""
    own = _own(services, asker)
    if not own:
        raise Conflict("You have no extension, so there is no device to ring.")
    extension_id, device_id = own[0], ""
    if new.device is not None:
        device = services.people.directory.device(new.device)
        if device is None or device.extension_id not in own:
            raise Invalid("This is no device of yours.", hint="They are listed at /api/v1/devices.", field="device")
        extension_id, device_id = device.extension_id, device.device_id
    return models.BegunCall(id=services.live.dial(extension_id, device_id, new.to))


@router.post(
    "/calls/{call_id}/transfer",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(401, 403, 404, 409),
    dependencies=[Depends(declare_key)],
)
async def transfer_call(services: ServicesDep, asker: AskerDep, call_id: Id, transfer: models.Transfer) -> None:
    """Give the other one in a call of one's own away: to a number or a code, or to whom one talks with in a second
    call, in which it may still ring."""
    if (transfer.to is None) == (transfer.consultation is None):
        raise Invalid("Say either to whom, or which other call of yours.", field="to")
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
    """Move both in a call of one's own into a conference room made for them, which one leads; others can be invited at
    `/api/v1/rooms/{room}/invitations`. It is gone once nobody is in it any more."""
    return shown(services, services.live.meet(call_id, _own(services, asker)))


def _own(services: Services, asker: Asker) -> list[str]:
    return list(services.people.directory.extension_ids_of(asker.principal.person_id))
