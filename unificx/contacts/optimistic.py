"""Changes that rest on what is in an address book.

Names of resources and uids are sealed, so that no constraint of the database refuses the second of two contacts with
one of them. Such a change names the revision of the address book that it has read, and is stored only if that is still
the newest, whichever node made the others.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from unificx.contacts import repository
from unificx.contacts.books import Book, Books
from unificx.contacts.schemas import AddressBook
from unificx.core.errors import Conflict
from unificx.db import UnitOfWork

T = TypeVar("T")
Guard = Callable[[UnitOfWork], Awaitable[None]]
"""A check in the transaction of a change; raises what refuses it."""
ATTEMPTS = 20
"""Of a change, as long as others come between: more than a client sends at once for one address book."""


class BookChanged(Conflict):
    """The address book was changed since it was read."""

    code = "address_book_changed"


class OptimisticChanges:
    """Runs changes again that have read an older address book. `read` returns one in memory."""

    def __init__(self, books: Books, read: Callable[[AddressBook], Awaitable[Book]]) -> None:
        self._books, self._read = books, read

    async def run(self, book: AddressBook, change: Callable[[Guard], Awaitable[T]]) -> T:
        """Return the result of `change`. It reads the address book, and stores with the guard that it is given. Raise
        BookChanged if others come between again and again, and what `change` raises."""
        for _ in range(ATTEMPTS - 1):
            revision = (await self._read(book)).revision
            try:
                return await change(partial(_require, book, revision))
            except BookChanged:
                self._books.drop_stale(book, revision)  # a change of another node is not in it
        return await change(partial(_require, book, (await self._read(book)).revision))


async def _require(book: AddressBook, revision: int, uow: UnitOfWork) -> None:
    """Raise BookChanged unless an address book has this revision, and keep it from being changed."""
    if await repository.locked_revision(uow.session, book) != revision:
        raise BookChanged("The address book was changed meanwhile.", hint="Try again.")
