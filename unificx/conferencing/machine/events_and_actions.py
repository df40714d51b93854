"""Events and actions of the meeting state machine.

`by` is the requester: a member id, or "" for an administrator, who has host rights.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

ADMINISTRATOR = ""


@dataclass(frozen=True, slots=True)
class Came:
    """An authorized participant wants to join. `invited` by a host: admitted even if the room is locked."""

    id: str
    host: bool
    invited: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """The entry prompts have been played; the participant is now in the room."""

    id: str


@dataclass(frozen=True, slots=True)
class Left:
    id: str


@dataclass(frozen=True, slots=True)
class MuteAsked:
    by: str
    id: str
    on: bool


@dataclass(frozen=True, slots=True)
class HandAsked:
    """Raise or lower a hand. Hosts may lower the hands of others."""

    by: str
    id: str
    up: bool


@dataclass(frozen=True, slots=True)
class LockAsked:
    by: str
    on: bool


@dataclass(frozen=True, slots=True)
class MuteAllAsked:
    """Mute or unmute all guests, including those who join later."""

    by: str
    on: bool


@dataclass(frozen=True, slots=True)
class RemovalAsked:
    by: str
    id: str


@dataclass(frozen=True, slots=True)
class InvitationAsked:
    """Dial a number to invite its owner."""

    by: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordingAsked:
    """Start or stop recording."""

    by: str
    on: bool


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """Pause or resume recording. `card`: to leave out payment card data."""

    by: str
    on: bool
    card: bool = False


@dataclass(frozen=True, slots=True)
class RecordingSet:
    """Recording state. While on, participants are notified before they are admitted."""

    on: bool
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """A participant awaiting admission was notified of the recording."""

    id: str


@dataclass(frozen=True, slots=True)
class Disagreed:
    """A participant refuses to be recorded or could not be notified, and is not admitted."""

    id: str


@dataclass(frozen=True, slots=True)
class EndAsked:
    by: str


@dataclass(frozen=True, slots=True)
class CountAsked:
    """Play the number of other participants."""

    by: str


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """Play the list of key commands."""

    by: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The deadline has passed."""


Event: TypeAlias = (
    Came
    | Entered
    | Left
    | MuteAsked
    | HandAsked
    | LockAsked
    | MuteAllAsked
    | RemovalAsked
    | InvitationAsked
    | RecordingAsked
    | PauseAsked
    | RecordingSet
    | Agreed
    | Disagreed
    | EndAsked
    | CountAsked
    | HelpAsked
    | TimePassed
)

Why: TypeAlias = Literal["locked", "full"]


@dataclass(frozen=True, slots=True)
class TurnAway:
    id: str
    why: Why


@dataclass(frozen=True, slots=True)
class LetWait:
    """Play hold music until a host joins."""

    id: str


@dataclass(frozen=True, slots=True)
class LetIn:
    """Play the number of others, then send `Entered`."""

    id: str
    others: int
    waited: bool
    """Whether hold music was playing until now."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Connect the participant to the mixer."""

    id: str
    muted: bool


@dataclass(frozen=True, slots=True)
class Mute:
    id: str
    on: bool


@dataclass(frozen=True, slots=True)
class Say:
    """Play a prompt to one participant."""

    id: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Count:
    """Play the number of other participants."""

    id: str
    others: int


@dataclass(frozen=True, slots=True)
class Help:
    """Play the list of key commands; some are for hosts only."""

    id: str
    host: bool


@dataclass(frozen=True, slots=True)
class Announce:
    """Announce a join or leave to all others."""

    id: str
    came: bool


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Disconnect from the mixer, play a prompt and hang up."""

    id: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Dial a number on behalf of the requester."""

    by: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """Start or stop recording on behalf of the requester."""

    by: str
    on: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause or resume recording."""

    on: bool
    card: bool


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The requester lacks permission; `prompt` is played if the request was a DTMF command."""

    prompt: str = "general/not-allowed"


Action: TypeAlias = (
    TurnAway
    | LetWait
    | LetIn
    | Seat
    | Mute
    | Say
    | Count
    | Help
    | Announce
    | Dismiss
    | Ring
    | Record
    | Pause
    | NotAllowed
)
