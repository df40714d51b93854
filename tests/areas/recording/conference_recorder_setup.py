"""A conference recording in virtual time: real conferencing, consent machine and recorder; fake callers, prompts and
archive."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fake_media import FakeEngine, FakeTap, FakeVideoRelay
from virtual_time import LoopClock

from unificx.cluster.local import LocalCounters
from unificx.conferencing import (
    Admit,
    CallerIdentity,
    ConferenceManager,
    MeetingVideos,
    ParticipantSession,
    PlayPrompt,
    RecordingRequested,
    RejectEntry,
    RemoveParticipant,
    RequiredNotice,
    Room,
    RoomSettings,
)
from unificx.conferencing.ports import MeetingCaptioner
from unificx.core.errors import StorageFull
from unificx.db import ErasedSubject
from unificx.media.sounds import Sound
from unificx.recording import (
    ConferenceRecorder,
    ConferenceRecorderDependencies,
    ExtensionRecordingPolicy,
    NewCallRecording,
)
from unificx.recording.machine import consent_types as words
from unificx.recording.policy import RecordingDecision, TenantRecordingPolicy, decide
from unificx.rtpengine.video_forwarding import VideoForwarder

PROMPT_SECONDS = 2.0
"""Duration of every prompt in seconds."""


class FakePrompts:
    """Each prompt is its own name, as a sound of `SAYING` seconds."""

    def named(self, name: str, language: str) -> Sequence[Sound]:
        return (Sound(name.encode().ljust(round(PROMPT_SECONDS * 16000), b"\0"), 8000),)


@dataclass
class FakeRecording:
    """A fake recording: `pcm` is its audio, `ended` its end reason."""

    new: NewCallRecording
    room: int = 1 << 30
    pcm: bytes = b""
    marks: list[tuple[str, float]] = field(default_factory=list)
    ended: str = ""
    rate: int = 8000
    video: None = None

    @property
    def who(self) -> list[str]:
        return [party.identity.name for party in self.new.parties]

    @property
    def subjects(self) -> frozenset[str | None]:
        return frozenset(party.subject for party in self.new.parties)

    @property
    def seconds(self) -> float:
        return round(len(self.pcm) / 2 / self.rate, 1)

    async def write(self, pcm: bytes, rate: int) -> None:
        assert not self.ended
        self.rate = rate
        if len(self.pcm) + len(pcm) > self.room:
            raise StorageFull("full")
        self.pcm += pcm

    async def mark(self, kind: str) -> None:
        assert not self.ended
        self.marks.append((kind, self.seconds))

    async def finish(self, ended: str) -> None:
        assert not self.ended
        self.ended = ended


class FakeArchive:
    """A fake archive. `room` is the disk space in bytes of a recording; `erased`: a participant is erased."""

    def __init__(self) -> None:
        self.stored: list[FakeRecording] = []
        self.terms: words.ConsentTerms | None = words.ConsentTerms("announce", 15.0)
        self.extensions: dict[str, ExtensionRecordingPolicy] = {}
        self.room = 1 << 30
        self.erased = False

    def decide(self, tenant_id: str, extensions: Sequence[str]) -> RecordingDecision | None:
        if self.terms is None:
            return None
        settings = TenantRecordingPolicy(self.terms.mode, round(self.terms.beep_interval))
        return decide(settings, [self.extensions.get(one, ExtensionRecordingPolicy()) for one in extensions])

    async def begin(self, new: NewCallRecording) -> FakeRecording:
        if self.erased:
            raise ErasedSubject
        self.stored.append(FakeRecording(new, self.room))
        return self.stored[-1]


class FakeCalls:
    """The participants' calls: `shown` is the indication sent to phones, `recorded` the calls marked as recorded."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.recorded: set[str] = set()
        self.refusing: set[str] = set()

    def indicate(self, call_id: str, indication: str) -> None:
        self.shown.append(f"{call_id} {indication}")

    def mark_recorded(self, call_id: str) -> None:
        self.recorded.add(call_id)

    def refuses_recording(self, call_id: str) -> bool:
        return call_id in self.refusing


