"""vCards: versions 4.0 (RFC 6350), 3.0 (RFC 2426) and 2.1 are read, 4.0 and 3.0 are written. Pure.

Of a property only what a contact has is read; other properties are ignored and named. The lines of numbers and
addresses with more than that, such as labels of a telephone, stay among the further lines and are written again. A
picture is read if it is in the card; one behind an address is ignored, as nothing is fetched.
"""

import codecs
import quopri
import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from unificx.contacts.checks import LABELLED, Canonical, checked_email, checked_number, without_names
from unificx.contacts.import_schemas import FileEntry, ImportFault
from unificx.contacts.schemas import Contact, ContactDetails, ContactNumber, NewContact, NumberLabel
from unificx.core.content_lines import escape_text, folded_line
from unificx.core.csv_files import UnreadableFile
from unificx.core.phrases import Phrase

VERSIONS = ("4.0", "3.0", "2.1")
_NAME = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)\Z", re.ASCII)
_SILENT = frozenset({"BEGIN", "END", "VERSION", "PRODID", "REV"})
_MEDIA = frozenset({"PHOTO", "LOGO", "SOUND"})
"""Properties that are not stored as they are."""
_TYPES: tuple[tuple[str, NumberLabel], ...] = (
    ("fax", "fax"),
    ("cell", "mobile"),
    ("home", "home"),
    ("main", "main"),
    ("work", "work"),
)
_WRITTEN: dict[NumberLabel, str] = {
    "mobile": "cell",
    "work": "work",
    "home": "home",
    "main": "main-number",
    "fax": "fax",
    "other": "voice",
}
_WRITTEN_3: dict[NumberLabel, str] = {
    "mobile": "CELL",
    "work": "WORK",
    "home": "HOME",
    "main": "MAIN",
    "fax": "FAX",
    "other": "VOICE",
}
_UNSUITABLE = ("idna", "punycode", "undefined")
"""Encodings of Python besides charsets; the time of punycode grows with the square of the length."""
_MOST_FAULTS = 100
"""Malformed lines of a card that are named."""
_OWN_HEADS = frozenset(
    {
        "EMAIL",
        *(f"TEL;TYPE={each}" for each in _WRITTEN_3.values()),
        *(f"TEL;VALUE=URI;TYPE={each.upper()}" for each in _WRITTEN.values()),
    }
)
"""Parts before the value of a number or an address that has nothing but what a contact has."""
Version = Literal["4.0", "3.0"]
FAVOURITE = "X-UNIFICX-FAVOURITE"


@dataclass(slots=True)
class _Card:
    """The properties of a card as they are read."""

    line: int
    version: str = ""
    uid: str = ""
    name: str = ""
    structured: str = ""
    is_organisation: bool = False
    organisation: str = ""
    department: str = ""
    numbers: list[ContactNumber] = field(default_factory=list[ContactNumber])
    emails: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    favourite: bool = False
    photo: bytes | None = None
    faults: list[ImportFault] = field(default_factory=list[ImportFault])
    extra: list[str] = field(default_factory=list[str])

    def entry(self) -> FileEntry:
        faults = self.faults
        if self.version not in VERSIONS:
            faults.append(ImportFault("version", "", "The version must be 4.0, 3.0 or 2.1."))
        name = self.name or self.structured
        stands_for = {*self.emails, *(each.number for each in self.numbers)}
        if name in stands_for or (self.is_organisation and name == self.organisation):
            name = ""  # FN is required, also where a contact has no name
        texts, note = (name, self.organisation, self.department), "\n".join(filter(None, self.notes))
        details = ContactDetails(*texts, tuple(self.numbers), tuple(self.emails), note, self.favourite)
        contact = NewContact(details, self.uid, extra=tuple(self.extra))
        return FileEntry(self.line, contact, tuple(faults), self.photo)


