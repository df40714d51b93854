"""Tables of the audit log. They are only appended to; the persons of an entry are sealed, each under their own key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


def _audit_field(*, export: bool) -> Any:
    return personal(
        "user.account.username",
        uses=("administration", "requests"),
        retention="audit",
        on_erase="delete",
        export=export,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class AuditPartyPart:
    """Opens a commitment to the actor, or to the person that an act was about."""

    salt: str = _audit_field(export=False)
    person: str = _audit_field(export=True)
    role: str = _audit_field(export=True)
    key: str = _audit_field(export=True)
    by: str = _audit_field(export=True)


class AuditEntryRow(Base):
    """An entry. Of a deleted tenant only the hash of its leaf is left."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "tenant_id", "position"),)

    position: Mapped[int] = plain("index of the leaf in the tree", BigInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = plain("the tenant; empty once it is deleted")
    time: Mapped[datetime] = plain("time of the act, to the second")
    action: Mapped[str] = plain("name of the operation")
    object: Mapped[str] = plain("type and id or name of an object of the tenant; never of a person")
    result: Mapped[str] = plain("done or failed")
    salt: Mapped[str] = plain("random value, in hexadecimal")
    leaf: Mapped[str] = plain("hash of the entry with its commitments, in hexadecimal")


class AuditPartyRow(Base):
    """A person in an entry: commitment, and what opens it."""

    __tablename__ = "audit_party"
    __table_args__ = (Index(None, "tenant_id", "subject_id"), Index(None, "tenant_id", "time"))

    id: Mapped[str] = plain("random id", primary_key=True)
    position: Mapped[int] = plain("the entry", BigInteger, index=True)
    kind: Mapped[str] = plain("actor or about")
    time: Mapped[datetime] = plain("time of the act, to the second")
    tenant_id: Mapped[str] = plain("tenant of the person")
    subject_id: Mapped[str] = plain("random id of the person's key; destroyed if they were erased")
    commitment: Mapped[str] = plain("hash of a sealed random value and the sealed details, in hexadecimal")
    sealed: Mapped[bytes | None] = sealed_column(AuditPartyPart, subject="subject_id")


class AuditHeadRow(Base):
    """A signed head of the tree."""

    __tablename__ = "audit_head"

    size: Mapped[int] = plain("number of leaves", BigInteger, primary_key=True, autoincrement=False)
    edge: Mapped[str] = plain("right edge of the tree: hashes in hexadecimal", Text)
    signed: Mapped[str] = plain("the signed head, as JSON: size, root, time", Text)
    sent: Mapped[bool] = plain("whether it was written outside")
