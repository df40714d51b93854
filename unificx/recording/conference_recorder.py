"""Conference recording: all participants are informed, late joiners before they enter.

The mixed room audio is recorded in one channel and owned by all participants. When a participant joins, the recording
ends and a new one starts, so that each is erased with any of its own participants, and only with them.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count

import structlog

from unificx.conferencing import (
    ROOM_PREFIX,
    ConferenceManager,
    ConsentGiven,
    ConsentRefused,
    RecordingChanged,
    RecordingParticipant,
    RequiredNotice,
    Room,
)
from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Forbidden
from unificx.db import ErasedSubject
from unificx.recording.archive import RecordingArchive
from unificx.recording.conference_capture import ConferenceSegment, ConferenceTrack
from unificx.recording.consent_evidence import consent_evidence
from unificx.recording.machine import consent, consent_types
from unificx.recording.policy import RecordingDecision
from unificx.recording.ports import ConferenceCalls, ConferenceTap, Prompts
from unificx.recording.recording_tasks import RecordingTasks
from unificx.recording.schemas import MarkKind, NewCallRecording, NewRecordedParty, PartyIdentity, RecordingEndReason
from unificx.sdp import RecordIndication

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ConferenceRecorderParts:
    """Dependencies of the recorder. `language` returns the prompt language of a tenant's extension."""

    clock: Clock
    engine: ConferenceTap
    prompts: Prompts
    archive: RecordingArchive
    language: Callable[[str, str], str]
    meetings: ConferenceManager
    calls: ConferenceCalls


class ConferenceRecorder:
    """Implements the conferencing port for recording."""

    def __init__(self, parts: ConferenceRecorderParts) -> None:
        self._parts = parts
        self._sessions: dict[str, _Session] = {}
        self._ending = BackgroundTasks()

    async def close(self) -> None:
        """End every recording and wait until all are stored."""
        for room_id in list(self._sessions):
            self._drop(room_id)
        await self._ending.join()

    def start(self, room: Room, by: str) -> None:
        participants = self._parts.meetings.recording_participants(room)
        allowed = self._decide(room, participants)
        if allowed is None:
            raise Forbidden("Recording is disabled for this tenant or one of these extensions.")
        if room.id in self._sessions:
            raise Conflict("This conference is already being recorded.")
        self._begin(room, allowed, by).begin(participants)
        self._parts.meetings.handle_event(room.id, RecordingChanged(True))

    def stop(self, room: Room) -> None:
        self._session(room).handle_event(consent_types.StopRequested())

    def pause(self, room: Room, *, on: bool, card: bool) -> None:
        event = consent_types.PauseRequested("card" if card else "asked") if on else consent_types.ResumeRequested()
        self._session(room).handle_event(event)

    def update_participants(self, room: Room, participants: Sequence[RecordingParticipant]) -> None:
        session = self._sessions.get(room.id)
        if session is None:
            return
        if not participants:
            self._drop(room.id)
        elif session.has_joined(participants):
            self._on_joined(room, session, participants)
        else:
            session.update_participants(participants)

    def on_dtmf(self, room_id: str, participant_id: str, digit: str) -> None:
        session = self._sessions.get(room_id)
        if session is not None:
            session.on_dtmf(participant_id, digit)

    def on_subject_erased(self, tenant_id: str, subject: str) -> None:
        """End the recordings of an erased subject."""
        for session in self._sessions.values():
            session.on_subject_erased(tenant_id, subject)

    def consent_of(self, room_id: str, participant_id: str) -> str | None:
        session = self._sessions.get(room_id)
        return session.consent_stage(participant_id) if session is not None else None

    def _on_joined(self, room: Room, session: "_Session", participants: Sequence[RecordingParticipant]) -> None:
        """A participant joined: recording may no longer be allowed, or may require consent of everyone."""
        allowed = self._decide(room, participants)
        if allowed is None:
            session.handle_event(consent_types.StopRequested())
            return
        if allowed.terms.mode == "opt_in" != session.mode:
            session.on_ended, session.on_paused = lambda: None, _ignore
            self._ending.spawn(session.close("changed"))
            asyncio.get_running_loop().call_soon(self._parts.meetings.handle_event, room.id, RecordingChanged(True))
            session = self._begin(room, allowed, session.started_by)
            session.begin([one for one in participants if not one.awaiting_consent])
        session.update_participants(participants)

    def _begin(self, room: Room, allowed: RecordingDecision, started_by: str) -> "_Session":
        session = self._sessions[room.id] = _Session(self._parts, room, allowed, started_by)
        session.on_ended = lambda: self._drop(room.id)
        session.on_paused = lambda on: self._parts.meetings.handle_event(room.id, RecordingChanged(True, on))
        return session

    def _decide(self, room: Room, participants: Sequence[RecordingParticipant]) -> RecordingDecision | None:
        extensions = [one.caller.extension_id for one in participants if one.caller.extension_id]
        return self._parts.archive.decide(room.tenant_id, extensions)

    def _session(self, room: Room) -> "_Session":
        session = self._sessions.get(room.id)
        if session is None:
            raise Conflict("This conference is not being recorded.")
        return session

    def _drop(self, room_id: str) -> None:
        session = self._sessions.pop(room_id, None)
        if session is not None:
            self._ending.spawn(session.close())
            self._parts.meetings.handle_event(room_id, RecordingChanged(False))


