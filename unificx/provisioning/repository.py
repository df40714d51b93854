"""All SQL on phones that fetch their settings."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec
from unificx.provisioning.models import PhonePart, PhoneSettingsRow
from unificx.provisioning.schemas import KeyKind, Maker, PhoneKey, PhoneSettings

CODEC = SealedCodec(PhoneSettingsRow, PhonePart)


async def find(session: AsyncSession, keys: Keys, tenant_id: str, device_id: str) -> PhoneSettings | None:
    """Return the settings of a device; None without, and if the owner was erased."""
    row = await session.scalar(
        select(PhoneSettingsRow).where(PhoneSettingsRow.tenant_id == tenant_id, PhoneSettingsRow.device_id == device_id)
    )
    if row is None:
        return None
    part = CODEC.open(keys, tenant_id, [(row.subject_id, row.device_id, row.sealed)])[0]
    return None if isinstance(part, Erased) else _to_settings(row, part)


async def device_ids(session: AsyncSession, tenant_id: str) -> Sequence[str]:
    """Return the devices of a tenant that have settings, oldest first."""
    query = select(PhoneSettingsRow.device_id).where(PhoneSettingsRow.tenant_id == tenant_id)
    return (await session.scalars(query.order_by(PhoneSettingsRow.device_id))).all()


async def save(session: AsyncSession, keys: Keys, settings: PhoneSettings, subject: str) -> None:
    """Insert or update. Raise ErasedSubject."""
    part = PhonePart(settings.mac, tuple(f"{each.kind}\t{each.number}\t{each.label}" for each in settings.keys))
    sealed = CODEC.seal(keys, settings.tenant_id, [(subject, settings.device_id, part)])[0]
    await session.merge(
        PhoneSettingsRow(
            device_id=settings.device_id,
            tenant_id=settings.tenant_id,
            extension_id=settings.extension_id,
            subject_id=subject,
            maker=settings.maker,
            salt=settings.salt,
            created=settings.created,
            open_until=settings.open_until,
            last_fetched=settings.last_fetched,
            sealed=sealed,
        )
    )


async def close_window(session: AsyncSession, tenant_id: str, device_id: str, now: datetime) -> bool:
    """Close the window of a device; return whether it was open. Only one of several callers gets True."""
    result = await session.execute(
        update(PhoneSettingsRow)
        .where(
            PhoneSettingsRow.tenant_id == tenant_id,
            PhoneSettingsRow.device_id == device_id,
            PhoneSettingsRow.open_until > now,
        )
        .values(open_until=None)
    )
    return cast("CursorResult[tuple[()]]", result).rowcount == 1


async def mark_fetched(session: AsyncSession, tenant_id: str, device_id: str, day: date) -> None:
    await session.execute(
        update(PhoneSettingsRow)
        .where(PhoneSettingsRow.tenant_id == tenant_id, PhoneSettingsRow.device_id == device_id)
        .values(last_fetched=day)
    )


async def delete_of(
    session: AsyncSession, tenant_id: str, *, device_id: str = "", extension_id: str = "", subject: str = ""
) -> None:
    """Delete the settings of a device, an extension, a subject, or, with none of them, a tenant."""
    query = delete(PhoneSettingsRow).where(PhoneSettingsRow.tenant_id == tenant_id)
    for column, value in (
        (PhoneSettingsRow.device_id, device_id),
        (PhoneSettingsRow.extension_id, extension_id),
        (PhoneSettingsRow.subject_id, subject),
    ):
        if value:
            query = query.where(column == value)
    await session.execute(query)


def _to_settings(row: PhoneSettingsRow, part: PhonePart) -> PhoneSettings:
    return PhoneSettings(
        device_id=row.device_id,
        tenant_id=row.tenant_id,
        extension_id=row.extension_id,
        maker=cast("Maker", row.maker),
        created=row.created,
        open_until=row.open_until,
        last_fetched=row.last_fetched,
        mac=part.mac,
        keys=tuple(_to_key(each) for each in part.keys),
        salt=row.salt,
    )


def _to_key(text: str) -> PhoneKey:
    kind, number, label = text.split("\t")
    return PhoneKey(cast("KeyKind", kind), number, label)
