"""Signals of contacts on the bus. Each is about a committed change and may be lost: clients fetch the list again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContactsChanged:
    """An address book has changed. `person_id` is its owner, "" for company contacts."""

    tenant_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class PicturesChanged:
    """A user of a tenant has another picture, or none any more."""

    tenant_id: str