class _Session:
    """The recording of one conference. `on_ended` is called once when it ends by itself; `on_paused` when it is paused
    or resumed."""

    def __init__(self, parts: ConferenceRecorderParts, room: Room, allowed: RecordingDecision, started_by: str) -> None:
        self.on_ended: Callable[[], None] = lambda: None
        self.on_paused: Callable[[bool], object] = lambda on: None
        self._parts = parts
        self._room = room
        # DTMF digits in a conference are commands, never a card number.
        self._terms = replace(allowed.terms, pause_on_dtmf=False)
        self.started_by = started_by
        """The id of the participant that started it."""
        self._id = parts.clock.new_id()
        self._state: consent_types.ConsentState = consent_types.RecordingEnded("stopped")
        self._participants: dict[str, RecordingParticipant] = {}
        self._waiting: dict[str, consent_types.ConsentState] = {}
        """Consent states of participants waiting to be admitted."""
        self._timer: asyncio.TimerHandle | None = None
        self._tasks = RecordingTasks(self.handle_event, "room_recording_failed", room=room.id)
        self._lock = asyncio.Lock()
        self._track: ConferenceTrack | None = None
        self._owners: dict[str, str] = {}
        """Call ids of the participants in the current recording, by participant id."""
        self._end: RecordingEndReason = "over"
        self._segment: ConferenceSegment | None = None
        self._last_segment: ConferenceSegment | None = None
        self._tap_names = (f"room-{self._id}/{number}" for number in count(1))
        self._indications: dict[str, RecordIndication] = {}
        self._was_paused = False
        self._closed = False

    def begin(self, participants: Sequence[RecordingParticipant]) -> None:
        """Play the notice to all participants."""
        self._participants = {one.id: one for one in participants}
        legs = [self._leg(one) for one in participants]
        self._state, actions = consent.begin(self._terms, legs, self._now())
        self._execute(actions)

    @property
    def mode(self) -> consent_types.ConsentMode:
        return self._terms.mode

    def has_joined(self, participants: Sequence[RecordingParticipant]) -> bool:
        """Whether recording is active and any of these participants is new."""
        return not isinstance(self._state, consent_types.RecordingEnded) and any(
            one.id not in self._participants for one in participants
        )

    def update_participants(self, participants: Sequence[RecordingParticipant]) -> None:
        """Update the participants, admitted and waiting."""
        self._participants = {one.id: one for one in participants}
        for id_ in [one for one in self._waiting if one not in self._participants]:
            del self._waiting[id_]
        for one in participants:
            if one.awaiting_consent and one.id not in self._waiting:
                consent_state, actions = consent.begin_joining(self._terms, self._leg(one), self._now())
                self._waiting[one.id] = consent_state
                self._execute_waiting(one.id, actions)
            elif one.awaiting_consent:
                self._step_waiting(one.id, consent_types.ParticipantsChanged((self._leg(one),)))
        admitted = {one.id: self._leg(one) for one in participants if not one.awaiting_consent}
        for id_ in [one for one in admitted if one in self._waiting]:
            self._admit(self._waiting.pop(id_))
        if isinstance(self._state, consent_types.RecordingActive) and admitted.keys() < self._present():
            # A leaving participant does not interrupt the recording.
            legs = tuple(replace(one, present=one.leg.name in admitted) for one in self._state.legs)
            self._state = replace(self._state, legs=legs)
        else:
            self.handle_event(consent_types.ParticipantsChanged(tuple(admitted.values())))
        self._update_indication()

    def on_dtmf(self, participant_id: str, digit: str) -> None:
        if participant_id in self._waiting:
            self._step_waiting(participant_id, consent_types.DigitReceived(participant_id, digit))
        else:
            self.handle_event(consent_types.DigitReceived(participant_id, digit))

    def consent_stage(self, participant_id: str) -> str | None:
        """The consent stage of a participant."""
        state = self._waiting.get(participant_id, self._state)
        return next((one.stage for one in consent.present_legs(state) if one.leg.name == participant_id), None)

    def handle_event(self, event: consent_types.ConsentEvent) -> None:
        """Process a consent event."""
        if not self._closed:
            self._state, actions = consent.step(self._state, event, self._now())
            self._execute(actions)
            self._update_indication()

    def on_subject_erased(self, tenant_id: str, subject: str) -> None:
        """End the recording if an erased subject took part; it is not restarted."""
        writer = self._track.writer if self._track is not None and self._room.tenant_id == tenant_id else None
        if writer is not None and subject in writer.subjects:
            self.handle_event(consent_types.RecordingFailed("fault"))

    async def close(self, end: RecordingEndReason | None = None) -> None:
        """Store the recording and stop."""
        self._end = end or self._end
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._stop_capture("over")
        self._update_indication()
        async with self._lock:
            await self._finish(self._end)
        await self._tasks.join()

    # ---- admission

    def _present(self) -> frozenset[str]:
        return frozenset(one.leg.name for one in consent.present_legs(self._state))

    def _admit(self, consent_state: consent_types.ConsentState) -> None:
        """Add a participant informed before admission to the consent state, as a known leg."""
        if not isinstance(self._state, consent_types.RecordingEnded) and not isinstance(
            consent_state, consent_types.RecordingEnded
        ):
            known = tuple(replace(one, present=False) for one in consent_state.legs)
            self._state = replace(self._state, legs=(*self._state.legs, *known))

    def _step_waiting(self, participant_id: str, event: consent_types.ConsentEvent) -> None:
        consent_state = self._waiting.get(participant_id)
        if consent_state is not None and not self._closed:
            self._waiting[participant_id], actions = consent.step(consent_state, event, self._now())
            self._execute_waiting(participant_id, actions)

    def _execute_waiting(self, participant_id: str, actions: list[consent_types.ConsentAction]) -> None:
        for action in actions:
            match action:
                case consent_types.PlayPrompt(leg, prompt, awaited) if awaited:
                    self._play_notice(leg, prompt, lambda event: self._step_waiting(participant_id, event))
                case consent_types.StartCapture():
                    self._notify_later(ConsentGiven(participant_id))
                case consent_types.EndRecording():
                    self._notify_later(ConsentRefused(participant_id))
                case _:
                    pass
        self._rearm()

    def _notify_later(self, event: ConsentGiven | ConsentRefused) -> None:
        """Notify the conference later, not within its current state machine step."""
        asyncio.get_running_loop().call_soon(self._parts.meetings.handle_event, self._room.id, event)

    # ---- actions of the consent machine

    def _execute(self, actions: list[consent_types.ConsentAction]) -> None:
        for action in actions:
            match action:
                case consent_types.PlayPrompt(leg, prompt, awaited):
                    self._play_notice(leg, prompt, self.handle_event if awaited else _ignore)
                case consent_types.PlayBeep():
                    self._parts.engine.beep(ROOM_PREFIX + self._room.id)
                case consent_types.StopCapture(why):
                    self._stop_capture(why)
                case consent_types.StartCapture():
                    self._tasks.spawn(self._start_capture())
                case consent_types.EndRecording(end):
                    self._end = end
                    log.info("room_recording_over", room=self._room.id, end=end)
                    asyncio.get_running_loop().call_soon(self.on_ended)
                case consent_types.StopPrompt():
                    pass
        self._rearm()

    def _play_notice(self, leg: str, prompt: str, notify: Callable[[consent_types.ConsentEvent], object]) -> None:
        participant = self._participants.get(leg)
        extension_id = participant.caller.extension_id if participant is not None else ""
        sounds = tuple(self._parts.prompts.named(prompt, self._parts.language(self._room.tenant_id, extension_id)))
        digest = "+".join(sound.digest for sound in sounds)

        def played(complete: bool) -> None:
            notify(consent_types.PromptPlayed(leg, digest) if complete else consent_types.PromptFailed(leg))

        self._parts.meetings.notify(self._room, leg, RequiredNotice(sounds, played))

    def _rearm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        times = [consent.deadline(state) for state in (self._state, *self._waiting.values())]
        at = min((each for each in times if each is not None), default=None)
        if at is not None and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(max(at - self._now(), 0.0), self._on_timer)

    def _on_timer(self) -> None:
        for id_ in list(self._waiting):
            self._step_waiting(id_, consent_types.DeadlineReached())
        self.handle_event(consent_types.DeadlineReached())

    # ---- recording indication

    def _update_indication(self) -> None:
        """Update the indication in the conference and on phones."""
        state, call_soon = self._state, asyncio.get_running_loop().call_soon
        paused = isinstance(state, consent_types.RecordingPaused) or (
            isinstance(state, consent_types.AwaitingConsent) and state.pause_reason is not None
        )
        if paused is not self._was_paused and not self._closed:
            self._was_paused = paused
            call_soon(self.on_paused, paused)
        now: RecordIndication = "off"
        if not self._closed and isinstance(state, consent_types.RecordingActive | consent_types.RecordingPaused):
            now = "on" if isinstance(state, consent_types.RecordingActive) else "paused"
        for one in self._participants.values():
            indication = now if one.id not in self._waiting else "off"
            if self._indications.get(one.id, "off") != indication:
                self._indications[one.id] = indication
                call_soon(self._parts.calls.indicate, one.call_id, indication)

    # ---- capture

    def _stop_capture(self, why: str) -> None:
        """Stop capturing immediately."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.stop()
            kind = _PAUSE_MARKS.get(why)
            if kind is not None:
                self._tasks.spawn(self._mark(segment, kind))

    async def _mark(self, segment: ConferenceSegment, kind: MarkKind) -> None:
        async with self._lock:
            await segment.flush()
            if self._track is not None:
                await self._track.writer.mark(kind)

    async def _start_capture(self, *, new_recording: bool = False) -> None:
        """Start or continue capturing with the current participants, if consent still holds."""
        async with self._lock:
            if not self._may_capture():
                return
            standings, track = consent.present_legs(self._state), self._track
            if track is not None and (new_recording or not self._present() <= self._owners.keys()):
                await self._finish("changed")
                track = None
            if track is not None:
                await track.writer.mark("resumed")
            else:
                self._owners = {one.id: one.call_id for one in self._participants.values() if one.id in self._present()}
                try:
                    track = self._track = ConferenceTrack(
                        await self._parts.archive.begin(self._new_recording(standings))
                    )
                except ErasedSubject:
                    self.handle_event(consent_types.RecordingFailed("fault"))
                    return
            # Checked again after every await: the participants may have changed; then another action starts capturing.
            if self._may_capture() and self._present() <= self._owners.keys():
                self._start_segment(track)

    def _start_segment(self, track: ConferenceTrack) -> None:
        parts, room = self._parts, ROOM_PREFIX + self._room.id
        self._segment = self._last_segment = ConferenceSegment(parts.engine, room, self._tap_names, track, parts.clock)
        self._segment.on_started, self._segment.on_failed = self._on_started, self._on_failed

    def _may_capture(self) -> bool:
        return consent.may_capture(self._state) and not self._closed and self._segment is None

    def _on_started(self) -> None:
        for call_id in self._owners.values():
            self._parts.calls.mark_recorded(call_id)

    def _on_failed(self, why: str) -> None:
        self._segment = None
        if why == "rate":
            self._tasks.spawn(self._start_capture(new_recording=True))
        else:
            self.handle_event(consent_types.RecordingFailed("full" if why == "full" else "fault"))

    async def _finish(self, end: RecordingEndReason) -> None:
        track, self._track = self._track, None
        if track is not None:
            if self._last_segment is not None:
                await self._last_segment.flush()
            await track.writer.finish(end)

    def _new_recording(self, standings: Sequence[consent_types.LegConsent]) -> NewCallRecording:
        parties = tuple(
            NewRecordedParty(
                participant.caller.subject,
                participant.caller.extension_id or None,
                PartyIdentity(participant.caller.number, participant.caller.name),
                consent_evidence(one, self._parts.clock),
            )
            for one in standings
            if (participant := self._participants.get(one.leg.name)) is not None
        )
        return NewCallRecording(self._room.tenant_id, self._id, self._terms.mode, "demand", parties, mixed=True)

    def _leg(self, participant: RecordingParticipant) -> consent_types.ConsentLeg:
        return consent_types.ConsentLeg(
            participant.id,
            not participant.receives_audio,
            requested_recording=participant.id == self.started_by,
            objects=self._parts.calls.refuses_recording(participant.call_id),
        )

    def _now(self) -> float:
        return self._parts.clock.monotonic()


_PAUSE_MARKS: dict[str, MarkKind] = {"asked": "paused", "card": "paused_for_card"}


def _ignore(what: object) -> None:
    del what
