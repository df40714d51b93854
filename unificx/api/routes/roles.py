"""Custom roles: sets of permissions that an organisation gives to some of its people, and to groups of its identity
provider. Closed to API keys, which could otherwise pass on rights that outlive them."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Query, status

from unificx import identity
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
from unificx.api.schemas import roles as models
from unificx.api.support_consent import names_people
from unificx.identity import ASSIGNABLE, NEEDS, Action, CustomRole, ProvisionedGroup, may, may_hold

router = Router(prefix="/api/v1", tags=["roles"], route_class=IdempotentRoute, dependencies=[purpose("administration")])
Replacement = Annotated[
    str | None,
    Query(max_length=64, pattern=core.REFERENCE, description="Role that those who have the deleted one get instead."),
]
_MEMBER = "/roles/{role_id}/persons/{person_id}"


@router.get("/roles", responses=problem_responses(401, 403, 404))
async def list_roles(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.CustomRole]:
    """List the custom roles of a tenant, by name."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    found = await services.identity.roles.list(scope.tenant_id)
    return core.Page(items=[_schema(scope, each) for each in found], next=None)


@router.get("/roles/permissions", responses=problem_responses(401, 403, 404))
async def list_permissions(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.Permission]:
    """List the permissions that a custom role may hold, by area."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    items = [
        models.Permission(
            name=action, area=area, needs=NEEDS.get(action), own=may(user.principal, action, scope.tenant_id)
        )
        for area, actions in ASSIGNABLE.items()
        for action in actions
    ]
    return core.Page(items=items, next=None)


@router.post(
    "/roles",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_role(
    services: ServicesDep, user: CurrentUserDep, new: models.NewCustomRole, tenant: TenantQuery = None
) -> models.CustomRole:
    """Make a custom role. It can hold at most what you may do yourself."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    wanted = identity.NewCustomRole(new.name, frozenset(new.permissions))
    return _schema(scope, await services.identity.roles.create(user.principal, scope.tenant_id, wanted))


@router.get("/roles/{role_id}", responses=problem_responses(401, 403, 404))
async def show_role(
    services: ServicesDep, user: CurrentUserDep, role_id: Id, tenant: TenantQuery = None
) -> models.CustomRole:
    """Show a custom role."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    return _schema(scope, await services.identity.roles.get(scope.tenant_id, role_id))


@router.patch("/roles/{role_id}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_role(
    services: ServicesDep,
    user: CurrentUserDep,
    role_id: Id,
    change: models.CustomRoleChange,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.CustomRole:
    """Change a custom role. All who have it have its new permissions from their next request on."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    permissions = None if change.permissions is None else frozenset(change.permissions)
    wanted, schema = identity.CustomRoleChange(change.name, permissions), partial(_schema, scope)
    roles, condition = services.identity.roles, unchanged(if_match, schema)
    return schema(await roles.update(user.principal, scope.tenant_id, role_id, wanted, condition))


@router.delete(
    "/roles/{role_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409, 412)
)
async def delete_role(
    services: ServicesDep,
    user: CurrentUserDep,
    role_id: Id,
    *,
    replacement: Replacement = None,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> None:
    """Delete a custom role. One that people have is only deleted with a replacement for them."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    condition = unchanged(if_match, partial(_schema, scope))
    await services.identity.roles.remove(user.principal, scope.tenant_id, role_id, replacement, condition)


@router.get("/roles/{role_id}/persons", dependencies=[names_people], responses=problem_responses(401, 403, 404))
async def list_role_members(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    role_id: Id,
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.RoleMember]:
    """List the people who have a custom role."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    page = await services.identity.roles.members(scope.tenant_id, role_id, cursor, limit)
    return core.Page(items=[models.RoleMember.model_validate(each) for each in page.items], next=page.next)


@router.put(_MEMBER, status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def give_role(
    services: ServicesDep, user: CurrentUserDep, role_id: Id, person_id: Id, tenant: TenantQuery = None
) -> None:
    """Give a person a custom role. It has effect on their next request."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    await services.identity.roles.give(user.principal, scope.tenant_id, role_id, person_id)


@router.delete(_MEMBER, status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def withdraw_role(
    services: ServicesDep, user: CurrentUserDep, role_id: Id, person_id: Id, tenant: TenantQuery = None
) -> None:
    """Withdraw a custom role from a person. Their next request is answered without it."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    await services.identity.roles.withdraw(user.principal, scope.tenant_id, role_id, person_id)


@router.get("/persons/{person_id}/roles", responses=problem_responses(401, 403, 404))
async def list_person_roles(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None
) -> core.Page[models.PersonRole]:
    """List the custom roles of a person, those by groups of the identity provider as well."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    found = await services.identity.roles.roles_of(scope.tenant_id, person_id)
    items = [models.PersonRole(**_schema(scope, role).model_dump(), given=given) for role, given in found]
    return core.Page(items=items, next=None)


@router.get("/provisioned-groups", responses=problem_responses(401, 403, 404))
async def list_provisioned_groups(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.ProvisionedGroup]:
    """List the groups that the identity provider of a tenant has created by SCIM, by name."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    found = await services.identity.provisioned_groups.list(scope.tenant_id)
    return core.Page(items=[_group_schema(each) for each in found], next=None)


@router.put("/provisioned-groups/{group_id}/role", responses=problem_responses(401, 403, 404, 409))
async def link_provisioned_group(
    services: ServicesDep, user: CurrentUserDep, group_id: Id, link: models.GroupLink, tenant: TenantQuery = None
) -> models.ProvisionedGroup:
    """Give the members of a group of the identity provider a custom role, or none. It has effect on their next request,
    and ends with their membership."""
    scope = await require_access(services, user, tenant, Action.ROLES_CHANGE)
    linked = await services.identity.provisioned_groups.link(
        user.principal, scope.tenant_id, group_id, link.role_id or ""
    )
    return _group_schema(linked)


def _schema(scope: AccessScope, role: CustomRole) -> models.CustomRole:
    return models.CustomRole(
        id=role.id,
        name=role.name,
        permissions=sorted(role.permissions),
        created=role.created,
        members=role.members,
        groups=[each.id for each in role.groups],
        editable=may_hold(scope.user.principal, role.permissions),
    )


def _group_schema(group: ProvisionedGroup) -> models.ProvisionedGroup:
    return models.ProvisionedGroup(
        id=group.id,
        name=group.name,
        external_id=group.external_id,
        members=group.size,
        role_id=group.role_id or None,
        created=group.created,
    )
