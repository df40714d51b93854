"""Every prompt sentence in English and German, by name (group/word).

Actions and digits are separate prompts, so that menus announce their own digits: "voicemail/to-delete", "press/7".
After a change: `python -m unificx.prompts.render` (docs/reference/prompts.md).
"""

from typing import Final

from unificx.prompts.notice_sentences import CAPTIONS, MONITORING, RECORDING, EnglishGerman
from unificx.prompts.phrases.vocabulary import english_number, german_number

_GENERAL: Final[dict[str, EnglishGerman]] = {
    "one-moment": ("One moment, please.", "Einen Moment, bitte."),
    "goodbye": ("Goodbye.", "Auf Wiederhören."),
    "thank-you": ("Thank you.", "Vielen Dank."),
    "and": ("and", "und"),
    "invalid": ("That is not valid.", "Diese Eingabe ist nicht gültig."),
    "try-again": ("Please try again.", "Bitte versuchen Sie es noch einmal."),
    "nothing-entered": ("Nothing was entered.", "Es wurde nichts eingegeben."),
    "too-many-tries": (
        "That was wrong too often. Please try again later.",
        "Das war zu oft falsch. Bitte versuchen Sie es später noch einmal.",
    ),
    "not-allowed": ("You are not allowed to do this.", "Das ist Ihnen nicht erlaubt."),
    "unavailable": (
        "This is not possible at the moment. Please try again later.",
        "Das ist im Moment nicht möglich. Bitte versuchen Sie es später noch einmal.",
    ),
    "saved": ("Saved.", "Gespeichert."),
    "cancelled": ("Cancelled.", "Abgebrochen."),
    "nobody-available": ("Nobody can take your call at the moment.", "Im Moment kann niemand Ihren Anruf annehmen."),
    "end-with-hash": ("Then press the hash key.", "Drücken Sie danach die Rautetaste."),
    "to-hear-menu": ("To hear the menu again,", "Um die Auswahl noch einmal zu hören,"),
    "to-go-back": ("To go back,", "Um zurückzugehen,"),
    "to-confirm": ("To confirm,", "Zum Bestätigen"),
    "to-cancel": ("To cancel,", "Zum Abbrechen"),
}

_PRESS: Final[dict[str, EnglishGerman]] = {
    str(digit): (f"press {english_number(digit)}.", f"wählen Sie {german_number(digit)}.") for digit in range(10)
} | {
    "star": ("press the star key.", "wählen Sie die Sterntaste."),
    "hash": ("press the hash key.", "wählen Sie die Rautetaste."),
}

_MENU: Final[dict[str, EnglishGerman]] = {
    "welcome": (
        "Welcome. Press one or two for a person, or nine to leave a message.",
        "Willkommen. Wählen Sie eins oder zwei für eine Person, oder neun für eine Nachricht.",
    ),
}

_GROUP: Final[dict[str, EnglishGerman]] = {
    "confirm": ("There is a call for you. To take it, press one.", "Ein Anruf für Sie. Zum Annehmen wählen Sie eins."),
}

_NAMES: Final[dict[str, EnglishGerman]] = {
    "enter": (
        "Please enter the first letters of the name with the keys of your telephone, then press the hash key.",
        "Bitte geben Sie mit den Tasten Ihres Telefons die ersten Buchstaben des Namens ein, und drücken Sie danach "
        "die Rautetaste.",
    ),
    "none": ("There is no such name.", "Diesen Namen gibt es nicht."),
    "many": (
        "There are too many names with these letters. Please enter more letters.",
        "Es gibt zu viele Namen mit diesen Buchstaben. Bitte geben Sie mehr Buchstaben ein.",
    ),
    "extension": ("Extension", "Nebenstelle"),
    "connect": ("To be connected,", "Um verbunden zu werden,"),
    "other": ("For another name,", "Für einen anderen Namen"),
}

_ECHO: Final[dict[str, EnglishGerman]] = {
    "begin": (
        "This is the echo test. From now on you hear everything you say. To end the test, hang up.",
        "Dies ist der Echotest. Ab jetzt hören Sie alles, was Sie sagen. Zum Beenden legen Sie auf.",
    ),
    "end": ("The echo test is over.", "Der Echotest ist beendet."),
}

