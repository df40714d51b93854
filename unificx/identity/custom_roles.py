"""Custom roles of tenants: sets of permissions that users have beside those of every user.

All changes check the rights of their maker in the transaction that writes them: a role holds, and passes on, at most
what its maker may do, so that a role cannot be a way to more rights. The permissions are read with each request, so a
change has effect on the next one.
"""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Page, PageById
from unificx.identity.events import PermissionsChanged
from unificx.identity.policies import validation
from unificx.identity.policies.permissions import OFFERED, Action, may_grant, may_hold
from unificx.identity.repository import custom_roles, provisioned_groups
from unificx.identity.role_models import name_key
from unificx.identity.role_schemas import CustomRole, CustomRoleChange, NewCustomRole
from unificx.identity.schemas import Person, Principal, Role
from unificx.identity.store import IdentityStore, Transaction

MAX_ROLES = 50
"""Per tenant."""
MAX_ROLE_NAME = 60

log = structlog.get_logger()


class CustomRoles:
    """The custom roles of all tenants."""

    def __init__(self, store: IdentityStore) -> None:
        self._store = store
        self._clock = store.clock

    async def list(self, tenant_id: str) -> list[CustomRole]:
        """Return the roles of a tenant by name, at most `MAX_ROLES`."""
        async with self._store.read() as session:
            return await custom_roles.roles(session, tenant_id)

    async def get(self, tenant_id: str, role_id: str) -> CustomRole:
        """Return a role. Raise NotFound."""
        async with self._store.read() as session:
            return _found(await custom_roles.role(session, tenant_id, role_id))

    async def members(self, tenant_id: str, role_id: str, cursor: str | None, limit: int) -> Page[Person]:
        """Return the accounts that have a role, oldest first. Raise NotFound, Invalid for an invalid cursor."""
        request = PageById.parse(cursor, limit)
        async with self._store.read() as session:
            _found(await custom_roles.role(session, tenant_id, role_id))
            found = await custom_roles.members(session, self._store.keys, tenant_id, role_id, request)
        return request.of_rows(found, lambda person: person.id)

    async def roles_of(self, tenant_id: str, person_id: str) -> Sequence[tuple[CustomRole, bool]]:
        """Return the roles of a person by name, each with whether they were given it: else they have it as a member of
        a group of the identity provider. Raise NotFound."""
        async with self._store.read() as session:
            await self._store.person(session, tenant_id, person_id)
            own = await custom_roles.roles_of(session, tenant_id, person_id)
            all_of_person = own | await provisioned_groups.roles_of(session, tenant_id, person_id)
            known = await custom_roles.roles(session, tenant_id)
            return [(each, each.id in own) for each in known if each.id in all_of_person]

    async def create(self, maker: Principal, tenant_id: str, new: NewCustomRole) -> CustomRole:
        """Make a role. Raise Forbidden for permissions beyond those of the maker, Conflict for a name in use and for
        too many roles, Invalid."""
        role = CustomRole(
            self._clock.new_id(), tenant_id, _name(new.name), _permissions(new.permissions), self._clock.now()
        )
        _require_held(maker, role.permissions)
        async with self._store.transaction() as tx:
            known = await custom_roles.roles(tx.session, tenant_id)
            if len(known) >= MAX_ROLES:
                raise Conflict(Phrase("There are at most {} roles.", MAX_ROLES), hint="Delete one that is not used.")
            _require_free(role.name, known)
            await custom_roles.add(tx.session, role)
        log.info("role_created", tenant=tenant_id, role=role.id, permissions=sorted(role.permissions))
        return role

    async def update(
        self,
        maker: Principal,
        tenant_id: str,
        role_id: str,
        change: CustomRoleChange,
        condition: Precondition[CustomRole] = unconditional,
    ) -> CustomRole:
        """Change a role. The next request of all who have it is answered by its new permissions. Raise NotFound,
        Forbidden if the role holds more than the maker, before or after; Conflict for a name in use, Invalid; what
        `condition` raises."""
        async with self._store.transaction() as tx:
            before = await self._changeable(tx, maker, tenant_id, role_id)
            condition(before)
            after = before
            if change.name is not None:
                after = replace(after, name=_name(change.name))
                known = await custom_roles.roles(tx.session, tenant_id)
                _require_free(after.name, [each for each in known if each.id != role_id])
            if change.permissions is not None:
                after = replace(after, permissions=_permissions(change.permissions))
                _require_held(maker, after.permissions)
            await custom_roles.save(tx.session, after)
            if after.permissions != before.permissions:
                tx.publish(PermissionsChanged(self._clock.new_id(), tenant_id, ""))
        log.info("role_changed", tenant=tenant_id, role=role_id, permissions=sorted(after.permissions))
        return after

    async def remove(
        self,
        maker: Principal,
        tenant_id: str,
        role_id: str,
        replacement: str | None,
        condition: Precondition[CustomRole] = unconditional,
    ) -> None:
        """Delete a role. Those who have it get the `replacement`. Raise NotFound, Conflict for a role in use without a
        replacement, Forbidden as `update`; what `condition` raises."""
        async with self._store.transaction() as tx:
            role = await self._changeable(tx, maker, tenant_id, role_id)
            condition(role)
            in_use = role.members or role.groups
            if in_use and replacement is None:
                raise Conflict(
                    _in_use(role),
                    hint="Name a replacement, or withdraw the role from them first.",
                    field="replacement",
                )
            if replacement is not None:
                if replacement == role_id:
                    raise Invalid("The replacement is another role.", field="replacement")
                await self._changeable(tx, maker, tenant_id, replacement)
                await custom_roles.move(tx.session, tenant_id, role_id, replacement)
            await custom_roles.remove(tx.session, tenant_id, role_id)
            if in_use:
                tx.publish(PermissionsChanged(self._clock.new_id(), tenant_id, ""))
        log.info("role_deleted", tenant=tenant_id, role=role_id)

    async def give(self, maker: Principal, tenant_id: str, role_id: str, person_id: str) -> None:
        """Give a person a role; nothing if they have it. Raise NotFound; Forbidden if the role or the rights of the
        person exceed those of the maker."""
        async with self._store.transaction() as tx:
            await self._of_person(tx, maker, tenant_id, role_id, person_id)
            if await custom_roles.give(tx.session, tenant_id, person_id, role_id):
                tx.publish(PermissionsChanged(self._clock.new_id(), tenant_id, person_id))
        log.info("role_given", tenant=tenant_id, role=role_id, person=person_id)

    async def withdraw(self, maker: Principal, tenant_id: str, role_id: str, person_id: str) -> None:
        """Withdraw a role from a person. Raise as `give`, and NotFound if they do not have it."""
        async with self._store.transaction() as tx:
            await self._of_person(tx, maker, tenant_id, role_id, person_id)
            if not await custom_roles.withdraw(tx.session, tenant_id, person_id, role_id):
                raise NotFound(
                    "This person was not given this role.",
                    hint="Roles of a group of the identity provider end with the membership.",
                )
            tx.publish(PermissionsChanged(self._clock.new_id(), tenant_id, person_id))
        log.info("role_withdrawn", tenant=tenant_id, role=role_id, person=person_id)

    async def _changeable(self, tx: Transaction, maker: Principal, tenant_id: str, role_id: str) -> CustomRole:
        role = _found(await custom_roles.role(tx.session, tenant_id, role_id))
        _require_held(maker, role.permissions)
        return role

    async def _of_person(self, tx: Transaction, maker: Principal, tenant_id: str, role_id: str, person_id: str) -> None:
        await self._changeable(tx, maker, tenant_id, role_id)
        person = await self._store.person(tx.session, tenant_id, person_id)
        if not may_grant(maker, person.role, person.granted):
            raise Forbidden("This person has more rights than you.", hint="Ask an administrator.", field="person_id")
        if person.role is Role.OPERATOR:
            raise Invalid("Operators may do everything already.", field="person_id")


