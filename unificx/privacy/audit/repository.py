"""All SQL of the audit log. Positions are consecutive over all tenants: there is one tree."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Integer,
    ScalarSelect,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from unificx.db import DeferredInsert, Erased, Keys, SealedCodec, UnsealError, lock_scope, owned_by
from unificx.privacy.audit.models import AuditEntryRow, AuditHeadRow, AuditPartyPart, AuditPartyRow

PARTY = SealedCodec(AuditPartyRow, AuditPartyPart)
_LEAVES = 5000


def _appending(row: type[Any], position: ScalarSelect[Any]) -> DeferredInsert:
    table: Table = row.__table__
    names = [each.name for each in table.columns if each.name != "position"]
    return DeferredInsert(insert(table).values(position=position), names)


# scope: all tenants, because there is one tree
_LAST = select(func.max(AuditEntryRow.position))
_NEXT = select(
    func.coalesce(func.max(AuditEntryRow.position) + literal_column("1"), literal_column("0"))
).scalar_subquery()
# Without the time, which is that of the entry: one text less to parse for each person.
# scope: all tenants, because an operator acts in other tenants than their own
_PARTIES_BETWEEN = select(*(each for each in AuditPartyRow.__table__.columns if each.name != "time")).where(
    AuditPartyRow.position >= bindparam("first"), AuditPartyRow.position <= bindparam("last")
)
_ADD_ENTRY = _appending(AuditEntryRow, _NEXT)
_ADD_PARTY = _appending(AuditPartyRow, _LAST.scalar_subquery())


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Filter of a list of entries, newest first."""

    before: int | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    positions: Sequence[int] | None = None


def open_party(keys: Keys, row: AuditPartyRow) -> AuditPartyPart | Erased:
    """Return the details of a person. Raise UnsealError if they were changed."""
    if row.sealed is None:
        return Erased()
    sealed = [(row.subject_id, row.id, row.sealed)]
    return PARTY.open(keys, row.tenant_id, sealed)[0]


def open_parties(keys: Keys, rows: Sequence[AuditPartyRow]) -> dict[str, AuditPartyPart | Erased]:
    """Return the details of persons by row id. Raise UnsealError if those of one were changed."""
    found: dict[str, AuditPartyPart | Erased] = {row.id: Erased() for row in rows if row.sealed is None}
    for tenant_id, items in _sealed_by_tenant(rows).items():
        found |= PARTY.open_by_row(keys, tenant_id, items)
    return found


def open_unchanged(keys: Keys, rows: Sequence[AuditPartyRow]) -> dict[str, AuditPartyPart | Erased]:
    """Return the details of persons by row id, without those of a tenant in which one was changed: see `open_party`."""
    found: dict[str, AuditPartyPart | Erased] = {row.id: Erased() for row in rows if row.sealed is None}
    for tenant_id, items in _sealed_by_tenant(rows).items():
        with contextlib.suppress(UnsealError):
            found |= PARTY.open_by_row(keys, tenant_id, items)
    return found


def _sealed_by_tenant(rows: Sequence[AuditPartyRow]) -> dict[str, list[tuple[str, str, bytes]]]:
    found: dict[str, list[tuple[str, str, bytes]]] = {}
    for row in rows:
        if row.sealed is not None:
            found.setdefault(row.tenant_id, []).append((row.subject_id, row.id, row.sealed))
    return found


async def size_of(session: AsyncSession) -> int:
    """Return the number of entries, with a lock on the end of the log until the end of the transaction."""
    await lock_scope(session, "audit")
    last = await session.scalar(_LAST)
    return 0 if last is None else last + 1


async def append(session: AsyncSession, entry: dict[str, Any], parties: Sequence[dict[str, Any]]) -> None:
    """Append an entry with its persons. The database assigns its position, with a lock on the end of the log. SQLite
    does so with the next statement of the transaction, or with its commit."""
    await lock_scope(session, "audit")
    await session.run_sync(_append, entry, parties)


def _append(session: Session, entry: dict[str, Any], parties: Sequence[dict[str, Any]]) -> None:
    _ADD_ENTRY.execute(session, [entry])
    _ADD_PARTY.execute(session, parties)


async def page(session: AsyncSession, tenant_id: str, wanted: AuditFilter, limit: int) -> Sequence[AuditEntryRow]:
    """Return entries of a tenant, newest first."""
    chosen = {
        "before": wanted.before,
        "action": wanted.action,
        "since": wanted.since,
        "until": wanted.until,
        "positions": wanted.positions,
    }
    parameters = {name: value for name, value in chosen.items() if value is not None}
    found = await session.execute(_page(frozenset(parameters)), {"tenant_id": tenant_id, "rows": limit, **parameters})
    return cast("Sequence[AuditEntryRow]", found.all())


@cache
def _page(given: frozenset[str]) -> Select[Any]:
    """Return the statement of a list of entries with these parameters. Built once for each set of them."""
    query = select(*AuditEntryRow.__table__.columns).where(AuditEntryRow.tenant_id == bindparam("tenant_id"))
    if "before" in given:
        query = query.where(AuditEntryRow.position < bindparam("before"))
    if "action" in given:
        query = query.where(AuditEntryRow.action == bindparam("action"))
    if "since" in given:
        query = query.where(AuditEntryRow.time >= bindparam("since"))
    if "until" in given:
        query = query.where(AuditEntryRow.time < bindparam("until"))
    if "positions" in given:
        query = query.where(AuditEntryRow.position.in_(bindparam("positions", expanding=True)))
    return query.order_by(AuditEntryRow.position.desc()).limit(bindparam("rows", type_=Integer()))


