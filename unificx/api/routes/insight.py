"""Usage insight: which features are used, counted from people who agree to it, and what that says about oneself."""

from unificx.api.access import CurrentUserDep, ServicesDep, TenantQuery, purpose, require_access, require_own
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import insight as models
from unificx.identity import Action

router = Router(prefix="/api/v1", tags=["history"], dependencies=[purpose("history")])


@router.get("/insight/usage", responses=problem_responses(401, 403, 404))
async def show_feature_usage(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.UsageReport:
    """Show which share of people uses which feature, by month.

    Only people are counted who agree to `analytics` and do not object to `statistics`. Figures have at least ten people
    behind them, and behind the rest."""
    scope = await require_access(services, user, tenant, Action.HISTORY_READ)
    return models.UsageReport.model_validate(await services.insight.report(scope.tenant_id))


@router.get("/me/usage", responses=problem_responses(401, 403))
async def show_own_usage(services: ServicesDep, user: CurrentUserDep) -> models.OwnUsage:
    """Show for which features you are counted in the usage report of your organisation, by month.

    `stopped`, and empty, unless you agree to `analytics`, and while you object to `statistics`."""
    require_own(user.principal)
    months = await services.insight.own(user.principal.tenant_id, user.principal.person_id)
    items = [models.OwnUsageMonth.model_validate(each) for each in months or ()]
    return models.OwnUsage(stopped=months is None, months=items)
