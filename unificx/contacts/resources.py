"""Contacts as CardDAV reads them: by names that clients have chosen, and by what has changed."""

from collections.abc import Awaitable, Callable, Sequence

from unificx.contacts import repository
from unificx.contacts.books import Book
from unificx.contacts.schemas import AddressBook, BookChanges, Contact
from unificx.db import Database, Keys


class ContactResources:
    """Reads address books for CardDAV. `book` returns one in memory."""

    def __init__(self, database: Database, keys: Keys, book: Callable[[AddressBook], Awaitable[Book]]) -> None:
        self._database = database
        self._keys = keys
        self._book = book

    async def changes(self, book: AddressBook, since: int = 0) -> BookChanges:
        """Return what was changed in an address book after a revision; by default all contacts. They have `extra`."""
        async with self._database.read() as session:
            return await repository.changes(session, self._keys, book, since)

    async def revision(self, book: AddressBook) -> int:
        """Return the number of the newest change of an address book."""
        async with self._database.read() as session:
            return await repository.revision(session, book)

    async def named(self, book: AddressBook, names: Sequence[str]) -> dict[str, Contact]:
        """Return the contacts with these names of CardDAV, by name. They have `extra`."""
        loaded = await self._book(book)
        ids = [found.id for each in dict.fromkeys(names) if (found := loaded.with_resource(each)) is not None]
        async with self._database.read() as session:
            return {each.resource_name: each async for each in repository.with_ids(session, self._keys, book, ids)}

    async def with_uid(self, book: AddressBook, uid: str) -> Contact | None:
        """Return the contact of an address book with a uid, without `extra`."""
        return (await self._book(book)).with_uid(uid)
