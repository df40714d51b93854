"""Call completion: calls that begin when a colleague who was not reached is free."""

from fastapi import Depends, status

from unificx import calls
from unificx.api.access import CurrentUser, CurrentUserDep, Id, ServicesDep, purpose
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import calls as models
from unificx.api.schemas import core
from unificx.api.services import Services
from unificx.core.errors import NotFound
from unificx.identity import Extension

router = Router(
    prefix="/api/v1/me/completions", tags=["calls"], route_class=IdempotentRoute, dependencies=[purpose("telephony")]
)


@router.get("", responses=problem_responses(401, 403))
async def list_completions(services: ServicesDep, user: CurrentUserDep) -> core.Page[models.Completion]:
    """List the calls that you wait for."""
    own = _own_extensions(services, user)
    found = services.completions.of_callers(own[0].tenant_id, [each.id for each in own]) if own else []
    shown = [_schema(services, each) for each in found]
    return core.Page(items=[each for each in shown if each is not None], next=None)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409),
    dependencies=[Depends(declare_idempotency_key)],
)
async def request_completion(
    services: ServicesDep, user: CurrentUserDep, new: models.NewCompletion
) -> models.Completion:
    """Have your phones rung once an extension that you did not reach is free, and then that extension. One that was not
    in a call counts as free after its next call, or when one of its devices registers or its user sets another state.
    It ends after an hour, and when the server restarts."""
    own = _own_extensions(services, user)
    if not own:
        raise NotFound("You have no extension.", hint="Ask your administrator for one.")
    callee = services.identity.directory.extension(own[0].tenant_id, new.to)
    if callee is None:
        raise NotFound("There is no extension with this number.", field="to")
    return _known(services, services.completions.request(own[0], callee), callee)


@router.delete("/{completion}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def cancel_completion(services: ServicesDep, user: CurrentUserDep, completion: Id) -> None:
    """No longer wait for a call."""
    own = _own_extensions(services, user)
    tenant_id = own[0].tenant_id if own else ""
    services.completions.cancel(tenant_id, [each.id for each in own], completion)


def _own_extensions(services: Services, user: CurrentUser) -> list[Extension]:
    return services.identity.directory.extensions_of(user.principal.person_id)


def _schema(services: Services, completion: calls.Completion) -> models.Completion | None:
    callee = services.identity.directory.extension_by_id(completion.callee_id)
    return _known(services, completion, callee) if callee is not None else None


def _known(services: Services, completion: calls.Completion, callee: Extension) -> models.Completion:
    name = services.identity.directory.display_name(callee)
    return models.Completion(id=completion.id, number=callee.number, name=name, until=completion.until)
