"""The recording session of one conference: the consent of its participants and the capture of the mixed audio."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from unificx.calls import CallRecordingStatus
from unificx.conferencing import (
    ROOM_PREFIX,
    ConferenceManager,
    ConsentGiven,
    ConsentRefused,
    MeetingVideos,
    RecordingParticipant,
    RequiredNotice,
    Room,
)
from unificx.core.clock import Clock
from unificx.media_worker.client import MediaEngineClient
from unificx.recording.active_video import ActiveVideo
from unificx.recording.archive import RecordingArchive
from unificx.recording.capture import Capture
from unificx.recording.conference_source import ConferenceSource
from unificx.recording.consent_executor import ConsentExecutor
from unificx.recording.machine import consent, consent_types
from unificx.recording.policy import RecordingDecision
from unificx.recording.ports import Prompts
from unificx.recording.recording_tasks import RecordingTasks
from unificx.recording.schemas import MarkKind, RecordingEndReason
from unificx.sdp import RecordIndication

log = structlog.get_logger()
_PAUSE_MARKS: dict[str, MarkKind] = {"asked": "paused", "card": "paused_for_card"}


@dataclass(frozen=True, slots=True)
class ConferenceRecorderDependencies:
    """Dependencies of the recorder. `language` returns the prompt language of a tenant's extension."""

    clock: Clock
    engine: MediaEngineClient
    prompts: Prompts
    archive: RecordingArchive
    language: Callable[[str, str], str]
    videos: MeetingVideos
    calls: CallRecordingStatus

    @property
    def meetings(self) -> ConferenceManager:
        return self.videos.meetings


Notify = Callable[[consent_types.ConsentEvent], object]
PlayNotice = Callable[[str, str, Notify], None]
"""Plays a prompt to a leg; the callback gets `PromptPlayed` or `PromptFailed`."""


class _Admission:
    """The consent of a participant who waits to be admitted. Nothing is captured for it."""

    def __init__(
        self,
        clock: Clock,
        participant_id: str,
        play_notice: PlayNotice,
        notify: Callable[[ConsentGiven | ConsentRefused], None],
    ) -> None:
        self.executor = ConsentExecutor(clock, self)
        self._participant_id = participant_id
        self._play_notice = play_notice
        self._notify = notify

    def play_prompt(self, leg: str, prompt: str, *, awaited: bool) -> None:
        if awaited:
            self._play_notice(leg, prompt, self.executor.handle_event)

    def stop_prompt(self, leg: str) -> None: ...
    def play_beep(self) -> None: ...
    def stop_capture(self, why: str) -> None: ...

    def start_capture(self) -> None:
        self._notify(ConsentGiven(self._participant_id))

    def end_recording(self, reason: consent_types.EndReason) -> None:
        del reason
        self._notify(ConsentRefused(self._participant_id))


