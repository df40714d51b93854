"""Files with contacts: encodings, vCard 4.0, 3.0 and 2.1, CSV."""

from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unificx.contacts.checks import checked
from unificx.contacts.contact_csv import write_csv
from unificx.contacts.files import MAX_ENTRIES, read_file
from unificx.contacts.import_schemas import Encoding, FileEntry
from unificx.contacts.schemas import LABELS, Contact, ContactDetails, ContactNumber
from unificx.contacts.vcard import Version, labelled, write_vcards
from unificx.core.errors import Invalid

CARD = """BEGIN:VCARD\r
VERSION:4.0\r
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1\r
FN;LANGUAGE=de:Dr. Zoë Müller\\, PhD\r
N:Müller;Zoë;;Dr.;\r
ORG:Praxis "Süd"\\; Partner;Empfang\r
item1.TEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+49-30-1234567;ext=8\r
TEL;TYPE=cell:0171 1234567\r
EMAIL;TYPE=work:zoe@example.com\r
NOTE:First line\\nsecond line that is lon\r
 ger than one line\r
PHOTO:data:image/jpeg;base64,AAAA\r
END:VCARD\r
"""


def entries(data: bytes | str, encoding: Encoding | None = None) -> list[FileEntry]:
    return list(read_file(data.encode() if isinstance(data, str) else data, encoding).entries)


def contact(details: ContactDetails, uid: str = "urn:uuid:1") -> Contact:
    return Contact("c", "t", "", uid, 1, datetime(2026, 11, 28, 9, tzinfo=UTC), "own", details)


def test_a_card_of_version_4() -> None:
    file = read_file(CARD.encode())
    [entry] = file.entries
    details = entry.contact.details
    assert (file.format, file.encoding, file.ignored, entry.line, entry.faults) == ("vcard", "utf-8", (), 1, ())
    assert entry.photo == b"\0\0\0"
    assert entry.contact.uid == "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"
    assert (details.name, details.organisation, details.department) == (
        "Dr. Zoë Müller, PhD",
        'Praxis "Süd"; Partner',
        "Empfang",
    )
    assert details.numbers == (ContactNumber("+49-30-1234567", "home"), ContactNumber("0171 1234567", "mobile"))
    assert (details.emails, details.note) == (
        ("zoe@example.com",),
        "First line\nsecond line that is longer than one line",
    )


LABELLED = """BEGIN:VCARD
VERSION:3.0
FN:Max
item1.TEL;type=pref:0171 1234567
item1.X-ABLabel:Club
TEL;TYPE=CELL:0172 1234567
TEL;VALUE=uri;TYPE="home,voice":tel:0173-1234567
EMAIL;TYPE=INTERNET,HOME:max@example.com
EMAIL;TYPE=WORK:work@example.com
END:VCARD
"""


def test_labels_of_a_telephone_are_written_again_as_long_as_their_value_is_there() -> None:
    """A program replaces its card by ours: labels that are not returned are lost on the telephone."""
    [entry] = entries(LABELLED)

    def canonical(number: str) -> str:
        return "+49" + number[1:] if number.startswith("0") else number

    details = checked(entry.contact.details, canonical)
    extra = labelled(entry.contact.extra, details, canonical)
    assert labelled(extra, details, canonical) == extra
    stored = replace(contact(details), extra=extra)
    third, fourth = (write_vcards([stored], version).decode().split("\r\n") for version in ("3.0", "4.0"))
    home = 'TEL;VALUE=uri;TYPE="home,voice":tel:+491731234567'
    both = ["item1.TEL;type=pref:+491711234567", "item1.X-ABLabel:Club", "EMAIL;TYPE=INTERNET,HOME:max@example.com"]
    assert {*both, "TEL;TYPE=CELL:+491721234567", "TEL;TYPE=HOME:+491731234567"} <= {*third}
    assert {*both, "TEL;VALUE=uri;TYPE=cell:tel:+491721234567", home} <= {*fourth}
    assert [len([one for one in each if "TEL" in one]) for each in (third, fourth)] == [3, 3]
    numbers = (ContactNumber("+491711234567", "work"), *details.numbers[1:])
    changed = replace(details, numbers=numbers, emails=("max@example.com",))
    assert labelled(extra, changed, canonical) == (extra[1], extra[2], extra[3])


