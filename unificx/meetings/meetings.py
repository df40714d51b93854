"""Who is in the rooms now, and what goes on there. In memory: a meeting is over when its calls are."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Literal, TypeAlias

from unificx.kernel.clock import Clock
from unificx.kernel.errors import Forbidden, NotFound, Refused
from unificx.media.sounds import Sound
from unificx.meetings import tones
from unificx.meetings.contracts import Meeting, Participant, Room, Seated, Who
from unificx.meetings.ports import Dials, Floor, Phone, Records
from unificx.meetings.rules import meeting as rules
from unificx.meetings.rules import words
from unificx.meetings.rules.meeting import Member, Place
from unificx.meetings.rules.words import ADMINISTRATOR

ROOM = "room/"
"""What the media engine's names of our rooms begin with."""
MOST_SAID = 8
"""What waits to be said to one; more is left out."""
NAMED_UP_TO = 20
"""In a fuller room tones tell who comes and goes, for names would leave no time to talk."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something he has to know; `told` is called with whether he was, and not at all if he was on hold meanwhile."""

    sounds: tuple[Sound, ...]
    told: Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody came or left whose name is to be said; without one that "somebody" did."""

    who: Who
    came: bool


ToSay: TypeAlias = (
    words.TurnAway | words.LetWait | words.LetIn | words.Say | words.Count | words.Help | words.Dismiss | Named | Notice
)


_NEVER_LEFT_OUT = (words.TurnAway, words.LetWait, words.LetIn, words.Dismiss, Notice)
"""All else may be as much as somebody presses keys."""
_FIRST: dict[type[ToSay], int] = {words.Dismiss: 0, Notice: 1}
"""What waits for nothing else that is to be said."""


class Chair:
    """What a caller's app has of the meeting: what is to be said to him, and what he asks for by keys."""

    def __init__(self, meetings: "Meetings", room: Room, caller: "_Caller", id_: str) -> None:
        self.id = id_
        self.room = room
        self._meetings = meetings
        self._caller = caller

    async def next(self) -> ToSay:
        """What is to be said next, or done while something is said."""
        _, _, what = await self._caller.to_say.get()
        return what

    def entered(self) -> None:
        """He was told what there is to know."""
        self._meetings.tell(self.room.id, words.Entered(self.id))

    def described(self) -> None:
        """His phone has said anew how it wants its media: whether he hears anything, whether he may be recorded."""
        self._meetings.described(self.room.id)

    def leave(self) -> None:
        """His call is over."""
        self._meetings.tell(self.room.id, words.Left(self.id))

    def answer(self, key: str) -> None:
        """He has pressed a key without the star: an answer, if he was asked anything."""
        self._meetings.answered(self.room.id, self.id, key)

    def press(self, key: str) -> None:
        """He has pressed the star and a key. He is told if he may not do what that is for."""
        self._meetings.pressed(self.room.id, self.id, key)


@dataclass(slots=True)
class _Caller:
    who: Who
    phone: Phone
    since: datetime
    to_say: asyncio.PriorityQueue[tuple[int, int, ToSay]] = field(
        default_factory=asyncio.PriorityQueue[tuple[int, int, ToSay]]
    )
    """What goes first, then in its order."""
    said: Iterator[int] = field(default_factory=count)


@dataclass(slots=True)
class _Live:
    room: Room
    state: rules.Meeting
    since: datetime
    callers: dict[str, _Caller] = field(default_factory=dict[str, _Caller])
    speaking: str = ""
    timer: asyncio.TimerHandle | None = None


