"""Queries for extensions and devices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.database import Reader
from unificx.db.pagination import PageById, oldest_first
from unificx.db.sealed import Keys, SealedCodec
from unificx.identity.models import DevicePart, DeviceRow, ExtensionPart, ExtensionRow, LoginPart
from unificx.identity.numbers import release_number
from unificx.identity.schemas import Device, DeviceAuth, DeviceKind, Extension

EXTENSION_CODEC = SealedCodec(ExtensionRow, ExtensionPart)
_EXTENSION = cast("Table", ExtensionRow.__table__)
DEVICE_CODEC = SealedCodec(DeviceRow, DevicePart)
LOGIN_CODEC = SealedCodec(DeviceRow, LoginPart)


@dataclass(frozen=True, slots=True)
class PhoneUsage:
    """The use of a phone: its own extension, and that of the user who is signed in at it."""

    tenant_id: str
    device_id: str
    home_extension_id: str
    shared: bool
    used_by: str | None


async def add_extensions(
    session: AsyncSession, keys: Keys, tenant_id: str, extensions: Sequence[Extension], created: datetime
) -> None:
    """Insert extensions by one statement, at least one."""
    rows = [
        {
            "id": extension.id,
            "tenant_id": tenant_id,
            "number": extension.number,
            "person_id": extension.person_id,
            "subject_id": extension.subject,
            "ring_seconds": extension.ring_seconds,
            "max_call_seconds": extension.max_call_seconds,
            "created": created,
            "sealed": sealed,
        }
        for extension, sealed in zip(extensions, _seal_extensions(keys, tenant_id, extensions), strict=True)
    ]
    await session.execute(insert(_EXTENSION), rows)


async def save_extension(session: AsyncSession, keys: Keys, extension: Extension) -> None:
    values = {
        "ring_seconds": extension.ring_seconds,
        "max_call_seconds": extension.max_call_seconds,
        "sealed": _seal_extensions(keys, extension.tenant_id, [extension])[0],
    }
    await session.execute(
        update(ExtensionRow)
        .where(ExtensionRow.tenant_id == extension.tenant_id, ExtensionRow.id == extension.id)
        .values(values)
    )


async def delete_extension(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    """Delete the extension and its devices, sign its user out of shared phones, and release its number."""
    await session.execute(
        update(DeviceRow)
        .where(DeviceRow.tenant_id == tenant_id, DeviceRow.used_by == extension_id)
        .values(used_by=None, used_since=None)
    )
    await session.execute(
        delete(DeviceRow).where(DeviceRow.tenant_id == tenant_id, DeviceRow.extension_id == extension_id)
    )
    number = await session.scalar(
        delete(ExtensionRow)
        .where(ExtensionRow.tenant_id == tenant_id, ExtensionRow.id == extension_id)
        .returning(ExtensionRow.number)
    )
    if number is not None:
        await release_number(session, tenant_id, number)


# Rows of columns: a page has no use for objects of the ORM.
_PAGE = oldest_first(
    select(*ExtensionRow.__table__.columns).where(ExtensionRow.tenant_id == bindparam("tenant_id")), ExtensionRow.id
)


async def extensions(reader: Reader, keys: Keys, tenant_id: str, page: PageById) -> list[Extension]:
    """Return extensions, oldest first, and one more than the page has if there is a next one."""
    rows = await reader.execute(_PAGE, {"tenant_id": tenant_id, **page.parameters()})
    return _open_extensions(keys, tenant_id, cast("Sequence[ExtensionRow]", rows.all()))


async def extension(session: AsyncSession, keys: Keys, tenant_id: str, reference: str) -> Extension | None:
    """Return an extension by id or number: an id is never all digits."""
    column = ExtensionRow.number if reference.isdigit() else ExtensionRow.id
    rows = await session.scalars(select(ExtensionRow).where(ExtensionRow.tenant_id == tenant_id, column == reference))
    return next(iter(_open_extensions(keys, tenant_id, rows.all())), None)


async def extensions_of_person(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str) -> list[Extension]:
    query = select(ExtensionRow).where(ExtensionRow.tenant_id == tenant_id, ExtensionRow.person_id == person_id)
    rows = await session.scalars(query.order_by(ExtensionRow.id))
    return _open_extensions(keys, tenant_id, rows.all())


async def extensions_of_subject(session: AsyncSession, keys: Keys, tenant_id: str, subject: str) -> list[Extension]:
    """Return the extensions of the subject's user, or the extension that is the subject itself."""
    query = select(ExtensionRow).where(ExtensionRow.tenant_id == tenant_id, ExtensionRow.subject_id == subject)
    return _open_extensions(keys, tenant_id, (await session.scalars(query)).all())