@pytest.mark.parametrize(
    ("line", "stored"),
    [("KIND:group", ("KIND:group", "MEMBER:urn:uuid:1")), ("KIND:individual", ("MEMBER:urn:uuid:1",))],
)
def test_a_group_of_contacts_stays_one(line: str, stored: tuple[str, ...]) -> None:
    [entry] = entries(f"BEGIN:VCARD\nVERSION:4.0\nFN:Friends\n{line}\nMEMBER:urn:uuid:1\nEND:VCARD\n")
    assert entry.contact.extra == stored


JPEG = bytes(range(256)) * 3
BASE64 = b64encode(JPEG).decode()


@pytest.mark.parametrize(
    "line",
    [
        f"PHOTO:data:image/jpeg;base64,{BASE64}",
        f"PHOTO:data:image/jpeg\\;base64\\,{BASE64}",
        f"item1.PHOTO;VALUE=uri;TYPE=home:DATA:image/png;BASE64,{BASE64}",
        f"PHOTO;ENCODING=b;TYPE=JPEG:{BASE64}",
        f"PHOTO;ENCODING=BASE64;JPEG:\n {BASE64[:200]}\n  {BASE64[200:]}\n",
        f"PHOTO;JPEG;BASE64:{BASE64}",
    ],
    ids=["4.0", "escaped", "4.0 with a type", "3.0", "2.1", "2.1 without names"],
)
def test_a_picture_in_a_card_is_read(line: str) -> None:
    file = read_file(
        f"BEGIN:VCARD\nVERSION:3.0\nFN:Max\n{line}\nPHOTO;VALUE=uri:http://x.example/p\nEND:VCARD\n".encode()
    )
    assert (file.entries[0].photo, file.ignored, file.entries[0].contact.extra) == (JPEG, ("PHOTO",), ())


@pytest.mark.parametrize(
    "line",
    [
        "PHOTO:https://photos.example/max.jpg",
        "PHOTO;VALUE=uri;ENCODING=b:AAAA",
        "PHOTO:data:image/jpeg,AAAA",
        "PHOTO;ENCODING=b:AA*A",
        "PHOTO;ENCODING=b:AAéA",
        "PHOTO;ENCODING=b:",
        "PHOTO:AAAA",
    ],
)
def test_a_picture_that_is_not_in_its_card_is_ignored(line: str) -> None:
    file = read_file(f"BEGIN:VCARD\nVERSION:4.0\nFN:Max\n{line}\nEND:VCARD\n".encode())
    assert (file.entries[0].photo, file.entries[0].faults, file.ignored) == (b"", (), ("PHOTO",))


@given(st.binary(max_size=300), st.sampled_from(["4.0", "3.0"]))
def test_a_picture_that_is_written_is_read(image: bytes, version: Version) -> None:
    data = write_vcards([contact(ContactDetails("Max"))], version, pictures={"c": image})
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert entries(data)[0].photo == (image or None)


@pytest.mark.parametrize("charset", ["undefined", "idna", "punycode", "base64", "none"])
def test_an_encoding_that_is_no_charset_is_not_applied(charset: str) -> None:
    """Some raise, and the time of punycode grows with the square of the length."""
    data = f"BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:xn--a..=C3-\nEND:VCARD\n"
    assert entries(data)[0].contact.details.name == "xn--a..Ã-"


def test_the_malformed_lines_that_are_named_are_limited() -> None:
    data = "BEGIN:VCARD\nVERSION:3.0\nFN:a\n" + "x\n" * 10_000 + "END:VCARD\n"
    assert len(entries(data)[0].faults) == 100


