"""Fraud guard: permissions and limits of calls outside, and stops."""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import Depends, Query

from unificx import routing
from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import outbound as models
from unificx.api.services import Services
from unificx.api.support_consent import names_people
from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.identity import Action, Role
from unificx.routing import explain_stop

LimitsOf = Annotated[models.Reference | None, Query()]

router = Router(
    prefix="/api/v1/fraud",
    tags=["numbers"],
    route_class=IdempotentRoute,
    dependencies=[purpose("security"), names_people],
)


@router.get("", responses=problem_responses(401, 403, 404))
async def show_fraud_status(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.FraudStatus:
    """Show permissions, limits and stops of calls outside."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    permissions, fraud = services.outbound.permissions, services.outbound.fraud
    active = {one.id for one in fraud.active(scope.tenant_id)}
    stops = [_stop(services, one, active=one.id in active) for one in fraud.stops(scope.tenant_id)]
    return models.FraudStatus(
        policy=_policy(permissions.policy(scope.tenant_id)),
        limits=[_limits(services, one) for one in permissions.limits(scope.tenant_id)],
        priced=bool(permissions.policy(scope.tenant_id).prices)
        or await services.billing.decks.is_any_in_force(scope.tenant_id),
        stops=stops[::-1],
    )


@router.patch("/policy", responses=problem_responses(401, 403, 404, 412))
async def change_calling_policy(
    services: ServicesDep,
    user: CurrentUserDep,
    change: models.CallingPolicyChange,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.CallingPolicy:
    """Change which countries may be called, prices, and the users who are notified."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    wanted = routing.CallingPolicyChange(
        countries=None if change.countries is None else tuple(change.countries),
        premium=change.premium,
        alerted=None if change.alerted is None else await _person_ids(services, scope.tenant_id, change.alerted),
        prices=change.prices,
        night=None if change.night is None else (change.night[0], change.night[1]),
    )
    permissions, condition = services.outbound.permissions, unchanged(if_match, _policy)
    return _policy(await permissions.change_policy(scope.tenant_id, wanted, condition))


@router.get("/limits", responses=problem_responses(401, 403, 404))
async def show_calling_limits(
    services: ServicesDep,
    user: CurrentUserDep,
    extension: LimitsOf = None,
    trunk: LimitsOf = None,
    tenant: TenantQuery = None,
) -> models.CallingLimits:
    """Show the limits of the tenant, or of an extension or a trunk, also if none are set."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    return _limits(
        services, services.outbound.permissions.limits_of(_scope(services, scope.tenant_id, extension, trunk))
    )


@router.patch("/limits", responses=problem_responses(401, 403, 404, 412))
async def change_calling_limits(
    services: ServicesDep,
    user: CurrentUserDep,
    change: models.CallingLimitsChange,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.CallingLimits:
    """Change the limits of the tenant, or of an extension or a trunk."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    permissions = services.outbound.permissions
    values = change.model_dump(exclude={"extension", "trunk"}, exclude_none=True)
    wanted = replace(
        _scope(services, scope.tenant_id, change.extension, change.trunk),
        **{name: None if value == -1 else value for name, value in values.items()},
    )
    schema = partial(_limits, services)
    return schema(await permissions.set_limits(wanted, unchanged(if_match, schema), only=values))


@router.post(
    "/stops/{stop}/release",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def release_stop(
    services: ServicesDep, user: CurrentUserDep, stop: Id, tenant: TenantQuery = None
) -> models.FraudStop:
    """Release a stop: calls are allowed again, and its counts begin anew."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    released = await services.outbound.fraud.release(scope.tenant_id, stop, user.principal.person_id)
    return _stop(services, released, active=False)


def _scope(
    services: Services, tenant_id: str, extension_reference: str | None, trunk_name: str | None
) -> routing.CallingLimits:
    if extension_reference is not None and trunk_name is not None:
        raise Invalid("Name an extension or a trunk, not both.", field="trunk")
    if extension_reference is not None:
        extension = services.identity.directory.extension(tenant_id, extension_reference)
        if extension is None:
            raise Invalid("There is no such extension.", field="extension")
        return routing.CallingLimits(tenant_id, "extension", extension.id)
    if trunk_name is not None:
        trunk = services.trunks.directory.by_name(tenant_id, trunk_name)
        if trunk is None:
            raise Invalid("There is no such trunk.", field="trunk")
        return routing.CallingLimits(tenant_id, "trunk", trunk.id)
    return routing.CallingLimits(tenant_id, "tenant", "")


async def _person_ids(services: Services, tenant_id: str, references: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for reference in references:
        extension = services.identity.directory.extension(tenant_id, reference)
        if extension is not None:
            if extension.person_id is None:
                raise Invalid(Phrase("The extension {} has no user.", extension.number), field="alerted")
            found.append(extension.person_id)
        else:
            found.append((await services.identity.users.get(tenant_id, reference)).id)
    return tuple(found)


def _policy(policy: routing.CallingPolicy) -> models.CallingPolicy:
    return models.CallingPolicy(
        countries=sorted(policy.countries),
        premium=policy.premium,
        alerted=list(policy.alerted),
        prices=dict(policy.prices),
        night=list(policy.night),
    )


def _limits(services: Services, limits: routing.CallingLimits) -> models.CallingLimits:
    return models.CallingLimits(
        scope=limits.scope,
        name=_name(services, limits.scope, limits.scope_id),
        calls_per_hour=limits.calls_per_hour,
        concurrent=limits.concurrent,
        minutes_per_day=limits.minutes_per_day,
        cents_per_day=limits.cents_per_day,
        reach=limits.reach,
        hours=services.outbound.permissions.hours_name(limits),
    )


def _stop(services: Services, stop: routing.FraudStop, *, active: bool) -> models.FraudStop:
    return models.FraudStop(
        id=stop.id,
        scope=stop.scope,
        name=_name(services, stop.scope, stop.scope_id),
        rule=stop.rule,
        reason=explain_stop(stop),
        country=stop.country,
        foreign=stop.foreign,
        measured=stop.measured,
        limit=stop.limit,
        created=stop.created,
        until=stop.until,
        active=active,
        released=stop.released,
        may_release=[Role.TENANT_ADMIN, Role.OPERATOR],
    )


def _name(services: Services, scope: routing.LimitScope, scope_id: str) -> str:
    if scope == "extension":
        extension = services.identity.directory.extension_by_id(scope_id)
        return extension.number if extension is not None else ""
    trunk = services.trunks.directory.trunk(scope_id) if scope == "trunk" else None
    return trunk.name if trunk is not None else ""
