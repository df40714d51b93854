"""Speed dials: users have their own, administrators see and change those of all."""

from typing import Annotated

from fastapi import Path, status

from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access_or_own
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import speed_dials as models
from unificx.api.scoped_lookup import extension_in_scope
from unificx.identity import Action

router = Router(prefix="/api/v1/speed-dials/{extension}", tags=["presence"], dependencies=[purpose("telephony")])
ShortCode = Annotated[str, Path(pattern=r"^[0-9]{2}$", description="Two digits, dialled after `*75`.", examples=["01"])]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_speed_dials(
    services: ServicesDep, user: CurrentUserDep, extension: Id, tenant: TenantQuery = None
) -> core.Page[models.SpeedDial]:
    """List the speed dials of an extension, by id or number. For its user and administrators."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    known = await extension_in_scope(services, scope, extension)
    found = services.speed_dials.of_extension(known.id)
    return core.Page(items=[models.SpeedDial.model_validate(each) for each in found], next=None)


@router.put("/{short_code}", responses=problem_responses(401, 403, 404))
async def set_speed_dial(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    extension: Id,
    short_code: ShortCode,
    change: models.SpeedDialChange,
    tenant: TenantQuery = None,
) -> models.SpeedDial:
    """Set a speed dial, in place of the one with this code. For the user of the extension and administrators."""
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    known = await extension_in_scope(services, scope, extension)
    entry = await services.speed_dials.put(known, short_code, change.number, change.name)
    return models.SpeedDial.model_validate(entry)


@router.delete("/{short_code}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def delete_speed_dial(
    services: ServicesDep, user: CurrentUserDep, extension: Id, short_code: ShortCode, tenant: TenantQuery = None
) -> None:
    """Delete a speed dial. For the user of the extension and administrators."""
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    await services.speed_dials.remove(await extension_in_scope(services, scope, extension), short_code)
