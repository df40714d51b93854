"""Input and output types of the list of people, and of their import. Frozen; personal values are excluded from
`repr`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from unificx.identity.schemas import Device, Extension, Language, Person, Role

ImportColumn = Literal["name", "email", "number", "role", "language", "department"]
Encoding = Literal["utf-8", "windows-1252"]
ImportAction = Literal["create", "update", "unchanged", "refused"]
FaultCode = Literal[
    "missing",
    "malformed",
    "repeated",
    "taken",
    "number_fixed",
    "unknown_role",
    "role_too_high",
    "unknown_language",
    "too_many_cells",
    "no_free_number",
]


def outside_recipient(id: str, tenant_id: str, subject: str, created: datetime, *, name: str, email: str) -> Person:
    """Return a person without an account as the recipient of an e-mail, sealed under the key of `subject`."""
    return Person(id, tenant_id, subject, Role.USER, "active", created, name, email)


@dataclass(frozen=True, slots=True)
class CreatedPerson:
    """New user, with the extension that was created in the same transaction, if any."""

    person: Person
    extension: Extension | None


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """A user with what the list shows. `last_used`: the latest day of a sign-in or of a registration of a device."""

    person: Person
    extensions: tuple[Extension, ...]
    signed_in: bool
    """Whether the user has ever signed in."""
    last_used: date | None


@dataclass(frozen=True, slots=True)
class SharedPhone:
    """An extension without a user, such as that of a phone in the lobby."""

    extension: Extension
    last_used: date | None


@dataclass(frozen=True, slots=True)
class PeopleList:
    """All users and shared phones of a tenant, in no particular order."""

    persons: tuple[PersonSummary, ...]
    shared: tuple[SharedPhone, ...]


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """A user with extensions and devices."""

    summary: PersonSummary
    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class ImportFault:
    """A fault of one cell, or of a whole row if `column` is "". `message` never repeats the cell."""

    code: FaultCode
    column: ImportColumn | Literal[""]
    message: str


@dataclass(frozen=True, slots=True)
class ImportRow:
    """Row of an import file. `line` is the first line of the row in the file, counted from 1."""

    line: int
    cells: Mapping[ImportColumn, str] = field(repr=False)
    faults: tuple[ImportFault, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportFile:
    """Content of an import file."""

    rows: tuple[ImportRow, ...]
    encoding: Encoding
    delimiter: str
    ignored: tuple[str, ...] = field(default=(), repr=False)
    """Titles of columns that are not imported."""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row, and the action of the import. None and "" are values that the row leaves as they are."""

    line: int
    action: ImportAction
    name: str = field(repr=False)
    email: str = field(repr=False)
    number: str
    role: Role | None = None
    language: Language | None = None
    department: str = field(default="", repr=False)
    changed: tuple[ImportColumn, ...] = ()
    """Columns of an existing user that change."""
    faults: tuple[ImportFault, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Result of an import or of its preview. `applied`: the rows without faults are stored."""

    file: ImportFile
    rows: tuple[PlannedRow, ...]
    applied: bool

    def count(self, action: ImportAction) -> int:
        """Return the number of rows with this action."""
        return sum(row.action == action for row in self.rows)
