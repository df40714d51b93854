"""What the mixer is told to do and what it tells: one dataclass each, made of plain values, so that they can be written
down. Legs, rooms, taps and tickets are named by whoever uses the mixer."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from unificx.media.mixer.playback import Reason


@dataclass(frozen=True, slots=True)
class Open:
    """A leg, or a new description of one that is there already: it stays in its room, and what plays goes on.

    It is heard from `port` of 127.0.0.1, its RTCP from `control`. `codec` is one of the companding numbers, `payload`
    and `digits` the payload types of its audio and of its telephone events (RFC 4733), -1 for none.
    """

    leg: str
    port: int
    control: int
    codec: int
    payload: int
    digits: int = -1
    listens: bool = True
    """Whether anything is sent to it."""
    number: int = 0
    """The answer names it."""


@dataclass(frozen=True, slots=True)
class Close:
    leg: str


@dataclass(frozen=True, slots=True)
class Load:
    """A piece of a sound, in order; `pcm` are 16-bit little-endian samples from `offset` on."""

    digest: str
    rate: int
    length: int
    offset: int
    pcm: bytes = b""


@dataclass(frozen=True, slots=True)
class Play:
    """Play a sound of the bank to a leg or a room, from second `start` on."""

    target: str
    ticket: str
    digest: str
    loop: bool = False
    start: float = 0.0
    to_room: bool = False
    signal: bool = False
    """Beside what plays already, which a sound to a leg ends otherwise."""


@dataclass(frozen=True, slots=True)
class Beep:
    """The recording tone, to a leg or everybody in a room."""

    target: str
    to_room: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    leg: str


@dataclass(frozen=True, slots=True)
class Join:
    """Into a room, out of any other. `gain` is a factor; with `agc` it is moved so that all are about as loud."""

    room: str
    leg: str
    muted: bool = False
    gain: float = 1.0
    agc: bool = False
    echo: bool = False
    """Whether it hears itself."""


@dataclass(frozen=True, slots=True)
class Leave:
    leg: str


@dataclass(frozen=True, slots=True)
class Mute:
    leg: str
    on: bool


@dataclass(frozen=True, slots=True)
class Record:
    """Give what a leg says, or what is said in a room, to `tap`."""

    tap: str
    target: str
    of_room: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """What is said meanwhile is not given; the count of samples goes on."""

    tap: str
    on: bool


@dataclass(frozen=True, slots=True)
class End:
    tap: str


@dataclass(frozen=True, slots=True)
class Ping:
    number: int


Order: TypeAlias = Open | Close | Load | Play | Beep | Stop | Join | Leave | Mute | Record | Pause | End | Ping


@dataclass(frozen=True, slots=True)
class Started:
    """The first word of an engine: the port its legs send to."""

    port: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer to Open; `done` is False where there is no room for another leg."""

    number: int
    done: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What goes on, and what went on since the engine began: numbers that name nobody."""

    legs: int = 0
    rooms: int = 0
    plays: int = 0
    taps: int = 0
    sounds: int = 0
    packets_in: int = 0
    packets_out: int = 0
    dropped: dict[str, int] = field(default_factory=dict[str, int])
    """Packets and messages that were not used, by reason."""
    concealed: int = 0
    """Frames made up because they had not come."""
    ticks: int = 0
    ticks_late: int = 0
    """Ticks that ended after the next should have begun."""
    tick_ms: float = 0.0
    """Of the last ten seconds' ticks all but one in a hundred took no longer."""
    tick_longest_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to Ping."""

    number: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Evicted:
    """A sound that is not in the bank any more, or could not be put there."""

    digest: str


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key, told once when it is let go (RFC 4733)."""

    leg: str
    digit: str
    ms: int


@dataclass(frozen=True, slots=True)
class PlayEnded:
    """A sound plays no more; `leg` is the room's name where it was played to a room."""

    leg: str
    ticket: str
    reason: Reason
    at: float = field(default=0.0, compare=False)
    """How far it had come, in seconds from the sound's begin: where to go on from."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """Who is heard most in a room now; None when nobody speaks."""

    room: str
    leg: str | None


@dataclass(frozen=True, slots=True)
class LegSilent:
    """Nothing was heard of a leg that is recorded or in no room for this long; told at some lengths of silence."""

    leg: str
    seconds: int


@dataclass(frozen=True, slots=True)
class LegLost:
    """No packet has come from a leg for long. Told once; a leg may come back."""

    leg: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """16-bit little-endian samples of a tap, from its sample `offset` on, counted from when it began."""

    tap: str
    offset: int
    rate: int
    pcm: bytes = b""


TapReason: TypeAlias = Literal["ended", "closed", "missing", "full", "lost"]
"""It was ended; its leg or room is gone; there is no such leg or room; no tap is free; the engine is gone."""


@dataclass(frozen=True, slots=True)
class TapEnded:
    """Nothing more comes."""

    tap: str
    reason: TapReason


Event: TypeAlias = DigitPressed | PlayEnded | Speaking | LegSilent | LegLost
Told: TypeAlias = Event | Started | Opened | Pong | Evicted | Chunk | TapEnded
