"""The live meetings of a server: with the media engine, the recorder, the captions and the videos."""

from unificx.calls import CallRecordingStatus
from unificx.captions import CaptionDependencies, CaptionRules, MeetingCaptions
from unificx.conferencing import ADMINISTRATOR, ConferenceManager, EndRequested, MeetingBreakouts, MeetingVideos
from unificx.conferencing.events import ConferenceChanged, ConferenceEnded, RoomDeleted
from unificx.integrations.whisper import LiveWhisper
from unificx.media_worker.client import MediaEngineClient
from unificx.privacy.events import SubjectErased
from unificx.prompts import Prompts
from unificx.recording import ConferenceRecorder, ConferenceRecorderDependencies, consent_types
from unificx.rtpengine.supervisor import RelayRestarted, RtpEngine
from unificx.rtpengine.video_forwarding import VideoForwarder
from unificx.server.conference_dialer import InvitedParticipants
from unificx.server.container import Container
from unificx.server.extension_language import extension_language


class LiveMeetings:
    """The meetings of this node and what follows them."""

    videos: MeetingVideos
    recorder: ConferenceRecorder
    captions: MeetingCaptions

    def __init__(self, container: Container, media: RtpEngine, engine: MediaEngineClient) -> None:
        self._container, self._media, self._engine = container, media, engine
        clock, bus = container.clock, container.bus
        self.manager = ConferenceManager(
            clock,
            bus.publish,
            InvitedParticipants(container.calls, container.identity.directory),
            engine,
            recorder=self._create_recorder,
            captions=self._create_captions,
        )
        rooms = container.conference_rooms
        self.breakouts = MeetingBreakouts(rooms, self.manager, clock, bus.publish)
        rooms.uses.append(lambda room: self.manager.status(room) is not None)
        self._subscribe()

    async def close(self) -> None:
        """End what is recorded and recognized."""
        await self.recorder.close()
        await self.captions.close()

    def _subscribe(self) -> None:
        bus = self._container.bus
        bus.subscribe(RoomDeleted, self._end_meeting)
        bus.subscribe(ConferenceChanged, lambda event: self.breakouts.meeting_changed(event.room))
        for changed in (ConferenceChanged, ConferenceEnded):
            bus.subscribe(changed, lambda event: self.videos.meeting_changed(event.room))
        bus.subscribe(RelayRestarted, lambda event: self.videos.relay_restarted())
        bus.subscribe(SubjectErased, lambda event: self.manager.anonymize(event.tenant, event.subject))
        bus.subscribe(SubjectErased, lambda event: self.recorder.on_subject_erased(event.tenant, event.subject))

    def _end_meeting(self, event: RoomDeleted) -> None:
        self.manager.handle_event(event.room_id, EndRequested(ADMINISTRATOR))

    # The manager builds these two: they see its meetings, which it lets them follow.

    def _create_recorder(self, meetings: ConferenceManager) -> ConferenceRecorder:
        container = self._container
        clock, publish = container.clock, container.bus.publish
        self.videos = MeetingVideos(meetings, VideoForwarder(self._media), container.cluster.counters, clock, publish)
        self.recorder = ConferenceRecorder(
            ConferenceRecorderDependencies(
                clock,
                self._engine,
                Prompts(),
                container.archive,
                extension_language(container.identity.directory),
                self.videos,
                CallRecordingStatus(container.calls),
            )
        )
        return self.recorder

    def _create_captions(self, meetings: ConferenceManager) -> MeetingCaptions:
        """They are allowed where the tenant allows transcription; participants are asked as for recordings, and always
        where recordings are not allowed."""
        container = self._container

        def mode(tenant_id: str, extensions: list[str]) -> consent_types.ConsentMode:
            decision = container.archive.decide(tenant_id, extensions)
            return decision.terms.mode if decision is not None else "opt_in"

        def is_allowed(tenant_id: str) -> bool:
            return container.mailboxes.tenant_settings(tenant_id).transcribe

        calls, language = CallRecordingStatus(container.calls), extension_language(container.identity.directory)
        self.captions = MeetingCaptions(
            CaptionDependencies(
                container.clock,
                self._engine,
                Prompts(),
                meetings,
                LiveWhisper(container.paths.models),
                CaptionRules(is_allowed, mode, calls.refuses_recording, language),
                container.bus.publish,
            )
        )
        return self.captions
