"""Every statement of this room, and the sealing of what it stores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.presence.contracts import Binding
from unificx.presence.records import Changes, Held
from unificx.presence.tables import BindingRow, WherePart
from unificx.sip.flow import Flow
from unificx.store import CannotOpen, Codec, Gone, Keys

WHERE = Codec(BindingRow, WherePart)
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant on both clocks, to turn the time of a record into one of the running process."""

    wall: datetime
    monotonic: float

    def monotonic_of(self, wall: datetime) -> float:
        return self.monotonic + (wall - self.wall).total_seconds()

    def epoch_of(self, monotonic: float) -> int:
        return round(self.wall.timestamp() + monotonic - self.monotonic)


def sealed(keys: Keys, subject: str, binding: Binding, at: Moment) -> Held:
    """The binding as it is stored. Raises store.ErasedSubject."""
    flow = binding.flow
    part = WherePart(
        contact=binding.contact,
        transport=flow.transport,
        host=flow.host,
        port=flow.port,
        local=flow.local,
        path=binding.path,
        q=binding.q,
        instance=binding.instance,
        reg_id=binding.reg_id,
        lasts=binding.lasts,
        user_agent=binding.user_agent,
    )
    return Held(
        id=binding.id,
        tenant_id=binding.tenant_id,
        extension_id=binding.extension_id,
        device_id=binding.device_id,
        subject_id=subject,
        expires=at.epoch_of(binding.noted_until),
        sealed=WHERE.seal(keys, binding.tenant_id, [(subject, binding.id, part)])[0],
    )


async def apply(session: AsyncSession, changes: Changes) -> None:
    """Store what the spool brought."""
    await forget(session, (*changes.dropped, *changes.held))
    if changes.held:
        rows = [
            {
                "id": one.id,
                "tenant_id": one.tenant_id,
                "extension_id": one.extension_id,
                "device_id": one.device_id,
                "subject_id": one.subject_id,
                "expires": one.until,
                "sealed": one.sealed,
            }
            for one in changes.held.values()
        ]
        await session.execute(insert(BindingRow), rows)
    if changes.extended:
        table = cast(Table, BindingRow.__table__)
        # scope: all tenants, because a batch of the spool brings what phones of every tenant did, by our own ids
        statement = update(table).where(table.c.id == bindparam("own_id")).values(expires=bindparam("until"))
        connection = await session.connection()
        await connection.execute(
            statement, [{"own_id": own_id, "until": until} for own_id, until in changes.extended.items()]
        )


async def forget(session: AsyncSession, ids: Iterable[str]) -> None:
    """Delete these bindings."""
    every = list(ids)
    for start in range(0, len(every), CHUNK):
        # scope: all tenants, because the ids are our own, from the spool or from the start's own reading
        await session.execute(delete(BindingRow).where(BindingRow.id.in_(every[start : start + CHUNK])))


async def rows(session: AsyncSession) -> Sequence[BindingRow]:
    """All stored bindings of all tenants: the start of the process needs every one."""
    # scope: all tenants, because the process starts for all of them
    return (await session.scalars(select(BindingRow))).all()


def opened(keys: Keys, stored: Sequence[BindingRow], at: Moment) -> list[Binding]:
    """The stored bindings that can still be read. A connection does not outlast its process.

    Each is held for as long as it was granted the last time, from now on: never shorter than its phone was promised.
    The order by CSeq begins anew, for no nonce of an earlier life is good any more.
    """
    of_tenant: dict[str, list[BindingRow]] = {}
    for row in stored:
        of_tenant.setdefault(row.tenant_id, []).append(row)
    bindings: list[Binding] = []
    for tenant, held in of_tenant.items():
        parts = _open(keys, tenant, held)
        bindings += [_binding(row, part, at) for row, part in zip(held, parts, strict=True) if part is not None]
    return bindings


def _open(keys: Keys, tenant: str, held: Sequence[BindingRow]) -> list[WherePart | None]:
    """None for what is gone or damaged: the phone will register again."""
    found: list[WherePart | None] = []
    for row in held:
        try:
            part = WHERE.open(keys, tenant, "operations", [(row.subject_id, row.id, row.sealed)])[0]
        except CannotOpen:
            part = Gone()
        found.append(None if isinstance(part, Gone) else part)
    return found


def _binding(row: BindingRow, part: WherePart, at: Moment) -> Binding:
    flow = Flow(part.transport, part.host, part.port, 0, part.local)
    noted_until = at.monotonic_of(row.expires)
    return Binding(
        id=row.id,
        tenant_id=row.tenant_id,
        extension_id=row.extension_id,
        device_id=row.device_id,
        expires_at=min(noted_until, at.monotonic + part.lasts),
        cseq=0,
        call_id="",
        contact=part.contact,
        flow=flow,
        path=part.path,
        q=part.q,
        instance=part.instance,
        reg_id=part.reg_id,
        user_agent=part.user_agent,
        cut=flow.reliable,
        lasts=part.lasts,
        noted_until=noted_until,
    )
