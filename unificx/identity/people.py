"""People with their extensions: the list of a tenant, creation in one transaction."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import invalid_cursor
from unificx.identity.devices import Devices
from unificx.identity.extensions import Extensions
from unificx.identity.people_index import EVERYONE, ListedPerson, PeopleFilter, PeopleSort, PeopleUsage
from unificx.identity.people_indexes import PeopleIndexes, in_batches
from unificx.identity.people_schemas import CreatedPerson, PeopleEntry, PeoplePage, PersonDetails
from unificx.identity.policies.number_proposal import propose_number
from unificx.identity.repository import accounts, people, phones
from unificx.identity.schemas import Extension, NewExtension, NewPerson, Person
from unificx.identity.store import IdentityStore
from unificx.identity.users import Users

_CURSOR = re.compile(r"([0-9a-f-]{36})_([0-9]{1,9})")


class People:
    """Users together with their extensions and devices."""

    def __init__(self, store: IdentityStore, users: Users, extensions: Extensions, devices: Devices) -> None:
        self._store = store
        self._keys = store.keys
        self._directory = store.directory
        self._users = users
        self._extensions = extensions
        self._devices = devices
        self._indexes = PeopleIndexes(store)

    async def page(
        self, tenant_id: str, wanted: PeopleFilter, sort: PeopleSort, cursor: str | None, limit: int
    ) -> PeoplePage:
        """Return a page of the list of people. Raise Invalid for a malformed cursor.

        A cursor has the id and the place of the last entry of a page: the place counts if the entry is gone. So it has
        no personal data, though the order may be by name.
        """
        index = await self._indexes.of(tenant_id)
        async with self._store.read() as session:
            usage = await self._usage(session, tenant_id, wanted, sort)
            total, start = 0, 0

            def choose() -> Sequence[ListedPerson]:
                nonlocal total, start
                found = index.select(wanted, sort, usage)
                total, start = len(found), _start_of(found, cursor)
                return found[start : start + limit]

            chosen, rows = await self._indexes.read(session, tenant_id, index, choose)
            items = await self._entries(session, tenant_id, chosen, rows)
        end = start + len(chosen)
        more = f"{chosen[-1].id}_{end}" if chosen and end < total else None
        return PeoplePage(tuple(items), more, total)

    async def all(
        self, tenant_id: str, wanted: PeopleFilter = EVERYONE, sort: PeopleSort = "name"
    ) -> Sequence[PeopleEntry]:
        """Return the whole list of people."""
        return (await self.page(tenant_id, wanted, sort, None, sys.maxsize)).items

    async def _usage(
        self, session: AsyncSession, tenant_id: str, wanted: PeopleFilter, sort: PeopleSort
    ) -> PeopleUsage:
        """Return what the filters and the order need of all people; most need nothing."""
        days, device_days, signed_in = dict[str, date](), dict[str, date](), set[str]()
        if sort in ("last_seen", "-last_seen"):
            days = await people.session_days(session, tenant_id)
            device_days = self._devices.with_pending_days(await people.device_days(session, tenant_id))
        if wanted.never_signed_in:
            signed_in = await people.signed_in(session, tenant_id)
        return PeopleUsage(days, device_days, signed_in, self._has_phone)

    def _has_phone(self, extension: Extension) -> bool:
        return any(one.enabled for one in self._directory.devices_of(extension.id))

    async def _entries(
        self, session: AsyncSession, tenant_id: str, chosen: Sequence[ListedPerson], rows: Mapping[str, Row[Any]]
    ) -> list[PeopleEntry]:
        """Open the accounts of chosen people, and only these. One that was erased meanwhile is left out."""
        extension_ids = [each.id for one in chosen for each in one.extensions]
        stored_days = await people.device_days(session, tenant_id, extension_ids)
        days = self._devices.with_pending_days(stored_days)
        found = [rows[one.id] for one in chosen if one.id in rows]
        opened: dict[str, Person] = {}
        async for some in in_batches(found):
            opened |= {one.id: one for one in accounts.open_persons(self._keys, tenant_id, some)}
        entries: list[PeopleEntry] = []
        for one in chosen:
            used = [days.get(each.id) for each in one.extensions]
            if one.person is None:
                entries.append(PeopleEntry(None, one.extensions, False, _latest(used)))
            elif (person := opened.get(one.id)) is not None and person.state != "closed":
                row = rows[one.id]
                signed_in = row.day is not None or row.accepted
                entries.append(PeopleEntry(person, one.extensions, signed_in, _latest([row.day, *used])))
        return entries

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
        used = _latest([day, *(days.get(each.id) for each in extensions)])
        return PersonDetails(person, tuple(extensions), signed_in, used, tuple(devices))

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


def _start_of(found: Sequence[ListedPerson], cursor: str | None) -> int:
    """Return the place of the first entry behind a cursor. Raise Invalid for a malformed one."""
    if cursor is None:
        return 0
    parsed = _CURSOR.fullmatch(cursor)
    if parsed is None:
        raise invalid_cursor()
    place = next((at for at, each in enumerate(found) if each.id == parsed[1]), None)
    return place + 1 if place is not None else int(parsed[2])


def _latest(days: Iterable[date | None]) -> date | None:
    return max((one for one in days if one is not None), default=None)