def _found(role: CustomRole | None) -> CustomRole:
    if role is None:
        raise NotFound("There is no such role.")
    return role


def _in_use(role: CustomRole) -> str:
    if role.groups:
        return Phrase("The group {} of the identity provider is linked to this role.", role.groups[0].name)
    return "One person has this role." if role.members == 1 else Phrase("{} people have this role.", role.members)


def _name(text: str) -> str:
    name = validation.name(text)
    if len(name) > MAX_ROLE_NAME:
        raise Invalid(Phrase("The name of a role has at most {} characters.", MAX_ROLE_NAME), field="name")
    return name


def _permissions(permissions: frozenset[Action]) -> frozenset[Action]:
    if refused := sorted(permissions - OFFERED):
        raise Invalid(
            Phrase("A role cannot hold {}.", refused[0]), hint="See /api/v1/roles/permissions.", field="permissions"
        )
    if not permissions:
        raise Invalid("Choose at least one permission.", field="permissions")
    return permissions


def _require_held(maker: Principal, permissions: frozenset[Action]) -> None:
    if not may_hold(maker, permissions):
        raise Forbidden(
            "A role can hold at most what you may do yourself.", hint="Ask an administrator.", field="permissions"
        )


def _require_free(name: str, others: Sequence[CustomRole]) -> None:
    if name_key(name) in {name_key(each.name) for each in others}:
        raise Conflict("Another role has this name.", field="name")
