"""Pictures of users, shown to their colleagues: a small square without metadata, sealed under the key of its person."""

from collections.abc import Callable, Mapping

from unificx.contacts import picture_repository as repository
from unificx.contacts.events import PicturesChanged
from unificx.contacts.ports import PortraitProcessor
from unificx.contacts.schemas import AddressBook
from unificx.core.clock import random_id
from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound
from unificx.db import Database, ErasedSubject, UnitOfWork
from unificx.privacy import KeyStore

MAX_PICTURE_BYTES = 12 << 20
"""Bytes of a photo that a picture is made of."""


async def portrait_of(portraits: PortraitProcessor, photo: bytes) -> bytes:
    """Return the square of a photo as JPEG. Raise Invalid, TooManyRequests."""
    image = (await portraits.portraits([photo]))[0] if photo else b""
    if not image:
        raise Invalid("The photo cannot be read.", field="file", hint="Send a JPEG, PNG or WebP file.")
    return image


class PicturesOff(Forbidden):
    """The tenant does not use pictures."""

    code = "pictures_off"


class ProfilePictures:
    """Pictures of the users of all tenants. A person is named by their own address book."""

    def __init__(
        self, database: Database, keys: KeyStore, publish: Callable[[object], None], portraits: PortraitProcessor
    ) -> None:
        self._database = database
        self._keys = keys
        self._publish = publish
        self._portraits = portraits

    async def versions(self, tenant_id: str) -> Mapping[str, str]:
        """Return the versions of the pictures of a tenant, by person: a new picture has a new one."""
        async with self._database.read() as session:
            return await repository.versions(session, tenant_id)

    async def get(self, tenant_id: str, person_id: str) -> bytes:
        """Return the picture of a person as JPEG. Raise NotFound."""
        async with self._database.read() as session:
            found = await repository.get(session, self._keys, tenant_id, person_id)
        if found is None:
            raise NotFound("There is no picture of this person.")
        return found

    async def put(self, person: AddressBook, photo: bytes) -> str:
        """Make the picture of a person from a photo and return its version. Raise Invalid, TooManyRequests."""
        image = await portrait_of(self._portraits, photo)
        version = random_id(self._database.clock)
        try:
            async with self._database.begin() as uow:
                await repository.put(uow.session, self._keys, person, version, image)
                self._changed(uow, person.tenant_id)
        except ErasedSubject:
            raise Conflict("Your data is being erased.") from None
        return version

    async def remove(self, tenant_id: str, person_id: str) -> None:
        """Delete the picture of a person. Raise NotFound."""
        async with self._database.begin() as uow:
            if not await repository.remove(uow.session, tenant_id, person_id):
                raise NotFound("There is no picture of this person.")
            self._changed(uow, tenant_id)

    async def erase(self, uow: UnitOfWork, tenant_id: str, subject: str) -> None:
        """Delete the picture of an erased person. Idempotent."""
        await repository.remove_of_subject(uow.session, tenant_id, subject)
        self._changed(uow, tenant_id)

    async def remove_in(self, uow: UnitOfWork, tenant_id: str, person_id: str = "") -> None:
        """Delete the picture of a closed account, or all of a deleted tenant."""
        if person_id:
            await repository.remove(uow.session, tenant_id, person_id)
        else:
            await repository.remove_of_tenant(uow.session, tenant_id)

    def _changed(self, uow: UnitOfWork, tenant_id: str) -> None:
        uow.after_commit.append(lambda: self._publish(PicturesChanged(tenant_id)))
