"""Features of this system and their default codes: what a tenant can dial, besides the codes of installed call apps.

The dial plan, the built-in call apps, the API and docs/reference/feature-codes.md read this list. The codes of a tenant
are those of `codes`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Argument = Literal["number", "extension", "extension or group", "group", "queue", "slot", "two-digit code", "state"]
"""The kind of number that is dialled after a code."""
_DIGITS: Mapping[Argument | None, tuple[int, int]] = MappingProxyType(
    {
        None: (0, 0),
        "number": (1, 15),
        "extension": (2, 8),
        "extension or group": (2, 8),
        "group": (2, 8),
        "queue": (2, 8),
        "slot": (1, 2),
        "two-digit code": (2, 2),
        "state": (1, 1),
    }
)
"""How many digits may follow a code, at least and at most."""
_WITHHELD = re.compile(r"#?([0-9]{1,15}|\+[0-9]{3,15})\Z")
"""The number after the code that withholds the caller's number from a party outside (CLIR)."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature. `code` is its default code. `name` is that of the app that it enters, if there is one.

    `text` and `text_de` say what it does. `argument` is dialled after the code, None for nothing; it may be left out if
    `optional`.
    """

    code: str
    name: str
    text: str
    text_de: str
    argument: Argument | None = None
    optional: bool = False

    @property
    def digits(self) -> tuple[int, int]:
        """How many digits may follow the code, at least and at most; none if both are 0."""
        return _DIGITS[self.argument]

    def read_argument(self, dialled: str) -> str | None:
        """Return the argument in what was dialled after the code, "" for nothing; None if nothing like this follows."""
        if self.name == WITHHOLD_NUMBER and dialled:
            found = _WITHHELD.match(dialled)
            return found[1] if found is not None else None
        least, most = self.digits
        is_number = dialled.isascii() and dialled.isdigit() and least <= len(dialled) <= most
        return dialled if is_number or not dialled else None


WITHHOLD_NUMBER = "withhold-number"
RING_TEST = "ring-test"
SPEED_DIAL = "speed-dial"
"""The features without an app."""
FEATURE_CODES = (
    Feature(
        "*30",
        "monitoring",
        "Listen to the call of an extension, after all parties were informed; 5 whispers, 6 joins (administrators)",
        "Bei einer Nebenstelle mithören, nachdem alle informiert sind; 5 flüstert, 6 kommt dazu (Administratoren)",
        "extension",
    ),
    Feature(
        "*31",
        WITHHOLD_NUMBER,
        "Call outside without showing your number",
        "Nach außen anrufen, ohne die eigene Nummer zu zeigen",
        "number",
    ),
    Feature("*35", "names", "Dial by name", "Nach Namen wählen"),
    Feature(
        "*4",
        "pickup",
        "Pick up a ringing call: the one of an extension or group, or the oldest in your groups",
        "Einen klingelnden Anruf heranholen: den einer Nebenstelle oder Gruppe, oder den ältesten in Ihren Gruppen",
        "extension or group",
        optional=True,
    ),
    Feature("*43", "echo", "Echo test: you hear yourself", "Echotest: Sie hören sich selbst"),
    Feature("*44", RING_TEST, "Ring test: your own phone rings", "Klingeltest: Ihr eigenes Telefon klingelt"),
    Feature(
        "*50",
        "queue-sign-in",
        "Sign in to your queues, or to one; once more: sign out",
        "An Ihren Warteschlangen anmelden, oder an einer; noch einmal: abmelden",
        "queue",
        optional=True,
    ),
    Feature(
        "*51",
        "queue-sign-out",
        "Sign out of your queues, or of one",
        "Von Ihren Warteschlangen abmelden, oder von einer",
        "queue",
        optional=True,
    ),
    Feature(
        "*52",
        "queue-pause",
        "Pause the calls of your queues, or of one; once more: resume",
        "Die Anrufe Ihrer Warteschlangen pausieren, oder die einer; noch einmal: fortsetzen",
        "queue",
        optional=True,
    ),
    Feature(
        "*53",
        "queue-resume",
        "Take calls of your queues again, or of one",
        "Wieder Anrufe Ihrer Warteschlangen annehmen, oder die einer",
        "queue",
        optional=True,
    ),
    Feature(
        "*60",
        "phone-sign-in",
        "Sign in at this shared phone, with extension and mailbox PIN",
        "An diesem gemeinsamen Telefon anmelden, mit Nebenstelle und Geheimzahl der Mailbox",
        "extension",
        optional=True,
    ),
    Feature("*61", "phone-sign-out", "Sign out of this shared phone", "Von diesem gemeinsamen Telefon abmelden"),
    Feature(
        "*66",
        "completion-on",
        "Be called when the last extension that you did not reach is free, or this one",
        "Rückruf, sobald die zuletzt nicht erreichte Nebenstelle frei ist, oder diese",
        "extension",
        optional=True,
    ),
    Feature("*67", "completion-off", "Cancel these callbacks", "Diese Rückrufe abbrechen"),
    Feature(
        "*72",
        "forwarding-on",
        "Forward all your calls to a number",
        "Alle Ihre Anrufe zu einer Nummer umleiten",
        "number",
    ),
    Feature("*73", "forwarding-off", "No longer forward all your calls", "Anrufe nicht mehr umleiten"),
    Feature(
        "*75",
        SPEED_DIAL,
        "Call the number of your speed dial with this code",
        "Die Nummer Ihrer Kurzwahl mit diesen zwei Ziffern anrufen",
        "two-digit code",
    ),
    Feature(
        "*76",
        "presence-state",
        "Set your state: 1 available, 2 busy, 3 do not disturb, 4 away, 5 at lunch, 6 on a trip, 7 off work",
        "Ihren Status setzen: 1 verfügbar, 2 beschäftigt, 3 nicht stören, 4 abwesend, 5 Mittagspause, 6 auf Reisen,"
        " 7 Feierabend",
        "state",
    ),
    Feature(
        "*77",
        "own-sounds",
        "Record the organisation's prompts, menus and hold music (administrators)",
        "Ansagen, Menüs und Wartemusik der Organisation aufnehmen (Administratoren)",
    ),
    Feature("*78", "do-not-disturb-on", "Do not disturb: on", "Nicht stören: ein"),
    Feature("*79", "do-not-disturb-off", "Do not disturb: off", "Nicht stören: aus"),
    Feature(
        "*80",
        "intercom",
        "Intercom: talk to an extension whose phone answers by itself",
        "Gegensprechen: mit einer Nebenstelle sprechen, deren Telefon von selbst annimmt",
        "extension",
    ),
    Feature(
        "*81",
        "paging",
        "Page a group: its phones play what you say",
        "Durchsage an eine Gruppe: Ihre Telefone geben wieder, was Sie sagen",
        "group",
    ),
    Feature(
        "*82",
        "flip",
        "Take over your own call from another device of yours",
        "Das eigene Gespräch von einem anderen Ihrer Geräte übernehmen",
    ),
    Feature(
        "*85",
        "park",
        "Park a call: transfer it here. Called directly, it announces the parking slot",
        "Einen Anruf parken: hierher weiterleiten. Direkt gewählt, sagt der Code den Parkplatz an",
    ),
    Feature("*86", "fetch", "Retrieve a parked call", "Einen geparkten Anruf zurückholen", "slot", optional=True),
    Feature("*97", "voicemail-own", "Your voicemail", "Ihre Mailbox"),
    Feature("*98", "voicemail-any", "Any mailbox, by number and PIN", "Jede Mailbox, mit Nummer und PIN"),
)
"""All features, ordered by their default code."""
FEATURES: Mapping[str, Feature] = MappingProxyType({each.name: each for each in FEATURE_CODES})
"""The same, by name."""
