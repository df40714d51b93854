"""Tables of what an import of people has stored, so that it can be undone. Deleted after `UNDO_DAYS`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class ImportedPart:
    """Values of an account after an import, and before it for those that it changed: None for the others."""

    name: str = personal(
        "user.name",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    email: str = personal(
        "user.contact.email",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    department: str = personal(
        "user.name",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    previous_name: str | None = personal(
        "user.name",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    previous_department: str | None = personal(
        "user.name",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class PeopleImportRow(Base):
    """An import of people."""

    __tablename__ = "people_import"

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"), index=True)
    at: Mapped[datetime] = plain("time of the import", index=True)
    created: Mapped[int] = plain("number of created accounts")
    updated: Mapped[int] = plain("number of changed accounts")
    reverted: Mapped[datetime | None] = plain("when it was undone")


class ImportedPersonRow(Base):
    """An account that an import has created or changed. Deleted with the account."""

    __tablename__ = "imported_person"

    id: Mapped[str] = plain("random row id", primary_key=True)
    import_id: Mapped[str] = plain("import id", ForeignKey("people_import.id"), index=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"), index=True)
    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"), index=True)
    subject_id: Mapped[str] = plain("random id of the sealing key")
    line: Mapped[int] = plain("line of the file")
    created: Mapped[bool] = plain("whether the import created the account")
    changed: Mapped[str] = plain("names of the changed columns, separated by spaces")
    extension_id: Mapped[str | None] = plain("id of the extension that the import created, if any")
    role: Mapped[str] = plain("account role after the import")
    language: Mapped[str | None] = plain("language code after the import")
    previous_role: Mapped[str] = plain("account role before the import")
    previous_language: Mapped[str | None] = plain("language code before the import")
    sealed: Mapped[bytes] = sealed_column(ImportedPart, subject="subject_id")
