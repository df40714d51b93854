"""Texts of e-mails about the business of the operator with tenants, in English and German."""

from unificx.notifications.catalogue import EmailKind
from unificx.notifications.email_text import EmailText
from unificx.notifications.policies.emails import Language

OPERATOR_TEXTS: dict[Language, dict[EmailKind, EmailText]] = {
    "en": {
        "trial_ends": EmailText(
            "The trial ends soon",
            (
                "The trial of {organisation} ends on {detail}. Nothing is charged for it.",
                "To go on afterwards, confirm it in the portal under Costs. Otherwise calls outside stop, and nothing"
                " is charged. Emergency calls are still possible.",
            ),
        ),
        "trial_ended": EmailText(
            "The trial has ended",
            (
                "The trial of {organisation} has ended. Calls outside are refused; emergency calls are still possible.",
                "To go on, confirm it in the portal under Costs. Until then nothing is charged.",
            ),
        ),
        "payment_disputed": EmailText(
            "A payment by card is disputed",
            (
                "A payer disputes this payment at their bank, which has taken the amount back: {detail}.",
                "The invoice is open again. Answer the dispute at your payment processor in time.",
            ),
        ),
        "refund_failed": EmailText(
            "A refund by card has failed",
            (
                "The bank of the payer has not accepted a refund of this payment: {detail}.",
                "The amount is back at your payment processor. Pay it back by bank transfer.",
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
        "trial_ends": EmailText(
            "Der Probezeitraum endet bald",
            (
                "Der Probezeitraum von {organisation} endet am {detail}. Er kostet nichts.",
                "Wenn Sie danach weitermachen möchten, bestätigen Sie das im Portal unter Kosten. Andernfalls sind"
                " keine Gespräche nach außen mehr möglich, und es wird nichts berechnet. Notrufe sind weiterhin"
                " möglich.",
            ),
        ),
        "trial_ended": EmailText(
            "Der Probezeitraum ist zu Ende",
            (
                "Der Probezeitraum von {organisation} ist zu Ende. Gespräche nach außen werden abgelehnt; Notrufe sind"
                " weiterhin möglich.",
                "Wenn Sie weitermachen möchten, bestätigen Sie das im Portal unter Kosten. Bis dahin wird nichts"
                " berechnet.",
            ),
        ),
        "payment_disputed": EmailText(
            "Eine Kartenzahlung wird bestritten",
            (
                "Diese Zahlung wird bei der Bank der Karte bestritten, die den Betrag zurückgeholt hat: {detail}.",
                "Die Rechnung ist wieder offen. Antworten Sie Ihrem Zahlungsdienstleister rechtzeitig.",
            ),
        ),
        "refund_failed": EmailText(
            "Eine Erstattung auf die Karte ist fehlgeschlagen",
            (
                "Die Bank hat eine Erstattung dieser Zahlung nicht angenommen: {detail}.",
                "Der Betrag liegt wieder bei Ihrem Zahlungsdienstleister. Erstatten Sie ihn per Überweisung.",
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