def test_cards_of_versions_3_and_2() -> None:
    third = "BEGIN:VCARD\nVERSION:3.0\nN:Muster;Max;;;\nTEL;TYPE=WORK,FAX:030 1\nEND:VCARD\n"
    second = (
        "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC=\nller\n"
        "TEL;CELL;PREF:0171 1\nEND:VCARD\n"
    )
    first, other = entries(third + second)
    assert (first.contact.details.name, first.contact.details.numbers) == (
        "Max Muster",
        (ContactNumber("030 1", "fax"),),
    )
    assert (other.contact.details.name, other.line) == ("Müller", 6)
    assert other.contact.details.numbers == (ContactNumber("0171 1", "mobile"),)


@pytest.mark.parametrize(
    ("data", "line", "code"),
    [
        ("BEGIN:VCARD\nFN:A\nEND:VCARD\n", 1, "version"),
        ("BEGIN:VCARD\nVERSION:4.0\nFN:A\n", 1, "malformed"),
        ("BEGIN:VCARD\nVERSION:4.0\nFN:A\nBEGIN:VCARD\nVERSION:4.0\nFN:B\nEND:VCARD\n", 1, "malformed"),
        ("BEGIN:VCARD\nVERSION:4.0\nFN:A\nno property\nEND:VCARD\n", 1, "malformed"),
        ("name,email\nA,a@example.com,more\n", 2, "too_many_cells"),
    ],
)
def test_a_fault_names_its_line(data: str, line: int, code: str) -> None:
    first = entries(data)[0]
    assert (first.line, [each.code for each in first.faults]) == (line, [code])


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("cp1252", "windows-1252"),
        ("latin-1", "windows-1252"),
    ],
)
def test_encodings_are_detected(codec: str, found: str) -> None:
    for text in (CARD, "name;phone\nZoë Müller;030 1\n"):
        file = read_file(text.encode(codec))
        assert file.encoding == found
        assert "Zoë Müller" in file.entries[0].contact.details.name


def test_the_encoding_can_be_chosen() -> None:
    data = "name\nZoë\n".encode()
    assert entries(data, "windows-1252")[0].contact.details.name == "ZoÃ«"
    with pytest.raises(Invalid):
        read_file("name\nZoë\n".encode("cp1252"), "utf-8")


def test_columns_in_english_and_german() -> None:
    text = "Vorname;Nachname;Firma;Mobil;Telefon 1;Telefon 2;E-Mail;Notiz;Farbe\n"
    text += 'Zoë;Müller;Süd;0171 1;030 1;030 2;a@example.com; b@example.com;"two\nlines";blue\n'.replace(
        "; b@", ';"b@', 0
    )
    file = read_file(text.replace("a@example.com; b@example.com", '"a@example.com; b@example.com"').encode())
    [entry] = file.entries
    details = entry.contact.details
    assert (details.name, details.organisation, details.note, file.ignored) == (
        "Zoë Müller",
        "Süd",
        "two\nlines",
        ("Farbe",),
    )
    assert [(each.number, each.label) for each in details.numbers] == [
        ("0171 1", "mobile"),
        ("030 1", "work"),
        ("030 2", "work"),
    ]
    assert details.emails == ("a@example.com", "b@example.com")


@pytest.mark.parametrize(
    ("titles", "ignored"),
    [
        # Outlook
        (
            "First Name,Last Name,Company,Notes,E-mail Address,E-mail 2 Address,Mobile Phone,Business Phone,"
            "Business Phone 2,Home Phone,Company Main Phone,Home Fax,Other Phone,Birthday",
            ("Birthday",),
        ),
        # Yeastar
        (
            "First Name,Last Name,Company Name,Remark,Email,Email,Mobile,Business Number,Business Number 2,Home,Main,"
            "Business Fax,Other,ZIP Code",
            ("ZIP Code",),
        ),
        # 3CX
        (
            "FirstName,LastName,Company,Notes,Email,Email,Mobile,Business,Business2,Home,Main,BusinessFax,Other,Pager",
            ("Pager",),
        ),
    ],
)
def test_columns_of_other_systems(titles: str, ignored: tuple[str, ...]) -> None:
    cells = "Ada,Example,Works,A note,a@example.com,b@example.com,10,11,12,13,14,15,16,x"
    file = read_file(f"{titles}\n{cells}\n".encode())
    labels = ("mobile", "work", "work", "home", "main", "fax", "other")
    numbers = tuple(ContactNumber(str(number), label) for number, label in enumerate(labels, 10))
    emails = ("a@example.com", "b@example.com")
    expected = ContactDetails("Ada Example", "Works", "", numbers, emails, "A note")
    assert ([each.contact.details for each in file.entries], file.ignored) == ([expected], ignored)


