"""Requests about personal data: the queue of administrators, and the requests of users."""

from typing import Annotated, Any

from fastapi import Depends, Query, status

from unificx.api.access import (
    AccessScope,
    CurrentUser,
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    UserWithPasswordDep,
    purpose,
    require_access,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import privacy_requests as models
from unificx.api.services import Services
from unificx.core.errors import Forbidden
from unificx.identity import Action
from unificx.support.rights import (
    OF_SENDER,
    Kind,
    NewRequest,
    RequestFilter,
    RequestHistory,
    RequestMessages,
    RequestWork,
    RightsRequest,
    allowed,
)

router = Router(prefix="/api/v1", tags=["requests"], route_class=IdempotentRoute, dependencies=[purpose("requests")])


async def _wanted(
    closed: bool = False,
    kind: Annotated[Kind | None, Query(description="Only this kind.")] = None,
    assigned: Annotated[
        str | None, Query(max_length=64, description="Only those of this administrator; empty: not assigned.")
    ] = None,
) -> RequestFilter:
    return RequestFilter(closed, kind, assigned)


WantedRequests = Annotated[RequestFilter, Depends(_wanted)]


@router.post(
    "/me/requests",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 409),
)
async def send_own_request(
    services: ServicesDep, user: UserWithPasswordDep, body: models.NewOwnRequest
) -> models.OwnRequest:
    """Send an inquiry, a complaint or a request about your own data to your administrators.

    Administrators can send an inquiry, a problem, a complaint or a report of abuse to their provider, the operator.

    The kind `minor` declares that you are under 18: your account is suspended at once and erased after review."""
    tenant_id, person_id = _own(user)
    if body.to == "provider":
        await _scope(services, user, None)
    return models.OwnRequest.model_validate(
        await services.rights.requests.submit_own(
            tenant_id, person_id, body.kind, body.text, topic=body.topic, attachment=body.attachment, to=body.to
        )
    )


@router.get("/me/requests", responses=problem_responses(401, 403))
async def list_own_requests(services: ServicesDep, user: UserWithPasswordDep) -> core.Page[models.OwnRequest]:
    """List the latest requests that you have sent, newest first."""
    found = await services.rights.requests.own(*_own(user))
    return core.Page(items=[models.OwnRequest.model_validate(each) for each in found], next=None)


@router.get("/me/requests/{request_id}", responses=problem_responses(401, 403, 404))
async def show_own_request(
    services: ServicesDep, user: UserWithPasswordDep, request_id: Id
) -> models.OwnRequestHistory:
    """Show a request that you have sent, with messages and replies."""
    return _own_history(await RequestMessages(services.rights.requests).own(*_own(user), request_id))


