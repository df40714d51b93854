"""Suspension of accounts and tenants with a reason, and what suspended persons can do about it."""

from fastapi import Depends, status

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
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import suspensions as models
from unificx.api.services import Services
from unificx.core.errors import Forbidden
from unificx.identity import Action, Person, SuspendedAccount, may_grant

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


@router.post("/suspensions/look", tags=["signing in"], responses=problem_responses(410))
async def look_at_suspension(services: ServicesDep, body: models.SuspensionReference) -> models.SuspensionNotice:
    """Show why one's own account is suspended, with the reference of a refused sign-in."""
    return _notice(await services.identity.suspensions.references.resolve(body.reference))


@router.post(
    "/suspensions/review",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(403, 409, 410),
)
async def request_review(services: ServicesDep, body: models.ReviewRequest) -> models.Review:
    """Ask for a review of one's own suspension, or as an administrator for that of the tenant.

    Another person than the one who suspended decides, and the answer is sent by e-mail."""
    account = await services.identity.suspensions.references.resolve(body.reference)
    return models.Review.model_validate(await services.rights.reviews.ask(account, body.text))


async def _person(
    services: Services, user: CurrentUser, person_id: str, tenant: str | None
) -> tuple[AccessScope, Person]:
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    person = await services.identity.users.get(scope.tenant_id, person_id)
    if not may_grant(user.principal, person.role):
        raise Forbidden("This requires a higher role than yours.", hint="Ask an operator.", field="role")
    return scope, person


def _notice(account: SuspendedAccount) -> models.SuspensionNotice:
    found = account.suspension
    shown = found if account.is_administrator or not account.whole_tenant else None
    return models.SuspensionNotice(
        whole_tenant=account.whole_tenant,
        reason=shown.reason if shown is not None else None,
        text=shown.text if shown is not None else "",
        since=shown.since if shown is not None else None,
        until=found.until if found is not None else None,
        review=found.review if found is not None else "none",
        may_ask=account.may_ask,
    )