class Meetings:
    """All meetings of this process. Single-threaded: every method is called from the event loop, and none waits.

    `floor` is set by whoever has a media engine, `dials` by whoever can call people, `records` by whoever can record.
    `changed` is called with a room whenever `meeting` would say something new of it, `over` once the last has left it.
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

    # ---- what callers do

    def come(self, room: Room, who: Who, phone: Phone, *, host: bool, invited: bool = False) -> Chair:
        """Somebody who may enter is at the door; the chair tells what becomes of him."""
        live = self._live.get(room.id)
        if live is None:
            live = self._live[room.id] = _Live(room, rules.begin(room.settings), self._clock.now())
        id_ = self._clock.new_id()
        live.callers[id_] = caller = _Caller(who, phone, self._clock.now())
        self._legs[phone.leg] = (room.id, id_)
        self.tell(room.id, words.Came(id_, host, invited))
        return Chair(self, room, caller, id_)

    def pressed(self, room_id: str, id_: str, key: str) -> None:
        """See `Chair.press`."""
        live = self._live.get(room_id)
        event = rules.meant(live.state, id_, key) if live is not None else None
        if live is None or event is None:
            return
        prompts = [refused.prompt for refused in self.tell(room_id, event)]
        if isinstance(event, words.RecordingAsked | words.PauseAsked) and not prompts:
            try:
                self.record(live.room, event)
            except Refused:
                prompts = ["general/unavailable"]
        for prompt in prompts:
            self._say(live, id_, words.Say(id_, prompt))

    def answered(self, room_id: str, id_: str, key: str) -> None:
        """See `Chair.answer`."""
        if self.records is not None:
            self.records.pressed(room_id, id_, key)

    def described(self, room_id: str) -> None:
        """See `Chair.described`."""
        live = self._live.get(room_id)
        if live is not None and self.records is not None:
            self.records.there(live.room, self.seats(live.room))

    # ---- what people see and do elsewhere

    def meeting(self, room: Room) -> Meeting | None:
        """What goes on in a room; None if nobody is there."""
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
        """Which member of a room calls from an extension that `is_own`: a host rather than a guest."""
        live = self._live.get(room.id)
        mine = [one for one in live.state.present if is_own(live.callers[one.id].who.extension_id)] if live else []
        return max(mine, key=lambda one: one.host).id if mine else None

    def leads(self, room: Room, by: str) -> bool:
        """Whether a member may do what hosts may."""
        live = self._live.get(room.id)
        return live is not None and live.state.leads(by)

    def do(self, room: Room, event: words.Event) -> None:
        """Something is asked for from outside the call. Raises NotFound for who is not there; Forbidden."""
        live = self._live.get(room.id)
        target = getattr(event, "id", None)
        if live is None or (target is not None and live.state.member(target) is None):
            raise NotFound("Nobody like that is in this room now.")
        if self.tell(room.id, event):
            raise _not_a_host()

    def invite(self, room: Room, by: str, number: str) -> str:
        """Ring an extension for a host: whoever answers can join. The id of the call.

        Raises Forbidden; NotFound if the number is no extension's; NoRoom while no call can begin.
        """
        live = self._live.get(room.id)
        state = live.state if live is not None else rules.begin(room.settings)
        _, actions = rules.step(state, words.InvitationAsked(by, number), self._clock.monotonic())
        if self.dials is None or not any(isinstance(one, words.Ring) for one in actions):
            raise _not_a_host()
        return self.dials.ring(room, live.callers[by].who if live is not None and by in live.callers else None, number)

    def record(self, room: Room, event: words.RecordingAsked | words.PauseAsked) -> None:
        """Begin to record what is said, end it, leave it out or go on, for a host. Raises Forbidden, Conflict,
        NotFound."""
        live = self._live.get(room.id)
        if live is None or self.records is None:
            raise NotFound("Nobody is in this room now.")
        _, actions = rules.step(live.state, event, self._clock.monotonic())
        match actions:
            case [words.Record(by, True)]:
                self.records.start(live.room, by)
            case [words.Record()]:
                self.records.stop(live.room)
            case [words.Pause(on, card)]:
                self.records.pause(live.room, on=on, card=card)
            case _:
                raise _not_a_host() if not live.state.leads(event.by) else Forbidden("This room is not recorded.")

    def seats(self, room: Room) -> tuple[Seated, ...]:
        """Who is in a room, or about to be."""
        live = self._live.get(room.id)
        members = live.state.present if live is not None else ()
        return tuple(
            _seated(live.callers[one.id], one) for one in members if live is not None and one.place is not Place.WAITING
        )

    def notify(self, room: Room, id_: str, notice: Notice) -> None:
        """Say something to one of them that he has to know."""
        live = self._live.get(room.id)
        if live is not None and id_ in live.callers:
            self._say(live, id_, notice)

    # ---- what others tell

    def heard(self, event: object) -> None:
        """What the media engine tells: who speaks."""
        name = getattr(event, "room", "")
        live = self._live.get(name.removeprefix(ROOM)) if name.startswith(ROOM) else None
        if live is None:
            return
        _, speaking = self._legs.get(getattr(event, "leg", None) or "", ("", ""))
        if speaking != live.speaking:
            live.speaking = speaking
            self.changed(live.room)

    def room_changed(self, room: Room) -> None:
        """What goes on there goes on by the new settings."""
        live = self._live.get(room.id)
        if live is not None:
            live.room, live.state = room, replace(live.state, settings=room.settings)
            self.changed(room)

    def room_gone(self, room_id: str) -> None:
        """It was deleted: whoever is in it is sent home."""
        self.tell(room_id, words.EndAsked(ADMINISTRATOR))

    def forget(self, tenant_id: str, subject: str) -> None:
        """An erased person has no name here any more."""
        for live in self._live.values():
            for caller in live.callers.values():
                if live.room.tenant_id == tenant_id and caller.who.subject == subject:
                    caller.who = Who(None, caller.who.extension_id, "", "")
                    self.changed(live.room)

    # ---- inside

    def tell(self, room_id: str, event: words.Event) -> list[words.NotAllowed]:
        """One step of a meeting; whether whoever asked may not."""
        live = self._live.get(room_id)
        if live is None:
            return []
        live.state, actions = rules.step(live.state, event, self._clock.monotonic())
        for action in actions:
            self._do(live, action)
        if isinstance(event, words.Left) or any(isinstance(one, words.TurnAway) for one in actions):
            self._drop(live, event)
        self._rearm(live)
        if self.records is not None:
            self.records.there(live.room, self.seats(live.room))
        self.changed(live.room)
        return [one for one in actions if isinstance(one, words.NotAllowed)]

    def _do(self, live: _Live, action: words.Action) -> None:
        match action:
            case words.Seat(id_, muted):
                live.callers[id_].phone.join(ROOM + live.room.id, muted=muted)
            case words.Mute(id_, on):
                live.callers[id_].phone.mute(on)
            case words.Announce(id_, came):
                self._announce(live, id_, came=came)
            case words.NotAllowed() | words.Ring() | words.Record() | words.Pause():
                pass
            case words.Dismiss(id_):
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
            self.floor.room_play(ROOM + live.room.id, tones.CAME if came else tones.LEFT)

    def _drop(self, live: _Live, event: words.Event) -> None:
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
        at = rules.deadline(live.state)
        if at is not None and not live.state.over:
            wait = max(0.0, at - self._clock.monotonic())
            loop = asyncio.get_running_loop()
            live.timer = loop.call_later(wait, self.tell, live.room.id, words.TimePassed())


def _seated(caller: _Caller, member: Member) -> Seated:
    return Seated(member.id, caller.who, member.place is Place.ASKED, caller.phone.call_id, caller.phone.hears)


def _not_a_host() -> Forbidden:
    return Forbidden("Only a host of the meeting may do this.")


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
