"""Settings and phone books that desk phones fetch, and their management."""

from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, Path, Request, status
from starlette.responses import Response

from unificx import provisioning
from unificx.api.access import (
    CurrentUserDep,
    Id,
    ServicesDep,
    TenantQuery,
    is_local_request,
    purpose,
    require_access_or_own,
    source_of,
)
from unificx.api.extension_state import preferred_server
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.sign_in import base_url
from unificx.api.schemas import phone_settings as models
from unificx.api.scoped_lookup import device_in_scope
from unificx.api.services import Services
from unificx.core.errors import Conflict, NotFound
from unificx.identity import Action
from unificx.provisioning import BOOKS_PATH, FILES_PATH

router = Router(
    prefix="/api/v1", tags=["devices"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)

Code = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9._-]+$")]
FileName = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9._-]+$")]
_SETTINGS = "/devices/{device_id}/settings"


@router.get(_SETTINGS, responses=problem_responses(401, 403, 404))
async def show_phone_settings(
    services: ServicesDep, user: CurrentUserDep, device_id: Id, tenant: TenantQuery = None
) -> models.PhoneSettings:
    """Show the settings that a device fetches."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    device = await device_in_scope(services, scope, device_id)
    return models.PhoneSettings.model_validate(await services.phone_settings.get(scope.tenant_id, device.id))


@router.put(_SETTINGS, responses=problem_responses(401, 403, 404))
async def change_phone_settings(
    services: ServicesDep,
    user: CurrentUserDep,
    device_id: Id,
    change: models.PhoneSettingsChange,
    tenant: TenantQuery = None,
) -> models.PhoneSettings:
    """Have a device fetch its settings, or change them: maker, MAC address and keys.

    The phone takes changes over when it fetches its settings next: `POST /devices/{device_id}/check-sync`.
    """
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    device = await device_in_scope(services, scope, device_id)
    keys = change.keys
    wanted = provisioning.PhoneSettingsChange(
        maker=change.maker,
        mac=change.mac,
        keys=tuple(provisioning.PhoneKey(one.kind, one.number, one.label) for one in keys)
        if keys is not None
        else None,
    )
    return models.PhoneSettings.model_validate(await services.phone_settings.put(scope.tenant_id, device.id, wanted))


@router.delete(_SETTINGS, status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def delete_phone_settings(
    services: ServicesDep, user: CurrentUserDep, device_id: Id, tenant: TenantQuery = None
) -> None:
    """Delete the settings of a device. Its addresses become invalid; the phone keeps its login."""
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    device = await device_in_scope(services, scope, device_id)
    await services.phone_settings.delete(scope.tenant_id, device.id)


@router.post(
    _SETTINGS + "/link",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_phone_settings_link(
    request: Request, services: ServicesDep, user: CurrentUserDep, device_id: Id, tenant: TenantQuery = None
) -> models.PhoneSettingsLink:
    """Create the address at which the phone fetches its settings; an earlier one becomes invalid.

    Within an hour, the phone gets a new password with its settings, once. Later it gets changes at the same address,
    without the password.
    """
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    device = await device_in_scope(services, scope, device_id)
    base = base_url(services, request)
    if not base.startswith("https:") and not is_local_request(request):
        raise Conflict(
            "The settings contain a password and are served over HTTPS only.", hint="Open the portal by https."
        )
    made = await services.phone_settings.open(scope.tenant_id, device.id)
    url = f"{base}/api/v1{FILES_PATH}/{made.code}/"
    return models.PhoneSettingsLink(url=url, file_url=url + made.file_name, expires=made.expires)


@router.post(
    "/devices/{device_id}/check-sync",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def check_sync(
    services: ServicesDep, user: CurrentUserDep, device_id: Id, how: models.CheckSync, tenant: TenantQuery = None
) -> None:
    """Tell a registered phone to fetch its settings again, or to restart."""
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    device = await device_in_scope(services, scope, device_id)
    if not services.live.phones.check_sync(device.extension_id, device.id, reboot=how.reboot):
        raise Conflict("The phone is not registered.", hint="Switch it on, or restart it by hand.")


@router.get(FILES_PATH + "/{code}/{file_name}", include_in_schema=False, dependencies=[purpose("telephony")])
async def fetch_phone_settings(request: Request, services: ServicesDep, code: Code, file_name: FileName) -> Response:
    """Return the settings file of the phone with this code."""
    _require_encryption(request)
    found = await services.phone_settings.fetch(
        code, file_name, source_of(request).address, _reached(services, request)
    )
    return _file(found)


@router.get(BOOKS_PATH + "/{code}/{file_name}", include_in_schema=False, dependencies=[purpose("telephony")])
async def fetch_phone_book(request: Request, services: ServicesDep, code: Code, file_name: FileName) -> Response:
    """Return the phone book of the tenant for the phone with this code."""
    del file_name
    _require_encryption(request)
    contacts = services.contacts.company_entries
    return _file(await services.phone_settings.phone_book(code, source_of(request).address, contacts))


def _require_encryption(request: Request) -> None:
    """Raise NotFound for plain HTTP, except on this machine and from a private network that the operator has opened."""
    address = source_of(request).address
    try:
        is_private = ip_address(address).is_private
    except ValueError:
        is_private = False
    if request.url.scheme != "https" and not (is_private or is_local_request(request)):
        raise NotFound("There are no settings for this phone.")


def _reached(services: Services, request: Request) -> provisioning.Reached:
    server = preferred_server(services)
    return provisioning.Reached(
        f"{base_url(services, request)}/api/v1",
        provisioning.PhoneServer(server.host, server.port, server.transport, srtp=server.transport == "tls")
        if server is not None
        else None,
    )


def _file(found: provisioning.PhoneFile) -> Response:
    return Response(found.body, media_type=found.media_type, headers={"Cache-Control": "no-store"})
