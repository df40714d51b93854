"""Commands to the mixer and its events: one dataclass each, made of plain values so that they can be serialized.

The caller chooses the names of legs, rooms, taps and tickets.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

ULAW, ALAW, G722 = 0, 1, 2
"""Codec of a leg."""
PlayEndReason = Literal["end", "stopped", "replaced", "closed", "missing", "full", "lost"]
"""Why playback ended: played to the end; stopped by command; replaced by another sound; leg or room closed; not in the
bank; too many sounds playing; engine died."""


@dataclass(frozen=True, slots=True)
class OpenLeg:
    """Open a leg, or update an open one, which stays in its room while its sounds continue.

    Its RTP comes from `port` of 127.0.0.1, its RTCP from `rtcp_port`. `codec` is one of the companding constants,
    `payload_type` and `dtmf_payload_type` are those of its audio and its telephone events (RFC 4733), or -1.
    """

    leg: str
    port: int
    rtcp_port: int
    codec: int
    payload_type: int
    dtmf_payload_type: int = -1
    receives: bool = True
    """Whether audio is sent to it."""
    number: int = 0
    """Request number, repeated in the response."""


@dataclass(frozen=True, slots=True)
class CloseLeg:
    """Close a leg."""

    leg: str


@dataclass(frozen=True, slots=True)
class LoadSound:
    """Load a chunk of a sound, in order; `pcm` holds 16-bit little-endian samples from sample `offset` on."""

    digest: str
    rate: int
    length: int
    offset: int
    pcm: bytes = b""


@dataclass(frozen=True, slots=True)
class PlaySound:
    """Play a sound of the bank to a leg or a room, starting at second `start`."""

    target: str
    ticket: str
    digest: str
    loop: bool = False
    start: float = 0.0
    to_room: bool = False
    signal: bool = False
    """Mix it with the leg's current sound, which is replaced otherwise."""


@dataclass(frozen=True, slots=True)
class PlayBeep:
    """Play the recording tone to a leg or to all legs of a room."""

    target: str
    to_room: bool = False


@dataclass(frozen=True, slots=True)
class StopSound:
    """Stop the sound that plays to a leg."""

    leg: str


@dataclass(frozen=True, slots=True)
class JoinRoom:
    """Move a leg into a room. `gain` is a factor; `agc` adapts it so that all legs are about equally loud.

    `listener` is the only leg that hears it, which may join later; None: all legs of the room do.
    """

    room: str
    leg: str
    muted: bool = False
    gain: float = 1.0
    agc: bool = False
    echo: bool = False
    """Whether the leg hears itself."""
    listener: str | None = None


@dataclass(frozen=True, slots=True)
class LeaveRoom:
    """Take a leg out of its room."""

    leg: str


@dataclass(frozen=True, slots=True)
class MuteLeg:
    """Mute or unmute a leg in its room."""

    leg: str
    on: bool


@dataclass(frozen=True, slots=True)
class StartTap:
    """Start `tap`, which records a leg's audio or a room's mix."""

    tap: str
    target: str
    of_room: bool = False


@dataclass(frozen=True, slots=True)
class PauseTap:
    """Pause or resume a tap. The sample count keeps advancing during a pause."""

    tap: str
    on: bool


@dataclass(frozen=True, slots=True)
class EndTap:
    """End a tap."""

    tap: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Request statistics."""

    number: int


Command: TypeAlias = (
    OpenLeg
    | CloseLeg
    | LoadSound
    | PlaySound
    | PlayBeep
    | StopSound
    | JoinRoom
    | LeaveRoom
    | MuteLeg
    | StartTap
    | PauseTap
    | EndTap
    | Ping
)


@dataclass(frozen=True, slots=True)
class EngineStarted:
    """First message of an engine: the port that legs send RTP to."""

    port: int


@dataclass(frozen=True, slots=True)
class LegOpened:
    """Response to OpenLeg; `accepted` is False if there is no capacity for another leg."""

    number: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class EngineStats:
    """Current state of the engine and counters since its start; no personal data."""

    legs: int = 0
    rooms: int = 0
    plays: int = 0
    taps: int = 0
    sounds: int = 0
    packets_in: int = 0
    packets_out: int = 0
    dropped: dict[str, int] = field(default_factory=dict[str, int])
    """Discarded packets and messages, by reason."""
    concealed: int = 0
    """Concealed frames."""
    ticks: int = 0
    ticks_late: int = 0
    """Ticks that ended after the next one was due."""
    tick_ms: float = 0.0
    """99th percentile of the tick durations of the last ten seconds."""
    tick_longest_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Pong:
    """Response to Ping."""

    number: int
    stats: EngineStats


@dataclass(frozen=True, slots=True)
class SoundEvicted:
    """A sound was removed from the bank, or could not be stored in it."""

    digest: str


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A DTMF digit, reported once on release: of telephone events (RFC 4733), or of tones if the leg has none."""

    leg: str
    digit: str
    ms: int
    tones: bool = False
    """Whether it was found as tones in the audio."""


@dataclass(frozen=True, slots=True)
class PlayEnded:
    """A sound ended; `leg` is the room's name if it was played to a room."""

    leg: str
    ticket: str
    reason: PlayEndReason
    position: float = field(default=0.0, compare=False)
    """Position in seconds from the start of the sound, for resuming it."""


@dataclass(frozen=True, slots=True)
class ActiveSpeakerChanged:
    """The active speaker of a room changed; None if no leg speaks."""

    room: str
    leg: str | None


@dataclass(frozen=True, slots=True)
class LegSilent:
    """A leg that is recorded or outside any room has been silent this long; reported at certain durations."""

    leg: str
    seconds: int


@dataclass(frozen=True, slots=True)
class LegLost:
    """No packets have arrived from a leg for a long time. Reported once; packets may resume."""

    leg: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """16-bit little-endian samples of a tap; `offset` is counted in samples since the tap started."""

    tap: str
    offset: int
    rate: int
    pcm: bytes = b""


TapReason: TypeAlias = Literal["ended", "closed", "missing", "full", "lost"]
"""Ended by command; leg or room closed; no such leg or room; no free tap; engine died."""


@dataclass(frozen=True, slots=True)
class TapEnded:
    """A tap ended; no more chunks follow."""

    tap: str
    reason: TapReason


Event: TypeAlias = DigitPressed | PlayEnded | ActiveSpeakerChanged | LegSilent | LegLost
EngineMessage: TypeAlias = Event | EngineStarted | LegOpened | Pong | SoundEvicted | Chunk | TapEnded
