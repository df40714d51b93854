"""Address books in memory: lists, searches and the names of callers are answered from them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from heapq import merge
from itertools import islice
from operator import itemgetter

from unificx.contacts.checks import order_key
from unificx.contacts.schemas import AddressBook, Contact, ContactDetails
from unificx.contacts.search import SearchIndex, search_terms
from unificx.core.recently_used import RecentlyUsed
from unificx.db import Page, invalid_cursor

MAX_BOOKS = 200
"""Address books in memory, the ones that were used last."""
MAX_CONTACTS = 100_000
"""Contacts of all of them, about 1 KB each."""


class Book:
    """The contacts of an address book, up to the change with the number `revision`."""

    def __init__(self, contacts: Iterable[Contact], revision: int = 0) -> None:
        self.revision = revision
        self._by_id = {each.id: replace(each, extra=()) for each in contacts}
        self._sorted: list[tuple[tuple[str, str], Contact]] | None = None
        """The contacts with their keys, which are expensive to compute."""
        self._index: SearchIndex | None = None
        """Of the contacts in order."""
        self._by_number: dict[str, Contact] | None = None
        self._by_resource: dict[str, Contact] | None = None

    def __len__(self) -> int:
        return len(self._by_id)

    def put(self, contact: Contact) -> None:
        """Add a contact, or replace it."""
        self._by_id[contact.id] = replace(contact, extra=())
        self._sorted = self._index = self._by_number = self._by_resource = None

    def drop(self, contact_ids: Iterable[str]) -> None:
        """Remove contacts."""
        for each in contact_ids:
            self._by_id.pop(each, None)
        self._sorted = self._index = self._by_number = self._by_resource = None

    def in_order(self) -> Sequence[Contact]:
        """Return the contacts by name."""
        return [contact for _, contact in self.with_keys()]

    def with_keys(self) -> Sequence[tuple[tuple[str, str], Contact]]:
        """Return the contacts by name, each with the key by which they are in order."""
        if self._sorted is None:
            self._sorted = sorted(((order_key(each), each) for each in self._by_id.values()), key=itemgetter(0))
        return self._sorted

    def found(self, terms: Sequence[str]) -> Iterable[tuple[tuple[str, str], Contact]]:
        """Yield the contacts that match all terms, all contacts without terms, with their keys and in their order."""
        ordered = self.with_keys()
        if not terms:
            return ordered
        if self._index is None:
            self._index = SearchIndex([contact for _, contact in ordered])
        return (ordered[place] for place in self._index.find(terms))

    def with_resource(self, name: str) -> Contact | None:
        """Return the contact with a name of CardDAV."""
        if self._by_resource is None:
            self._by_resource = {each.resource_name: each for each in self._by_id.values()}
        return self._by_resource.get(name)

    def with_uid(self, uid: str) -> Contact | None:
        """Return the contact with a uid."""
        return next((each for each in self._by_id.values() if each.uid == uid), None)

    def with_number(self, number: str) -> Contact | None:
        """Return the contact with a number: the first by name."""
        if self._by_number is None:
            self._by_number = {
                each.number: contact for contact in reversed(self.in_order()) for each in contact.details.numbers
            }
        return self._by_number.get(number)


class Books:
    """Address books in memory, as many as fit. `generation` detects a change during a load."""

    def __init__(self) -> None:
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._books = RecentlyUsed[tuple[str, str], Book](MAX_BOOKS, MAX_CONTACTS)
        self.generation = 0

    def get(self, book: AddressBook) -> Book | None:
        """Return an address book that is in memory."""
        return self._books.get(_key(book))

    def put(self, book: AddressBook, loaded: Book, generation: int) -> None:
        """Add a book that was loaded, unless something has changed since `generation`."""
        if generation == self.generation:
            self._books.put(_key(book), loaded)

    def change(self, book: AddressBook, revisions: range, put: Iterable[Contact], drop: Iterable[str]) -> None:
        """Apply a committed change with its numbers. A book that lacks one before, of another node, is dropped."""
        self.generation += 1
        found = self._books.get(_key(book))
        if found is None or revisions.stop <= found.revision + 1:
            return
        if revisions.start > found.revision + 1:
            self._books.drop(_key(book))
            return
        found.revision = revisions.stop - 1
        found.drop(drop)
        for each in put:
            found.put(each)

    def drop_stale(self, book: AddressBook, revision: int) -> None:
        """Drop a book that is not newer than a revision."""
        found = self._books.get(_key(book))
        if found is not None and found.revision <= revision:
            self.forget(book.tenant_id, book.person_id)

    def forget(self, tenant_id: str, person_id: str | None = None) -> None:
        """Drop the books of a tenant, or only that of a person."""
        self.generation += 1
        for tenant, owner in self._books.all_keys():
            if tenant == tenant_id and person_id in (None, owner):
                self._books.drop((tenant, owner))

    def forget_all(self) -> None:
        """Drop all books."""
        self.generation += 1
        self._books.clear()


def _key(book: AddressBook) -> tuple[str, str]:
    return book.tenant_id, book.person_id


def page_of(books: Sequence[Book], search: str, cursor: str | None, limit: int, *, favourites: bool) -> Page[Contact]:
    """Return a page of the contacts of several books that match a search, by name. Raise Invalid for a malformed
    cursor. A cursor has the place of the last contact, its revision and its id; without that contact, or once it was
    changed, its place counts."""
    terms = search_terms(search)
    ordered = merge(*(book.found(terms) for book in books), key=itemgetter(0))
    found = (each for _, each in ordered if each.details.favourite or not favourites)
    start = 0
    if cursor:
        listed = list(found)
        start = _start(listed, cursor)
        found = iter(listed[start:])
    items = tuple(islice(found, limit + 1))  # the first page of a long book does not compare the rest
    more = len(items) > limit
    last = items[limit - 1] if more else None
    return Page(items[:limit], f"{start + limit}_{last.revision}_{last.id}" if last is not None else None)


def _start(found: Sequence[Contact], cursor: str) -> int:
    place, _, contact = cursor.partition("_")
    revision, _, last = contact.rpartition("_")
    if not (place.isascii() and place.isdecimal() and len(place) < 10 and last):
        raise invalid_cursor()
    at, before = next((at for at, each in enumerate(found) if each.id == last), None), int(place)
    if at is not None and str(found[at].revision) == revision:
        return at + 1
    gone = at is None or at >= before  # from its place, so that the next ones have moved up
    return max(before - gone, 0)


class CompanyNames:
    """Names of callers by number, from the company contacts of all tenants: no call waits for the database."""

    def __init__(self) -> None:
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._contacts: dict[str, dict[str, Contact]] = {}
        """Contacts by id and tenant, with nothing but title and numbers."""
        self._ids: dict[str, dict[str, tuple[str, ...]]] = {}
        """Ids of contacts by number and tenant."""

    def get(self, tenant_id: str, number: str) -> str:
        """Return the name of a number, "" if it is in no company contact."""
        ids = self._ids.get(tenant_id, {}).get(number, ())
        return self._contacts[tenant_id][ids[0]].details.name if ids else ""

    def entries(self, tenant_id: str) -> list[tuple[str, str]]:
        """Return name and number of all company contacts."""
        contacts = self._contacts.get(tenant_id, {}).values()
        return [(each.details.name, number.number) for each in contacts for number in each.details.numbers]

    def put(self, contact: Contact) -> None:
        """Add a contact, or replace it."""
        self.drop(contact.tenant_id, [contact.id])
        details = ContactDetails(name=contact.details.title, numbers=contact.details.numbers)
        self._contacts.setdefault(contact.tenant_id, {})[contact.id] = replace(contact, uid="", details=details)
        numbers = self._ids.setdefault(contact.tenant_id, {})
        for each in details.numbers:
            numbers[each.number] = (*numbers.get(each.number, ()), contact.id)

    def drop(self, tenant_id: str, contact_ids: Iterable[str]) -> None:
        """Remove contacts with all of their numbers."""
        numbers = self._ids.get(tenant_id, {})
        for contact_id in contact_ids:
            gone = self._contacts.get(tenant_id, {}).pop(contact_id, None)
            for each in gone.details.numbers if gone is not None else ():
                left = tuple(one for one in numbers.pop(each.number) if one != contact_id)
                if left:
                    numbers[each.number] = left

    def drop_subject(self, subject: str) -> None:
        """Remove the contacts that are sealed for a subject."""
        for tenant_id, contacts in self._contacts.items():
            self.drop(tenant_id, [each.id for each in contacts.values() if each.subject == subject])

    def drop_tenant(self, tenant_id: str) -> None:
        """Remove everything of a tenant."""
        self._contacts.pop(tenant_id, None)
        self._ids.pop(tenant_id, None)
