"""All SQL that ends call records: which are there, and their removal."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.cdr.models import CallPartyRow, CallRow, CallStepRow
from unificx.db import owned_by
from unificx.privacy import HoldTarget, free, held, lock_holds


def addresses(tenant_id: str) -> Select[str, datetime]:
    """Parties with a network address, since the start of their call."""
    # The join is by the primary key of calls, so that the partial index of the parties is read, and nothing else.
    addressed = (CallPartyRow.tenant_id == tenant_id, CallPartyRow.sealed_address.is_not(None))
    present = (*addressed, free(CallPartyRow, tenant_id))
    start = CallRow.started.label("at")
    return select(CallPartyRow.id, start).join(CallRow, CallRow.id == CallPartyRow.call_id).where(*present)


def calls(tenant_id: str) -> Select[str, datetime]:
    """Calls, since their start."""
    present = (CallRow.tenant_id == tenant_id, CallRow.id.not_in(held(tenant_id, "call")))
    return select(CallRow.id, CallRow.started.label("at")).where(*present)


def _found(tenant_id: str) -> Select[str]:
    return select(CallRow.id).where(CallRow.tenant_id == tenant_id)


def _of_subject(tenant_id: str, subject: str) -> Select[str]:
    taken = (CallPartyRow.tenant_id == tenant_id, CallPartyRow.subject_id == subject)
    return select(CallPartyRow.call_id).where(*taken)


CALL_TARGET = HoldTarget("call", _found, _of_subject)
"""Calls can be put under a hold."""


async def is_held(session: AsyncSession, tenant_id: str, call_id: str) -> bool:
    """Return whether a call is under a hold."""
    chosen = (CallRow.tenant_id == tenant_id, CallRow.id == call_id, CallRow.id.in_(held(tenant_id, "call")))
    return await session.scalar(select(CallRow.id).where(*chosen)) is not None


async def drop_addresses(session: AsyncSession, tenant_id: str, party_ids: Sequence[str]) -> None:
    chosen = (
        owned_by(CallPartyRow.tenant_id, tenant_id),
        CallPartyRow.id.in_(party_ids),
        free(CallPartyRow, tenant_id),
    )
    await session.execute(update(CallPartyRow).where(*chosen).values(sealed_address=None))


async def drop_calls(session: AsyncSession, tenant_id: str, call_ids: Sequence[str]) -> None:
    """Delete calls with their parties and steps, except those under a hold."""
    await lock_holds(session, tenant_id)
    under_hold = held(tenant_id, "call")
    for row in (CallStepRow, CallPartyRow):
        chosen = (row.tenant_id == tenant_id, row.call_id.in_(call_ids), row.call_id.not_in(under_hold))
        await session.execute(delete(row).where(*chosen))
    chosen = (owned_by(CallRow.tenant_id, tenant_id), CallRow.id.in_(call_ids), CallRow.id.not_in(under_hold))
    await session.execute(delete(CallRow).where(*chosen))
