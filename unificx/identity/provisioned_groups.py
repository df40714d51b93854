"""Groups that an identity provider creates, and whose members it names (SCIM, RFC 7643 section 4.2).

A group by itself changes nothing: an administrator links it to a custom role, and from then on the provider decides who
has this role. It cannot make, change or end a link itself, except by deleting the group.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import structlog
from sqlalchemy import ColumnElement

from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.identity.events import PermissionsChanged
from unificx.identity.policies import validation
from unificx.identity.policies.permissions import may_hold
from unificx.identity.repository import custom_roles, provisioned_groups
from unificx.identity.role_models import ProvisionedGroupRow, name_key
from unificx.identity.role_schemas import ProvisionedGroup
from unificx.identity.schemas import Principal
from unificx.identity.store import IdentityStore, Transaction

MAX_GROUPS = 1_000
"""Per tenant."""
MAX_MEMBERS = 5_000
"""Per group."""
MAX_EXTERNAL_ID = 250
_SINGLE_EVENTS = 20
"""Members whose connections are closed one by one. A change of more closes those of the whole tenant."""
GroupKey = Literal["id", "name", "external_id", "member"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class GroupValues:
    """Statements of a provider about a group. `members`: ids of persons."""

    name: str
    external_id: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Some groups of a tenant, oldest first, and the number of all."""

    total: int
    items: tuple[ProvisionedGroup, ...]


