"""Texts of e-mails about the business of the operator with tenants, in English and German."""

from unificx.notifications.catalogue import EmailKind
from unificx.notifications.email_text import EmailText
from unificx.notifications.policies.emails import Language

OPERATOR_TEXTS: dict[Language, dict[EmailKind, EmailText]] = {
    "en": {
        "payment_disputed": EmailText(
            "A payment by card is disputed",
            (
                "A payer disputes this payment at their bank, which has taken the amount back: {detail}.",
                "The invoice is open again. Answer the dispute at your payment processor in time.",
            ),
        ),
        "tenant_closing": EmailText(
            "{organisation} is closed",
            (
                "{organisation} was closed. It will be erased with all its data on {detail}.",
                "Until then nothing is lost: sign in to the portal as an administrator to reopen it. Phones reach only"
                " emergency numbers meanwhile.",
                "Invoices stay with the operator as long as the law requires.",
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
        "tenant_closing": EmailText(
            "{organisation} ist geschlossen",
            (
                "{organisation} wurde geschlossen und wird mit allen Daten gelöscht am {detail}.",
                "Bis dahin geht nichts verloren: Melden Sie sich als Administratorin oder Administrator im Portal an,"
                " um die Schließung zurückzunehmen. Telefone erreichen bis dahin nur Notrufnummern.",
                "Rechnungen bleiben beim Betreiber, solange das Gesetz es verlangt.",
            ),
        ),
    },
}