def read_vcards(text: str, maximum: int) -> tuple[list[FileEntry], list[str]]:
    """Return the cards of a file, and the names of the properties that are ignored. Raise Invalid."""
    entries: list[FileEntry] = []
    ignored: dict[str, None] = {}
    card: _Card | None = None
    for number, line in _unfolded(text):
        name, parameters, value = _content_line(line)
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            if card is not None:
                entries.append(_unfinished(card))
            if len(entries) >= maximum:
                message = Phrase("The file has more than {} contacts.", maximum)
                raise UnreadableFile("file_too_long", message, "Import it in several parts.")
            card = _Card(number)
        elif card is None:
            continue
        elif name == "END" and value.strip().upper() == "VCARD":
            entries.append(card.entry())
            card = None
        elif not name:
            if len(card.faults) < _MOST_FAULTS:
                card.faults.append(ImportFault("malformed", "", f"Line {number} is not a property."))
        elif not _apply(card, name, parameters, value) and name not in _SILENT:
            ignored[name[:40]] = None
            if name not in _MEDIA:
                card.extra.append(line)
        elif name == "N" or (card.version != "2.1" and _is_labelled(line)):
            card.extra.append(line)
    if card is not None:
        entries.append(_unfinished(card))
    return entries, list(ignored)


def _is_labelled(line: str) -> bool:
    """Whether the line of a number or an address has more than what a contact has."""
    return bool(LABELLED.match(line)) and _split_unquoted(line)[0].upper() not in _OWN_HEADS


def labelled(lines: Iterable[str], details: ContactDetails, canonical: Canonical) -> tuple[str, ...]:
    """Return further lines of a vCard; of numbers and addresses only those that the contact has, in their stored form.
    Raise Invalid."""
    labels = {each.number: each.label for each in details.numbers}
    found: list[str] = []
    for line in lines:
        if not LABELLED.match(line):
            found.append(line)
            continue
        head, _ = _split_unquoted(line)
        name, parameters, value = _content_line(line)
        if name == "EMAIL" and (email := checked_email(_text(value))) in details.emails:
            found.append(f"{head}:{escape_text(email)}")
        elif name == "TEL" and labels.get(number := checked_number(_number(value), canonical)) == _label(parameters):
            found.append(f"{head}:{'tel:' if 'uri' in parameters.get('VALUE', ()) else ''}{number}")
    return tuple(found)