class ConferenceSession:
    """The recording of one conference. `on_ended` is called once when it ends by itself; `on_paused` when it is paused
    or resumed."""

    def __init__(
        self,
        deps: ConferenceRecorderDependencies,
        room: Room,
        allowed: RecordingDecision,
        started_by: str,
        *,
        on_ended: Callable[[], None],
        on_paused: Callable[[bool], None],
    ) -> None:
        self._on_ended = on_ended
        self._on_paused = on_paused
        self._deps = deps
        self._room = room
        # DTMF digits in a conference are commands, never a card number.
        self._terms = replace(allowed.terms, pause_on_dtmf=False)
        self.started_by = started_by
        """The id of the participant that started it."""
        # Owner: the node that holds the meeting.
        self._participants: dict[str, RecordingParticipant] = {}
        self._waiting: dict[str, _Admission] = {}
        """Participants waiting to be admitted."""
        self._end: RecordingEndReason = "over"
        self._indications: dict[str, RecordIndication] = {}
        self._was_paused = False
        self._tasks = RecordingTasks(self.handle_event, "room_recording_failed", room=room.id)
        self._executor = ConsentExecutor(deps.clock, self, self._update_indication)
        self.video = ActiveVideo(deps.videos, room, deps.clock) if self._terms.video else None
        """The video that is recorded; None without video."""
        self._source = ConferenceSource(
            (deps.engine, deps.clock, self.video),
            room,
            self._executor,
            self._terms.mode,
            mark_recorded=deps.calls.mark_recorded,
            on_failed=self._on_segment_failed,
        )
        self._capture = Capture(deps.archive, self._source, self._tasks, self._on_capture_failed, _PAUSE_MARKS)

    def begin(self, participants: Sequence[RecordingParticipant]) -> None:
        """Play the notice to all participants."""
        self._set_participants(participants)
        legs = [self._leg(one) for one in participants]
        self._executor.begin(consent.begin(self._terms, legs, self._deps.clock.monotonic()))

    @property
    def mode(self) -> consent_types.ConsentMode:
        return self._terms.mode

    def has_joined(self, participants: Sequence[RecordingParticipant]) -> bool:
        """Whether recording is active and any of these participants is new."""
        return not isinstance(self._executor.state, consent_types.RecordingEnded) and any(
            one.id not in self._participants for one in participants
        )

    def update_participants(self, participants: Sequence[RecordingParticipant]) -> None:
        """Update the participants, admitted and waiting."""
        self._set_participants(participants)
        for id_ in [one for one in self._waiting if one not in self._participants]:
            self._waiting.pop(id_).executor.close()
        for one in participants:
            if one.awaiting_consent and one.id not in self._waiting:
                self._await_consent(one)
            elif one.awaiting_consent:
                changed = consent_types.ParticipantsChanged((self._leg(one),))
                self._waiting[one.id].executor.handle_event(changed)
        admitted = {one.id: self._leg(one) for one in participants if not one.awaiting_consent}
        for id_ in [one for one in admitted if one in self._waiting]:
            self._admit(self._waiting.pop(id_).executor)
        state = self._executor.state
        if isinstance(state, consent_types.RecordingActive) and admitted.keys() < self._source.present():
            # A leaving participant does not interrupt the recording.
            self._executor.set_legs(tuple(replace(one, present=one.leg.name in admitted) for one in state.legs))
        else:
            self.handle_event(consent_types.ParticipantsChanged(tuple(admitted.values())))
        self._update_indication()

    def on_dtmf(self, participant_id: str, digit: str) -> None:
        event, waiting = consent_types.DigitReceived(participant_id, digit), self._waiting.get(participant_id)
        (waiting.executor if waiting is not None else self._executor).handle_event(event)

    def consent_stage(self, participant_id: str) -> str | None:
        """The consent stage of a participant."""
        waiting = self._waiting.get(participant_id)
        state = (waiting.executor if waiting is not None else self._executor).state
        return next((one.stage for one in consent.present_legs(state) if one.leg.name == participant_id), None)

    def handle_event(self, event: consent_types.ConsentEvent) -> None:
        """Process a consent event."""
        self._executor.handle_event(event)

    def on_subject_erased(self, tenant_id: str, subject: str) -> None:
        """End the recording if an erased subject took part; it is not restarted."""
        writer = self._capture.writer if self._room.tenant_id == tenant_id else None
        if writer is not None and subject in writer.subjects:
            self.handle_event(consent_types.RecordingFailed("fault"))

    async def close(self, end: RecordingEndReason | None = None) -> None:
        """Store the recording and stop."""
        for executor in (self._executor, *(one.executor for one in self._waiting.values())):
            executor.close()
        self._capture.stop("over")
        self._update_indication()
        await self._capture.finish(end or self._end)
        await self._tasks.join()

    # ---- admission

    def _await_consent(self, one: RecordingParticipant) -> None:
        def notify(event: ConsentGiven | ConsentRefused) -> None:
            """Notify the conference later, not within its current state machine step."""
            asyncio.get_running_loop().call_soon(self._deps.meetings.handle_event, self._room.id, event)

        admission = self._waiting[one.id] = _Admission(self._deps.clock, one.id, self._play_notice, notify)
        if not self._executor.closed:
            now = self._deps.clock.monotonic()
            admission.executor.begin(consent.begin_joining(self._terms, self._leg(one), now))

    def _admit(self, admission: ConsentExecutor) -> None:
        """Add a participant informed before admission to the consent state, as a known leg."""
        admission.close()
        ended = consent_types.RecordingEnded
        if not isinstance(self._executor.state, ended) and not isinstance(admission.state, ended):
            known = tuple(replace(one, present=False) for one in admission.state.legs)
            self._executor.set_legs((*self._executor.state.legs, *known))

    # ---- actions of the consent machine

    def play_prompt(self, leg: str, prompt: str, *, awaited: bool) -> None:
        self._play_notice(leg, prompt, self.handle_event if awaited else _ignore)

    def stop_prompt(self, leg: str) -> None:
        """The conference app plays notices to their end."""

    def play_beep(self) -> None:
        self._deps.engine.beep(ROOM_PREFIX + self._room.id)

    def stop_capture(self, why: str) -> None:
        self._capture.stop(why)

    def start_capture(self) -> None:
        self._tasks.spawn(self._capture.start())

    def end_recording(self, reason: consent_types.EndReason) -> None:
        self._end = reason
        log.info("room_recording_over", room=self._room.id, end=reason)
        asyncio.get_running_loop().call_soon(self._on_ended)

    def _play_notice(self, leg: str, prompt: str, notify: Notify) -> None:
        """Have the conference app play a notice; `notify` gets `PromptPlayed` or `PromptFailed`."""
        participant = self._participants.get(leg)
        extension_id = participant.caller.extension_id if participant is not None else ""
        sounds = tuple(self._deps.prompts.named(prompt, self._deps.language(self._room.tenant_id, extension_id)))
        digest = "+".join(sound.digest for sound in sounds)

        def played(complete: bool) -> None:
            notify(consent_types.PromptPlayed(leg, digest) if complete else consent_types.PromptFailed(leg))

        self._deps.meetings.notify(self._room, leg, RequiredNotice(sounds, played))

    # ---- recording indication

    def _update_indication(self) -> None:
        """Update the indication in the conference and on phones."""
        state, call_soon = self._executor.state, asyncio.get_running_loop().call_soon
        paused = isinstance(state, consent_types.RecordingPaused) or (
            isinstance(state, consent_types.AwaitingConsent) and state.pause_reason is not None
        )
        if paused is not self._was_paused and not self._executor.closed:
            self._was_paused = paused
            call_soon(self._on_paused, paused)
        now: RecordIndication = "off"
        if not self._executor.closed and isinstance(
            state, consent_types.RecordingActive | consent_types.RecordingPaused
        ):
            now = "on" if isinstance(state, consent_types.RecordingActive) else "paused"
        for one in self._participants.values():
            indication = now if one.id not in self._waiting else "off"
            if self._indications.get(one.id, "off") != indication:
                self._indications[one.id] = indication
                call_soon(self._deps.calls.indicate, one.call_id, indication)

    # ---- capture

    def _on_segment_failed(self, why: str) -> None:
        self._capture.release()
        if why == "rate":
            self._tasks.spawn(self._capture.start(new_recording=True))
        else:
            self._on_capture_failed(why)

    def _on_capture_failed(self, why: str) -> None:
        self.handle_event(consent_types.RecordingFailed("full" if why == "full" else "fault"))

    def _set_participants(self, participants: Sequence[RecordingParticipant]) -> None:
        present = {one.id for one in participants}
        for gone in [one for one in self._participants.values() if one.id not in present]:
            if self._indications.pop(gone.id, "off") != "off":  # the call may go on in a room that is not recorded
                asyncio.get_running_loop().call_soon(self._deps.calls.indicate, gone.call_id, "off")
        self._participants = {one.id: one for one in participants}
        self._source.participants = self._participants

    def _leg(self, participant: RecordingParticipant) -> consent_types.ConsentLeg:
        return consent_types.ConsentLeg(
            participant.id,
            not participant.receives_audio,
            requested_recording=participant.id == self.started_by,
            objects=self._deps.calls.refuses_recording(participant.call_id),
        )


def _ignore(what: object) -> None:
    del what
