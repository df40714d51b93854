"""State of the set-up of this installation, for the checklist of administrators."""

from unificx.api.access import CurrentUserDep, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core as models
from unificx.identity import OPERATOR_SLUG, Action, may

router = Router(tags=["tenants"], dependencies=[purpose("administration")])


@router.get("/api/v1/setup", responses=problem_responses(401, 403, 404))
async def show_set_up(services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None) -> models.SetUp:
    """Show which parts of the installation are configured."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    customers = [each for each in services.identity.directory.tenants() if each.slug != OPERATOR_SLUG]
    address = services.public_address
    relays = (url for server in services.telephony.ice_servers() for url in server.urls)
    return models.SetUp(
        own_server=may(user.principal, Action.INSTALLATION, scope.tenant_id) or len(customers) == 1,
        public_address=bool(address.configured),
        secure=address.url.startswith("https:"),
        email=services.identity.recovery.can_send_email,
        turn=any(url.startswith(("turn:", "turns:")) for url in relays),
    )
