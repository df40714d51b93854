"""Types of imports and exports of contacts."""

from dataclasses import dataclass, field
from typing import Literal

from unificx.contacts.schemas import NewContact
from unificx.core.csv_files import Encoding

FileFormat = Literal["vcard", "csv"]
FaultCode = Literal["malformed", "too_long", "too_many", "missing", "too_many_cells", "version", "repeated"]
FaultField = Literal["name", "organisation", "department", "numbers", "emails", "note", "uid", ""]
ImportAction = Literal["create", "update", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class ImportFault:
    """A fault of an entry; `field` "" for the whole entry. `message` contains no value."""

    code: FaultCode
    field: FaultField
    message: str


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A row or card of a file. `line` is its first line, counted from 1."""

    line: int
    contact: NewContact = field(repr=False)
    faults: tuple[ImportFault, ...] = ()
    photo: bytes | None = field(default=None, repr=False)
    """The picture in a vCard, not checked yet; b"" for one that is not in it or cannot be read, None without any."""


@dataclass(frozen=True, slots=True)
class ContactFile:
    """A file that was read. `ignored` are columns or properties that no field of a contact is made for."""

    format: FileFormat
    encoding: Encoding
    entries: tuple[FileEntry, ...] = field(repr=False)
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """An entry with what is done with it."""

    line: int
    action: ImportAction
    title: str = field(repr=False)
    number: str = field(repr=False)
    faults: tuple[ImportFault, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactImportReport:
    """The result of an import or of its preview."""

    format: FileFormat
    encoding: Encoding
    ignored: tuple[str, ...]
    entries: tuple[ImportedEntry, ...]

    def count(self, action: ImportAction) -> int:
        """Return the number of entries with an action."""
        return sum(each.action == action for each in self.entries)
