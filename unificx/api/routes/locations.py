"""Locations of emergency calls."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Path, status

from unificx import locations
from unificx.api.access import CurrentUserDep, Cursor, Limit, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import locations as models
from unificx.api.services import Services
from unificx.api.support_consent import names_people
from unificx.core.errors import Invalid, NotFound
from unificx.identity import Action
from unificx.sip.geolocation import CivicAddress

router = Router(
    prefix="/api/v1/locations",
    tags=["numbers"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration"), names_people],
)

LocationReference = Annotated[str, Path(max_length=64, pattern=r"^[^/\x00-\x1f]+$")]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_locations(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Location]:
    """List the locations of a tenant in order of creation."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    page = services.locations.list(scope.tenant_id, cursor, limit)
    return core.Page(items=[_schema(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_location(
    services: ServicesDep, user: CurrentUserDep, new: models.NewLocation, tenant: TenantQuery = None
) -> models.Location:
    """Create a location."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    wanted = _change(services, scope.tenant_id, new)
    return _schema(services, await services.locations.create(scope.tenant_id, wanted, new.home_of or ""))


@router.get("/{location}", responses=problem_responses(401, 403, 404))
async def show_location(
    services: ServicesDep, user: CurrentUserDep, location: LocationReference, tenant: TenantQuery = None
) -> models.Location:
    """Show a location, by id or name."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    return _schema(services, services.locations.find(scope.tenant_id, location))


@router.patch("/{location}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_location(
    services: ServicesDep,
    user: CurrentUserDep,
    location: LocationReference,
    change: models.LocationChange,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Location:
    """Change a location, or who is there."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    known, schema = services.locations.find(scope.tenant_id, location), partial(_schema, services)
    wanted, condition = _change(services, scope.tenant_id, change), unchanged(if_match, schema)
    return schema(await services.locations.update(known, wanted, condition))


@router.delete(
    "/{location}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409, 412)
)
async def delete_location(
    services: ServicesDep,
    user: CurrentUserDep,
    location: LocationReference,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> None:
    """Delete a location. Those who were there are at the default location."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    condition = unchanged(if_match, partial(_schema, services))
    await services.locations.delete(services.locations.find(scope.tenant_id, location), condition)


def _change(
    services: Services, tenant_id: str, given: models.NewLocation | models.LocationChange
) -> locations.LocationChange:
    number = given.number
    if number:
        try:
            number = services.outbound.numbers.find(tenant_id, number).number
        except NotFound:
            hint = "Add the number first: a call may only show numbers of the organisation."
            raise Invalid("The organisation does not have this number.", field="number", hint=hint) from None
    return locations.LocationChange(
        name=given.name,
        address=None if given.address is None else CivicAddress(**given.address.model_dump()),
        number=number,
        is_default=given.default,
        extensions=None if given.extensions is None else tuple(given.extensions),
        devices=None if given.devices is None else tuple(given.devices),
    )


def _schema(services: Services, one: locations.Location) -> models.Location:
    directory = services.identity.directory
    home = directory.extension_by_id(one.home_of)
    return models.Location(
        id=one.id,
        tenant_id=one.tenant_id,
        name=one.name,
        created=one.created,
        address=models.Address.model_validate(one.address),
        text=one.address.text(),
        number=one.number,
        default=one.is_default,
        home_of=home.number if home is not None else None,
        extensions=directory.extension_numbers(one.extensions),
        devices=[each for each in one.devices if directory.device(each) is not None],
    )