_VOICEMAIL_LEAVE: Final[dict[str, EnglishGerman]] = {
    "greeting": (
        "The person you are calling cannot take your call at the moment.",
        "Die Person, die Sie anrufen, kann Ihren Anruf im Moment nicht annehmen.",
    ),
    "greeting-busy": (
        "The person you are calling is on another call.",
        "Die Person, die Sie anrufen, führt gerade ein anderes Gespräch.",
    ),
    "greeting-unavailable": (
        "The person you are calling is not available.",
        "Die Person, die Sie anrufen, ist nicht erreichbar.",
    ),
    "greeting-group": (
        "Nobody in this group can take your call at the moment.",
        "In dieser Gruppe kann im Moment niemand Ihren Anruf annehmen.",
    ),
    "mailbox-of": ("This is the mailbox of extension", "Dies ist das Postfach der Nebenstelle"),
    "leave": (
        "Please leave a message after the tone. When you have finished, press the hash key or hang up.",
        "Bitte hinterlassen Sie nach dem Ton eine Nachricht. Wenn Sie fertig sind, drücken Sie die Rautetaste oder "
        "legen Sie auf.",
    ),
    "leave-short": (
        "Please leave a message after the tone.",
        "Bitte hinterlassen Sie nach dem Ton eine Nachricht.",
    ),
    "notice": (
        "What you say after the tone is recorded and kept for the person you are calling.",
        "Was Sie nach dem Ton sagen, wird aufgezeichnet und für die angerufene Person aufbewahrt.",
    ),
    "transcribed": (
        "Messages for this person are also turned into text, by this telephone system itself.",
        "Nachrichten für diese Person werden auch in Text umgewandelt, von dieser Telefonanlage selbst.",
    ),
    "after-tone": ("Please speak after the tone.", "Bitte sprechen Sie nach dem Ton."),
    "your-message": ("Your message:", "Ihre Nachricht:"),
    "to-send": ("To send your message,", "Um Ihre Nachricht abzuschicken,"),
    "to-hear": ("To listen to your message,", "Um Ihre Nachricht anzuhören,"),
    "to-record-again": ("To record it again,", "Um die Nachricht neu aufzunehmen,"),
    "to-discard": ("To discard your message,", "Um Ihre Nachricht zu verwerfen,"),
    "sent": ("Thank you. Your message has been delivered.", "Vielen Dank. Ihre Nachricht wurde zugestellt."),
    "discarded": ("Your message has been discarded.", "Ihre Nachricht wurde gelöscht."),
    "too-short": ("The message is too short.", "Die Nachricht ist zu kurz."),
    "too-long": (
        "The message has reached its greatest length.",
        "Die Nachricht hat die größte Länge erreicht.",
    ),
    "mailbox-full": (
        "This mailbox is full and takes no more messages.",
        "Dieses Postfach ist voll und nimmt keine Nachrichten mehr an.",
    ),
    "not-available": ("There is no mailbox here.", "Hier gibt es kein Postfach."),
    "not-kept": (
        "Your message could not be kept. Please call again later.",
        "Ihre Nachricht konnte nicht gespeichert werden. Bitte rufen Sie später noch einmal an.",
    ),
}

