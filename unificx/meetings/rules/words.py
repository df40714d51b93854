"""The words of a meeting: what happens to it, and what is to be done then.

`by` says who asks: a member's id, or "" for whoever looks after the organisation, who may do what a host may.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

ADMINISTRATOR = ""


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody who may enter is at the door. Whom a host `invited` gets in though it is locked."""

    id: str
    host: bool
    invited: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """Whoever was let in has been told what he had to know, and is in the room now."""

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
    """To raise a hand, or to take it down, which hosts may do for others too."""

    by: str
    id: str
    up: bool


@dataclass(frozen=True, slots=True)
class LockAsked:
    by: str
    on: bool


@dataclass(frozen=True, slots=True)
class MuteAllAsked:
    """Of all but hosts, those who come later too."""

    by: str
    on: bool


@dataclass(frozen=True, slots=True)
class RemovalAsked:
    by: str
    id: str


@dataclass(frozen=True, slots=True)
class InvitationAsked:
    """To ring a number, so that whoever answers can join."""

    by: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordingAsked:
    """To record what is said, or not to any more."""

    by: str
    on: bool


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """To leave out what is said for now, or to go on recording. `card`: because a card's number is being named."""

    by: str
    on: bool
    card: bool = False


@dataclass(frozen=True, slots=True)
class RecordingSet:
    """Whether it is recorded now: whoever comes is told before he is let in. `paused`: what is said is left out."""

    on: bool
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """Whoever waits to be let in knows that it is recorded."""

    id: str


@dataclass(frozen=True, slots=True)
class Disagreed:
    """He does not want to be, or could not be told: he does not come in."""

    id: str


@dataclass(frozen=True, slots=True)
class EndAsked:
    by: str


@dataclass(frozen=True, slots=True)
class CountAsked:
    """To hear how many others are there."""

    by: str


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """To hear which keys do what."""

    by: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The deadline has come."""


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
    """Until a host is there."""

    id: str


@dataclass(frozen=True, slots=True)
class LetIn:
    """Tell him who else is there, then `Entered`."""

    id: str
    others: int
    waited: bool
    """Whether he heard music until now."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Let him hear and be heard."""

    id: str
    muted: bool


@dataclass(frozen=True, slots=True)
class Mute:
    id: str
    on: bool


@dataclass(frozen=True, slots=True)
class Say:
    """A prompt, to one."""

    id: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Count:
    """Say how many others are there."""

    id: str
    others: int


@dataclass(frozen=True, slots=True)
class Help:
    """Say which keys do what; some do it for hosts only."""

    id: str
    host: bool


@dataclass(frozen=True, slots=True)
class Announce:
    """That somebody came or left, to everybody else."""

    id: str
    came: bool


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Take him out of the room, say a prompt and hang up."""

    id: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Call a number for whoever asked."""

    by: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """Begin to record for whoever asked, or end it."""

    by: str
    on: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Leave out what is said, or go on recording."""

    on: bool
    card: bool


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """Whoever asked may not; what he hears if he asked by a key."""

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
