"""Recording consent: states, events and actions.

Times are monotonic seconds. Leg names are unique within a call or conference.
"""

from dataclasses import dataclass
from typing import Literal

Mode = Literal["announce", "opt_in"]
"""`announce`: staying after the notice is consent; `opt_in`: consent is given by pressing 1."""
Stage = Literal["unknown", "telling", "told", "consented", "refused"]
Why = Literal["asked", "card", "keys"]
"""Reason of a pause: on request, on request for payment card data, or DTMF digits that may be card data."""
End = Literal["stopped", "refused", "not_told", "full", "fault"]


@dataclass(frozen=True, slots=True)
class Terms:
    """Recording terms. `beep_interval` in seconds, 0 for no beep; `pause_on_dtmf`: digits pause the recording."""

    mode: Mode
    beep_every: float = 15.0
    pause_on_keys: bool = True


@dataclass(frozen=True, slots=True)
class Leg:
    """Present leg.

    `on_hold`: hears no prompts at the moment; `requested_recording`: started the recording; `objects`: has objected to
    recording in advance.
    """

    name: str
    away: bool = False
    asked_for_it: bool = False
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Consent of a leg. `notice` is the digest of the played prompt, `key` the DTMF answer."""

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
    """Legs have to be notified or to answer. `joining`: recording ran before; `paused`: it resumes as paused."""

    terms: Terms
    legs: tuple[Standing, ...]
    joining: bool = False
    paused: Why | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """All present legs have consented; media is captured."""

    terms: Terms
    legs: tuple[Standing, ...]
    beep_at: float | None


@dataclass(frozen=True, slots=True)
class Paused:
    """Capture is suspended. `until`: time of automatic resumption."""

    terms: Terms
    legs: tuple[Standing, ...]
    why: Why
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """The recording has ended for this call."""

    end: End
    legs: tuple[Standing, ...] = ()


State = Asking | Recording | Paused | Over


# ---- events


@dataclass(frozen=True, slots=True)
class Present:
    """The set of present legs changed; `legs` is the complete set."""

    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Prompt playback was interrupted because media was re-established."""


@dataclass(frozen=True, slots=True)
class Told:
    """A prompt was played completely; `notice` is its digest."""

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
    """Resume was requested."""


@dataclass(frozen=True, slots=True)
class StopAsked:
    """Stop was requested."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The recording cannot be stored."""

    end: Literal["full", "fault"]


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The deadline has passed."""


Event = Present | Interrupted | Told | NotTold | Pressed | PauseAsked | ResumeAsked | StopAsked | Failed | TimePassed


# ---- actions


@dataclass(frozen=True, slots=True)
class Tell:
    """Play a prompt to a leg. With `awaited`, `PromptPlayed` or `PromptFailed` has to follow."""

    leg: str
    prompt: str
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop the prompt of a leg, which has answered."""

    leg: str


@dataclass(frozen=True, slots=True)
class Feed:
    """Start capturing media."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Stop capturing media."""

    why: Why | Literal["joining", "over"]


@dataclass(frozen=True, slots=True)
class Beep:
    """Play the recording tone to all legs."""


@dataclass(frozen=True, slots=True)
class Finish:
    """End the recording."""

    end: End


Action = Tell | Hush | Feed | Hold | Beep | Finish
