"""A conference recording in virtual time: real conferencing, consent machine and recorder; fake callers, prompts and
archive."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from fake_media import QuietEars, QuietTap
from virtual_time import LoopClock

from unificx.conferencing import (
    Admit,
    CallerIdentity,
    ConferenceManager,
    ParticipantSession,
    RecordingRequested,
    RejectEntry,
    RemoveParticipant,
    RequiredNotice,
    Room,
    RoomSettings,
)
from unificx.core.errors import StorageFull
from unificx.db import ErasedSubject
from unificx.media.sounds import Sound
from unificx.recording import (
    ConferenceRecorder,
    ConferenceRecorderParts,
    ExtensionRecordingPolicy,
    NewCallRecording,
    RecordingDecision,
    TenantRecordingPolicy,
)
from unificx.recording.machine import consent_types as words
from unificx.recording.policy import decide

SAYING = 2.0
"""Duration of every prompt in seconds."""


class Prompts:
    """Each prompt is its own name, as a sound of `SAYING` seconds."""

    def named(self, name: str, language: str) -> Sequence[Sound]:
        return (Sound(name.encode().ljust(round(SAYING * 16000), b"\0"), 8000),)


@dataclass
class Kept:
    """A fake recording: `pcm` is its audio, `ended` its end reason."""

    new: NewCallRecording
    room: int = 1 << 30
    pcm: bytes = b""
    marks: list[tuple[str, float]] = field(default_factory=list)
    ended: str = ""
    rate: int = 8000

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


class Shelf:
    """A fake archive. `room` is the disk space in bytes of a recording; `erased`: a participant is erased."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.terms: words.ConsentTerms | None = words.ConsentTerms("announce", 15.0)
        self.extensions: dict[str, ExtensionRecordingPolicy] = {}
        self.room = 1 << 30
        self.erased = False

    def allowed(self, tenant_id: str, extensions: Sequence[str]) -> RecordingDecision | None:
        if self.terms is None:
            return None
        settings = TenantRecordingPolicy(self.terms.mode, round(self.terms.beep_interval))
        return decide(settings, [self.extensions.get(one, ExtensionRecordingPolicy()) for one in extensions])

    async def begin(self, new: NewCallRecording) -> Kept:
        if self.erased:
            raise ErasedSubject
        self.kept.append(Kept(new, self.room))
        return self.kept[-1]


class Calls:
    """The participants' calls: `shown` is the indication sent to phones, `recorded` the calls marked as recorded."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.recorded: set[str] = set()
        self.shy: set[str] = set()

    def indicate(self, call_id: str, indication: str) -> None:
        self.shown.append(f"{call_id} {indication}")

    def mark_recorded(self, call_id: str) -> None:
        self.recorded.add(call_id)

    def refuses_recording(self, call_id: str) -> bool:
        return call_id in self.shy


class Guest:
    """A caller of the room, with the conference app's prompts."""

    can_be_told = True

    def __init__(self, studio: "RoomStudio", name: str, *, host: bool) -> None:
        self.leg, self.call_id = f"leg-{name}", name
        self.heard: list[str] = []
        self.inside, self.receives_audio, self.missed = False, True, 0
        who = CallerIdentity(f"s-{name}", f"e-{name}", f"1-{name}", name)
        self.chair: ParticipantSession = studio.meetings.join(studio.room, who, self, host=host)
        self._app = asyncio.create_task(self._speak())

    def join(self, room: str, *, muted: bool) -> None:
        self.inside = True

    def leave(self) -> None:
        self.inside = False

    def mute(self, on: bool) -> None: ...

    async def _speak(self) -> None:
        while True:
            match await self.chair.next_prompt():
                case RequiredNotice(sounds, told):
                    missed = self.missed
                    for sound in sounds:
                        await asyncio.sleep(sound.seconds)
                        if self.receives_audio:
                            self.heard.append(sound.pcm.rstrip(b"\0").decode())
                    if self.receives_audio and self.missed == missed:
                        told(self.can_be_told)
                case Admit():
                    self.chair.entered()
                case RemoveParticipant(_, prompt) | RejectEntry(_, prompt):
                    self.heard.append(prompt)
                    self.chair.leave()
                    return
                case _:
                    pass

    def hold(self, on: bool) -> None:
        self.receives_audio, self.missed = not on, self.missed + on
        self.chair.media_updated()

    def hang_up(self) -> None:
        self._app.cancel()
        self.chair.leave()


class RoomStudio:
    def __init__(self) -> None:
        clock = LoopClock()
        self.meetings, self.ears, self.shelf, self.calls = ConferenceManager(clock), QuietEars(), Shelf(), Calls()
        settings = RoomSettings(may_record=True, announce="nothing")
        self.room = Room("r1", "acme", "8000", "Board", clock.now(), settings)
        self.recorder = ConferenceRecorder(
            ConferenceRecorderParts(clock, self.ears, Prompts(), self.shelf, lambda *_: "en", self.meetings, self.calls)  # type: ignore[arg-type]
        )
        self.meetings.recorder = self.recorder

    async def comes(self, name: str, *, host: bool = False) -> Guest:
        guest = Guest(self, name, host=host)
        await asyncio.sleep(0.1)
        return guest

    async def begins(self, *, terms: words.ConsentTerms | None = None) -> tuple[Guest, Guest]:
        """Anna (host) and Bert are in the room; Anna starts recording and both are informed."""
        self.shelf.terms = terms or self.shelf.terms
        anna, bert = await self.comes("anna", host=True), await self.comes("bert")
        self.meetings.control_recording(self.room, RecordingRequested(anna.chair.id, on=True))
        return anna, bert

    async def runs(self) -> tuple[Guest, Guest]:
        """Then recording runs."""
        both = await self.begins()
        await asyncio.sleep(SAYING + 1)
        return both

    @property
    def tap(self) -> QuietTap:
        """The newest tap."""
        return list(self.ears.taps.values())[-1]

    async def said(self, value: int, seconds: float = 1.0, rate: int = 8000) -> None:
        """Send room audio for some time."""
        self.tap.say(0, value.to_bytes(2, "little") * round(seconds * rate), rate)
        await asyncio.sleep(seconds)

    def consents(self) -> dict[str, str | None]:
        meeting = self.meetings.status(self.room)
        return {one.name: one.consent for one in meeting.participants} if meeting is not None else {}
