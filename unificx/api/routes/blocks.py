"""Block and allow lists: administrators change those of the tenant, users those of their own extensions."""

from typing import Annotated

from fastapi import Depends, Query, status

from unificx import routing
from unificx.api.access import (
    AccessScope,
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access_or_own,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import outbound as models
from unificx.api.services import Services
from unificx.api.support_consent import names_people
from unificx.core.errors import Forbidden, Invalid, NotFound
from unificx.identity import Action, Extension

router = Router(
    prefix="/api/v1/blocks",
    tags=["numbers"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration"), names_people],
)

ExtensionQuery = Annotated[
    str | None, Query(max_length=64, pattern=core.REFERENCE, description="Extension; omitted: the list of the tenant.")
]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_blocks(
    services: ServicesDep,
    user: CurrentUserDep,
    *,
    tenant: TenantQuery = None,
    extension: ExtensionQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.Block]:
    """List the entries of the tenant's lists, or those of an extension."""
    scope = await require_access_or_own(services, user, tenant, Action.TENANT_CHANGE)
    owner = _owner(services, scope, extension)
    page = services.outbound.blocks.list(scope.tenant_id, owner.id if owner is not None else "", cursor, limit)
    return core.Page(items=[_schema(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_block(
    services: ServicesDep, user: CurrentUserDep, new: models.NewBlock, tenant: TenantQuery = None
) -> models.Block:
    """Block or allow a number, or all numbers that begin alike."""
    scope = await require_access_or_own(services, user, tenant, Action.TENANT_CHANGE)
    owner = _owner(services, scope, new.extension)
    block = await services.outbound.blocks.create(
        scope.tenant_id,
        new.number,
        extension_id=owner.id if owner is not None else "",
        direction=new.direction,
        allows=new.list == "allow",
        note=new.note,
    )
    return _schema(services, block)


@router.get("/{block}", responses=problem_responses(401, 403, 404))
async def show_block(
    services: ServicesDep, user: CurrentUserDep, block: Id, tenant: TenantQuery = None
) -> models.Block:
    """Show an entry."""
    scope = await require_access_or_own(services, user, tenant, Action.TENANT_CHANGE)
    return _schema(services, _find(services, scope, block))


@router.delete("/{block}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def delete_block(services: ServicesDep, user: CurrentUserDep, block: Id, tenant: TenantQuery = None) -> None:
    """Remove an entry."""
    scope = await require_access_or_own(services, user, tenant, Action.TENANT_CHANGE)
    await services.outbound.blocks.delete(_find(services, scope, block))


def _find(services: Services, scope: AccessScope, reference: str) -> routing.Block:
    block = services.outbound.blocks.find(scope.tenant_id, reference)
    extension = services.identity.directory.extension_by_id(block.extension_id)
    if not scope.owns(extension.person_id if extension is not None else None):
        raise NotFound("Entry not found.")
    return block


def _owner(services: Services, scope: AccessScope, reference: str | None) -> Extension | None:
    """Return the extension whose list is meant, None for the tenant. Raises Forbidden for a list of others."""
    extension = None
    if reference is not None:
        extension = services.identity.directory.find_extension(scope.tenant_id, reference)
        if extension is None:
            raise Invalid("There is no such extension.", field="extension")
    if not scope.owns(extension.person_id if extension is not None else None):
        raise Forbidden("You can change the lists of your own extensions only.", field="extension")
    return extension


def _schema(services: Services, block: routing.Block) -> models.Block:
    extension = services.identity.directory.extension_by_id(block.extension_id)
    return models.Block(
        id=block.id,
        tenant_id=block.tenant_id,
        number=block.pattern,
        extension=extension.number if extension is not None else None,
        direction=block.direction,
        list="allow" if block.allows else "block",
        note=block.note,
        created=block.created,
    )