def _unfinished(card: _Card) -> FileEntry:
    card.faults.append(ImportFault("malformed", "", "The card has no end."))
    return card.entry()


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Iterate over the logical lines with the number of their first line (RFC 6350 section 3.2)."""
    parts: list[str] = []
    start, printable = 0, False
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        # Version 2.1 continues a line of quoted-printable with "=" at its end.
        quoted = printable and parts[-1].endswith("=")
        if parts and line[:1] in (" ", "\t") and not quoted:
            parts.append(line[1:])
            continue
        if quoted:
            parts[-1] = parts[-1][:-1]
            parts.append(line)
            continue
        if parts and any(parts):
            yield start, "".join(parts)
        parts, start = [line], number
        printable = "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
    if any(parts):
        yield start, "".join(parts)


def _content_line(line: str) -> tuple[str, dict[str, list[str]], str]:
    """Return name in upper case, parameters and value of a line; ("", {}, "") if it is none."""
    head, value = _split_unquoted(line)
    first, *rest = _split(head, ";")
    found = _NAME.match(first.strip())
    if found is None or value is None:
        return "", {}, ""
    parameters: dict[str, list[str]] = {}
    for each in rest:
        name, separator, values = each.partition("=")
        # Versions before 3.0 write types without their name.
        key, listed = (name.strip().upper(), values) if separator else ("TYPE", name)
        parameters.setdefault(key, []).extend(one.strip().lower() for one in listed.replace('"', "").split(","))
    if "quoted-printable" in parameters.get("ENCODING", ()) or "quoted-printable" in parameters.get("TYPE", ()):
        charset = next(iter(parameters.get("CHARSET", ())), "utf-8")
        value = _unquoted(value, charset)
    return found[1].upper(), parameters, value


def _split_unquoted(line: str) -> tuple[str, str | None]:
    """Return the parts of a line before and behind the first colon that is not in quotes; None without one."""
    quoted = False
    for at, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            return line[:at], line[at + 1 :]
    return line, None


def _split(text: str, separator: str) -> list[str]:
    """Split at separators that are not in quotes."""
    if '"' not in text:
        return text.split(separator)
    parts: list[str] = []
    start, quoted = 0, False
    for at, char in enumerate(text):
        quoted ^= char == '"'
        if char == separator and not quoted:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _unquoted(value: str, charset: str) -> str:
    data = quopri.decodestring(value.encode("utf-8"))
    with suppress(LookupError, UnicodeError):
        if codecs.lookup(charset).name not in _UNSUITABLE:
            return data.decode(charset)
    return data.decode("cp1252", "replace")


def _apply(card: _Card, name: str, parameters: dict[str, list[str]], value: str) -> bool:
    """Apply a property; return whether a contact has it."""
    match name:
        case "VERSION":
            card.version = value.strip()
        case "UID":
            card.uid = value.strip()
        case "FN":
            card.name = card.name or _text(value)
        case "N":
            card.structured = _structured_name(value)
        case "KIND":
            kind = value.strip().lower()
            card.is_organisation = kind == "org"
            return kind in ("org", "individual")
        case "ORG":
            parts = [_text(each) for each in _components(value)]
            card.organisation, card.department = parts[0], ", ".join(each for each in parts[1:] if each)
        case "TEL":
            card.numbers.append(ContactNumber(_number(value), _label(parameters)))
        case "EMAIL":
            card.emails.append(_text(value).strip())
        case "NOTE":
            card.notes.append(_text(value))
        case "PHOTO":
            photo = _photo(parameters, value)
            card.photo = card.photo or photo
            return bool(photo)
        case "X-ABSHOWAS":
            card.is_organisation = value.strip().upper() == "COMPANY"
        case "X-UNIFICX-FAVOURITE":
            card.favourite = value.strip() == "1"
        case _:
            return False
    return True


def _photo(parameters: dict[str, list[str]], value: str) -> bytes:
    """Return the picture in a card; b"" for one behind an address, or that is not base64.

    Version 4.0 has a `data` URI (RFC 2397), of which some programs escape the punctuation; versions before have base64
    with the parameter ENCODING, `b` in 3.0 and `base64` in 2.1."""
    text = "".join(value.replace("\\", "").split())
    encodings = {*parameters.get("ENCODING", ()), *parameters.get("TYPE", ())}
    if text[:5].lower() == "data:":
        header, _, text = text.partition(",")
        if not header.lower().endswith(";base64"):
            return b""
    elif not encodings & {"b", "base64"} or parameters.get("VALUE", ["binary"]) != ["binary"]:
        return b""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def _number(value: str) -> str:
    text = value.strip()
    if text.lower().startswith("tel:"):
        text = text[4:].partition(";")[0]
    return _text(text)


def _label(parameters: dict[str, list[str]]) -> NumberLabel:
    types = parameters.get("TYPE", [])
    found: list[NumberLabel] = [label for word, label in _TYPES if any(each.startswith(word) for each in types)]
    return found[0] if found else "other"


def _structured_name(value: str) -> str:
    """Return the name of family name, given name, additional names, prefixes and suffixes."""
    parts = [_text(each) for each in _components(value)][:5]
    family, given, middle, prefix, suffix = [*parts, *[""] * (5 - len(parts))]
    return " ".join(each for each in (prefix, given, middle, family, suffix) if each)


def _components(value: str) -> list[str]:
    """Split a value at semicolons that are not escaped."""
    return [found[0] for found in _COMPONENT.finditer(value)] if ";" in value else [value]


_COMPONENT = re.compile(r"(?:[^;\\]|\\.)*(?:\\\Z)?(?=;|\Z)", re.DOTALL)


_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def _text(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()


# ---- writing


def write_vcards(
    contacts: Iterable[Contact],
    version: Version = "4.0",
    only: Collection[str] = (),
    *,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return contacts as vCards, in UTF-8. `only`: names of properties; by default all. `pictures`: JPEG by the ids of
    the contacts."""
    lines = (line for each in contacts for line in _lines(each, version, (pictures or {}).get(each.id)))
    if only:
        named = {"BEGIN", "VERSION", "END", *(each.upper() for each in only)}
        lines = (line for line in lines if _content_line(line)[0] in named)
    return "".join(map(folded_line, lines)).encode()


