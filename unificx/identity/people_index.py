"""Index of the list of people of a tenant, by which it is searched, filtered and sorted in memory: the names are sealed
where they are stored, so the database can do neither. Pure."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from unificx.core.joined_texts import JoinedTexts
from unificx.identity.schemas import Extension, Person, Role

PeopleSort = Literal[
    "name",
    "-name",
    "number",
    "-number",
    "state",
    "-state",
    "role",
    "-role",
    "last_seen",
    "-last_seen",
    "department",
    "-department",
]
"""Order of the list; with a hyphen descending."""
ListedState = Literal["invited", "active", "suspended"]
_ROLE_ORDER = {Role.OPERATOR: 0, Role.TENANT_ADMIN: 1, Role.USER: 2, None: 3}
_STATE_ORDER = {"active": 0, "invited": 1, "suspended": 2}


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Filters of the list. Empty values do not filter."""

    search: str = field(default="", repr=False)
    roles: Sequence[Role] = ()
    states: Sequence[ListedState] = ()
    has_phone: bool | None = None
    never_signed_in: bool = False
    departments: Sequence[str] = ()


EVERYONE = PeopleFilter()


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A user with extensions, or a shared phone: an extension without a user."""

    person: Person | None
    extensions: tuple[Extension, ...]
    key: str = field(repr=False)
    """Name as it is searched and sorted."""

    @property
    def id(self) -> str:
        """The id of the user, or of the extension of a shared phone."""
        return (self.person or self.extensions[0]).id

    @property
    def department(self) -> str:
        return (self.person or self.extensions[0]).department

    @property
    def role(self) -> Role | None:
        return self.person.role if self.person is not None else None

    @property
    def state(self) -> str:
        return self.person.state if self.person is not None else "active"

    def text(self) -> str:
        """Return what is searched."""
        email = self.person.email if self.person is not None else ""
        return searchable(" ".join([self.key, email, self.department, *(one.number for one in self.extensions)]))


@dataclass(frozen=True, slots=True)
class PeopleUsage:
    """Values that change with each use and are therefore not kept: days of sign-ins by user, and of registrations by
    extension; users who have ever signed in; extensions with an enabled device."""

    days: dict[str, date]
    device_days: dict[str, date]
    signed_in: set[str]
    has_phone: Callable[[Extension], bool]

    def last_used(self, listed: ListedPerson) -> date | None:
        """Return the latest day of a sign-in or of a registration of a device."""
        days = [self.days.get(listed.id), *(self.device_days.get(one.id) for one in listed.extensions)]
        return max((one for one in days if one is not None), default=None)


def searchable(text: str) -> str:
    """Return text without differences of case, accents and width, for a search."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class PeopleIndex:
    """The people of a tenant, up to the change of an account with the number `revision`. It holds names of living
    people in plain text, so it has to be dropped when the key of one that it `holds` is destroyed."""

    def __init__(self) -> None:
        self.revision = -1
        self.extension_changes = -1
        """Changes of extensions that are in it, as `DirectoryCache` counts them."""
        # Owner: the database and, of the extensions, the directory.
        self._persons: dict[str, tuple[int, Person]] = {}
        self._extensions: Sequence[Extension] = ()
        self._subjects: set[str] = set()
        self._extension_subjects: set[str] = set()
        self._by_name: list[ListedPerson] | None = None
        self._texts: JoinedTexts | None = None
        self._orders: dict[str, list[ListedPerson]] = {}

    def __len__(self) -> int:
        return len(self._persons) + len(self._extensions)

    def holds(self, subject: str) -> bool:
        """Whether it has, or had, the name of a data subject."""
        return subject in self._subjects or subject in self._extension_subjects

    def put_persons(self, changed: Iterable[tuple[int, Person]]) -> None:
        """Take changed accounts, each with the number of its change, in any order; closed ones are removed."""
        for revision, person in changed:
            known = self._persons.get(person.id)
            if known is None or known[0] < revision:
                self._persons[person.id] = revision, person
                self._subjects.add(person.subject)
            self.revision = max(self.revision, revision)
            self._forget_order()

    def put_extensions(self, extensions: Sequence[Extension], changes: int) -> None:
        """Take all extensions of the tenant, and their number of changes."""
        self._extensions, self.extension_changes = extensions, changes
        self._extension_subjects = {one.subject for one in extensions}
        self._forget_order()

    def _forget_order(self) -> None:
        self._by_name = self._texts = None
        self._orders = {}

    def select(self, wanted: PeopleFilter, sort: PeopleSort, usage: PeopleUsage) -> Sequence[ListedPerson]:
        """Return who matches all filters, in order; without a value last in both directions, equal ones by name."""
        found: Sequence[ListedPerson] = self._order(sort, usage)
        words = searchable(wanted.search).split()
        if words:
            ids = {self._named()[place].id for place in self._searched().places_of_all(words)}
            found = [each for each in found if each.id in ids]
        if wanted == PeopleFilter(wanted.search):
            return found
        return [each for each in found if _matches(each, wanted, usage)]

    def _named(self) -> list[ListedPerson]:
        """Return all by name."""
        if self._by_name is None:
            of_person: dict[str, list[Extension]] = {}
            listed: list[ListedPerson] = []
            for extension in self._extensions:
                if extension.person_id is None:
                    listed.append(ListedPerson(None, (extension,), searchable(extension.name)))
                else:
                    of_person.setdefault(extension.person_id, []).append(extension)
            listed += [
                ListedPerson(person, tuple(of_person.get(person.id, ())), searchable(person.name))
                for _, person in self._persons.values()
                if person.state != "closed"
            ]
            self._by_name = sorted(listed, key=lambda each: (each.key, each.id))
        return self._by_name

    def _searched(self) -> JoinedTexts:
        if self._texts is None:
            self._texts = JoinedTexts([each.text()] for each in self._named())
        return self._texts

    def _order(self, sort: PeopleSort, usage: PeopleUsage) -> list[ListedPerson]:
        if sort == "name":
            return self._named()
        if sort in ("last_seen", "-last_seen"):
            return _in_order(self._named(), usage.last_used, descending=sort == "-last_seen")
        if sort not in self._orders:
            key = _KEYS[sort.removeprefix("-")]
            self._orders[sort] = _in_order(self._named(), key, descending=sort.startswith("-"))
        return self._orders[sort]


