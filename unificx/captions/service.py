"""Live captions of meetings: what participants say is recognized on this machine and shown to the meeting as text.

A host switches them on. Everyone is informed before their speech is recognized, late participants before they enter;
by the consent machine of recordings, for each participant alone: the speech of one who refuses is not recognized, and
the others have captions. They end with the meeting, or when its last host has left, and not while a host is in one of
its breakout rooms. Nothing is stored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from unificx.captions.ports import LiveTranscriber
from unificx.captions.recognition import RecognitionQueue
from unificx.captions.segmenter import Segment
from unificx.captions.speaker import Speaker, SpeakerDependencies
from unificx.conferencing import (
    ConferenceManager,
    RecordingParticipant,
    RequiredNotice,
    Room,
)
from unificx.conferencing.events import ConferenceChanged
from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Forbidden
from unificx.core.phrases import Phrase
from unificx.media_worker.client import MediaEngineClient
from unificx.recording import Prompts, consent_types

MAX_MEETINGS = 2
"""Meetings with captions at a time on this server: the recognizer takes one piece of speech at a time."""


@dataclass(frozen=True, slots=True)
class CaptionRules:
    """Rules of a tenant. `is_allowed`: the tenant uses speech recognition; `consent`: how participants are asked, by
    tenant and extensions; `objects`: whether the phone of a call refuses; `language`: of prompts, by extension."""

    is_allowed: Callable[[str], bool]
    consent: Callable[[str, list[str]], consent_types.ConsentMode]
    objects: Callable[[str], bool]
    language: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class CaptionDependencies:
    clock: Clock
    engine: MediaEngineClient
    prompts: Prompts
    meetings: ConferenceManager
    transcriber: LiveTranscriber
    rules: CaptionRules
    publish: Callable[[object], None]


@dataclass(slots=True)
class _Captioned:
    room: Room
    started_by: str
    terms: consent_types.ConsentTerms
    speakers: dict[str, Speaker]


class MeetingCaptions:
    """Implements `MeetingCaptioner` of conferencing."""

    def __init__(self, deps: CaptionDependencies) -> None:
        self._deps = deps
        self._queue = RecognitionQueue(deps.transcriber, deps.clock, deps.publish)
        # Owner: the node that holds the meeting.
        self._live: dict[str, _Captioned] = {}
        self._tap_names = (f"captions-{number}" for number in count(1))
        self._tasks = BackgroundTasks()
        self._is_running = False

    def requirement(self, tenant_id: str) -> str:
        """Return what is missing for captions in meetings of a tenant; "" if a host can switch them on."""
        if missing := self._deps.transcriber.requirement:
            return missing
        return (
            ""
            if self._deps.rules.is_allowed(tenant_id)
            else Phrase("Allow transcription in the settings of voicemail.")
        )

    def is_on(self, room_id: str) -> bool:
        """Whether a meeting has captions."""
        return room_id in self._live

    def consent_of(self, room_id: str, participant_id: str) -> str | None:
        """Return the consent state of a participant; None if the meeting has no captions."""
        live = self._live.get(room_id)
        speaker = live.speakers.get(participant_id) if live is not None else None
        return speaker.stage if speaker is not None else None

    def start(self, room: Room, by: str) -> None:
        """Switch captions on for a host or administrator. Raise Forbidden, Conflict."""
        self._require_host(room, by)
        if missing := self.requirement(room.tenant_id):
            raise Conflict("Captions are not available.", hint=missing)
        if room.id in self._live:
            return
        if len(self._live) >= MAX_MEETINGS:
            raise Conflict("Other meetings have captions already.", hint="Try again when one of them has ended.")
        participants = self._deps.meetings.recording_participants(room)
        extensions = [one.caller.extension_id for one in participants if one.caller.extension_id]
        terms = consent_types.ConsentTerms(
            self._deps.rules.consent(room.tenant_id, extensions), beep_interval=0, pause_on_dtmf=False, captions=True
        )
        self._live[room.id] = _Captioned(room, by, terms, {})
        if not self._is_running:
            self._is_running = True
            self._tasks.spawn(self._queue.run())
        self.update_participants(room)
        self._deps.publish(ConferenceChanged(room))

    def stop(self, room: Room, by: str) -> None:
        """Switch captions off for a host or administrator, and inform everyone. Raise Forbidden."""
        self._require_host(room, by)
        self._end(room.id)

    def update_participants(self, room: Room) -> None:
        """Follow the participants of a meeting. Called after each of its events."""
        live = self._live.get(room.id)
        if live is None:
            return
        state = self._deps.meetings.state_of(room.id)
        if state is None or not (state.hosts_away or any(state.has_host_rights(one.id) for one in state.members)):
            self._end(room.id)
            return
        meeting = self._deps.meetings.status(room)
        inside = {one.id: one for one in meeting.participants if one.state == "in"} if meeting is not None else {}
        participants = self._deps.meetings.recording_participants(room)
        for gone in set(live.speakers) - {one.id for one in participants}:
            live.speakers.pop(gone).close()
        for one in participants:
            leg = self._consent_leg(live, one)
            if one.id not in live.speakers:
                live.speakers[one.id] = Speaker(self._speaker_deps(live), live.terms, leg, one.media_leg)
            live.speakers[one.id].update(leg, is_open=one.id in inside and not inside[one.id].muted)

    def on_dtmf(self, room_id: str, participant_id: str, digit: str) -> None:
        """Handle a DTMF digit that is not a meeting command."""
        live = self._live.get(room_id)
        if live is not None and participant_id in live.speakers:
            live.speakers[participant_id].on_dtmf(digit)

    async def close(self) -> None:
        """End all captions and the recognizer."""
        for room_id in list(self._live):
            self._end(room_id)
        await self._tasks.close()

    def _end(self, room_id: str) -> None:
        live = self._live.pop(room_id, None)
        if live is None:
            return
        for participant_id, speaker in live.speakers.items():
            speaker.close()
            self._play(live.room, participant_id, "captions/ended", lambda complete, digest: None)
        self._queue.forget(room_id)
        self._deps.publish(ConferenceChanged(live.room))

    def _speaker_deps(self, live: _Captioned) -> SpeakerDependencies:
        def play_notice(name: str, prompt: str, notify: Callable[[consent_types.ConsentEvent], object]) -> None:
            def played(complete: bool, digest: str) -> None:
                notify(consent_types.PromptPlayed(name, digest) if complete else consent_types.PromptFailed(name))

            self._play(live.room, name, prompt, played)

        def spoken(name: str, segment: Segment) -> None:
            speaker = live.speakers.get(name)

            def is_wanted() -> bool:
                return speaker is not None and speaker.is_allowed and self._live.get(live.room.id) is live

            self._queue.put(live.room, name, segment, is_wanted)

        def changed() -> None:
            self._deps.publish(ConferenceChanged(live.room))

        deps = self._deps
        return SpeakerDependencies(deps.engine, deps.clock, self._tap_names, play_notice, spoken, changed)

    def _play(self, room: Room, participant_id: str, prompt: str, played: Callable[[bool, str], None]) -> None:
        participants = self._deps.meetings.recording_participants(room)
        extension_id = next((one.caller.extension_id for one in participants if one.id == participant_id), "")
        language = self._deps.rules.language(room.tenant_id, extension_id)
        sounds = tuple(self._deps.prompts.named(prompt, language))
        digest = "+".join(sound.digest for sound in sounds)
        notice = RequiredNotice(sounds, lambda complete: played(complete, digest))
        self._deps.meetings.notify(room, participant_id, notice)

    def _consent_leg(self, live: _Captioned, one: RecordingParticipant) -> consent_types.ConsentLeg:
        return consent_types.ConsentLeg(
            one.id,
            not one.receives_audio,
            requested_recording=one.id == live.started_by,
            objects=self._deps.rules.objects(one.call_id),
        )

    def _require_host(self, room: Room, by: str) -> None:
        if not self._deps.meetings.has_host_rights(room, by):
            raise Forbidden("Only a host can do this.")
