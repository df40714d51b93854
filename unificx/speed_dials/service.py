"""Speed dials of extensions."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from unificx.core.errors import Invalid, NotFound
from unificx.db import Database, Keys, UnitOfWork, lock_scope
from unificx.identity import Extension
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.speed_dials import repository
from unificx.speed_dials.entries import checked
from unificx.speed_dials.schemas import SpeedDial

Change = Callable[[dict[str, SpeedDial]], None]
"""Changes entries by code."""


class SpeedDials:
    """The speed dials of all extensions. Call `start` first."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._entries: dict[str, tuple[str, str, tuple[SpeedDial, ...]]] = {}
        """Tenant, data subject and entries by extension."""

    async def start(self) -> None:
        """Load all speed dials."""
        async with self._database.read() as session:
            self._entries = await repository.all_entries(session, self._keys)

    def of_extension(self, extension_id: str) -> tuple[SpeedDial, ...]:
        """Return the entries of an extension, by code."""
        return self._entries.get(extension_id, ("", "", ()))[2]

    def number(self, extension_id: str, code: str) -> str:
        """Return the number of a code, "" for none."""
        return next((each.number for each in self.of_extension(extension_id) if each.code == code), "")

    async def put(self, extension: Extension, code: str, number: str, name: str = "") -> SpeedDial:
        """Set an entry, in place of an earlier one with this code. Raise Invalid."""
        entry = checked(code, number, name)
        await self._change(extension, lambda entries: entries.update({code: entry}))
        return entry

    async def add(self, extension: Extension, entries: Iterable[SpeedDial]) -> int:
        """Add entries whose codes are free, and return their number. Those that are not valid are left out."""
        valid = [each for each in entries if _is_valid(each)]
        added = 0

        def add(present: dict[str, SpeedDial]) -> None:
            nonlocal added
            before = len(present)
            for each in valid:
                present.setdefault(each.code, each)
            added = len(present) - before

        await self._change(extension, add)
        return added

    async def remove(self, extension: Extension, code: str) -> None:
        """Remove an entry. Raise NotFound."""

        def remove(entries: dict[str, SpeedDial]) -> None:
            if entries.pop(code, None) is None:
                raise NotFound("There is no such speed dial.")

        await self._change(extension, remove)

    async def _change(self, extension: Extension, change: Change) -> None:
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "speed dials", extension.id)
            stored = await repository.entries_of(uow.session, self._keys, extension.tenant_id, extension.id)
            entries = {each.code: each for each in stored}
            change(entries)
            after = tuple(sorted(entries.values(), key=lambda each: each.code))
            await repository.save(uow.session, self._keys, extension, after)
            uow.after_commit.append(partial(self._replace, extension, after))

    def _replace(self, extension: Extension, entries: Sequence[SpeedDial]) -> None:
        self._entries[extension.id] = extension.tenant_id, extension.subject, tuple(entries)

    # ---- deletion

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the entries of an erased subject. Idempotent."""
        self.drop_subject(subject)
        async with self._database.begin() as uow:
            await repository.delete_of_subject(uow.session, tenant_id, subject)

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Delete the entries of a deleted extension. Outbox handler."""
        await repository.delete_entries(uow.session, event.tenant, event.extension_id)
        uow.after_commit.append(lambda: self._entries.pop(event.extension_id, None))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the entries of a deleted tenant's extensions. Outbox handler."""
        await repository.delete_of_tenant(uow.session, event.tenant)
        gone = [extension_id for extension_id, (tenant_id, *_) in self._entries.items() if tenant_id == event.tenant]
        uow.after_commit.append(lambda: [self._entries.pop(each, None) for each in gone])

    def drop_subject(self, subject: str) -> None:
        """Drop the entries of an erased subject before its rows are deleted."""
        self._entries = {each: found for each, found in self._entries.items() if found[1] != subject}


def _is_valid(entry: SpeedDial) -> bool:
    try:
        return checked(entry.code, entry.number, entry.name) == entry
    except Invalid:
        return False
