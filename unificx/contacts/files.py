"""Reading and writing of files with contacts: encoding and format. Pure."""

from collections.abc import Iterable

from unificx.contacts.contact_csv import read_csv, write_csv
from unificx.contacts.import_schemas import ContactFile, Encoding, FileFormat
from unificx.contacts.schemas import Contact
from unificx.contacts.vcard import read_vcards, write_vcards
from unificx.core.csv_files import unreadable

MAX_BYTES = 10 << 20
MAX_ENTRIES = 5_000
_BOMS: tuple[tuple[bytes, str, Encoding], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig", "utf-8"),
    (b"\xff\xfe", "utf-16", "utf-16"),
    (b"\xfe\xff", "utf-16", "utf-16"),
)
_CODECS: dict[Encoding, str] = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252"}


def read_file(data: bytes, encoding: Encoding | None = None) -> ContactFile:
    """Read a file; `encoding` None: detected. Raise Invalid for a file that cannot be read as a whole; faults
    of entries are in the entries."""
    if len(data) > MAX_BYTES:
        raise unreadable(f"The file is larger than {MAX_BYTES >> 20} MiB.", "Import it in several parts.")
    text, found = _decode(data, encoding)
    if not text.strip():
        raise unreadable("The file is empty.", "Choose a file with contacts.")
    is_vcard = text.lstrip()[:11].upper() == "BEGIN:VCARD"
    entries, ignored = (read_vcards if is_vcard else read_csv)(text, MAX_ENTRIES)
    return ContactFile("vcard" if is_vcard else "csv", found, tuple(entries), tuple(ignored))


def write_file(contacts: Iterable[Contact], file_format: FileFormat) -> bytes:
    """Return a file that an import reads: vCard 4.0 (RFC 6350), or CSV in UTF-8 with a byte order mark."""
    return write_vcards(contacts) if file_format == "vcard" else write_csv(contacts)


def _decode(data: bytes, encoding: Encoding | None) -> tuple[str, Encoding]:
    if encoding is not None:
        return _decoded(data, _CODECS[encoding]), encoding
    for mark, codec, name in _BOMS:
        if data.startswith(mark):
            return _decoded(data, codec), name
    sample = data[:1000]
    if b"\0" in sample:
        codec = "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
        return _decoded(data, codec), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decoded(data, "cp1252"), "windows-1252"


def _decoded(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        if codec != "cp1252":
            raise unreadable("The file has another encoding.", "Choose the encoding, or save it as UTF-8.") from None
        text = data.decode("latin-1")
    if "\0" in text:
        raise unreadable("The file is not text.", "Choose a vCard or CSV file.")
    return text
