"""Recording consent: states, events and actions.

Times are monotonic seconds. Leg names are unique within a call or conference.
"""

from dataclasses import dataclass
from typing import Literal

ConsentMode = Literal["announce", "opt_in"]
"""`announce`: staying after the notice is consent; `opt_in`: consent is given by pressing 1."""
ConsentStage = Literal["unknown", "telling", "told", "consented", "refused"]
PauseReason = Literal["asked", "card", "keys"]
"""Reason of a pause: on request, on request for payment card data, or DTMF digits that may be card data."""
EndReason = Literal["stopped", "refused", "not_told", "full", "fault"]


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """Recording terms. `beep_interval` in seconds, 0 for no beep; `pause_on_dtmf`: digits pause the recording; `video`:
    it has the videos of a meeting too; `captions`: speech is shown as text and not recorded."""

    mode: ConsentMode
    beep_interval: float = 15.0
    pause_on_dtmf: bool = True
    video: bool = False
    captions: bool = False


@dataclass(frozen=True, slots=True)
class ConsentLeg:
    """Present leg.

    `on_hold`: hears no prompts at the moment; `requested_recording`: started the recording; `objects`: has objected to
    recording in advance.
    """

    name: str
    on_hold: bool = False
    requested_recording: bool = False
    objects: bool = False


@dataclass(frozen=True, slots=True)
class LegConsent:
    """Consent of a leg. `notice` is the digest of the played prompt, `key` the DTMF answer."""

    leg: ConsentLeg
    stage: ConsentStage = "unknown"
    present: bool = True
    prompts_played: int = 0
    notice: str = ""
    notified_at: float | None = None
    decided_at: float | None = None
    digit: str = ""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class AwaitingConsent:
    """Legs have to be notified or to answer. `joining`: recording ran before; `paused`: it resumes as paused."""

    terms: ConsentTerms
    legs: tuple[LegConsent, ...]
    joining: bool = False
    pause_reason: PauseReason | None = None


@dataclass(frozen=True, slots=True)
class RecordingActive:
    """All present legs have consented; media is captured."""

    terms: ConsentTerms
    legs: tuple[LegConsent, ...]
    beep_at: float | None


@dataclass(frozen=True, slots=True)
class RecordingPaused:
    """Capture is suspended. `until`: time of automatic resumption."""

    terms: ConsentTerms
    legs: tuple[LegConsent, ...]
    reason: PauseReason
    until: float | None = None


@dataclass(frozen=True, slots=True)
class RecordingEnded:
    """The recording has ended for this call."""

    reason: EndReason
    legs: tuple[LegConsent, ...] = ()


ConsentState = AwaitingConsent | RecordingActive | RecordingPaused | RecordingEnded


# ---- events


@dataclass(frozen=True, slots=True)
class ParticipantsChanged:
    """The set of present legs changed; `legs` is the complete set."""

    legs: tuple[ConsentLeg, ...]


@dataclass(frozen=True, slots=True)
class PlaybackInterrupted:
    """Prompt playback was interrupted because media was re-established."""


@dataclass(frozen=True, slots=True)
class PromptPlayed:
    """A prompt was played completely; `notice` is its digest."""

    leg: str
    notice: str


@dataclass(frozen=True, slots=True)
class PromptFailed:
    """A prompt could not be played."""

    leg: str


@dataclass(frozen=True, slots=True)
class DigitReceived:
    leg: str
    digit: str


@dataclass(frozen=True, slots=True)
class PauseRequested:
    reason: Literal["asked", "card"] = "asked"


@dataclass(frozen=True, slots=True)
class ResumeRequested:
    """Resume was requested."""


@dataclass(frozen=True, slots=True)
class StopRequested:
    """Stop was requested."""


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """The recording cannot be stored."""

    reason: Literal["full", "fault"]


@dataclass(frozen=True, slots=True)
class DeadlineReached:
    """The deadline has passed."""


ConsentEvent = (
    ParticipantsChanged
    | PlaybackInterrupted
    | PromptPlayed
    | PromptFailed
    | DigitReceived
    | PauseRequested
    | ResumeRequested
    | StopRequested
    | RecordingFailed
    | DeadlineReached
)


# ---- actions


@dataclass(frozen=True, slots=True)
class PlayPrompt:
    """Play a prompt to a leg. With `awaited`, `PromptPlayed` or `PromptFailed` has to follow."""

    leg: str
    prompt: str
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class StopPrompt:
    """Stop the prompt of a leg, which has answered."""

    leg: str


@dataclass(frozen=True, slots=True)
class StartCapture:
    """Start capturing media."""


@dataclass(frozen=True, slots=True)
class StopCapture:
    """Stop capturing media."""

    reason: PauseReason | Literal["joining", "over"]


@dataclass(frozen=True, slots=True)
class PlayBeep:
    """Play the recording tone to all legs."""


@dataclass(frozen=True, slots=True)
class EndRecording:
    """End the recording."""

    reason: EndReason


ConsentAction = PlayPrompt | StopPrompt | StartCapture | StopCapture | PlayBeep | EndRecording
