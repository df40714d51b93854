"""Contacts of a telephone, copied to the personal contacts of their owner with consent, and kept in step with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from unificx.contacts import repository
from unificx.contacts.checks import checked
from unificx.contacts.files import read_file
from unificx.contacts.optimistic import Guard
from unificx.contacts.schemas import AddressBook, Contact, ContactDetails, NewContact
from unificx.contacts.service import Contacts
from unificx.core.clock import random_id
from unificx.core.errors import Forbidden, Invalid
from unificx.db import UnitOfWork, lock_scope
from unificx.privacy import Consents

UID = "urn:unificx:device:"
"""Beginning of the uid of a copied contact: then the id that the app has chosen for its device, and a random id."""


class ContactSyncOff(Forbidden):
    """Contacts of a device are sent without a consent in force."""

    code = "contact_sync_off"


@dataclass(frozen=True, slots=True)
class CopyReport:
    """Changes of the contacts that were copied from a device. `refused`: entries without a name or a valid number."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Steps:
    """The changes that make the copy of a device equal to its contacts."""

    new: tuple[ContactDetails, ...]
    changed: tuple[tuple[Contact, ContactDetails], ...]
    gone: tuple[str, ...]
    unchanged: int


class DeviceCopies:
    """The contacts of devices in address books of their owners.

    Each change and each restored contact needs the consent of the owner to `contact_sync`. It is checked in the
    transaction of the change, under a lock that a withdrawal takes too: nothing is stored after the removal."""

    def __init__(self, contacts: Contacts, consents: Consents) -> None:
        self._contacts, self._consents = contacts, consents

    async def replace(self, book: AddressBook, device: str, consent: str, data: bytes) -> CopyReport:
        """Make the copy of a device equal to a file with its contacts; no data: no contacts. `consent`: the id of the
        decision that this device rests on. Raise ContactSyncOff, Conflict if the address book is full, Invalid for a
        file that cannot be read."""
        entries = read_file(data, "utf-8").entries if data else ()
        wanted: list[ContactDetails] = []
        for each in entries:
            try:
                if not each.faults:
                    wanted.append(
                        checked(each.contact.details, partial(self._contacts.canonical, book.tenant_id)),
                    )
            except Invalid:
                continue
        steps = await self._contacts.optimistic.run(book, partial(self._copy, book, device, consent, wanted))
        done = (len(steps.new), len(steps.changed), steps.unchanged, len(steps.gone))
        return CopyReport(*done, refused=len(entries) - len(wanted))

    async def _copy(
        self, book: AddressBook, device: str, consent: str, wanted: Sequence[ContactDetails], unchanged: Guard
    ) -> Steps:
        async def guard(uow: UnitOfWork) -> None:
            await self._require(book, consent, uow)
            await unchanged(uow)

        steps = plan(await self._contacts.all(book), device, wanted)
        new = [NewContact(each, f"{UID}{device}:{random_id(self._contacts.clock)}", "device") for each in steps.new]
        await self._contacts.store(book, new, steps.changed, gone=steps.gone, guard=guard)
        return steps

    async def restore(self, book: AddressBook, new: NewContact) -> Contact:
        """Add a copied contact again that was deleted. Raise ContactSyncOff, Invalid, Conflict."""
        [restored] = await self._contacts.store(
            book, [replace(new, source="device")], guard=partial(self._require, book, None)
        )
        return restored

    async def _require(self, book: AddressBook, consent: str | None, uow: UnitOfWork) -> None:
        """Raise ContactSyncOff unless the owner agrees; `consent` None: by any decision in force."""
        await _lock(uow, book.tenant_id, book.subject)
        standing = await self._consents.standing(uow.session, book.tenant_id, book.subject, "contact_sync")
        if not (standing if consent is None else consent in standing):
            raise ContactSyncOff(
                "Contacts of a device are stored here only with your consent.",
                hint="Turn on the sync of contacts on this device again.",
            )

    async def on_consent_ended(self, uow: UnitOfWork, tenant_id: str, subject: str) -> None:
        """Delete the contacts of all devices of a person, in the transaction that records the withdrawal."""
        await _lock(uow, tenant_id, subject)
        person_id, ids = await repository.copied_ids(uow.session, tenant_id, subject)
        if ids:
            await self._contacts.remove_in(uow, AddressBook(tenant_id, person_id, subject), ids)


async def _lock(uow: UnitOfWork, tenant_id: str, subject: str) -> None:
    await lock_scope(uow.session, "contact_sync", tenant_id, subject)


def plan(present: Sequence[Contact], device: str, wanted: Sequence[ContactDetails]) -> Steps:
    """Return how the copy of a device becomes what is wanted. The device decides names and numbers of its contacts;
    what else was entered stays. A contact that is in the address book by other means is not added once more."""
    copied = {each.id: each for each in present if each.source == "device" and each.uid.startswith(f"{UID}{device}:")}
    others = {_key(each.details) for each in present if each.id not in copied}
    same = {_key(each.details): each.id for each in copied.values()}
    remaining: list[ContactDetails] = []
    unchanged, seen = 0, set[tuple[str, frozenset[str]]]()
    for each in wanted:
        key = _key(each)
        if key in same or key in others or key in seen:
            copied.pop(same.get(key, ""), None)
            unchanged += 1
        else:
            remaining.append(each)
        seen.add(key)
    by_trait = {trait: one for one in reversed(list(copied.values())) for trait in _traits(one.details)}
    new: list[ContactDetails] = []
    changed: list[tuple[Contact, ContactDetails]] = []
    for each in remaining:
        before = next((found for trait in _traits(each) if (found := by_trait.get(trait)) and found.id in copied), None)
        if before is None:
            new.append(each)
        else:
            del copied[before.id]
            changed.append((before, _merged(before.details, each)))
    return Steps(tuple(new), tuple(changed), tuple(copied), unchanged)


def _key(details: ContactDetails) -> tuple[str, frozenset[str]]:
    return details.name, frozenset(each.number for each in details.numbers)


def _traits(details: ContactDetails) -> list[tuple[str, str]]:
    """Return by what a changed contact is recognised: its name first."""
    return [("name", details.name), *(("number", each.number) for each in details.numbers)]


def _merged(before: ContactDetails, device: ContactDetails) -> ContactDetails:
    known = {each.number: each for each in before.numbers}
    numbers = tuple(known.get(each.number, each) for each in device.numbers)
    return replace(before, name=device.name, numbers=numbers)
