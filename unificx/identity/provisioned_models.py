"""Table of what an identity provider has stored about accounts (SCIM)."""

from dataclasses import dataclass

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class ProvisionedPart:
    """Attributes of a SCIM user (RFC 7643 section 4.1) that the account itself does not have; "" for none."""

    user_name: str = personal(
        "user.account.username",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    external_id: str = personal(
        "user.account.username",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    display_name: str = personal(
        "user.name",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    given_name: str = personal(
        "user.name",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    family_name: str = personal(
        "user.name",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    phone: str = personal(
        "user.contact.phone_number",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


class ProvisionedRow(Base):
    """An account that an identity provider has created or changed. Deleted with the account."""

    __tablename__ = "provisioned_account"

    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"), primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"), index=True)
    subject_id: Mapped[str] = plain("random id of the sealing key")
    sealed: Mapped[bytes] = sealed_column(ProvisionedPart, subject="subject_id")
