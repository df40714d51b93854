"""What letters there are, how long each is of use, and how many of them one person gets."""

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
    """How long a letter may wait to be sent: a link must not come when it has run out."""
    return _OF_USE.get(kind, LONGEST)


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def moment(at: datetime, language: Language) -> str:
    """A day and a time as people write them, in the zone `at` is in."""
    if language == "de":
        return f"{at:%d.%m.%Y}, {at:%H:%M} Uhr"
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def message_news(number: str, seconds: float, when: str, caller: str = "") -> str:
    """What a letter says of a message: for whom, when, how long, and from whom if that is wanted."""
    minutes, rest = divmod(round(seconds), 60)
    return ", ".join([number, when, f"{minutes}:{rest:02} min", *([caller] if caller else [])])


class Ration:
    """So many letters of one kind to one person an hour: nobody's mailbox is flooded through us."""

    MOST = 6
    SECONDS = 3600.0
    _REMEMBERED = 50_000

    def __init__(self) -> None:
        self._sent: OrderedDict[tuple[str, Kind], list[float]] = OrderedDict()

    def take(self, subject: str, kind: Kind, now: float) -> bool:
        """Whether one more may go out at `now` (monotonic seconds); it counts if so."""
        recent = [at for at in self._sent.pop((subject, kind), []) if at > now - self.SECONDS]
        allowed = len(recent) < self.MOST
        self._sent[subject, kind] = [*recent, now] if allowed else recent
        if len(self._sent) > self._REMEMBERED:
            self._sent.popitem(last=False)
        return allowed
