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
UndoAction = Literal["delete", "restore", "keep", "gone"]
KeepReason = Literal["changed", "in_use", "role_too_high", "last_administrator"]
FaultCode = Literal[
    "missing",
    "malformed",
    "repeated",
    "taken",
    "number_fixed",
    "unknown_role",
    "role_too_high",
    "last_administrator",
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
class PeopleEntry:
    """A user with extensions, or a shared phone, such as that in the lobby: an extension without a user."""

    person: Person | None
    extensions: tuple[Extension, ...]
    signed_in: bool
    """Whether the user has ever signed in."""
    last_used: date | None
    """The latest day of a sign-in or of a registration of a device."""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of the list of people. `next`: the cursor of the next page; `total`: entries of all pages."""

    items: tuple[PeopleEntry, ...]
    next: str | None
    total: int


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """A user with extensions and devices."""

    person: Person
    extensions: tuple[Extension, ...]
    signed_in: bool
    last_used: date | None
    """The latest day of a sign-in or of a registration of a device."""
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
    """In the order of the file; of a large one not all, see `import_plan.summarize`."""
    counts: Mapping[ImportAction, int]
    """Number of all rows by action; absent for none."""
    applied: bool
    import_id: str = ""
    """Id for `PeopleImports.undo`; "" for a preview, and if nothing was changed."""

    @property
    def omitted(self) -> int:
        """Number of rows that are counted, but not in `rows`."""
        return sum(self.counts.values()) - len(self.rows)


@dataclass(frozen=True, slots=True)
class PeopleImport:
    """An import that was carried out. `reverted`: when it was undone."""

    id: str
    at: datetime
    created: int
    updated: int
    reverted: datetime | None


@dataclass(frozen=True, slots=True)
class ImportedValues:
    """Values of an account that an import sets."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    role: Role
    language: Language | None
    department: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportedPerson:
    """An account that an import has created or changed. `changed`: the columns that it changed; those of `before` are
    their values until then. `extension_id`: of the extension that it created; "" for none."""

    id: str
    import_id: str
    tenant_id: str
    person_id: str
    subject: str
    line: int
    created: bool
    changed: tuple[ImportColumn, ...]
    extension_id: str
    before: ImportedValues
    after: ImportedValues


@dataclass(frozen=True, slots=True)
class UndoneRow:
    """A row of an import, and how it is taken back. `name`: of the account now; "" if it is gone."""

    line: int
    person_id: str
    name: str = field(repr=False)
    action: UndoAction
    columns: tuple[ImportColumn, ...] = ()
    """Columns that get back their value before the import."""
    reason: KeepReason | None = None
    """Why all or some of the row is kept."""


@dataclass(frozen=True, slots=True)
class UndoReport:
    """Result of undoing an import, or of its preview. `applied`: it was done."""

    rows: tuple[UndoneRow, ...]
    applied: bool

    def count(self, action: UndoAction) -> int:
        """Return the number of rows with this action."""
        return sum(row.action == action for row in self.rows)
