"""E-mails that the system sends: their state, tests, and addresses that do not work."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, status

from unificx.api.access import CurrentUserDep, Cursor, Id, Limit, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import emails as models
from unificx.identity import Action, Language
from unificx.notifications import EmailKind, RecordState, preview_email

router = Router(
    prefix="/api/v1/emails", tags=["notices"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)
_ONCE = [Depends(declare_idempotency_key)]
_REPORT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A report of failed delivery (RFC 3464) or a complaint (RFC 5965), as it was received.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("", responses=problem_responses(401, 403, 404))
async def list_emails(
    services: ServicesDep,
    user: CurrentUserDep,
    *,
    tenant: TenantQuery = None,
    state: Annotated[list[RecordState] | None, Query(description="Only these states.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> core.Page[models.EmailItem]:
    """List the e-mails of the last seven days, newest first, with the answer of the mail server.

    Without a mail server they are stored here instead of being sent."""
    scope = await require_access(services, user, tenant, Action.EMAILS_READ)
    records = services.notifications.records
    page = await records.page(scope.tenant_id, state or (), cursor=cursor, limit=limit)
    return core.Page(items=[models.EmailItem.model_validate(each) for each in page.items], next=page.next)


@router.get("/summary", responses=problem_responses(401, 403, 404))
async def show_email_summary(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.EmailSummary:
    """Show whether e-mail can be sent, and how many e-mails are in which state."""
    scope = await require_access(services, user, tenant, Action.EMAILS_READ)
    return models.EmailSummary.model_validate(await services.notifications.records.summary(scope.tenant_id))


@router.get("/templates/{template}", responses=problem_responses(401, 403, 404))
async def preview_email_template(
    services: ServicesDep,
    user: CurrentUserDep,
    template: EmailKind,
    *,
    language: Annotated[Language, Query(description="Language of the text.")] = "en",
    tenant: TenantQuery = None,
) -> models.EmailPreview:
    """Show an e-mail of a kind as it is sent, with example data."""
    scope = await require_access(services, user, tenant, Action.EMAILS_READ)
    organisation = (await services.identity.tenants.get(scope.tenant_id)).name
    return models.EmailPreview.model_validate(preview_email(template, language, organisation, services.clock.now()))


@router.post("/test", dependencies=_ONCE, responses=problem_responses(401, 403, 404, 409, 429))
async def send_test_email(
    services: ServicesDep, user: CurrentUserDep, body: models.NewEmailTest, tenant: TenantQuery = None
) -> models.EmailTest:
    """Send a test to an address, and show the answer of the mail server. At most six an hour."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    records, person_id = services.notifications.records, user.principal.person_id
    return models.EmailTest.model_validate(await records.test(scope.tenant_id, body.address, person_id))


@router.post("/bounces", dependencies=_ONCE, responses=problem_responses(401, 403, 413), openapi_extra=_REPORT)
async def report_bounce(request: Request, services: ServicesDep, user: CurrentUserDep) -> models.Bounced:
    """Pass on a report that an e-mail has not arrived (DSN, RFC 3464) or was called spam (ARF, RFC 5965), as a mail
    server has sent it.

    The e-mail becomes `bounced` or `complained`. If the address does not work, campaigns skip it from now on; after a
    complaint it gets no advertising, and the consent is withdrawn."""
    await require_access(services, user, user.principal.tenant_id, Action.INSTALLATION)
    return models.Bounced(known=await services.notifications.records.take_report(await request.body()))


@router.get("/undeliverable", responses=problem_responses(401, 403, 404))
async def list_undeliverable_addresses(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.UndeliverableAddress]:
    """List the addresses of users that mail servers have rejected permanently, newest first."""
    scope = await require_access(services, user, tenant, Action.EMAILS_READ)
    found = await services.notifications.undeliverable.of_tenant(scope.tenant_id)
    return core.Page(items=[models.UndeliverableAddress.model_validate(each) for each in found], next=None)


@router.delete(
    "/undeliverable/{address}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def clear_undeliverable_address(
    services: ServicesDep,
    user: CurrentUserDep,
    address: Id,
    tenant: TenantQuery = None,
) -> None:
    """Declare that an address works again. A changed address needs no declaration."""
    scope = await require_access(services, user, tenant, Action.EMAILS_READ)
    await services.notifications.undeliverable.clear(scope.tenant_id, address)


@router.get("/{email}", responses=problem_responses(401, 403, 404))
async def show_email(
    services: ServicesDep, user: CurrentUserDep, email: Id, tenant: TenantQuery = None
) -> models.EmailText:
    """Show an e-mail with its text, if that is still stored."""
    scope = await require_access(services, user, tenant, Action.EMAILS_READ)
    return models.EmailText.model_validate(await services.notifications.records.get(scope.tenant_id, email))
