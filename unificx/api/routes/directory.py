"""The directory: names and numbers, for all users of the tenant."""

from unificx.api.access import CurrentUserDep, Cursor, Limit, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.objections import is_listed
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import directory as models
from unificx.identity import Action

router = Router(prefix="/api/v1/directory", tags=["directory"], dependencies=[purpose("directory")])


@router.get("", responses=problem_responses(401, 403, 404))
async def directory(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Colleague]:
    """List the directory of a tenant, without other people who have objected to being in it; a page may be shorter."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    page = await services.identity.extensions.page(scope.tenant_id, cursor, limit)
    listed = [each for each in page.items if is_listed(services, scope, each)]
    return core.Page(items=[models.Colleague.model_validate(each) for each in listed], next=page.next)
