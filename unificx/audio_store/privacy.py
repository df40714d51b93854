"""Data of a person in this area: sound that they own, alone or with others, and what was derived from it."""

from collections.abc import Mapping

from unificx.audio_store import repository
from unificx.audio_store.models import AudioDerivedRow
from unificx.audio_store.service import AudioStore
from unificx.db import Database
from unificx.privacy import DataSubject, Holding, Retained

_KIND = "sound files"
_ERASED = Retained("Random ids and times of erased sound.", "Lists show that it was erased.", "the tenant is deleted")


class _SoundHolding:
    """Recordings, messages, greetings and sounds, with waveforms and transcripts. Each is erased for all its owners."""

    area = "audio_store"
    tables = frozenset({AudioDerivedRow.__tablename__})
    retained: Mapping[str, Retained] = {_KIND: _ERASED}

    def __init__(self, database: Database, audio: AudioStore) -> None:
        self._database = database
        self._audio = audio

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        async with self._database.read() as session:
            return {_KIND: len(await repository.ids_of_owner(session, owner.tenant_id, owner.subject))}

    async def erase(self, owner: DataSubject) -> None:
        await self._audio.erase_subject(owner.tenant_id, owner.subject)

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        return await self.find(owner)


def sound_holding(database: Database, audio: AudioStore) -> Holding:
    return _SoundHolding(database, audio)
