"""E-mail kinds, their lifetimes, text formats and the rate limit."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Literal, get_args

Kind = Literal[
    "invitation",
    "recovery",
    "new_device",
    "device_given",
    "code_tried_again",
    "session_theft",
    "password_changed",
    "factor_changed",
    "recovery_used",
    "voicemail",
    "voicemail_sound",
]
Language = Literal["en", "de"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES: tuple[Language, ...] = get_args(Language)

LONGEST = timedelta(hours=24)
_OF_USE: dict[Kind, timedelta] = {"recovery": timedelta(minutes=30)}


def of_use(kind: Kind) -> timedelta:
    """Return how long an e-mail may stay in the queue. A link must not arrive after it has expired."""
    return _OF_USE.get(kind, LONGEST)


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def moment(at: datetime, language: Language) -> str:
    """Format a date and time for an e-mail, in the time zone of `at`."""
    if language == "de":
        return f"{at:%d.%m.%Y}, {at:%H:%M} Uhr"
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def message_news(number: str, seconds: float, when: str, caller: str = "") -> str:
    """Describe a voicemail: extension, time, duration and, if given, caller."""
    minutes, rest = divmod(round(seconds), 60)
    return ", ".join([number, when, f"{minutes}:{rest:02} min", *([caller] if caller else [])])


class Ration:
    """Limits e-mails per person, kind and hour, so that the server cannot be used to flood a mailbox."""

    MOST = 6
    SECONDS = 3600.0
    _REMEMBERED = 50_000

    def __init__(self) -> None:
        self._sent: OrderedDict[tuple[str, Kind], list[float]] = OrderedDict()

    def take(self, subject: str, kind: Kind, now: float) -> bool:
        """Return whether an e-mail is allowed at `now` (monotonic seconds), and count it if so."""
        recent = [at for at in self._sent.pop((subject, kind), []) if at > now - self.SECONDS]
        allowed = len(recent) < self.MOST
        self._sent[subject, kind] = [*recent, now] if allowed else recent
        if len(self._sent) > self._REMEMBERED:
            self._sent.popitem(last=False)
        return allowed
