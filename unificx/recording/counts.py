"""Number of recordings of a tenant."""

from unificx.db import Database
from unificx.recording import call_recording_repository


async def count_recordings(database: Database, tenant_id: str) -> int:
    """Return how many recordings of calls and meetings a tenant has."""
    async with database.read() as session:
        return await call_recording_repository.count(session, tenant_id)
