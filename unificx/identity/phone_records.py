"""Extensions and devices as parts of an account: they change with their user and are deleted with them."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import NotFound
from unificx.identity.events import DeviceRevoked, ExtensionDeleted
from unificx.identity.repository import phones
from unificx.identity.schemas import Device, Extension, Person
from unificx.identity.store import IdentityStore, Transaction


class PhoneRecords:
    """Look-up, renaming and deletion of extensions and devices within a transaction of another service."""

    def __init__(self, store: IdentityStore) -> None:
        self._keys = store.keys
        self._clock = store.clock
        self._directory = store.directory

    async def extension(self, session: AsyncSession, tenant_id: str, reference: str) -> Extension:
        """Return an extension by id or number. Raise NotFound."""
        found = await phones.extension(session, self._keys, tenant_id, reference)
        if found is None:
            raise NotFound("Extension not found.")
        return found

    async def device(self, session: AsyncSession, tenant_id: str, device_id: str) -> Device:
        """Return a device. Raise NotFound."""
        found = await phones.device(session, self._keys, tenant_id, device_id)
        if found is None:
            raise NotFound("Device not found.")
        return found

    async def rename_extensions(self, tx: Transaction, person: Person, name: str) -> None:
        """Give `name` to the user's extensions that show the user's present name."""
        for extension in await phones.extensions_of_person(tx.session, self._keys, person.tenant_id, person.id):
            if extension.name == person.name:
                renamed = replace(extension, name=name)
                await phones.save_extension(tx.session, self._keys, renamed)
                tx.on_commit.append(lambda renamed=renamed: self._directory.put_extension(renamed))

    async def move_extensions(self, tx: Transaction, person: Person) -> None:
        """Give the user's department to their extensions."""
        for extension in await phones.extensions_of_person(tx.session, self._keys, person.tenant_id, person.id):
            moved = replace(extension, department=person.department)
            await phones.save_extension(tx.session, self._keys, moved)
            tx.on_commit.append(lambda moved=moved: self._directory.put_extension(moved))

    async def delete_of_person(self, tx: Transaction, person: Person) -> None:
        """Delete the user's extensions and their devices."""
        for extension in await phones.extensions_of_person(tx.session, self._keys, person.tenant_id, person.id):
            await self.delete_extension(tx, person.tenant_id, extension.id)

    async def delete_of_subject(self, tx: Transaction, tenant_id: str, subject: str) -> None:
        """Delete the extensions of a subject, which may have no user, and their devices."""
        for extension in await phones.extensions_of_subject(tx.session, self._keys, tenant_id, subject):
            await self.delete_extension(tx, tenant_id, extension.id)

    async def delete_session_device(self, tx: Transaction, tenant_id: str, device_id: str) -> None:
        """Delete the SIP device of an ended session, if it still exists."""
        device = self._directory.device(device_id)
        if device is not None:
            await self.delete_device(tx, tenant_id, device_id, device.extension_id)

    async def delete_device(self, tx: Transaction, tenant_id: str, device_id: str, extension_id: str) -> None:
        """Delete the device and publish DeviceRevoked."""
        await phones.delete_device(tx.session, tenant_id, device_id)
        tx.publish(DeviceRevoked(self._clock.new_id(), tenant_id, device_id, extension_id))
        tx.on_commit.append(lambda: self._directory.drop_device(device_id))

    async def delete_extension(self, tx: Transaction, tenant_id: str, extension_id: str) -> None:
        """Delete the extension with its devices and publish an event for each."""
        for device_id in await phones.device_ids(tx.session, tenant_id, extension_id):
            tx.publish(DeviceRevoked(self._clock.new_id(), tenant_id, device_id, extension_id))
        await phones.delete_extension(tx.session, tenant_id, extension_id)
        tx.publish(ExtensionDeleted(self._clock.new_id(), tenant_id, extension_id))
        tx.on_commit.append(lambda: self._directory.drop_extension(extension_id))
