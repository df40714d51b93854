"""Reading of files with contacts: encoding and format. Pure."""

from unificx.contacts.contact_csv import read_csv
from unificx.contacts.import_schemas import ContactFile
from unificx.contacts.vcard import read_vcards
from unificx.core.csv_files import Encoding, UnreadableFile, decode

MAX_ENTRIES = 5_000


def read_file(data: bytes, encoding: Encoding | None = None) -> ContactFile:
    """Read a file; `encoding` None: detected. Raise Invalid for a file that cannot be read as a whole; faults
    of entries are in the entries."""
    text, found = decode(data, encoding)
    if not text.strip():
        raise UnreadableFile("file_empty", "The file is empty.", "Choose a file with contacts.")
    is_vcard = text.lstrip()[:11].upper() == "BEGIN:VCARD"
    entries, ignored = (read_vcards if is_vcard else read_csv)(text, MAX_ENTRIES)
    return ContactFile("vcard" if is_vcard else "csv", found, tuple(entries), tuple(ignored))