_VOICEMAIL_HEAR: Final[dict[str, EnglishGerman]] = {
    "welcome": ("Welcome to your mailbox.", "Willkommen in Ihrem Postfach."),
    "enter-mailbox": (
        "Please enter the number of the mailbox, then press the hash key.",
        "Bitte geben Sie die Nummer des Postfachs ein, und drücken Sie dann die Rautetaste.",
    ),
    "enter-pin": (
        "Please enter your pin, then press the hash key.",
        "Bitte geben Sie Ihre Geheimzahl ein, und drücken Sie dann die Rautetaste.",
    ),
    "wrong-pin": ("This is the wrong pin.", "Die Geheimzahl ist falsch."),
    "no-pin": (
        "This mailbox has no pin yet. Please call it from its own telephone.",
        "Dieses Postfach hat noch keine Geheimzahl. Bitte rufen Sie es von seinem eigenen Telefon an.",
    ),
    "you-have": ("You have", "Sie haben"),
    "no-messages": ("You have no messages.", "Sie haben keine Nachrichten."),
    "new-messages": ("New messages.", "Neue Nachrichten."),
    "old-messages": ("Old messages.", "Alte Nachrichten."),
    "message": ("Message", "Nachricht"),
    "first-message": ("First message.", "Erste Nachricht."),
    "next-message": ("Next message.", "Nächste Nachricht."),
    "previous-message": ("Previous message.", "Vorige Nachricht."),
    "last-message": ("Last message.", "Letzte Nachricht."),
    "received": ("Received", "Eingegangen"),
    "from-number": ("from the number", "von der Nummer"),
    "from-extension": ("from extension", "von Nebenstelle"),
    "from-unknown": ("from an unknown number.", "von einer unbekannten Nummer."),
    "length": ("Length:", "Dauer:"),
    "to-hear-new": ("To hear your new messages,", "Um Ihre neuen Nachrichten zu hören,"),
    "to-hear-old": ("To hear your old messages,", "Um Ihre alten Nachrichten zu hören,"),
    "to-hear-again": ("To hear the message again,", "Um die Nachricht noch einmal zu hören,"),
    "to-hear-next": ("For the next message,", "Für die nächste Nachricht"),
    "to-hear-previous": ("For the previous message,", "Für die vorige Nachricht"),
    "to-hear-details": (
        "To hear when the message came, and from whom,",
        "Um zu hören, von wem und wann die Nachricht kam,",
    ),
    "to-skip-back": ("To skip back,", "Um zurückzuspringen,"),
    "to-skip-ahead": ("To skip ahead,", "Um vorzuspringen,"),
    "to-pause": ("To pause,", "Um anzuhalten,"),
    "to-delete": ("To delete the message,", "Um die Nachricht zu löschen,"),
    "to-restore": ("To restore the message,", "Um die Nachricht wiederherzustellen,"),
    "to-keep": ("To keep the message,", "Um die Nachricht zu behalten,"),
    "to-call-back": ("To call back,", "Um zurückzurufen,"),
    "to-change-settings": ("For greetings and your pin,", "Für Ansagen und Ihre Geheimzahl"),
    "deleted": ("Message deleted.", "Nachricht gelöscht."),
    "restored": ("Message restored.", "Nachricht wiederhergestellt."),
    "kept": ("Message kept.", "Nachricht behalten."),
    "no-more": ("There are no more messages.", "Es gibt keine weiteren Nachrichten."),
    "not-readable": ("This message cannot be played.", "Diese Nachricht kann nicht abgespielt werden."),
}

_VOICEMAIL_OWN: Final[dict[str, EnglishGerman]] = {
    "to-change-greeting": ("To record your greeting,", "Um Ihre Ansage aufzunehmen,"),
    "to-change-busy-greeting": (
        "For the greeting when you are on another call,",
        "Für die Ansage, wenn Sie gerade telefonieren,",
    ),
    "to-change-unavailable-greeting": (
        "For the greeting when you are not available,",
        "Für die Ansage, wenn Sie nicht erreichbar sind,",
    ),
    "to-change-temporary-greeting": (
        "For a temporary greeting, for example for your holidays,",
        "Für eine vorübergehende Ansage, zum Beispiel im Urlaub,",
    ),
    "temporary-days": (
        "Please enter for how many days this greeting is to be played, then press the hash key.",
        "Bitte geben Sie ein, wie viele Tage diese Ansage gespielt werden soll, und drücken Sie dann die Rautetaste.",
    ),
    "to-use-greeting": ("To use this greeting,", "Um diese Ansage zu verwenden,"),
    "to-use-standard-greeting": ("For the standard greeting,", "Für die Standardansage"),
    "to-change-pin": ("To change your pin,", "Um Ihre Geheimzahl zu ändern,"),
    "record-greeting": (
        "Please record your greeting after the tone, then press the hash key.",
        "Bitte sprechen Sie Ihre Ansage nach dem Ton, und drücken Sie dann die Rautetaste.",
    ),
    "your-greeting": ("Your greeting:", "Ihre Ansage:"),
    "greeting-saved": ("Your greeting has been saved.", "Ihre Ansage wurde gespeichert."),
    "greeting-removed": (
        "From now on the standard greeting is played.",
        "Ab jetzt wird die Standardansage gespielt.",
    ),
    "new-pin": (
        "Please enter a new pin, then press the hash key.",
        "Bitte geben Sie eine neue Geheimzahl ein, und drücken Sie dann die Rautetaste.",
    ),
    "repeat-pin": ("Please enter it once more.", "Bitte geben Sie sie noch einmal ein."),
    "pins-differ": ("The two pins are different.", "Die beiden Geheimzahlen sind verschieden."),
    "pin-too-simple": (
        "This pin is too short or too easy to guess.",
        "Diese Geheimzahl ist zu kurz oder zu leicht zu erraten.",
    ),
    "pin-changed": ("Your pin has been changed.", "Ihre Geheimzahl wurde geändert."),
}

