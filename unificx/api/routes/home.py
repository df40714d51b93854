"""First page of administrators: the set-up of the installation, and open matters of the tenant."""

from collections.abc import AsyncIterator

from unificx.api.access import CurrentUserDep, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import home as models
from unificx.api.services import Services
from unificx.db.pagination import MAX_PAGE_SIZE
from unificx.identity import OPERATOR_SLUG, Action, may

router = Router(prefix="/api/v1", tags=["tenants"], dependencies=[purpose("administration")])


@router.get("/setup", responses=problem_responses(401, 403, 404))
async def show_set_up(services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None) -> models.SetUp:
    """Show which parts of the installation and of the tenant are configured."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    customers = [each for each in services.identity.directory.tenants() if each.slug != OPERATOR_SLUG]
    address = services.public_address
    tenant_id, directory = scope.tenant_id, services.identity.directory
    states = await services.identity.people.count_states(tenant_id)
    relays = (url for server in services.live.telephony.ice_servers() for url in server.urls)
    return models.SetUp(
        own_server=may(user.principal, Action.INSTALLATION, scope.tenant_id) or len(customers) == 1,
        public_address=bool(address.configured),
        secure=address.url.startswith("https:"),
        email=services.identity.recovery.can_send_email,
        turn=any(url.startswith(("turn:", "turns:")) for url in relays),
        people=sum(states.values()),
        signed_in=states.get("active", 0),
        has_phones=any(directory.devices_of(each.id) for each in directory.extensions(tenant_id)),
        has_trunk=bool(services.trunks.list(tenant_id, limit=1).items),
        has_number=services.outbound.numbers.count(tenant_id) > 0,
        has_hours=bool(services.hours.list(tenant_id, limit=1).items),
        has_location=bool(services.locations.list(tenant_id, limit=1).items),
    )


@router.get("/attention", responses=problem_responses(401, 403, 404))
async def show_attention(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.AttentionList:
    """Show the open matters of an administrator: kinds with their number, none with zero."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    counts: dict[models.AttentionKind, int] = {kind: count async for kind, count in _counts(services, scope.tenant_id)}
    if may(user.principal, Action.INSTALLATION, scope.tenant_id):
        counts["invoices_waiting"] = await services.billing.invoice_notices.count_waiting()
    items = [models.AttentionItem(kind=kind, count=count) for kind, count in counts.items() if count]
    return models.AttentionList(items=items)


async def _counts(services: Services, tenant_id: str) -> AsyncIterator[tuple[models.AttentionKind, int]]:
    trunks = services.trunks.list(tenant_id, limit=MAX_PAGE_SIZE).items
    states = [services.trunks.directory.status(each).state for each in trunks]
    yield "trunks_down", sum(each in ("unreachable", "refused") for each in states)
    yield "calls_stopped", len(services.outbound.fraud.active(tenant_id))
    total, overdue = await services.rights.requests.count_due(tenant_id)
    yield "requests_overdue", overdue
    yield "requests_open", total - overdue
    yield "help_requests", await services.support.count(tenant_id)
    emails = (await services.notifications.records.summary(tenant_id)).counts
    yield "emails_failed", sum(emails.get(state, 0) for state in ("failed", "expired", "bounced"))
    invoices = await services.billing.invoices.received(tenant_id)
    yield "invoices_overdue", sum(each.state == "overdue" for each in invoices)
    credit = await services.billing.credit.state(tenant_id)
    yield "credit_low", int(credit is not None and credit.available < credit.terms.warn_below)
    trial, today = await services.billing.trials.find(tenant_id), services.billing.counts.today(tenant_id)
    state = None if trial is None else trial.state(today)
    yield "trial_ends", (trial.until - today).days if trial is not None and state == "running" else 0
    yield "trial_ended", int(state == "ended")
