"""Texts of e-mails in English and German."""

from unificx.notifications.announcement_texts import ANNOUNCEMENT_TEXTS
from unificx.notifications.catalogue import EmailKind
from unificx.notifications.email_text import EmailText
from unificx.notifications.meeting_texts import MEETING_TEXTS
from unificx.notifications.operator_texts import OPERATOR_TEXTS
from unificx.notifications.policies.emails import LANGUAGES, Language

_NOT_YOU = {
    "en": "If this was not you, change your password now and sign out any unknown devices.",
    "de": "Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort und melden Sie unbekannte Geräte ab.",
}

_TEXTS: dict[Language, dict[EmailKind, EmailText]] = {
    "en": {
        "invitation": EmailText(
            "Your phone account with {organisation}",
            (
                "{organisation} has created a phone account for you.",
                "Open the link to choose a password and get started. It works once and is valid for seven days.",
            ),
            "Set up account",
        ),
        "recovery": EmailText(
            "Reset your password",
            (
                "Someone, probably you, requested a new password.",
                "Open the link to choose one. It works once and is valid for 30 minutes.",
                "If you did not request this, ignore this e-mail. Your password stays unchanged.",
            ),
            "Reset password",
        ),
        "sign_up": EmailText(
            "Set up your organisation",
            (
                "Someone, probably you, entered this address to set up an organisation.",
                "Open the link to choose a password. It works once and is valid for one hour.",
                "If you did not request this, ignore this e-mail. Nothing happens then.",
            ),
            "Set up organisation",
        ),
        "new_device": EmailText(
            "New device signed in", ("A new device signed in to your account: {detail}.", _NOT_YOU["en"])
        ),
        "device_given": EmailText(
            "New device login for your extension",
            (
                "An administrator of {organisation} received a login for a device of your extension: {detail}.",
                "That device can make calls in your name and play your voicemail. If you do not expect it, ask your"
                " administrator, and remove the device in the settings.",
            ),
        ),
        "code_tried_again": EmailText(
            "Sign-in code used twice",
            (
                "A sign-in code for your account was used, and then used again by another device. The second attempt"
                " was refused.",
                "Someone may have photographed the code. Check that you know all devices that are signed in.",
            ),
        ),
        "session_theft": EmailText(
            "Session ended for your security",
            (
                "A copy of one of your sessions was used, so the session was ended: {detail}.",
                "Sign in again on that device. If you do not know the cause, change your password.",
            ),
        ),
        "password_changed": EmailText(
            "Your password was changed", ("The password of your account was changed.", _NOT_YOU["en"])
        ),
        "factor_changed": EmailText(
            "Your two-step verification was changed",
            ("Your two-step verification was changed: {detail}.", _NOT_YOU["en"]),
        ),
        "recovery_used": EmailText(
            "Recovery code used", ("A recovery code was used to sign in to your account.", _NOT_YOU["en"])
        ),
        "api_key_created": EmailText(
            "New API key for your account",
            (
                "An API key was created for your account: {detail}.",
                "A program with this key can act in your name, within the scopes of the key. If you do not expect it,"
                " revoke the key in the portal under Integrations, or ask your administrator, and change your"
                " password.",
            ),
        ),
        "voicemail": EmailText(
            "New voicemail message",
            (
                "You have a new voicemail message: {detail}.",
                "Listen to it in the app, or dial *97 on your phone. The message itself is not in this e-mail.",
            ),
        ),
        "voicemail_sound": EmailText(
            "New voicemail message",
            (
                "You have a new voicemail message: {detail}.",
                "It is attached, according to your voicemail settings. If you erase the message in the app, also delete"
                " this e-mail: copies already sent are not erased.",
            ),
        ),
        "emergency_call": EmailText(
            "Emergency call",
            (
                "An emergency number was called: {detail}.",
                "You receive this message because {organisation} has named you for it.",
            ),
        ),
        "emergency_call_answered": EmailText(
            "Emergency call: answered",
            (
                "The emergency call was answered and has ended: {detail}.",
                "You receive this message because {organisation} has named you for it.",
            ),
        ),
        "emergency_call_unanswered": EmailText(
            "Emergency call: NOT answered",
            (
                "The emergency call has ended without an answer: {detail}. Ask whether help is still needed.",
                "You receive this message because {organisation} has named you for it.",
            ),
        ),
        "calls_stopped": EmailText(
            "Calls outside were stopped",
            (
                "A limit has stopped calls outside. {detail}",
                "If these calls are wanted, an administrator can release the stop. Otherwise change the passwords of"
                " the devices concerned. Emergency calls are still possible.",
            ),
        ),
        "credit_low": EmailText(
            "The credit for calls outside is low",
            (
                "{organisation} has {detail} left for calls outside.",
                "When it is used up, calls outside end and new ones are refused. Emergency calls are still possible.",
                "You see the credit in the portal under Costs.",
            ),
        ),
        "privacy_request": EmailText(
            "A request needs you",
            (
                "A request waits for an answer by the day given: {detail}.",
                "You find it in the portal under Privacy, Requests.",
            ),
        ),
        "suspended": EmailText(
            "Your account is suspended",
            (
                "{organisation} has suspended your account. Reason: {detail}",
                "You are signed out, and your phones reach only emergency numbers. Nothing was deleted.",
                "Sign in as usual to see the reason and to ask for a review. Another person decides about it.",
            ),
        ),
        "resumed": EmailText(
            "Your account is active again",
            ("The suspension of your account with {organisation} has ended. You can sign in and make calls again.",),
        ),
        "closing": EmailText(
            "Your account will be erased",
            (
                "You have closed your account with {organisation}. It will be erased on {detail}, also in backups.",
                "It works until then. You can take it back in the app: More, Privacy, Keep my account.",
                _NOT_YOU["en"],
            ),
        ),
        "tenant_suspended": EmailText(
            "{organisation} is suspended",
            (
                "The operator has suspended {organisation}. Reason: {detail}",
                "Users of your organisation cannot sign in, and reach only emergency numbers. Nothing was deleted.",
                "Sign in as usual to see the reason and to ask for a review. Another person decides about it.",
            ),
        ),
        "tenant_resumed": EmailText(
            "{organisation} is active again",
            ("The suspension of {organisation} has ended. Its users can sign in and make calls again.",),
        ),
        "request_code": EmailText(
            "Confirm your request",
            (
                "Someone, probably you, sent a request to {organisation}.",
                "Enter this code on the page of the request within an hour: {detail}.",
                "If you did not send it, ignore this e-mail. Nothing happens then.",
            ),
        ),
        "request_answer": EmailText(
            "Your request to {organisation}",
            ("{organisation} writes about your request:", "{detail}"),
            "Open the request",
        ),
        "breach_notice": EmailText(
            "Your data was affected by an incident",
            ("{organisation} informs you about an incident that affects your data:", "{detail}"),
        ),
        "invoice": EmailText(
            "{detail}",
            (
                "{detail} is attached as a PDF, which contains the electronic invoice (EN 16931).",
                "All invoices are in the portal under Billing.",
            ),
        ),
        "report": EmailText(
            "Report of calls, {detail}",
            (
                "The report of {organisation} for {detail} is attached as a table (CSV) and as a PDF.",
                "You can end it in the portal under Reports.",
            ),
        ),
        "invoice_reminder": EmailText(
            "Payment reminder: {detail}",
            (
                "We have not received the payment of {detail}. The invoice is attached again.",
                "Please pay the amount to the account on the invoice. If you have paid meanwhile, ignore this e-mail.",
            ),
        ),
        "access_copy": EmailText(
            "Your copy of personal data is ready",
            (
                "The copy of personal data that you requested is ready. Download it in the app under More, Privacy, or,"
                " if you requested it for another person, in the portal under Privacy, Copies.",
                "It is deleted after seven days.",
                _NOT_YOU["en"],
            ),
        ),
        "email_test": EmailText(
            "Test of e-mail",
            ("This e-mail was sent as a test. If you can read it, the mail server works.",),
        ),
        "marketing": EmailText(
            "{organisation}",
            (
                "You receive this advertising because you have agreed to it (consent {detail}). You can end it at any"
                " time, here without signing in or in the app under More, Privacy.",
            ),
            "Unsubscribe",
        ),
    },
    "de": {
        "invitation": EmailText(
            "Ihr Telefonkonto bei {organisation}",
            (
                "{organisation} hat ein Telefonkonto für Sie angelegt.",
                "Öffnen Sie den Link, um ein Passwort zu wählen. Er funktioniert einmal und gilt sieben Tage.",
            ),
            "Konto einrichten",
        ),
        "recovery": EmailText(
            "Passwort zurücksetzen",
            (
                "Jemand, vermutlich Sie, hat ein neues Passwort angefordert.",
                "Öffnen Sie den Link, um es zu wählen. Er funktioniert einmal und gilt 30 Minuten.",
                "Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Ihr Passwort bleibt unverändert.",
            ),
            "Passwort zurücksetzen",
        ),
        "sign_up": EmailText(
            "Organisation einrichten",
            (
                "Jemand, vermutlich Sie, hat diese Adresse angegeben, um eine Organisation einzurichten.",
                "Öffnen Sie den Link und wählen Sie ein Passwort. Er gilt einmal und eine Stunde lang.",
                "Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Es geschieht dann nichts.",
            ),
            "Organisation einrichten",
        ),
        "new_device": EmailText(
            "Neues Gerät angemeldet",
            ("An Ihrem Konto wurde ein neues Gerät angemeldet: {detail}.", _NOT_YOU["de"]),
        ),
        "device_given": EmailText(
            "Neue Zugangsdaten für Ihre Nebenstelle",
            (
                "Die Administration von {organisation} hat Zugangsdaten für ein Gerät an Ihrer Nebenstelle erhalten:"
                " {detail}.",
                "Dieses Gerät kann in Ihrem Namen anrufen und Ihre Nachrichten abhören. Wenn Sie das nicht erwarten,"
                " fragen Sie nach und entfernen Sie das Gerät in den Einstellungen.",
            ),
        ),
        "code_tried_again": EmailText(
            "Anmeldecode zweimal benutzt",
            (
                "Ein Anmeldecode für Ihr Konto wurde benutzt und danach von einem anderen Gerät noch einmal. Der zweite"
                " Versuch wurde abgewiesen.",
                "Vielleicht hat jemand den Code fotografiert. Prüfen Sie, ob Sie alle angemeldeten Geräte kennen.",
            ),
        ),
        "session_theft": EmailText(
            "Sitzung zu Ihrer Sicherheit beendet",
            (
                "Eine Kopie einer Ihrer Sitzungen wurde benutzt, deshalb wurde die Sitzung beendet: {detail}.",
                "Melden Sie sich auf dem Gerät neu an. Wenn Sie die Ursache nicht kennen, ändern Sie Ihr Passwort.",
            ),
        ),
        "password_changed": EmailText(
            "Ihr Passwort wurde geändert", ("Das Passwort Ihres Kontos wurde geändert.", _NOT_YOU["de"])
        ),
        "factor_changed": EmailText(
            "Ihre Bestätigung in zwei Schritten wurde geändert",
            ("Ihre Bestätigung in zwei Schritten wurde geändert: {detail}.", _NOT_YOU["de"]),
        ),
        "recovery_used": EmailText(
            "Wiederherstellungscode benutzt",
            ("Ihr Konto wurde mit einem Wiederherstellungscode geöffnet.", _NOT_YOU["de"]),
        ),
        "api_key_created": EmailText(
            "Neuer API-Schlüssel für Ihr Konto",
            (
                "Für Ihr Konto wurde ein API-Schlüssel angelegt: {detail}.",
                "Ein Programm mit diesem Schlüssel kann in Ihrem Namen handeln, soweit seine Rechte reichen. Wenn Sie"
                " das nicht erwarten, widerrufen Sie den Schlüssel im Portal unter Integrationen oder fragen Sie Ihre"
                " Administration, und ändern Sie Ihr Passwort.",
            ),
        ),
        "voicemail": EmailText(
            "Neue Sprachnachricht",
            (
                "Sie haben eine neue Sprachnachricht: {detail}.",
                "Hören Sie sie in der App an, oder wählen Sie *97 am Telefon. Die Nachricht selbst ist nicht in dieser"
                " E-Mail.",
            ),
        ),
        "voicemail_sound": EmailText(
            "Neue Sprachnachricht",
            (
                "Sie haben eine neue Sprachnachricht: {detail}.",
                "Sie ist angehängt, wie für Ihr Postfach eingestellt. Wenn Sie die Nachricht in der App endgültig"
                " löschen, löschen Sie auch diese E-Mail: Verschickte Kopien werden nicht gelöscht.",
            ),
        ),
        "emergency_call": EmailText(
            "Notruf",
            (
                "Eine Notrufnummer wurde gewählt: {detail}.",
                "Sie erhalten diese Nachricht, weil {organisation} Sie dafür benannt hat.",
            ),
        ),
        "emergency_call_answered": EmailText(
            "Notruf: angenommen",
            (
                "Der Notruf wurde angenommen und ist beendet: {detail}.",
                "Sie erhalten diese Nachricht, weil {organisation} Sie dafür benannt hat.",
            ),
        ),
        "emergency_call_unanswered": EmailText(
            "Notruf: NICHT angenommen",
            (
                "Der Notruf ist beendet, ohne dass er angenommen wurde: {detail}. Fragen Sie nach, ob noch Hilfe"
                " gebraucht wird.",
                "Sie erhalten diese Nachricht, weil {organisation} Sie dafür benannt hat.",
            ),
        ),
        "calls_stopped": EmailText(
            "Gespräche nach außen angehalten",
            (
                "Eine Grenze hat Gespräche nach außen angehalten. {detail}",
                "Sind diese Gespräche gewollt, kann Ihre Administration sie wieder freigeben. Andernfalls ändern Sie"
                " die Passwörter der betroffenen Geräte. Notrufe sind weiterhin möglich.",
            ),
        ),
        "credit_low": EmailText(
            "Das Guthaben für Gespräche nach außen ist niedrig",
            (
                "{organisation} hat noch {detail} für Gespräche nach außen.",
                "Ist der Betrag verbraucht, enden Gespräche nach außen, und neue werden abgelehnt. Notrufe sind"
                " weiterhin möglich.",
                "Sie sehen den Stand im Portal unter Kosten.",
            ),
        ),
        "privacy_request": EmailText(
            "Eine Anfrage wartet auf Sie",
            (
                "Eine Anfrage muss bis zum genannten Tag beantwortet werden: {detail}.",
                "Sie finden sie im Portal unter Datenschutz, Anfragen.",
            ),
        ),
        "suspended": EmailText(
            "Ihr Konto ist gesperrt",
            (
                "{organisation} hat Ihr Konto gesperrt. Grund: {detail}",
                "Sie sind abgemeldet, und Ihre Telefone erreichen nur Notrufnummern. Es wurde nichts gelöscht.",
                "Melden Sie sich wie gewohnt an, um den Grund zu sehen und eine Überprüfung zu verlangen. Darüber"
                " entscheidet eine andere Person.",
            ),
        ),
        "resumed": EmailText(
            "Ihr Konto ist wieder aktiv",
            (
                "Die Sperre Ihres Kontos bei {organisation} ist beendet. Sie können sich wieder anmelden und"
                " telefonieren.",
            ),
        ),
        "closing": EmailText(
            "Ihr Konto wird gelöscht",
            (
                "Sie haben Ihr Konto bei {organisation} geschlossen. Es wird am {detail} gelöscht, auch in"
                " Sicherungen.",
                "Bis dahin funktioniert es. In der App können Sie es behalten: Mehr, Datenschutz, Mein Konto behalten.",
                _NOT_YOU["de"],
            ),
        ),
        "tenant_suspended": EmailText(
            "{organisation} ist gesperrt",
            (
                "Der Betreiber hat {organisation} gesperrt. Grund: {detail}",
                "Niemand aus Ihrer Organisation kann sich anmelden oder telefonieren, außer mit Notrufnummern. Es wurde"
                " nichts gelöscht.",
                "Melden Sie sich wie gewohnt an, um den Grund zu sehen und eine Überprüfung zu verlangen. Darüber"
                " entscheidet eine andere Person.",
            ),
        ),
        "tenant_resumed": EmailText(
            "{organisation} ist wieder aktiv",
            ("Die Sperre von {organisation} ist beendet. Alle können sich wieder anmelden und telefonieren.",),
        ),
        "request_code": EmailText(
            "Anfrage bestätigen",
            (
                "Jemand, vermutlich Sie, hat {organisation} eine Anfrage geschickt.",
                "Geben Sie diesen Code innerhalb einer Stunde auf der Seite der Anfrage ein: {detail}.",
                "Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Es geschieht dann nichts.",
            ),
        ),
        "request_answer": EmailText(
            "Ihre Anfrage an {organisation}",
            ("{organisation} schreibt zu Ihrer Anfrage:", "{detail}"),
            "Anfrage öffnen",
        ),
        "breach_notice": EmailText(
            "Ihre Daten sind von einem Vorfall betroffen",
            ("{organisation} informiert Sie über einen Vorfall, der Ihre Daten betrifft:", "{detail}"),
        ),
        "invoice": EmailText(
            "{detail}",
            (
                "Im Anhang finden Sie {detail} als PDF, das auch die elektronische Rechnung (EN 16931) enthält.",
                "Alle Rechnungen finden Sie im Portal unter Abrechnung.",
            ),
        ),
        "report": EmailText(
            "Anrufbericht, {detail}",
            (
                "Der Bericht von {organisation} für {detail} ist als Tabelle (CSV) und als PDF angehängt.",
                "Sie können ihn im Portal unter Berichte beenden.",
            ),
        ),
        "invoice_reminder": EmailText(
            "Zahlungserinnerung: {detail}",
            (
                "Zu {detail} haben wir noch keinen Zahlungseingang. Die Rechnung finden Sie noch einmal im Anhang.",
                "Bitte überweisen Sie den Betrag auf das Konto auf der Rechnung. Haben Sie inzwischen bezahlt,"
                " betrachten Sie diese E-Mail als gegenstandslos.",
            ),
        ),
        "access_copy": EmailText(
            "Ihre Datenkopie ist fertig",
            (
                "Die von Ihnen angeforderte Kopie personenbezogener Daten ist fertig. Laden Sie sie in der App unter"
                " Mehr, Datenschutz herunter. Haben Sie sie für jemand anderen angefordert, finden Sie sie im Portal"
                " unter Datenschutz, Kopien.",
                "Nach sieben Tagen wird sie gelöscht.",
                _NOT_YOU["de"],
            ),
        ),
        "email_test": EmailText(
            "Test des E-Mail-Versands",
            ("Diese E-Mail wurde zum Test verschickt. Wenn Sie sie lesen können, funktioniert der Mailserver.",),
        ),
        "marketing": EmailText(
            "{organisation}",
            (
                "Sie erhalten diese Werbung, weil Sie eingewilligt haben (Einwilligung {detail}). Sie können sie"
                " jederzeit beenden, hier ohne Anmeldung oder in der App unter Mehr, Datenschutz.",
            ),
            "Abmelden",
        ),
    },
}


_ALL = {
    language: {**texts, **ANNOUNCEMENT_TEXTS[language], **MEETING_TEXTS[language], **OPERATOR_TEXTS[language]}
    for language, texts in _TEXTS.items()
}
assert _ALL.keys() == set(LANGUAGES)


def email_text(language: Language, kind: EmailKind) -> EmailText:
    """Return the texts of an e-mail."""
    return _ALL[language][kind]
