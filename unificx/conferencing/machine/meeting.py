"""State machine of a meeting, from the first participant who joins to the last who leaves, including all permissions.

`step` takes an event and returns the new state and the actions to execute; `deadline` is the time of the next
`DeadlineReached` event. A meeting without members is over.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TypeAlias, assert_never

from unificx.conferencing.machine import events_and_actions
from unificx.conferencing.machine.events_and_actions import ADMINISTRATOR, Action
from unificx.conferencing.schemas import RoomSettings


class Place(Enum):
    """State of a member."""

    WAITING = auto()
    """Not admitted, until a host joins."""
    ASKED = auto()
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
    place: Place
    muted: bool = False
    hushed: bool = False
    hand: bool = False

    @property
    def unheard(self) -> bool:
        return self.muted or self.hushed


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
    ends_at: float | None = None
    """Monotonic seconds: end of the meeting after its last host has left."""

    @property
    def over(self) -> bool:
        return not self.members

    @property
    def present(self) -> tuple[Member, ...]:
        """All members except removed ones."""
        return tuple(one for one in self.members if one.place is not Place.LEAVING)

    def member(self, id_: str) -> Member | None:
        return next((one for one in self.members if one.id == id_), None)

    def leads(self, by: str) -> bool:
        """Return whether `by` has host rights."""
        member = self.member(by)
        return by == ADMINISTRATOR or (member is not None and member.host and member.place is Place.INSIDE)


Step: TypeAlias = tuple[Meeting, list[Action]]


def begin(settings: RoomSettings) -> Meeting:
    """Return a meeting without members."""
    return Meeting(settings, locked=settings.locked)


def deadline(meeting: Meeting) -> float | None:
    return meeting.ends_at


def step(meeting: Meeting, event: events_and_actions.Event, now: float) -> Step:
    match event:
        case events_and_actions.Came(id_, host, invited):
            return _came(meeting, id_, host=host, invited=invited)
        case events_and_actions.Entered(id_):
            return _entered(meeting, id_)
        case events_and_actions.Left(id_):
            return _left(meeting, id_, now)
        case events_and_actions.HandAsked(by, id_, up):
            return _hand(meeting, by, id_, up=up)
        case events_and_actions.MuteAsked(by, id_, on) if by == id_:
            return _mute_self(meeting, id_, on=on)
        case events_and_actions.CountAsked(by):
            return meeting, [events_and_actions.Count(by, _others(meeting) - 1)]
        case events_and_actions.HelpAsked(by):
            return meeting, [events_and_actions.Help(by, host=meeting.leads(by))]
        case events_and_actions.RecordingSet(on, paused):
            return _recording_set(replace(meeting, paused=on and paused), on=on)
        case events_and_actions.Agreed(id_):
            member = meeting.member(id_)
            asked = member is not None and member.place is Place.ASKED
            return _let_in(meeting, member, waited=False) if member is not None and asked else (meeting, [])
        case events_and_actions.Disagreed(id_):
            return _dismiss(meeting, id_, "conference/recorded", now)
        case events_and_actions.TimePassed():
            return _time_passed(meeting, now)
        case _:
            return _of_hosts(meeting, event, now)


def _of_hosts(
    meeting: Meeting,
    event: events_and_actions.MuteAsked
    | events_and_actions.LockAsked
    | events_and_actions.MuteAllAsked
    | events_and_actions.RemovalAsked
    | events_and_actions.InvitationAsked
    | events_and_actions.RecordingAsked
    | events_and_actions.PauseAsked
    | events_and_actions.EndAsked,
    now: float,
) -> Step:
    if not meeting.leads(event.by) and not (
        isinstance(event, events_and_actions.RemovalAsked) and event.id == event.by
    ):
        return meeting, [events_and_actions.NotAllowed()]
    match event:
        case events_and_actions.MuteAsked(_, id_, on):
            return _hush(meeting, id_, on=on)
        case events_and_actions.LockAsked(_, on):
            prompt = "conference/now-locked" if on else "conference/now-unlocked"
            said = (
                [events_and_actions.Say(one.id, prompt) for one in _inside(meeting)] if on is not meeting.locked else []
            )
            return replace(meeting, locked=on), [*said]
        case events_and_actions.MuteAllAsked(_, on):
            return _hush_all(meeting, on=on)
        case events_and_actions.RemovalAsked(_, id_):
            return _dismiss(meeting, id_, "conference/removed", now)
        case events_and_actions.InvitationAsked(by, number):
            return meeting, [events_and_actions.Ring(by, number)]
        case events_and_actions.RecordingAsked(by, on):
            may = meeting.settings.may_record or not on
            return meeting, [events_and_actions.Record(by, on) if may else events_and_actions.NotAllowed()]
        case events_and_actions.PauseAsked(_, on, card):
            return meeting, [events_and_actions.Pause(on, card)]
        case events_and_actions.EndAsked():
            return _end(meeting, "conference/over")
        case _:
            assert_never(event)


# ---- joining and leaving


def _came(meeting: Meeting, id_: str, *, host: bool, invited: bool) -> Step:
    """Hosts are always admitted, even to a locked or full room, because they could change both."""
    if not host:
        if meeting.locked and not invited:
            return meeting, [events_and_actions.TurnAway(id_, "locked")]
        if len(meeting.present) >= meeting.settings.most:
            return meeting, [events_and_actions.TurnAway(id_, "full")]
        if meeting.settings.wait_for_host and not meeting.opened:
            waiting = Member(id_, host=False, place=Place.WAITING)
            return _with(meeting, waiting), [events_and_actions.LetWait(id_)]
    member = Member(
        id_,
        host=host,
        place=Place.ENTERING,
        muted=meeting.settings.muted_on_entry and not host,
        hushed=meeting.all_muted and not host,
    )
    return _let_in(meeting, member, waited=False, recorded=meeting.recorded)


def _let_in(meeting: Meeting, member: Member, *, waited: bool, recorded: bool = False) -> Step:
    """Admit a member; if the meeting is `recorded`, only after a notice."""
    if recorded:
        return _with(meeting, replace(member, place=Place.ASKED)), []
    actions: list[Action] = [events_and_actions.LetIn(member.id, _others(meeting), waited=waited)]
    return _with(meeting, replace(member, place=Place.ENTERING)), actions


def _recording_set(meeting: Meeting, *, on: bool) -> Step:
    """When recording stops, admit the members who were awaiting its notice."""
    meeting, actions = replace(meeting, recorded=on), list[Action]()
    for one in meeting.members:
        if one.place is Place.ASKED and not on:
            meeting, more = _let_in(meeting, one, waited=False)
            actions += more
    return meeting, actions


def _entered(meeting: Meeting, id_: str) -> Step:
    member = meeting.member(id_)
    if member is None or member.place is not Place.ENTERING:
        return meeting, []
    meeting = _with(meeting, replace(member, place=Place.INSIDE))
    actions: list[Action] = [events_and_actions.Seat(id_, member.unheard), events_and_actions.Announce(id_, came=True)]
    if member.hushed:
        actions.append(events_and_actions.Say(id_, "conference/muted-by-host"))
    elif member.muted:
        actions.append(events_and_actions.Say(id_, "conference/muted"))
    if not member.host:
        return meeting, actions
    meeting = replace(meeting, opened=True, ends_at=None)
    for one in meeting.members:
        if one.place is Place.WAITING:
            guest = replace(one, hushed=meeting.all_muted, muted=meeting.settings.muted_on_entry)
            meeting, more = _let_in(meeting, guest, waited=True, recorded=meeting.recorded)
            actions += more
    return meeting, actions


def _left(meeting: Meeting, id_: str, now: float) -> Step:
    member = meeting.member(id_)
    if member is None:
        return meeting, []
    return _without(replace(meeting, members=tuple(one for one in meeting.members if one.id != id_)), member, now)


def _dismiss(meeting: Meeting, id_: str, prompt: str, now: float) -> Step:
    """Remove a member; the call stays until the reason has been played."""
    member = meeting.member(id_)
    if member is None or member.place is Place.LEAVING:
        return meeting, []
    meeting, actions = _without(_with(meeting, replace(member, place=Place.LEAVING)), member, now)
    return meeting, [events_and_actions.Dismiss(id_, prompt), *actions]


def _without(meeting: Meeting, member: Member, now: float) -> Step:
    """Return the consequences of a member leaving; `member` is the state before."""
    if member.place is not Place.INSIDE:
        return meeting, []
    after = meeting.settings.end_after_host
    if after is not None and member.host and not any(one.host for one in _inside(meeting)):
        meeting = replace(meeting, ends_at=now + after)
    actions: list[Action] = [events_and_actions.Announce(member.id, came=False)]
    if meeting.ends_at is not None and meeting.ends_at <= now:
        meeting, more = _end(meeting, "conference/host-left")
        return meeting, more
    if meeting.ends_at is not None and member.host:
        actions += [events_and_actions.Say(one.id, "conference/host-left") for one in _inside(meeting)]
    return meeting, actions


def _time_passed(meeting: Meeting, now: float) -> Step:
    if meeting.ends_at is None or now < meeting.ends_at:
        return meeting, []
    return _end(meeting, "conference/over")


def _end(meeting: Meeting, prompt: str) -> Step:
    """End the meeting: each member leaves once the reason has been played."""
    dismissed: list[Action] = [events_and_actions.Dismiss(one.id, prompt) for one in meeting.present]
    leaving = tuple(replace(one, place=Place.LEAVING) for one in meeting.members)
    return replace(meeting, members=leaving, ends_at=None, locked=True), dismissed


# ---- muting and raised hands


def _mute_self(meeting: Meeting, id_: str, *, on: bool) -> Step:
    member = meeting.member(id_)
    if member is None:
        return meeting, []
    if member.hushed and not on:
        return meeting, [events_and_actions.NotAllowed("conference/muted-by-host")]
    said = events_and_actions.Say(id_, "conference/muted" if on else "conference/unmuted")
    return _heard_or_not(meeting, member, replace(member, muted=on), [said])


def _hush(meeting: Meeting, id_: str, *, on: bool) -> Step:
    """Mute or unmute by a host. A host cannot unmute members who muted themselves."""
    member = meeting.member(id_)
    if member is None or member.hushed is on:
        return meeting, []
    told = events_and_actions.Say(id_, "conference/muted-by-host" if on else _after_hush(member))
    return _heard_or_not(meeting, member, replace(member, hushed=on), [told])


def _hush_all(meeting: Meeting, *, on: bool) -> Step:
    meeting = replace(meeting, all_muted=on)
    actions: list[Action] = []
    for member in meeting.members:
        if not member.host:
            meeting, more = _hush(meeting, member.id, on=on)
            actions += more
    told = "conference/all-muted" if on else "conference/all-unmuted"
    actions += [events_and_actions.Say(one.id, told) for one in _inside(meeting) if one.host]
    return meeting, actions


def _after_hush(member: Member) -> str:
    return "conference/muted" if member.muted else "conference/unmuted"


def _heard_or_not(meeting: Meeting, before: Member, after: Member, said: list[events_and_actions.Say]) -> Step:
    """Switch and notify only members inside; for others it takes effect when they enter."""
    actions: list[Action] = []
    if before.place is Place.INSIDE and before != after:
        actions += said
        if before.unheard is not after.unheard:
            actions.append(events_and_actions.Mute(after.id, after.unheard))
    return _with(meeting, after), actions


def _hand(meeting: Meeting, by: str, id_: str, *, up: bool) -> Step:
    member = meeting.member(id_)
    if by != id_ and (up or not meeting.leads(by)):
        return meeting, [events_and_actions.NotAllowed()]
    if member is None or member.hand is up:
        return meeting, []
    prompt = "conference/hand-raised" if up else "conference/hand-lowered"
    return _with(meeting, replace(member, hand=up)), [events_and_actions.Say(id_, prompt)]


# ---- lookups


def meant(meeting: Meeting, id_: str, key: str) -> events_and_actions.Event | None:
    """Return the event for a star command (`*` and a digit) of a member inside."""
    member = meeting.member(id_)
    if member is None or member.place is not Place.INSIDE:
        return None
    asked: dict[str, events_and_actions.Event | None] = {
        "0": events_and_actions.HelpAsked(id_),
        "2": events_and_actions.RecordingAsked(id_, not meeting.recorded),
        "3": events_and_actions.CountAsked(id_),
        "4": events_and_actions.PauseAsked(id_, not meeting.paused) if meeting.recorded else None,
        "5": events_and_actions.HandAsked(id_, id_, not member.hand),
        "6": events_and_actions.MuteAsked(id_, id_, not member.unheard),
        "7": events_and_actions.LockAsked(id_, not meeting.locked),
        "8": events_and_actions.MuteAllAsked(id_, not meeting.all_muted),
        "9": events_and_actions.EndAsked(id_),
    }
    return asked.get(key)


def _inside(meeting: Meeting) -> list[Member]:
    return [one for one in meeting.members if one.place is Place.INSIDE]


def _others(meeting: Meeting) -> int:
    return len(_inside(meeting))


def _with(meeting: Meeting, member: Member) -> Meeting:
    """Return the meeting with the member replaced, or appended if new."""
    if meeting.member(member.id) is None:
        return replace(meeting, members=(*meeting.members, member))
    return replace(meeting, members=tuple(member if one.id == member.id else one for one in meeting.members))
