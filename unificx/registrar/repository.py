"""SQL statements of the registrar, and sealing of its personal data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec, UnsealError
from unificx.registrar.models import BindingRow, LocationPart
from unificx.registrar.schemas import Binding
from unificx.registrar.spool_records import BindingChanges, StoredBinding
from unificx.sip.flow import Flow

LOCATION_CODEC = SealedCodec(BindingRow, LocationPart)
CHUNK = 500


@dataclass(frozen=True, slots=True)
class ClockSnapshot:
    """One instant on both clocks, to convert stored wall time to monotonic time."""

    wall: datetime
    monotonic: float

    def monotonic_of(self, wall: datetime) -> float:
        return self.monotonic + (wall - self.wall).total_seconds()

    def epoch_of(self, monotonic: float) -> int:
        return round(self.wall.timestamp() + monotonic - self.monotonic)


def seal_binding(keys: Keys, subject: str, binding: Binding, at: ClockSnapshot) -> StoredBinding:
    """Seal a binding for storage. Raises store.ErasedSubject."""
    flow = binding.flow
    part = LocationPart(
        contact=binding.contact,
        transport=flow.transport,
        host=flow.host,
        port=flow.port,
        local=flow.local,
        path=binding.path,
        q=binding.q,
        instance=binding.instance,
        reg_id=binding.reg_id,
        lasts=binding.granted_seconds,
        user_agent=binding.user_agent,
        takes_texts=binding.takes_texts,
    )
    return StoredBinding(
        id=binding.id,
        tenant_id=binding.tenant_id,
        extension_id=binding.extension_id,
        device_id=binding.device_id,
        subject_id=subject,
        expires=at.epoch_of(binding.journalled_until),
        sealed=LOCATION_CODEC.seal(keys, binding.tenant_id, [(subject, binding.id, part)])[0],
    )


async def apply_changes(session: AsyncSession, changes: BindingChanges) -> None:
    """Store a batch of changes from the spool."""
    await delete_bindings(session, (*changes.removed, *changes.stored))
    if changes.stored:
        rows = [
            {
                "id": binding.id,
                "tenant_id": binding.tenant_id,
                "extension_id": binding.extension_id,
                "device_id": binding.device_id,
                "subject_id": binding.subject_id,
                "expires": binding.until,
                "sealed": binding.sealed,
            }
            for binding in changes.stored.values()
        ]
        await session.execute(insert(BindingRow), rows)
    if changes.extended:
        table = cast(Table, BindingRow.__table__)
        # scope: all tenants, because a batch of the spool contains changes of every tenant, by our own ids
        statement = update(table).where(table.c.id == bindparam("own_id")).values(expires=bindparam("until"))
        connection = await session.connection()
        await connection.execute(
            statement, [{"own_id": own_id, "until": until} for own_id, until in changes.extended.items()]
        )


async def delete_bindings(session: AsyncSession, ids: Iterable[str]) -> None:
    """Delete bindings."""
    all_ids = list(ids)
    for start in range(0, len(all_ids), CHUNK):
        # scope: all tenants, because the ids are our own, from the spool or read at startup
        await session.execute(delete(BindingRow).where(BindingRow.id.in_(all_ids[start : start + CHUNK])))


async def delete_of_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    chosen = (BindingRow.tenant_id == tenant_id, BindingRow.subject_id == subject)
    await session.execute(delete(BindingRow).where(*chosen))


async def list_rows(session: AsyncSession) -> Sequence[BindingRow]:
    """Return all stored bindings of all tenants, for startup."""
    # scope: all tenants, because the process starts for all of them
    return (await session.scalars(select(BindingRow))).all()


def unseal_bindings(keys: Keys, stored: Sequence[BindingRow], at: ClockSnapshot) -> list[Binding]:
    """Unseal the stored bindings that are still readable. Those on connections are restored as disconnected.

    Each is valid for the granted time, counted from now: never shorter than promised to its phone. The CSeq order is
    reset, since nonces from before the restart are invalid anyway.
    """
    by_tenant: dict[str, list[BindingRow]] = {}
    for row in stored:
        by_tenant.setdefault(row.tenant_id, []).append(row)
    bindings: list[Binding] = []
    for tenant, tenant_rows in by_tenant.items():
        parts = _unseal_rows(keys, tenant, tenant_rows)
        bindings += [_binding(row, part, at) for row, part in zip(tenant_rows, parts, strict=True) if part is not None]
    return bindings


def _unseal_rows(keys: Keys, tenant: str, rows: Sequence[BindingRow]) -> list[LocationPart | None]:
    """Unseal rows; None if erased or damaged: the phone will register again."""
    found: list[LocationPart | None] = []
    for row in rows:
        try:
            part = LOCATION_CODEC.open(keys, tenant, [(row.subject_id, row.id, row.sealed)])[0]
        except UnsealError:
            part = Erased()
        found.append(None if isinstance(part, Erased) else part)
    return found


def _binding(row: BindingRow, part: LocationPart, at: ClockSnapshot) -> Binding:
    flow = Flow(part.transport, part.host, part.port, 0, part.local)
    journalled_until = at.monotonic_of(row.expires)
    return Binding(
        id=row.id,
        tenant_id=row.tenant_id,
        extension_id=row.extension_id,
        device_id=row.device_id,
        expires_at=min(journalled_until, at.monotonic + part.lasts),
        cseq=0,
        call_id="",
        contact=part.contact,
        flow=flow,
        path=part.path,
        q=part.q,
        instance=part.instance,
        reg_id=part.reg_id,
        user_agent=part.user_agent,
        disconnected=flow.reliable,
        granted_seconds=part.lasts,
        journalled_until=journalled_until,
        takes_texts=bool(part.takes_texts),
    )
