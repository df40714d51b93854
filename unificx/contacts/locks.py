"""Locks of address books."""

import asyncio
from weakref import WeakValueDictionary

from unificx.contacts.schemas import AddressBook


class BookLocks:
    """One lock for each address book in use, for changes that rest on what is in it: names of resources and uids are
    sealed, so that the database cannot refuse the second of two contacts with one of them."""

    def __init__(self) -> None:
        # Owner: this node, for as long as the requests run.
        self._locks: WeakValueDictionary[AddressBook, asyncio.Lock] = WeakValueDictionary()

    def of(self, book: AddressBook) -> asyncio.Lock:
        found = self._locks.get(book)
        if found is None:
            found = self._locks[book] = asyncio.Lock()
        return found
