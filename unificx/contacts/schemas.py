"""Input and output types of contacts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

NumberLabel = Literal["mobile", "work", "home", "main", "fax", "other"]
LABELS: tuple[NumberLabel, ...] = get_args(NumberLabel)
BookKind = Literal["company", "personal"]
Source = Literal["own", "device"]
"""`device`: copied from the address book of a telephone, with consent."""


@dataclass(frozen=True, slots=True)
class AddressBook:
    """The contacts of a person, or of the tenant: then `person_id` and `subject` are ""."""

    tenant_id: str
    person_id: str = ""
    subject: str = ""
    """The data subject of the person, whose key seals personal contacts."""

    @property
    def kind(self) -> BookKind:
        return "personal" if self.person_id else "company"


@dataclass(frozen=True, slots=True)
class ContactNumber:
    """A number in E.164, or a short number as it is dialled."""

    number: str = field(repr=False)
    label: NumberLabel = "other"


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """The data of a contact."""

    name: str = field(default="", repr=False)
    organisation: str = field(default="", repr=False)
    department: str = field(default="", repr=False)
    numbers: tuple[ContactNumber, ...] = field(default=(), repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    note: str = field(default="", repr=False)
    favourite: bool = False

    @property
    def title(self) -> str:
        """The name, or what stands in its place."""
        first = self.numbers[0].number if self.numbers else ""
        return self.name or self.organisation or first or next(iter(self.emails), "")


@dataclass(frozen=True, slots=True)
class ContactPicture:
    """A picture of a contact as it is stored: a square as JPEG, and the SHA-256 of the photo that it was made of, in
    hexadecimal. With an empty image it removes the present one."""

    image: bytes = field(default=b"", repr=False)
    source: str = field(default="", repr=False)


NO_PICTURE = ContactPicture()


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact to add. `uid` identifies it in vCards (RFC 6350 section 6.7.6); "" for a new one."""

    details: ContactDetails
    uid: str = field(default="", repr=False)
    source: Source = "own"
    resource: str = field(default="", repr=False)
    extra: tuple[str, ...] = field(default=(), repr=False)
    picture: ContactPicture = NO_PICTURE


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact. `revision` is taken from one sequence for each address book; every change gets the next number."""

    id: str
    tenant_id: str
    person_id: str
    """The owner of the address book; "" for a company contact."""
    uid: str = field(repr=False)
    revision: int
    changed: datetime
    source: Source
    details: ContactDetails
    subject: str = ""
    """The data subject whose key seals it."""
    resource: str = field(default="", repr=False)
    """The name that a CardDAV client has chosen for it; see `resource_name`."""
    extra: tuple[str, ...] = field(default=(), repr=False)
    """Lines of a vCard with properties that no field is made for. Address books in memory are without them."""
    picture: str = ""
    """A random id, new with each picture; "" without one."""

    @property
    def resource_name(self) -> str:
        return self.resource or f"{self.id}.vcf"

    @property
    def kind(self) -> BookKind:
        return "personal" if self.person_id else "company"


@dataclass(frozen=True, slots=True)
class BookChanges:
    """Contacts of an address book that were changed, and its newest `revision`. `known` is the oldest revision from
    which on deletions can be told: a client with an older one reads the whole address book."""

    revision: int
    known: int
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class FoundName:
    """The contact that a number belongs to."""

    number: str = field(repr=False)
    contact: Contact
