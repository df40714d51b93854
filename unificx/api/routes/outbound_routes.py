"""Routes to numbers outside, and tests of them without a call."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Path, status

from unificx import routing
from unificx.api.access import CurrentUserDep, Cursor, Limit, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import outbound as models
from unificx.api.services import Services
from unificx.core.errors import Invalid
from unificx.identity import Action
from unificx.registrar import Caller
from unificx.routing import (
    Allowed,
    DestinationRef,
    Emergency,
    OutsideCaller,
    PublicNumber,
    explain_refusal,
    explain_stop,
)

router = Router(
    prefix="/api/v1/routes", tags=["numbers"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)

RouteReference = Annotated[str, Path(max_length=64, pattern=r"^[^/\x00-\x1f]+$")]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_routes(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Route]:
    """List the routes of a tenant in order of creation. They are tried by position."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    page = services.outbound.routes.list(scope.tenant_id, cursor, limit)
    return core.Page(items=[_schema(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_route(
    services: ServicesDep, user: CurrentUserDep, new: models.NewRoute, tenant: TenantQuery = None
) -> models.Route:
    """Create a route."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    given = new.model_dump(exclude={"trunks", "weights"})
    wanted = routing.NewRoute(**given, trunks=tuple(new.trunks), weights=tuple(new.weights))
    return _schema(services, await services.outbound.routes.create(scope.tenant_id, wanted))


@router.post("/test", dependencies=[Depends(declare_idempotency_key)], responses=problem_responses(401, 403, 404))
async def try_route(
    services: ServicesDep, user: CurrentUserDep, request: models.RouteTestRequest, tenant: TenantQuery = None
) -> models.RouteTest:
    """Say which way a call would take, or which rule forbids it. No call is made, and nothing is counted."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    caller, place = OutsideCaller(), None
    if ":" in request.from_:
        in_name_of = DestinationRef.parse(request.from_, "from")
        if services.destinations.resolve(scope.tenant_id, in_name_of) is None:
            raise Invalid("There is no such group or queue.", field="from")
        caller = OutsideCaller(calling_for=str(in_name_of))
    elif request.from_:
        extension = services.identity.directory.extension(scope.tenant_id, request.from_)
        if extension is None:
            raise Invalid("There is no such extension.", field="from")
        calling = Caller.of(extension)
        caller, place = services.outbound.routing.caller(calling), services.locations.of_caller(calling)
    decision, stop = services.outbound.routing.decide(scope.tenant_id, caller, request.number)
    number = decision.number
    allowed, refused = (decision, None) if isinstance(decision, Allowed) else (None, decision)
    attempts = _attempts(services, allowed) if allowed is not None else []
    first = attempts[0] if attempts else None
    route = allowed.route if allowed is not None else None
    reason = explain_refusal(refused) if refused is not None else None
    return models.RouteTest(
        allowed=allowed is not None,
        number=number.e164 if isinstance(number, PublicNumber) else number.number if number is not None else "",
        country=number.country if isinstance(number, PublicNumber) else "",
        emergency=isinstance(number, Emergency),
        route=route.name if route is not None else None,
        trunk=first.trunk if first is not None else None,
        number_sent=first.number_sent if first is not None else None,
        caller_id=first.caller_id if first is not None else None,
        attempts=attempts,
        rule=refused.rule if refused is not None else None,
        reason=f"{reason} {explain_stop(stop)}" if stop is not None else reason,
        stop=stop.id if stop is not None else None,
        location=f"{place.name}: {place.address.text()}" if place is not None and isinstance(number, Emergency) else "",
    )


@router.get("/{route}", responses=problem_responses(401, 403, 404))
async def show_route(
    services: ServicesDep, user: CurrentUserDep, route: RouteReference, tenant: TenantQuery = None
) -> models.Route:
    """Show a route, by id or name."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    return _schema(services, services.outbound.routes.find(scope.tenant_id, route))


@router.patch("/{route}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_route(
    services: ServicesDep,
    user: CurrentUserDep,
    route: RouteReference,
    change: models.RouteChange,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Route:
    """Change a route."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    known = services.outbound.routes.find(scope.tenant_id, route)
    trunks = None if change.trunks is None else tuple(change.trunks)
    weights = None if change.weights is None else tuple(change.weights)
    values = change.model_dump(exclude={"trunks", "weights"})
    wanted = routing.RouteChange(**values, trunks=trunks, weights=weights)
    schema = partial(_schema, services)
    return schema(await services.outbound.routes.update(known, wanted, unchanged(if_match, schema)))


@router.delete("/{route}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 412))
async def delete_route(
    services: ServicesDep,
    user: CurrentUserDep,
    route: RouteReference,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> None:
    """Delete a route."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    condition = unchanged(if_match, partial(_schema, services))
    await services.outbound.routes.delete(services.outbound.routes.find(scope.tenant_id, route), condition)


def _attempts(services: Services, allowed: Allowed) -> list[models.RouteAttempt]:
    found: list[models.RouteAttempt] = []
    for target in allowed.targets:
        trunk = services.trunks.directory.trunk(target.trunk_id)
        name = trunk.name if trunk is not None else ""
        found.append(
            models.RouteAttempt(
                trunk=name,
                number_sent=target.sent,
                caller_id=target.caller_id,
                withheld=target.withheld,
                sends_location=target.sends_location,
            )
        )
    return found


def _schema(services: Services, route: routing.Route) -> models.Route:
    trunks = [services.trunks.directory.trunk(one) for one in route.trunks]
    shown = services.outbound.store.numbers.get(route.caller_number_id)
    return models.Route(
        id=route.id,
        tenant_id=route.tenant_id,
        name=route.name,
        pattern=route.pattern,
        position=route.position,
        trunks=[one.name for one in trunks if one is not None],
        weights=list(route.weights),
        strip=route.strip,
        prepend=route.prepend,
        caller_id=shown.number if shown is not None else "",
        created=route.created,
    )
