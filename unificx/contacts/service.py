"""Contacts: address books of tenants and of their users."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from unificx.contacts import picture_repository, repository
from unificx.contacts.books import Book, Books, CompanyNames, page_of
from unificx.contacts.checks import MAX_COMPANY, MAX_PERSONAL, checked, checked_extra, checked_uid, without_names
from unificx.contacts.contact_pictures import ContactPictures
from unificx.contacts.events import ContactsChanged
from unificx.contacts.optimistic import Guard, OptimisticChanges
from unificx.contacts.pictures import ProfilePictures
from unificx.contacts.ports import PortraitProcessor
from unificx.contacts.resources import ContactResources
from unificx.contacts.schemas import (
    NO_PICTURE,
    AddressBook,
    Contact,
    ContactDetails,
    ContactPicture,
    FoundName,
    NewContact,
)
from unificx.contacts.vcard import labelled
from unificx.core.clock import Clock, random_id
from unificx.core.errors import Conflict, NotFound
from unificx.core.phrases import Phrase
from unificx.db import Database, ErasedSubject, Page, UnitOfWork
from unificx.identity.events import PersonClosed, TenantDeleted
from unificx.privacy import KeyStore, OutsideNumbers

SUBJECTS_AT_A_TIME = 50
"""Data subjects that are created without a pause: each new one is a write to the key store."""


class ContactChanged(Conflict):
    """The contact was changed by another device or person since it was read."""

    code = "contact_changed"


class Contacts:
    """The address books of all tenants. Call `start` first. `publish` takes signals for the bus."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        outside_numbers: OutsideNumbers,
        publish: Callable[[object], None],
        portraits: PortraitProcessor,
    ) -> None:
        self._database = database
        self._keys = keys
        self._outside_numbers = outside_numbers
        self.clock = database.clock
        self._publish = publish
        self._books = Books()
        self._names = CompanyNames()
        self.optimistic = OptimisticChanges(self._books, self.book)
        self.resources = ContactResources(database, keys, self.book)
        self.pictures = ProfilePictures(database, keys, publish, portraits)
        self.contact_pictures = ContactPictures(database, keys, portraits)

    async def start(self) -> None:
        """Load the names of company contacts."""
        async with self._database.read() as session:
            async for contact in repository.company_contacts(session, self._keys):
                self._names.put(contact)

    # ---- names of callers

    def company_name(self, tenant_id: str, number: str) -> str:
        """Return the name of a number in E.164 in the company contacts, "" for none. From memory."""
        return self._names.get(tenant_id, number)

    def company_entries(self, tenant_id: str) -> list[tuple[str, str]]:
        """Return name and number of the company contacts, for the phone books of desk phones. From memory."""
        return self._names.entries(tenant_id)

    async def names(self, books: Sequence[AddressBook], numbers: Iterable[str]) -> list[FoundName]:
        """Return the contacts of numbers, in any spelling, from the first of the books that has one."""
        loaded = [await self.book(each) for each in books]
        found: list[FoundName] = []
        for number in numbers:
            stored = self._outside_numbers.stored(books[0].tenant_id, number)
            contact = next((one for book in loaded if (one := book.with_number(stored)) is not None), None)
            if contact is not None:
                found.append(FoundName(number, contact))
        return found

    # ---- reading

    async def page(
        self,
        books: Sequence[AddressBook],
        search: str = "",
        cursor: str | None = None,
        limit: int = 50,
        *,
        favourites: bool = False,
    ) -> Page[Contact]:
        """Return contacts of one or two address books by name. Raise Invalid for a malformed cursor."""
        loaded = [await self.book(each) for each in books]
        return page_of(loaded, search, cursor, limit, favourites=favourites)

    async def all(self, book: AddressBook) -> Sequence[Contact]:
        """Return all contacts of an address book by name."""
        return (await self.book(book)).in_order()

    async def get(self, books: Sequence[AddressBook], contact_id: str) -> Contact:
        """Return a contact of one of these address books. Raise NotFound."""
        async with self._database.read() as session:
            for book in books:
                found = await repository.find(session, self._keys, book, contact_id)
                if found is not None:
                    return found
        raise _no_contact()

    async def book(self, book: AddressBook) -> Book:
        """Return an address book in memory."""
        found = self._books.get(book)
        if found is None:
            generation = self._books.generation
            async with self._database.read() as session:
                revision = await repository.revision(session, book)
                found = Book(await repository.contacts_of(session, self._keys, book), revision)
            self._books.put(book, found, generation)
        return found

    # ---- changes

    async def create(self, book: AddressBook, new: NewContact) -> Contact:
        """Add a contact. Raise Invalid, Conflict."""
        return (await self.store(book, [new]))[0]

    async def store(
        self,
        book: AddressBook,
        new: Sequence[NewContact],
        changed: Sequence[tuple[Contact, ContactDetails]] = (),
        *,
        pictures: Mapping[str, ContactPicture] | None = None,
        gone: Sequence[str] = (),
        guard: Guard | None = None,
    ) -> list[Contact]:
        """Add contacts, replace those that are `changed` and delete those that are `gone`, all or none; return the new
        ones. `pictures`: new pictures of changed contacts, by their ids. `guard` is called first, in the transaction.
        Raise Invalid, Conflict if the address book is full, ContactChanged, and what `guard` raises."""
        canonical = partial(self.canonical, book.tenant_id)
        details = [checked(each.details, canonical) for each in new]
        updates = [(each.id, each.revision, checked(found, canonical)) for each, found in changed]
        subjects = await self._subjects(book.tenant_id, (*details, *(found for *_, found in updates)))
        added: list[Contact] = []
        async with self._writing() as uow:
            if guard is not None:
                await guard(uow)
            if not (new or changed or gone):
                return []
            if gone:
                await repository.next_revisions(uow.session, book, deletes=True)
                await repository.remove(uow.session, book.tenant_id, gone)
            last = await repository.next_revisions(uow.session, book, len(new) + len(changed))
            await _require_present(uow, self._keys, book.tenant_id, subjects)
            if await repository.count(uow.session, book) + len(new) > _capacity(book):
                raise Conflict(
                    Phrase("An address book has at most {} contacts.", _capacity(book)), hint="Delete some first."
                )
            for at, (one, each) in enumerate(zip(new, details, strict=True)):
                contact_id = random_id(self.clock)
                uid, number = checked_uid(one.uid) or f"urn:uuid:{contact_id}", last - len(new) + 1 + at
                owner = book.subject or _sealing_subject(each, subjects, self.clock)
                where = (contact_id, book.tenant_id, book.person_id, uid, number, self.clock.now())
                more = (one.source, each, owner, one.resource, checked_extra(labelled(one.extra, each, canonical)))
                added.append(Contact(*where, *more, _version(one.picture, self.clock)))
            rows = [(one, _numbers_of(one.details, subjects)) for one in added]
            await repository.add(uow.session, self._keys, rows)
            pictured = [(one, each.picture) for one, each in zip(added, new, strict=True) if each.picture.image]
            await picture_repository.put_of_contacts(uow.session, self._keys, pictured)
            first = last - len(new) - len(changed) + 1
            replaced = [
                await self._replace(uow, book, update, first + at, subjects, picture=(pictures or {}).get(update[0]))
                for at, update in enumerate(updates)
            ]
            self._apply(uow, book, [*added, *replaced], gone, range(first - bool(gone), last + 1))
        return added

    async def update(
        self,
        book: AddressBook,
        contact_id: str,
        details: ContactDetails,
        revision: int | None = None,
        extra: tuple[str, ...] | None = None,
        *,
        picture: ContactPicture | None = None,
    ) -> Contact:
        """Replace a contact. `revision` is that of the version which was edited; `extra` and `picture` None: as before.
        Raise NotFound, Invalid, ContactChanged."""
        new = checked(details, partial(self.canonical, book.tenant_id))
        subjects = await self._subjects(book.tenant_id, [new])
        async with self._writing() as uow:
            number = await repository.next_revisions(uow.session, book)
            await _require_present(uow, self._keys, book.tenant_id, subjects)
            change = (contact_id, revision, new)
            after = await self._replace(uow, book, change, number, subjects, extra=extra, picture=picture)
            self._apply(uow, book, [after], (), range(number, number + 1))
        return after

    async def set_picture(self, book: AddressBook, contact_id: str, picture: ContactPicture) -> Contact:
        """Replace the picture of a contact, or remove it by NO_PICTURE. Raise NotFound."""
        async with self._writing() as uow:
            number = await repository.next_revisions(uow.session, book)
            before = await repository.find(uow.session, self._keys, book, contact_id)
            if before is None:
                raise _no_contact()
            if not picture.image and not before.picture:
                raise NotFound("There is no picture of this contact.")
            after = replace(before, revision=number, changed=self.clock.now(), picture=_version(picture, self.clock))
            await repository.mark_picture(uow.session, after)
            await picture_repository.put_of_contacts(uow.session, self._keys, [(after, picture)])
            self._apply(uow, book, [after], (), range(number, number + 1))
        return after

    async def _replace(
        self,
        uow: UnitOfWork,
        book: AddressBook,
        update: tuple[str, int | None, ContactDetails],
        number: int,
        subjects: dict[str, str],
        *,
        extra: tuple[str, ...] | None = None,
        picture: ContactPicture | None = None,
    ) -> Contact:
        contact_id, revision, details = update
        before = await repository.find(uow.session, self._keys, book, contact_id)
        if before is None:
            raise _no_contact()
        _require_revision(before, revision)
        if extra is None:
            extra = before.extra if details.name == before.details.name else without_names(before.extra)
        extra = checked_extra(labelled(extra, details, partial(self.canonical, book.tenant_id)))
        after = replace(before, details=details, revision=number, changed=self.clock.now(), extra=extra)
        if not book.person_id:
            after = replace(after, subject=_sealing_subject(details, subjects, self.clock))
        if picture is None and after.subject != before.subject and before.picture:
            stored = await picture_repository.of_contacts(uow.session, self._keys, book.tenant_id, [contact_id])
            picture = stored.get(contact_id, NO_PICTURE)  # sealed again under the key that the contact now has
        if picture is not None:
            after = replace(after, picture=_version(picture, self.clock))
            await picture_repository.put_of_contacts(uow.session, self._keys, [(after, picture)])
        await repository.replace(uow.session, self._keys, after, _numbers_of(details, subjects))
        return after

    async def remove(self, book: AddressBook, contact_id: str, revision: int | None = None) -> None:
        """Delete a contact. Raise NotFound, ContactChanged."""
        async with self._writing() as uow:
            number = await repository.next_revisions(uow.session, book, deletes=True)
            before = await repository.find(uow.session, self._keys, book, contact_id)
            if before is None:
                raise _no_contact()
            _require_revision(before, revision)
            await repository.remove(uow.session, book.tenant_id, [contact_id])
            self._apply(uow, book, (), [contact_id], range(number, number + 1))

    async def remove_in(self, uow: UnitOfWork, book: AddressBook, contact_ids: Sequence[str]) -> None:
        """Delete contacts in a unit of work of the caller."""
        number = await repository.next_revisions(uow.session, book, deletes=True)
        await repository.remove(uow.session, book.tenant_id, contact_ids)
        self._apply(uow, book, (), contact_ids, range(number, number + 1))

    def canonical(self, tenant_id: str, number: str) -> str:
        """Return a number as it is stored, "" for a text that is none."""
        return self._outside_numbers.canonical(tenant_id, number)

    async def _subjects(self, tenant_id: str, details: Iterable[ContactDetails]) -> dict[str, str]:
        """Return the data subjects of all numbers in E.164, created if new."""
        numbers = dict.fromkeys(each.number for one in details for each in one.numbers if each.number.startswith("+"))
        found: dict[str, str] = {}
        for at, number in enumerate(numbers, 1):
            found[number] = self._outside_numbers.subject(tenant_id, number)
            if at % SUBJECTS_AT_A_TIME == 0:
                await asyncio.sleep(0)
        return found

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[UnitOfWork]:
        """Begin a unit of work. Raise Conflict if a number or the owner is erased meanwhile."""
        try:
            async with self._database.begin() as uow:
                yield uow
        except ErasedSubject:
            raise Conflict("The data of this number is being erased.", hint="Try again later.") from None

    def _apply(
        self, uow: UnitOfWork, book: AddressBook, put: Sequence[Contact], drop: Sequence[str], revisions: range
    ) -> None:
        uow.after_commit.append(lambda: self._changed(book, put, drop, revisions))

    def _changed(self, book: AddressBook, put: Iterable[Contact], drop: Collection[str], revisions: range) -> None:
        self._books.change(book, revisions, put, drop)
        if not book.person_id:
            self._names.drop(book.tenant_id, drop)
            for each in put:
                self._names.put(each)
        self._publish(ContactsChanged(book.tenant_id, book.person_id))

    # ---- deletion

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete address book and picture of an erased user, and the contacts of an erased number in all address books.
        Idempotent."""
        self.drop_subject(subject)
        async with self._database.begin() as uow:
            own = await repository.ids_of_subject(uow.session, tenant_id, subject)
            ids = [*{*own, *await repository.linked_ids(uow.session, tenant_id, subject)}]
            for person_id in await repository.owners_of(uow.session, tenant_id, ids):
                await repository.next_revisions(uow.session, AddressBook(tenant_id, person_id), deletes=True)
            await repository.remove(uow.session, tenant_id, ids)
            await self.pictures.erase(uow, tenant_id, subject)
            uow.after_commit += (lambda: self._names.drop(tenant_id, ids), lambda: self._books.forget(tenant_id))

    def drop_subject(self, subject: str) -> None:
        """Drop what is in memory of an erased subject before its rows are deleted."""
        self._names.drop_subject(subject)
        self._books.forget_all()

    async def on_person_closed(self, event: PersonClosed, uow: UnitOfWork) -> None:
        """Delete address book and picture of a closed account. Outbox handler."""
        await repository.delete_book(uow.session, AddressBook(event.tenant, event.person_id))
        await self.pictures.remove_in(uow, event.tenant, event.person_id)
        uow.after_commit.append(lambda: self._books.forget(event.tenant, event.person_id))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete contacts and pictures of a deleted tenant. Outbox handler."""
        await repository.delete_of_tenant(uow.session, event.tenant)
        await self.pictures.remove_in(uow, event.tenant)
        uow.after_commit.append(lambda: self._names.drop_tenant(event.tenant))
        uow.after_commit.append(lambda: self._books.forget(event.tenant))