async def get(session: AsyncSession, tenant_id: str, position: int) -> AuditEntryRow | None:
    chosen = (AuditEntryRow.tenant_id == tenant_id, AuditEntryRow.position == position)
    return await session.scalar(select(AuditEntryRow).where(*chosen))


async def find_object(session: AsyncSession, tenant_id: str, action: str, target: str) -> AuditEntryRow | None:
    """Return the first entry of an action on an object."""
    query = select(AuditEntryRow).where(
        AuditEntryRow.tenant_id == tenant_id, AuditEntryRow.action == action, AuditEntryRow.object == target
    )
    return await session.scalar(query.order_by(AuditEntryRow.position).limit(1))


async def recorded_objects(
    session: AsyncSession, tenant_id: str, action: str, objects: Sequence[str]
) -> frozenset[str]:
    """Return which of these objects have an entry with this action that was done."""
    chosen = (owned_by(AuditEntryRow.tenant_id, tenant_id), AuditEntryRow.object.in_(objects))
    done = (AuditEntryRow.action == action, AuditEntryRow.result == "done")
    query = select(AuditEntryRow.object).where(*chosen, *done)
    return frozenset((await session.scalars(query)).all()) if objects else frozenset()


async def entries_from(session: AsyncSession, first: int, limit: int) -> Sequence[AuditEntryRow]:
    """Return entries in order, from a position on."""
    # scope: all tenants, because there is one tree
    query = select(*AuditEntryRow.__table__.columns).where(AuditEntryRow.position >= first)
    found = await session.execute(query.order_by(AuditEntryRow.position).limit(limit))
    return cast("Sequence[AuditEntryRow]", found.all())


async def leaves(session: AsyncSession, first: int, end: int) -> list[bytes]:
    """Return the hashes of the leaves from `first` up to, not including, `end`. Reads in batches, so that other work
    goes on meanwhile."""
    found: list[bytes] = []
    for start in range(first, end, _LEAVES):
        # scope: all tenants, because there is one tree
        chosen = (AuditEntryRow.position >= start, AuditEntryRow.position < min(start + _LEAVES, end))
        query = select(AuditEntryRow.leaf).where(*chosen).order_by(AuditEntryRow.position)
        found += [bytes.fromhex(each) for each in await session.scalars(query)]
    return found


async def parties_between(session: AsyncSession, first: int, last: int) -> Sequence[AuditPartyRow]:
    """Return the persons in the entries of these positions, both included."""
    found = await session.execute(_PARTIES_BETWEEN, {"first": first, "last": last})
    return cast("Sequence[AuditPartyRow]", found.all())


async def positions_of_subject(session: AsyncSession, tenant_id: str, subject: str, limit: int) -> Sequence[int]:
    """Return the last entries in which a person is named."""
    chosen = (AuditPartyRow.tenant_id == tenant_id, AuditPartyRow.subject_id == subject)
    query = select(AuditPartyRow.position).where(*chosen).order_by(AuditPartyRow.position.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def last_head(session: AsyncSession) -> AuditHeadRow | None:
    return await session.scalar(select(AuditHeadRow).order_by(AuditHeadRow.size.desc()).limit(1))


async def heads(session: AsyncSession, *, unsent: bool = False) -> Sequence[AuditHeadRow]:
    """Return the signed heads in order; with `unsent` those that were not written outside yet."""
    query = select(AuditHeadRow).order_by(AuditHeadRow.size)
    if unsent:
        query = query.where(AuditHeadRow.sent.is_(False))
    return (await session.scalars(query)).all()


async def mark_sent(session: AsyncSession, size: int) -> None:
    await session.execute(update(AuditHeadRow).where(AuditHeadRow.size <= size).values(sent=True))


async def erase_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Delete what opens the commitments to a person. The commitments stay."""
    chosen = (AuditPartyRow.tenant_id == tenant_id, AuditPartyRow.subject_id == subject)
    await session.execute(update(AuditPartyRow).where(*chosen).values(sealed=None))


def opened_parties(tenant_id: str) -> Select[str, datetime]:
    """Persons of the tenant who can be named, since the act."""
    chosen = (AuditPartyRow.tenant_id == tenant_id, AuditPartyRow.sealed.is_not(None))
    return select(AuditPartyRow.id, AuditPartyRow.time.label("at")).where(*chosen)


async def drop_parties(session: AsyncSession, tenant_id: str, ids: Sequence[str]) -> None:
    """Delete what opens the commitments to these persons."""
    chosen = (owned_by(AuditPartyRow.tenant_id, tenant_id), AuditPartyRow.id.in_(ids))
    await session.execute(update(AuditPartyRow).where(*chosen).values(sealed=None))


async def erase_tenant(session: AsyncSession, tenant_id: str) -> None:
    """Delete all but the leaves of a tenant's entries."""
    positions = select(AuditEntryRow.position).where(AuditEntryRow.tenant_id == tenant_id)
    # scope: all tenants, because an operator of another one may have acted
    await session.execute(delete(AuditPartyRow).where(AuditPartyRow.position.in_(positions)))
    emptied = {"tenant_id": "", "action": "", "object": "", "result": "", "salt": ""}
    await session.execute(update(AuditEntryRow).where(AuditEntryRow.tenant_id == tenant_id).values(**emptied))
