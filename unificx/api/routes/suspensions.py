"""Suspension of accounts and tenants with a reason."""

from fastapi import status

from unificx import identity
from unificx.api.access import (
    AccessScope,
    CurrentUser,
    CurrentUserDep,
    Id,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
)
from unificx.api.idempotent_route import IdempotentRoute
from unificx.api.managing import require_manageable
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import suspensions as models
from unificx.api.services import Services
from unificx.identity import Action, Person

router = Router(
    prefix="/api/v1", tags=["persons"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)
_OF_PERSON, _OF_TENANT = "/persons/{person_id}/suspension", "/tenants/{tenant}/suspension"


@router.put(_OF_PERSON, responses=problem_responses(401, 403, 404, 409))
async def suspend_person(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, new: models.NewSuspension, tenant: TenantQuery = None
) -> models.Suspension:
    """Suspend a user account: it is signed out, its calls end, and its phones reach only emergency numbers.

    The person is told by e-mail, and can ask for a review."""
    _, person = await _person(services, user, person_id, tenant)
    wanted = identity.NewSuspension(new.reason, new.text, new.until, identity.maker_of(user.principal, ""))
    return models.Suspension.model_validate(await services.identity.suspensions.suspend(person, wanted))


@router.get(_OF_PERSON, responses=problem_responses(401, 403, 404, 409))
async def show_person_suspension(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None
) -> models.Suspension:
    """Show why an account is suspended."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_READ)
    await services.identity.users.get(scope.tenant_id, person_id)
    return models.Suspension.model_validate(await services.identity.suspensions.require(scope.tenant_id, person_id))


@router.delete(_OF_PERSON, status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def resume_person(services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None) -> None:
    """End the suspension of an account."""
    scope, person = await _person(services, user, person_id, tenant)
    await services.identity.suspensions.resume(scope.tenant_id, person.id)


@router.put(_OF_TENANT, responses=problem_responses(401, 403, 404, 409))
async def suspend_tenant(
    services: ServicesDep, user: CurrentUserDep, tenant: Id, new: models.NewSuspension
) -> models.Suspension:
    """Suspend a tenant with all its users. Its administrators are told by e-mail, and can ask for a review."""
    scope = await require_access(services, user, tenant, Action.INSTALLATION)
    wanted = identity.NewSuspension(new.reason, new.text, new.until, identity.maker_of(user.principal, ""))
    return models.Suspension.model_validate(await services.identity.suspensions.suspend_tenant(scope.tenant_id, wanted))


@router.get(_OF_TENANT, responses=problem_responses(401, 403, 404, 409))
async def show_tenant_suspension(services: ServicesDep, user: CurrentUserDep, tenant: Id) -> models.Suspension:
    """Show why a tenant is suspended."""
    scope = await require_access(services, user, tenant, Action.INSTALLATION)
    return models.Suspension.model_validate(await services.identity.suspensions.require(scope.tenant_id, ""))


@router.delete(_OF_TENANT, status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def resume_tenant(services: ServicesDep, user: CurrentUserDep, tenant: Id) -> None:
    """End the suspension of a tenant."""
    scope = await require_access(services, user, tenant, Action.INSTALLATION)
    await services.identity.suspensions.resume(scope.tenant_id, "")


async def _person(
    services: Services, user: CurrentUser, person_id: str, tenant: str | None
) -> tuple[AccessScope, Person]:
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    person = await services.identity.users.get(scope.tenant_id, person_id)
    require_manageable(user, person.role, person.granted)
    return scope, person