async def device_ids(session: AsyncSession, tenant_id: str, extension_id: str) -> list[str]:
    query = select(DeviceRow.id).where(DeviceRow.tenant_id == tenant_id, DeviceRow.extension_id == extension_id)
    return list(await session.scalars(query.order_by(DeviceRow.id)))


async def all_extensions(session: AsyncSession, keys: Keys, tenant_id: str) -> list[Extension]:
    """Return every extension of a tenant, opened for call setup."""
    rows = await session.scalars(select(ExtensionRow).where(ExtensionRow.tenant_id == tenant_id))
    return _open_extensions(keys, tenant_id, rows.all())


async def add_device(session: AsyncSession, keys: Keys, device: Device, auth: DeviceAuth, subject: str) -> None:
    values = {
        "id": device.id,
        "tenant_id": device.tenant_id,
        "extension_id": device.extension_id,
        "subject_id": subject,
        "kind": device.kind,
        "enabled": device.enabled,
        "created": device.created,
        "last_used": device.last_used,
        "shared": device.shared,
        "sealed": _seal_device(keys, device, subject),
        "login": _seal_login(keys, auth, subject),
    }
    await session.execute(insert(DeviceRow).values(values))


async def save_device(session: AsyncSession, keys: Keys, device: Device, subject: str) -> None:
    values = {"enabled": device.enabled, "shared": device.shared, "sealed": _seal_device(keys, device, subject)}
    await session.execute(
        update(DeviceRow).where(DeviceRow.tenant_id == device.tenant_id, DeviceRow.id == device.id).values(values)
    )


async def save_login(session: AsyncSession, keys: Keys, auth: DeviceAuth, subject: str) -> None:
    await session.execute(
        update(DeviceRow)
        .where(DeviceRow.tenant_id == auth.tenant_id, DeviceRow.id == auth.device_id)
        .values(login=_seal_login(keys, auth, subject))
    )


async def delete_device(session: AsyncSession, tenant_id: str, device_id: str) -> None:
    await session.execute(delete(DeviceRow).where(DeviceRow.tenant_id == tenant_id, DeviceRow.id == device_id))


async def devices(
    session: AsyncSession, keys: Keys, tenant_id: str, page: PageById, *, extension_id: str | None
) -> list[Device]:
    """Return devices of one extension or of all, oldest first, and one more than the page has if there is a next
    one."""
    query = select(DeviceRow).where(DeviceRow.tenant_id == tenant_id)
    if extension_id is not None:
        query = query.where(or_(DeviceRow.extension_id == extension_id, DeviceRow.used_by == extension_id))
    rows = await session.scalars(page.apply(query, DeviceRow.id))
    return _open_devices(keys, tenant_id, rows.all())


async def device_kinds(session: AsyncSession, tenant_id: str) -> dict[str, DeviceKind]:
    """Return the kind of each device of a tenant. Nothing sealed is opened."""
    query = select(DeviceRow.id, DeviceRow.kind).where(DeviceRow.tenant_id == tenant_id)
    return {device_id: cast("DeviceKind", kind) for device_id, kind in await session.execute(query)}


async def devices_of_extensions(
    session: AsyncSession, keys: Keys, tenant_id: str, extension_ids: Sequence[str]
) -> list[Device]:
    """Return all devices of some extensions, oldest first."""
    query = select(DeviceRow).where(DeviceRow.tenant_id == tenant_id, DeviceRow.extension_id.in_(extension_ids))
    return _open_devices(keys, tenant_id, (await session.scalars(query.order_by(DeviceRow.id))).all())


async def device(session: AsyncSession, keys: Keys, tenant_id: str, device_id: str) -> Device | None:
    rows = await session.scalars(select(DeviceRow).where(DeviceRow.tenant_id == tenant_id, DeviceRow.id == device_id))
    return next(iter(_open_devices(keys, tenant_id, rows.all())), None)


async def all_logins(session: AsyncSession, keys: Keys, tenant_id: str, realm: str) -> list[DeviceAuth]:
    """Return the digest data of every device of a tenant, without those of erased users."""
    columns = (DeviceRow.id, DeviceRow.extension_id, DeviceRow.used_by, DeviceRow.enabled, DeviceRow.login)
    query = select(*columns, DeviceRow.subject_id).where(DeviceRow.tenant_id == tenant_id)
    rows = (await session.execute(query)).all()
    parts = LOGIN_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.login) for row in rows])
    return [
        DeviceAuth(
            device_id=row.id,
            extension_id=row.used_by or row.extension_id,
            home_extension_id=row.extension_id if row.used_by else "",
            tenant_id=tenant_id,
            realm=realm,
            enabled=row.enabled,
            username=part.username,
            ha1_md5=bytes.fromhex(part.ha1_md5),
            ha1_sha256=bytes.fromhex(part.ha1_sha256),
        )
        for row, part in zip(rows, parts, strict=True)
        if isinstance(part, LoginPart)
    ]