@pytest.mark.parametrize("data", [b"", b"  \n", b"\x89PNG\r\n\x00\x00", b"color,shape\nred,round\n", b'name\n"open\n'])
def test_what_is_no_file_of_contacts_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_file(data)
    assert refused.value.field == "file"


def test_a_file_is_bounded() -> None:
    cards = b"BEGIN:VCARD\nVERSION:4.0\nFN:A\nEND:VCARD\n" * (MAX_ENTRIES + 1)
    for data in (b"name\n" + b"A\n" * (MAX_ENTRIES + 1), cards):
        with pytest.raises(Invalid) as refused:
            read_file(data)
        assert "several parts" in refused.value.hint


def test_a_cell_is_no_formula_in_a_spreadsheet() -> None:
    data = write_csv([contact(ContactDetails("=cmd|' /C calc'!A0", note="@x"))])
    assert b"'=cmd" in data
    assert b"'@x" in data
    assert entries(data)[0].contact.details.name == "=cmd|' /C calc'!A0"


LINES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=40)
NOTES = st.text(st.sampled_from("ab,;:\\\"'=äß€😀 n\n"), max_size=120).map(lambda text: text.strip())
DETAILS = st.builds(
    ContactDetails,
    LINES.filter(lambda text: bool(text) and not text.startswith("'")),
    LINES.filter(lambda text: not text.startswith("'")),
    LINES.filter(lambda text: not text.startswith("'")),
    st.lists(st.builds(ContactNumber, st.from_regex(r"\+[1-9][0-9]{6,12}", fullmatch=True), st.sampled_from(LABELS)),
             max_size=4, unique_by=lambda each: each.number).map(tuple),
    st.lists(st.from_regex(r"[a-z]{1,9}@[a-z]{1,9}\.example", fullmatch=True), max_size=3, unique=True).map(tuple),
    NOTES.filter(lambda text: not text.startswith("'")),
    st.booleans(),
)  # fmt: skip


@pytest.mark.promise("D5")
@example([ContactDetails("Ada", "Works;")])
@given(st.lists(DETAILS, min_size=1, max_size=3))
def test_what_is_written_is_read(found: list[ContactDetails]) -> None:
    for write, known in product((write_vcards, write_csv), [found]):
        data = write([contact(each) for each in known])
        read = [each.contact.details for each in entries(data)]
        for before, after in zip(known, read, strict=True):
            # CSV groups numbers by their labels.
            assert sorted(before.numbers, key=str) == sorted(after.numbers, key=str) or set(before.numbers) == set(
                after.numbers
            )
            assert (before.name, before.organisation, before.emails, before.favourite) == (
                after.name,
                after.organisation,
                after.emails,
                after.favourite,
            )
            assert before.note == after.note.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [("X:" + "A" * 6_000_000 + "=", "\n ="), ('X;"', "a"), ("NOTE:" + "a" * 6_000_000, "a\nNOTE:")],
    ids=["folded", "quoted", "notes"],
)
def test_cards_are_read_in_linear_time(beginning: str, piece: str) -> None:
    """Anything worse than linear time would not finish within a minute."""
    found = entries(f"BEGIN:VCARD\nVERSION:3.0\n{beginning}{piece * (3_000_000 // len(piece))}\nEND:VCARD\n")
    assert [each.line for each in found] == [1]


def test_lines_are_folded_between_characters() -> None:
    data = write_vcards([contact(ContactDetails("ä" * 200))])
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert entries(data)[0].contact.details.name == "ä" * 200


@given(st.binary(max_size=400))
def test_no_input_breaks_the_reader(data: bytes) -> None:
    for text in (data, b"BEGIN:VCARD\n" + data, b"name,phone\n" + data):
        with suppress(Invalid):
            read_file(text)
