"""Extensions."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from unificx.core.clock import random_id
from unificx.core.errors import Invalid
from unificx.db import Page, PageById
from unificx.identity.devices import Devices
from unificx.identity.email_aliases import EmailAliases
from unificx.identity.events import ExtensionCreated, NameChanged
from unificx.identity.numbers import allocate_number, allocate_numbers
from unificx.identity.phone_records import PhoneRecords
from unificx.identity.policies import validation
from unificx.identity.repository import accounts, phones
from unificx.identity.schemas import (
    CreatedExtension,
    Extension,
    ExtensionChange,
    NewDevice,
    NewExtension,
    NewPerson,
    Person,
    Principal,
)
from unificx.identity.store import Check, IdentityStore, Transaction, unchecked
from unificx.identity.users import Users


class Extensions:
    """Management of extensions."""

    def __init__(
        self, store: IdentityStore, users: Users, emails: EmailAliases, records: PhoneRecords, devices: Devices
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._directory = store.directory
        self._users = users
        self._emails = emails
        self._records = records
        self._devices = devices

    async def create(self, tenant_id: str, new: NewExtension) -> CreatedExtension:
        """Create an extension with a first device, for the user with that e-mail address, who is created if missing.

        Raise Conflict if the number is in use.
        """
        validation.name(new.name)
        async with self._store.transaction() as tx:
            self._store.tenant(tenant_id)
            # Before the owner is created, so that a taken number is the error of a request that has both faults.
            number = await allocate_number(tx.session, tenant_id, new.number, "extension")
            owner = await self._owner_by_email(tx, tenant_id, new)
            [extension] = await self._add(tx, tenant_id, [(replace(new, number=number), owner)])
            made = await self._devices.add(tx, extension, NewDevice(extension.id, extension.name))
        return CreatedExtension(extension, made.device, made.login)

    async def add(self, tx: Transaction, new: NewExtension, owner: Person) -> Extension:
        """Give a user an extension without devices within a transaction of another service. Raise Conflict, Invalid."""
        [extension] = await self.add_all(tx, owner.tenant_id, [(new, owner)])
        return extension

    async def add_all(
        self, tx: Transaction, tenant_id: str, new: Sequence[tuple[NewExtension, Person]]
    ) -> list[Extension]:
        """Like `add`, one for each of several users, at least one."""
        numbers = await allocate_numbers(tx.session, tenant_id, [each.number for each, _ in new], "extension")
        numbered = [(replace(each, number=number), owner) for number, (each, owner) in zip(numbers, new, strict=True)]
        return await self._add(tx, tenant_id, numbered)

    async def _add(
        self, tx: Transaction, tenant_id: str, new: Sequence[tuple[NewExtension, Person | None]]
    ) -> list[Extension]:
        extensions = [self._new(tenant_id, each, owner) for each, owner in new]
        await phones.add_extensions(tx.session, self._keys, tenant_id, extensions, self._clock.now())
        for extension in extensions:
            tx.publish(ExtensionCreated(self._clock.new_id(), tenant_id, extension.id))
            tx.on_commit.append(partial(self._directory.put_extension, extension))
        return extensions

    def _new(self, tenant_id: str, new: NewExtension, owner: Person | None) -> Extension:
        return Extension(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            number=new.number,
            person_id=owner.id if owner is not None else None,
            subject=owner.subject if owner is not None else random_id(self._clock),
            ring_seconds=validation.ring_seconds(new.ring_seconds),
            max_call_seconds=validation.max_call_seconds(new.max_call_seconds),
            name=validation.name(new.name),
            department=owner.department if owner is not None else validation.department(new.department),
        )

    async def page(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[Extension]:
        """List extensions, oldest first. Raise Invalid for an invalid cursor."""
        request = PageById.parse(cursor, limit)
        async with self._store.read_one() as connection:
            found = await phones.extensions(connection, self._keys, tenant_id, request)
        return request.of_rows(found, lambda extension: extension.id)

    async def of_principal(self, principal: Principal) -> list[Extension]:
        """Return the extensions of the caller."""
        async with self._store.read() as session:
            return await phones.extensions_of_person(session, self._keys, principal.tenant_id, principal.person_id)

    async def get(self, tenant_id: str, reference: str) -> Extension:
        """Return an extension by id or number. Raise NotFound."""
        async with self._store.read() as session:
            return await self._records.extension(session, tenant_id, reference)

    async def update(self, tenant_id: str, extension_id: str, change: ExtensionChange) -> Extension:
        """Change display name, ring time, maximum call duration or, without a user, the department. Raise Invalid."""
        async with self._store.transaction() as tx:
            before = extension = await self._records.extension(tx.session, tenant_id, extension_id)
            if change.name is not None:
                extension = replace(extension, name=validation.name(change.name))
            if change.ring_seconds is not None:
                extension = replace(extension, ring_seconds=validation.ring_seconds(change.ring_seconds))
            if change.max_call_seconds is not None:
                extension = replace(extension, max_call_seconds=validation.max_call_seconds(change.max_call_seconds))
            if change.department is not None:
                extension = replace(extension, department=validation.department(change.department))
                if extension.person_id is not None and extension.department != before.department:
                    raise Invalid(
                        "The department is that of the extension's user.",
                        hint="Change it at the person.",
                        field="department",
                    )
            await phones.save_extension(tx.session, self._keys, extension)
            tx.on_commit.append(lambda: self._directory.put_extension(extension))
            if extension.name != before.name:
                owner = (extension.subject, extension.person_id or "")
                tx.publish(NameChanged(self._clock.new_id(), tenant_id, *owner))
        return extension

    async def delete(self, tenant_id: str, extension_id: str, check: Check = unchecked) -> None:
        """Delete the extension and its devices, not its user. Raise NotFound; what `check` raises."""
        async with self._store.transaction() as tx:
            await check(tx)
            extension = await self._records.extension(tx.session, tenant_id, extension_id)
            await self._records.delete_extension(tx, tenant_id, extension.id)

    async def _owner_by_email(self, tx: Transaction, tenant_id: str, new: NewExtension) -> Person | None:
        if not new.email:
            return None
        address = validation.email_key(validation.email(new.email))
        subject = await self._emails.owner(tx.session, tenant_id, address)
        if subject is not None:
            known = await accounts.person_of_subject(tx.session, self._keys, tenant_id, subject)
            if known is not None:
                return known
        return await self._users.add(tx, tenant_id, NewPerson(new.name, new.email), "invited")
