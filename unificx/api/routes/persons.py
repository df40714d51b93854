"""User accounts."""

from functools import partial

from fastapi import Depends, status

from unificx import identity
from unificx.api.access import (
    AccessScope,
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_access_or_own,
)
from unificx.api.extension_state import extension_schema
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.managing import require_manageable
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core as models
from unificx.api.schemas import people
from unificx.api.scoped_lookup import unused
from unificx.api.services import Services
from unificx.core.errors import Forbidden, NotFound
from unificx.identity import Action, Person

router = Router(
    prefix="/api/v1/persons", tags=["persons"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_persons(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> models.Page[models.Person]:
    """List the users of a tenant."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_READ)
    page = await services.identity.users.page(scope.tenant_id, cursor, limit)
    return models.Page(items=[models.Person.model_validate(one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429),
)
async def create_person(
    services: ServicesDep, user: CurrentUserDep, new: models.NewPerson, tenant: TenantQuery = None
) -> people.PersonCreated:
    """Create a user account and, with a number, its extension: both or neither."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    require_manageable(user, new.role)
    password = new.password.get_secret_value() if new.password is not None else None
    wanted = identity.NewPerson(
        new.name, new.email, new.role, password, language=new.language, department=new.department
    )
    by = identity.maker_of(user.principal, "")
    made = await services.identity.people.create(scope.tenant_id, wanted, new.number, by)
    return people.PersonCreated(
        **models.Person.model_validate(made.person).model_dump(),
        extension=extension_schema(services, made.extension) if made.extension is not None else None,
    )


@router.get("/{person_id}", responses=problem_responses(401, 403, 404))
async def show_person(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None
) -> models.Person:
    """Show a user account. Users may see their own."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    return models.Person.model_validate(await _person(services, scope, person_id))


@router.patch("/{person_id}", responses=problem_responses(401, 403, 404, 409))
async def update_person(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, change: models.PersonChange, tenant: TenantQuery = None
) -> models.Person:
    """Change a user account. Users may change their own name and language."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_CHANGE)
    person = await _person(services, scope, person_id)
    others = change.email, change.role, change.state, change.department
    if scope.only_own and any(each is not None for each in others):
        raise Forbidden(
            "You may only change your own name and language.", hint="Ask an administrator for other changes."
        )
    if not scope.only_own:
        require_manageable(user, person.role, person.granted)
        require_manageable(user, change.role or person.role)
    suspension = identity.NewSuspension(by=identity.maker_of(user.principal, ""))
    wanted = identity.PersonChange(**change.model_dump(), suspension=suspension)
    return models.Person.model_validate(await services.identity.users.update(scope.tenant_id, person.id, wanted))


@router.put(
    "/{person_id}/password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409, 429),
)
async def set_person_password(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, new: models.NewPassword, tenant: TenantQuery = None
) -> None:
    """Set a user's password. Your own is changed at /api/v1/me/password."""
    scope = await require_access(services, user, tenant, Action.SIGN_IN_HELP)
    person = await _person(services, scope, person_id)
    require_manageable(user, person.role, person.granted)
    by = identity.maker_of(user.principal, person.id)
    await services.identity.passwords.set(scope.tenant_id, person.id, new.password.get_secret_value(), by)


@router.post(
    "/{person_id}/one-time-password",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429),
)
async def reset_person_password(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None
) -> models.OneTimePassword:
    """Create a one-time password for a user. It is shown only once; their sessions end."""
    scope = await require_access(services, user, tenant, Action.SIGN_IN_HELP)
    person = await _person(services, scope, person_id)
    require_manageable(user, person.role, person.granted)
    by = identity.maker_of(user.principal, person.id)
    return models.OneTimePassword(password=await services.identity.passwords.reset(scope.tenant_id, person.id, by))


@router.delete("/{person_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def close_person(services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None) -> None:
    """Close a user account, with its extensions and devices. Refused while a destination leads to one of them."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    person = await _person(services, scope, person_id)
    require_manageable(user, person.role, person.granted)
    own = partial(services.identity.directory.extensions_of, person.id)
    await services.identity.users.close(scope.tenant_id, person.id, unused(services, scope.tenant_id, own))


async def _person(services: Services, scope: AccessScope, person_id: str) -> Person:
    if not scope.owns(person_id):
        raise NotFound("There is no such person.")
    return await services.identity.users.get(scope.tenant_id, person_id)