async def usage(session: AsyncSession, tenant_id: str, device_id: str) -> PhoneUsage | None:
    """Return who uses a device, None for an unknown one."""
    return next(iter(await _usages(session, tenant_id, DeviceRow.id == device_id)), None)


async def usages_by(session: AsyncSession, tenant_id: str, extension_id: str) -> list[PhoneUsage]:
    """Return the shared phones at which the user of an extension is signed in."""
    return await _usages(session, tenant_id, DeviceRow.used_by == extension_id)


async def usages_before(session: AsyncSession, tenant_id: str, at: datetime) -> list[PhoneUsage]:
    """Return the shared phones whose users signed in before a time."""
    return await _usages(session, tenant_id, DeviceRow.used_since < at)


async def _usages(session: AsyncSession, tenant_id: str, condition: ColumnElement[bool]) -> list[PhoneUsage]:
    columns = (DeviceRow.id, DeviceRow.extension_id, DeviceRow.shared, DeviceRow.used_by)
    query = select(*columns).where(DeviceRow.tenant_id == tenant_id, condition)
    return [PhoneUsage(tenant_id, *row) for row in (await session.execute(query)).all()]


async def use(session: AsyncSession, phone: PhoneUsage, extension_id: str | None, since: datetime | None) -> None:
    """Store which extension's user is signed in at a shared phone; None for no user."""
    await session.execute(
        update(DeviceRow)
        .where(DeviceRow.tenant_id == phone.tenant_id, DeviceRow.id == phone.device_id)
        .values(used_by=extension_id, used_since=since)
    )


async def mark_used(session: AsyncSession, days: Mapping[tuple[str, str], date]) -> None:
    """Store the last-used date of each (tenant, device)."""
    for (tenant_id, device_id), day in days.items():
        await session.execute(
            update(DeviceRow).where(DeviceRow.tenant_id == tenant_id, DeviceRow.id == device_id).values(last_used=day)
        )


def _seal_extensions(keys: Keys, tenant_id: str, extensions: Sequence[Extension]) -> list[bytes]:
    parts = [(one.subject, one.id, ExtensionPart(one.name, one.department)) for one in extensions]
    return EXTENSION_CODEC.seal(keys, tenant_id, parts)


def _seal_device(keys: Keys, device: Device, subject: str) -> bytes:
    part = DevicePart(device.name, device.username)
    return DEVICE_CODEC.seal(keys, device.tenant_id, [(subject, device.id, part)])[0]


def _seal_login(keys: Keys, auth: DeviceAuth, subject: str) -> bytes:
    part = LoginPart(auth.username, auth.ha1_md5.hex(), auth.ha1_sha256.hex())
    return LOGIN_CODEC.seal(keys, auth.tenant_id, [(subject, auth.device_id, part)])[0]


def _open_extensions(keys: Keys, tenant_id: str, rows: Sequence[ExtensionRow]) -> list[Extension]:
    parts = EXTENSION_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return [
        Extension(
            id=row.id,
            tenant_id=tenant_id,
            number=row.number,
            person_id=row.person_id,
            subject=row.subject_id,
            ring_seconds=row.ring_seconds,
            max_call_seconds=row.max_call_seconds,
            name=part.name if isinstance(part, ExtensionPart) else "",
            department=(part.department or "") if isinstance(part, ExtensionPart) else "",
        )
        for row, part in zip(rows, parts, strict=True)
    ]


def _open_devices(keys: Keys, tenant_id: str, rows: Iterable[DeviceRow]) -> list[Device]:
    listed = list(rows)
    parts = DEVICE_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in listed])
    return [
        Device(
            id=row.id,
            tenant_id=tenant_id,
            extension_id=row.extension_id,
            kind=cast("DeviceKind", row.kind),
            enabled=row.enabled,
            created=row.created,
            last_used=row.last_used,
            shared=row.shared,
            used_by=row.used_by,
            used_since=row.used_since,
            name=part.name if isinstance(part, DevicePart) else "",
            username=part.username if isinstance(part, DevicePart) else "",
        )
        for row, part in zip(listed, parts, strict=True)
    ]
