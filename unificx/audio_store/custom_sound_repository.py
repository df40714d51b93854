"""All SQL on custom sounds."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.audio_store.models import OwnSoundRow
from unificx.audio_store.schemas import CustomSound


async def all_sounds(session: AsyncSession) -> list[CustomSound]:
    # scope: all tenants, because calls of every tenant play them
    rows = (await session.scalars(select(OwnSoundRow))).all()
    return [CustomSound(row.tenant_id, row.language, row.name, row.audio_id, row.seconds, row.created) for row in rows]


async def put(session: AsyncSession, sound: CustomSound) -> None:
    """Insert or replace a custom sound."""
    await session.merge(
        OwnSoundRow(
            tenant_id=sound.tenant_id,
            language=sound.language,
            name=sound.name,
            audio_id=sound.audio_id,
            seconds=sound.seconds,
            created=sound.created,
        )
    )


async def drop(session: AsyncSession, tenant_id: str, audio_ids: Sequence[str]) -> None:
    conditions = (OwnSoundRow.tenant_id == tenant_id, OwnSoundRow.audio_id.in_(audio_ids))
    await session.execute(delete(OwnSoundRow).where(*conditions))


async def drop_tenant(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(OwnSoundRow).where(OwnSoundRow.tenant_id == tenant_id))
