"""Composition of e-mails as plain text and HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from unificx.core.lazy import lazy_import
from unificx.core.names import is_printable
from unificx.notifications.catalogue import CATALOGUE, EmailKind
from unificx.notifications.email_texts import email_text
from unificx.notifications.policies.emails import Language
from unificx.notifications.schemas import CampaignText

if TYPE_CHECKING:
    import jinja2
else:
    jinja2 = lazy_import("jinja2")


@dataclass(frozen=True, slots=True)
class Advert:
    """Advertising: its own text instead of that of the kind, and the id of the recipient's consent."""

    text: CampaignText
    consent_id: str


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where an answer to the e-mail leads: `proof` identifies what it is about; without `mailbox` it is in the
    Message-ID only, to which answers refer."""

    proof: str = field(repr=False)
    mailbox: Address | None = None


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice in one language: its subject, and its paragraphs."""

    subject: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Email:
    """Variable content of an e-mail. `audio` is WAV, which all mail programs and phones play, unlike Opus in Ogg."""

    kind: EmailKind
    languages: tuple[Language, ...]
    name: str
    address: str
    tenant_name: str
    link: str = ""
    detail: str = ""
    audio: bytes | None = field(default=None, repr=False)
    advert: Advert | None = None
    invoice: bytes | None = field(default=None, repr=False)
    """PDF that is attached, with the number of the invoice as its name."""
    invoice_number: str = ""
    files: Sequence[tuple[str, bytes]] = field(default=(), repr=False)
    """Name and content of attached CSV and PDF files."""
    reply: ReplyAddress | None = None
    text: tuple[str, ...] = field(default=(), repr=False)
    """Further lines."""
    calendar: str = field(default="", repr=False)
    """Calendar entry (iCalendar) with its method."""
    reply_to: str = field(default="", repr=False)


_TEMPLATE_NAMES = ("email.txt", "email.html")
_GREETING = {"en": "Hello {name},", "de": "Guten Tag {name},"}
_CLOSING: Mapping[Language, str] = {
    "en": "This is an automatic message because you have an account with {organisation}.",
    "de": "Dies ist eine automatische Nachricht, weil Sie ein Konto bei {organisation} haben.",
}
_CLOSING_OUTSIDE: Mapping[Language, str] = {
    "en": "This is an automatic message about a request to {organisation}.",
    "de": "Dies ist eine automatische Nachricht zu einer Anfrage an {organisation}.",
}
_CLOSING_INVOICE: Mapping[Language, str] = {
    "en": "This is an automatic message to the billing address of {organisation}.",
    "de": "Dies ist eine automatische Nachricht an die Rechnungsadresse von {organisation}.",
}
_CLOSING_MEETING: Mapping[Language, str] = {
    "en": "This e-mail was sent for a user of {organisation}, who has entered your address. It is deleted a week after"
    " the meeting.",
    "de": "Diese E-Mail wurde im Auftrag eines Benutzers von {organisation} verschickt, der Ihre Adresse angegeben hat."
    " Sie wird eine Woche nach der Besprechung gelöscht.",
}
_CLOSING_SIGN_UP: Mapping[Language, str] = {
    "en": "This is an automatic message about the sign-up of an organisation.",
    "de": "Dies ist eine automatische Nachricht zur Einrichtung einer Organisation.",
}


