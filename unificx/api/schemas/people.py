"""Schemas of the list of people and phones, and of the import of people."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.api.schemas.core import NUMBER, Device, Extension, ExtensionNow, Input, Output, Person, Schema
from unificx.identity import FaultCode, ImportColumn, KeepReason, Language, ListedState, Role, UndoAction


class EntryExtension(Output):
    """An extension in the list."""

    id: str
    number: str
    devices: int = Field(description="Number of enabled devices.")
    online: int = Field(description="Number of devices that a call reaches now.")
    voicemail: bool = Field(description="Unanswered calls go to voicemail.")


class PeopleEntry(Schema):
    """A person with extensions, or a shared phone: an extension without a person."""

    id: str = Field(description="Id of the person, or of the extension of a shared phone.")
    kind: Literal["person", "shared_phone"]
    name: str
    email: str = Field(description="Empty for a shared phone.")
    role: Role | None = Field(description="Null for a shared phone.")
    state: ListedState
    language: Language | None = Field(description="Null for the tenant's language.")
    department: str = Field(description="Empty: none.")
    extensions: list[EntryExtension]
    signed_in: bool = Field(description="The person has ever signed in. False for a shared phone.")
    last_seen: date | None = Field(description="Day of the latest sign-in or registration of a device.")


class PeoplePage(Schema):
    """One page of the list; pass `next` as `cursor` to get the following page."""

    items: list[PeopleEntry]
    next: str | None = Field(description="Cursor of the following page; null on the last page.")
    total: int = Field(description="Number of entries that match the filters, on all pages.")


class PersonExtension(Extension):
    """An extension of a person, with its devices."""

    voicemail: bool = Field(description="Unanswered calls go to voicemail.")
    devices: list[Device]


class EmailState(Output):
    """State of the address of a person."""

    fails: bool = Field(description="Mail servers have rejected it permanently.")
    suppressed: datetime | None = Field(description="Since when it gets no advertising, whatever the person agrees to.")
    reason: Literal["unsubscribe", "complaint"] | None = Field(
        description="`complaint`: the recipient has called an e-mail spam."
    )


class PersonDetails(Person):
    """A person with extensions and devices."""

    signed_in: bool = Field(description="The person has ever signed in.")
    last_seen: date | None = Field(description="Day of the latest sign-in or registration of a device.")
    extensions: list[PersonExtension]
    email_state: EmailState


class PersonCreated(Person):
    """The new person, and the extension created with them."""

    extension: ExtensionNow | None


class NextNumber(Schema):
    """A free number, to be proposed for a new extension."""

    number: str = Field(description="Empty if no number of the usual length is free.", examples=["1008"])


class NewPersonNumber(Input):
    number: str = Field(pattern=NUMBER, examples=["1008"])


class Department(Schema):
    """A department of a tenant."""

    name: str
    members: int = Field(description="Number of persons and shared phones.")


class ImportFault(Output):
    """A fault of one cell, or of the whole row."""

    code: FaultCode
    column: ImportColumn | Literal[""] = Field(description="Empty for a fault of the row.")
    message: str


class ImportedRow(Output):
    """A row, and the action of the import."""

    line: int = Field(description="First line of the row in the file, counted from 1.")
    action: Literal["create", "update", "unchanged", "refused"]
    name: str
    email: str
    number: str
    role: Role | None
    language: Language | None
    department: str
    changed: list[ImportColumn] = Field(description="Columns that change for a person who exists already.")
    faults: list[ImportFault]


class ImportReport(Schema):
    """Result of an import, or of its preview."""

    applied: bool = Field(description="The import was carried out; false for a preview.")
    import_id: str | None = Field(description="Id for undoing it; null for a preview, and if nothing was changed.")
    created: int
    updated: int
    unchanged: int
    refused: int = Field(description="Number of rows with a fault.")
    omitted: int = Field(description="Number of rows that are counted above, but not in `rows`.")
    encoding: Literal["utf-8", "windows-1252"]
    delimiter: str
    ignored_columns: list[str]
    rows: list[ImportedRow] = Field(description="The first 500 rows with a fault, and the first 500 others.")


class PeopleImport(Output):
    """An import of people that was carried out."""

    id: str
    at: datetime
    created: int = Field(description="Number of people added.")
    updated: int = Field(description="Number of people changed.")
    reverted: datetime | None = Field(description="When it was undone.")


class UndoneRow(Output):
    """A row of an import, and how it is taken back."""

    line: int
    person_id: str
    name: str = Field(description="Name of the account now; empty if it is gone.")
    action: UndoAction = Field(
        description="`delete`: the account that the import created, with its extension. `restore`: values from before"
        " the import. `keep`: nothing. `gone`: the account was closed since."
    )
    columns: list[ImportColumn] = Field(description="Columns that get back their value.")
    reason: KeepReason | None = Field(
        description="Why all or some is kept. `changed`: since the import. `in_use`: the person has signed in, or the"
        " extension has a phone. `role_too_high`: it requires a higher role than yours."
        " `last_administrator`: no other active person would have the role."
    )


class UndoReport(Schema):
    """Result of undoing an import, or of its preview."""

    applied: bool
    deleted: int
    restored: int
    skipped: int = Field(description="Number of people who are kept as they are now.")
    rows: list[UndoneRow]


Search = Annotated[str, Field(max_length=200)]
