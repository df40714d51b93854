"""All SQL on calls outside, and sealing and opening of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec, insert_into
from unificx.routing.outbound.models import (
    BlockPart,
    CalledCountryRow,
    CallingLimitRow,
    CallingPolicyRow,
    FraudStopRow,
    NumberBlockRow,
    NumberPart,
    PublicNumberRow,
    RouteRow,
)
from unificx.routing.outbound.schemas import (
    Block,
    BlockDirection,
    CallerRule,
    CallingLimits,
    CallingPolicy,
    FraudStop,
    InboundNumber,
    LimitScope,
    Reach,
    Route,
    StopRule,
)
from unificx.routing.references import DestinationRef

NUMBER_CODEC = SealedCodec(PublicNumberRow, NumberPart)
BLOCK_CODEC = SealedCodec(NumberBlockRow, BlockPart)
_STOP = cast("Table", FraudStopRow.__table__)
_TENANT_ROWS = (
    RouteRow,
    PublicNumberRow,
    NumberBlockRow,
    CallingPolicyRow,
    CallingLimitRow,
    CalledCountryRow,
    FraudStopRow,
)


# ---- routes


async def all_routes(session: AsyncSession) -> list[Route]:
    # scope: all tenants, because calls of each of them are routed from memory.
    return [_route(row) for row in await session.scalars(select(RouteRow).order_by(RouteRow.id))]


async def routes_of(session: AsyncSession, tenant_id: str) -> list[Route]:
    """Return the routes of a tenant in order of creation."""
    query = select(RouteRow).where(RouteRow.tenant_id == tenant_id).order_by(RouteRow.id)
    return [_route(row) for row in await session.scalars(query)]


def _route(row: RouteRow) -> Route:
    return Route(
        row.id,
        row.tenant_id,
        row.name,
        row.pattern,
        _split(row.trunks),
        row.created,
        row.position,
        row.strip,
        row.prepend,
        row.caller_number_id,
        tuple(int(one) for one in _split(row.weights)),
    )


async def insert_route(session: AsyncSession, route: Route) -> None:
    own = {"id": route.id, "tenant_id": route.tenant_id, "created": route.created}
    await session.execute(insert(RouteRow).values(**own, **_route_columns(route)))


async def update_route(session: AsyncSession, route: Route) -> None:
    query = update(RouteRow).where(RouteRow.tenant_id == route.tenant_id, RouteRow.id == route.id)
    await session.execute(query.values(**_route_columns(route)))


async def delete_route(session: AsyncSession, tenant_id: str, route_id: str) -> None:
    await session.execute(delete(RouteRow).where(RouteRow.tenant_id == tenant_id, RouteRow.id == route_id))


def _route_columns(route: Route) -> Mapping[str, object]:
    names = ("name", "pattern", "position", "strip", "prepend", "caller_number_id")
    listed = {"trunks": ",".join(route.trunks), "weights": ",".join(map(str, route.weights))}
    return {name: getattr(route, name) for name in names} | listed


# ---- public numbers


async def all_numbers(session: AsyncSession, keys: Keys) -> list[InboundNumber]:
    """Return the public numbers of all tenants in order of creation."""
    # scope: all tenants, because calls to each of them are routed from memory.
    rows = (await session.scalars(select(PublicNumberRow).order_by(PublicNumberRow.id))).all()
    return _open_numbers(keys, rows)


async def numbers_of(session: AsyncSession, keys: Keys, tenant_id: str) -> list[InboundNumber]:
    """Return the public numbers of a tenant in order of creation."""
    query = select(PublicNumberRow).where(PublicNumberRow.tenant_id == tenant_id).order_by(PublicNumberRow.id)
    return _open_numbers(keys, (await session.scalars(query)).all())


async def find_number(session: AsyncSession, keys: Keys, tenant_id: str, number_id: str) -> InboundNumber | None:
    query = select(PublicNumberRow).where(PublicNumberRow.tenant_id == tenant_id, PublicNumberRow.id == number_id)
    return next(iter(_open_numbers(keys, (await session.scalars(query)).all())), None)


def _open_numbers(keys: Keys, rows: Iterable[PublicNumberRow]) -> list[InboundNumber]:
    found: list[InboundNumber] = []
    for row in rows:
        [part] = NUMBER_CODEC.open(keys, row.tenant_id, [(row.subject_id, row.id, row.sealed)])
        if isinstance(part, Erased):
            continue
        pairs = zip(part.callers[::2], part.callers[1::2], strict=True)
        found.append(
            InboundNumber(
                row.id,
                row.tenant_id,
                row.trunk_id,
                row.created,
                part.number,
                DestinationRef.parse(part.destination),
                tuple(CallerRule(pattern, DestinationRef.parse(to)) for pattern, to in pairs),
                _split(row.shown_for),
                row.reject_anonymous,
                part.description or "",
            )
        )
    return found


async def insert_numbers(session: AsyncSession, keys: Keys, numbers: Sequence[InboundNumber]) -> None:
    """Insert numbers of one tenant."""
    parts = [(one.id, one.id, _number_part(one)) for one in numbers]
    rows = [
        {"id": one.id, "tenant_id": one.tenant_id, "created": one.created, "subject_id": one.id}
        | {**_number_columns(one), "sealed": sealed}
        for one, sealed in zip(numbers, NUMBER_CODEC.seal(keys, numbers[0].tenant_id, parts), strict=True)
    ]
    await session.execute(insert(PublicNumberRow), rows)


async def update_number(session: AsyncSession, keys: Keys, number: InboundNumber) -> None:
    query = update(PublicNumberRow).where(
        PublicNumberRow.tenant_id == number.tenant_id, PublicNumberRow.id == number.id
    )
    [sealed] = NUMBER_CODEC.seal(keys, number.tenant_id, [(number.id, number.id, _number_part(number))])
    await session.execute(query.values(**_number_columns(number), sealed=sealed))


async def delete_number(session: AsyncSession, tenant_id: str, number_id: str) -> None:
    await session.execute(
        delete(PublicNumberRow).where(PublicNumberRow.tenant_id == tenant_id, PublicNumberRow.id == number_id)
    )


def _number_part(number: InboundNumber) -> NumberPart:
    callers = tuple(text for rule in number.callers for text in (rule.pattern, str(rule.destination)))
    return NumberPart(number.number, str(number.destination), callers, number.description)


def _number_columns(number: InboundNumber) -> dict[str, object]:
    return {
        "trunk_id": number.trunk_id,
        "reject_anonymous": number.reject_anonymous,
        "shown_for": ",".join(number.shown_for),
    }


# ---- block lists


async def all_blocks(session: AsyncSession, keys: Keys) -> list[Block]:
    """Return the entries of all block and allow lists in order of creation."""
    # scope: all tenants, because calls of each of them are checked from memory.
    return _open_blocks(keys, (await session.scalars(select(NumberBlockRow).order_by(NumberBlockRow.id))).all())


async def blocks_of(session: AsyncSession, keys: Keys, tenant_id: str, extension_id: str) -> list[Block]:
    """Return the entries of the lists of an extension, or of those of the tenant with ""."""
    query = select(NumberBlockRow).where(
        NumberBlockRow.tenant_id == tenant_id, NumberBlockRow.extension_id == extension_id
    )
    return _open_blocks(keys, (await session.scalars(query)).all())


def _open_blocks(keys: Keys, rows: Iterable[NumberBlockRow]) -> list[Block]:
    found: list[Block] = []
    for row in rows:
        [part] = BLOCK_CODEC.open(keys, row.tenant_id, [(row.subject_id, row.id, row.sealed)])
        if not isinstance(part, Erased):
            direction = cast("BlockDirection", row.direction)
            own = (row.id, row.tenant_id, row.extension_id, direction, row.allows, row.created)
            found.append(Block(*own, part.pattern, part.note))
    return found


async def insert_block(session: AsyncSession, keys: Keys, block: Block) -> None:
    [sealed] = BLOCK_CODEC.seal(keys, block.tenant_id, [(block.id, block.id, BlockPart(block.pattern, block.note))])
    names = ("id", "tenant_id", "extension_id", "direction", "allows", "created")
    values: dict[str, object] = {name: getattr(block, name) for name in names}
    await session.execute(insert(NumberBlockRow).values(**values, subject_id=block.id, sealed=sealed))


async def delete_block(session: AsyncSession, tenant_id: str, block_id: str) -> None:
    await session.execute(
        delete(NumberBlockRow).where(NumberBlockRow.tenant_id == tenant_id, NumberBlockRow.id == block_id)
    )


# ---- permissions and limits


async def all_policies(session: AsyncSession) -> list[CallingPolicy]:
    # scope: all tenants, because calls of each of them are checked from memory.
    return [_policy(row) for row in await session.scalars(select(CallingPolicyRow))]


async def policy_of(session: AsyncSession, tenant_id: str) -> CallingPolicy:
    """Return the permissions of a tenant."""
    row = await session.scalar(select(CallingPolicyRow).where(CallingPolicyRow.tenant_id == tenant_id))
    return CallingPolicy(tenant_id) if row is None else _policy(row)


def _policy(row: CallingPolicyRow) -> CallingPolicy:
    return CallingPolicy(
        row.tenant_id,
        frozenset(_split(row.countries)),
        row.premium,
        _split(row.alerted),
        {prefix: int(cents) for prefix, _, cents in (one.partition("=") for one in _split(row.prices))},
        (row.night_from, row.night_until),
    )


async def save_policy(session: AsyncSession, policy: CallingPolicy) -> None:
    await session.execute(delete(CallingPolicyRow).where(CallingPolicyRow.tenant_id == policy.tenant_id))
    values = {
        "tenant_id": policy.tenant_id,
        "countries": ",".join(sorted(policy.countries)),
        "premium": policy.premium,
        "alerted": ",".join(policy.alerted),
        "prices": ",".join(f"{prefix}={cents}" for prefix, cents in sorted(policy.prices.items())),
        "night_from": policy.night[0],
        "night_until": policy.night[1],
    }
    await session.execute(insert(CallingPolicyRow).values(**values))


async def all_called_countries(session: AsyncSession) -> dict[tuple[str, str], int]:
    """Return the day of the first call by tenant and country."""
    # scope: all tenants, because calls of each of them are checked from memory.
    rows = await session.scalars(select(CalledCountryRow))
    return {(row.tenant_id, row.country): row.first_day for row in rows}


async def save_called_country(session: AsyncSession, tenant_id: str, country: str, first_day: int) -> None:
    await session.execute(
        delete(CalledCountryRow).where(CalledCountryRow.tenant_id == tenant_id, CalledCountryRow.country == country)
    )
    values = {"tenant_id": tenant_id, "country": country, "first_day": first_day}
    await session.execute(insert(CalledCountryRow).values(**values))


_LIMIT_NAMES = ("calls_per_hour", "concurrent", "minutes_per_day", "cents_per_day", "reach", "hours")


async def all_limits(session: AsyncSession) -> list[CallingLimits]:
    # scope: all tenants, because calls of each of them are checked from memory.
    return [_limits(row) for row in await session.scalars(select(CallingLimitRow))]


async def limits_of(session: AsyncSession, tenant_id: str, scope: LimitScope, scope_id: str) -> CallingLimits:
    """Return the limits of a tenant, an extension or a trunk."""
    own = CallingLimitRow.tenant_id == tenant_id, CallingLimitRow.scope == scope, CallingLimitRow.scope_id == scope_id
    row = await session.scalar(select(CallingLimitRow).where(*own))
    return CallingLimits(tenant_id, scope, scope_id) if row is None else _limits(row)


def _limits(row: CallingLimitRow) -> CallingLimits:
    return CallingLimits(
        row.tenant_id,
        cast("LimitScope", row.scope),
        row.scope_id,
        row.calls_per_hour,
        row.concurrent,
        row.minutes_per_day,
        row.cents_per_day,
        cast("Reach", row.reach),
        row.hours,
    )


async def save_limits(session: AsyncSession, limits: CallingLimits) -> None:
    await _delete_limits(session, limits.tenant_id, limits.scope, limits.scope_id)
    own = {"tenant_id": limits.tenant_id, "scope": limits.scope, "scope_id": limits.scope_id}
    await session.execute(
        insert(CallingLimitRow).values(**own, **{name: getattr(limits, name) for name in _LIMIT_NAMES})
    )


async def _delete_limits(session: AsyncSession, tenant_id: str, scope: LimitScope, scope_id: str) -> None:
    await session.execute(
        delete(CallingLimitRow).where(
            CallingLimitRow.tenant_id == tenant_id,
            CallingLimitRow.scope == scope,
            CallingLimitRow.scope_id == scope_id,
        )
    )


# ---- stops


async def stops(session: AsyncSession, since: datetime) -> list[FraudStop]:
    """Return stops that are not released, and those made since a time, oldest first."""
    # scope: all tenants, because calls of each of them are checked from memory.
    query = select(FraudStopRow).where((FraudStopRow.released.is_(None)) | (FraudStopRow.created >= since))
    return [_stop(row) for row in await session.scalars(query.order_by(FraudStopRow.id))]


async def save_stop(session: AsyncSession, stop: FraudStop) -> None:
    """Store a stop; of one that is stored already only its release."""
    connection = await session.connection()
    values = {name: getattr(stop, name) for name in FraudStop.__slots__}
    added = insert_into(_STOP, connection.dialect.name).values(**values)
    release = {"released": added.excluded.released, "released_by": added.excluded.released_by}
    is_released = added.excluded.released.is_not(None)
    await connection.execute(added.on_conflict_do_update(index_elements=["id"], set_=release, where=is_released))


def _stop(row: FraudStopRow) -> FraudStop:
    return FraudStop(
        id=row.id,
        tenant_id=row.tenant_id,
        scope=cast("LimitScope", row.scope),
        scope_id=row.scope_id,
        rule=cast("StopRule", row.rule),
        created=row.created,
        measured=row.measured,
        limit=row.limit,
        until=row.until,
        country=row.country,
        foreign=row.foreign,
        released=row.released,
        released_by=row.released_by,
    )


# ---- deletion


async def delete_extension(session: AsyncSession, tenant_id: str, extension_id: str) -> Sequence[str]:
    """Delete the block list and the limits of an extension; return the subjects of the block list."""
    chosen = (NumberBlockRow.tenant_id == tenant_id, NumberBlockRow.extension_id == extension_id)
    subjects = await session.scalars(delete(NumberBlockRow).where(*chosen).returning(NumberBlockRow.subject_id))
    await _delete_limits(session, tenant_id, "extension", extension_id)
    return subjects.all()


async def delete_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in _TENANT_ROWS:
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
