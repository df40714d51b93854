"""Conference recording: all participants are informed, late joiners before they enter.

The mixed room audio is recorded in one channel and owned by all participants. When a participant joins, the recording
ends and a new one starts, so that each is erased with any of its own participants, and only with them.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count

import structlog

from unificx.conferencing import ROOM, Agreed, Disagreed, Meetings, Notice, RecordingSet, Room, Seated
from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Forbidden
from unificx.db import ErasedSubject
from unificx.recording.archive import Archive
from unificx.recording.conference_capture import RoomSegment, RoomTrack
from unificx.recording.consent_evidence import evidence
from unificx.recording.machine import consent, consent_types
from unificx.recording.policy import Allowed
from unificx.recording.ports import Prompts, RoomCalls, RoomEars
from unificx.recording.recording_tasks import Errands
from unificx.recording.schemas import Ended, MarkKind, NewParty, NewRecording, Who
from unificx.sdp import RecordIndication

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RoomParts:
    """What it works with. `language` returns the prompt language of a tenant's extension."""

    clock: Clock
    ears: RoomEars
    prompts: Prompts
    archive: Archive
    language: Callable[[str, str], str]
    meetings: Meetings
    calls: RoomCalls


class RoomRecorder:
    """Implements the conferencing port for recording."""

    def __init__(self, parts: RoomParts) -> None:
        self._parts = parts
        self._sessions: dict[str, _Session] = {}
        self._ending = BackgroundTasks()

    async def close(self) -> None:
        """End every recording and wait until all are stored."""
        for room_id in list(self._sessions):
            self._drop(room_id)
        await self._ending.join()

    def start(self, room: Room, by: str) -> None:
        seats = self._parts.meetings.seats(room)
        allowed = self._allowed(room, seats)
        if allowed is None:
            raise Forbidden("Recording is disabled for this tenant or one of these extensions.")
        if room.id in self._sessions:
            raise Conflict("This conference is already being recorded.")
        self._begin(room, allowed, by).begin(seats)
        self._parts.meetings.tell(room.id, RecordingSet(True))

    def stop(self, room: Room) -> None:
        self._session(room).tell(consent_types.StopRequested())

    def pause(self, room: Room, *, on: bool, card: bool) -> None:
        event = consent_types.PauseRequested("card" if card else "asked") if on else consent_types.ResumeRequested()
        self._session(room).tell(event)

    def there(self, room: Room, seats: Sequence[Seated]) -> None:
        session = self._sessions.get(room.id)
        if session is None:
            return
        if not seats:
            self._drop(room.id)
        elif session.others(seats):
            self._others(room, session, seats)
        else:
            session.there(seats)

    def pressed(self, room_id: str, id_: str, key: str) -> None:
        session = self._sessions.get(room_id)
        if session is not None:
            session.pressed(id_, key)

    def forget(self, tenant_id: str, subject: str) -> None:
        """End the recordings of an erased subject."""
        for session in self._sessions.values():
            session.forget(tenant_id, subject)

    def consent(self, room_id: str, id_: str) -> str | None:
        session = self._sessions.get(room_id)
        return session.stage(id_) if session is not None else None

    def _others(self, room: Room, session: "_Session", seats: Sequence[Seated]) -> None:
        """A participant joined: recording may no longer be allowed, or may require consent of everyone."""
        allowed = self._allowed(room, seats)
        if allowed is None:
            session.tell(consent_types.StopRequested())
            return
        if allowed.terms.mode == "opt_in" != session.mode:
            session.over, session.paused = lambda: None, _nothing
            self._ending.spawn(session.close("changed"))
            asyncio.get_running_loop().call_soon(self._parts.meetings.tell, room.id, RecordingSet(True))
            session = self._begin(room, allowed, session.by)
            session.begin([one for one in seats if not one.asked])
        session.there(seats)

    def _begin(self, room: Room, allowed: Allowed, by: str) -> "_Session":
        session = self._sessions[room.id] = _Session(self._parts, room, allowed, by)
        session.over = lambda: self._drop(room.id)
        session.paused = lambda on: self._parts.meetings.tell(room.id, RecordingSet(True, on))
        return session

    def _allowed(self, room: Room, seats: Sequence[Seated]) -> Allowed | None:
        extensions = [one.who.extension_id for one in seats if one.who.extension_id]
        return self._parts.archive.allowed(room.tenant_id, extensions)

    def _session(self, room: Room) -> "_Session":
        session = self._sessions.get(room.id)
        if session is None:
            raise Conflict("This conference is not being recorded.")
        return session

    def _drop(self, room_id: str) -> None:
        session = self._sessions.pop(room_id, None)
        if session is not None:
            self._ending.spawn(session.close())
            self._parts.meetings.tell(room_id, RecordingSet(False))