class Guest:
    """A caller of the room, with the conference app's prompts."""

    can_be_notified = True

    def __init__(self, setup: "ConferenceRecorderSetup", name: str, *, host: bool, lobby: bool = False) -> None:
        self.leg, self.call_id = f"leg-{name}", name
        self.played: list[str] = []
        """Required notices, and the reason why the call ended."""
        self.prompts: list[str] = []
        """Other prompts, which take no time."""
        self.inside, self.receives_audio, self.missed = False, True, 0
        who = CallerIdentity(f"s-{name}", f"e-{name}", f"1-{name}", name)
        self.session: ParticipantSession = setup.meetings.join(setup.room, who, self, host=host, lobby=lobby)
        self._app = asyncio.create_task(self._speak())

    def join(self, room: str, *, muted: bool, listener: str | None = None) -> None:
        self.inside = True

    def leave(self) -> None:
        self.inside = False

    def mute(self, on: bool) -> None: ...

    async def _speak(self) -> None:
        while True:
            match await self.session.next_prompt():
                case RequiredNotice(sounds, callback):
                    missed = self.missed
                    for sound in sounds:
                        await asyncio.sleep(sound.seconds)
                        if self.receives_audio:
                            self.played.append(sound.pcm.rstrip(b"\0").decode())
                    if self.receives_audio and self.missed == missed:
                        callback(self.can_be_notified)
                case Admit():
                    self.session.entered()
                case RemoveParticipant(_, prompt) | RejectEntry(_, prompt):
                    self.played.append(prompt)
                    self.session.leave()
                    return
                case PlayPrompt(_, prompt):
                    self.prompts.append(prompt)
                case _:
                    pass

    def hold(self, on: bool) -> None:
        self.receives_audio, self.missed = not on, self.missed + on
        self.session.media_updated()

    def hang_up(self) -> None:
        self._app.cancel()
        self.session.leave()


class ConferenceRecorderSetup:
    captions_of: Callable[[ConferenceManager], MeetingCaptioner] | None = None

    def __init__(self) -> None:
        self.clock = clock = LoopClock()
        self.engine, self.archive, self.calls = FakeEngine(), FakeArchive(), FakeCalls()
        self.meetings = ConferenceManager(clock, self.publish, recorder=self._recorder_of, captions=self.captions_of)
        settings = RoomSettings(may_record=True, announce="nothing")
        self.room = Room("r1", "acme", "8000", "Board", clock.now(), settings)

    def _recorder_of(self, meetings: ConferenceManager) -> ConferenceRecorder:
        self.videos = MeetingVideos(
            meetings, VideoForwarder(FakeVideoRelay()), LocalCounters(self.clock), self.clock, lambda event: None
        )
        parts = self.clock, self.engine, FakePrompts(), self.archive, lambda *_: "en", self.videos, self.calls
        self.recorder = ConferenceRecorder(ConferenceRecorderDependencies(*parts))  # type: ignore[arg-type]
        return self.recorder

    def publish(self, event: object) -> None:
        """Receives the signals of meetings."""

    async def join(self, name: str, *, host: bool = False, lobby: bool = False) -> Guest:
        guest = Guest(self, name, host=host, lobby=lobby)
        await asyncio.sleep(0.1)
        return guest

    async def start_recording(
        self, *, terms: words.ConsentTerms | None = None, video: bool = False
    ) -> tuple[Guest, Guest]:
        """Anna (host) and Bert are in the room; Anna starts recording and both are informed."""
        self.archive.terms = terms or self.archive.terms
        anna, bert = await self.join("anna", host=True), await self.join("bert")
        self.meetings.control_recording(self.room, RecordingRequested(anna.session.id, True, video))
        return anna, bert

    async def run_recording(self) -> tuple[Guest, Guest]:
        """Then recording runs."""
        both = await self.start_recording()
        await asyncio.sleep(PROMPT_SECONDS + 1)
        return both

    @property
    def tap(self) -> FakeTap:
        """The newest tap."""
        return list(self.engine.taps.values())[-1]

    async def send_audio(self, value: int, seconds: float = 1.0, rate: int = 8000) -> None:
        """Send room audio for some time."""
        self.tap.put(0, value.to_bytes(2, "little") * round(seconds * rate), rate)
        await asyncio.sleep(seconds)

    def consent_stages(self) -> dict[str, str | None]:
        meeting = self.meetings.status(self.room)
        return {one.name: one.consent for one in meeting.participants} if meeting is not None else {}