_CONFERENCE: Final[dict[str, EnglishGerman]] = {
    "welcome": ("Welcome to the conference.", "Willkommen in der Konferenz."),
    "enter-room": (
        "Please enter the number of the conference, then press the hash key.",
        "Bitte geben Sie die Nummer der Konferenz ein, und drücken Sie dann die Rautetaste.",
    ),
    "enter-pin": (
        "Please enter the pin of the conference, then press the hash key.",
        "Bitte geben Sie die Geheimzahl der Konferenz ein, und drücken Sie dann die Rautetaste.",
    ),
    "enter-host-pin": (
        "If you lead this conference, please enter your pin. Then press the hash key.",
        "Wenn Sie diese Konferenz leiten, geben Sie bitte Ihre Geheimzahl ein. Drücken Sie dann die Rautetaste.",
    ),
    "wrong-pin": ("This is the wrong pin.", "Die Geheimzahl ist falsch."),
    "no-such-room": ("There is no such conference.", "Diese Konferenz gibt es nicht."),
    "say-name": (
        "Please say your name after the tone, then press the hash key.",
        "Bitte sagen Sie nach dem Ton Ihren Namen, und drücken Sie dann die Rautetaste.",
    ),
    "only-one": ("You are the only one here.", "Sie sind bisher allein."),
    "in-conference": ("In this conference:", "In dieser Konferenz:"),
    "waiting-for-host": (
        "Please wait until the host opens the conference.",
        "Bitte warten Sie, bis die Konferenz eröffnet wird.",
    ),
    "opened": ("The conference is open.", "Die Konferenz ist eröffnet."),
    "host-left": ("The host has left the conference.", "Die Leitung hat die Konferenz verlassen."),
    "locked": ("This conference is locked.", "Diese Konferenz ist gesperrt."),
    "now-locked": ("The conference is now locked.", "Die Konferenz ist jetzt gesperrt."),
    "now-unlocked": ("The conference is open again.", "Die Konferenz ist wieder offen."),
    "full": ("This conference is full.", "Diese Konferenz ist voll."),
    "breakout": ("You are now in a breakout room.", "Sie sind jetzt in einem Gruppenraum."),
    "main-room": ("You are back in the main room.", "Sie sind wieder im Hauptraum."),
    "return-soon": (
        "You return to the main room in thirty seconds.",
        "Sie kehren in dreißig Sekunden in den Hauptraum zurück.",
    ),
    "message": (
        "The host has sent a message. It is shown in the app.",
        "Die Leitung hat eine Nachricht geschickt. Sie steht in der App.",
    ),
    "joined": ("has joined.", "ist dazugekommen."),
    "left": ("has left.", "hat die Konferenz verlassen."),
    "somebody-joined": ("Somebody has joined.", "Jemand ist dazugekommen."),
    "somebody-left": ("Somebody has left.", "Jemand hat die Konferenz verlassen."),
    "muted": ("Your microphone is off.", "Ihr Mikrofon ist aus."),
    "unmuted": ("Your microphone is on again.", "Ihr Mikrofon ist wieder an."),
    "muted-by-host": ("The host has turned your microphone off.", "Die Leitung hat Ihr Mikrofon ausgeschaltet."),
    "all-muted": ("All microphones are off.", "Alle Mikrofone sind aus."),
    "all-unmuted": ("All microphones are on again.", "Alle Mikrofone sind wieder an."),
    "hand-raised": ("You have raised your hand.", "Sie haben sich gemeldet."),
    "hand-lowered": ("You have lowered your hand.", "Ihre Meldung ist zurückgenommen."),
    "recorded": ("This conference is recorded.", "Diese Konferenz wird aufgezeichnet."),
    "recording-ended": (
        "This conference is no longer recorded.",
        "Diese Konferenz wird nicht mehr aufgezeichnet.",
    ),
    "removed": ("You have been removed from the conference.", "Sie wurden aus der Konferenz entfernt."),
    "ends-soon": ("This conference ends soon.", "Diese Konferenz endet bald."),
    "over": ("The conference is over.", "Die Konferenz ist beendet."),
    "invited": ("You are invited to a conference.", "Sie sind zu einer Konferenz eingeladen."),
    "to-join": ("To join,", "Um teilzunehmen,"),
    "to-decline": ("To decline,", "Um abzulehnen,"),
    "to-mute": ("To turn your microphone off or on,", "Um Ihr Mikrofon aus- oder einzuschalten,"),
    "to-raise-hand": ("To raise or lower your hand,", "Um sich zu melden oder die Meldung zurückzunehmen,"),
    "to-hear-how-many": ("To hear how many people are here,", "Um zu hören, wie viele hier sind,"),
    "to-lock": ("To lock or unlock the conference,", "Um die Konferenz zu sperren oder zu öffnen,"),
    "to-mute-all": ("To turn all microphones off or on,", "Um die Mikrofone aller aus- oder einzuschalten,"),
    "to-record": ("To begin or end the recording,", "Um die Aufzeichnung zu beginnen oder zu beenden,"),
    "to-pause-recording": (
        "To pause the recording or to continue it,",
        "Um die Aufzeichnung anzuhalten oder fortzusetzen,",
    ),
    "to-end": ("To end the conference for everybody,", "Um die Konferenz für alle zu beenden,"),
    "to-leave": ("To leave the conference,", "Um die Konferenz zu verlassen,"),
}

