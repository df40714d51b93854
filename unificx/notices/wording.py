"""What letters say, in English and German, and how they are laid out: plain text, and the same as plain HTML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape

from unificx.notices.rules.letters import LANGUAGES, Kind, Language


@dataclass(frozen=True, slots=True)
class Words:
    """One letter in one language. `{organisation}`, `{detail}` and `{address}` stand for what is put in there."""

    subject: str
    lines: tuple[str, ...]
    action: str = ""
    """What the link is called; "" for a letter without one."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes into a letter beside the words. `sound` is WAV: what every mail program and telephone plays, as not all
    do with Opus in Ogg."""

    kind: Kind
    languages: tuple[Language, ...]
    name: str
    address: str
    organisation: str
    link: str = ""
    detail: str = ""
    sound: bytes | None = field(default=None, repr=False)


_FORMS = ("letter.txt", "letter.html")
_GREETING = {"en": "Hello {name},", "de": "Guten Tag {name},"}
_CLOSING = {
    "en": "This message was sent automatically, because you have an account with {organisation}.",
    "de": "Diese Nachricht wurde automatisch verschickt, weil Sie ein Konto bei {organisation} haben.",
}
_NOT_YOU = {
    "en": "If this was not you, change your password now and sign out the devices you do not know.",
    "de": "Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort und melden Sie unbekannte Geräte ab.",
}

_WORDS: dict[Language, dict[Kind, Words]] = {
    "en": {
        "invitation": Words(
            "Your telephone account with {organisation}",
            (
                "{organisation} has made a telephone account for you.",
                "Open the link to choose a password and to begin. It works once, for seven days.",
            ),
            "Begin",
        ),
        "recovery": Words(
            "A new password for your account",
            (
                "Somebody, probably you, has asked for a new password.",
                "Open the link to choose one. It works once, for 30 minutes.",
                "If you did not ask for it, there is nothing to do: your password stays as it is.",
            ),
            "Choose a new password",
        ),
        "new_device": Words(
            "A new device was signed in", ("A new device was signed in to your account: {detail}.", _NOT_YOU["en"])
        ),
        "device_given": Words(
            "Somebody else got a login for your extension",
            (
                "Somebody who looks after the telephones of {organisation} was given a login for a device of your"
                " extension: {detail}.",
                "That device can call as you and hear your mailbox. If you do not know why, ask for the reason, and"
                " remove it in the settings.",
            ),
        ),
        "code_tried_again": Words(
            "A sign-in code was tried a second time",
            (
                "A code that signs a device in to your account was used, and then tried again by another device. The"
                " second one was refused.",
                "Somebody may have photographed the code. Look whether you know every device that is signed in.",
            ),
        ),
        "session_theft": Words(
            "A sign-in was ended for your safety",
            (
                "A copy of a sign-in of yours was used, so that sign-in was ended: {detail}.",
                "Sign in again there. If you do not know why this happened, change your password.",
            ),
        ),
        "password_changed": Words(
            "Your password was changed", ("The password of your account was changed.", _NOT_YOU["en"])
        ),
        "factor_changed": Words(
            "Your second factor was changed",
            ("How you prove who you are was changed: {detail}.", _NOT_YOU["en"]),
        ),
        "recovery_used": Words(
            "A recovery code was used", ("A recovery code was used to sign in to your account.", _NOT_YOU["en"])
        ),
        "voicemail": Words(
            "A new message in your mailbox",
            (
                "Somebody has left a message for you: {detail}.",
                "Listen to it in the app, or dial *97 on your telephone. The message itself is not in this e-mail.",
            ),
        ),
        "voicemail_sound": Words(
            "A new message in your mailbox",
            (
                "Somebody has left a message for you: {detail}.",
                "It is attached, as your mailbox is set to. Who erases it in the app has to delete this e-mail too:"
                " erasing does not reach a copy that was sent.",
            ),
        ),
    },
    "de": {
        "invitation": Words(
            "Ihr Telefonkonto bei {organisation}",
            (
                "{organisation} hat ein Telefonkonto für Sie angelegt.",
                "Öffnen Sie den Link, um ein Passwort zu wählen und anzufangen. Er gilt einmal und sieben Tage lang.",
            ),
            "Anfangen",
        ),
        "recovery": Words(
            "Ein neues Passwort für Ihr Konto",
            (
                "Jemand, vermutlich Sie, hat um ein neues Passwort gebeten.",
                "Öffnen Sie den Link, um eines zu wählen. Er gilt einmal und 30 Minuten lang.",
                "Wenn Sie nicht darum gebeten haben, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.",
            ),
            "Neues Passwort wählen",
        ),
        "new_device": Words(
            "Ein neues Gerät wurde angemeldet",
            ("An Ihrem Konto wurde ein neues Gerät angemeldet: {detail}.", _NOT_YOU["de"]),
        ),
        "device_given": Words(
            "Jemand anderes hat Zugangsdaten für Ihre Nebenstelle bekommen",
            (
                "Jemand, der sich um die Telefone von {organisation} kümmert, hat Zugangsdaten für ein Gerät an Ihrer"
                " Nebenstelle bekommen: {detail}.",
                "Dieses Gerät kann in Ihrem Namen anrufen und Ihr Postfach abhören. Wenn Sie nicht wissen, warum,"
                " fragen Sie nach dem Grund und entfernen Sie es in den Einstellungen.",
            ),
        ),
        "code_tried_again": Words(
            "Ein Anmeldecode wurde ein zweites Mal benutzt",
            (
                "Ein Code, der ein Gerät an Ihrem Konto anmeldet, wurde benutzt und danach von einem anderen Gerät noch"
                " einmal. Das zweite wurde abgewiesen.",
                "Vielleicht hat jemand den Code fotografiert. Sehen Sie nach, ob Sie jedes angemeldete Gerät kennen.",
            ),
        ),
        "session_theft": Words(
            "Eine Anmeldung wurde zu Ihrer Sicherheit beendet",
            (
                "Eine Kopie einer Ihrer Anmeldungen wurde benutzt, deshalb wurde sie beendet: {detail}.",
                "Melden Sie sich dort neu an. Wenn Sie nicht wissen, wie es dazu kam, ändern Sie Ihr Passwort.",
            ),
        ),
        "password_changed": Words(
            "Ihr Passwort wurde geändert", ("Das Passwort Ihres Kontos wurde geändert.", _NOT_YOU["de"])
        ),
        "factor_changed": Words(
            "Ihr zweiter Faktor wurde geändert",
            ("Wie Sie nachweisen, wer Sie sind, wurde geändert: {detail}.", _NOT_YOU["de"]),
        ),
        "recovery_used": Words(
            "Ein Wiederherstellungscode wurde benutzt",
            ("Mit einem Wiederherstellungscode wurde Ihr Konto geöffnet.", _NOT_YOU["de"]),
        ),
        "voicemail": Words(
            "Eine neue Nachricht in Ihrem Postfach",
            (
                "Jemand hat Ihnen eine Nachricht hinterlassen: {detail}.",
                "Hören Sie sie in der App an, oder wählen Sie *97 am Telefon. Die Nachricht selbst ist nicht in dieser"
                " E-Mail.",
            ),
        ),
        "voicemail_sound": Words(
            "Eine neue Nachricht in Ihrem Postfach",
            (
                "Jemand hat Ihnen eine Nachricht hinterlassen: {detail}.",
                "Sie ist angehängt, wie es für Ihr Postfach eingestellt ist. Wer sie in der App für immer löscht, muss"
                " auch diese E-Mail löschen: Eine verschickte Kopie erreicht das Löschen nicht.",
            ),
        ),
    },
}


def words(language: Language, kind: Kind) -> Words:
    """The words of a letter."""
    return _WORDS[language][kind]


def compose(letter: Letter, sender: Address, letter_id: str, now: datetime) -> EmailMessage:
    """The letter as it is sent. The same `letter_id` gives the same Message-ID, so that one that came twice is one."""
    known = {
        "name": _one_line(letter.name) or _one_line(letter.address),
        "organisation": _one_line(letter.organisation),
        "detail": _one_line(letter.detail) or "–",
    }
    parts = [_worded(letter, language, known) for language in letter.languages]
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(_one_line(letter.name), addr_spec=letter.address)
    message["Subject"] = " / ".join(str(part["subject"]) for part in parts)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no mailbox answers this
    message["Content-Language"] = ", ".join(letter.languages)
    # Quoted-printable passes every server there is, those without 8BITMIME too.
    text, html = (_templates().get_template(name).render(parts=parts, link=letter.link) for name in _FORMS)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if letter.sound is not None:
        message.add_attachment(letter.sound, maintype="audio", subtype="wav", filename="message.wav")
    return message


def _worded(letter: Letter, language: Language, known: Mapping[str, str]) -> dict[str, object]:
    found = _WORDS[language][letter.kind]
    return {
        "language": language,
        "subject": found.subject.format_map(known),
        "greeting": _GREETING[language].format_map(known),
        "lines": [line.format_map(known) for line in found.lines],
        "action": found.action,
        "closing": _CLOSING[language].format_map(known),
    }


def _one_line(text: str) -> str:
    """Without what could begin a line, or a header, of its own."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


@cache
def _templates() -> Environment:
    folder = files("unificx.notices").joinpath("templates")

    def load(name: str) -> str:
        return folder.joinpath(name).read_text("utf-8")

    return Environment(
        loader=FunctionLoader(load),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


assert _WORDS.keys() == set(LANGUAGES)
