"""Locations of tenants, and which one applies to a call."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Database, Keys, MemoryCopy, Page, UnitOfWork, lock_scope
from unificx.identity import DirectoryCache, Extension
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.locations import repository
from unificx.locations.schemas import Location, LocationChange
from unificx.locations.values import checked
from unificx.registrar import Caller
from unificx.sip.geolocation import CivicAddress

MAX_LOCATIONS = 1_000
"""Locations of one tenant."""
NO_ADDRESS = CivicAddress("", "", "")


class Locations:
    """All locations of the installation, served from memory. Call `start` first."""

    def __init__(self, database: Database, keys: Keys, clock: Clock, directory: DirectoryCache) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._directory = directory
        self._locations = MemoryCopy[Location](lambda one: one.name)
        # Owner: the database; derived from the copy above.
        self._of_device: dict[str, str] = {}
        self._homes: dict[str, str] = {}
        self._of_extension: dict[str, str] = {}
        self._defaults: dict[str, str] = {}

    async def start(self) -> None:
        """Load all locations."""
        async with self._database.read() as session:
            for one in await repository.all_locations(session, self._keys):
                self._put(one)

    # ---- lookups

    def of_caller(self, caller: Caller) -> Location | None:
        """Return the place from which a party calls: that of its device, its extension or its tenant. None without one,
        and for a party outside."""
        if caller.is_outside:
            return None
        device = self._directory.device(caller.device_id)
        # A shared phone is not at the place of the user who is signed in at it.
        extension_id = (device.home_extension_id if device is not None else "") or caller.extension_id
        location_id = (
            self._of_device.get(caller.device_id)
            or self._homes.get(extension_id)
            or self._of_extension.get(extension_id)
            or self._defaults.get(caller.tenant_id)
        )
        found = self._locations.get(location_id) if location_id is not None else None
        return found if found is not None and found.tenant_id == caller.tenant_id else None

    def find(self, tenant_id: str, reference: str) -> Location:
        """Return a location by id or name. Raise NotFound."""
        found = self._locations.find(tenant_id, reference)
        if found is None:
            raise NotFound("Location not found.")
        return found

    def list(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[Location]:
        """Return a page of locations. Raise Invalid for an invalid cursor."""
        return self._locations.page(tenant_id, cursor, limit)

    # ---- changes

    async def create(self, tenant_id: str, new: LocationChange, home_of: str = "") -> Location:
        """Create a location; `home_of`: number or id of the only extension whose place it is. Raise Invalid; Conflict
        if the name is in use."""
        owner = self._extension(tenant_id, home_of, "home_of") if home_of else None
        id_ = self._clock.new_id()
        subject = owner.subject if owner is not None else id_
        blank = Location(id_, tenant_id, "", self._clock.now(), NO_ADDRESS, subject=subject)
        if owner is not None:
            blank = replace(blank, home_of=owner.id)
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "locations", tenant_id)
            present = await repository.locations_of(uow.session, self._keys, tenant_id)
            if len(present) >= MAX_LOCATIONS:
                raise Conflict(
                    Phrase("There are {} locations already.", MAX_LOCATIONS), hint="Delete one that is not used."
                )
            if owner is not None and any(one.home_of == owner.id for one in present):
                raise Conflict("The extension has a place of its own already.", field="home_of")
            # The first site is that of all extensions: without a choice, a call must not go out without a place.
            is_first = owner is None and not any(one.is_default for one in present)
            after = self._changed(blank, replace(new, is_default=new.is_default or is_first), present)
            await repository.insert_location(uow.session, self._keys, after)
            await self._take_over(uow, after, present)
        return after

    async def update(
        self, location: Location, change: LocationChange, condition: Precondition[Location] = unconditional
    ) -> Location:
        """Change a location. Raise Invalid; Conflict if the name is in use; NotFound for a deleted one; what
        `condition` raises."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "locations", location.tenant_id)
            before, present = await self._stored(uow, location)
            condition(before)
            after = self._changed(before, change, present)
            await repository.update_location(uow.session, self._keys, after)
            await self._take_over(uow, after, present)
        return after

    async def delete(self, location: Location, condition: Precondition[Location] = unconditional) -> None:
        """Delete a location; its extensions and devices are at the default one. Raise Conflict for that one while there
        are others; NotFound; what `condition` raises."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "locations", location.tenant_id)
            stored, present = await self._stored(uow, location)
            condition(stored)
            if stored.is_default and any(not (one.home_of or one.is_default) for one in present):
                raise Conflict(
                    "Extensions without a place of their own are here.", hint="Make another one the default."
                )
            await repository.delete_location(uow.session, location.tenant_id, location.id)
            uow.after_commit.append(partial(self._drop, [stored]))

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the places of an erased subject. Idempotent."""
        self.drop_subject(subject)
        async with self._database.begin() as uow:
            await repository.delete_of_subject(uow.session, tenant_id, subject)

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Delete the place of a deleted extension. Outbox handler."""
        await repository.delete_homes(uow.session, event.tenant, event.extension_id)
        gone = [one for one in self._locations.of_tenant(event.tenant) if one.home_of == event.extension_id]
        uow.after_commit.append(partial(self._drop, gone))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the locations of a deleted tenant. Outbox handler."""
        await repository.delete_of_tenant(uow.session, event.tenant)
        uow.after_commit.append(partial(self._drop, self._locations.of_tenant(event.tenant)))

    def drop_subject(self, subject: str) -> None:
        """Drop the places of an erased subject before their rows are deleted."""
        self._drop([one for one in self._locations if one.subject == subject])

    # ---- inside

    async def _stored(self, uow: UnitOfWork, location: Location) -> tuple[Location, Sequence[Location]]:
        """Return a location as stored now, and all of its tenant. Raise NotFound."""
        present = await repository.locations_of(uow.session, self._keys, location.tenant_id)
        for one in present:
            if one.id == location.id:
                return one, present
        raise NotFound("Location not found.")

    def _changed(self, before: Location, change: LocationChange, present: Sequence[Location]) -> Location:
        tenant_id = before.tenant_id
        if before.home_of and (change.is_default or change.extensions or change.devices):
            raise Invalid("The place of one extension is not that of others.", field="home_of")
        if before.is_default and change.is_default is False:
            raise Invalid("Make another location the default.", field="default")
        extensions, devices = before.extensions, before.devices
        if change.extensions is not None:
            found = [self._extension(tenant_id, each, "extensions").id for each in change.extensions]
            extensions = tuple(dict.fromkeys(found))
        if change.devices is not None:
            devices = tuple(dict.fromkeys(self._device_id(tenant_id, each) for each in change.devices))
        after = checked(
            replace(
                before,
                name=before.name if change.name is None else change.name,
                address=before.address if change.address is None else change.address,
                number=before.number if change.number is None else change.number,
                is_default=before.is_default or bool(change.is_default),
                extensions=extensions,
                devices=devices,
            )
        )
        if any(one.name == after.name and one.id != after.id for one in present):
            raise Conflict("A location with this name already exists.", field="name")
        return after

    def _extension(self, tenant_id: str, reference: str, field: str) -> Extension:
        extension = self._directory.find_extension(tenant_id, reference)
        if extension is None:
            raise Invalid("There is no such extension.", field=field)
        return extension

    def _device_id(self, tenant_id: str, device_id: str) -> str:
        device = self._directory.device(device_id)
        if device is None or device.tenant_id != tenant_id:
            raise Invalid("There is no such device.", field="devices")
        return device_id

    async def _take_over(self, uow: UnitOfWork, after: Location, present: Sequence[Location]) -> None:
        """Store that an extension or device is at this location only, and that no other one is the default."""
        for one in present:
            rest = replace(
                one,
                is_default=one.is_default and not after.is_default,
                extensions=tuple(each for each in one.extensions if each not in after.extensions),
                devices=tuple(each for each in one.devices if each not in after.devices),
            )
            if one.id != after.id and rest != one:
                await repository.update_location(uow.session, self._keys, rest)
                uow.after_commit.append(partial(self._put, rest))
        uow.after_commit.append(partial(self._put, after))

    def _put(self, one: Location) -> None:
        known = self._locations.get(one.id)
        if known is not None:
            self._forget_uses(known)
        self._locations.put(one)
        self._of_device.update(dict.fromkeys(one.devices, one.id))
        self._of_extension.update(dict.fromkeys(one.extensions, one.id))
        if one.home_of:
            self._homes[one.home_of] = one.id
        if one.is_default:
            self._defaults[one.tenant_id] = one.id

    def _drop(self, gone: Iterable[Location]) -> None:
        for one in gone:
            self._locations.drop(one)
            self._forget_uses(one)

    def _forget_uses(self, one: Location) -> None:
        """Remove what the indexes have of a location."""
        for index, ids in (
            (self._of_device, one.devices),
            (self._homes, (one.home_of,)),
            (self._of_extension, one.extensions),
            (self._defaults, (one.tenant_id,)),
        ):
            for each in ids:
                if index.get(each) == one.id:
                    del index[each]
