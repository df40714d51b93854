"""Billing: rate decks and the cost of calls outside. Operators change prices, administrators read them."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request, status

from unificx import billing
from unificx.api.access import (
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.languages import language_of
from unificx.api.problem_texts import translated
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import billing as models
from unificx.api.schemas import core
from unificx.api.schemas.times import Time
from unificx.api.services import Services
from unificx.api.support_consent import names_people
from unificx.core.errors import Invalid
from unificx.identity import Action

router = Router(
    prefix="/api/v1/billing", tags=["billing"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)
_CSV: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "CSV in UTF-8 with comma or semicolon, at most 64 MiB and 2,000,000 rates. The first line has"
        " the columns `prefix` and `price` (per minute), and any of `first`, `next`, `connection`, `minimum`,"
        " `valid_from`, `valid_until`, `name` and `group`.",
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Since = Annotated[Time | None, Query(description="By default the beginning of the month (UTC).")]
Until = Annotated[Time | None, Query(description="At most a year later; now by default.")]
Prefix = Annotated[str, Query(max_length=20, pattern=r"^\+?[0-9]*$|^short:[0-9]*$", description="Rates that begin so.")]
By = Annotated[billing.UsageKey, Query(description="Key of the sums.")]


@router.get("/rate-decks", responses=problem_responses(401, 403, 404))
async def list_rate_decks(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.RateDeck]:
    """List the rate decks of a tenant, newest first."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    found = await services.billing.decks.list(scope.tenant_id)
    current = await services.billing.decks.in_force(scope.tenant_id)
    return core.Page(items=[_deck(services, each, current) for each in found], next=None)


