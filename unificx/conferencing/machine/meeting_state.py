"""State of a meeting and its members."""

from dataclasses import dataclass
from enum import Enum, auto
from math import inf

from unificx.conferencing.machine.events_and_actions import ADMINISTRATOR
from unificx.conferencing.schemas import Reaction, RoomSettings, Video


class MemberState(Enum):
    """State of a member."""

    WAITING = auto()
    """Not admitted, until a host joins."""
    LOBBY = auto()
    """Not admitted, until a host admits them."""
    AWAITING_CONSENT = auto()
    """Not admitted, until notified of the recording."""
    ENTERING = auto()
    """Admitted; the entry prompts are playing."""
    INSIDE = auto()
    LEAVING = auto()
    """Removed: a prompt states the reason, then the call ends."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a meeting. `muted` is set by the member, `muted_by_host` by a host; either one mutes."""

    id: str
    host: bool
    state: MemberState
    muted: bool = False
    muted_by_host: bool = False
    hand_raised: bool = False
    reaction: Reaction | None = None
    reacted_at: float = -inf
    """Monotonic seconds: when the latest reaction was shown."""
    videos: tuple[Video, ...] = ()
    """Published videos, at most one of each source."""
    stopped: tuple[str, ...] = ()
    """Sources of videos that a host has stopped, until the member publishes one again."""

    @property
    def is_muted(self) -> bool:
        return self.muted or self.muted_by_host


@dataclass(frozen=True, slots=True)
class Meeting:
    """State of a meeting. `opened`: a host has joined, so that guests no longer wait."""

    settings: RoomSettings
    members: tuple[Member, ...] = ()
    locked: bool = False
    all_muted: bool = False
    opened: bool = False
    recorded: bool = False
    paused: bool = False
    """The recording is paused."""
    video_recorded: bool = False
    """The recording has video."""
    ends_at: float | None = None
    """Monotonic seconds: end of the meeting after its last host has left."""
    ended: bool = False
    """It was ended for all, who leave once the reason has been played."""
    breakouts: bool = False
    """There are breakout rooms: the meeting goes on while all members are in them."""
    hosts_away: bool = False
    """A host is in a breakout room, or on the way there or back."""

    @property
    def is_over(self) -> bool:
        return not self.members and not self.breakouts

    @property
    def present(self) -> tuple[Member, ...]:
        """All members except removed ones."""
        return tuple(one for one in self.members if one.state is not MemberState.LEAVING)

    @property
    def lobby(self) -> tuple[Member, ...]:
        """Members who wait for a host to admit them."""
        return tuple(one for one in self.members if one.state is MemberState.LOBBY)

    def member(self, id_: str) -> Member | None:
        return next((one for one in self.members if one.id == id_), None)

    def has_admitted(self, id_: str) -> bool:
        """Return whether a member takes part, or will once the entry prompts have played."""
        member = self.member(id_)
        admitted = MemberState.AWAITING_CONSENT, MemberState.ENTERING, MemberState.INSIDE
        return member is not None and member.state in admitted

    def has_host_rights(self, by: str) -> bool:
        """Return whether `by` has host rights."""
        member = self.member(by)
        return by == ADMINISTRATOR or (member is not None and member.host and member.state is MemberState.INSIDE)