_PARKING: Final[dict[str, EnglishGerman]] = {
    "parked-at": ("The call is parked at number", "Der Anruf ist geparkt auf Platz"),
    "nobody": ("No call is parked there.", "Dort ist kein Anruf geparkt."),
    "several": (
        "More than one call is parked. Please dial the number of its place as well.",
        "Es sind mehrere Anrufe geparkt. Bitte wählen Sie die Nummer des Platzes mit.",
    ),
    "full": ("No place is free to park this call.", "Kein Platz ist frei, um diesen Anruf zu parken."),
}

_QUEUE: Final[dict[str, EnglishGerman]] = {
    "all-busy": (
        "All our agents are on other calls. Please hold the line.",
        "Alle unsere Mitarbeiter sind im Gespräch. Bitte bleiben Sie am Apparat.",
    ),
    "next": ("You are the next caller in the queue.", "Sie sind der nächste Anrufer in der Warteschlange."),
    "position": ("Your position in the queue is number", "Ihre Position in der Warteschlange ist Nummer"),
    "short-wait": (
        "The expected waiting time is less than one minute.",
        "Die voraussichtliche Wartezeit beträgt weniger als eine Minute.",
    ),
    "wait-in-minutes": (
        "The expected waiting time in minutes is",
        "Die voraussichtliche Wartezeit in Minuten beträgt",
    ),
    "to-be-called-back": (
        "To keep your place and to be called back,",
        "Um Ihren Platz zu behalten und zurückgerufen zu werden,",
    ),
    "keeps-place": (
        "You keep your place in the queue and will be called back.",
        "Sie behalten Ihren Platz in der Warteschlange und werden zurückgerufen.",
    ),
    "callback": (
        "This is the call back that you have asked for.",
        "Dies ist der Rückruf, um den Sie gebeten haben.",
    ),
    "to-be-connected": ("To be connected with an agent,", "Um mit einem Mitarbeiter verbunden zu werden,"),
    "full": (
        "Too many callers are waiting at the moment. Please try again later.",
        "Im Moment warten zu viele Anrufer. Bitte versuchen Sie es später noch einmal.",
    ),
    "signed-in": (
        "You are signed in and receive calls of the queue.",
        "Sie sind angemeldet und erhalten Anrufe aus der Warteschlange.",
    ),
    "signed-out": (
        "You are signed out and receive no more calls of the queue.",
        "Sie sind abgemeldet und erhalten keine Anrufe mehr aus der Warteschlange.",
    ),
    "paused": ("The calls of the queue are paused for you.", "Die Anrufe der Warteschlange sind für Sie angehalten."),
    "resumed": (
        "You receive the calls of the queue again.",
        "Sie erhalten wieder die Anrufe der Warteschlange.",
    ),
    "no-agent": (
        "This telephone does not belong to an agent of this queue.",
        "Dieses Telefon gehört keinem Mitarbeiter dieser Warteschlange.",
    ),
}

