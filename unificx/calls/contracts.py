"""What goes in and out of the room."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from unificx.people import Extension
from unificx.presence import Caller
from unificx.routing import Hosted, Ring

PARK, PARKED, FETCH = "park", "parked", "fetch"
"""The apps that hold who is parked, that tell who parked him where, and that are dialled to fetch him."""
PLACES = 99
"""Where so many of one organisation can be parked at once."""


@dataclass(frozen=True, slots=True)
class CallSettings:
    """Seconds. `silence`: no sound from either side; `one_way`: none from a side that should speak."""

    silence: float = 30.0
    one_way: float = 60.0
    watch_every: float = 5.0
    most_calls: int = 20_000
    """Calls at once; more are told to come back later."""
    most_of_one_tenant: int = 500
    """And so many of one organisation, so that none takes all of them."""
    longest_in_app: float = 7200.0
    """How long a call may stay with an app that was dialled."""


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that is going on."""

    id: str
    tenant_id: str
    state: Literal["ringing", "talking", "ending"]
    started: datetime
    answered: datetime | None
    caller: str = field(repr=False)
    """The caller's number; "" if he withholds it."""
    callee: str = field(repr=False)
    """The number that was dialled; "" in an app nobody can dial."""
    hosted: Hosted | None = None
    """The app the caller talks with."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Somebody who is parked: the number of his place, since when, and which extension has parked him."""

    place: int
    call_id: str
    since: datetime
    by: str = field(repr=False)
    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TalkLeg:
    """One of the two in a talk. `tag` is what it goes by at the anchor, and the leg's own id."""

    tag: str
    extension_id: str
    device_id: str
    subject: str | None
    """Whose data what is said is; None for a party from outside."""
    number: str = field(repr=False)
    name: str = field(repr=False)
    sdp: bytes = field(default=b"", repr=False)
    """What it wrote of its media last."""
    holds: bool = False
    """Whether it does not want to hear the other just now."""
    calls: bool = False
    """Whether the call began with it; of two who came later neither did."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Two people talk: who, and where their media meet."""

    call_id: str
    tenant_id: str
    anchor: str
    caller: TalkLeg
    callee: TalkLeg
    made: int = 0
    """How often the media were made anew: what was asked of the anchor before is gone."""
    adopted: bool = False
    """Whether an earlier life of this process began it."""

    @property
    def legs(self) -> tuple[TalkLeg, TalkLeg]:
        return self.caller, self.callee


@dataclass(frozen=True, slots=True)
class Hosting:
    """A call as the app that is to take it gets it. `leg` is the app's own end of it, by a name nobody else has."""

    call_id: str
    leg: str
    app: str
    arguments: tuple[str, ...]
    caller: Caller
    callee: Extension | None
    """Whose phones rang before, or whom the app stands in for."""
    started: datetime
    why: str
    """What became of the call before: missed, busy, declined, unreachable, failed; "" if the app was dialled."""
    dialled: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Origin:
    """A call that an app begins. `caller` is who is shown to be calling, and whose call it is in the history: a room
    by its number and name, for the person who invites. `to` is an extension's number; `device` the only one of its
    devices that rings, "" for all."""

    caller: Caller
    app: str
    arguments: tuple[str, ...] = ()
    to: str = field(default="", repr=False)
    device: str = ""
    onward: str = field(default="", repr=False)
    """What is called for whoever answers: he hears the app until that is answered too."""
    shown: Caller | None = None
    """Who is shown to be calling, if it is not `caller`."""

    def narrowed(self, ring: Ring) -> Ring:
        """Whom to ring of those the number leads to; nobody stands in for them, for it is they who are meant."""
        if not self.device:
            return replace(ring, instead=None)
        bindings = tuple(each for each in ring.bindings if each.device_id == self.device)
        wakeable = tuple(each for each in ring.wakeable if each == self.device)
        return replace(ring, bindings=bindings, wakeable=wakeable, only=self.device, instead=None)
