"""Previews of e-mails: each kind of the catalogue in the form in which it is sent, with example data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address

from unificx.notifications.catalogue import EmailKind
from unificx.notifications.email_composer import Advert, Email, compose_email
from unificx.notifications.email_texts import email_text
from unificx.notifications.policies.emails import Language
from unificx.notifications.schemas import CampaignText

_NAME = "Ada Example"
_LINK = "https://pbx.example.com/example"
_SENDER = Address("UnifiCX", "phone", "example.com")

_DETAILS: Mapping[EmailKind, tuple[str, str]] = {
    "new_device": ("Firefox on Windows", "Firefox unter Windows"),
    "device_given": ("Desk phone", "Tischtelefon"),
    "session_theft": ("Firefox on Windows", "Firefox unter Windows"),
    "factor_changed": ("authenticator app added", "Authenticator-App hinzugefügt"),
    "api_key_created": ("Dashboard", "Übersicht"),
    **dict.fromkeys(("voicemail", "voicemail_sound"), ("+49 30 901820, 0:42", "+49 30 901820, 0:42")),
    **dict.fromkeys(
        ("emergency_call", "emergency_call_answered", "emergency_call_unanswered"),
        ("112, Ada Example, 1001, Head office", "112, Ada Example, 1001, Hauptsitz"),
    ),
    "calls_stopped": ("20 calls to one country in an hour.", "20 Anrufe in ein Land in einer Stunde."),
    "credit_low": ("4.20 EUR", "4,20 EUR"),
    "trial_ends": ("30 November 2026", "30. November 2026"),
    "calls_end": ("2026-0042, 30 November 2026", "2026-0042, 30. November 2026"),
    "calls_ended": ("2026-0042", "2026-0042"),
    "storage_low": ("90 %", "90 %"),
    "policy_changed": ("30 November 2026", "30. November 2026"),
    "tenant_moved": ("pbx.example.com", "pbx.example.com"),
    "payment_disputed": ("119.00 EUR, 2026-0042", "119,00 EUR, 2026-0042"),
    "refund_failed": ("119.00 EUR, 2026-0042", "119,00 EUR, 2026-0042"),
    "privacy_request": ("access, 30 November 2026", "Auskunft, 30. November 2026"),
    "suspended": ("unpaid invoices", "unbezahlte Rechnungen"),
    "closing": ("30 November 2026", "30. November 2026"),
    "tenant_suspended": ("unpaid invoices", "unbezahlte Rechnungen"),
    "tenant_closing": ("30 November 2026", "30. November 2026"),
    "request_code": ("123456", "123456"),
    "request_answer": ("Your data are attached to this request.", "Ihre Daten sind dieser Anfrage beigefügt."),
    "breach_notice": (
        "An encrypted backup was stolen.",
        "Eine Sicherung wurde gestohlen, verschlüsselt.",
    ),
    **dict.fromkeys(("invoice", "invoice_reminder"), ("2026-0042", "2026-0042")),
    "report": ("November 2026", "November 2026"),
    **dict.fromkeys(
        ("meeting_invitation", "meeting_changed", "meeting_cancelled"), ("Planning, 9:30", "Planung, 9:30")
    ),
}
"""Example of the variable part of each text that has one, in English and German."""

_ADVERT: Mapping[Language, CampaignText] = {
    "en": CampaignText("Your advertising", "The text of the campaign.\n\nIts second paragraph."),
    "de": CampaignText("Ihre Werbung", "Der Text der Kampagne.\n\nSein zweiter Absatz."),
}


@dataclass(frozen=True, slots=True)
class EmailPreview:
    """An e-mail as plain text. Mail programs show the same text as HTML."""

    subject: str
    text: str


def preview_email(
    kind: EmailKind, language: Language, organisation: str, now: datetime, advert: CampaignText | None = None
) -> EmailPreview:
    """Return an e-mail of this kind to an invented person. `advert`: text of a campaign."""
    english, german = _DETAILS.get(kind, ("", ""))
    email = Email(
        kind,
        (language,),
        _NAME,
        "ada@example.com",
        organisation,
        link=_LINK if email_text(language, kind).action else "",
        detail=german if language == "de" else english,
        advert=Advert(advert or _ADVERT[language], "00000000-0000-7000-8000-000000000000")
        if kind == "marketing"
        else None,
    )
    message = compose_email(email, _SENDER, "preview", now)
    body = message.get_body(("plain",))
    assert body is not None, "each e-mail has a plain text"
    return EmailPreview(str(message["Subject"]), str(body.get_content()).replace("\r\n", "\n").strip())
