"""SIP devices of extensions."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from unificx.core.errors import Conflict, NotFound
from unificx.db import Page, PageById, lock_scope, log_and_continue
from unificx.identity.events import DeviceCreated, DeviceRevoked, SharedPhoneUsed
from unificx.identity.phone_records import PhoneRecords
from unificx.identity.policies import validation
from unificx.identity.policies.random_text import readable_password, readable_text
from unificx.identity.repository import phones
from unificx.identity.schemas import (
    CreatedDevice,
    Device,
    DeviceAuth,
    DeviceChange,
    DeviceKind,
    Extension,
    NewDevice,
    SipLogin,
)
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.store import IdentityStore, Transaction

_USERNAME_BYTES = 5
_PASSWORD_BYTES = 15
"""Eight characters that make the username unique; a password of twenty-four characters (120 bits)."""


class Devices:
    """Management of devices."""

    def __init__(self, store: IdentityStore, records: PhoneRecords, notices: SecurityNotices) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._directory = store.directory
        self._records = records
        self._notices = notices
        # Owner: this node, until `store_last_used` writes them.
        self._last_used: dict[tuple[str, str], date] = {}
        """Dates since the last `store_last_used`."""

    async def create(self, tenant_id: str, new: NewDevice, actor_id: str = "") -> CreatedDevice:
        """Add a device with its own SIP credentials to an extension.

        `actor_id` is the id of the acting user, "" for the operator's console: the owner is notified unless it is them.
        """
        async with self._store.transaction() as tx:
            extension = await self._records.extension(tx.session, tenant_id, new.extension_id)
            made = await self.add(tx, extension, new)
        self._notify_owner(extension, made.device, actor_id)
        return made

    async def page(
        self, tenant_id: str, extension_id: str | None = None, cursor: str | None = None, limit: int = 100
    ) -> Page[Device]:
        """List devices of one extension or of all, oldest first. Raise Invalid for an invalid cursor."""
        request = PageById.parse(cursor, limit)
        async with self._store.read() as session:
            found = await phones.devices(session, self._keys, tenant_id, request, extension_id=extension_id)
        return request.of_rows([self.with_last_used(each) for each in found], lambda device: device.id)

    async def kinds(self, tenant_id: str) -> Mapping[str, DeviceKind]:
        """Return the kind of each device of a tenant, by id."""
        async with self._store.read() as session:
            return await phones.device_kinds(session, tenant_id)

    async def get(self, tenant_id: str, device_id: str) -> Device:
        """Return a device. Raise NotFound."""
        async with self._store.read() as session:
            return self.with_last_used(await self._records.device(session, tenant_id, device_id))

    def mark_used(self, device_id: str) -> None:
        """Record a registration of the device; `store_last_used` stores the date."""
        device = self._directory.device(device_id)
        if device is not None:
            self._last_used[device.tenant_id, device_id] = self._clock.now().date()

    def with_pending_days(self, days: Mapping[str, date]) -> dict[str, date]:
        """Return the latest date of a registration by extension, with those that are not stored yet."""
        found = dict(days)
        for (_, device_id), day in self._last_used.items():
            device = self._directory.device(device_id)
            if device is not None:
                found[device.extension_id] = max(day, found.get(device.extension_id, day))
        return found

    async def store_last_used(self, tx: Transaction) -> None:
        """Store the dates recorded by `mark_used`."""
        await phones.mark_used(tx.session, tx.take(self._last_used))

    async def update(self, tenant_id: str, device_id: str, change: DeviceChange) -> Device:
        """Rename, disable or enable. A disabled device is refused at once."""
        async with self._store.transaction() as tx:
            before, extension = await self._device(tx, tenant_id, device_id)
            after = replace(before, name=validation.name(change.name)) if change.name is not None else before
            after = replace(after, enabled=change.enabled) if change.enabled is not None else after
            after = await self._shared(tx, after, change.shared) if change.shared is not None else after
            await phones.save_device(tx.session, self._keys, after, extension.subject)
            if before.enabled and not after.enabled:
                tx.publish(DeviceRevoked(self._clock.new_id(), tenant_id, device_id, self._extension_in_use(after)))
            tx.on_commit.append(lambda: self._directory.enable_device(device_id, enabled=after.enabled))
        return after

    async def is_shared(self, tenant_id: str, device_id: str) -> bool:
        """Return whether users sign in at a phone."""
        async with self._store.read() as session:
            found = await phones.usage(session, tenant_id, device_id)
        return found is not None and found.shared

    async def sign_in(self, tenant_id: str, device_id: str, extension: Extension) -> None:
        """Sign the user of an extension in at a shared phone, in place of another one, and out of other phones.

        Raise NotFound; Conflict if the phone is not shared or the extension has no user.
        """
        async with self._store.transaction() as tx:
            await lock_scope(tx.session, "shared_phones", tenant_id)
            phone = await self._usage(tx, tenant_id, device_id)
            if not phone.shared:
                raise Conflict("This phone is not shared.", hint="An administrator can share it.")
            if extension.person_id is None or extension.tenant_id != tenant_id:
                raise Conflict("This extension has no user.")
            for other in await phones.usages_by(tx.session, tenant_id, extension.id):
                await self._use(tx, other, None)
            await self._use(tx, phone, extension.id)

    async def sign_out(self, tenant_id: str, device_id: str) -> None:
        """Sign the user of a shared phone out: it is a device of its own extension again. Raise NotFound, Conflict."""
        async with self._store.transaction() as tx:
            await lock_scope(tx.session, "shared_phones", tenant_id)
            phone = await self._usage(tx, tenant_id, device_id)
            if phone.used_by is None:
                raise Conflict("No user is signed in at this phone.")
            await self._use(tx, phone, None)

    async def sign_out_due(self) -> None:
        """Sign users out of shared phones at the time of their tenant. Called every few minutes."""
        for tenant_id in self._directory.tenants_of_used_phones():
            with log_and_continue("shared_phones_not_signed_out", tenant=tenant_id):
                if at := self._store.tenant(tenant_id).sign_out_time:
                    last = validation.last_time(at, self._clock.now(), self._directory.time_zone(tenant_id))
                    async with self._store.transaction() as tx:
                        for phone in await phones.usages_before(tx.session, tenant_id, last):
                            await self._use(tx, phone, None)

    async def renew_password(self, tenant_id: str, device_id: str, actor_id: str = "") -> CreatedDevice:
        """Replace the SIP password; the old one is invalid at once. `actor_id`: see `create`."""
        async with self._store.transaction() as tx:
            device, extension = await self._device(tx, tenant_id, device_id)
            login, auth = self._new_login(extension, device)
            await phones.save_login(tx.session, self._keys, auth, extension.subject)
            tx.publish(DeviceRevoked(self._clock.new_id(), tenant_id, device_id, self._extension_in_use(device)))
            tx.on_commit.append(lambda: self._directory.put_device(auth))
        self._notify_owner(extension, device, actor_id)
        return CreatedDevice(device, login)

    async def delete(self, tenant_id: str, device_id: str) -> None:
        """Delete the device, which is refused at once."""
        async with self._store.transaction() as tx:
            device, _ = await self._device(tx, tenant_id, device_id)
            await self._records.delete_device(tx, tenant_id, device_id, self._extension_in_use(device))

    async def add(self, tx: Transaction, extension: Extension, new: NewDevice) -> CreatedDevice:
        """Add a device within a transaction of another service, without notifying the owner."""
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
        tx.on_commit.append(lambda: self._directory.put_device(auth))
        return CreatedDevice(device, login)

    def with_last_used(self, device: Device) -> Device:
        """Return the device with a date that `store_last_used` has not stored yet."""
        return replace(device, last_used=self._last_used.get((device.tenant_id, device.id), device.last_used))

    async def _shared(self, tx: Transaction, device: Device, shared: bool) -> Device:
        """Return the device as a shared one or not. Only a phone of an extension without a user can be shared: others
        would get the calls of its user."""
        home = self._directory.extension_by_id(device.extension_id)
        if shared and (device.kind == "client" or home is None or home.person_id is not None):
            hint = "Create an extension without a person for it."
            raise Conflict("Only a phone of an extension without a user can be shared.", field="shared", hint=hint)
        if device.used_by is not None and not shared:
            await self._use(tx, await self._usage(tx, device.tenant_id, device.id), None)
            device = replace(device, used_by=None, used_since=None)
        return replace(device, shared=shared)

    async def _usage(self, tx: Transaction, tenant_id: str, device_id: str) -> phones.PhoneUsage:
        found = await phones.usage(tx.session, tenant_id, device_id)
        if found is None:
            raise NotFound("Device not found.")
        return found

    async def _use(self, tx: Transaction, phone: phones.PhoneUsage, extension_id: str | None) -> None:
        """Make a shared phone a device of the extension of its present user, None for its own one."""
        before, after = phone.used_by or phone.home_extension_id, extension_id or phone.home_extension_id
        since = self._clock.now() if extension_id is not None else None
        await phones.use(tx.session, phone, extension_id, since)
        if before != after:
            tx.publish(SharedPhoneUsed(self._clock.new_id(), phone.tenant_id, phone.device_id, after, before))
        tx.on_commit.append(lambda: self._directory.use_device(phone.device_id, after, phone.home_extension_id))

    def _extension_in_use(self, device: Device) -> str:
        """Return the extension that a device registers for."""
        return device.used_by or device.extension_id

    async def _device(self, tx: Transaction, tenant_id: str, device_id: str) -> tuple[Device, Extension]:
        found = await self._records.device(tx.session, tenant_id, device_id)
        return found, await self._records.extension(tx.session, tenant_id, found.extension_id)

    def _notify_owner(self, extension: Extension, device: Device, actor_id: str) -> None:
        """Notify the owner: SIP credentials of an extension allow calls in their name and access to their voicemail."""
        if extension.person_id is not None and extension.person_id != actor_id:
            self._notices.send(extension.tenant_id, extension.person_id, "device_given", device.name)

    def _free_username(self, number: str) -> str:
        while True:
            username = f"{number}-{readable_text(self._clock.random_bytes(_USERNAME_BYTES))}"
            if self._directory.device_by_username(username) is None:
                return username

    def _new_login(self, extension: Extension, device: Device) -> tuple[SipLogin, DeviceAuth]:
        tenant = self._store.tenant(extension.tenant_id)
        password = readable_password(self._clock.random_bytes(_PASSWORD_BYTES))
        secret = f"{device.username}:{tenant.domain}:{password}".encode()
        auth = DeviceAuth(
            device_id=device.id,
            extension_id=self._extension_in_use(device),
            home_extension_id=extension.id if device.used_by is not None else "",
            tenant_id=tenant.id,
            realm=tenant.domain,
            enabled=device.enabled,
            username=device.username,
            ha1_md5=hashlib.md5(secret, usedforsecurity=False).digest(),
            ha1_sha256=hashlib.sha256(secret).digest(),
        )
        uri = f"sip:{extension.number}@{tenant.domain}"
        return SipLogin(device.username, password, tenant.domain, uri), auth
