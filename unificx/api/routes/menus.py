"""Menus (IVR): all users may list and call them, administrators manage them."""

from dataclasses import asdict

from fastapi import Depends, status

from unificx import ivr
from unificx.api.access import CurrentUserDep, Cursor, Id, Limit, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import menus as models
from unificx.identity import Action

router = Router(
    prefix="/api/v1/menus", tags=["menus"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_menus(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Menu]:
    """List the menus of a tenant."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    page = services.menus.list(scope.tenant_id, cursor, limit)
    return core.Page(items=[_menu_schema(one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429, 507),
)
async def create_menu(
    services: ServicesDep, user: CurrentUserDep, new: models.NewMenu, tenant: TenantQuery = None
) -> models.Menu:
    """Create a menu. A prompt as text fails with `no-speech-engine` if no voice is installed."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    own = {"number", "name", "say", "sound", "keys", "otherwise"}
    wanted = ivr.NewMenu(
        number=new.number,
        otherwise=new.otherwise,
        name=new.name or "",
        say=new.say,
        sound=new.sound,
        keys=new.keys,
        settings=ivr.MenuSettings(**new.model_dump(exclude=own)),
    )
    return _menu_schema(await services.menus.create(scope.tenant_id, wanted))


@router.get("/{menu}", responses=problem_responses(401, 403, 404))
async def show_menu(services: ServicesDep, user: CurrentUserDep, menu: Id, tenant: TenantQuery = None) -> models.Menu:
    """Show a menu, by id or number."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    return _menu_schema(services.menus.find_menu(scope.tenant_id, menu))


@router.patch("/{menu}", responses=problem_responses(401, 403, 404, 409, 412, 429, 507))
async def update_menu(
    services: ServicesDep,
    user: CurrentUserDep,
    menu: Id,
    change: models.MenuChange,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Menu:
    """Change a menu. Calls in it continue with the new settings."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    known = services.menus.find_menu(scope.tenant_id, menu)
    wanted, condition = ivr.MenuChange(**change.model_dump()), unchanged(if_match, _menu_schema)
    return _menu_schema(await services.menus.update(known, wanted, condition))


@router.delete("/{menu}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409, 412))
async def delete_menu(
    services: ServicesDep, user: CurrentUserDep, menu: Id, tenant: TenantQuery = None, if_match: IfMatch = None
) -> None:
    """Delete a menu that no destination leads to."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    known = services.menus.find_menu(scope.tenant_id, menu)
    await services.menus.delete(known, unchanged(if_match, _menu_schema))


def _menu_schema(menu: ivr.Menu) -> models.Menu:
    return models.Menu(
        id=menu.id,
        tenant_id=menu.tenant_id,
        number=menu.number,
        name=menu.name,
        created=menu.created,
        say=menu.say,
        sound=menu.sound.removeprefix("own/"),
        keys={key: str(ref) for key, ref in menu.keys.items()},
        otherwise=str(menu.otherwise),
        **asdict(menu.settings),
    )
