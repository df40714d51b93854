"""Live meetings. Held in memory: a meeting ends with its calls."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Literal, TypeAlias

from unificx.conferencing import tones
from unificx.conferencing.machine import events_and_actions
from unificx.conferencing.machine import meeting as machine
from unificx.conferencing.machine.events_and_actions import ADMINISTRATOR
from unificx.conferencing.machine.meeting import Member, Place
from unificx.conferencing.ports import Dials, Floor, Phone, Records
from unificx.conferencing.schemas import Meeting, Participant, Room, Seated, Who
from unificx.core.clock import Clock
from unificx.core.errors import DomainError, Forbidden, NotFound
from unificx.media.sounds import Sound

ROOM = "room/"
"""Prefix of our room names in the media engine."""
MOST_SAID = 8
"""Maximum number of queued prompts per participant; further ones are dropped."""
NAMED_UP_TO = 20
"""In larger meetings, tones replace names, which would leave no time to talk."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that must be played. `on_played` is called with the result, unless the call was on hold meanwhile."""

    sounds: tuple[Sound, ...]
    told: Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class Named:
    """Announcement of a join or leave by name; a generic prompt is used without a name."""

    who: Who
    came: bool


ToSay: TypeAlias = (
    events_and_actions.TurnAway
    | events_and_actions.LetWait
    | events_and_actions.LetIn
    | events_and_actions.Say
    | events_and_actions.Count
    | events_and_actions.Help
    | events_and_actions.Dismiss
    | Named
    | Notice
)


_NEVER_LEFT_OUT = (
    events_and_actions.TurnAway,
    events_and_actions.LetWait,
    events_and_actions.LetIn,
    events_and_actions.Dismiss,
    Notice,
)
"""Prompts that are queued in any case; the others are limited by MAX_QUEUED_PROMPTS."""
_FIRST: dict[type[ToSay], int] = {events_and_actions.Dismiss: 0, Notice: 1}
"""Priorities of prompts that are played before others."""


class Chair:
    """A participant's connection to a meeting, for the call app: prompts to play, DTMF commands to send."""

    def __init__(self, meetings: "Meetings", room: Room, caller: "_Caller", id_: str) -> None:
        self.id = id_
        self.room = room
        self._meetings = meetings
        self._caller = caller

    async def next(self) -> ToSay:
        """Return the next prompt or instruction. Also used while a prompt is playing."""
        _, _, what = await self._caller.to_say.get()
        return what

    def entered(self) -> None:
        """Report that the entry prompts have been played."""
        self._meetings.tell(self.room.id, events_and_actions.Entered(self.id))

    def described(self) -> None:
        """Report a new SDP from the phone: hold state or recording preference may have changed."""
        self._meetings.described(self.room.id)

    def leave(self) -> None:
        """Report that the call has ended."""
        self._meetings.tell(self.room.id, events_and_actions.Left(self.id))

    def answer(self, key: str) -> None:
        """Handle a DTMF digit without the star, which may answer a question."""
        self._meetings.answered(self.room.id, self.id, key)

    def press(self, key: str) -> None:
        """Handle a star command (`*` and a digit). A prompt is played if it is not permitted."""
        self._meetings.pressed(self.room.id, self.id, key)


@dataclass(slots=True)
class _Caller:
    who: Who
    phone: Phone
    since: datetime
    to_say: asyncio.PriorityQueue[tuple[int, int, ToSay]] = field(
        default_factory=asyncio.PriorityQueue[tuple[int, int, ToSay]]
    )
    """Ordered by priority, then by sequence number."""
    said: Iterator[int] = field(default_factory=count)


@dataclass(slots=True)
class _Live:
    room: Room
    state: machine.Meeting
    since: datetime
    callers: dict[str, _Caller] = field(default_factory=dict[str, _Caller])
    speaking: str = ""
    timer: asyncio.TimerHandle | None = None


