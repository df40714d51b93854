"""Extensions and their devices."""

import hashlib
from dataclasses import replace
from datetime import date

from unificx.core.errors import NotFound
from unificx.identity.accounts import Accounts
from unificx.identity.events import DeviceCreated, DeviceRevoked, ExtensionCreated
from unificx.identity.numbers import allocate_number
from unificx.identity.policies import validation
from unificx.identity.repository import accounts, phones
from unificx.identity.schemas import (
    CreatedDevice,
    CreatedExtension,
    Device,
    DeviceAuth,
    DeviceChange,
    Extension,
    ExtensionChange,
    NewDevice,
    NewExtension,
    NewPerson,
    Page,
    Person,
    Principal,
    SipLogin,
)
from unificx.identity.service_base import Dependencies, Transaction, make_page, page_size, parse_cursor

_USERNAME_BYTES = 5
_PASSWORD_BYTES = 15
"""Eight characters that make the username unique; a password of twenty-four characters (120 bits)."""


class Extensions(Accounts):
    """Management of extensions and devices."""

    def __init__(self, tools: Dependencies) -> None:
        super().__init__(tools)
        self._device_last_used: dict[tuple[str, str], date] = {}
        """Last-used dates since the last `clean_up`."""

    # extensions

    async def create_extension(self, tenant_id: str, new: NewExtension) -> CreatedExtension:
        """Create an extension with a first device, for the user with that e-mail address, who is created if missing.

        Raise Conflict if the number is in use.
        """
        name = validation.name(new.name)
        async with self._transaction() as tx:
            self._tenant(tenant_id)
            number = await allocate_number(tx.session, tenant_id, new.number, "extension")
            owner = await self._owner_by_email(tx, tenant_id, new)
            extension = Extension(
                id=self._clock.new_id(),
                tenant_id=tenant_id,
                number=number,
                person_id=owner.id if owner is not None else None,
                subject=owner.subject if owner is not None else self._clock.new_id(),
                ring_seconds=validation.ring_seconds(new.ring_seconds),
                max_call_seconds=validation.max_call_seconds(new.max_call_seconds),
                name=name,
            )
            await phones.add_extension(tx.session, self._keys, extension, self._clock.now())
            tx.publish(ExtensionCreated(self._clock.new_id(), tenant_id, extension.id))
            tx.on_commit.append(lambda: self.directory.put_extension(extension))
            made = await self._add_device(tx, extension, NewDevice(extension.id, name))
        return CreatedExtension(extension, made.device, made.login)

    async def _owner_by_email(self, tx: Transaction, tenant_id: str, new: NewExtension) -> Person | None:
        if not new.email:
            return None
        address = validation.email_key(validation.email(new.email))
        subject = await self._owner_of_email(tx.session, tenant_id, address)
        if subject is not None:
            known = await accounts.person_of_subject(tx.session, self._keys, tenant_id, subject)
            if known is not None:
                return known
        return await self._add_person(tx, tenant_id, NewPerson(new.name, new.email), "invited")

    async def list_extensions(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[Extension]:
        """List extensions, oldest first. Raise Invalid for an invalid cursor."""
        after = parse_cursor(cursor)
        async with self._database.read() as session:
            found = await phones.extensions(session, self._keys, tenant_id, after, page_size(limit) + 1)
        return make_page(found, limit, lambda extension: extension.id)

    async def extensions_of(self, principal: Principal) -> list[Extension]:
        """Return the extensions of the caller."""
        async with self._database.read() as session:
            return await phones.extensions_of_person(session, self._keys, principal.tenant_id, principal.person_id)

    async def extension(self, tenant_id: str, reference: str) -> Extension:
        """Return an extension by id or number. Raise NotFound."""
        async with self._database.read() as session:
            found = await phones.extension(session, self._keys, tenant_id, reference)
        if found is None:
            raise NotFound("Extension not found.")
        return found

    async def update_extension(self, tenant_id: str, extension_id: str, change: ExtensionChange) -> Extension:
        """Change display name, ring time or maximum call duration."""
        async with self._transaction() as tx:
            extension = await self._extension(tx, tenant_id, extension_id)
            if change.name is not None:
                extension = replace(extension, name=validation.name(change.name))
            if change.ring_seconds is not None:
                extension = replace(extension, ring_seconds=validation.ring_seconds(change.ring_seconds))
            if change.max_call_seconds is not None:
                extension = replace(extension, max_call_seconds=validation.max_call_seconds(change.max_call_seconds))
            await phones.save_extension(tx.session, self._keys, extension)
            tx.on_commit.append(lambda: self.directory.put_extension(extension))
        return extension

    async def delete_extension(self, tenant_id: str, extension_id: str) -> None:
        """Delete the extension and its devices, not its user."""
        async with self._transaction() as tx:
            extension = await self._extension(tx, tenant_id, extension_id)
            await self._drop_extension(tx, tenant_id, extension.id)

    # devices

    async def create_device(self, tenant_id: str, new: NewDevice, actor_id: str = "") -> CreatedDevice:
        """Add a device with its own SIP credentials to an extension.

        `by` is the id of the acting user, "" for the operator's console: the owner is notified unless it is them.
        """
        async with self._transaction() as tx:
            extension = await self._extension(tx, tenant_id, new.extension_id)
            made = await self._add_device(tx, extension, new)
        self._notify_owner(extension, made.device, actor_id)
        return made

    async def list_devices(
        self, tenant_id: str, extension_id: str | None = None, cursor: str | None = None, limit: int = 100
    ) -> Page[Device]:
        """List devices of one extension or of all, oldest first. Raise Invalid for an invalid cursor."""
        after, size = parse_cursor(cursor), page_size(limit) + 1
        async with self._database.read() as session:
            found = await phones.devices(
                session, self._keys, tenant_id, extension_id=extension_id, after=after, limit=size
            )
        return make_page([self._with_last_used(each) for each in found], limit, lambda device: device.id)

    async def device(self, tenant_id: str, device_id: str) -> Device:
        """Return a device. Raise NotFound."""
        async with self._database.read() as session:
            found = await phones.device(session, self._keys, tenant_id, device_id)
        if found is None:
            raise NotFound("Device not found.")
        return self._with_last_used(found)

    def mark_device_used(self, device_id: str) -> None:
        """Record a registration of the device; `clean_up` stores the date."""
        device = self.directory.device(device_id)
        if device is not None:
            self._device_last_used[device.tenant_id, device_id] = self._clock.now().date()

    def _with_last_used(self, device: Device) -> Device:
        return replace(device, last_used=self._device_last_used.get((device.tenant_id, device.id), device.last_used))

    async def update_device(self, tenant_id: str, device_id: str, change: DeviceChange) -> Device:
        """Rename, disable or enable. A disabled device is refused at once."""
        async with self._transaction() as tx:
            before, extension = await self._device(tx, tenant_id, device_id)
            after = replace(before, name=validation.name(change.name)) if change.name is not None else before
            after = replace(after, enabled=change.enabled) if change.enabled is not None else after
            await phones.save_device(tx.session, self._keys, after, extension.subject)
            if before.enabled and not after.enabled:
                tx.publish(DeviceRevoked(self._clock.new_id(), tenant_id, device_id, extension.id))
            tx.on_commit.append(lambda: self.directory.enable_device(device_id, enabled=after.enabled))
        return after

    async def renew_device_password(self, tenant_id: str, device_id: str, actor_id: str = "") -> CreatedDevice:
        """Replace the SIP password; the old one is invalid at once. `by`: see `create_device`."""
        async with self._transaction() as tx:
            device, extension = await self._device(tx, tenant_id, device_id)
            login, auth = self._new_login(extension, device)
            await phones.save_login(tx.session, self._keys, auth, extension.subject)
            tx.publish(DeviceRevoked(self._clock.new_id(), tenant_id, device_id, extension.id))
            tx.on_commit.append(lambda: self.directory.put_device(auth))
        self._notify_owner(extension, device, actor_id)
        return CreatedDevice(device, login)

    async def delete_device(self, tenant_id: str, device_id: str) -> None:
        """Delete the device, which is refused at once."""
        async with self._transaction() as tx:
            _, extension = await self._device(tx, tenant_id, device_id)
            await self._drop_device(tx, tenant_id, device_id, extension.id)

    # internal helpers

    async def _extension(self, tx: Transaction, tenant_id: str, reference: str) -> Extension:
        found = await phones.extension(tx.session, self._keys, tenant_id, reference)
        if found is None:
            raise NotFound("Extension not found.")
        return found

    async def _device(self, tx: Transaction, tenant_id: str, device_id: str) -> tuple[Device, Extension]:
        found = await phones.device(tx.session, self._keys, tenant_id, device_id)
        if found is None:
            raise NotFound("Device not found.")
        return found, await self._extension(tx, tenant_id, found.extension_id)

    def _notify_owner(self, extension: Extension, device: Device, actor_id: str) -> None:
        """Notify the owner: SIP credentials of an extension allow calls in their name and access to their voicemail."""
        if extension.person_id is not None and extension.person_id != actor_id:
            self._run_in_background(self._notify(extension.tenant_id, extension.person_id, "device_given", device.name))

    async def _add_device(self, tx: Transaction, extension: Extension, new: NewDevice) -> CreatedDevice:
        device = Device(
            id=self._clock.new_id(),
            tenant_id=extension.tenant_id,
            extension_id=extension.id,
            kind=new.kind,
            enabled=True,
            created=self._clock.now(),
            last_used=None,
            name=validation.name(new.name),
            username=self._free_username(extension.number),
        )
        login, auth = self._new_login(extension, device)
        await phones.add_device(tx.session, self._keys, device, auth, extension.subject)
        tx.publish(DeviceCreated(self._clock.new_id(), extension.tenant_id, device.id, extension.id))
        tx.on_commit.append(lambda: self.directory.put_device(auth))
        return CreatedDevice(device, login)

    def _free_username(self, number: str) -> str:
        while True:
            username = f"{number}-{self._random_characters(_USERNAME_BYTES)}"
            if self.directory.device_by_username(username) is None:
                return username

    def _new_login(self, extension: Extension, device: Device) -> tuple[SipLogin, DeviceAuth]:
        tenant = self._tenant(extension.tenant_id)
        password = self._random_characters(_PASSWORD_BYTES)
        secret = f"{device.username}:{tenant.domain}:{password}".encode()
        auth = DeviceAuth(
            device_id=device.id,
            extension_id=extension.id,
            tenant_id=tenant.id,
            realm=tenant.domain,
            enabled=device.enabled,
            username=device.username,
            ha1_md5=hashlib.md5(secret, usedforsecurity=False).digest(),
            ha1_sha256=hashlib.sha256(secret).digest(),
        )
        uri = f"sip:{extension.number}@{tenant.domain}"
        return SipLogin(device.username, password, tenant.domain, uri), auth
