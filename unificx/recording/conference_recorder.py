"""Conference recording: all participants are informed, late joiners before they enter.

The mixed room audio is recorded in one channel and owned by all participants. When a participant joins, the recording
ends and a new one starts, so that each is erased with any of its own participants, and only with them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from unificx.conferencing import RecordingChanged, RecordingParticipant, Room
from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.errors import Conflict, Forbidden
from unificx.recording.conference_session import ConferenceRecorderDependencies, ConferenceSession
from unificx.recording.machine import consent_types
from unificx.recording.policy import RecordingDecision


class ConferenceRecorder:
    """Implements the conferencing port for recording."""

    def __init__(self, deps: ConferenceRecorderDependencies) -> None:
        self._deps = deps
        # Owner: the node that holds the meeting.
        self._sessions: dict[str, ConferenceSession] = {}
        self._ending = BackgroundTasks(Access("history", "conference recorder"))

    async def close(self) -> None:
        """End every recording and wait until all are stored."""
        for room_id in list(self._sessions):
            self._drop(room_id)
        await self._ending.join()

    def start(self, room: Room, by: str, *, video: bool) -> None:
        participants = self._deps.meetings.recording_participants(room)
        allowed = self._decide(room, participants)
        if allowed is None:
            raise Forbidden("Recording is disabled for this tenant or one of these extensions.")
        if room.id in self._sessions:
            raise Conflict("This conference is already being recorded.")
        self._begin(room, _with_video(allowed, video), by).begin(participants)
        self._deps.meetings.handle_event(room.id, RecordingChanged(True, video=video))

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
            if session.video is not None:
                session.video.update()

    def on_speaker_changed(self, room_id: str, participant_id: str) -> None:
        session = self._sessions.get(room_id)
        if session is not None and session.video is not None:
            session.video.update(participant_id)

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

    def _on_joined(self, room: Room, session: ConferenceSession, participants: Sequence[RecordingParticipant]) -> None:
        """A participant joined: recording may no longer be allowed, or may require consent of everyone."""
        allowed = self._decide(room, participants)
        if allowed is None:
            session.handle_event(consent_types.StopRequested())
            return
        if allowed.terms.mode == "opt_in" != session.mode:
            self._ending.spawn(session.close("changed"))
            changed, video = self._deps.meetings.handle_event, session.video is not None
            asyncio.get_running_loop().call_soon(changed, room.id, RecordingChanged(True, video=video))
            session = self._begin(room, _with_video(allowed, video), session.started_by)
            session.begin([one for one in participants if not one.awaiting_consent])
        session.update_participants(participants)

    def _begin(self, room: Room, allowed: RecordingDecision, started_by: str) -> ConferenceSession:
        def ended() -> None:
            if self._sessions.get(room.id) is session:
                self._drop(room.id)

        def paused(on: bool) -> None:
            if self._sessions.get(room.id) is session:
                self._deps.meetings.handle_event(room.id, RecordingChanged(True, on, session.video is not None))

        session = ConferenceSession(self._deps, room, allowed, started_by, on_ended=ended, on_paused=paused)
        self._sessions[room.id] = session
        return session

    def _decide(self, room: Room, participants: Sequence[RecordingParticipant]) -> RecordingDecision | None:
        extensions = [one.caller.extension_id for one in participants if one.caller.extension_id]
        return self._deps.archive.decide(room.tenant_id, extensions)

    def _session(self, room: Room) -> ConferenceSession:
        session = self._sessions.get(room.id)
        if session is None:
            raise Conflict("This conference is not being recorded.")
        return session

    def _drop(self, room_id: str) -> None:
        session = self._sessions.pop(room_id, None)
        if session is not None:
            self._ending.spawn(session.close())
            self._deps.meetings.handle_event(room_id, RecordingChanged(False))


def _with_video(allowed: RecordingDecision, video: bool) -> RecordingDecision:
    return replace(allowed, terms=replace(allowed.terms, video=video))
