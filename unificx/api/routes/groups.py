"""Ring groups: all users may list them, administrators manage them."""

from functools import partial

from fastapi import Depends, status

from unificx.api.access import (
    AccessScope,
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import groups as models
from unificx.api.scoped_lookup import extension_in_scope
from unificx.api.services import Services
from unificx.identity import Action, may
from unificx.routing import DestinationRef, GroupChange, NewGroup, RingGroup

router = Router(
    prefix="/api/v1/groups", tags=["groups"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_groups(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Group]:
    """List the ring groups of a tenant."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    page = services.groups.list(scope.tenant_id, cursor, limit)
    outside = may(user.principal, Action.ROUTING_CHANGE, scope.tenant_id)
    return core.Page(items=[_group_schema(services, one, outside=outside) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_group(
    services: ServicesDep, user: CurrentUserDep, new: models.NewGroup, tenant: TenantQuery = None
) -> models.Group:
    """Create a ring group with a number of its own."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    wanted = NewGroup(
        number=new.number,
        steps=await _steps(services, scope, new.members),
        name=new.name or "",
        strategy=new.strategy,
        ring_seconds=new.ring_seconds,
        name_prefix=new.name_prefix,
        otherwise=DestinationRef.parse(new.otherwise, "otherwise"),
    )
    return _group_schema(services, await services.groups.create(scope.tenant_id, wanted), outside=True)


@router.get("/{group}", responses=problem_responses(401, 403, 404))
async def show_group(
    services: ServicesDep, user: CurrentUserDep, group: Id, tenant: TenantQuery = None
) -> models.Group:
    """Show a ring group, by id or number."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    outside = may(user.principal, Action.ROUTING_CHANGE, scope.tenant_id)
    return _group_schema(services, services.groups.find(scope.tenant_id, group), outside=outside)


@router.patch("/{group}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_group(
    services: ServicesDep,
    user: CurrentUserDep,
    group: Id,
    change: models.GroupUpdate,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Group:
    """Change a ring group. Calls that ring already are not affected."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    known = services.groups.find(scope.tenant_id, group)
    wanted = GroupChange(
        name=change.name,
        steps=await _steps(services, scope, change.members) if change.members is not None else None,
        strategy=change.strategy,
        ring_seconds=change.ring_seconds,
        name_prefix=change.name_prefix,
        otherwise=DestinationRef.parse(change.otherwise, "otherwise") if change.otherwise is not None else None,
    )
    schema = partial(_group_schema, services, outside=True)
    return schema(await services.groups.update(known, wanted, unchanged(if_match, schema)))


@router.delete("/{group}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409, 412))
async def delete_group(
    services: ServicesDep, user: CurrentUserDep, group: Id, tenant: TenantQuery = None, if_match: IfMatch = None
) -> None:
    """Delete a ring group. Refused while another destination leads to it."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    condition = unchanged(if_match, partial(_group_schema, services, outside=True))
    await services.groups.delete(services.groups.find(scope.tenant_id, group), condition)


async def _steps(services: Services, scope: AccessScope, members: list[str]) -> tuple[tuple[str, ...], ...]:
    """Return the members by step: extensions by their ids, numbers outside as written. Raise NotFound."""
    return tuple([tuple([await _member(services, scope, one) for one in _members_of(step)]) for step in members])


def _members_of(step: str) -> list[str]:
    """Return the members of a step, which "+" joins: an empty piece means that the next one is a number outside, such
    as in `1001++491700000001`."""
    pieces = step.split("+")
    return [piece if at == 0 or pieces[at - 1] else f"+{piece}" for at, piece in enumerate(pieces) if piece]


async def _member(services: Services, scope: AccessScope, text: str) -> str:
    return text if text.startswith("+") else (await extension_in_scope(services, scope, text)).id


def _group_schema(services: Services, group: RingGroup, *, outside: bool) -> models.Group:
    """`outside`: with the numbers outside, such as mobiles of persons, which only those see who manage groups."""
    steps = [[each for one in step for each in _shown(services, one, outside=outside)] for step in group.steps]
    return models.Group(
        id=group.id,
        tenant_id=group.tenant_id,
        number=group.number,
        name=group.name,
        created=group.created,
        members=["+".join(step) for step in steps if step],
        strategy=group.strategy,
        ring_seconds=group.ring_seconds,
        name_prefix=group.name_prefix,
        otherwise=str(group.otherwise),
    )


def _shown(services: Services, member: str, *, outside: bool) -> list[str]:
    if member.startswith("+"):
        return [member] if outside else []
    return services.identity.directory.extension_numbers((member,))