class ProvisionedGroups:
    """The groups of the identity providers of all tenants."""

    def __init__(self, store: IdentityStore) -> None:
        self._store = store
        self._clock = store.clock

    async def list(self, tenant_id: str) -> list[ProvisionedGroup]:
        """Return the groups of a tenant by name, at most `MAX_GROUPS`, without their members."""
        async with self._store.read() as session:
            return await provisioned_groups.groups(session, tenant_id)

    async def page(
        self, tenant_id: str, offset: int, limit: int, having: Sequence[tuple[GroupKey, str]] = ()
    ) -> GroupPage:
        """Return some groups of a tenant, oldest first, that have all of these values."""
        conditions = [_condition(tenant_id, key, value) for key, value in having]
        async with self._store.read() as session:
            total, found = await provisioned_groups.page(session, tenant_id, conditions, offset, limit)
        return GroupPage(total, tuple(found))

    async def get(self, tenant_id: str, group_id: str) -> ProvisionedGroup:
        """Return a group. Raise NotFound."""
        async with self._store.read() as session:
            return _found(await provisioned_groups.group(session, tenant_id, group_id))

    async def create(self, tenant_id: str, values: GroupValues) -> ProvisionedGroup:
        """Create a group. Raise Conflict for a name in use and for too many groups; Invalid, also for a member without
        an account in the tenant."""
        values = _checked(values)
        new = ProvisionedGroup(self._clock.new_id(), tenant_id, values.name, values.external_id, "", self._clock.now())
        async with self._store.transaction() as tx:
            total, _ = await provisioned_groups.page(tx.session, tenant_id, (), 0, 0)
            if total >= MAX_GROUPS:
                raise Conflict(Phrase("There are at most {} groups.", MAX_GROUPS), hint="Provision fewer of them.")
            await self._require_free(tx, new)
            await provisioned_groups.add(tx.session, new)
            return await self._set_members(tx, new, values.members)

    async def change(
        self, tenant_id: str, group_id: str, edit: Callable[[ProvisionedGroup], GroupValues]
    ) -> ProvisionedGroup:
        """Change a group to what `edit` makes of it, in one transaction. Raise NotFound, and as `create`."""
        async with self._store.transaction() as tx:
            before = _found(await provisioned_groups.group(tx.session, tenant_id, group_id))
            # In a thread: a hundred operations on thousands of members take seconds, in which calls go on.
            values = _checked(await asyncio.to_thread(edit, before))
            after = replace(before, name=values.name, external_id=values.external_id)
            await self._require_free(tx, after)
            await provisioned_groups.save(tx.session, after)
            return await self._set_members(tx, after, values.members)

    async def remove(self, tenant_id: str, group_id: str) -> None:
        """Delete a group: its members lose the role that it was linked to. Raise NotFound."""
        async with self._store.transaction() as tx:
            group = _found(await provisioned_groups.group(tx.session, tenant_id, group_id))
            await provisioned_groups.remove(tx.session, tenant_id, group_id)
            self._publish(tx, group, group.members)
        log.info("group_deleted", tenant=tenant_id, group=group_id)

    async def link(self, maker: Principal, tenant_id: str, group_id: str, role_id: str) -> ProvisionedGroup:
        """Give the members of a group a role, in place of the one of the group so far; with "" none. Raise NotFound;
        Forbidden if one of the two roles holds more than the maker, and for API keys."""
        async with self._store.transaction() as tx:
            before = _found(await provisioned_groups.group(tx.session, tenant_id, group_id))
            for each in {before.role_id, role_id} - {""}:
                role = await custom_roles.role(tx.session, tenant_id, each)
                if role is None:
                    raise NotFound("There is no such role.")
                if not may_hold(maker, role.permissions):
                    raise Forbidden(
                        "A group can have at most what you may do yourself.",
                        hint="Ask an administrator.",
                        field="role_id",
                    )
            after = replace(before, role_id=role_id)
            if after != before:
                await provisioned_groups.save(tx.session, after)
                self._publish(tx, replace(after, role_id=role_id or before.role_id), after.members)
        log.info("group_linked", tenant=tenant_id, group=group_id, role=role_id)
        return after

    async def _set_members(self, tx: Transaction, group: ProvisionedGroup, members: frozenset[str]) -> ProvisionedGroup:
        added, removed = members - set(group.members), set(group.members) - members
        if added - await provisioned_groups.open_accounts(tx.session, group.tenant_id, added):
            raise Invalid("A member has no account in this organisation.", field="members")
        await provisioned_groups.join(tx.session, group.tenant_id, group.id, added)
        await provisioned_groups.leave(tx.session, group.tenant_id, group.id, removed)
        self._publish(tx, group, added | removed)
        log.info("group_changed", tenant=group.tenant_id, group=group.id, added=len(added), removed=len(removed))
        return replace(group, size=len(members), members=tuple(sorted(members)))

    def _publish(self, tx: Transaction, group: ProvisionedGroup, person_ids: Sequence[str] | frozenset[str]) -> None:
        """Publish that the rights of these members have changed, if the group is linked to a role."""
        if not group.role_id:
            return
        for person_id in sorted(person_ids) if len(person_ids) <= _SINGLE_EVENTS else [""]:
            tx.publish(PermissionsChanged(self._clock.new_id(), group.tenant_id, person_id))

    async def _require_free(self, tx: Transaction, group: ProvisionedGroup) -> None:
        other = await provisioned_groups.named(tx.session, group.tenant_id, group.name)
        if other is not None and other.id != group.id:
            raise Conflict("Another group has this name.", field="displayName")


def _found(group: ProvisionedGroup | None) -> ProvisionedGroup:
    if group is None:
        raise NotFound("There is no such group.")
    return group


def _condition(tenant_id: str, key: GroupKey, value: str) -> ColumnElement[bool]:
    if key == "member":
        return provisioned_groups.with_member(tenant_id, value)
    if key == "name":
        return ProvisionedGroupRow.name_key == name_key(value)
    return (ProvisionedGroupRow.id if key == "id" else ProvisionedGroupRow.external_id) == value


def _checked(values: GroupValues) -> GroupValues:
    """Return the values as they are stored. Raise Invalid."""
    external_id = values.external_id.strip()
    if len(external_id) > MAX_EXTERNAL_ID or not external_id.isprintable():
        raise Invalid(Phrase("Use at most {} printable characters.", MAX_EXTERNAL_ID), field="externalId")
    if len(values.members) > MAX_MEMBERS:
        raise Invalid(Phrase("A group has at most {} members.", MAX_MEMBERS), field="members")
    return replace(values, name=validation.name(values.name, "displayName"), external_id=external_id)