def values_of(contact: Contact) -> dict[str, list[str]]:
    """Return the values of the properties of a contact, by name in upper case; of a picture only that there is one."""
    found: dict[str, list[str]] = {}
    for line in _lines(contact, "3.0"):
        name, _, value = _content_line(line)
        found.setdefault(name, []).append(_text(value))
    return found | ({"PHOTO": [""]} if contact.picture else {})


def _lines(contact: Contact, version: Version, picture: bytes | None = None) -> Sequence[str]:
    details = contact.details
    lines = [
        "BEGIN:VCARD",
        f"VERSION:{version}",
        f"UID:{_escaped_uid(contact.uid)}",
        f"FN:{escape_text(details.title)}",
    ]
    if version == "3.0" and without_names(contact.extra) == contact.extra:
        given, _, family = details.name.rpartition(" ")
        lines.append(f"N:{escape_text(family)};{escape_text(given)};;;")  # required (RFC 2426 section 3.1.2)
    if not details.name:
        lines.append("KIND:org" if version == "4.0" else "X-ABSHOWAS:COMPANY")
    if details.organisation or details.department:
        units = (details.organisation, details.department) if details.department else (details.organisation,)
        lines.append("ORG:" + ";".join(map(escape_text, units)))
    more, own = _own_lines(contact.extra, version)
    lines += [own.get(("TEL", each.number)) or _tel(each, version) for each in details.numbers]
    lines += [own.get(("EMAIL", each)) or f"EMAIL:{escape_text(each)}" for each in details.emails]
    if details.note:
        lines.append(f"NOTE:{escape_text(details.note)}")
    if details.favourite:
        lines.append(f"{FAVOURITE}:1")
    if picture:
        beginning = "PHOTO:data:image/jpeg;base64," if version == "4.0" else "PHOTO;ENCODING=b;TYPE=JPEG:"
        lines.append(beginning + b64encode(picture).decode())
    return [*lines, *more, f"REV:{contact.changed:%Y%m%dT%H%M%SZ}", "END:VCARD"]


def _own_lines(lines: Iterable[str], version: Version) -> tuple[list[str], dict[tuple[str, str], str]]:
    """Return further lines of a vCard: those of other properties, and those of numbers and addresses by their name and
    value, as far as this version has them."""
    more: list[str] = []
    own: dict[tuple[str, str], str] = {}
    for line in lines:
        if not LABELLED.match(line):
            more.append(line)
            continue
        name, parameters, value = _content_line(line)
        if version == "4.0" or "VALUE" not in parameters:
            own[name, _number(value) if name == "TEL" else _text(value)] = line
    return more, own


def _tel(number: ContactNumber, version: Version) -> str:
    if version == "4.0":
        return f"TEL;VALUE=uri;TYPE={_WRITTEN[number.label]}:tel:{number.number}"
    return f"TEL;TYPE={_WRITTEN_3[number.label]}:{number.number}"


def _escaped_uid(uid: str) -> str:
    return uid if uid.startswith("urn:") else escape_text(uid)