def _in_order(
    by_name: Iterable[ListedPerson], key: Callable[[ListedPerson], Any], *, descending: bool
) -> list[ListedPerson]:
    keyed = [(key(each), each) for each in by_name]
    known = sorted((pair for pair in keyed if pair[0] is not None), key=lambda pair: pair[0], reverse=descending)
    return [each for _, each in known] + [each for value, each in keyed if value is None]


def _matches(listed: ListedPerson, wanted: PeopleFilter, usage: PeopleUsage) -> bool:
    if wanted.roles and listed.role not in wanted.roles:
        return False
    if wanted.states and listed.state not in wanted.states:
        return False
    if wanted.departments and listed.department not in wanted.departments:
        return False
    if wanted.has_phone is not None and any(map(usage.has_phone, listed.extensions)) is not wanted.has_phone:
        return False
    return not wanted.never_signed_in or (listed.person is not None and listed.id not in usage.signed_in)


def _number(listed: ListedPerson) -> tuple[int, str] | None:
    """Return the key of the lowest number: by length, then digit by digit."""
    return min(((len(one.number), one.number) for one in listed.extensions), default=None)


_KEYS: dict[str, Callable[[ListedPerson], Any]] = {
    "name": lambda each: each.key,
    "number": _number,
    "state": lambda each: _STATE_ORDER[each.state],
    "role": lambda each: _ROLE_ORDER[each.role],
    "department": lambda each: searchable(each.department) or None,
}
