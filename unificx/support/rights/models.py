"""Tables of requests about personal data. Each request has a key of its own: it outlives what it asks to erase."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _in_request(category: str) -> Any:
    return personal(
        category, uses=("requests",), retention="request", on_erase="delete", export=True, rectifiable=False
    )


@dataclass(frozen=True, slots=True)
class RequestPart:
    """The request as it was sent, and its answer."""

    name: str = _in_request("user.name")
    email: str = _in_request("user.contact.email")
    number: str = _in_request("user.contact.phone_number")
    text: str = _in_request("user.content.private.message")
    basis: str = _in_request("user.content.private.message")
    answer: str = _in_request("user.content.private.message")
    topic: str | None = _in_request("user.content.private.message")
    corrected: str | None = _in_request("user.name")


@dataclass(frozen=True, slots=True)
class StepPart:
    """Note of a step, such as the reasons of an extension, or a message between sender and administrators."""

    note: str = _in_request("user.content.private.message")


class RightsRequestRow(Base):
    __tablename__ = "rights_request"
    __table_args__ = (Index(None, "tenant_id", "closed", "id"), Index(None, "tenant_id", "about_subject"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    kind: Mapped[str] = plain("which right")
    regime: Mapped[str] = plain("law whose time limits apply")
    origin: Mapped[str] = plain("how it was received")
    state: Mapped[str] = plain("state of the request")
    proof: Mapped[str] = plain("how the identity was proved")
    received: Mapped[datetime] = plain("time received")
    confirm_due: Mapped[datetime | None] = plain("until when the receipt has to be confirmed")
    confirmed: Mapped[datetime | None] = plain("when the receipt was confirmed")
    due: Mapped[datetime] = plain("until when it has to be answered")
    extendable: Mapped[datetime | None] = plain("extended time limit")
    closed: Mapped[datetime | None] = plain("when it was answered, refused or withdrawn")
    reminded: Mapped[datetime | None] = plain("last reminder to the administrators")
    person_id: Mapped[str | None] = plain("account it is about; no foreign key, because it may be erased")
    about_subject: Mapped[str | None] = plain("random id of the data subject it is about")
    subject_id: Mapped[str] = plain("random subject id of the request, whose key seals the part below")
    sender_tenant: Mapped[str | None] = plain("tenant of the sender, if the request is to the operator")
    assigned: Mapped[str | None] = plain("administrator who works on it; no foreign key, because it may be erased")
    sealed: Mapped[bytes | None] = sealed_column(RequestPart, subject="subject_id")


class RightsStepRow(Base):
    """A step of a request."""

    __tablename__ = "rights_step"
    __table_args__ = (Index(None, "tenant_id", "request_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    request_id: Mapped[str] = plain("the request")
    at: Mapped[datetime] = plain("time of the step")
    step: Mapped[str] = plain("which step")
    by_person: Mapped[str] = plain("administrator who took it; no foreign key, because the account may be erased")
    subject_id: Mapped[str] = plain("random subject id of the request, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(StepPart, subject="subject_id")


@dataclass(frozen=True, slots=True)
class NotePart:
    """Internal note. Not exported: it is the work of the administrators on a request, which may name other people. A
    person who wants it asks for it; the administrators decide (GDPR Art. 15(4))."""

    text: str = personal(
        "user.content.private.message",
        uses=("requests",),
        retention="request",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


class RightsNoteRow(Base):
    """An internal note on a request, for administrators only."""

    __tablename__ = "rights_note"
    __table_args__ = (Index(None, "tenant_id", "request_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    request_id: Mapped[str] = plain("the request")
    at: Mapped[datetime] = plain("time of the note")
    by_person: Mapped[str] = plain("administrator who wrote it; no foreign key, because the account may be erased")
    subject_id: Mapped[str] = plain("random subject id of the request, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(NotePart, subject="subject_id")


def _in_register() -> Any:
    """Not exported: an authority may forbid to tell the person. They see their disclosures at `/me/disclosures`."""
    return personal(
        "user.content.private.message",
        uses=("requests",),
        retention="request",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class DisclosurePart:
    """The authority, its legal basis, and what is disclosed."""

    authority: str = _in_register()
    basis: str = _in_register()
    scope: str = _in_register()


@dataclass(frozen=True, slots=True)
class DisclosedNumberPart:
    """Number of the caller without an account whose data is disclosed, under the key of the caller."""

    number: str = personal(
        "user.contact.phone_number",
        uses=("requests",),
        retention="request",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


class DisclosureRow(Base):
    """A disclosure to an authority. It is decided by another person than the one who has proposed it."""

    __tablename__ = "disclosure"
    __table_args__ = (
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        CheckConstraint("state <> 'approved' OR decided_by IS NOT NULL", name="approved_by_a_person"),
        Index(None, "tenant_id", "request_id"),
        Index(None, "tenant_id", "person_id"),
        Index(None, "tenant_id", "about_subject"),
    )

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    request_id: Mapped[str] = plain("request of the authority")
    person_id: Mapped[str] = plain("account it is about, empty for a caller; no foreign key, because it may be erased")
    about_subject: Mapped[str | None] = plain("random subject id of the caller without an account in it")
    state: Mapped[str] = plain("state of the decision")
    proposed: Mapped[datetime] = plain("time of the proposal")
    proposed_by: Mapped[str] = plain("administrator who proposed it; no foreign key, because it may be erased")
    decided: Mapped[datetime | None] = plain("time of the decision")
    decided_by: Mapped[str | None] = plain("administrator who decided; no foreign key, because it may be erased")
    silent_until: Mapped[datetime | None] = plain("time before which the person must not know")
    categories: Mapped[str] = plain("categories of data to disclose, of a fixed list")
    since: Mapped[datetime | None] = plain("begin of the period of the data")
    until: Mapped[datetime | None] = plain("end of the period of the data")
    others: Mapped[bool] = plain("whether other parties are named in it")
    subject_id: Mapped[str] = plain("random subject id of the request, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(DisclosurePart, subject="subject_id")
    about_sealed: Mapped[bytes | None] = sealed_column(DisclosedNumberPart, subject="about_subject")


@dataclass(frozen=True, slots=True)
class HandoverPart:
    """Authority, its legal basis, what was disclosed, and the random salt of the digest in the audit log."""

    authority: str = _in_register()
    basis: str = _in_register()
    scope: str = _in_register()
    salt: str = _in_register()


class HandoverRow(Base):
    """A file that was handed over to an authority. Rows are only added; the audit log has the digest of each."""

    __tablename__ = "handover"
    __table_args__ = (Index(None, "tenant_id", "request_id"), Index(None, "tenant_id", "person_id"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    request_id: Mapped[str] = plain("request of the authority")
    disclosure_id: Mapped[str] = plain("the disclosure")
    person_id: Mapped[str] = plain("account it is about, empty for a caller; no foreign key, because it may be erased")
    at: Mapped[datetime] = plain("time of the download")
    by_person: Mapped[str] = plain("administrator who downloaded it; no foreign key, because it may be erased")
    size: Mapped[int] = plain("length of the file in bytes", BigInteger())
    sha256: Mapped[str] = plain("digest of the file")
    subject_id: Mapped[str] = plain("random subject id of the request, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(HandoverPart, subject="subject_id")


class BreachNoticeRow(Base):
    """A notice to one person, so that each gets it once. Its text is that of the step."""

    __tablename__ = "breach_notice"

    request_id: Mapped[str] = plain("request of the kind breach", primary_key=True)
    step_id: Mapped[str] = plain("step with the text", primary_key=True)
    person_id: Mapped[str] = plain("account; no foreign key, because it may be erased", primary_key=True, index=True)
    tenant_id: Mapped[str] = plain("the tenant", index=True)
    queued: Mapped[datetime | None] = plain("when its e-mail was queued")


class BreachRow(Base):
    """Record of a breach, beside the text of its request."""

    __tablename__ = "breach"

    request_id: Mapped[str] = plain("request of the kind breach", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant", index=True)
    categories: Mapped[str] = plain("categories of data, as keys of the vocabulary")
    band: Mapped[str] = plain("order of magnitude of the number of people")
    high_risk: Mapped[bool] = plain("whether it probably is a high risk for them")
    authority_informed: Mapped[datetime | None] = plain("when the authority was informed")
    people_informed: Mapped[datetime | None] = plain("when the last notice to the people was sent")
    informed: Mapped[int] = plain("number of notices sent")
