"""Presence: all users see that of their colleagues and change their own, administrators that of all."""

from unificx import presence
from unificx.api.access import (
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_access_or_own,
    require_own,
)
from unificx.api.objections import is_listed
from unificx.api.presence_state import ExtensionsInCalls, forwarding_changes, presence_schema, settings_schema
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import presence as models
from unificx.api.scoped_lookup import extension_in_scope
from unificx.core.errors import NotFound
from unificx.db import PageById
from unificx.identity import Action

router = Router(prefix="/api/v1/presence", tags=["presence"], dependencies=[purpose("telephony")])


@router.get("", responses=problem_responses(401, 403, 404))
async def list_presence(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Presence]:
    """List the presence of all extensions of a tenant, without other people who have objected to the directory."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    found = services.identity.directory.extensions(scope.tenant_id)
    extensions = [each for each in found if is_listed(services, scope, each)]
    page = PageById.parse(cursor, limit).of_list(extensions, lambda extension: extension.id)
    calls = ExtensionsInCalls.of_tenant(services, scope.tenant_id)
    return core.Page(items=[presence_schema(services, one, calls) for one in page.items], next=page.next)


@router.patch("", responses=problem_responses(401, 403, 404))
async def change_own_presence(
    services: ServicesDep, user: CurrentUserDep, change: models.PresenceChange
) -> core.Page[models.Presence]:
    """Change one's own presence, on all of one's extensions."""
    require_own(user.principal)
    own = await services.identity.extensions.of_principal(user.principal)
    if not own:
        raise NotFound("You have no extension.", hint="Ask your administrator for one.")
    wanted = presence.PresenceChange(**change.model_dump())
    for extension in own:
        await services.presence.update(extension, wanted)
    calls = ExtensionsInCalls.of_tenant(services, user.principal.tenant_id)
    return core.Page(items=[presence_schema(services, one, calls) for one in own], next=None)


@router.get("/{extension}", responses=problem_responses(401, 403, 404))
async def show_presence(
    services: ServicesDep, user: CurrentUserDep, extension: Id, tenant: TenantQuery = None
) -> models.PresenceSettings:
    """Show presence and forwarding of an extension, by id or number. For its user and administrators."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    return settings_schema(services, await extension_in_scope(services, scope, extension))


@router.patch("/{extension}", responses=problem_responses(401, 403, 404))
async def change_presence(
    services: ServicesDep,
    user: CurrentUserDep,
    extension: Id,
    change: models.PresenceSettingsChange,
    tenant: TenantQuery = None,
) -> models.PresenceSettings:
    """Change presence and forwarding of an extension. For its user and administrators."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_CHANGE)
    known = await extension_in_scope(services, scope, extension)
    forwarding = forwarding_changes(services, known, change.forwarding)
    wanted = presence.PresenceChange(**change.model_dump(exclude={"forwarding"}))
    await services.presence.update(known, wanted, forwarding)
    return settings_schema(services, known)
