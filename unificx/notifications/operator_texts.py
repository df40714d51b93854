"""Texts of e-mails about the business of the operator with tenants, in English and German."""

from dataclasses import dataclass

from unificx.notifications.catalogue import EmailKind
from unificx.notifications.policies.emails import Language


@dataclass(frozen=True, slots=True)
class EmailText:
    """Texts of an e-mail in one language, with the placeholders `{organisation}`, `{detail}` and `{name}`."""

    subject: str
    lines: tuple[str, ...]
    action: str = ""
    """Label of the link; "" for an e-mail without one."""


OPERATOR_TEXTS: dict[Language, dict[EmailKind, EmailText]] = {
    "en": {
        "payment_disputed": EmailText(
            "A payment by card is disputed",
            (
                "A payer disputes this payment at their bank, which has taken the amount back: {detail}.",
                "The invoice is open again. Answer the dispute at your payment processor in time.",
            ),
        ),
    },
    "de": {
        "payment_disputed": EmailText(
            "Eine Kartenzahlung wird bestritten",
            (
                "Diese Zahlung wird bei der Bank der Karte bestritten, die den Betrag zurückgeholt hat: {detail}.",
                "Die Rechnung ist wieder offen. Antworten Sie Ihrem Zahlungsdienstleister rechtzeitig.",
            ),
        ),
    },
}
