"""People with their extensions: the list of a tenant, creation in one transaction."""

import asyncio
from collections.abc import Sequence
from datetime import date

from unificx.identity.devices import Devices
from unificx.identity.extensions import Extensions
from unificx.identity.people_schemas import (
    CreatedPerson,
    PeopleList,
    PersonDetails,
    PersonSummary,
    SharedPhone,
)
from unificx.identity.policies.number_proposal import propose_number
from unificx.identity.repository import accounts, people, phones
from unificx.identity.schemas import Extension, NewExtension, NewPerson, Person
from unificx.identity.store import IdentityStore
from unificx.identity.users import Users

_BATCH = 100
"""Users whose names are decrypted without giving way to other tasks of the event loop: a few milliseconds."""


class People:
    """Users together with their extensions and devices."""

    def __init__(self, store: IdentityStore, users: Users, extensions: Extensions, devices: Devices) -> None:
        self._store = store
        self._keys = store.keys
        self._directory = store.directory
        self._users = users
        self._extensions = extensions
        self._devices = devices

    async def overview(self, tenant_id: str) -> PeopleList:
        """Return all users and shared phones of a tenant, with four statements."""
        async with self._store.read() as session:
            rows = await accounts.person_rows(session, tenant_id)
            signed_in = await people.signed_in(session, tenant_id)
            days = await people.session_days(session, tenant_id)
            device_days = await people.device_days(session, tenant_id)
        device_days = self._devices.with_pending_days(device_days)
        found: list[Person] = []
        for start in range(0, len(rows), _BATCH):
            found += accounts.open_persons(self._keys, tenant_id, rows[start : start + _BATCH])
            await asyncio.sleep(0)
        of_person: dict[str, list[Extension]] = {}
        shared: list[SharedPhone] = []
        for extension in self._directory.extensions(tenant_id):
            if extension.person_id is None:
                shared.append(SharedPhone(extension, device_days.get(extension.id)))
            else:
                of_person.setdefault(extension.person_id, []).append(extension)
        summaries = [
            _summary(person, of_person.get(person.id, ()), person.id in signed_in, days.get(person.id), device_days)
            for person in found
            if person.state != "closed"
        ]
        return PeopleList(tuple(summaries), tuple(shared))

    async def count_states(self, tenant_id: str) -> dict[str, int]:
        """Return how many open accounts are in each state."""
        async with self._store.read() as session:
            return await accounts.count_states(session, tenant_id)

    async def count_open(self, tenant_ids: Sequence[str]) -> dict[str, int]:
        """Return how many open accounts these tenants have; those without one are absent."""
        async with self._store.read() as session:
            return await accounts.count_open(session, tenant_ids)

    async def get(self, tenant_id: str, person_id: str) -> PersonDetails:
        """Return a user with extensions and devices. Raise NotFound."""
        async with self._store.read() as session:
            person = await self._store.person(session, tenant_id, person_id)
            extensions = await phones.extensions_of_person(session, self._keys, tenant_id, person_id)
            devices = await phones.devices_of_extensions(session, self._keys, tenant_id, [one.id for one in extensions])
            signed_in = person_id in await people.signed_in(session, tenant_id)
            day = (await people.session_days(session, tenant_id)).get(person_id)
        devices = [self._devices.with_last_used(device) for device in devices]
        days = {device.extension_id: device.last_used for device in devices if device.last_used is not None}
        for device in devices:
            if device.last_used is not None:
                days[device.extension_id] = max(days[device.extension_id], device.last_used)
        return PersonDetails(_summary(person, extensions, signed_in, day, days), tuple(devices))

    async def next_number(self, tenant_id: str) -> str:
        """Return the number to propose for a new extension; "" if none is free."""
        async with self._store.read() as session:
            used = await people.numbers(session, tenant_id)
        return propose_number([number for number, kind in used.items() if kind == "extension"], used)

    async def create(self, tenant_id: str, new: NewPerson, number: str = "", by: str = "") -> CreatedPerson:
        """Create a user and, with a number, their extension, in one transaction. The extension has no device yet. `by`:
        the person who chose the password, or `CONSOLE`.

        Raise Conflict if the e-mail address or the number is in use; nothing is created then.
        """
        hashed = await self._users.hash_password(new)
        async with self._store.transaction() as tx:
            person = await self._users.add_with_password(tx, tenant_id, new, hashed, by)
            extension = await self._extensions.add(tx, NewExtension(number, person.name), person) if number else None
        return CreatedPerson(person, extension)

    async def add_extension(self, tenant_id: str, person_id: str, number: str) -> Extension:
        """Give a user an extension without devices. Raise NotFound, Conflict, Invalid."""
        async with self._store.transaction() as tx:
            person = await self._store.person(tx.session, tenant_id, person_id)
            return await self._extensions.add(tx, NewExtension(number, person.name), person)


def _summary(
    person: Person,
    extensions: Sequence[Extension],
    signed_in: bool,
    day: date | None,
    device_days: dict[str, date],
) -> PersonSummary:
    days = [day, *(device_days.get(extension.id) for extension in extensions)]
    last_used = max((one for one in days if one is not None), default=None)
    return PersonSummary(person, tuple(extensions), signed_in, last_used)
