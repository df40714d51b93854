"""The room's tables: letters that wait to be sent, and where a push service reaches a signed-in device."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class LetterPart:
    """Whom a letter goes to and what it says that only they may know."""

    address: str = personal(
        "user.contact.email",
        uses=("administration",),
        retention="technical",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    name: str = personal(
        "user.name",
        uses=("administration",),
        retention="technical",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    link: str = personal(
        "user.authorization.credentials",
        uses=("administration",),
        retention="technical",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )
    detail: str = personal(
        "user.device",
        uses=("administration",),
        retention="technical",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class PushPart:
    """A push subscription (W3C Push API): the endpoint, the browser's public key and the shared secret, base64url."""

    endpoint: str = personal(
        "user.device.push_token",
        uses=("telephony", "administration"),
        retention="sign_in",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    p256dh: str = personal(
        "user.device.push_token",
        uses=("telephony", "administration"),
        retention="sign_in",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )
    auth: str = personal(
        "user.authorization.credentials",
        uses=("telephony", "administration"),
        retention="sign_in",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


class LetterRow(Base):
    """A letter that waits; it goes when it was sent or when its time is over."""

    __tablename__ = "letter"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id", ondelete="CASCADE"))
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    kind: Mapped[str] = plain("what sort of letter it is")
    language: Mapped[str] = plain("what language the letter is worded in: en or de")
    due: Mapped[datetime] = plain("when it is tried next", index=True)
    expires: Mapped[datetime] = plain("when it is no use any more")
    tries: Mapped[int] = plain("how often it was tried")
    message_id: Mapped[str | None] = plain("the message in a mailbox that it is about: random")
    extension_id: Mapped[str | None] = plain("the extension to whose owner it tells of that: random")
    sealed: Mapped[bytes] = sealed_column(LetterPart, subject="subject_id")


class PushRow(Base):
    """One for each sign-in; it goes with the sign-in."""

    __tablename__ = "push_subscription"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    id: Mapped[str] = plain("the sign-in's random id", ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id", ondelete="CASCADE"))
    person_id: Mapped[str] = plain("the person", ForeignKey("person.id", ondelete="CASCADE"))
    device_id: Mapped[str | None] = plain("the SIP device of the sign-in; no foreign key, for it may be deleted first")
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    created: Mapped[datetime] = plain("when the browser gave it")
    sealed: Mapped[bytes] = sealed_column(PushPart, subject="subject_id")
