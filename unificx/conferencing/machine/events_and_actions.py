"""Events and actions of the meeting state machine.

`by` is the requester: a member id, or "" for an administrator, who has host rights.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from unificx.conferencing.schemas import Reaction, Video

ADMINISTRATOR = ""


@dataclass(frozen=True, slots=True)
class JoinRequested:
    """An authorized participant wants to join. `invited` by a host: admitted even if the room is locked. `lobby`: waits
    until a host admits them. `moved`: comes from another room of the same meeting, is admitted in any case, and hears
    this prompt; `muted`: has muted themselves there."""

    id: str
    host: bool
    invited: bool = False
    lobby: bool = False
    moved: str = ""
    muted: bool = False


@dataclass(frozen=True, slots=True)
class AdmissionRequested:
    """Admit one participant from the lobby."""

    by: str
    id: str


@dataclass(frozen=True, slots=True)
class AllAdmissionsRequested:
    """Admit all participants from the lobby."""

    by: str


@dataclass(frozen=True, slots=True)
class Entered:
    """The entry prompts have been played; the participant is now in the room."""

    id: str


@dataclass(frozen=True, slots=True)
class Left:
    """The call has ended. `moved`: it goes on in another room of the same meeting."""

    id: str
    moved: bool = False


@dataclass(frozen=True, slots=True)
class BreakoutsChanged:
    """The breakout rooms of the meeting were opened, filled or closed. `hosts_away`: a host of the meeting is in one of
    them, or on the way back."""

    open: bool
    hosts_away: bool


@dataclass(frozen=True, slots=True)
class MuteRequested:
    by: str
    id: str
    on: bool


@dataclass(frozen=True, slots=True)
class HandRequested:
    """Raise or lower a hand. Hosts may lower the hands of others."""

    by: str
    id: str
    raised: bool


@dataclass(frozen=True, slots=True)
class ReactionRequested:
    """Show a reaction for some seconds."""

    id: str
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class LockRequested:
    by: str
    on: bool


@dataclass(frozen=True, slots=True)
class MuteAllRequested:
    """Mute or unmute all guests, including those who join later."""

    by: str
    on: bool


@dataclass(frozen=True, slots=True)
class RemovalRequested:
    by: str
    id: str


@dataclass(frozen=True, slots=True)
class InvitationRequested:
    """Dial a number to invite its owner."""

    by: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordingRequested:
    """Start or stop recording, with or without video."""

    by: str
    on: bool
    video: bool = False


@dataclass(frozen=True, slots=True)
class PauseRequested:
    """Pause or resume recording. `card`: to leave out payment card data."""

    by: str
    on: bool
    card: bool = False


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """Recording state. While on, participants are notified before they are admitted."""

    on: bool
    paused: bool = False
    video: bool = False


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A participant awaiting admission was notified of the recording."""

    id: str


@dataclass(frozen=True, slots=True)
class ConsentRefused:
    """A participant refuses to be recorded or could not be notified, and is not admitted."""

    id: str


@dataclass(frozen=True, slots=True)
class VideoRequested:
    """Publish a video. It replaces an earlier one of the same source. `again`: one that was lost, not a new wish."""

    id: str
    video: Video
    again: bool = False


@dataclass(frozen=True, slots=True)
class VideoStopped:
    """Stop a video of a member. Hosts may stop those of others."""

    by: str
    id: str
    video_id: str


@dataclass(frozen=True, slots=True)
class VideosLost:
    """The relay of all videos has ended."""


@dataclass(frozen=True, slots=True)
class EndRequested:
    by: str


@dataclass(frozen=True, slots=True)
class CountRequested:
    """Play the number of other participants."""

    by: str


@dataclass(frozen=True, slots=True)
class HelpRequested:
    """Play the list of key commands."""

    by: str


@dataclass(frozen=True, slots=True)
class DeadlineReached:
    """The deadline has passed."""


Event: TypeAlias = (
    JoinRequested
    | AdmissionRequested
    | AllAdmissionsRequested
    | Entered
    | Left
    | BreakoutsChanged
    | MuteRequested
    | HandRequested
    | ReactionRequested
    | LockRequested
    | MuteAllRequested
    | RemovalRequested
    | InvitationRequested
    | RecordingRequested
    | PauseRequested
    | RecordingChanged
    | ConsentGiven
    | ConsentRefused
    | VideoRequested
    | VideoStopped
    | VideosLost
    | EndRequested
    | CountRequested
    | HelpRequested
    | DeadlineReached
)

RejectReason: TypeAlias = Literal["locked", "full"]


@dataclass(frozen=True, slots=True)
class RejectEntry:
    id: str
    reason: RejectReason


@dataclass(frozen=True, slots=True)
class StartWaiting:
    """Play hold music until a host joins or admits the participant."""

    id: str


@dataclass(frozen=True, slots=True)
class Admit:
    """Play the number of others, then send `Entered`."""

    id: str
    others: int
    was_waiting: bool
    """Whether hold music was playing until now."""


@dataclass(frozen=True, slots=True)
class ConnectAudio:
    """Connect the participant to the mixer."""

    id: str
    muted: bool


@dataclass(frozen=True, slots=True)
class SetMuted:
    id: str
    on: bool


@dataclass(frozen=True, slots=True)
class PlayPrompt:
    """Play a prompt to one participant."""

    id: str
    prompt: str


@dataclass(frozen=True, slots=True)
class PlayParticipantCount:
    """Play the number of other participants."""

    id: str
    others: int


@dataclass(frozen=True, slots=True)
class PlayHelp:
    """Play the list of key commands; some are for hosts only."""

    id: str
    host: bool


@dataclass(frozen=True, slots=True)
class AnnounceParticipant:
    """Announce a join or leave to all others."""

    id: str
    joined: bool


@dataclass(frozen=True, slots=True)
class RemoveParticipant:
    """Disconnect from the mixer, play a prompt and hang up."""

    id: str
    prompt: str


@dataclass(frozen=True, slots=True)
class DialNumber:
    """Dial a number on behalf of the requester."""

    by: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetRecording:
    """Start or stop recording on behalf of the requester."""

    by: str
    on: bool
    video: bool = False


@dataclass(frozen=True, slots=True)
class SetRecordingPaused:
    """Pause or resume recording."""

    on: bool
    card: bool


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The requester lacks permission; `prompt` is played if the request was a DTMF command."""

    prompt: str = "general/not-allowed"


Action: TypeAlias = (
    RejectEntry
    | StartWaiting
    | Admit
    | ConnectAudio
    | SetMuted
    | PlayPrompt
    | PlayParticipantCount
    | PlayHelp
    | AnnounceParticipant
    | RemoveParticipant
    | DialNumber
    | SetRecording
    | SetRecordingPaused
    | NotAllowed
)