def compose_email(email: Email, sender: Address, email_id: str, now: datetime) -> EmailMessage:
    """Compose an e-mail. The Message-ID derives from `email_id`, so that duplicates are recognized."""
    values = {
        "name": _one_line(email.name) or _one_line(email.address),
        "organisation": _one_line(email.tenant_name),
        "detail": email.advert.consent_id if email.advert is not None else _one_line(email.detail) or "–",
    }
    parts = [_render_text(email, language, values) for language in email.languages]
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(_one_line(email.name), addr_spec=email.address)
    message["Subject"] = " / ".join(str(part["subject"]) for part in parts)
    message["Date"] = format_datetime(now)
    proof = f".{email.reply.proof}" if email.reply is not None else ""
    message["Message-ID"] = f"<{email_id}{proof}@{sender.domain}>"
    if email.reply is not None and email.reply.mailbox is not None:
        mailbox = email.reply.mailbox
        reply_to = Address(sender.display_name, f"{mailbox.username}+{email.reply.proof}", mailbox.domain)
        message["Reply-To"] = reply_to
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses automatic replies
    message["Content-Language"] = ", ".join(email.languages)
    if email.advert is not None:
        # RFC 8058: mail programs show a button that unsubscribes by a POST to this address.
        message["List-Unsubscribe"] = f"<{email.link}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["X-Consent-Id"] = email.advert.consent_id
    # Quoted-printable passes all servers, including those without 8BITMIME.
    text, html = (_templates().get_template(name).render(parts=parts, link=email.link) for name in _TEMPLATE_NAMES)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if email.reply_to:
        message["Reply-To"] = Address(addr_spec=email.reply_to)
    if email.calendar:
        # RFC 6047: mail programs offer to accept it, or remove a cancelled meeting.
        method = _method(email.calendar)
        message.add_alternative(email.calendar, subtype="calendar", cte="quoted-printable", params={"method": method})
    if email.audio is not None:
        message.add_attachment(email.audio, maintype="audio", subtype="wav", filename="message.wav")
    if email.invoice is not None:
        message.add_attachment(
            email.invoice, maintype="application", subtype="pdf", filename=f"{email.invoice_number}.pdf"
        )
    for name, content in email.files:
        kind = ("application", "pdf") if name.endswith(".pdf") else ("text", "csv")
        message.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    return message


def notice_text(kind: EmailKind, language: Language, *, organisation: str, detail: str) -> NoticeText:
    """Return the text of a notice outside an e-mail."""
    values = {"organisation": _one_line(organisation), "detail": _one_line(detail) or "–", "name": ""}
    return _filled(kind, language, values, detail)


def _filled(kind: EmailKind, language: Language, values: Mapping[str, str], detail: str) -> NoticeText:
    texts = email_text(language, kind)
    lines = tuple(line.format_map(values) for line in texts.lines)
    if kind == "request_answer":  # a text of an administrator, whose paragraphs stay
        lines = (lines[0], *filter(None, map(_one_line, detail.splitlines())))
    return NoticeText(texts.subject.format_map(values), lines)


def _render_text(email: Email, language: Language, values: Mapping[str, str]) -> dict[str, object]:
    filled = _filled(email.kind, language, values, email.detail)
    subject, lines = filled.subject, [*filled.lines, *map(_one_line, email.text)]
    if email.advert is not None:
        text = email.advert.text
        subject = _one_line(text.subject)
        lines = [*filter(None, map(_one_line, text.text.split("\n\n"))), *lines]
    return {
        "language": language,
        "subject": subject,
        "greeting": _GREETING[language].format_map(values),
        "lines": lines,
        "action": email_text(language, email.kind).action,
        "closing": _closing(email.kind)[language].format_map(values),
    }


def _method(calendar: str) -> str:
    """Return the method of a calendar entry."""
    return next(line for line in calendar.splitlines() if line.startswith("METHOD:")).removeprefix("METHOD:")


def _closing(kind: EmailKind) -> Mapping[Language, str]:
    if kind in ("meeting_invitation", "meeting_changed", "meeting_cancelled"):
        return _CLOSING_MEETING
    if kind in ("invoice", "invoice_reminder"):
        return _CLOSING_INVOICE
    if kind == "sign_up":
        return _CLOSING_SIGN_UP
    return _CLOSING_OUTSIDE if CATALOGUE[kind].audience == "outsider" else _CLOSING


def _one_line(text: str) -> str:
    """Remove characters that could start a new line or header."""
    return " ".join("".join(each if is_printable(each) else " " for each in text).split())


@cache
def _templates() -> "jinja2.Environment":
    folder = files(__name__.rpartition(".")[0]).joinpath("templates")

    def load(name: str) -> str:
        return folder.joinpath(name).read_text("utf-8")

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        autoescape=jinja2.select_autoescape(("html",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
