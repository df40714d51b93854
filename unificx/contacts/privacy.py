"""Data of a person in this area: address book and picture of a user, and entries about a person outside in address
books.

An access copy of a user has their address book. That of a person outside has what the company contacts and the address
books of users say about them, without owners and without the notes of users, which are data of these users too.
"""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from unificx.contacts import picture_repository, repository
from unificx.contacts.models import ContactPart, ContactPictureRow, ContactRow, PersonPictureRow
from unificx.contacts.schemas import NO_PICTURE
from unificx.contacts.service import Contacts
from unificx.db import Database
from unificx.privacy import DataSubject, Export, Holding, KeyStore, Records, RowHolding, record_kind

_OWN, _PICTURES = "contacts", "pictures of contacts"
_PICTURE, _ENTRIES = "profile picture", "entries in address books of others"
_PAGE = 200


@dataclass(frozen=True, slots=True)
class EntryCopy:
    """An entry about the person in an address book of another person, or in company contacts."""

    id: str
    name: str
    organisation: str
    department: str
    numbers: tuple[str, ...]
    emails: tuple[str, ...]
    image: str
    """The picture: a JPEG file in base64."""


_KIND = record_kind("contact_entry", _ENTRIES, EntryCopy, ContactPart)
_ADAPTER = TypeAdapter(EntryCopy)


_TABLES = {ContactRow: _OWN, ContactPictureRow: _PICTURES, PersonPictureRow: _PICTURE}


class ContactHolding:
    """Implements `privacy.Holding`: contacts that are sealed for the person, and others with one of their numbers."""

    def __init__(self, database: Database, contacts: Contacts) -> None:
        self._database = database
        self._rows = RowHolding(database, "contacts", _TABLES, contacts.erase)
        self.area, self.tables, self.retained = self._rows.area, self._rows.tables, self._rows.retained

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        return {**await self._rows.find(owner), _ENTRIES: len(await self._entries(owner))}

    def export(self, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        async def read() -> AsyncIterator[Mapping[str, Any]]:
            ids = await self._entries(owner)
            for start in range(0, len(ids), _PAGE):
                async with self._database.read() as session:
                    batch = ids[start : start + _PAGE]
                    found = await repository.exported_by_id(session, keys, owner.tenant_id, batch)
                    pictures = await picture_repository.of_contacts(session, keys, owner.tenant_id, batch)
                for contact_id, values in found:
                    image = pictures.get(contact_id, NO_PICTURE).image
                    yield _ADAPTER.dump_python(_entry(contact_id, values, image), mode="json")

        return [*self._rows.export(owner, keys), Records(_KIND, read)]

    async def erase(self, owner: DataSubject) -> None:
        await self._rows.erase(owner)

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        """Count what is left, with contacts that were being written when the key was destroyed."""
        async with self._database.begin() as uow:
            await repository.lock_numbers(uow.session, owner.tenant_id)
        return await self.find(owner)

    async def _entries(self, owner: DataSubject) -> list[str]:
        async with self._database.read() as session:
            linked = await repository.linked_ids(session, owner.tenant_id, owner.subject)
            own = await repository.ids_of_subject(session, owner.tenant_id, owner.subject)
        return sorted(set(linked) - set(own))


def contact_holding(database: Database, contacts: Contacts) -> Holding:
    return ContactHolding(database, contacts)


def _entry(contact_id: str, values: Mapping[str, Any], image: bytes) -> EntryCopy:
    name, organisation, department = (str(values.get(each, "")) for each in ("name", "organisation", "department"))
    numbers, emails = tuple(values.get("numbers", ())), tuple(values.get("emails", ()))
    return EntryCopy(contact_id, name, organisation, department, numbers, emails, b64encode(image).decode())
