"""Contacts: address books of tenants and of their users."""

from unificx.contacts.checks import MAX_ENTRIES, MAX_NAME, MAX_NOTE, MAX_UID
from unificx.contacts.privacy import contact_holding
from unificx.contacts.schemas import (
    LABELS,
    AddressBook,
    BookKind,
    Contact,
    ContactDetails,
    ContactNumber,
    FoundName,
    NewContact,
    NumberLabel,
    Source,
)
from unificx.contacts.service import ContactChanged, Contacts

__all__ = [
    "LABELS",
    "MAX_ENTRIES",
    "MAX_NAME",
    "MAX_NOTE",
    "MAX_UID",
    "AddressBook",
    "BookKind",
    "Contact",
    "ContactChanged",
    "ContactDetails",
    "ContactNumber",
    "Contacts",
    "FoundName",
    "NewContact",
    "NumberLabel",
    "Source",
    "contact_holding",
]