@router.post(
    "/me/requests/{request_id}/messages",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def write_to_own_request(
    services: ServicesDep, user: UserWithPasswordDep, request_id: Id, body: models.RequestMessage
) -> models.OwnRequestHistory:
    """Add a message to a request that you have sent. Within thirty days after the answer, it is open again."""
    messages = RequestMessages(services.rights.requests)
    return _own_history(await messages.write_own(*_own(user), request_id, body.text))


@router.post(
    "/privacy-requests",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def enter_privacy_request(
    services: ServicesDep, user: CurrentUserDep, body: models.NewPrivacyRequest, tenant: TenantQuery = None
) -> models.PrivacyRequest:
    """Enter a request that you have received, an authority's request or a breach.

    The kind `minor` suspends the account at once."""
    scope = await _scope(services, user, tenant)
    request = await services.rights.requests.enter(
        scope.tenant_id, NewRequest(**body.model_dump()), user.principal.person_id
    )
    return models.PrivacyRequest.model_validate(_values(services, request))


@router.get("/privacy-requests", responses=problem_responses(401, 403, 404))
async def list_privacy_requests(
    services: ServicesDep,
    user: CurrentUserDep,
    *,
    tenant: TenantQuery = None,
    wanted: WantedRequests,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> core.Page[models.PrivacyRequest]:
    """List the open requests about personal data, or the closed ones, oldest first."""
    scope = await _scope(services, user, tenant)
    page = await services.rights.requests.page(scope.tenant_id, wanted, cursor=cursor, limit=limit)
    items = [models.PrivacyRequest.model_validate(_values(services, each)) for each in page.items]
    return core.Page(items=items, next=page.next)


@router.get("/privacy-requests/{request_id}", responses=problem_responses(401, 403, 404))
async def show_privacy_request(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, tenant: TenantQuery = None
) -> models.PrivacyRequestHistory:
    """Show a request with the steps that were taken."""
    scope = await _scope(services, user, tenant)
    return await _history(services, scope.tenant_id, request_id)


@router.post(
    "/privacy-requests/{request_id}/steps",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def take_request_step(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, body: models.RequestStep, tenant: TenantQuery = None
) -> models.PrivacyRequestHistory:
    """Take a step of a request. The sender is told answers, extensions and refusals with their reasons.

    A deletion can be answered once the data is erased."""
    scope = await _scope(services, user, tenant)
    by, corrected = user.principal.person_id, body.corrected_name.strip()
    await services.rights.requests.take(scope.tenant_id, request_id, body.step, body.note, by, corrected_name=corrected)
    return await _history(services, scope.tenant_id, request_id)


@router.put("/privacy-requests/{request_id}/kind", responses=problem_responses(401, 403, 404, 409))
async def convert_privacy_request(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, body: models.RequestKind, tenant: TenantQuery = None
) -> models.PrivacyRequestHistory:
    """Make a request one of another kind, such as an inquiry one of deletion. Its time limits run from its receipt.

    The sender of a request about personal data has to be proved."""
    scope = await _scope(services, user, tenant)
    by = user.principal.person_id
    await RequestMessages(services.rights.requests).convert(scope.tenant_id, request_id, body.kind, by)
    return await _history(services, scope.tenant_id, request_id)


@router.put("/privacy-requests/{request_id}/assignee", responses=problem_responses(401, 403, 404, 409))
async def assign_privacy_request(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, body: models.Assignee, tenant: TenantQuery = None
) -> models.PrivacyRequest:
    """Make an administrator responsible for a request, or no one with null. The sender does not see it."""
    scope = await _scope(services, user, tenant)
    request = await RequestWork(services.rights.requests).assign(scope.tenant_id, request_id, body.person_id)
    return models.PrivacyRequest.model_validate(_values(services, request))


@router.post(
    "/privacy-requests/{request_id}/notes",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def add_request_note(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, body: models.NewNote, tenant: TenantQuery = None
) -> models.PrivacyRequestHistory:
    """Add an internal note to a request. The sender does not see it, also not in an access copy."""
    scope = await _scope(services, user, tenant)
    await RequestWork(services.rights.requests).add_note(
        scope.tenant_id, request_id, body.text, user.principal.person_id
    )
    return await _history(services, scope.tenant_id, request_id)


def _own_history(found: RequestHistory) -> models.OwnRequestHistory:
    steps = [
        models.VisibleStep(at=each.at, step=each.step, own=each.step in OF_SENDER, text=each.note)
        for each in found.steps
    ]
    shown = models.OwnRequest.model_validate(found.request)
    return models.OwnRequestHistory(**shown.model_dump(), history=steps)


def _own(user: CurrentUser) -> tuple[str, str]:
    if not user.principal.person_id:
        raise Forbidden("Only users can send requests.", hint="Sign in as a user.")
    return user.principal.tenant_id, user.principal.person_id


async def _scope(services: Services, user: CurrentUser, tenant: str | None) -> AccessScope:
    return await require_access(services, user, tenant, Action.PRIVACY_CHANGE)


async def _history(services: Services, tenant_id: str, request_id: str) -> models.PrivacyRequestHistory:
    found = await services.rights.requests.get(tenant_id, request_id)
    notes = await RequestWork(services.rights.requests).notes(tenant_id, request_id)
    return models.PrivacyRequestHistory.model_validate(
        {**_values(services, found.request), "history": found.steps, "notes": notes}, from_attributes=True
    )


def _values(services: Services, request: RightsRequest) -> dict[str, Any]:
    shown = {name: getattr(request, name) for name in models.PrivacyRequest.model_fields if hasattr(request, name)}
    overdue = request.overdue(services.clock.now())
    sender = services.identity.directory.tenant(request.sender_tenant) if request.sender_tenant else None
    shown["organisation"] = sender.name if sender is not None else ""
    if request.to == "provider":
        shown["person_id"] = None  # of an account that is not in this tenant
    return {**shown, "overdue": overdue, "known": request.about is not None, "steps": allowed(request.state)}