_COMPLETION: Final[dict[str, EnglishGerman]] = {
    "on": (
        "Your telephone will ring as soon as this extension is free:",
        "Ihr Telefon klingelt, sobald diese Nebenstelle frei ist:",
    ),
    "off": ("Your waiting calls are cancelled.", "Ihre vorgemerkten Anrufe sind gelöscht."),
    "nobody": ("There is no extension to wait for.", "Es gibt keine Nebenstelle, auf die gewartet werden kann."),
    "refused": ("It is not possible to wait for this extension.", "Auf diese Nebenstelle kann nicht gewartet werden."),
}
_PRESENCE: Final[dict[str, EnglishGerman]] = {
    "signed-in": ("You are signed in at this telephone.", "Sie sind an diesem Telefon angemeldet."),
    "signed-out": ("You are signed out of this telephone.", "Sie sind von diesem Telefon abgemeldet."),
    "enter-extension": ("Please enter your extension, then hash.", "Bitte geben Sie Ihre Nebenstelle ein, dann Raute."),
    "not-shared": ("This telephone is not shared.", "Dieses Telefon ist kein gemeinsames Telefon."),
    "do-not-disturb-on": ("Do not disturb is on.", "Nicht stören ist eingeschaltet."),
    "do-not-disturb-off": ("Do not disturb is off.", "Nicht stören ist ausgeschaltet."),
    "forwarding-on": ("All your calls are forwarded to", "Alle Ihre Anrufe werden weitergeleitet an"),
    "forwarding-off": ("Your calls are no longer forwarded.", "Ihre Anrufe werden nicht mehr weitergeleitet."),
    "forwarding-refused": (
        "Calls cannot be forwarded to this number.",
        "An diese Nummer können keine Anrufe weitergeleitet werden.",
    ),
}

_PROMPT_RECORDING: Final[dict[str, EnglishGerman]] = {
    "enter-code": (
        "Please enter the code of the announcement, then press the hash key.",
        "Bitte geben Sie den Code der Ansage ein, und drücken Sie dann die Rautetaste.",
    ),
    "or-music": ("For the music on hold, enter zero.", "Für die Wartemusik geben Sie null ein."),
    "or-greeting": ("For your own greeting, enter one.", "Für Ihre eigene Ansage geben Sie eins ein."),
    "or-menu": (
        "For the announcement of a menu, enter its number.",
        "Für die Ansage eines Menüs geben Sie seine Nummer ein.",
    ),
    "no-such-code": ("There is no announcement with this code.", "Es gibt keine Ansage mit diesem Code."),
    "stays": ("This announcement cannot be changed.", "Diese Ansage kann nicht geändert werden."),
    "to-hear": ("To hear it,", "Um sie zu hören,"),
    "to-record": ("To record it,", "Um sie aufzunehmen,"),
    "to-use-standard": ("For the standard announcement,", "Für die Standardansage"),
    "to-use": ("To use this recording,", "Um diese Aufnahme zu verwenden,"),
    "record": (
        "Please speak after the tone, then press the hash key.",
        "Bitte sprechen Sie nach dem Ton, und drücken Sie dann die Rautetaste.",
    ),
    "standard-again": (
        "From now on the standard announcement is played.",
        "Ab jetzt wird die Standardansage gespielt.",
    ),
}

_GROUPS: Final[dict[str, dict[str, EnglishGerman]]] = {
    "general": _GENERAL,
    "press": _PRESS,
    "echo": _ECHO,
    "names": _NAMES,
    "voicemail": _VOICEMAIL_LEAVE | _VOICEMAIL_HEAR | _VOICEMAIL_OWN,
    "recording": RECORDING,
    "captions": CAPTIONS,
    "monitoring": MONITORING,
    "conference": _CONFERENCE,
    "parking": _PARKING,
    "presence": _PRESENCE,
    "completion": _COMPLETION,
    "group": _GROUP,
    "queue": _QUEUE,
    "studio": _PROMPT_RECORDING,
    "menu": _MENU,
}

GROUPS = frozenset(_GROUPS)


def sentences(language: str) -> dict[str, str]:
    """Prompt sentences by name, in "en" or "de"."""
    column = ("en", "de").index(language)
    return {f"{group}/{word}": both[column] for group, words in _GROUPS.items() for word, both in words.items()}
