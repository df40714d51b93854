"""How a sealed recording is erased with all that is known of it, whatever it is a recording of."""

from collections.abc import Awaitable, Callable, Sequence

from unificx.recordings.audio import Audio
from unificx.store import Database, UnitOfWork

Forget = Callable[[UnitOfWork, str, Sequence[str]], Awaitable[None]]
"""Takes the tenant and recordings: what is known of them goes, in this unit of work."""


class Erasing:
    """Keys first, then files, then rows: `forget` is for those of whoever erases."""

    def __init__(self, database: Database, audio: Audio, forget: Forget) -> None:
        self._database = database
        self._audio = audio
        self._forget = forget

    async def erase(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """For good. May be repeated."""
        await self._audio.destroy(tenant_id, audio_ids)
        await self._gone(tenant_id, audio_ids)

    async def erase_subject(self, tenant_id: str, subject: str) -> None:
        """What an erased subject owned goes; its keys are gone already. May be repeated."""
        audio_ids = await self._audio.of_subject(tenant_id, subject)
        if audio_ids:
            await self._gone(tenant_id, audio_ids)

    async def _gone(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        await self._audio.remove_files(audio_ids)
        async with self._database.begin() as uow:
            await self._audio.note_erased(uow, tenant_id, audio_ids)
            await self._forget(uow, tenant_id, audio_ids)
