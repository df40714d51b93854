"""Derived data of audio (waveform, transcript) in the database, sealed under each recording's content key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.audio_store import content_keys
from unificx.audio_store.models import AudioDerivedRow, TranscriptPart, WaveformPart
from unificx.audio_store.repository import AudioRecord
from unificx.audio_store.schemas import DerivedData, Transcript
from unificx.db import Erased, Key, SealedCodec
from unificx.privacy import KeyStore

WAVEFORM = SealedCodec(AudioDerivedRow, WaveformPart)
TRANSCRIPT = SealedCodec(AudioDerivedRow, TranscriptPart)
_VERSION = 1


@dataclass(frozen=True, slots=True)
class _ContentKeys:
    """A key ring that serves content keys to the codecs, by the recording's own key subject."""

    found: Mapping[str, Key | None]

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        del tenant, create
        return {subject: self.found.get(subject) for subject in subjects}


def _content_keys(keys: KeyStore, tenant_id: str, rows: Iterable[AudioRecord]) -> _ContentKeys:
    found: dict[str, Key | None] = {}
    for row in rows:
        aead = (
            content_keys.unwrap_content_key(keys, tenant_id, row.id, row.owners, row.wrapped)
            if row.state != "erased"
            else None
        )
        found[content_keys.own_subject(row.id)] = Key(_VERSION, aead) if aead is not None else None
    return _ContentKeys(found)


async def load(
    session: AsyncSession, keys: KeyStore, tenant_id: str, rows: Sequence[AudioRecord]
) -> dict[str, DerivedData]:
    """Derived data by audio id; none for audio without it, or whose key is destroyed."""
    ids = [row.id for row in rows]
    query = select(AudioDerivedRow).where(AudioDerivedRow.tenant_id == tenant_id, AudioDerivedRow.audio_id.in_(ids))
    found = (await session.scalars(query)).all()
    ring = _content_keys(keys, tenant_id, rows)
    waves = [(row.subject_id, row.audio_id, row.waveform) for row in found if row.waveform is not None]
    texts = [(row.subject_id, row.audio_id, row.transcript) for row in found if row.transcript is not None]
    waveforms = dict(zip([one[1] for one in waves], WAVEFORM.open(ring, tenant_id, waves), strict=True))
    transcripts = dict(zip([one[1] for one in texts], TRANSCRIPT.open(ring, tenant_id, texts), strict=True))
    return {row.audio_id: _derived_data(waveforms.get(row.audio_id), transcripts.get(row.audio_id)) for row in found}


async def load_exported(session: AsyncSession, keys: KeyStore, row: AudioRecord) -> Mapping[str, Any]:
    """Derived data of a recording for the access copy of an owner, by the names of the fields."""
    chosen = (AudioDerivedRow.tenant_id == row.tenant_id, AudioDerivedRow.audio_id == row.id)
    found = await session.scalar(select(AudioDerivedRow).where(*chosen))
    ring, values = _content_keys(keys, row.tenant_id, [row]), {}
    for codec, sealed in ((WAVEFORM, found and found.waveform), (TRANSCRIPT, found and found.transcript)):
        if found is not None and sealed is not None:
            [opened] = codec.open_exported(ring, row.tenant_id, [(found.subject_id, row.id, sealed)])
            values.update(opened)
    return values


async def store_derived(
    session: AsyncSession, keys: KeyStore, row: AudioRecord, what: WaveformPart | Transcript
) -> None:
    """Store derived data of a recording. Raises ErasedSubject."""
    ring, subject = _content_keys(keys, row.tenant_id, [row]), content_keys.own_subject(row.id)
    query = select(AudioDerivedRow).where(
        AudioDerivedRow.tenant_id == row.tenant_id, AudioDerivedRow.audio_id == row.id
    )
    found = await session.scalar(query)
    if found is None:
        found = AudioDerivedRow(audio_id=row.id, tenant_id=row.tenant_id, subject_id=subject)
        session.add(found)
    if isinstance(what, WaveformPart):
        [found.waveform] = WAVEFORM.seal(ring, row.tenant_id, [(subject, row.id, what)])
    else:
        part = TranscriptPart(what.text, what.language)
        [found.transcript] = TRANSCRIPT.seal(ring, row.tenant_id, [(subject, row.id, part)])


async def drop(session: AsyncSession, tenant_id: str, audio_id: str) -> None:
    await session.execute(
        delete(AudioDerivedRow).where(AudioDerivedRow.tenant_id == tenant_id, AudioDerivedRow.audio_id == audio_id)
    )


def _derived_data(waveform: WaveformPart | Erased | None, transcript: TranscriptPart | Erased | None) -> DerivedData:
    return DerivedData(
        waveform.peaks if isinstance(waveform, WaveformPart) else (),
        Transcript(transcript.text, transcript.language) if isinstance(transcript, TranscriptPart) else None,
    )
