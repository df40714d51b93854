"""The mixed audio of a conference for its recording, in one channel."""

from collections.abc import Callable, Mapping
from itertools import count

from unificx.conferencing import ROOM_PREFIX, RecordingParticipant, Room
from unificx.core.clock import Clock
from unificx.media_worker.client import MediaEngineClient
from unificx.recording.active_video import ActiveVideo
from unificx.recording.archive import CallRecordingWriter
from unificx.recording.conference_capture import ConferenceSegment, ConferenceSegmentDependencies, ConferenceTrack
from unificx.recording.consent_evidence import consent_evidence
from unificx.recording.consent_executor import ConsentExecutor
from unificx.recording.machine import consent
from unificx.recording.machine.consent_types import ConsentMode
from unificx.recording.schemas import NewCallRecording, NewRecordedParty, PartyIdentity


class ConferenceSource:
    """Implements `CaptureSource` for `participants`, which are replaced when they change.

    `mark_recorded` is called with the call id of each owner once a segment has audio; `on_failed` if a segment cannot
    continue, see `ConferenceSegment`.
    """

    def __init__(
        self,
        media: tuple[MediaEngineClient, Clock, ActiveVideo | None],
        room: Room,
        executor: ConsentExecutor,
        mode: ConsentMode,
        *,
        mark_recorded: Callable[[str], None],
        on_failed: Callable[[str], None],
    ) -> None:
        engine, self._clock, self._video = media
        self.participants: Mapping[str, RecordingParticipant] = {}
        self._room = room
        self._executor = executor
        self._mode: ConsentMode = mode
        self._mark_recorded = mark_recorded
        self._on_failed = on_failed
        self._id = self._clock.new_id()
        names = (f"room-{self._id}/{number}" for number in count(1))
        self._segment_deps = ConferenceSegmentDependencies(engine, ROOM_PREFIX + room.id, names, self._clock)
        self._track: ConferenceTrack | None = None
        # Owner: the node that holds the meeting.
        self._call_ids: dict[str, str] = {}
        """Call ids of the owners of the current recording, by participant id."""

    def present(self) -> frozenset[str]:
        """Return the ids of the participants who are present, as far as consent is concerned."""
        return frozenset(one.leg.name for one in consent.present_legs(self._executor.state))

    def may_capture(self) -> bool:
        return self._executor.may_capture

    def owners(self) -> tuple[str, ...]:
        present = self.present()
        return tuple(one for one in self.participants if one in present)

    def is_owned_by(self, owners: tuple[str, ...]) -> bool:
        return self.present() <= {*owners}

    def new_recording(self) -> NewCallRecording:
        self._call_ids = {one: self.participants[one].call_id for one in self.owners()}
        parties = tuple(
            NewRecordedParty(
                participant.caller.subject,
                participant.caller.extension_id or None,
                PartyIdentity(participant.caller.number, participant.caller.name),
                consent_evidence(one, self._clock),
            )
            for one in consent.present_legs(self._executor.state)
            if (participant := self.participants.get(one.leg.name)) is not None
        )
        return NewCallRecording(
            self._room.tenant_id,
            self._id,
            self._mode,
            "demand",
            parties,
            mixed=True,
            video=self._video is not None,
        )

    async def prepare(self) -> None:
        """Nothing to do: the media engine mixes the room anyway."""

    def open_segment(self, writer: CallRecordingWriter) -> ConferenceSegment:
        if self._track is None or self._track.writer is not writer:
            self._track = ConferenceTrack(writer)
        if self._video is not None and writer.video is not None:
            writer.video.begin_segment()
            self._video.start(writer.video.add_frame)
        return ConferenceSegment(
            self._segment_deps,
            self._track,
            on_started=self._on_started,
            on_failed=self._on_failed,
            on_stopped=self._on_stopped,
        )

    def _on_stopped(self) -> None:
        if self._video is not None:
            self._video.stop()

    def _on_started(self) -> None:
        for call_id in self._call_ids.values():
            self._mark_recorded(call_id)