@router.post(
    "/rate-decks",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_rate_deck(
    services: ServicesDep, user: CurrentUserDep, new: models.NewRateDeck, tenant: TenantQuery = None
) -> models.RateDeck:
    """Create a draft of a rate deck. Import its rates next."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    return _deck(services, await services.billing.decks.create(scope.tenant_id, new.name, new.currency), None)


@router.get("/rate-decks/{deck}", responses=problem_responses(401, 403, 404))
async def show_rate_deck(
    services: ServicesDep, user: CurrentUserDep, deck: Id, tenant: TenantQuery = None
) -> models.RateDeck:
    """Show a rate deck."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    found = await services.billing.decks.get(scope.tenant_id, deck)
    return _deck(services, found, await services.billing.decks.in_force(scope.tenant_id))


@router.delete("/rate-decks/{deck}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def delete_rate_deck(services: ServicesDep, user: CurrentUserDep, deck: Id, tenant: TenantQuery = None) -> None:
    """Delete a draft."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    await services.billing.decks.delete(await services.billing.decks.get(scope.tenant_id, deck))


@router.put("/rate-decks/{deck}/rates", responses=problem_responses(401, 403, 404, 408, 409), openapi_extra=_CSV)
async def import_rates(
    request: Request, services: ServicesDep, user: CurrentUserDep, deck: Id, tenant: TenantQuery = None
) -> models.RateDeckImport:
    """Replace the rates of a draft by those of a CSV file. If a line is refused, nothing is stored."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    found = await services.billing.decks.get(scope.tenant_id, deck)
    result = await services.billing.decks.load(found, request.stream())
    language = language_of(request.headers.get("accept-language", ""))
    return models.RateDeckImport(
        rates=result.rates,
        faults=[models.LineFault(line=each.line, problem=translated(each.problem, language)) for each in result.faults],
        changes=_changes(result.changes) if result.changes is not None else None,
    )


@router.get("/rate-decks/{deck}/rates", responses=problem_responses(401, 403, 404))
async def list_rates(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    deck: Id,
    prefix: Prefix = "",
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.NumberedRate]:
    """List the rates of a deck by prefix."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    found = await services.billing.decks.get(scope.tenant_id, deck)
    rates = await services.billing.decks.rates(found, prefix.removeprefix("+"), _after(cursor), limit + 1)
    items = [models.NumberedRate(line=line, **_rate(rate).model_dump()) for line, rate in rates[:limit]]
    following = f"{items[-1].prefix}-{items[-1].line}" if len(rates) > limit else None
    return core.Page(items=items, next=following)


@router.get("/rate-decks/{deck}/changes", responses=problem_responses(401, 403, 404))
async def show_rate_deck_changes(
    services: ServicesDep, user: CurrentUserDep, deck: Id, tenant: TenantQuery = None
) -> models.RateDeckChanges:
    """Compare a rate deck with the one in force."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    return _changes(await services.billing.decks.changes(await services.billing.decks.get(scope.tenant_id, deck)))


@router.get("/rate-decks/{deck}/simulation", responses=problem_responses(401, 403, 404))
async def simulate_rate_deck(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    deck: Id,
    since: Since = None,
    until: Until = None,
    tenant: TenantQuery = None,
) -> models.Simulation:
    """Show what the calls of a period would have cost with a rate deck. Nothing is changed."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    found = await services.billing.decks.get(scope.tenant_id, deck)
    result = await services.billing.rating.simulate(found, *_period(services, since, until))
    return models.Simulation.model_validate(result)


@router.post(
    "/rate-decks/{deck}/start",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def start_rate_deck(
    services: ServicesDep, user: CurrentUserDep, deck: Id, start: models.RateDeckStart, tenant: TenantQuery = None
) -> models.RateDeck:
    """Let a rate deck be in force from a time on."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    found = await services.billing.decks.get(scope.tenant_id, deck)
    started = await services.billing.decks.bring_into_force(found, start.in_force)
    return _deck(services, started, await services.billing.decks.in_force(scope.tenant_id))


@router.post(
    "/rating", dependencies=[Depends(declare_idempotency_key)], responses=problem_responses(401, 403, 404, 409)
)
async def rate_again(
    services: ServicesDep, user: CurrentUserDep, period: models.RatingPeriod, tenant: TenantQuery = None
) -> models.Rerating:
    """Rate the calls of a period again, by the decks in force for them. Differences are posted as corrections."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    return _rerating(await services.billing.rating.rate_again(scope.tenant_id, period.since, period.until))


@router.get("/rating", responses=problem_responses(401, 403, 404))
async def preview_rating(
    services: ServicesDep,
    user: CurrentUserDep,
    since: Annotated[Time, Query(description="Calls answered at or after this time.")],
    until: Annotated[Time, Query(description="Calls answered before this time; at most a year later.")],
    tenant: TenantQuery = None,
) -> models.Rerating:
    """Show what rating the calls of a period again would change. Nothing is changed."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    return _rerating(await services.billing.rating.preview_again(scope.tenant_id, since, until))


@router.get("/usage", dependencies=[names_people], responses=problem_responses(401, 403, 404))
async def show_usage(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    by: By = "extension",
    since: Since = None,
    until: Until = None,
    tenant: TenantQuery = None,
) -> core.Page[models.Usage]:
    """Add up the calls outside of a period and their cost, by extension, department or country."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    found = await services.billing.rating.usage(scope.tenant_id, *_period(services, since, until), by)
    return core.Page(items=[_usage(services, each, by) for each in found], next=None)


def _period(services: Services, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    end = until or services.clock.now()
    return since or end.replace(day=1, hour=0, minute=0, second=0, microsecond=0), end


def _rerating(done: billing.Rerating) -> models.Rerating:
    differences = [models.PriceDifference(currency=key, amount=amount) for key, amount in done.differences.items()]
    return models.Rerating(calls=done.calls, changed=done.changed, differences=differences)


def _usage(services: Services, usage: billing.Usage, by: billing.UsageKey) -> models.Usage:
    extension = services.identity.directory.extension_by_id(usage.key) if by == "extension" else None
    shown = {"number": extension.number, "name": extension.name} if extension is not None else {}
    return models.Usage.model_validate(usage).model_copy(update=shown)


def _deck(services: Services, deck: billing.RateDeck, current: billing.RateDeck | None) -> models.RateDeck:
    if deck.in_force is None:
        state = "draft"
    elif deck.in_force > services.clock.now():
        state = "planned"
    else:
        state = "in_force" if current is not None and current.id == deck.id else "replaced"
    return models.RateDeck(
        id=deck.id,
        tenant_id=deck.tenant_id,
        name=deck.name,
        currency=deck.currency,
        created=deck.created,
        in_force=deck.in_force,
        rates=deck.rates,
        state=state,
    )


def _changes(changes: billing.DeckChanges) -> models.RateDeckChanges:
    first = [
        models.RateChange(
            kind=each.kind,
            prefix=each.prefix,
            before=_rate(each.before) if each.before is not None else None,
            after=_rate(each.after) if each.after is not None else None,
        )
        for each in changes.first
    ]
    return models.RateDeckChanges(added=changes.added, removed=changes.removed, changed=changes.changed, first=first)


def _rate(rate: billing.Rate) -> models.Rate:
    return models.Rate(
        prefix=rate.prefix,
        name=rate.name,
        group=rate.group,
        price=rate.price,
        connection=rate.connection,
        minimum=rate.minimum,
        first=rate.first,
        next=rate.next,
        valid_from=date.fromordinal(rate.valid_from) if rate.valid_from else None,
        valid_until=date.fromordinal(rate.valid_until) if rate.valid_until != billing.ALWAYS else None,
    )


def _after(cursor: str | None) -> tuple[str, int]:
    """Return prefix and line of a cursor. Raise Invalid."""
    prefix, _, line = (cursor or "-0").rpartition("-")
    if not line.isdecimal() or len(line) > 9:
        raise Invalid("Invalid cursor. Pass `next` from the previous page.", field="cursor")
    return prefix, int(line)
