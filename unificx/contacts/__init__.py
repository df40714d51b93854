"""Contacts: address books of tenants and of their users, and pictures of contacts and users."""

from unificx.contacts.checks import MAX_ENTRIES, MAX_NAME, MAX_NOTE, MAX_UID
from unificx.contacts.contact_csv import write_csv
from unificx.contacts.device_copies import UID as DEVICE_UID
from unificx.contacts.device_copies import DeviceCopies
from unificx.contacts.files import read_file
from unificx.contacts.import_schemas import ContactImportReport, Encoding, FileFormat, ImportAction
from unificx.contacts.importing import ContactImports
from unificx.contacts.optimistic import Guard
from unificx.contacts.pictures import MAX_PICTURE_BYTES, PicturesOff
from unificx.contacts.privacy import contact_holding
from unificx.contacts.schemas import (
    LABELS,
    NO_PICTURE,
    AddressBook,
    BookKind,
    Contact,
    ContactDetails,
    ContactNumber,
    ContactPicture,
    NewContact,
    NumberLabel,
    Source,
)
from unificx.contacts.service import ContactChanged, Contacts
from unificx.contacts.vcard import values_of, write_vcards

__all__ = [
    "DEVICE_UID",
    "LABELS",
    "MAX_ENTRIES",
    "MAX_NAME",
    "MAX_NOTE",
    "MAX_PICTURE_BYTES",
    "MAX_UID",
    "NO_PICTURE",
    "AddressBook",
    "BookKind",
    "Contact",
    "ContactChanged",
    "ContactDetails",
    "ContactImportReport",
    "ContactImports",
    "ContactNumber",
    "ContactPicture",
    "Contacts",
    "DeviceCopies",
    "Encoding",
    "FileFormat",
    "Guard",
    "ImportAction",
    "NewContact",
    "NumberLabel",
    "PicturesOff",
    "Source",
    "contact_holding",
    "read_file",
    "values_of",
    "write_csv",
    "write_vcards",
]
