"""All SQL on rate decks and their rates."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, delete, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from unificx.billing.machine.rates import Rate
from unificx.billing.models import RateDeckRow, RateRow
from unificx.billing.schemas import ChangeKind, RateChange, RateDeck

_RATE = cast("Table", RateRow.__table__)
_FIELDS = tuple([field.name for field in fields(Rate) if field.name != "prefix"])
_PRICED = ("price", "first", "next", "connection", "minimum", "valid_until", "group")
"""Fields whose change is a change of the deck."""
_IN = 500
"""Values of an IN clause."""


async def insert_deck(session: AsyncSession, deck: RateDeck) -> None:
    session.add(
        RateDeckRow(
            id=deck.id,
            tenant_id=deck.tenant_id,
            name=deck.name,
            currency=deck.currency,
            created=deck.created,
            in_force=deck.in_force,
            rates=deck.rates,
            set_id=deck.set_id,
            loading_id="",
        )
    )
    await session.flush()


async def list_decks(session: AsyncSession, tenant_id: str) -> list[RateDeck]:
    """Return the decks of a tenant, newest first."""
    query = select(RateDeckRow).where(RateDeckRow.tenant_id == tenant_id)
    return [_to_deck(row) for row in await session.scalars(query.order_by(RateDeckRow.id.desc()))]


async def get_deck(session: AsyncSession, tenant_id: str, deck_id: str) -> RateDeck | None:
    row = await session.scalar(select(RateDeckRow).where(RateDeckRow.tenant_id == tenant_id, RateDeckRow.id == deck_id))
    return None if row is None else _to_deck(row)


async def deck_at(session: AsyncSession, tenant_id: str, moment: datetime) -> RateDeck | None:
    """Return the deck in force at a moment."""
    query = select(RateDeckRow).where(RateDeckRow.tenant_id == tenant_id, RateDeckRow.in_force <= moment)
    row = await session.scalar(query.order_by(RateDeckRow.in_force.desc(), RateDeckRow.id.desc()).limit(1))
    return None if row is None else _to_deck(row)


async def set_in_force(session: AsyncSession, tenant_id: str, deck_id: str, moment: datetime) -> None:
    await _change(session, tenant_id, deck_id, in_force=moment)


async def begin_loading(session: AsyncSession, tenant_id: str, deck_id: str, set_id: str) -> str:
    """Note the set that an import loads; return that of an import that did not end, "" if there is none."""
    query = select(RateDeckRow.loading_id).where(RateDeckRow.tenant_id == tenant_id, RateDeckRow.id == deck_id)
    before = await session.scalar(query) or ""
    await _change(session, tenant_id, deck_id, loading_id=set_id)
    return before


async def end_loading(session: AsyncSession, tenant_id: str, deck_id: str, set_id: str, rates: int) -> bool:
    """Make a loaded set that of its deck; False if another import began meanwhile, or the deck came into force."""
    chosen = (
        RateDeckRow.tenant_id == tenant_id,
        RateDeckRow.id == deck_id,
        RateDeckRow.loading_id == set_id,
        RateDeckRow.in_force.is_(None),
    )
    done = await session.execute(
        update(RateDeckRow).where(*chosen).values(set_id=set_id, loading_id="", rates=rates).returning(RateDeckRow.id)
    )
    return done.scalar() is not None


async def _change(session: AsyncSession, tenant_id: str, deck_id: str, **values: Any) -> None:
    chosen = (RateDeckRow.tenant_id == tenant_id, RateDeckRow.id == deck_id)
    await session.execute(update(RateDeckRow).where(*chosen).values(**values))


async def delete_deck(session: AsyncSession, tenant_id: str, deck_id: str) -> None:
    await session.execute(delete(RateDeckRow).where(RateDeckRow.tenant_id == tenant_id, RateDeckRow.id == deck_id))


# ---- rates


async def insert_rates(session: AsyncSession, tenant_id: str, set_id: str, rates: Iterable[tuple[int, Rate]]) -> None:
    """Insert rates, each with the line it comes from."""
    rows = [
        {"tenant_id": tenant_id, "set_id": set_id, "prefix": rate.prefix, "line": line}
        | {name: getattr(rate, name) for name in _FIELDS}
        for line, rate in rates
    ]
    if rows:
        await session.execute(insert(_RATE), rows)


async def delete_rates(session: AsyncSession, tenant_id: str, set_id: str, limit: int) -> bool:
    """Delete some rates of a set; return whether there may be more."""
    of_set = (RateRow.tenant_id == tenant_id, RateRow.set_id == set_id)
    found = (await session.scalars(select(RateRow.prefix).where(*of_set).order_by(RateRow.prefix).limit(limit))).all()
    if found:
        await session.execute(delete(RateRow).where(*of_set, RateRow.prefix <= found[-1]))
    return len(found) == limit


async def faulty_lines(session: AsyncSession, tenant_id: str, set_id: str, limit: int) -> list[tuple[int, int, bool]]:
    """Return lines whose validity does not begin when that of the line before it with the same prefix ends: (line, line
    before, whether both are valid at a time)."""
    window: Any = {"partition_by": RateRow.prefix, "order_by": (RateRow.valid_from, RateRow.line)}
    before_end = func.lag(RateRow.valid_until).over(**window).label("before_end")
    before_line = func.lag(RateRow.line).over(**window).label("before_line")
    of_set = (RateRow.tenant_id == tenant_id, RateRow.set_id == set_id)
    # Most prefixes have one line. The database sorts the others only, as it would hold a million lines in memory.
    repeated = select(RateRow.prefix).where(*of_set).group_by(RateRow.prefix).having(func.count() > 1)
    chosen = (*of_set, RateRow.prefix.in_(repeated))
    rows = select(RateRow.line, RateRow.valid_from, before_end, before_line).where(*chosen).subquery()
    query = select(rows.c.line, rows.c.before_line, rows.c.before_end > rows.c.valid_from).where(
        rows.c.before_end != rows.c.valid_from
    )
    found = await session.execute(query.order_by(rows.c.line).limit(limit))
    return [(line, before, bool(overlaps)) for line, before, overlaps in found]


async def list_rates(
    session: AsyncSession, tenant_id: str, set_id: str, prefix: str, *, after: tuple[str, int], limit: int
) -> list[tuple[int, Rate]]:
    """Return rates whose prefix begins with `prefix`, in the order of prefix and line, behind `after`."""
    query = _rates(tenant_id, set_id).where(
        or_(RateRow.prefix > after[0], and_(RateRow.prefix == after[0], RateRow.line > after[1]))
    )
    if prefix:
        query = query.where(RateRow.prefix.startswith(prefix, autoescape=True))
    rows = await session.execute(query.order_by(RateRow.prefix, RateRow.line).limit(limit))
    return [(row.line, _to_rate(row)) for row in rows]


async def rates_of_prefixes(session: AsyncSession, tenant_id: str, set_id: str, prefixes: Sequence[str]) -> list[Rate]:
    """Return the rates with one of these prefixes."""
    found: list[Rate] = []
    for start in range(0, len(prefixes), _IN):
        query = _rates(tenant_id, set_id).where(RateRow.prefix.in_(prefixes[start : start + _IN]))
        found += map(_to_rate, await session.execute(query))
    return found


async def count_changes(session: AsyncSession, tenant_id: str, before: str, after: str) -> dict[ChangeKind, int]:
    """Return how many rates of two sets differ."""
    query = _differences(tenant_id, before, after).subquery()
    rows = await session.execute(select(query.c.kind, func.count()).group_by(query.c.kind))
    return {cast("ChangeKind", kind): count for kind, count in rows}


async def first_changes(
    session: AsyncSession, tenant_id: str, before: str, after: str, limit: int
) -> tuple[RateChange, ...]:
    """Return the first differences of two sets, in the order of prefixes."""
    rows = _differences(tenant_id, before, after).subquery()
    found = (await session.execute(select(rows).order_by(rows.c.prefix, rows.c.valid_from).limit(limit))).all()
    known = [
        {(rate.prefix, rate.valid_from): rate for rate in rates}
        for rates in [
            await rates_of_prefixes(session, tenant_id, set_id, sorted({row.prefix for row in found}))
            for set_id in (before, after)
        ]
    ]
    return tuple(
        RateChange(row.kind, row.prefix, *(each.get((row.prefix, row.valid_from)) for each in known)) for row in found
    )


def _differences(tenant_id: str, before: str, after: str) -> Any:
    """Select kind, prefix and validity of the rates that only one of two sets has, or that differ."""
    one, other = aliased(RateRow), aliased(RateRow)

    def missing(there: Any, here: Any, kind: ChangeKind, there_id: str, here_id: str) -> Any:
        same = and_(
            here.tenant_id == tenant_id,
            here.set_id == here_id,
            here.prefix == there.prefix,
            here.valid_from == there.valid_from,
        )
        return (
            select(literal(kind).label("kind"), there.prefix, there.valid_from)
            .outerjoin(here, same)
            .where(there.tenant_id == tenant_id, there.set_id == there_id, here.prefix.is_(None))
        )

    differs = or_(*(getattr(one, name) != getattr(other, name) for name in _PRICED))
    same = and_(
        other.tenant_id == tenant_id,
        other.set_id == after,
        other.prefix == one.prefix,
        other.valid_from == one.valid_from,
    )
    changed = (
        select(literal("changed").label("kind"), one.prefix, one.valid_from)
        .join(other, same)
        .where(one.tenant_id == tenant_id, one.set_id == before, differs)
    )
    return changed.union_all(
        missing(one, other, "removed", before, after),
        missing(aliased(RateRow), aliased(RateRow), "added", after, before),
    )


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (RateRow, RateDeckRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


def _rates(tenant_id: str, set_id: str) -> Any:
    return select(_RATE).where(RateRow.tenant_id == tenant_id, RateRow.set_id == set_id)


def _to_rate(row: Any) -> Rate:
    return Rate(row.prefix, *(getattr(row, name) for name in _FIELDS))


def _to_deck(row: RateDeckRow) -> RateDeck:
    return RateDeck(
        id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        currency=row.currency,
        created=row.created,
        in_force=row.in_force,
        rates=row.rates,
        set_id=row.set_id,
    )
