"""Outcomes of attempts to send an e-mail, and what stays of it afterwards. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from unificx.identity import Person
from unificx.notifications.email_composer import Email
from unificx.notifications.models import EmailPart, EmailRow
from unificx.notifications.policies.emails import CREDENTIALS, LANGUAGES, lifetime
from unificx.notifications.policies.replies import address_fails, enhanced_code
from unificx.notifications.policies.retry_policy import next_email_attempt
from unificx.notifications.ports import EmailRejected
from unificx.notifications.schemas import CalendarMessage

BOTH_LANGUAGES = "both"
StoredState = Literal["waiting", "sending", "sent", "failed", "expired", "unknown", "bounced", "complained"]
"""`unknown`: the process ended while the content was being sent, so it may have arrived."""
MAX_REPLY = 500
"""Stored characters of a reply."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an attempt. `retry_at` for `waiting` only; `address_fails` if its address does not work."""

    state: StoredState
    status: int = 0
    reply: str = field(default="", repr=False)
    retry_at: datetime | None = None
    address_fails: bool = False

    @property
    def code(self) -> str:
        """The enhanced status code (RFC 3463), or else the reply code."""
        return enhanced_code(self.reply) or str(self.status)


def after_rejection(rejection: EmailRejected, now: datetime, attempts: int, expires: datetime) -> Outcome:
    """Return the outcome of a rejected attempt, which was number `attempts`."""
    reply = " ".join(rejection.reply.split())[:MAX_REPLY]
    if not rejection.permanent and (retry_at := next_email_attempt(now, attempts, expires)) is not None:
        return Outcome("waiting", rejection.status, reply, retry_at)
    if not rejection.permanent:
        return Outcome("expired", rejection.status, reply)
    fails = rejection.recipient and address_fails(rejection.status, reply)
    return Outcome("failed", rejection.status, reply, address_fails=fails)


def part_after(part: EmailPart, kind: str, outcome: Outcome) -> EmailPart:
    """Return what is stored after an attempt. An ended e-mail loses its link, and its text once it has left or if the
    text is a credential; that of one that was not sent stays readable."""
    if outcome.state == "waiting":
        return replace(part, reply=outcome.reply)
    readable = outcome.state in ("failed", "expired") and kind not in CREDENTIALS
    detail, text = (part.detail, part.text) if readable else ("", None)
    return replace(part, link="", detail=detail, text=text, calendar=None, reply_to=None, reply=outcome.reply)


def email_part(person: Person, link: str, detail: str, meeting: CalendarMessage | None = None) -> EmailPart:
    """Return the recipient and the content of a new e-mail."""
    text = "\n".join(meeting.text) if meeting is not None else None
    calendar = meeting.calendar if meeting is not None else None
    reply_to = meeting.reply_to if meeting is not None else None
    return EmailPart(
        person.email, person.name, link, detail, reply=None, text=text, calendar=calendar, reply_to=reply_to
    )


def queued_at(row: EmailRow) -> datetime:
    """Return when an e-mail was queued."""
    return row.expires - lifetime(row.kind)  # pyright: ignore[reportArgumentType]


def email_of(row: EmailRow, part: EmailPart, tenant_name: str) -> Email:
    """Return the content of a stored e-mail, without attachments and advertising."""
    return Email(
        kind=row.kind,  # pyright: ignore[reportArgumentType]
        languages=LANGUAGES if row.language == BOTH_LANGUAGES else (row.language,),  # pyright: ignore[reportArgumentType]
        name=part.name,
        address=part.address,
        tenant_name=tenant_name,
        link=part.link,
        detail=part.detail,
        text=tuple((part.text or "").splitlines()),
        calendar=part.calendar or "",
        reply_to=part.reply_to or "",
    )