class Meetings:
    """All meetings of this process. Every method is called from the event loop and none blocks.

    `mixer`, `dialer` and `recorder` are set by the components that provide them. `on_change` is called with a room
    whenever its `status` changes, `on_end` once the last participant has left.
    """

    def __init__(self, clock: Clock) -> None:
        self.floor: Floor | None = None
        self.dials: Dials | None = None
        self.records: Records | None = None
        self.changed: Callable[[Room], None] = lambda room: None
        self.over: Callable[[Room], None] = lambda room: None
        self._clock = clock
        self._live: dict[str, _Live] = {}
        self._legs: dict[str, tuple[str, str]] = {}

    # ---- called for participants

    def come(self, room: Room, who: Who, phone: Phone, *, host: bool, invited: bool = False) -> Chair:
        """Let an authorized participant join; the session returns the prompts that follow."""
        live = self._live.get(room.id)
        if live is None:
            live = self._live[room.id] = _Live(room, machine.begin(room.settings), self._clock.now())
        id_ = self._clock.new_id()
        live.callers[id_] = caller = _Caller(who, phone, self._clock.now())
        self._legs[phone.leg] = (room.id, id_)
        self.tell(room.id, events_and_actions.Came(id_, host, invited))
        return Chair(self, room, caller, id_)

    def pressed(self, room_id: str, id_: str, key: str) -> None:
        """See `ParticipantSession.dtmf_command`."""
        live = self._live.get(room_id)
        event = machine.meant(live.state, id_, key) if live is not None else None
        if live is None or event is None:
            return
        prompts = [refused.prompt for refused in self.tell(room_id, event)]
        if isinstance(event, events_and_actions.RecordingAsked | events_and_actions.PauseAsked) and not prompts:
            try:
                self.record(live.room, event)
            except DomainError:
                prompts = ["general/unavailable"]
        for prompt in prompts:
            self._say(live, id_, events_and_actions.Say(id_, prompt))

    def answered(self, room_id: str, id_: str, key: str) -> None:
        """See `ParticipantSession.dtmf_answer`."""
        if self.records is not None:
            self.records.pressed(room_id, id_, key)

    def described(self, room_id: str) -> None:
        """See `ParticipantSession.media_updated`."""
        live = self._live.get(room_id)
        if live is not None and self.records is not None:
            self.records.there(live.room, self.seats(live.room))

    # ---- called by the API

    def meeting(self, room: Room) -> Meeting | None:
        """Return the status of the meeting in a room; None if it is empty."""
        live = self._live.get(room.id)
        if live is None:
            return None
        records = self.records
        shown = tuple(
            _shown(live, one, records.consent(room.id, one.id) if records is not None else None)
            for one in live.state.present
        )
        state = live.state
        how = state.locked, state.all_muted, state.recorded, state.paused
        return Meeting(room.id, live.since, *how, participants=shown)

    def own(self, room: Room, is_own: Callable[[str], bool]) -> str | None:
        """Return the member whose extension matches `is_own`, preferring a host over a guest."""
        live = self._live.get(room.id)
        mine = [one for one in live.state.present if is_own(live.callers[one.id].who.extension_id)] if live else []
        return max(mine, key=lambda one: one.host).id if mine else None

    def leads(self, room: Room, by: str) -> bool:
        """Return whether a member has host rights."""
        live = self._live.get(room.id)
        return live is not None and live.state.leads(by)

    def do(self, room: Room, event: events_and_actions.Event) -> None:
        """Apply a request from outside the call. Raises NotFound if the participant is not in the room; Forbidden."""
        live = self._live.get(room.id)
        target = getattr(event, "id", None)
        if live is None or (target is not None and live.state.member(target) is None):
            raise NotFound("The participant is not in this room.")
        if self.tell(room.id, event):
            raise _not_a_host()

    def invite(self, room: Room, by: str, number: str) -> str:
        """Ring an extension for a host; the callee can join. Returns the call id.

        Raises Forbidden; NotFound if the number is not an extension; NoRoom while no call can start.
        """
        live = self._live.get(room.id)
        state = live.state if live is not None else machine.begin(room.settings)
        _, actions = machine.step(state, events_and_actions.InvitationAsked(by, number), self._clock.monotonic())
        if self.dials is None or not any(isinstance(one, events_and_actions.Ring) for one in actions):
            raise _not_a_host()
        return self.dials.ring(room, live.callers[by].who if live is not None and by in live.callers else None, number)

    def record(self, room: Room, event: events_and_actions.RecordingAsked | events_and_actions.PauseAsked) -> None:
        """Start, stop, pause or resume recording for a host. Raises Forbidden, Conflict, NotFound."""
        live = self._live.get(room.id)
        if live is None or self.records is None:
            raise NotFound("This room is empty.")
        _, actions = machine.step(live.state, event, self._clock.monotonic())
        match actions:
            case [events_and_actions.Record(by, True)]:
                self.records.start(live.room, by)
            case [events_and_actions.Record()]:
                self.records.stop(live.room)
            case [events_and_actions.Pause(on, card)]:
                self.records.pause(live.room, on=on, card=card)
            case _:
                raise (
                    _not_a_host()
                    if not live.state.leads(event.by)
                    else Forbidden("Recording is disabled in this room.")
                )

    def seats(self, room: Room) -> tuple[Seated, ...]:
        """Return the participants of a room, including those about to enter."""
        live = self._live.get(room.id)
        members = live.state.present if live is not None else ()
        return tuple(
            _seated(live.callers[one.id], one) for one in members if live is not None and one.place is not Place.WAITING
        )

    def notify(self, room: Room, id_: str, notice: Notice) -> None:
        """Queue a required notice for one participant."""
        live = self._live.get(room.id)
        if live is not None and id_ in live.callers:
            self._say(live, id_, notice)

    # ---- events of other components

    def heard(self, event: object) -> None:
        """Handle a media engine event: update the active speaker."""
        name = getattr(event, "room", "")
        live = self._live.get(name.removeprefix(ROOM)) if name.startswith(ROOM) else None
        if live is None:
            return
        _, speaking = self._legs.get(getattr(event, "leg", None) or "", ("", ""))
        if speaking != live.speaking:
            live.speaking = speaking
            self.changed(live.room)

    def room_changed(self, room: Room) -> None:
        """Apply new settings to the running meeting."""
        live = self._live.get(room.id)
        if live is not None:
            live.room, live.state = room, replace(live.state, settings=room.settings)
            self.changed(room)

    def room_gone(self, room_id: str) -> None:
        """End the meeting of a deleted room."""
        self.tell(room_id, events_and_actions.EndAsked(ADMINISTRATOR))

    def forget(self, tenant_id: str, subject: str) -> None:
        """Remove the name and number of an erased person."""
        for live in self._live.values():
            for caller in live.callers.values():
                if live.room.tenant_id == tenant_id and caller.who.subject == subject:
                    caller.who = Who(None, caller.who.extension_id, "", "")
                    self.changed(live.room)

    # ---- inside

    def tell(self, room_id: str, event: events_and_actions.Event) -> list[events_and_actions.NotAllowed]:
        """Process an event and execute its actions; return `NotAllowed` actions."""
        live = self._live.get(room_id)
        if live is None:
            return []
        live.state, actions = machine.step(live.state, event, self._clock.monotonic())
        for action in actions:
            self._do(live, action)
        if isinstance(event, events_and_actions.Left) or any(
            isinstance(one, events_and_actions.TurnAway) for one in actions
        ):
            self._drop(live, event)
        self._rearm(live)
        if self.records is not None:
            self.records.there(live.room, self.seats(live.room))
        self.changed(live.room)
        return [one for one in actions if isinstance(one, events_and_actions.NotAllowed)]

    def _do(self, live: _Live, action: events_and_actions.Action) -> None:
        match action:
            case events_and_actions.Seat(id_, muted):
                live.callers[id_].phone.join(ROOM + live.room.id, muted=muted)
            case events_and_actions.Mute(id_, on):
                live.callers[id_].phone.mute(on)
            case events_and_actions.Announce(id_, came):
                self._announce(live, id_, came=came)
            case (
                events_and_actions.NotAllowed()
                | events_and_actions.Ring()
                | events_and_actions.Record()
                | events_and_actions.Pause()
            ):
                pass
            case events_and_actions.Dismiss(id_):
                live.callers[id_].phone.leave()
                self._say(live, id_, action)
            case _:
                self._say(live, action.id, action)

    def _say(self, live: _Live, id_: str, what: ToSay) -> None:
        caller = live.callers[id_]
        if isinstance(what, _NEVER_LEFT_OUT) or caller.to_say.qsize() < MOST_SAID:
            caller.to_say.put_nowait((_FIRST.get(type(what), len(_FIRST)), next(caller.said), what))

    def _announce(self, live: _Live, id_: str, *, came: bool) -> None:
        announce = live.state.settings.announce
        if announce == "names" and len(live.state.present) <= NAMED_UP_TO:
            said = Named(live.callers[id_].who, came)
            for one in live.state.members:
                if one.id != id_ and one.place is Place.INSIDE:
                    self._say(live, one.id, said)
        elif announce != "nothing" and self.floor is not None:
            self.floor.play_to_room(ROOM + live.room.id, tones.CAME if came else tones.LEFT)

    def _drop(self, live: _Live, event: events_and_actions.Event) -> None:
        caller = live.callers.pop(getattr(event, "id", ""), None)
        if caller is not None:
            self._legs.pop(caller.phone.leg, None)
        if live.state.over:
            if live.timer is not None:
                live.timer.cancel()
            self._live.pop(live.room.id, None)
            self.over(live.room)

    def _rearm(self, live: _Live) -> None:
        if live.timer is not None:
            live.timer.cancel()
            live.timer = None
        at = machine.deadline(live.state)
        if at is not None and not live.state.over:
            wait = max(0.0, at - self._clock.monotonic())
            loop = asyncio.get_running_loop()
            live.timer = loop.call_later(wait, self.tell, live.room.id, events_and_actions.TimePassed())


def _seated(caller: _Caller, member: Member) -> Seated:
    return Seated(member.id, caller.who, member.place is Place.ASKED, caller.phone.call_id, caller.phone.hears)


def _not_a_host() -> Forbidden:
    return Forbidden("Only a host can do this.")


_STATES: dict[Place, Literal["waiting", "entering", "in"]] = {
    Place.WAITING: "waiting",
    Place.ASKED: "entering",
    Place.ENTERING: "entering",
    Place.INSIDE: "in",
}


def _shown(live: _Live, member: Member, consent: str | None) -> Participant:
    caller = live.callers[member.id]
    return Participant(
        id=member.id,
        extension_id=caller.who.extension_id,
        since=caller.since,
        host=member.host,
        state=_STATES[member.place],
        muted=member.unheard,
        muted_by_host=member.hushed,
        hand=member.hand,
        speaking=member.id == live.speaking and not member.unheard,
        consent=consent,
        number=caller.who.number,
        name=caller.who.name,
    )
