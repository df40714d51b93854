"""Models of queued e-mails and push subscriptions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class EmailPart:
    """Recipient and confidential content of an e-mail."""

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
    reply: str | None = personal(
        "user.contact.email",
        uses=("administration",),
        retention="technical",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    """The reply of a mail server that has not accepted it, which may quote the address."""
    text: str | None = personal(
        "user.content.private.message",
        uses=("administration",),
        retention="technical",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    """Paragraphs about a meeting, a line each."""
    calendar: str | None = personal(
        "user.content.private.message",
        uses=("administration",),
        retention="technical",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )
    """Calendar entry of a meeting (iCalendar), with the address of its organizer."""
    reply_to: str | None = personal(
        "user.contact.email",
        uses=("administration",),
        retention="technical",
        on_erase="delete",
        export=False,
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


def _choice() -> Any:
    return personal(
        "user.privacy_preferences",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class PreferencePart:
    """Notices that a person has switched on or off, as kind and channel joined by a slash; others are as the catalogue
    has them."""

    on: tuple[str, ...] = _choice()
    off: tuple[str, ...] = _choice()


class PreferenceRow(Base):
    """The choices of one person."""

    __tablename__ = "notice_preference"
    __table_args__ = (Index(None, "tenant_id", "subject_id", unique=True),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id", ondelete="CASCADE"))
    subject_id: Mapped[str] = plain("random id of the subject whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(PreferencePart, subject="subject_id")


class EmailRow(Base):
    """An e-mail that waits, or the record of one that has ended, which is deleted after seven days."""

    __tablename__ = "letter"
    __table_args__ = (
        Index(None, "tenant_id", "subject_id"),
        Index(None, "tenant_id", "state", "id"),
        Index(None, "state", "due"),
    )

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id", ondelete="CASCADE"))
    subject_id: Mapped[str] = plain("random id of the subject whose key seals the part below")
    kind: Mapped[str] = plain("kind of e-mail")
    language: Mapped[str] = plain("language of the e-mail: en, de or both")
    state: Mapped[str] = plain("state of delivery")
    due: Mapped[datetime] = plain("time of the next attempt")
    expires: Mapped[datetime] = plain("expiry time")
    tries: Mapped[int] = plain("number of attempts")
    ended: Mapped[datetime | None] = plain("time of the last attempt")
    status: Mapped[int] = plain("last reply code of the mail server")
    message_id: Mapped[str | None] = plain("random id of the voicemail it is about")
    extension_id: Mapped[str | None] = plain("random id of the extension whose owner is notified")
    campaign_id: Mapped[str | None] = plain("random id of the campaign it belongs to")
    invoice: Mapped[str | None] = plain("number of the invoice that is attached")
    report: Mapped[str | None] = plain("interval, period and random id of the recipient of the report that is attached")
    request_id: Mapped[str | None] = plain("random id of the request it answers; no foreign key, it may be deleted")
    sealed: Mapped[bytes] = sealed_column(EmailPart, subject="subject_id")


class CampaignRow(Base):
    """A campaign; its e-mails are in `letter`. A draft has no time at which it was sent."""

    __tablename__ = "campaign"
    __table_args__ = (Index(None, "tenant_id", "sent"),)

    id: Mapped[str] = plain("random id that sorts by time", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id", ondelete="CASCADE"))
    created: Mapped[datetime] = plain("creation time")
    author: Mapped[str] = plain("random id of the administrator")
    sent: Mapped[datetime | None] = plain("time at which it was sent")
    recipients: Mapped[int] = plain("number of recipients")
    delivered: Mapped[int] = plain(
        "number of e-mails that arrived, of those whose record is deleted", server_default="0"
    )
    failed: Mapped[int] = plain(
        "number of e-mails that did not arrive, of those whose record is deleted", server_default="0"
    )
    complained: Mapped[int] = plain("number of complaints, of e-mails whose record is deleted", server_default="0")
    unsubscribed: Mapped[int] = plain(
        "number of recipients who unsubscribed while the record existed", server_default="0"
    )
    subject_en: Mapped[str | None] = plain("advertising, the same for all recipients")
    text_en: Mapped[str | None] = plain("advertising, the same for all recipients")
    subject_de: Mapped[str | None] = plain("advertising, the same for all recipients")
    text_de: Mapped[str | None] = plain("advertising, the same for all recipients")


class SuppressedRow(Base):
    """An address that gets no advertising any more; it stays until the tenant is deleted."""

    __tablename__ = "suppressed_address"
    __table_args__ = (Index(None, "tenant_id"),)

    id: Mapped[str] = plain("hash of the address with a secret of the installation", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id", ondelete="CASCADE"))
    subject_id: Mapped[str] = plain("random id of the subject that unsubscribed")
    at: Mapped[datetime] = plain("time at which it was unsubscribed")
    reason: Mapped[str] = plain("unsubscribe or complaint")


@dataclass(frozen=True, slots=True)
class UndeliverablePart:
    """An address that does not work."""

    address: str = personal(
        "user.contact.email",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class UndeliverableRow(Base):
    """An address that a mail server has rejected permanently, or from which an e-mail has bounced."""

    __tablename__ = "undeliverable_address"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    id: Mapped[str] = plain("hash of the address with a secret of the installation", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id", ondelete="CASCADE"))
    subject_id: Mapped[str] = plain("random id of the subject whose key seals the part below")
    at: Mapped[datetime] = plain("time of the rejection")
    status: Mapped[str] = plain("status code of the rejection")
    sealed: Mapped[bytes] = sealed_column(UndeliverablePart, subject="subject_id")


class AnnouncementRow(Base):
    """A notice to all people of a tenant: a version of the privacy policy, or the move to this installation."""

    __tablename__ = "announcement"

    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = plain("kind of notice, and the id of the version of a policy", primary_key=True)
    created: Mapped[datetime] = plain("time from which it was due")
    sent: Mapped[datetime | None] = plain("time at which the e-mails were queued")


@dataclass(frozen=True, slots=True)
class NoticePart:
    """The variable part of the text of a notice, such as the name of a device."""

    detail: str = personal(
        "user.device",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class NoticeRow(Base):
    """A notice in the list of a person; deleted after 90 days, and when there are 100 newer ones."""

    __tablename__ = "notice"
    __table_args__ = (Index(None, "tenant_id", "subject_id", "id"),)

    id: Mapped[str] = plain("random id that sorts by time", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id", ondelete="CASCADE"))
    subject_id: Mapped[str] = plain("random id of the subject whose key seals the part below")
    kind: Mapped[str] = plain("kind of notice")
    at: Mapped[datetime] = plain("time of the notice")
    read: Mapped[datetime | None] = plain("time at which it was marked as read")
    sealed: Mapped[bytes] = sealed_column(NoticePart, subject="subject_id")


class PushRow(Base):
    """A push subscription, at most one per session; deleted with the session."""

    __tablename__ = "push_subscription"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    id: Mapped[str] = plain("the session's random id", ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id", ondelete="CASCADE"))
    person_id: Mapped[str] = plain("the person", ForeignKey("person.id", ondelete="CASCADE"))
    device_id: Mapped[str | None] = plain("the session's SIP device; no foreign key, because it may be deleted first")
    subject_id: Mapped[str] = plain("random id of the subject whose key seals the part below")
    created: Mapped[datetime] = plain("creation time")
    sealed: Mapped[bytes] = sealed_column(PushPart, subject="subject_id")
