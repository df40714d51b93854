"""Data of a person in this area: sound that they own, alone or with others, and what was derived from it."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from unificx.audio_store import repository
from unificx.audio_store.file_format import CorruptAudio
from unificx.audio_store.models import AudioDerivedRow, TranscriptPart, WaveformPart
from unificx.audio_store.reader import AudioReader
from unificx.audio_store.service import AudioStore
from unificx.audio_store.wav import wav_header
from unificx.core.errors import Expired, NotFound
from unificx.db import Database
from unificx.privacy import (
    DataSubject,
    Export,
    ExportedFile,
    Files,
    Holding,
    KeyStore,
    Records,
    Retained,
    record_kind,
)

_KIND = "sound files"
_ERASED = Retained("Random ids and times of erased sound.", "Lists show that it was erased.", "the tenant is deleted")


@dataclass(frozen=True, slots=True)
class SoundCopy:
    """Sound that the person owns, alone or with others. Its file has its id as the name, and so has a video with it."""

    audio_id: str
    created: datetime
    peaks: tuple[int, ...]
    text: str | None
    language: str | None


_SOUNDS = record_kind("audio", "sound files", SoundCopy, WaveformPart, TranscriptPart)
_ADAPTER = TypeAdapter(SoundCopy)


class _SoundHolding:
    """Recordings, messages, greetings and sounds, with waveforms and transcripts. Each is erased for all its owners."""

    area = "audio_store"
    tables = frozenset({AudioDerivedRow.__tablename__})
    retained: Mapping[str, Retained] = {_KIND: _ERASED}

    def __init__(self, database: Database, audio: AudioStore) -> None:
        self._database = database
        self._audio = audio

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        return {_KIND: await self._audio.count_free(owner.tenant_id, owner.subject)}

    def export(self, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        del keys

        async def records() -> AsyncIterator[Mapping[str, Any]]:
            for audio_id, created, _ in await self._sounds(owner):
                try:
                    derived = await self._audio.derived_copy(owner.tenant_id, audio_id)
                except (Expired, NotFound):
                    continue  # erased meanwhile
                words = (derived.get("text"), derived.get("language"))
                record = SoundCopy(audio_id, created, tuple(derived.get("peaks", ())), *words)
                yield _ADAPTER.dump_python(record, mode="json")

        async def files() -> AsyncIterator[ExportedFile]:
            for audio_id, _, has_video in await self._sounds(owner):
                try:
                    reader = await self._audio.open(owner.tenant_id, audio_id)
                except (CorruptAudio, Expired, NotFound):
                    continue
                yield _file(audio_id, reader)
                if not has_video:
                    continue
                with contextlib.suppress(CorruptAudio, Expired, NotFound):
                    video = await self._audio.open_video(owner.tenant_id, audio_id)
                    yield ExportedFile(f"audio/{audio_id}.webm", "video/webm", video.stream)

        return [Records(_SOUNDS, records), Files("sound files", files)]

    async def _sounds(self, owner: DataSubject) -> list[tuple[str, datetime, bool]]:
        async with self._database.read() as session:
            return await repository.sounds_of_owner(session, owner.tenant_id, owner.subject)

    async def erase(self, owner: DataSubject) -> None:
        await self._audio.erase_subject(owner.tenant_id, owner.subject)

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        return await self.find(owner)


def sound_holding(database: Database, audio: AudioStore) -> Holding:
    return _SoundHolding(database, audio)


def _file(audio_id: str, reader: AudioReader) -> ExportedFile:
    ogg = reader.ogg
    if ogg is not None:
        return ExportedFile(f"audio/{audio_id}.ogg", "audio/ogg", ogg.stream)

    async def wav() -> AsyncIterator[bytes]:
        yield wav_header(reader.length, reader.header.rate, reader.header.channels)
        async for piece in reader.stream():
            yield piece

    return ExportedFile(f"audio/{audio_id}.wav", "audio/wav", wav)
