"""Campaigns: advertising of a tenant to those of its people who have agreed to it."""

from fastapi import Depends, status

from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import campaigns as models
from unificx.api.schemas import core
from unificx.identity import Action, Language
from unificx.notifications import CampaignText, preview_email

router = Router(
    prefix="/api/v1/campaigns", tags=["notices"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_campaigns(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.Campaign]:
    """List the campaigns of a tenant, newest first. Recipients are not listed."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    found = await services.notifications.campaigns.of_tenant(scope.tenant_id)
    return core.Page(items=[models.Campaign.model_validate(each) for each in found], next=None)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_campaign(
    services: ServicesDep, user: CurrentUserDep, new: models.NewCampaign, tenant: TenantQuery = None
) -> models.Campaign:
    """Create the draft of a campaign."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    author = user.principal.person_id
    created = await services.notifications.campaigns.create(scope.tenant_id, author, _texts(new))
    return models.Campaign.model_validate(created)


@router.get("/audience", responses=problem_responses(401, 403, 404))
async def show_campaign_audience(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.CampaignAudience:
    """Show how many people a campaign would reach now, and why none can be sent. The people are not named."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    found = await services.notifications.campaigns.audience(scope.tenant_id, services.public_address.url)
    return models.CampaignAudience.model_validate(found)


@router.post("/preview", dependencies=[Depends(declare_idempotency_key)], responses=problem_responses(401, 403, 404))
async def preview_campaign(
    services: ServicesDep, user: CurrentUserDep, new: models.NewCampaign, tenant: TenantQuery = None
) -> models.CampaignPreview:
    """Show the e-mails of a campaign as they would be sent, with example data. Nothing is stored."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    organisation, now = (await services.identity.tenants.get(scope.tenant_id)).name, services.clock.now()
    texts = {
        language: preview_email("marketing", language, organisation, now, text)
        for language, text in _texts(new).items()
    }
    return models.CampaignPreview.model_validate({"texts": texts})


@router.get("/{campaign}", responses=problem_responses(401, 403, 404))
async def show_campaign(
    services: ServicesDep, user: CurrentUserDep, campaign: Id, tenant: TenantQuery = None
) -> models.Campaign:
    """Show a campaign."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    return models.Campaign.model_validate(await services.notifications.campaigns.get(scope.tenant_id, campaign))


@router.put("/{campaign}", responses=problem_responses(401, 403, 404, 409))
async def update_campaign(
    services: ServicesDep, user: CurrentUserDep, campaign: Id, new: models.NewCampaign, tenant: TenantQuery = None
) -> models.Campaign:
    """Replace the texts of a draft."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    changed = await services.notifications.campaigns.change(scope.tenant_id, campaign, _texts(new))
    return models.Campaign.model_validate(changed)


@router.post(
    "/{campaign}/send",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429),
)
async def send_campaign(
    services: ServicesDep, user: CurrentUserDep, campaign: Id, tenant: TenantQuery = None
) -> models.Campaign:
    """Send a draft to the people of the tenant who agree to `marketing`, two e-mails a second.

    The consent is checked again when each e-mail leaves. Each has the id of the consent and a link that unsubscribes
    with one click (RFC 8058). At most three campaigns a day."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    url = services.public_address.url
    sent = await services.notifications.campaigns.send(
        scope.tenant_id, campaign, lambda one: f"{url}/unsubscribe/{one}"
    )
    return models.Campaign.model_validate(sent)


@router.delete("/{campaign}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def delete_campaign(
    services: ServicesDep, user: CurrentUserDep, campaign: Id, tenant: TenantQuery = None
) -> None:
    """Delete a campaign with its waiting e-mails, which ends it."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    await services.notifications.campaigns.delete(scope.tenant_id, campaign)


def _texts(new: models.NewCampaign) -> dict[Language, CampaignText]:
    return {language: CampaignText(each.subject, each.text) for language, each in new.texts.items()}
