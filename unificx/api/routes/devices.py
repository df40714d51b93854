"""Devices: phones and programs that register. Users manage the devices of their own extensions."""

from typing import Annotated

from fastapi import Depends, Query, status

from unificx import identity
from unificx.api.access import (
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access_or_own,
)
from unificx.api.extension_state import device_schema, phone_connection
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core as models
from unificx.api.scoped_lookup import device_in_scope, extension_in_scope
from unificx.core.errors import Forbidden, NotFound
from unificx.identity import Action, CreatedDevice

router = Router(
    prefix="/api/v1/devices", tags=["devices"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_devices(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    extension: Annotated[
        str | None,
        Query(max_length=64, pattern=models.REFERENCE, description="Only devices of this extension: id or number."),
    ] = None,
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> models.Page[models.Device]:
    """List devices. Users other than administrators name one of their extensions."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    if extension is None and scope.only_own:
        raise Forbidden("Name one of your extensions.", hint="They are listed at /api/v1/me.", field="extension")
    known = await extension_in_scope(services, scope, extension) if extension is not None else None
    page = await services.identity.devices.page(scope.tenant_id, known.id if known else None, cursor, limit)
    return models.Page(items=[device_schema(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_device(
    services: ServicesDep, user: CurrentUserDep, new: models.NewDevice, tenant: TenantQuery = None
) -> models.DeviceCreated:
    """Create a device. Its SIP credentials are returned only once."""
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    extension = await extension_in_scope(services, scope, new.extension)
    wanted = identity.NewDevice(extension_id=extension.id, name=new.name, kind=new.kind)
    return _created_schema(await services.identity.devices.create(scope.tenant_id, wanted, user.principal.person_id))


@router.get("/connection", responses=problem_responses(401, 403, 404))
async def show_phone_connection(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.PhoneConnection:
    """Show the server settings for SIP phones."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    return phone_connection(services, (await services.identity.tenants.get(scope.tenant_id)).domain)


@router.get("/{device_id}", responses=problem_responses(401, 403, 404))
async def show_device(
    services: ServicesDep, user: CurrentUserDep, device_id: Id, tenant: TenantQuery = None
) -> models.Device:
    """Show a device."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    return device_schema(services, await device_in_scope(services, scope, device_id))


@router.patch("/{device_id}", responses=problem_responses(401, 403, 404, 409))
async def update_device(
    services: ServicesDep, user: CurrentUserDep, device_id: Id, change: models.DeviceChange, tenant: TenantQuery = None
) -> models.Device:
    """Rename a device, disable and enable it, or share it between users, for which administrators are entitled."""
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    device = await device_in_scope(services, scope, device_id)
    wanted = identity.DeviceChange(name=change.name, enabled=change.enabled, shared=change.shared)
    return device_schema(services, await services.identity.devices.update(scope.tenant_id, device.id, wanted))


@router.post(
    "/{device_id}/login",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def renew_device_login(
    services: ServicesDep, user: CurrentUserDep, device_id: Id, tenant: TenantQuery = None
) -> models.DeviceCreated:
    """Renew a device's SIP password. The old one becomes invalid at once."""
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    device = await device_in_scope(services, scope, device_id)
    return _created_schema(
        await services.identity.devices.renew_password(scope.tenant_id, device.id, user.principal.person_id)
    )


@router.post(
    "/{device_id}/sign-out",
    responses=problem_responses(401, 403, 404, 409),
    dependencies=[Depends(declare_idempotency_key)],
)
async def sign_out_of_phone(
    services: ServicesDep, user: CurrentUserDep, device_id: Id, tenant: TenantQuery = None
) -> models.Device:
    """Sign the user of a shared phone out. For that user and administrators."""
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    device = await services.identity.devices.get(scope.tenant_id, device_id)
    used_by = services.identity.directory.extension_by_id(device.used_by or "")
    if scope.only_own and (used_by is None or not scope.owns(used_by.person_id)):
        raise NotFound("There is no such device.")
    await services.identity.devices.sign_out(scope.tenant_id, device.id)
    return device_schema(services, await services.identity.devices.get(scope.tenant_id, device.id))


@router.delete("/{device_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def delete_device(services: ServicesDep, user: CurrentUserDep, device_id: Id, tenant: TenantQuery = None) -> None:
    """Delete a device. It cannot register any more."""
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    device = await device_in_scope(services, scope, device_id)
    await services.identity.devices.delete(scope.tenant_id, device.id)


def _created_schema(made: CreatedDevice) -> models.DeviceCreated:
    return models.DeviceCreated(
        **models.Device.model_validate(made.device).model_dump(), sip=models.SipLogin.model_validate(made.login)
    )
