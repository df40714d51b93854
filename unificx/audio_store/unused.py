"""The daily sweep of audio that no row of an area names: what a crash has left between two steps of storing it."""

from datetime import timedelta

from unificx.audio_store import repository
from unificx.audio_store.service import AudioStore
from unificx.db import Database, log_and_continue

GRACE = timedelta(days=1)
"""Time from the beginning of audio until an area names it at the latest. No greeting is recorded for as long."""
INTERVAL = timedelta(days=1)


class UnusedAudio:
    """Use from the node in charge of maintenance."""

    def __init__(self, database: Database, audio: AudioStore) -> None:
        self._database, self._audio = database, audio
        self._next = 0.0

    async def run(self) -> None:
        """Sweep once a day. Called every few minutes."""
        now = self._database.clock.monotonic()
        if now >= self._next:
            await self.sweep()
            self._next = now + INTERVAL.total_seconds()

    async def sweep(self) -> int:
        """Erase audio that is not used; return how much. A tenant that fails is left to the next sweep."""
        before, erased = self._database.clock.now() - GRACE, 0
        async with self._database.read() as session:
            found = await repository.unused_by_tenant(session, before)
        for tenant_id, audio_ids in found.items():
            with log_and_continue("unused_audio_not_erased", tenant=tenant_id):
                await self._audio.erase(tenant_id, audio_ids, repository.unused(tenant_id, before))
                erased += len(audio_ids)
        return erased
