"""Texts of e-mails about changes for all people of a tenant, and about space, in English and German."""

from unificx.notifications.catalogue import EmailKind
from unificx.notifications.email_text import EmailText
from unificx.notifications.policies.emails import Language

ANNOUNCEMENT_TEXTS: dict[Language, dict[EmailKind, EmailText]] = {
    "en": {
        "storage_low": EmailText(
            "The space for files of messages is nearly used up",
            (
                "{organisation} has used {detail} of its space for files of messages.",
                "When it is used up, no more files can be sent. Delete messages with files, or ask for more space.",
            ),
        ),
        "policy_changed": EmailText(
            "The privacy policy has changed",
            (
                "There is a new version of the privacy policy, in force since {detail}",
                "The app and the portal show it when you open them next. Both versions and what has changed are on the"
                " page /privacy of your server, without signing in.",
                "If you do not agree, refuse it there, or close your account.",
            ),
        ),
        "tenant_moved": EmailText(
            "{organisation} has moved to another installation",
            (
                "{organisation} has moved to another installation, with your account: {detail}.",
                "Your consents and objections, retention periods, holds and requests have moved with it, unchanged.",
                "Sign in again on your devices. Which data has moved is in the copy of your data, which you can request"
                " in the app under More, Privacy.",
            ),
        ),
    },
    "de": {
        "storage_low": EmailText(
            "Der Speicherplatz für Dateien ist fast voll",
            (
                "{organisation} hat {detail} des Speicherplatzes für Dateien in Nachrichten belegt.",
                "Ist er voll, lassen sich keine Dateien mehr senden. Löschen Sie welche, oder erbitten Sie mehr Platz.",
            ),
        ),
        "policy_changed": EmailText(
            "Die Datenschutzerklärung hat sich geändert",
            (
                "Es gibt eine neue Fassung der Datenschutzerklärung, in Kraft seit {detail}",
                "App und Portal zeigen sie, wenn Sie sie das nächste Mal öffnen. Beide Fassungen und die Änderungen"
                " stehen auf der Seite /privacy Ihres Servers, ohne Anmeldung.",
                "Sind Sie nicht einverstanden, können Sie sie dort ablehnen oder Ihr Konto schließen.",
            ),
        ),
        "tenant_moved": EmailText(
            "{organisation} ist zu einer anderen Installation umgezogen",
            (
                "{organisation} ist mit Ihrem Konto zu einer anderen Installation umgezogen: {detail}.",
                "Ihre Einwilligungen und Widersprüche, Löschfristen, Löschsperren und Ihre Anfragen zum"
                " Datenschutz sind mit umgezogen und unverändert.",
                "Melden Sie sich auf Ihren Geräten neu an. Welche Daten umgezogen sind, zeigt die Kopie Ihrer Daten,"
                " die Sie in der App unter Mehr, Datenschutz anfordern können.",
            ),
        ),
    },
}
