"""The words of consent to being recorded: how it stands, what can happen, what must be done.

Moments are monotonic seconds. Legs go by names that nobody else has while it lasts.
"""

from dataclasses import dataclass
from typing import Literal

Mode = Literal["announce", "opt_in"]
"""Who was told and stays has agreed; or whoever presses 1 has."""
Stage = Literal["unknown", "telling", "told", "consented", "refused"]
Why = Literal["asked", "card", "keys"]
"""Why it is paused: somebody asked, he did so to name a card's number, or keys are pressed that may be one."""
End = Literal["stopped", "refused", "not_told", "full", "fault"]


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms is recorded. `beep_every` in seconds, 0 for no beep; `pause_on_keys`: digits pause it."""

    mode: Mode
    beep_every: float = 15.0
    pause_on_keys: bool = True


@dataclass(frozen=True, slots=True)
class Leg:
    """Somebody who is there. `away`: hears nothing just now (on hold); `asked_for_it`: wants the recording himself;
    `refuses`: has said before he was asked that he does not want to be recorded."""

    name: str
    away: bool = False
    asked_for_it: bool = False
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a leg. `notice` is the digest of what was played to it, `key` what it answered."""

    leg: Leg
    stage: Stage = "unknown"
    here: bool = True
    asked: int = 0
    notice: str = ""
    told_at: float | None = None
    settled_at: float | None = None
    key: str = ""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody has to be told or to answer. `joining`: it ran before, for others; `paused`: it is to be so again."""

    terms: Terms
    legs: tuple[Standing, ...]
    joining: bool = False
    paused: Why | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """Everybody who is there has consented: what is said is kept."""

    terms: Terms
    legs: tuple[Standing, ...]
    beep_at: float | None


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is kept for now. `until`: when it goes on by itself."""

    terms: Terms
    legs: tuple[Standing, ...]
    why: Why
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """There will be no more of it in this call."""

    end: End
    legs: tuple[Standing, ...] = ()


State = Asking | Recording | Paused | Over


# ---- what can happen


@dataclass(frozen=True, slots=True)
class Present:
    """Who is there now, all of them."""

    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Whatever is being played is heard no more: the media were made anew."""


@dataclass(frozen=True, slots=True)
class Told:
    """A prompt was played to its end; `notice` is its digest."""

    leg: str
    notice: str


@dataclass(frozen=True, slots=True)
class NotTold:
    """A prompt could not be played."""

    leg: str


@dataclass(frozen=True, slots=True)
class Pressed:
    leg: str
    key: str


@dataclass(frozen=True, slots=True)
class PauseAsked:
    why: Literal["asked", "card"] = "asked"


@dataclass(frozen=True, slots=True)
class ResumeAsked:
    """Go on."""


@dataclass(frozen=True, slots=True)
class StopAsked:
    """No more of it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be kept."""

    end: Literal["full", "fault"]


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A deadline has come."""


Event = Present | Interrupted | Told | NotTold | Pressed | PauseAsked | ResumeAsked | StopAsked | Failed | TimePassed


# ---- what must be done


@dataclass(frozen=True, slots=True)
class Tell:
    """Play a prompt to a leg; `Told` or `NotTold` is to follow where it is `awaited`."""

    leg: str
    prompt: str
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop what is played to a leg: it has answered."""

    leg: str


@dataclass(frozen=True, slots=True)
class Feed:
    """From now on what is said is kept."""


@dataclass(frozen=True, slots=True)
class Hold:
    """From now on nothing is."""

    why: Why | Literal["joining", "over"]


@dataclass(frozen=True, slots=True)
class Beep:
    """Let everybody hear that it is recorded."""


@dataclass(frozen=True, slots=True)
class Finish:
    """It is over."""

    end: End


Action = Tell | Hush | Feed | Hold | Beep | Finish
