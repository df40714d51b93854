"""SQL on the way of calls, and sealing and opening of the persons on it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.calls.events import CallEnded, StepKind, StepOutcome, StepReason
from unificx.cdr.models import CallStepRow, StepPart
from unificx.cdr.schemas import CdrStep, PartyIdentity
from unificx.cdr.values import to_the_second
from unificx.db import Erased, Key, Reader, SealedCodec, one_of, owned_by
from unificx.privacy import KeyStore, free

STEP_CODEC = SealedCodec(CallStepRow, StepPart)
CALL_STEP = cast("Table", CallStepRow.__table__)


def step_rows(found: Mapping[str, Key | None], call: CallEnded, subjects: Sequence[str | None]) -> list[dict[str, Any]]:
    """Return the rows of a call's steps as JSON. `subjects`: those of the steps, None for an object of the tenant."""
    return [_step_row(found.get(subject or ""), call, position, subject) for position, subject in enumerate(subjects)]


def _step_row(key: Key | None, call: CallEnded, position: int, subject: str | None) -> dict[str, Any]:
    step, row_id, sealed = call.steps[position], f"{call.id}/s{position}", None
    extension_id = step.party.extension_id if step.party is not None else None
    if subject is not None and key is None:  # erased during the call: see `erase_steps`
        subject, extension_id = row_id, None
    elif step.party is not None and subject is not None and key is not None:
        part = StepPart(step.party.number, step.party.name)
        sealed = STEP_CODEC.seal_with(key, call.tenant, subject, row_id, part).hex()
    return {
        "id": row_id,
        "tenant_id": call.tenant,
        "call_id": call.id,
        "position": position,
        "kind": step.kind,
        "reason": step.reason,
        "at": to_the_second(step.at),
        "ended": to_the_second(step.ended),
        "outcome": step.outcome,
        "by": step.by,
        "object_number": step.number or None,
        "object_name": step.name or None,
        "extension_id": extension_id,
        "subject_id": subject,
        "sealed": sealed,
    }


def decode_step_rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of a spool record with their times and sealed parts as the database takes them."""
    found = list(rows)
    for row in found:
        row["at"], row["ended"] = datetime.fromisoformat(row["at"]), datetime.fromisoformat(row["ended"])
        row["sealed"] = row["sealed"] and bytes.fromhex(row["sealed"])
    return found


async def erase_steps(session: AsyncSession, tenant_id: str, subject: str, limit: int) -> int:
    """Delete the sealed parts of steps of a subject, except in calls under a hold, and the ids by which they could be
    joined. Return how many there were, at most `limit`."""
    query = select(CallStepRow.id).where(CallStepRow.tenant_id == tenant_id, CallStepRow.subject_id == subject)
    next_ids = query.where(free(CallStepRow, tenant_id)).limit(limit)
    chosen = (owned_by(CallStepRow.tenant_id, tenant_id), CallStepRow.id.in_(next_ids))
    unlinked = {"sealed": None, "subject_id": CallStepRow.id, "extension_id": None}
    change = update(CallStepRow).where(*chosen).values(unlinked).returning(CallStepRow.id)
    erased = await session.scalars(change, execution_options={"synchronize_session": False})
    return len(erased.all())


_OF_CALLS = (
    select(CALL_STEP)
    .where(CallStepRow.tenant_id == bindparam("tenant_id"), one_of(CallStepRow.call_id, bindparam("calls")))
    .order_by(CallStepRow.call_id, CallStepRow.position)
)
"""Built once: each page of calls reads it."""


async def steps_of(
    reader: Reader, keys: KeyStore, tenant_id: str, call_ids: Sequence[str]
) -> dict[str, tuple[CdrStep, ...]]:
    """Return the steps of these calls, in order; calls without steps are left out."""
    if not call_ids:
        return {}
    rows = (await reader.execute(_OF_CALLS, {"tenant_id": tenant_id, "calls": call_ids})).all()
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    parts = STEP_CODEC.open_by_row(keys, tenant_id, sealed)
    found: dict[str, list[CdrStep]] = {}
    for row in rows:
        found.setdefault(row.call_id, []).append(_to_step(row, parts.get(row.id)))
    return {call_id: tuple(steps) for call_id, steps in found.items()}


def _to_step(row: Row[Any], part: StepPart | Erased | None) -> CdrStep:
    identity = None
    if row.subject_id is not None:
        identity = PartyIdentity(part.number, part.name) if isinstance(part, StepPart) else Erased()
    return CdrStep(
        kind=cast("StepKind", row.kind),
        reason=cast("StepReason", row.reason),
        at=row.at,
        ended=row.ended,
        outcome=cast("StepOutcome", row.outcome),
        by=row.by,
        number=row.object_number or "",
        name=row.object_name or "",
        extension_id=row.extension_id,
        identity=identity,
    )
