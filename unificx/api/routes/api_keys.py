"""API keys: users create keys for their own programs; administrators see and revoke the keys of their tenant."""

from fastapi import status

from unificx import identity
from unificx.api.access import CurrentUser, CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access_or_own
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import api_keys as models
from unificx.api.schemas import core
from unificx.api.support_consent import names_people
from unificx.core.errors import Forbidden, Invalid
from unificx.identity import Action

router = Router(prefix="/api/v1/api-keys", tags=["signing in"], dependencies=[purpose("authentication"), names_people])


@router.get("", responses=problem_responses(401, 403, 404))
async def list_api_keys(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.ApiKey]:
    """List the API keys of a tenant; for users, their own."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    person_id = user.principal.person_id if scope.only_own else None
    found = await services.identity.api_keys.keys_of(scope.tenant_id, person_id)
    return core.Page(items=[models.ApiKey.model_validate(one) for one in found], next=None)


@router.post("", status_code=status.HTTP_201_CREATED, responses=problem_responses(401, 403, 404, 409))
async def create_api_key(
    services: ServicesDep, user: CurrentUserDep, new: models.NewApiKey, tenant: TenantQuery = None
) -> models.CreatedApiKey:
    """Create an API key. Its text is shown once. It has at most your present rights, and ends with your account.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    scope = await require_access_or_own(services, user, tenant, Action.TENANT_CONTROL)
    person_id = _acting_as(user, new.person_id)
    tenant_id = scope.tenant_id if user.is_operator and not user.principal.person_id else user.principal.tenant_id
    wanted = identity.NewApiKey(new.name, tuple(new.scopes), new.days)
    made = await services.identity.api_keys.create(user.principal, tenant_id, person_id, wanted)
    shown = models.ApiKey.model_validate(made.key)
    return models.CreatedApiKey(**shown.model_dump(), token=made.token)


@router.delete("/{key_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def revoke_api_key(services: ServicesDep, user: CurrentUserDep, key_id: Id, tenant: TenantQuery = None) -> None:
    """Revoke an API key. Its requests are refused at once, and its event connections are closed."""
    scope = await require_access_or_own(services, user, tenant, Action.TENANT_CONTROL)
    await services.identity.api_keys.revoke(
        scope.tenant_id, key_id, user.principal.person_id if scope.only_own else None
    )


def _acting_as(user: CurrentUser, person_id: str | None) -> str:
    """Return the owner of the new key. Raise Forbidden for another person, except on the server itself."""
    own = user.principal.person_id
    if not own:
        if person_id is None:
            raise Invalid(
                "The operator on the control socket has no account.", hint="Name the person.", field="person_id"
            )
        return person_id
    if person_id not in (None, own):
        raise Forbidden("A key can only act as yourself.", hint="Let the user create it.", field="person_id")
    return own
