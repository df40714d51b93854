"""Ring groups of all tenants."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from unificx.core.errors import Invalid, NotFound
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import MemoryCopy, Page, UnitOfWork
from unificx.identity import allocate_number, release_number
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.routing.events import DestinationDeleted
from unificx.routing.groups import repository
from unificx.routing.groups.schemas import GroupChange, NewGroup, RingGroup, Steps, is_outside
from unificx.routing.groups.values import check_group
from unificx.routing.kinds import DestinationServiceDependencies
from unificx.routing.references import DestinationRef


class GroupService:
    """All ring groups of the installation. Call `start` first; lookups are served from memory.

    `check_outside`: returns a number outside of a tenant in E.164; raises Invalid for one that may not be a member."""

    def __init__(self, deps: DestinationServiceDependencies, check_outside: Callable[[str, str], str]) -> None:
        self._deps = deps
        self._check_outside = check_outside
        self._groups = MemoryCopy[RingGroup](lambda group: group.number)

    async def start(self) -> None:
        """Load all groups."""
        async with self._deps.database.read() as session:
            for group in await repository.all_groups(session, self._deps.keys):
                self._groups.put(group)

    # ---- lookups

    def by_number(self, tenant_id: str, number: str) -> RingGroup | None:
        """Return the group with a number."""
        return self._groups.named(tenant_id, number)

    def find(self, tenant_id: str, reference: str) -> RingGroup:
        """Return a group by id or number. Raises NotFound."""
        group = self._groups.find(tenant_id, reference)
        if group is None:
            raise _not_found()
        return group

    def of_tenant(self, tenant_id: str) -> Sequence[RingGroup]:
        """Return the groups of a tenant in order of creation."""
        return self._groups.of_tenant(tenant_id)

    def list(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[RingGroup]:
        """Return a page of groups. Raises Invalid for an invalid cursor."""
        return self._groups.page(tenant_id, cursor, limit)

    # ---- changes

    async def create(self, tenant_id: str, new: NewGroup) -> RingGroup:
        """Create a group. Raises Invalid; Conflict if the number is in use."""
        group = RingGroup(
            self._deps.clock.new_id(),
            tenant_id,
            new.number,
            (new.name or new.number).strip(),
            self._deps.clock.now(),
            self._check_members(tenant_id, new.steps),
            new.strategy,
            new.ring_seconds,
            new.name_prefix,
            new.otherwise,
        )
        async with self._deps.database.begin() as uow:
            await self._deps.destinations.lock(uow, tenant_id)
            self._check(group)
            await allocate_number(uow.session, tenant_id, group.number, "group")
            await repository.insert_group(uow.session, self._deps.keys, group)
            uow.after_commit.append(partial(self._groups.put, group))
        return group

    async def update(
        self, group: RingGroup, change: GroupChange, condition: Precondition[RingGroup] = unconditional
    ) -> RingGroup:
        """Change a group. Raises Invalid; NotFound for a deleted group; what `condition` raises."""
        async with self._deps.database.begin() as uow:
            await self._deps.destinations.lock(uow, group.tenant_id)
            before = await repository.get_group(uow.session, self._deps.keys, group.tenant_id, group.id)
            if before is None:
                raise _not_found()
            condition(before)
            steps = before.steps
            if change.steps is not None:
                steps = self._check_members(group.tenant_id, change.steps, before.steps)
            after = replace(
                before,
                name=before.name if change.name is None else change.name.strip(),
                steps=steps,
                strategy=change.strategy or before.strategy,
                ring_seconds=before.ring_seconds if change.ring_seconds is None else change.ring_seconds,
                name_prefix=before.name_prefix if change.name_prefix is None else change.name_prefix,
                otherwise=change.otherwise or before.otherwise,
            )
            self._check(after)
            await repository.update_group(uow.session, self._deps.keys, after)
            uow.after_commit.append(partial(self._groups.put, after))
        return after

    async def delete(self, group: RingGroup, condition: Precondition[RingGroup] = unconditional) -> None:
        """Delete a group and release its number. Raises Conflict if a destination leads to it, NotFound; what
        `condition` raises."""
        async with self._deps.database.begin() as uow:
            await self._deps.destinations.lock(uow, group.tenant_id)
            stored = await repository.get_group(uow.session, self._deps.keys, group.tenant_id, group.id)
            if stored is None:
                raise _not_found()  # its number may be that of another object by now
            condition(stored)
            self._deps.destinations.require_unused(group.tenant_id, group.reference)
            await repository.delete_group(uow.session, group.tenant_id, group.id)
            await release_number(uow.session, group.tenant_id, group.number)
            uow.publish(DestinationDeleted(self._deps.clock.new_id(), group.tenant_id, str(group.reference)))
            uow.after_commit.append(partial(self._groups.drop, group))

    # ---- deletion

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Remove a deleted extension from all groups. Calls of a group without members go on to its destination for
        unanswered calls. Outbox handler."""
        await self._deps.destinations.lock(uow, event.tenant)
        await repository.delete_member(uow.session, event.tenant, event.extension_id)
        for group in self.of_tenant(event.tenant):
            if any(event.extension_id in step for step in group.steps):
                left = await repository.get_group(uow.session, self._deps.keys, event.tenant, group.id)
                if left is not None:
                    uow.after_commit.append(partial(self._groups.put, left))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the groups of a deleted tenant. Outbox handler."""
        await repository.delete_tenant_groups(uow.session, event.tenant)
        for group in self.of_tenant(event.tenant):
            uow.after_commit.append(partial(self._groups.drop, group))

    # ---- inside

    def _check(self, group: RingGroup) -> None:
        check_group(group)
        own = DestinationRef("group", group.number)
        self._deps.destinations.check(group.tenant_id, own, (group.otherwise,), "otherwise")

    def _check_members(self, tenant_id: str, steps: Steps, known: Steps = ()) -> Steps:
        """Return the steps with numbers in E.164. A number that the group has already stays: the rules of calls outside
        may have changed, and each call is decided on anyway."""
        present = {one for step in known for one in step if is_outside(one)}
        return tuple([tuple([self._checked(tenant_id, one, present) for one in step]) for step in steps])

    def _checked(self, tenant_id: str, member: str, present: set[str]) -> str:
        if is_outside(member):
            return member if member in present else self._check_outside(tenant_id, member)
        found = self._deps.directory.extension_by_id(member)
        if found is None or found.tenant_id != tenant_id:
            raise Invalid("A member must be an extension of the same tenant.", field="members")
        return member


def _not_found() -> NotFound:
    return NotFound("Group not found.")
