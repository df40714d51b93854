"""The directory: names and numbers, for all users of the tenant."""

from fastapi import APIRouter

from unificx.api.access import AskerDep, Cursor, Limit, ServicesDep, TenantQuery, reach
from unificx.api.problems import refusals
from unificx.api.schemas import core
from unificx.api.schemas import directory as models
from unificx.identity import Action

router = APIRouter(prefix="/api/v1/directory", tags=["directory"])


@router.get("", responses=refusals(401, 403, 404))
async def directory(
    services: ServicesDep, asker: AskerDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Colleague]:
    """List the directory of a tenant."""
    within = await reach(services, asker, tenant, Action.DIRECTORY)
    page = await services.people.list_extensions(within.tenant_id, cursor, limit)
    return core.Page(items=[models.Colleague.model_validate(one) for one in page.items], next=page.next)
