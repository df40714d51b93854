"""Trunks: connections to carriers. Only administrators see and manage them: user names are often numbers."""

from dataclasses import asdict
from functools import partial
from typing import Any

from fastapi import Depends, status
from pydantic import SecretStr

from unificx import trunks
from unificx.api.access import CurrentUserDep, Cursor, Id, Limit, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import trunks as models
from unificx.api.services import Services
from unificx.api.support_consent import names_people
from unificx.identity import Action

router = Router(
    prefix="/api/v1",
    tags=["trunks"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration"), names_people],
)


@router.get("/trunks", responses=problem_responses(401, 403, 404))
async def list_trunks(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Trunk]:
    """List the trunks of a tenant with their state."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    page = services.trunks.list(scope.tenant_id, cursor, limit)
    return core.Page(items=[_trunk_schema(services, one) for one in page.items], next=page.next)


@router.post(
    "/trunks",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_trunk(
    services: ServicesDep, user: CurrentUserDep, new: models.NewTrunk, tenant: TenantQuery = None
) -> models.Trunk:
    """Create a trunk. It registers, or checks whether the carrier answers, at once."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    wanted = trunks.NewTrunk(**_values(new))
    return _trunk_schema(services, await services.trunks.create(scope.tenant_id, wanted))


@router.get("/trunks/{trunk}", responses=problem_responses(401, 403, 404))
async def show_trunk(
    services: ServicesDep, user: CurrentUserDep, trunk: Id, tenant: TenantQuery = None
) -> models.Trunk:
    """Show a trunk and its state, by id or name."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    return _trunk_schema(services, services.trunks.find(scope.tenant_id, trunk))


@router.patch("/trunks/{trunk}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_trunk(
    services: ServicesDep,
    user: CurrentUserDep,
    trunk: Id,
    change: models.TrunkChange,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Trunk:
    """Change a trunk. If its server or login has changed, it registers or is checked again."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    known, schema = services.trunks.find(scope.tenant_id, trunk), partial(_trunk_schema, services)
    wanted, condition = trunks.TrunkChange(**_values(change)), unchanged(if_match, schema)
    return schema(await services.trunks.update(known, wanted, condition))


@router.delete(
    "/trunks/{trunk}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409, 412)
)
async def delete_trunk(
    services: ServicesDep, user: CurrentUserDep, trunk: Id, tenant: TenantQuery = None, if_match: IfMatch = None
) -> None:
    """Delete a trunk that no number and no route uses. Calls in progress continue."""
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    condition = unchanged(if_match, partial(_trunk_schema, services))
    await services.trunks.delete(services.trunks.find(scope.tenant_id, trunk), condition)


@router.post(
    "/trunks/{trunk}/test",
    responses=problem_responses(401, 403, 404, 409, 429, 503),
    dependencies=[Depends(declare_idempotency_key)],
)
async def try_trunk(
    services: ServicesDep, user: CurrentUserDep, trunk: Id, tenant: TenantQuery = None
) -> models.TrunkTest:
    """Test a trunk: send OPTIONS to its servers, and register at once if the trunk waits to try again.

    Takes at most twelve seconds. A trunk can be tested every ten seconds.
    """
    scope = await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    found = await services.live.trunk_tests.test(services.trunks.find(scope.tenant_id, trunk))
    return models.TrunkTest.model_validate(found)


@router.get("/trunk-templates", responses=problem_responses(401, 403, 404))
async def list_trunk_templates(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.TrunkTemplate]:
    """List the templates of common carriers."""
    await require_access(services, user, tenant, Action.TRUNKS_CHANGE)
    return core.Page(items=[_template_schema(one) for one in services.trunks.templates()], next=None)


def _values(body: models.NewTrunk | models.TrunkChange) -> dict[str, Any]:
    """Return the values of a request body as the service takes them."""
    found = {name: getattr(body, name) for name in type(body).model_fields}
    found = {name: one.get_secret_value() if isinstance(one, SecretStr) else one for name, one in found.items()}
    if found["accept_from"] is not None:
        found["accept_from"] = tuple(found["accept_from"])
    return found


def _trunk_schema(services: Services, trunk: trunks.Trunk) -> models.Trunk:
    """Return a trunk as its API schema, without its secrets."""
    current, options = services.trunks.directory.status(trunk), asdict(trunk.options)
    signing_key = options.pop("signing_key")
    unknown = services.trunks.directory.unknown_number(trunk.id, services.clock.now())
    return models.Trunk(
        id=trunk.id,
        tenant_id=trunk.tenant_id,
        name=trunk.name,
        created=trunk.created,
        server=trunk.server,
        transport=trunk.transport,
        domain=trunk.domain,
        username=trunk.username,
        has_password=bool(trunk.password),
        registers=trunk.registers,
        accept_from=list(trunk.accept_from),
        max_calls=trunk.max_calls,
        **options,
        signs_calls=bool(signing_key),
        state=current.state,
        since=current.since,
        reason=current.reason,
        unknown_number=models.UnknownNumber(**asdict(unknown)) if unknown is not None else None,
    )


def _template_schema(template: trunks.Template) -> models.TrunkTemplate:
    options = template.options
    return models.TrunkTemplate(
        name=template.name,
        title=template.title,
        server=template.server,
        transport=template.transport,
        registers=template.registers,
        domain=template.domain,
        accept_from=list(template.accept_from),
        caller_id_header=options.caller_id_header,
        number_format=options.number_format,
        note=template.note,
    )
