"""All SQL on trunks, and sealing and opening of their credentials."""

from typing import Any, cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec
from unificx.trunks.models import TrunkCredentials, TrunkRow
from unificx.trunks.schemas import (
    CallerIdHeader,
    DtmfMode,
    NumberFormat,
    Trunk,
    TrunkOptions,
    TrunkTransport,
    VerificationMode,
)

CODEC = SealedCodec(TrunkRow, TrunkCredentials)
NO_CREDENTIALS = TrunkCredentials("", "", "", None)


async def all_trunks(session: AsyncSession, keys: Keys) -> list[Trunk]:
    """Return all trunks of the installation, for the in-memory directory."""
    # scope: all tenants, because calls of each of them are routed from memory.
    rows = (await session.scalars(select(TrunkRow).order_by(TrunkRow.id))).all()
    return [_to_trunk(keys, row) for row in rows]


async def get_trunk(session: AsyncSession, keys: Keys, tenant_id: str, trunk_id: str) -> Trunk | None:
    """Return a trunk, None if it does not exist."""
    row = await session.scalar(select(TrunkRow).where(TrunkRow.tenant_id == tenant_id, TrunkRow.id == trunk_id))
    return None if row is None else _to_trunk(keys, row)


async def name_in_use(session: AsyncSession, tenant_id: str, name: str, other_than: str) -> bool:
    """Return whether another trunk of the tenant has this name."""
    found = select(TrunkRow.id).where(TrunkRow.tenant_id == tenant_id, TrunkRow.name == name, TrunkRow.id != other_than)
    return await session.scalar(found) is not None


async def count_trunks(session: AsyncSession, tenant_id: str) -> int:
    """Return how many trunks a tenant has."""
    return await session.scalar(select(func.count()).where(TrunkRow.tenant_id == tenant_id)) or 0


async def insert_trunk(session: AsyncSession, keys: Keys, trunk: Trunk) -> None:
    own = {"id": trunk.id, "tenant_id": trunk.tenant_id, "created": trunk.created, "subject_id": trunk.id}
    await session.execute(insert(TrunkRow).values(**own, **_mutable_columns(keys, trunk)))


async def update_trunk(session: AsyncSession, keys: Keys, trunk: Trunk) -> None:
    await session.execute(
        update(TrunkRow)
        .where(TrunkRow.tenant_id == trunk.tenant_id, TrunkRow.id == trunk.id)
        .values(**_mutable_columns(keys, trunk))
    )


async def delete_trunk(session: AsyncSession, tenant_id: str, trunk_id: str) -> None:
    await session.execute(delete(TrunkRow).where(TrunkRow.tenant_id == tenant_id, TrunkRow.id == trunk_id))


async def delete_tenant_trunks(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(TrunkRow).where(TrunkRow.tenant_id == tenant_id))


def _mutable_columns(keys: Keys, trunk: Trunk) -> dict[str, Any]:
    options = trunk.options
    return {
        "name": trunk.name,
        "host": trunk.host,
        "port": trunk.port,
        "transport": trunk.transport,
        "domain": trunk.domain,
        "registers": trunk.registers,
        "accept_from": " ".join(trunk.accept_from),
        "max_calls": trunk.max_calls,
        "caller_id_header": options.caller_id_header,
        "number_format": options.number_format,
        "dtmf": options.dtmf,
        "register_seconds": options.register_seconds,
        "check_seconds": options.check_seconds,
        "sends_location": options.sends_location,
        "certificate_url": options.certificate_url,
        "verification": options.verification,
        "sealed": _seal(keys, trunk),
    }


def _seal(keys: Keys, trunk: Trunk) -> bytes | None:
    part = TrunkCredentials(
        trunk.username, trunk.options.auth_username, trunk.password, trunk.options.signing_key or None
    )
    return CODEC.seal(keys, trunk.tenant_id, [(trunk.id, trunk.id, part)])[0] if part != NO_CREDENTIALS else None


def _to_trunk(keys: Keys, row: TrunkRow) -> Trunk:
    part: TrunkCredentials | Erased = NO_CREDENTIALS
    if row.sealed is not None:
        part = CODEC.open(keys, row.tenant_id, [(row.subject_id, row.id, row.sealed)])[0]
    credentials = NO_CREDENTIALS if isinstance(part, Erased) else part
    options = TrunkOptions(
        caller_id_header=cast("CallerIdHeader", row.caller_id_header),
        number_format=cast("NumberFormat", row.number_format),
        dtmf=cast("DtmfMode", row.dtmf),
        register_seconds=row.register_seconds,
        check_seconds=row.check_seconds,
        auth_username=credentials.auth_username,
        sends_location=row.sends_location,
        signing_key=credentials.signing_key or "",
        certificate_url=row.certificate_url,
        verification=cast("VerificationMode", row.verification or "off"),
    )
    return Trunk(
        id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        created=row.created,
        host=row.host,
        port=row.port,
        transport=cast("TrunkTransport", row.transport),
        domain=row.domain,
        registers=row.registers,
        accept_from=tuple(row.accept_from.split()),
        max_calls=row.max_calls,
        options=options,
        username=credentials.username,
        password=credentials.password,
    )
