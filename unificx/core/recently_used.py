"""Copies in memory of what is stored elsewhere, as many as fit: those that were used last."""

from collections import OrderedDict
from collections.abc import Sized
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V", bound=Sized)


class RecentlyUsed(Generic[K, V]):
    """A map of at most `most` values with at most `elements` elements together; a single value may have more."""

    def __init__(self, most: int, elements: int) -> None:
        self._most, self._elements = most, elements
        # Owner: that of the values.
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return a value, which is the last used one then; None if it is not here."""
        found = self._values.get(key)
        if found is not None:
            self._values.move_to_end(key)
        return found

    def peek(self, key: K) -> V | None:
        """Return a value without counting it as used; None if it is not here."""
        return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        """Add a value, or replace it, and drop those that were not used for the longest time."""
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._most or (
            len(self._values) > 1 and sum(map(len, self._values.values())) > self._elements
        ):
            self._values.popitem(last=False)

    def drop(self, key: K) -> None:
        """Drop a value, if it is here."""
        self._values.pop(key, None)

    def clear(self) -> None:
        """Drop all values."""
        self._values.clear()

    def all_keys(self) -> list[K]:
        """Return the keys of all values."""
        return list(self._values)
