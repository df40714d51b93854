"""Every SELECT, INSERT, UPDATE and DELETE on recordings as such; messages have their own file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.recordings.tables import AudioOwnerRow, AudioRow


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a recording."""

    id: str
    tenant_id: str
    state: str
    wrapped: bytes
    owners: tuple[str, ...]


def add_audio(
    session: AsyncSession, tenant_id: str, audio_id: str, now: datetime, key: tuple[bytes, Sequence[str]]
) -> None:
    """A recording that begins; `key` is its wrapped key and its owners."""
    wrapped, owners = key
    session.add(AudioRow(id=audio_id, tenant_id=tenant_id, created=now, state="open", wrapped=wrapped))
    for subject in sorted(set(owners)):
        session.add(AudioOwnerRow(audio_id=audio_id, subject_id=subject, tenant_id=tenant_id))


async def audio(session: AsyncSession, tenant_id: str, audio_id: str) -> Kept | None:
    row = await session.scalar(select(AudioRow).where(AudioRow.tenant_id == tenant_id, AudioRow.id == audio_id))
    return None if row is None else (await _with_owners(session, [row]))[0]


async def open_audio(session: AsyncSession) -> list[Kept]:
    """What is being written, or was when the process ended."""
    # scope: all tenants, because the process was writing for all of them
    rows = (await session.scalars(select(AudioRow).where(AudioRow.state == "open"))).all()
    return await _with_owners(session, rows)


async def known_audio(session: AsyncSession) -> set[str]:
    """The ids whose files may be there."""
    # scope: all tenants, because their files lie in one directory
    return set((await session.scalars(select(AudioRow.id).where(AudioRow.state != "erased"))).all())


async def set_audio_state(session: AsyncSession, tenant_id: str, audio_id: str, state: str) -> None:
    await session.execute(
        update(AudioRow).where(AudioRow.tenant_id == tenant_id, AudioRow.id == audio_id).values(state=state)
    )


async def drop_owners(session: AsyncSession, tenant_id: str, audio_id: str) -> None:
    of = (AudioOwnerRow.tenant_id == tenant_id, AudioOwnerRow.audio_id == audio_id)
    await session.execute(delete(AudioOwnerRow).where(*of))


async def audio_of_owner(session: AsyncSession, tenant_id: str, subject: str) -> list[str]:
    query = select(AudioOwnerRow.audio_id).where(
        AudioOwnerRow.tenant_id == tenant_id, AudioOwnerRow.subject_id == subject
    )
    return list((await session.scalars(query)).all())


async def audio_of_tenant(session: AsyncSession, tenant_id: str) -> list[str]:
    return list((await session.scalars(select(AudioRow.id).where(AudioRow.tenant_id == tenant_id))).all())


async def drop_tenant(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(AudioOwnerRow).where(AudioOwnerRow.tenant_id == tenant_id))
    await session.execute(delete(AudioRow).where(AudioRow.tenant_id == tenant_id))


async def _with_owners(session: AsyncSession, rows: Sequence[AudioRow]) -> list[Kept]:
    ids = [row.id for row in rows]
    # scope: all tenants, because each row found above says whose it is
    found = (await session.scalars(select(AudioOwnerRow).where(AudioOwnerRow.audio_id.in_(ids)))).all()
    owners: dict[str, list[str]] = {}
    for one in found:
        owners.setdefault(one.audio_id, []).append(one.subject_id)
    return [Kept(row.id, row.tenant_id, row.state, row.wrapped, tuple(owners.get(row.id, ()))) for row in rows]