class _Session:
    """The recording of one conference. `on_ended` is called once when it ends by itself; `on_paused` when it is paused
    or resumed."""

    def __init__(self, parts: RoomParts, room: Room, allowed: Allowed, by: str) -> None:
        self.over: Callable[[], None] = lambda: None
        self.paused: Callable[[bool], object] = lambda on: None
        self._parts = parts
        self._room = room
        # DTMF digits in a conference are commands, never a card number.
        self._terms = replace(allowed.terms, pause_on_dtmf=False)
        self.by = by
        """The id of the participant that started it."""
        self._id = parts.clock.new_id()
        self._state: consent_types.ConsentState = consent_types.RecordingEnded("stopped")
        self._seats: dict[str, Seated] = {}
        self._doors: dict[str, consent_types.ConsentState] = {}
        """Consent states of participants waiting to be admitted."""
        self._timer: asyncio.TimerHandle | None = None
        self._errands = Errands(self.tell, "room_recording_failed", room=room.id)
        self._turn = asyncio.Lock()
        self._track: RoomTrack | None = None
        self._owners: dict[str, str] = {}
        """Call ids of the participants in the current recording, by participant id."""
        self._end: Ended = "over"
        self._segment: RoomSegment | None = None
        self._last: RoomSegment | None = None
        self._taps = (f"room-{self._id}/{number}" for number in count(1))
        self._told: dict[str, RecordIndication] = {}
        self._was_paused = False
        self._closed = False

    def begin(self, seats: Sequence[Seated]) -> None:
        """Play the notice to all participants."""
        self._seats = {one.id: one for one in seats}
        legs = [self._leg(one) for one in seats]
        self._state, actions = consent.begin(self._terms, legs, self._now())
        self._do(actions)

    @property
    def mode(self) -> consent_types.ConsentMode:
        return self._terms.mode

    def others(self, seats: Sequence[Seated]) -> bool:
        """Whether recording is active and any of these participants is new."""
        return not isinstance(self._state, consent_types.RecordingEnded) and any(
            one.id not in self._seats for one in seats
        )

    def there(self, seats: Sequence[Seated]) -> None:
        """Update the participants, admitted and waiting."""
        self._seats = {one.id: one for one in seats}
        for id_ in [one for one in self._doors if one not in self._seats]:
            del self._doors[id_]
        for one in seats:
            if one.asked and one.id not in self._doors:
                door, actions = consent.begin_joining(self._terms, self._leg(one), self._now())
                self._doors[one.id] = door
                self._at_door(one.id, actions)
            elif one.asked:
                self._step_door(one.id, consent_types.ParticipantsChanged((self._leg(one),)))
        admitted = {one.id: self._leg(one) for one in seats if not one.asked}
        for id_ in [one for one in admitted if one in self._doors]:
            self._admit(self._doors.pop(id_))
        if isinstance(self._state, consent_types.RecordingActive) and admitted.keys() < self._here():
            # A leaving participant does not interrupt the recording.
            legs = tuple(replace(one, present=one.leg.name in admitted) for one in self._state.legs)
            self._state = replace(self._state, legs=legs)
        else:
            self.tell(consent_types.ParticipantsChanged(tuple(admitted.values())))
        self._show()

    def pressed(self, id_: str, key: str) -> None:
        if id_ in self._doors:
            self._step_door(id_, consent_types.DigitReceived(id_, key))
        else:
            self.tell(consent_types.DigitReceived(id_, key))

    def stage(self, id_: str) -> str | None:
        """The consent stage of a participant."""
        state = self._doors.get(id_, self._state)
        return next((one.stage for one in consent.present_legs(state) if one.leg.name == id_), None)

    def tell(self, event: consent_types.ConsentEvent) -> None:
        """Process a consent event."""
        if not self._closed:
            self._state, actions = consent.step(self._state, event, self._now())
            self._do(actions)
            self._show()

    def forget(self, tenant_id: str, subject: str) -> None:
        """End the recording if an erased subject took part; it is not restarted."""
        made = self._track.made if self._track is not None and self._room.tenant_id == tenant_id else None
        if made is not None and subject in made.subjects:
            self.tell(consent_types.RecordingFailed("fault"))

    async def close(self, end: Ended | None = None) -> None:
        """Store the recording and stop."""
        self._end = end or self._end
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._hold("over")
        self._show()
        async with self._turn:
            await self._finish(self._end)
        await self._errands.join()

    # ---- admission

    def _here(self) -> frozenset[str]:
        return frozenset(one.leg.name for one in consent.present_legs(self._state))

    def _admit(self, door: consent_types.ConsentState) -> None:
        """Add a participant informed before admission to the consent state, as a known leg."""
        if not isinstance(self._state, consent_types.RecordingEnded) and not isinstance(
            door, consent_types.RecordingEnded
        ):
            known = tuple(replace(one, present=False) for one in door.legs)
            self._state = replace(self._state, legs=(*self._state.legs, *known))

    def _step_door(self, id_: str, event: consent_types.ConsentEvent) -> None:
        door = self._doors.get(id_)
        if door is not None and not self._closed:
            self._doors[id_], actions = consent.step(door, event, self._now())
            self._at_door(id_, actions)

    def _at_door(self, id_: str, actions: list[consent_types.ConsentAction]) -> None:
        for action in actions:
            match action:
                case consent_types.PlayPrompt(leg, prompt, awaited) if awaited:
                    self._say(leg, prompt, lambda event: self._step_door(id_, event))
                case consent_types.StartCapture():
                    self._later(Agreed(id_))
                case consent_types.EndRecording():
                    self._later(Disagreed(id_))
                case _:
                    pass
        self._rearm()

    def _later(self, event: Agreed | Disagreed) -> None:
        """Notify the conference later, not within its current state machine step."""
        asyncio.get_running_loop().call_soon(self._parts.meetings.tell, self._room.id, event)

    # ---- actions of the consent machine

    def _do(self, actions: list[consent_types.ConsentAction]) -> None:
        for action in actions:
            match action:
                case consent_types.PlayPrompt(leg, prompt, awaited):
                    self._say(leg, prompt, self.tell if awaited else _nothing)
                case consent_types.PlayBeep():
                    self._parts.ears.beep(ROOM + self._room.id)
                case consent_types.StopCapture(why):
                    self._hold(why)
                case consent_types.StartCapture():
                    self._errands.spawn(self._feed())
                case consent_types.EndRecording(end):
                    self._end = end
                    log.info("room_recording_over", room=self._room.id, end=end)
                    asyncio.get_running_loop().call_soon(self.over)
                case consent_types.StopPrompt():
                    pass
        self._rearm()

    def _say(self, leg: str, prompt: str, tell: Callable[[consent_types.ConsentEvent], object]) -> None:
        seat = self._seats.get(leg)
        extension_id = seat.who.extension_id if seat is not None else ""
        sounds = tuple(self._parts.prompts.named(prompt, self._parts.language(self._room.tenant_id, extension_id)))
        digest = "+".join(sound.digest for sound in sounds)

        def played(complete: bool) -> None:
            tell(consent_types.PromptPlayed(leg, digest) if complete else consent_types.PromptFailed(leg))

        self._parts.meetings.notify(self._room, leg, Notice(sounds, played))

    def _rearm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        times = [consent.deadline(state) for state in (self._state, *self._doors.values())]
        at = min((each for each in times if each is not None), default=None)
        if at is not None and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(max(at - self._now(), 0.0), self._time_passed)

    def _time_passed(self) -> None:
        for id_ in list(self._doors):
            self._step_door(id_, consent_types.DeadlineReached())
        self.tell(consent_types.DeadlineReached())

    # ---- recording indication

    def _show(self) -> None:
        """Update the indication in the conference and on phones."""
        state, call_soon = self._state, asyncio.get_running_loop().call_soon
        paused = isinstance(state, consent_types.RecordingPaused) or (
            isinstance(state, consent_types.AwaitingConsent) and state.pause_reason is not None
        )
        if paused is not self._was_paused and not self._closed:
            self._was_paused = paused
            call_soon(self.paused, paused)
        now: RecordIndication = "off"
        if not self._closed and isinstance(state, consent_types.RecordingActive | consent_types.RecordingPaused):
            now = "on" if isinstance(state, consent_types.RecordingActive) else "paused"
        for one in self._seats.values():
            indication = now if one.id not in self._doors else "off"
            if self._told.get(one.id, "off") != indication:
                self._told[one.id] = indication
                call_soon(self._parts.calls.indicate, one.call_id, indication)

    # ---- capture

    def _hold(self, why: str) -> None:
        """Stop capturing immediately."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.shut()
            kind = _HELD.get(why)
            if kind is not None:
                self._errands.spawn(self._mark(segment, kind))

    async def _mark(self, segment: RoomSegment, kind: MarkKind) -> None:
        async with self._turn:
            await segment.written()
            if self._track is not None:
                await self._track.made.mark(kind)

    async def _feed(self, *, anew: bool = False) -> None:
        """Start or continue capturing with the current participants, if consent still holds."""
        async with self._turn:
            if not self._may_feed():
                return
            standings, track = consent.present_legs(self._state), self._track
            if track is not None and (anew or not self._here() <= self._owners.keys()):
                await self._finish("changed")
                track = None
            if track is not None:
                await track.made.mark("resumed")
            else:
                self._owners = {one.id: one.call_id for one in self._seats.values() if one.id in self._here()}
                try:
                    track = self._track = RoomTrack(await self._parts.archive.begin(self._new(standings)))
                except ErasedSubject:
                    self.tell(consent_types.RecordingFailed("fault"))
                    return
            # Checked again after every await: the participants may have changed; then another action starts capturing.
            if self._may_feed() and self._here() <= self._owners.keys():
                self._listen(track)

    def _listen(self, track: RoomTrack) -> None:
        parts, room = self._parts, ROOM + self._room.id
        self._segment = self._last = RoomSegment(parts.ears, room, self._taps, track, parts.clock)
        self._segment.began, self._segment.broken = self._began, self._broken

    def _may_feed(self) -> bool:
        return consent.may_capture(self._state) and not self._closed and self._segment is None

    def _began(self) -> None:
        for call_id in self._owners.values():
            self._parts.calls.mark_recorded(call_id)

    def _broken(self, why: str) -> None:
        self._segment = None
        if why == "rate":
            self._errands.spawn(self._feed(anew=True))
        else:
            self.tell(consent_types.RecordingFailed("full" if why == "full" else "fault"))

    async def _finish(self, end: Ended) -> None:
        track, self._track = self._track, None
        if track is not None:
            if self._last is not None:
                await self._last.written()
            await track.made.finish(end)

    def _new(self, standings: Sequence[consent_types.LegConsent]) -> NewRecording:
        parties = tuple(
            NewParty(
                seat.who.subject,
                seat.who.extension_id or None,
                Who(seat.who.number, seat.who.name),
                evidence(one, self._parts.clock),
            )
            for one in standings
            if (seat := self._seats.get(one.leg.name)) is not None
        )
        return NewRecording(self._room.tenant_id, self._id, self._terms.mode, "demand", parties, mixed=True)

    def _leg(self, seat: Seated) -> consent_types.ConsentLeg:
        return consent_types.ConsentLeg(
            seat.id,
            not seat.hears,
            requested_recording=seat.id == self.by,
            objects=self._parts.calls.refuses_recording(seat.call_id),
        )

    def _now(self) -> float:
        return self._parts.clock.monotonic()


_HELD: dict[str, MarkKind] = {"asked": "paused", "card": "paused_for_card"}


def _nothing(what: object) -> None:
    del what
