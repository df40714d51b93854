"""Changes of trunks: create, update, delete, with the directory in memory kept up to date."""

from functools import partial

from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.phrases import Phrase, first_of
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Database, Page, PageById, UnitOfWork, lock_scope
from unificx.identity.events import TenantDeleted
from unificx.privacy import KeyStore
from unificx.trunks import repository, values
from unificx.trunks.directory import TrunkDirectory
from unificx.trunks.events import TrunkChanged, TrunkCreated, TrunkDeleted
from unificx.trunks.ports import TrunkUse
from unificx.trunks.schemas import NewTrunk, Template, Trunk, TrunkChange
from unificx.trunks.templates import load_templates

MAX_TRUNKS = 100
"""Trunks of one tenant."""


class TrunkService:
    """All trunks of the installation. Call `start` first; lookups are served from `directory`."""

    def __init__(self, database: Database, keys: KeyStore, clock: Clock, directory: TrunkDirectory) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self.directory = directory
        self.uses: list[TrunkUse] = []
        """Asked before a trunk is deleted; filled by the composition root."""

    async def start(self) -> None:
        """Load all trunks."""
        async with self._database.read() as session:
            for trunk in await repository.all_trunks(session, self._keys):
                self.directory.put(trunk)

    # ---- lookups

    def find(self, tenant_id: str, reference: str) -> Trunk:
        """Return a trunk by id or name. Raise NotFound."""
        trunk = self.directory.find(tenant_id, reference)
        if trunk is None:
            raise _not_found()
        return trunk

    def list(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[Trunk]:
        """Return a page of trunks. Raise Invalid for an invalid cursor."""
        return PageById.parse(cursor, limit).of_list(self.directory.trunks(tenant_id), lambda trunk: trunk.id)

    def templates(self) -> tuple[Template, ...]:
        """Return the templates of common carriers, by name."""
        return tuple(load_templates().values())

    # ---- changes

    async def create(self, tenant_id: str, new: NewTrunk) -> Trunk:
        """Create a trunk. Raise Invalid; Conflict if the name is in use."""
        template = _template(new.template) if new.template else None
        trunk = values.new_trunk(self._clock.new_id(), tenant_id, self._clock.now(), new, template)
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "trunks", tenant_id)
            if await repository.count_trunks(uow.session, tenant_id) >= MAX_TRUNKS:
                raise Conflict(Phrase("There are {} trunks already.", MAX_TRUNKS), hint="Delete one that is not used.")
            await self._require_free_name(uow, trunk)
            await repository.insert_trunk(uow.session, self._keys, trunk)
            uow.publish(TrunkCreated(self._clock.new_id(), tenant_id, trunk.id))
            uow.after_commit.append(lambda: self.directory.put(trunk))
        return trunk

    async def update(self, trunk: Trunk, change: TrunkChange, condition: Precondition[Trunk] = unconditional) -> Trunk:
        """Change a trunk. Raise Invalid; Conflict if the name is in use; NotFound for a deleted trunk; what `condition`
        raises."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "trunks", trunk.tenant_id)
            before = await repository.get_trunk(uow.session, self._keys, trunk.tenant_id, trunk.id)
            if before is None:
                raise _not_found()
            condition(before)
            after = values.changed(before, change)
            await self._require_free_name(uow, after)
            await repository.update_trunk(uow.session, self._keys, after)
            uow.publish(TrunkChanged(self._clock.new_id(), trunk.tenant_id, trunk.id))
            uow.after_commit.append(partial(self.directory.put, after))
        return after

    async def delete(self, trunk: Trunk, condition: Precondition[Trunk] = unconditional) -> None:
        """Delete a trunk. Raise Conflict if something uses it, NotFound; what `condition` raises."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "trunks", trunk.tenant_id)
            stored = await repository.get_trunk(uow.session, self._keys, trunk.tenant_id, trunk.id)
            if stored is None:
                raise _not_found()
            condition(stored)
            if used := [name for use in self.uses for name in await use.uses_of(uow, trunk)]:
                raise Conflict(
                    Phrase("The trunk {} is used by {}.", trunk.name, first_of(used)),
                    hint="Change or delete these first.",
                )
            await repository.delete_trunk(uow.session, trunk.tenant_id, trunk.id)
            uow.publish(TrunkDeleted(self._clock.new_id(), trunk.tenant_id, trunk.id))
            uow.after_commit.append(lambda: self.directory.remove(trunk.id))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the trunks of a deleted tenant. Outbox handler."""
        await repository.delete_tenant_trunks(uow.session, event.tenant)
        for trunk in self.directory.trunks(event.tenant):
            uow.publish(TrunkDeleted(self._clock.new_id(), event.tenant, trunk.id))
            uow.after_commit.append(lambda gone=trunk.id: self.directory.remove(gone))

    async def _require_free_name(self, uow: UnitOfWork, trunk: Trunk) -> None:
        if await repository.name_in_use(uow.session, trunk.tenant_id, trunk.name, trunk.id):
            raise Conflict("A trunk with this name already exists.", field="name")


def _template(name: str) -> Template:
    known = load_templates()
    if name not in known:
        raise Invalid("There is no such template.", field="template", hint=Phrase("Known are {}.", ", ".join(known)))
    return known[name]


def _not_found() -> NotFound:
    return NotFound("Trunk not found.")
