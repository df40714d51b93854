"""All SQL that ends call records: which are there, and their removal."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.cdr.models import CallPartyRow, CallRow, CallStepRow
from unificx.db import owned_by


def addresses(tenant_id: str) -> Select[str, datetime]:
    """Parties with a network address, since the start of their call."""
    # The join is by the primary key of calls, so that the partial index of the parties is read, and nothing else.
    present = (CallPartyRow.tenant_id == tenant_id, CallPartyRow.sealed_address.is_not(None))
    start = CallRow.started.label("at")
    return select(CallPartyRow.id, start).join(CallRow, CallRow.id == CallPartyRow.call_id).where(*present)


def calls(tenant_id: str) -> Select[str, datetime]:
    """Calls, since their start."""
    return select(CallRow.id, CallRow.started.label("at")).where(CallRow.tenant_id == tenant_id)


async def drop_addresses(session: AsyncSession, tenant_id: str, party_ids: Sequence[str]) -> None:
    chosen = (owned_by(CallPartyRow.tenant_id, tenant_id), CallPartyRow.id.in_(party_ids))
    await session.execute(update(CallPartyRow).where(*chosen).values(sealed_address=None))


async def drop_calls(session: AsyncSession, tenant_id: str, call_ids: Sequence[str]) -> None:
    """Delete calls with their parties and steps."""
    for row in (CallStepRow, CallPartyRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id, row.call_id.in_(call_ids)))
    await session.execute(delete(CallRow).where(owned_by(CallRow.tenant_id, tenant_id), CallRow.id.in_(call_ids)))
