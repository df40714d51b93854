"""Texts of e-mails about meetings, in English and German."""

from unificx.notifications.catalogue import EmailKind
from unificx.notifications.email_text import EmailText
from unificx.notifications.policies.emails import Language

MEETING_TEXTS: dict[Language, dict[EmailKind, EmailText]] = {
    "en": {
        "meeting_invitation": EmailText(
            "Invitation: {detail}", ("You are invited to the meeting {detail}.",), "Join the meeting"
        ),
        "meeting_changed": EmailText("Changed: {detail}", ("The meeting {detail} was changed.",), "Join the meeting"),
        "meeting_cancelled": EmailText("Cancelled: {detail}", ("The meeting {detail} was cancelled.",)),
    },
    "de": {
        "meeting_invitation": EmailText(
            "Einladung: {detail}", ("Sie sind zur Besprechung {detail} eingeladen.",), "An der Besprechung teilnehmen"
        ),
        "meeting_changed": EmailText(
            "Geändert: {detail}", ("Die Besprechung {detail} wurde geändert.",), "An der Besprechung teilnehmen"
        ),
        "meeting_cancelled": EmailText("Abgesagt: {detail}", ("Die Besprechung {detail} wurde abgesagt.",)),
    },
}