async def _require_present(uow: UnitOfWork, keys: KeyStore, tenant_id: str, subjects: Mapping[str, str]) -> None:
    """Check that no number is erased already; an erasure that begins now waits for the transaction before it looks for
    contacts that are left. Raise ErasedSubject."""
    if subjects:
        await repository.lock_numbers(uow.session, tenant_id)
        if any(keys.is_destroyed(tenant_id, subject) for subject in subjects.values()):
            raise ErasedSubject("a number of the contact was erased")


def _sealing_subject(details: ContactDetails, subjects: dict[str, str], clock: Clock) -> str:
    """Return the subject of a company contact: that of its first number outside, or one of its own."""
    first = next((subjects[each.number] for each in details.numbers if each.number in subjects), "")
    return first or random_id(clock)


def _version(picture: ContactPicture, clock: Clock) -> str:
    return random_id(clock) if picture.image else ""


def _numbers_of(details: ContactDetails, subjects: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(subjects[each.number] for each in details.numbers if each.number in subjects))


def _capacity(book: AddressBook) -> int:
    return MAX_PERSONAL if book.person_id else MAX_COMPANY


def _require_revision(contact: Contact, revision: int | None) -> None:
    if revision is not None and contact.revision != revision:
        raise ContactChanged("The contact was changed meanwhile.", hint="Look at it again.", field="revision")


def _no_contact() -> NotFound:
    return NotFound("There is no such contact.", hint="See /api/v1/contacts.")
