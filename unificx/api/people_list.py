"""The list of people and phones: search, filters, order, pages and CSV. Pure."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from unificx.api.schemas.people import EntryState, PeopleEntry, PeoplePage, SortKey
from unificx.core.csv_files import neutralize
from unificx.db import invalid_cursor
from unificx.identity import Role

_CURSOR = re.compile(r"([0-9a-f-]{36})_([0-9]{1,9})")
_ROLE_ORDER = {Role.OPERATOR: 0, Role.TENANT_ADMIN: 1, Role.USER: 2, None: 3}
_STATE_ORDER = {"active": 0, "invited": 1, "suspended": 2}


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Filters of the list. Empty values do not filter."""

    search: str = field(default="", repr=False)
    roles: Sequence[Role] = ()
    states: Sequence[EntryState] = ()
    has_phone: bool | None = None
    never_signed_in: bool = False
    departments: Sequence[str] = ()

    def select(self, entries: Iterable[PeopleEntry]) -> list[PeopleEntry]:
        """Return the entries that match all filters."""
        words = searchable(self.search).split()
        return [entry for entry in entries if self._matches(entry) and _contains(entry, words)]

    def _matches(self, entry: PeopleEntry) -> bool:
        if self.roles and entry.role not in self.roles:
            return False
        if self.states and entry.state not in self.states:
            return False
        if self.departments and entry.department not in self.departments:
            return False
        if self.has_phone is not None and any(one.devices for one in entry.extensions) is not self.has_phone:
            return False
        return not self.never_signed_in or (entry.kind == "person" and not entry.signed_in)


def searchable(text: str) -> str:
    """Return text without differences of case, accents and width, for a search."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _contains(entry: PeopleEntry, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = searchable(" ".join([entry.name, entry.email, entry.department, *(one.number for one in entry.extensions)]))
    return all(word in text for word in words)


def in_order(entries: Iterable[PeopleEntry], sort: SortKey) -> list[PeopleEntry]:
    """Sort the entries; those without a value are last in both directions, equal ones are ordered by name and id."""
    key = _KEYS[sort.removeprefix("-")]
    by_name = sorted(entries, key=lambda entry: (searchable(entry.name), entry.id))
    keyed = [(value, entry) for entry in by_name if (value := key(entry)) is not None]
    keyed.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
    return [entry for _, entry in keyed] + [entry for entry in by_name if key(entry) is None]


def _number(entry: PeopleEntry) -> tuple[int, str] | None:
    """Return the key of the lowest number: by length, then digit by digit."""
    return min(((len(one.number), one.number) for one in entry.extensions), default=None)


_KEYS: dict[str, Callable[[PeopleEntry], Any]] = {
    "name": lambda entry: searchable(entry.name),
    "number": _number,
    "state": lambda entry: _STATE_ORDER[entry.state],
    "role": lambda entry: _ROLE_ORDER[entry.role],
    "last_seen": lambda entry: entry.last_seen,
    "department": lambda entry: searchable(entry.department) or None,
}


def page_of(entries: Sequence[PeopleEntry], cursor: str | None, limit: int) -> PeoplePage:
    """Return the page behind a cursor. Raise Invalid for a malformed one.

    A cursor has the id and the place of the last entry of a page: the place counts if the entry is gone. So it has no
    personal data, though the order may be by name.
    """
    start = 0
    if cursor is not None:
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise invalid_cursor()
        place = next((index for index, entry in enumerate(entries) if entry.id == found[1]), None)
        start = place + 1 if place is not None else int(found[2])
    items = list(entries[start : start + limit])
    end = start + len(items)
    return PeoplePage(
        items=items, next=f"{items[-1].id}_{end}" if items and end < len(entries) else None, total=len(entries)
    )


def as_csv(entries: Iterable[PeopleEntry]) -> bytes:
    """Return the entries as CSV in UTF-8 with a byte order mark, which spreadsheets need. An import reads it."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(
        ["name", "email", "number", "role", "language", "department", "state", "devices", "online", "last_seen"]
    )
    for entry in entries:
        cells = [
            entry.name,
            entry.email,
            entry.extensions[0].number if entry.extensions else "",
            entry.role.value if entry.role is not None else "",
            entry.language or "",
            entry.department,
            entry.state,
            str(sum(one.devices for one in entry.extensions)),
            str(sum(one.online for one in entry.extensions)),
            entry.last_seen.isoformat() if entry.last_seen is not None else "",
        ]
        rows.writerow([neutralize(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
