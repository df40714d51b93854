"""Checks of contacts, and the order of an address book. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace

from unificx.contacts.schemas import LABELS, Contact, ContactDetails, ContactNumber
from unificx.core.errors import Invalid
from unificx.core.names import is_name, is_printable
from unificx.core.phrases import Phrase

MAX_PERSONAL = 5_000
MAX_COMPANY = 20_000
"""Contacts of an address book."""
MAX_NAME = 200
MAX_NOTE = 2_000
MAX_ENTRIES = 20
"""Numbers and e-mail addresses of a contact, each."""
MAX_UID = 255
MAX_EXTRA = 8_000
"""Characters of the properties of a vCard that no field is made for."""
MAX_LABELS = 2 * MAX_ENTRIES * 400
"""Characters of the lines of its numbers and e-mail addresses: each of the largest, with its labels."""

Canonical = Callable[[str], str]
"""Returns a number in E.164, a short number as it is dialled, or "" for a text that is none."""

_SHORT = re.compile(r"[1-9*#][0-9*#]{1,7}\Z", re.ASCII)
SEPARATORS = str.maketrans("", "", " -.()/\u00a0\u2011\u202f")
_EMAIL = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,253}\Z")


def checked(details: ContactDetails, canonical: Canonical) -> ContactDetails:
    """Return the details with numbers in their stored form and without repetitions. Raise Invalid that names the
    field."""
    numbers = [ContactNumber(checked_number(each.number, canonical), each.label) for each in details.numbers]
    found = replace(
        details,
        name=_line(details.name, "name"),
        organisation=_line(details.organisation, "organisation"),
        department=_line(details.department, "department"),
        numbers=_unique(numbers),
        emails=tuple(dict.fromkeys(checked_email(each) for each in details.emails)),
        note=_note(details.note),
    )
    if any(each.label not in LABELS for each in found.numbers):
        raise Invalid("Unknown label of a number.", hint=Phrase("Use {}.", ", ".join(LABELS)), field="numbers")
    if len(found.numbers) > MAX_ENTRIES:
        raise Invalid(Phrase("A contact has at most {} numbers.", MAX_ENTRIES), field="numbers")
    if len(found.emails) > MAX_ENTRIES:
        raise Invalid(Phrase("A contact has at most {} e-mail addresses.", MAX_ENTRIES), field="emails")
    if not found.title:
        raise Invalid("The contact is empty.", hint="Enter a name, an organisation or a number.", field="name")
    return found


def checked_number(text: str, canonical: Canonical) -> str:
    """Return a number in E.164, or a short number as it is dialled. Raise Invalid."""
    digits = text.strip().removeprefix("tel:").translate(SEPARATORS) if len(text) <= 64 else ""
    found = digits if _SHORT.match(digits) else canonical(digits) if digits else ""
    if not found:
        raise Invalid("This is not a telephone number.", hint="Write it as +49301234567.", field="numbers")
    return found


def checked_email(text: str) -> str:
    """Return an e-mail address. Raise Invalid."""
    found = text.strip().removeprefix("mailto:")
    if not _EMAIL.match(found) or not found.isprintable():
        raise Invalid("This is not an e-mail address.", field="emails")
    return found


def checked_uid(uid: str) -> str:
    """Return the uid of a vCard. Raise Invalid."""
    if len(uid) > MAX_UID or not uid.isprintable():
        raise Invalid(Phrase("A uid has at most {} printable characters.", MAX_UID), field="uid")
    return uid


def checked_extra(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return further lines of a vCard. Raise Invalid."""
    labels = sum(len(each) for each in lines if LABELLED.match(each))
    if labels > MAX_LABELS:
        raise Invalid(Phrase("Lines of numbers and addresses have at most {} characters.", MAX_LABELS), field="extra")
    if sum(map(len, lines)) - labels > MAX_EXTRA:
        raise Invalid(Phrase("Further properties have at most {} characters.", MAX_EXTRA), field="extra")
    if not all(is_printable(each.replace("\t", "")) for each in lines):
        raise Invalid("A property has a control character.", field="extra")
    return lines


def without_names(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return lines of a vCard without a structured name, which no longer is that of the contact."""
    return tuple(each for each in lines if not _STRUCTURED.match(each))


LABELLED = re.compile(r"(?:[a-z0-9-]+\.)?(?:TEL|EMAIL)[;:]", re.IGNORECASE)
"""Begin of the line of a number or an e-mail address, in a vCard."""
_STRUCTURED = re.compile(r"(?:[a-z0-9-]+\.)?N[;:]", re.IGNORECASE)


def _line(text: str, field: str) -> str:
    found = " ".join(text.split())
    if found and not is_name(found, MAX_NAME):
        raise Invalid(Phrase("Use at most {} printable characters.", MAX_NAME), field=field)
    return found


def _note(text: str) -> str:
    found = text.replace("\r\n", "\n").strip()
    if len(found) > MAX_NOTE or not is_printable(found.replace("\n", "").replace("\t", "")):
        raise Invalid(Phrase("Use at most {} printable characters.", MAX_NOTE), field="note")
    return found


def _unique(numbers: Iterable[ContactNumber]) -> tuple[ContactNumber, ...]:
    return tuple({each.number: each for each in reversed(tuple(numbers))}.values())[::-1]


# ---- order


def order_key(contact: Contact) -> tuple[str, str]:
    """Return the key by which an address book is sorted: by name, without accents and case."""
    return normalized(contact.details.title), contact.id


def normalized(text: str) -> str:
    """Return a text as it is compared."""
    if text.isascii():
        return text.casefold()
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)).casefold()
