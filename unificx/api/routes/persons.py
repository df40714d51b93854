"""User accounts."""

from fastapi import APIRouter, Depends, status

from unificx import identity
from unificx.api.access import Asker, AskerDep, Cursor, Id, Limit, Reach, ServicesDep, TenantQuery, reach, reach_or_own
from unificx.api.idempotent_route import RepeatableRoute, declare_key
from unificx.api.problems import refusals
from unificx.api.schemas import core as models
from unificx.api.services import Services
from unificx.core.errors import Forbidden, NotFound
from unificx.identity import Action, Person, Role, may_grant

router = APIRouter(prefix="/api/v1/persons", tags=["persons"], route_class=RepeatableRoute)


@router.get("", responses=refusals(401, 403, 404))
async def list_persons(
    services: ServicesDep, asker: AskerDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> models.Page[models.Person]:
    """List the users of a tenant."""
    within = await reach(services, asker, tenant, Action.PEOPLE_READ)
    page = await services.people.list_persons(within.tenant_id, cursor, limit)
    return models.Page(items=[models.Person.model_validate(one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_key)],
    responses=refusals(401, 403, 404, 409, 429),
)
async def create_person(
    services: ServicesDep, asker: AskerDep, new: models.NewPerson, tenant: TenantQuery = None
) -> models.Person:
    """Create a user account."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    _must_be_grantable(asker, new.role)
    password = new.password.get_secret_value() if new.password is not None else None
    wanted = identity.NewPerson(name=new.name, email=new.email, role=new.role, password=password)
    return models.Person.model_validate(await services.people.create_person(within.tenant_id, wanted))


@router.get("/{person_id}", responses=refusals(401, 403, 404))
async def show_person(
    services: ServicesDep, asker: AskerDep, person_id: Id, tenant: TenantQuery = None
) -> models.Person:
    """Show a user account. Users may see their own."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_READ)
    return models.Person.model_validate(await _person(services, within, person_id))


@router.patch("/{person_id}", responses=refusals(401, 403, 404, 409))
async def update_person(
    services: ServicesDep, asker: AskerDep, person_id: Id, change: models.PersonChange, tenant: TenantQuery = None
) -> models.Person:
    """Change a user account. Users may change their own name and language."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_CHANGE)
    person = await _person(services, within, person_id)
    if within.only_own and (change.email is not None or change.role is not None or change.state is not None):
        raise Forbidden(
            "You may only change your own name and language.", hint="Ask an administrator for other changes."
        )
    if not within.only_own:
        _must_be_grantable(asker, person.role, change.role or person.role)
    wanted = identity.PersonChange(**change.model_dump())
    return models.Person.model_validate(await services.people.update_person(within.tenant_id, person.id, wanted))


@router.put(
    "/{person_id}/password", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404, 409, 429)
)
async def set_person_password(
    services: ServicesDep, asker: AskerDep, person_id: Id, new: models.NewPassword, tenant: TenantQuery = None
) -> None:
    """Set a user's password. Your own is changed at /api/v1/me/password."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    person = await _person(services, within, person_id)
    _must_be_grantable(asker, person.role)
    await services.people.set_password(within.tenant_id, person.id, new.password.get_secret_value())


@router.post(
    "/{person_id}/one-time-password",
    dependencies=[Depends(declare_key)],
    responses=refusals(401, 403, 404, 409, 429),
)
async def reset_person_password(
    services: ServicesDep, asker: AskerDep, person_id: Id, tenant: TenantQuery = None
) -> models.OneTimePassword:
    """Create a one-time password for a user. It is shown only once; their sessions end."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    person = await _person(services, within, person_id)
    _must_be_grantable(asker, person.role)
    return models.OneTimePassword(password=await services.people.reset_password(within.tenant_id, person.id))


@router.delete("/{person_id}", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404, 409))
async def close_person(services: ServicesDep, asker: AskerDep, person_id: Id, tenant: TenantQuery = None) -> None:
    """Close a user account, with its extensions and devices."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    person = await _person(services, within, person_id)
    _must_be_grantable(asker, person.role)
    await services.people.close_person(within.tenant_id, person.id)


async def _person(services: Services, within: Reach, person_id: str) -> Person:
    if not within.owns(person_id):
        raise NotFound("There is no such person.")
    return await services.people.person(within.tenant_id, person_id)


def _must_be_grantable(asker: Asker, *roles: Role) -> None:
    if not all(may_grant(asker.principal, role) for role in roles):
        raise Forbidden("This requires a higher role than yours.", hint="Ask an operator.", field="role")
