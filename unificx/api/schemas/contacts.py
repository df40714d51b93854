"""Schemas of contacts."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx import contacts
from unificx.api.schemas.core import Input, Output
from unificx.contacts import (
    MAX_ENTRIES,
    MAX_NAME,
    MAX_NOTE,
    MAX_UID,
    BookKind,
    Encoding,
    FileFormat,
    ImportAction,
    NumberLabel,
    Source,
)

PhoneNumber = Annotated[str, Field(min_length=1, max_length=64, examples=["+49301234567"])]
MOST_SHOWN = 500
"""Entries without faults in the report of an import."""

Line = Annotated[str, Field(max_length=MAX_NAME)]
_REVISION = "Number of the last change in the address book. Send it with a change, so that none of others is lost."


class ContactNumber(Output):
    """A number of a contact: in E.164, or a short number as it is dialled."""

    number: str
    label: NumberLabel


class Contact(Output):
    """A contact."""

    id: str
    book: BookKind = Field(description="`company`: for everyone in the tenant; `personal`: yours alone.")
    uid: str = Field(description="Identifies the contact in vCards (RFC 6350).")
    revision: int = Field(description=_REVISION)
    changed: datetime
    source: Source = Field(description="`device`: copied from the address book of your telephone.")
    editable: bool = Field(description="You may change and delete it.")
    name: str
    organisation: str
    department: str
    numbers: list[ContactNumber]
    emails: list[str]
    note: str
    favourite: bool
    picture: str = Field(description="Changes with its picture; empty without one.")

    @classmethod
    def of(cls, one: contacts.Contact, *, editable: bool) -> "Contact":
        details = one.details
        return cls(
            id=one.id,
            book=one.kind,
            uid=one.uid,
            revision=one.revision,
            changed=one.changed,
            source=one.source,
            editable=editable,
            name=details.name,
            organisation=details.organisation,
            department=details.department,
            numbers=[ContactNumber(number=each.number, label=each.label) for each in details.numbers],
            emails=list(details.emails),
            note=details.note,
            favourite=details.favourite,
            picture=one.picture,
        )


class ContactNumberEntry(Input):
    number: PhoneNumber = Field(description="In E.164, or as dialled in the tenant's country.")
    label: NumberLabel = "other"


class ContactEntry(Input):
    """A contact as it is entered: a name, an organisation, a number or an e-mail address at least."""

    name: Line = ""
    organisation: Line = ""
    department: Line = ""
    numbers: list[ContactNumberEntry] = Field(default_factory=list[ContactNumberEntry], max_length=MAX_ENTRIES)
    emails: list[Annotated[str, Field(max_length=320)]] = Field(default_factory=list[str], max_length=MAX_ENTRIES)
    note: str = Field(default="", max_length=MAX_NOTE)
    favourite: bool = False

    def details(self) -> contacts.ContactDetails:
        """Return the details, not checked yet."""
        numbers = tuple(contacts.ContactNumber(each.number, each.label) for each in self.numbers)
        texts = (self.name, self.organisation, self.department)
        return contacts.ContactDetails(*texts, numbers, tuple(self.emails), self.note, self.favourite)


class NewContact(ContactEntry):
    book: BookKind = "personal"
    uid: str = Field(default="", max_length=MAX_UID, description="Of a deleted contact that is restored.")


class ContactUpdate(ContactEntry):
    """All fields of the contact: an omitted one becomes empty."""

    revision: int | None = Field(default=None, ge=0, le=2**53, description=_REVISION)


class ContactImportFault(Output):
    """A fault of an entry of a file."""

    field: str = Field(description="Name of a field of a contact; empty: the whole entry.")
    code: str
    message: str


class ImportedContact(Output):
    """An entry of a file, with what an import does with it."""

    line: int = Field(description="First line of the row or card, counted from 1.")
    action: ImportAction
    title: str = Field(description="The name, or what stands in its place.")
    number: str = Field(description="The first number.")
    faults: list[ContactImportFault]


class ContactImport(Output):
    """The result of an import, or of its preview."""

    format: FileFormat
    encoding: Encoding = Field(description="As detected or as given.")
    created: int
    updated: int
    unchanged: int
    refused: int
    ignored: list[str] = Field(description="Columns or properties that are not imported.")
    entries: list[ImportedContact] = Field(description="The faulty ones, and the first 500 of the others.")

    @classmethod
    def of(cls, report: contacts.ContactImportReport) -> "ContactImport":
        faulty = [each for each in report.entries if each.faults]
        sound = [each for each in report.entries if not each.faults][:MOST_SHOWN]
        return cls(
            format=report.format,
            encoding=report.encoding,
            created=report.count("create"),
            updated=report.count("update"),
            unchanged=report.count("unchanged"),
            refused=report.count("refused"),
            ignored=list(report.ignored[:50]),
            entries=[ImportedContact.model_validate(each) for each in (*faulty, *sound)],
        )


class DeviceCopy(Output):
    """Changes of the contacts that were copied from a device."""

    created: int
    updated: int
    unchanged: int
    removed: int
    refused: int = Field(description="Entries without a name or a valid number.")


class NumberList(Input):
    numbers: list[PhoneNumber] = Field(max_length=200)


class NumberName(Output):
    """The contact of a number."""

    number: str = Field(description="As it was asked for.")
    name: str
    organisation: str
    book: BookKind
    contact_id: str
    picture: str = Field(description="Changes with the picture of the contact; empty without one.")


class NumberNames(Output):
    """Numbers that are in your contacts, or in the company contacts."""

    items: list[NumberName]
