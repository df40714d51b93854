"""Breakout rooms of live meetings: opened, filled and ended by hosts. Held in memory, like the meetings.

A participant is moved with their call (`ConferenceManager.move`), so telephones and guests are moved too; a lock or the
lobby of the main room does not stop anyone from returning. Breakout rooms are not recorded; a recording of the main
room goes on with those who are in it, and those who return are informed again.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from unificx.conferencing.events import ConferenceChanged
from unificx.conferencing.machine import breakouts as rules
from unificx.conferencing.machine.breakouts import Breakouts
from unificx.conferencing.machine.events_and_actions import ADMINISTRATOR, BreakoutsChanged, EndRequested, PlayPrompt
from unificx.conferencing.machine.meeting_state import MemberState
from unificx.conferencing.manager import ConferenceManager
from unificx.conferencing.schemas import BreakoutRoom, BreakoutStatus, NewBreakoutRoom, Room, RoomSettings
from unificx.conferencing.service import RoomService
from unificx.core.clock import TIMER_RESOLUTION, Clock
from unificx.core.errors import Conflict, Forbidden, NotFound

MOVED, RETURNED = "conference/breakout", "conference/main-room"
"""Prompts of those who are moved."""
MESSAGE, RETURN_SOON = "conference/message", "conference/return-soon"
"""Prompts about a line to everyone, and about the countdown: telephones do not show them."""


@dataclass(slots=True)
class _Group:
    main: Room
    rooms: tuple[Room, ...]
    state: Breakouts
    timer: asyncio.TimerHandle | None = None
    busy: bool = False
    """Changes are ours: a participant is between two rooms, which may be empty for that moment, or all are notified."""

    @property
    def all(self) -> tuple[Room, ...]:
        return (self.main, *self.rooms)


class MeetingBreakouts:
    """The breakout rooms of all meetings of this process. `by`: the requester's id in a room of the meeting, or
    ADMINISTRATOR."""

    def __init__(
        self, rooms: RoomService, meetings: ConferenceManager, clock: Clock, publish: Callable[[object], None]
    ) -> None:
        self._rooms = rooms
        self._meetings = meetings
        self._clock = clock
        self._publish = publish
        # Owner: the node that holds the meeting: by id of the main room.
        self._groups: dict[str, _Group] = {}

    def rooms_of(self, room: Room) -> tuple[Room, ...]:
        """Return all rooms of the meeting in a room, the main room first; the room alone without breakout rooms."""
        group = self._groups.get(room.parent or room.id)
        return group.all if group is not None else (room,)

    def are_open(self, room: Room) -> bool:
        """Return whether the meeting in a room has breakout rooms."""
        return (room.parent or room.id) in self._groups

    def room_of_call(self, room_id: str, call_id: str) -> str:
        """Return the id of the room in which a call to a meeting is now."""
        group = self._groups.get(room_id)
        rooms = group.rooms if group is not None else ()
        calls = ((one.id, self._meetings.recording_participants(one)) for one in rooms)
        return next((id_ for id_, people in calls if any(one.call_id == call_id for one in people)), room_id)

    def status(self, room: Room) -> BreakoutStatus:
        """Return the rooms of the meeting in a room."""
        group = self._groups.get(room.parent or room.id)
        if group is None:
            return BreakoutStatus(BreakoutRoom(room, self._meetings.status(room)), (), "", None)
        ends_at = group.state.ends_at
        left = None if ends_at is None else max(0.0, ends_at - self._clock.monotonic())
        rooms = tuple(BreakoutRoom(one, self._meetings.status(one)) for one in group.all)
        return BreakoutStatus(rooms[0], rooms[1:], group.state.text, left)

    def open(self, main: Room, by: str, wanted: Sequence[NewBreakoutRoom], *, distribute: bool) -> None:
        """Open breakout rooms and move participants into them: those assigned, and with `distribute` all others but
        hosts, at random. Raises Forbidden, Invalid; Conflict if there are some, or the meeting is not running."""
        names = rules.check_names([one.name for one in wanted])
        state = self._meetings.state_of(main.id)
        if state is None or main.parent or main.id in self._groups:
            raise Conflict("Breakout rooms can be opened once, in a running conference.")
        if not state.has_host_rights(by):
            raise _host_required()
        inside = [one for one in state.members if one.state is MemberState.INSIDE]
        assigned = [one.participants for one in wanted]
        rules.check_assignment(assigned, {one.id for one in inside})
        taken = {one for room in assigned for one in room}
        others = [one.id for one in inside if distribute and not one.host and one.id not in taken]
        draws = [int.from_bytes(self._clock.random_bytes(8)) for _ in others]
        settings = RoomSettings(announce=main.settings.announce, most=main.settings.most)
        rooms = tuple(
            self._rooms.open_ad_hoc(main.tenant_id, *main.hosts, name=one, settings=settings, parent=main.id)
            for one in names
        )
        group = _Group(main, rooms, Breakouts(main.id, tuple(one.id for one in rooms)))
        self._groups[main.id] = group
        self._mark(group, opened=True)
        for room, people in zip(rooms, rules.distribute(assigned, others, draws), strict=True):
            for one in people:
                self._move(group, main, one, room)
        self._review(group)

    def move(self, room: Room, by: str, participant: str, to: str) -> None:
        """Move a participant to a room of the meeting. Raises Forbidden; NotFound for an unknown room or participant,
        and while they are still entering a room."""
        group = self._find(room)
        target = next((one for one in group.all if one.id == to), None)
        source = next((one for one in group.all if self._has(one, participant)), None)
        if not rules.may_move(group.state, host=self._is_host(group, by), own=by == participant, to=to):
            raise _host_required()
        if target is None or source is None:
            raise NotFound("There is no such room or participant.")
        if target is not source:
            self._move(group, source, participant, target)
            self._review(group)

    def write(self, room: Room, by: str, text: str) -> None:
        """Show a line of text to everyone in all rooms, and play a prompt to them. Raises Forbidden, Invalid,
        NotFound."""
        group = self._find(room)
        if not self._is_host(group, by):
            raise _host_required()
        group.state = replace(group.state, text=rules.check_text(text))
        self._play(group.all, MESSAGE, but=by)
        self._notify(group)

    def end(self, room: Room, by: str) -> None:
        """Let everyone return after a countdown, of which a prompt informs those who will, at the second request at
        once. Raises Forbidden, NotFound."""
        group = self._find(room)
        if not self._is_host(group, by):
            raise _host_required()
        if group.state.ends_at is None:
            self._play(group.rooms, RETURN_SOON)
        group.state = rules.end(group.state, self._clock.monotonic())
        self._start_timer(group)
        self._notify(group)

    def meeting_changed(self, room: Room) -> None:
        """Bring back those who have entered a room that has ended, close the rooms once all are empty, and show the
        change in the other rooms. Bus handler."""
        group = self._groups.get(room.parent or room.id)
        if group is None or group.busy:
            return
        self._review(group)
        self._notify(group)

    # ---- inside

    def _start_timer(self, group: _Group, at_least: float = 0.0) -> None:
        if group.timer is not None:
            group.timer.cancel()
        assert group.state.ends_at is not None
        delay = max(group.state.ends_at - self._clock.monotonic(), at_least)
        group.timer = asyncio.get_running_loop().call_later(delay, self._pass_time, group)

    def _pass_time(self, group: _Group) -> None:
        group.state = rules.pass_time(group.state, self._clock.monotonic())
        if not group.state.returning:  # the timer fired early
            self._start_timer(group, TIMER_RESOLUTION)
        self._review(group)

    def _review(self, group: _Group) -> None:
        """Do what follows from the state of the rooms."""
        main = self._meetings.state_of(group.main.id)
        deleted = self._rooms.by_id(group.main.id) is None
        if deleted or (main is not None and main.ended):
            for one in group.rooms:
                if (state := self._meetings.state_of(one.id)) is not None and not state.ended:
                    self._meetings.handle_event(one.id, EndRequested(ADMINISTRATOR))
        elif group.state.returning:
            for one in group.rooms:
                self._bring_back(group, one)
        main, *others = [self._meetings.state_of(one.id) for one in group.all]
        away = rules.hosts_away(main, [one for one in others if one is not None])
        is_empty = main is None or not main.members
        if not any(others) and (is_empty or (group.state.returning and not away)):
            self._close(group)
        elif main is not None and main.hosts_away is not away:
            self._mark(group, opened=True, hosts_away=away)

    def _mark(self, group: _Group, *, opened: bool, hosts_away: bool = False) -> None:
        """Inform the meeting in the main room of its breakout rooms."""
        with _own_changes(group):
            self._meetings.handle_event(group.main.id, BreakoutsChanged(opened, hosts_away))

    def _play(self, rooms: Sequence[Room], prompt: str, *, but: str = "") -> None:
        """Play a prompt to everyone in these rooms, and those about to enter, but one participant."""
        for room in rooms:
            state = self._meetings.state_of(room.id)
            for one in state.members if state is not None else ():
                if one.id != but and state is not None and state.has_admitted(one.id):
                    self._meetings.notify(room, one.id, PlayPrompt(one.id, prompt))

    def _bring_back(self, group: _Group, room: Room) -> None:
        """Move everyone who has entered a breakout room; the others follow once they have."""
        state = self._meetings.state_of(room.id)
        for one in state.members if state is not None else ():
            if one.state is MemberState.INSIDE:
                self._move(group, room, one.id, group.main)

    def _move(self, group: _Group, source: Room, participant: str, target: Room) -> None:
        with _own_changes(group):
            self._meetings.move(source, participant, target, MOVED if target.parent else RETURNED)

    def _close(self, group: _Group) -> None:
        if self._groups.pop(group.main.id, None) is None:
            return
        if group.timer is not None:
            group.timer.cancel()
        for one in group.rooms:
            self._rooms.close_ad_hoc(one)
        self._mark(group, opened=False)
        if self._meetings.state_of(group.main.id) is None:
            self._rooms.close_ad_hoc(group.main)
        self._notify(group)

    def _notify(self, group: _Group) -> None:
        with _own_changes(group):
            for one in group.all:
                self._publish(ConferenceChanged(one))

    def _find(self, room: Room) -> _Group:
        group = self._groups.get(room.parent or room.id)
        if group is None:
            raise NotFound("This conference has no breakout rooms.")
        return group

    def _has(self, room: Room, participant: str) -> bool:
        state = self._meetings.state_of(room.id)
        return state is not None and state.member(participant) is not None

    def _is_host(self, group: _Group, by: str) -> bool:
        return by == ADMINISTRATOR or any(self._meetings.has_host_rights(one, by) for one in group.all)


@contextmanager
def _own_changes(group: _Group) -> Iterator[None]:
    group.busy = True
    try:
        yield
    finally:
        group.busy = False


def _host_required() -> Forbidden:
    return Forbidden("Only a host can do this.")
