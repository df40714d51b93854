"""Extensions of a tenant."""

from fastapi import Depends, status

from unificx import identity
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
)
from unificx.api.extension_state import extension_schema
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.presence_state import forwarding_change, state_change
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core as models
from unificx.api.scoped_lookup import extension_in_scope, unused
from unificx.identity import Action

router = Router(
    prefix="/api/v1/extensions",
    tags=["extensions"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration")],
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_extensions(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> models.Page[models.ExtensionNow]:
    """List a tenant's extensions. Users other than administrators see only their own."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    if scope.only_own:
        own = await services.identity.extensions.of_principal(user.principal)
        return models.Page(items=[extension_schema(services, one) for one in own], next=None)
    page = await services.identity.extensions.page(scope.tenant_id, cursor, limit)
    return models.Page(items=[extension_schema(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_extension(
    services: ServicesDep, user: CurrentUserDep, new: models.NewExtension, tenant: TenantQuery = None
) -> models.ExtensionCreated:
    """Create an extension with a first device. Its SIP credentials are returned only once."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    wanted = identity.NewExtension(**new.model_dump())
    made = await services.identity.extensions.create(scope.tenant_id, wanted)
    return models.ExtensionCreated(
        **extension_schema(services, made.extension).model_dump(),
        device=models.Device.model_validate(made.device),
        sip=models.SipLogin.model_validate(made.login),
    )


@router.get("/{extension}", responses=problem_responses(401, 403, 404))
async def show_extension(
    services: ServicesDep, user: CurrentUserDep, extension: Id, tenant: TenantQuery = None
) -> models.ExtensionNow:
    """Show an extension, by id or number."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    return extension_schema(services, await extension_in_scope(services, scope, extension))


@router.patch("/{extension}", responses=problem_responses(401, 403, 404, 409))
async def update_extension(
    services: ServicesDep,
    user: CurrentUserDep,
    extension: Id,
    change: models.ExtensionChange,
    tenant: TenantQuery = None,
) -> models.ExtensionNow:
    """Change an extension. `forward_*` are the rules of the state `available`; see `/presence` for the others."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    known = await extension_in_scope(services, scope, extension)
    state, forwarding = state_change(services, known, change), forwarding_change(change)
    services.presence.validate(known, state, forwarding)
    wanted = identity.ExtensionChange(change.name, change.ring_seconds, change.max_call_seconds, change.department)
    changed = await services.identity.extensions.update(scope.tenant_id, known.id, wanted)
    await services.presence.update(changed, state, forwarding)
    return extension_schema(services, changed)


@router.delete("/{extension}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def delete_extension(
    services: ServicesDep, user: CurrentUserDep, extension: Id, tenant: TenantQuery = None
) -> None:
    """Delete an extension and its devices. Refused while a destination leads to it. It is removed from ring groups."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    known = await extension_in_scope(services, scope, extension)
    await services.identity.extensions.delete(
        scope.tenant_id, known.id, unused(services, scope.tenant_id, lambda: [known])
    )
