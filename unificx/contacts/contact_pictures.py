"""Pictures of contacts: small squares without metadata, seen by those who see the contact."""

import hashlib
from collections.abc import Mapping, Sequence

from unificx.contacts import picture_repository
from unificx.contacts.pictures import portrait_of
from unificx.contacts.ports import PortraitProcessor
from unificx.contacts.schemas import Contact, ContactPicture
from unificx.core.errors import NotFound
from unificx.db import Database, Keys


class ContactPictures:
    """Makes pictures of contacts from photos and reads those that are stored. `Contacts` stores them."""

    def __init__(self, database: Database, keys: Keys, portraits: PortraitProcessor) -> None:
        self._database = database
        self._keys = keys
        self._portraits = portraits

    async def made_of(self, photos: Sequence[bytes]) -> list[ContactPicture | None]:
        """Return the pictures of photos; None for one that cannot be read. Raise TooManyRequests."""
        squares = await self._portraits.portraits(photos)
        return [
            ContactPicture(square, _digest(photo)) if square else None
            for photo, square in zip(photos, squares, strict=True)
        ]

    async def made_of_one(self, photo: bytes) -> ContactPicture:
        """Return the picture of a photo. Raise Invalid, TooManyRequests."""
        return ContactPicture(await portrait_of(self._portraits, photo), _digest(photo))

    async def get(self, contact: Contact) -> bytes:
        """Return the picture of a contact as JPEG. Raise NotFound."""
        found = await self.images(contact.tenant_id, [contact])
        if contact.id not in found:
            raise NotFound("There is no picture of this contact.")
        return found[contact.id]

    async def images(self, tenant_id: str, contacts: Sequence[Contact]) -> dict[str, bytes]:
        """Return the pictures of those contacts that have one, as JPEG, by the ids of the contacts."""
        ids = [each.id for each in contacts if each.picture]
        return {key: each.image for key, each in (await self._stored(tenant_id, ids)).items()}

    async def unchanged(self, tenant_id: str, photos: Mapping[str, bytes]) -> set[str]:
        """Return the ids of the contacts, of those given with a photo, whose picture was made of it or is it."""
        stored = await self._stored(tenant_id, list(photos))
        return {key for key, each in stored.items() if photos[key] == each.image or _digest(photos[key]) == each.source}

    async def _stored(self, tenant_id: str, contact_ids: Sequence[str]) -> dict[str, ContactPicture]:
        if not contact_ids:
            return {}
        async with self._database.read() as session:
            return await picture_repository.of_contacts(session, self._keys, tenant_id, contact_ids)


def _digest(photo: bytes) -> str:
    return hashlib.sha256(photo).hexdigest()
