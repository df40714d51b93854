"""Sentences about recording, captions and monitoring: the notices that inform people, the questions for consent."""

from typing import Final

EnglishGerman = tuple[str, str]

RECORDING: Final[dict[str, EnglishGerman]] = {
    "notice": ("This call is recorded.", "Dieses Gespräch wird aufgezeichnet."),
    "notice-hang-up": (
        "This call is recorded. If you do not want that, please hang up.",
        "Dieses Gespräch wird aufgezeichnet. Wenn Sie das nicht möchten, legen Sie bitte auf.",
    ),
    "joined-recorded": (
        "You are joining a call that is being recorded.",
        "Sie treten einem Gespräch bei, das aufgezeichnet wird.",
    ),
    "notice-video": (
        "This conference is recorded with sound and video. If you do not want that, please hang up.",
        "Diese Konferenz wird mit Ton und Video aufgezeichnet. Wenn Sie das nicht möchten, legen Sie bitte auf.",
    ),
    "joined-video": (
        "You are joining a conference that is being recorded with sound and video.",
        "Sie treten einer Konferenz bei, die mit Ton und Video aufgezeichnet wird.",
    ),
    "ask-video": (
        "We would like to record this conference with sound and video. If you agree, press one. If you do not agree, "
        "press two.",
        "Wir möchten diese Konferenz mit Ton und Video aufzeichnen. Wenn Sie einverstanden sind, wählen Sie eins. "
        "Wenn nicht, wählen Sie zwei.",
    ),
    "ask-again-video": (
        "To agree to the recording with sound and video, press one. To refuse the recording, press two.",
        "Um der Aufzeichnung mit Ton und Video zuzustimmen, wählen Sie eins. Um die Aufzeichnung abzulehnen, "
        "wählen Sie zwei.",
    ),
    "ask": (
        "We would like to record this call. If you agree, press one. If you do not agree, press two.",
        "Wir möchten dieses Gespräch aufzeichnen. Wenn Sie einverstanden sind, wählen Sie eins. Wenn nicht, "
        "wählen Sie zwei.",
    ),
    "ask-again": (
        "To agree to the recording, press one. To refuse the recording, press two.",
        "Um der Aufzeichnung zuzustimmen, wählen Sie eins. Um die Aufzeichnung abzulehnen, wählen Sie zwei.",
    ),
    "agreed": ("Thank you. The call is now recorded.", "Vielen Dank. Das Gespräch wird jetzt aufgezeichnet."),
    "refused": ("The call is not recorded.", "Das Gespräch wird nicht aufgezeichnet."),
    "not-everybody": (
        "Not everybody has agreed. The call is not recorded.",
        "Nicht alle haben zugestimmt. Das Gespräch wird nicht aufgezeichnet.",
    ),
    "started": ("The recording begins.", "Die Aufzeichnung beginnt."),
    "paused": ("The recording is paused.", "Die Aufzeichnung ist angehalten."),
    "paused-for-card": (
        "The recording is paused while you give your card number.",
        "Die Aufzeichnung ist angehalten, während Sie Ihre Kartennummer angeben.",
    ),
    "resumed": ("The recording continues.", "Die Aufzeichnung läuft weiter."),
    "ended": ("The recording has ended.", "Die Aufzeichnung ist beendet."),
    "failed": (
        "The recording has failed and ended. The call goes on.",
        "Die Aufzeichnung ist ausgefallen und beendet. Das Gespräch geht weiter.",
    ),
}

CAPTIONS: Final[dict[str, EnglishGerman]] = {
    "notice": (
        "Live captions are on. Your words are shown as text to everyone in this conference. Nothing is stored.",
        "Untertitel sind eingeschaltet. Ihre Worte werden allen in dieser Konferenz als Text angezeigt. "
        "Nichts davon wird gespeichert.",
    ),
    "ask": (
        "Live captions are on. May your words be shown as text to everyone in this conference? Nothing is stored. "
        "If you agree, press one. If you do not agree, press two.",
        "Untertitel sind eingeschaltet. Dürfen Ihre Worte allen in dieser Konferenz als Text angezeigt werden? "
        "Nichts davon wird gespeichert. Wenn ja, wählen Sie eins. Wenn nicht, wählen Sie zwei.",
    ),
    "ask-again": (
        "To agree that your words are shown as text, press one. To refuse, press two.",
        "Um zuzustimmen, dass Ihre Worte als Text angezeigt werden, wählen Sie eins. Um abzulehnen, wählen Sie zwei.",
    ),
    "ended": ("Live captions are off.", "Die Untertitel sind ausgeschaltet."),
}

MONITORING: Final[dict[str, EnglishGerman]] = {
    "notice": (
        "A supervisor is listening to this call. If you do not want that, please hang up.",
        "Eine Aufsichtsperson hört dieses Gespräch mit. Wenn Sie das nicht möchten, legen Sie bitte auf.",
    ),
    "joining": ("A supervisor is joining this call.", "Eine Aufsichtsperson kommt in dieses Gespräch dazu."),
    "whispering": (
        "A supervisor is now speaking to one person in this call.",
        "Eine Aufsichtsperson spricht jetzt mit einer Person in diesem Gespräch.",
    ),
    "no-call": ("There is no call that you can listen to.", "Es gibt kein Gespräch, das Sie mithören können."),
    "informing": (
        "Please wait until everybody has been informed.",
        "Bitte warten Sie, bis alle informiert sind.",
    ),
    "ended": ("You are no longer listening to the call.", "Sie hören das Gespräch nicht mehr mit."),
}
