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
        "calls_end": EmailText(
            "Calls outside end soon",
            (
                "An invoice for {organisation} is not paid, after its last reminder. Calls outside end, unless it is"
                " paid: {detail}.",
                "The portal shows the invoice under Billing. A payment ends this at once. Calls to and within"
                " {organisation}, emergency calls, the portal and copies of your data stay available.",
                "If you do not agree with the invoice, reply to the operator before that day. You can also turn to a"
                " court.",
            ),
        ),
        "calls_ended": EmailText(
            "Calls outside have ended",
            (
                "An invoice for {organisation} is still not paid. Calls outside are refused: {detail}.",
                "They are possible again as soon as the payment is recorded. The portal shows the invoice under"
                " Billing. Emergency calls are still possible.",
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
        "calls_end": EmailText(
            "Gespräche nach außen sind bald nicht mehr möglich",
            (
                "Eine Rechnung an {organisation} ist auch nach der letzten Mahnung nicht bezahlt. Gespräche nach außen"
                " enden, wenn sie nicht bezahlt wird: {detail}.",
                "Das Portal zeigt die Rechnung unter Abrechnung. Mit der Zahlung ist das sofort erledigt. Gespräche zu"
                " und in {organisation}, Notrufe, das Portal und Kopien Ihrer Daten bleiben möglich.",
                "Wenn Sie mit der Rechnung nicht einverstanden sind, wenden Sie sich vor diesem Tag an den Betreiber."
                " Sie können auch ein Gericht anrufen.",
            ),
        ),
        "calls_ended": EmailText(
            "Gespräche nach außen sind nicht mehr möglich",
            (
                "Eine Rechnung an {organisation} ist immer noch nicht bezahlt. Gespräche nach außen werden abgelehnt:"
                " {detail}.",
                "Sie sind wieder möglich, sobald die Zahlung verbucht ist. Das Portal zeigt die Rechnung unter"
                " Abrechnung. Notrufe sind weiterhin möglich.",
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
