"""Health and tenants of the installation in numbers, for operators. No route here names a person."""

from unificx.api.access import CurrentUserDep, Cursor, Limit, ServicesDep, purpose, require_operator
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import installation as models
from unificx.identity import OPERATOR_SLUG, Action

router = Router(prefix="/api/v1/installation", tags=["operation"], dependencies=[purpose("operations")])


@router.get("/health", responses=problem_responses(401, 403))
async def show_health(services: ServicesDep, user: CurrentUserDep) -> models.InstallationHealth:
    """Show the state of all parts of the installation. For operators."""
    await require_operator(services, user, Action.INSTALLATION)
    checks = await services.live.readiness.health()
    return models.InstallationHealth(checks=[models.HealthCheck.model_validate(each) for each in checks])


@router.get("/tenants", responses=problem_responses(401, 403))
async def list_tenant_figures(
    services: ServicesDep, user: CurrentUserDep, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.TenantFigures]:
    """List the tenants with plan and numbers, without their people. For operators."""
    await require_operator(services, user, Action.INSTALLATION)
    page = await services.identity.tenants.page(cursor, limit)
    tenants = [each for each in page.items if each.slug != OPERATOR_SLUG]
    ids = [each.id for each in tenants]
    plans = await services.billing.plans.present(ids)
    people = await services.identity.people.count_open(ids)
    extensions = services.identity.directory.extension_counts()
    items = [
        models.TenantFigures(
            id=each.id,
            name=each.name,
            state=each.state,
            plan=plans.get(each.id),
            people=people.get(each.id, 0),
            extensions=extensions.get(each.id, 0),
            live_calls=len(services.live.calls.live(each.id)),
        )
        for each in tenants
    ]
    return core.Page(items=items, next=page.next)
