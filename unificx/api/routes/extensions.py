"""Extensions of a tenant."""

from fastapi import APIRouter, Depends, status

from unificx import identity
from unificx.api.access import AskerDep, Cursor, Id, Limit, ServicesDep, TenantQuery, reach, reach_or_own
from unificx.api.idempotent_route import RepeatableRoute, declare_key
from unificx.api.problems import refusals
from unificx.api.schemas import core as models
from unificx.api.scoped_lookup import extension_within
from unificx.api.services import Services
from unificx.identity import Action

router = APIRouter(prefix="/api/v1/extensions", tags=["extensions"], route_class=RepeatableRoute)


@router.get("", responses=refusals(401, 403, 404))
async def list_extensions(
    services: ServicesDep, asker: AskerDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> models.Page[models.ExtensionNow]:
    """List a tenant's extensions. Users other than administrators see only their own."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_READ)
    if within.only_own:
        own = await services.people.extensions_of(asker.principal)
        return models.Page(items=[_now(services, one) for one in own], next=None)
    page = await services.people.list_extensions(within.tenant_id, cursor, limit)
    return models.Page(items=[_now(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_key)],
    responses=refusals(401, 403, 404, 409),
)
async def create_extension(
    services: ServicesDep, asker: AskerDep, new: models.NewExtension, tenant: TenantQuery = None
) -> models.ExtensionCreated:
    """Create an extension with a first device. Its SIP credentials are returned only once."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    wanted = identity.NewExtension(**new.model_dump())
    made = await services.people.create_extension(within.tenant_id, wanted)
    return models.ExtensionCreated(
        **_now(services, made.extension).model_dump(),
        device=models.Device.model_validate(made.device),
        sip=models.SipLogin.model_validate(made.login),
    )


@router.get("/{extension}", responses=refusals(401, 403, 404))
async def show_extension(
    services: ServicesDep, asker: AskerDep, extension: Id, tenant: TenantQuery = None
) -> models.ExtensionNow:
    """Show an extension, by id or number."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_READ)
    return _now(services, await extension_within(services, within, extension))


@router.patch("/{extension}", responses=refusals(401, 403, 404, 409))
async def update_extension(
    services: ServicesDep, asker: AskerDep, extension: Id, change: models.ExtensionChange, tenant: TenantQuery = None
) -> models.ExtensionNow:
    """Change an extension."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    known = await extension_within(services, within, extension)
    wanted = identity.ExtensionChange(**change.model_dump())
    return _now(services, await services.people.update_extension(within.tenant_id, known.id, wanted))


@router.delete("/{extension}", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404, 409))
async def delete_extension(services: ServicesDep, asker: AskerDep, extension: Id, tenant: TenantQuery = None) -> None:
    """Delete an extension and its devices."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    known = await extension_within(services, within, extension)
    await services.people.delete_extension(within.tenant_id, known.id)


def _now(services: Services, extension: identity.Extension) -> models.ExtensionNow:
    devices = [one.device_id for one in services.people.directory.devices_of(extension.id) if one.enabled]
    telephony = services.telephony
    return models.ExtensionNow(
        **models.Extension.model_validate(extension).model_dump(),
        devices=len(devices),
        reachable=sum(
            telephony.registered(extension.id, one) or telephony.can_be_woken(extension.id, one) for one in devices
        ),
    )
