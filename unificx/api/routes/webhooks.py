"""Webhooks: administrators have events of their tenant reported to other programs."""

from typing import Annotated

from fastapi import Depends, Query, status

from unificx import webhooks
from unificx.api.access import AccessScope, CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import webhooks as models
from unificx.api.services import Services
from unificx.api.support_consent import names_people
from unificx.core.errors import Forbidden
from unificx.core.phrases import Phrase
from unificx.identity import Action, may

router = Router(
    prefix="/api/v1/webhooks",
    tags=["webhooks"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration"), names_people],
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_webhooks(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.Webhook]:
    """List the webhooks of a tenant."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    found = services.webhooks.of_tenant(scope.tenant_id)
    return core.Page(items=[models.Webhook.model_validate(one) for one in found], next=None)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_webhook(
    services: ServicesDep, user: CurrentUserDep, new: models.NewWebhook, tenant: TenantQuery = None
) -> models.WebhookWithSecret:
    """Create a webhook. Its secret is shown once. Each event needs the permission to read what it is about."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    _require_readable(scope, new.events)
    made = await services.webhooks.create(scope.tenant_id, webhooks.NewWebhook(new.name, tuple(new.events), new.url))
    return _with_secret(made)


@router.get("/{webhook}", responses=problem_responses(401, 403, 404))
async def show_webhook(
    services: ServicesDep, user: CurrentUserDep, webhook: Id, tenant: TenantQuery = None
) -> models.Webhook:
    """Show a webhook."""
    _, found = await _find(services, user, webhook, tenant)
    return models.Webhook.model_validate(found)


@router.patch("/{webhook}", responses=problem_responses(401, 403, 404, 412))
async def update_webhook(
    services: ServicesDep,
    user: CurrentUserDep,
    webhook: Id,
    change: models.WebhookUpdate,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Webhook:
    """Change, pause or resume a webhook."""
    scope, found = await _find(services, user, webhook, tenant)
    # A changed address, too, hands the events to another party.
    _require_readable(scope, change.events or found.events)
    wanted = change.model_dump(exclude={"events"})
    events = tuple(change.events) if change.events is not None else None
    condition = unchanged(if_match, models.Webhook.model_validate)
    changed = await services.webhooks.update(found, webhooks.WebhookChange(**wanted, events=events), condition)
    return models.Webhook.model_validate(changed)


@router.delete("/{webhook}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 412))
async def delete_webhook(
    services: ServicesDep, user: CurrentUserDep, webhook: Id, tenant: TenantQuery = None, if_match: IfMatch = None
) -> None:
    """Delete a webhook with its waiting messages."""
    _, found = await _find(services, user, webhook, tenant)
    await services.webhooks.delete(found, unchanged(if_match, models.Webhook.model_validate))


@router.post(
    "/{webhook}/secret",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def rotate_webhook_secret(
    services: ServicesDep, user: CurrentUserDep, webhook: Id, tenant: TenantQuery = None
) -> models.WebhookWithSecret:
    """Replace the secret. For a day, messages have a signature by each of the two."""
    scope, found = await _find(services, user, webhook, tenant)
    _require_readable(scope, found.events)
    return _with_secret(await services.webhooks.rotate_secret(found))


@router.post(
    "/{webhook}/test",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def send_webhook_test(
    services: ServicesDep, user: CurrentUserDep, webhook: Id, tenant: TenantQuery = None
) -> models.WebhookTest:
    """Send a message of type `webhook.test`."""
    _, found = await _find(services, user, webhook, tenant)
    return models.WebhookTest(id=await services.webhooks.send_test(found))


@router.get("/{webhook}/deliveries", responses=problem_responses(401, 403, 404))
async def list_webhook_deliveries(
    services: ServicesDep,
    user: CurrentUserDep,
    webhook: Id,
    *,
    dead: Annotated[bool | None, Query(description="Only those that are not tried any more, or that wait.")] = None,
    tenant: TenantQuery = None,
) -> core.Page[models.WebhookDelivery]:
    """List the messages that wait or could not be delivered, oldest first, at most 200."""
    _, found = await _find(services, user, webhook, tenant)
    deliveries = await services.webhooks.deliveries(found, dead=dead)
    return core.Page(items=[models.WebhookDelivery.model_validate(one) for one in deliveries], next=None)


@router.post(
    "/{webhook}/deliveries/{delivery}/retry",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def retry_webhook_delivery(
    services: ServicesDep, user: CurrentUserDep, webhook: Id, delivery: Id, tenant: TenantQuery = None
) -> models.WebhookDelivery:
    """Try a message again, for a day."""
    _, found = await _find(services, user, webhook, tenant)
    return models.WebhookDelivery.model_validate(await services.webhooks.redeliver(found, delivery))


async def _find(
    services: Services, user: CurrentUserDep, webhook_id: str, tenant: str | None
) -> tuple[AccessScope, webhooks.Webhook]:
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    return scope, services.webhooks.find(scope.tenant_id, webhook_id)


def _require_readable(scope: AccessScope, events: "list[models.EventName] | tuple[str, ...]") -> None:
    """Raise Forbidden for an event about something that the user, or the API key, may not read."""
    for event in events:
        if not may(scope.user.principal, webhooks.EVENT_TYPES[event].action, scope.tenant_id):
            raise Forbidden(Phrase("You may not read what {} is about.", event), field="events")


def _with_secret(made: webhooks.CreatedWebhook) -> models.WebhookWithSecret:
    return models.WebhookWithSecret(**models.Webhook.model_validate(made.webhook).model_dump(), secret=made.secret)
