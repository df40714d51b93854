"""Tables of contacts, and of pictures of contacts and users.

A personal contact is sealed under the key of its owner, a company contact under that of its first number, which is the
data subject that this person also is as a caller. All numbers outside lead to their contacts, so that an erasure finds
them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _in_book() -> Any:
    return personal(
        "user.social.address_book",
        uses=("telephony", "directory"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class ContactPart:
    """A contact. Each of `numbers` is a label and a number, separated by a space."""

    uid: str = _in_book()
    name: str = _in_book()
    organisation: str = _in_book()
    department: str = _in_book()
    numbers: tuple[str, ...] = _in_book()
    emails: tuple[str, ...] = _in_book()
    note: str = _in_book()
    favourite: bool = _in_book()
    resource: str | None = _in_book()
    """Name that a CardDAV client has chosen."""
    extra: tuple[str, ...] | None = _in_book()
    """Further properties of the vCard of a CardDAV client, which no field is made for."""


@dataclass(frozen=True, slots=True)
class ContactPicturePart:
    """The picture of a contact: a JPEG file in base64, and the SHA-256 of the photo that it was made of."""

    image: str = _in_book()
    source: str = _in_book()


@dataclass(frozen=True, slots=True)
class PicturePart:
    """The picture of a user: a JPEG file in base64."""

    image: str = personal(
        "user.content.self_image",
        uses=("directory",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


class PersonPictureRow(Base):
    """The picture that a user has chosen."""

    __tablename__ = "person_picture"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    person_id: Mapped[str] = plain("random id of the person", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    version: Mapped[str] = plain("a random id, new with each picture")
    subject_id: Mapped[str] = plain("random subject id of the person, whose key seals the picture")
    sealed: Mapped[bytes] = sealed_column(PicturePart, subject="subject_id")


class ContactBookRow(Base):
    """The counter of an address book. Its row is locked while a contact of the book is changed."""

    __tablename__ = "contact_book"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    person_id: Mapped[str] = plain("random id of the owner; empty for company contacts", primary_key=True)
    revision: Mapped[int] = plain("number of the newest change")
    deleted: Mapped[int] = plain("number of the newest deletion, from which on clients know the whole book")


class ContactRow(Base):
    """A contact."""

    __tablename__ = "contact"
    __table_args__ = (Index(None, "tenant_id", "person_id"), Index(None, "tenant_id", "subject_id"))

    id: Mapped[str] = plain("a random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    person_id: Mapped[str] = plain("random id of the owner; empty for a company contact")
    revision: Mapped[int] = plain("number of the last change in the address book")
    changed: Mapped[datetime] = plain("time of the last change")
    source: Mapped[str] = plain("own, or device for a contact copied from a telephone")
    picture: Mapped[str] = plain("a random id, new with each picture; empty without one")
    subject_id: Mapped[str] = plain("random subject id: of the owner, or of the first number of a company contact")
    sealed: Mapped[bytes] = sealed_column(ContactPart, subject="subject_id")


class ContactPictureRow(Base):
    """The picture of a contact, sealed under the key of the contact."""

    __tablename__ = "contact_picture"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    contact_id: Mapped[str] = plain("the contact", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("random subject id of the contact's key")
    sealed: Mapped[bytes] = sealed_column(ContactPicturePart, subject="subject_id")


class ContactNumberRow(Base):
    """A number outside of a contact."""

    __tablename__ = "contact_number"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    contact_id: Mapped[str] = plain("the contact", primary_key=True)
    subject_id: Mapped[str] = plain("random subject id of the number", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
