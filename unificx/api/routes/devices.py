"""Devices: phones and programs that register. Users manage the devices of their own extensions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, status

from unificx import identity
from unificx.api.access import AskerDep, Cursor, Id, Limit, ServicesDep, TenantQuery, reach_or_own
from unificx.api.idempotent_route import RepeatableRoute, declare_key
from unificx.api.problems import refusals
from unificx.api.schemas import core as models
from unificx.api.scoped_lookup import device_within, extension_within
from unificx.api.services import Services
from unificx.core.errors import Forbidden
from unificx.identity import Action, CreatedDevice

router = APIRouter(prefix="/api/v1/devices", tags=["devices"], route_class=RepeatableRoute)


@router.get("", responses=refusals(401, 403, 404))
async def list_devices(
    *,
    services: ServicesDep,
    asker: AskerDep,
    extension: Annotated[
        str | None,
        Query(max_length=64, pattern=models.REFERENCE, description="Only devices of this extension: id or number."),
    ] = None,
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> models.Page[models.Device]:
    """List devices. Users other than administrators name one of their extensions."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_READ)
    if extension is None and within.only_own:
        raise Forbidden("Name one of your extensions.", hint="They are listed at /api/v1/me.", field="extension")
    known = await extension_within(services, within, extension) if extension is not None else None
    page = await services.people.list_devices(within.tenant_id, known.id if known else None, cursor, limit)
    return models.Page(items=[_shown(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_key)],
    responses=refusals(401, 403, 404, 409),
)
async def create_device(
    services: ServicesDep, asker: AskerDep, new: models.NewDevice, tenant: TenantQuery = None
) -> models.DeviceCreated:
    """Create a device. Its SIP credentials are returned only once."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_CHANGE)
    extension = await extension_within(services, within, new.extension)
    wanted = identity.NewDevice(extension_id=extension.id, name=new.name, kind=new.kind)
    return _created(await services.people.create_device(within.tenant_id, wanted, asker.principal.person_id))


@router.get("/{device_id}", responses=refusals(401, 403, 404))
async def show_device(
    services: ServicesDep, asker: AskerDep, device_id: Id, tenant: TenantQuery = None
) -> models.Device:
    """Show a device."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_READ)
    return _shown(services, await device_within(services, within, device_id))


@router.patch("/{device_id}", responses=refusals(401, 403, 404, 409))
async def update_device(
    services: ServicesDep, asker: AskerDep, device_id: Id, change: models.DeviceChange, tenant: TenantQuery = None
) -> models.Device:
    """Rename a device, or disable and enable it."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_CHANGE)
    device = await device_within(services, within, device_id)
    wanted = identity.DeviceChange(name=change.name, enabled=change.enabled)
    return _shown(services, await services.people.update_device(within.tenant_id, device.id, wanted))


@router.post("/{device_id}/login", dependencies=[Depends(declare_key)], responses=refusals(401, 403, 404, 409))
async def renew_device_login(
    services: ServicesDep, asker: AskerDep, device_id: Id, tenant: TenantQuery = None
) -> models.DeviceCreated:
    """Renew a device's SIP password. The old one becomes invalid at once."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_CHANGE)
    device = await device_within(services, within, device_id)
    return _created(await services.people.renew_device_password(within.tenant_id, device.id, asker.principal.person_id))


@router.delete("/{device_id}", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404, 409))
async def delete_device(services: ServicesDep, asker: AskerDep, device_id: Id, tenant: TenantQuery = None) -> None:
    """Delete a device. It cannot register any more."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_CHANGE)
    device = await device_within(services, within, device_id)
    await services.people.delete_device(within.tenant_id, device.id)


def _shown(services: Services, device: identity.Device) -> models.Device:
    shown = models.Device.model_validate(device)
    shown.registered = services.telephony.registered(device.extension_id, device.id)
    shown.can_be_woken = services.telephony.can_be_woken(device.extension_id, device.id)
    return shown


def _created(made: CreatedDevice) -> models.DeviceCreated:
    return models.DeviceCreated(
        **models.Device.model_validate(made.device).model_dump(), sip=models.SipLogin.model_validate(made.login)
    )
