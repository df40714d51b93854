"""The directory: names and numbers, for all users of the tenant."""

from fastapi import APIRouter

from unificx.people import Action
from unificx.web.access import AskerDep, Cursor, Limit, ServicesDep, TenantQuery, reach
from unificx.web.models import core
from unificx.web.models import directory as models
from unificx.web.problems import refusals

router = APIRouter(prefix="/api/v1/directory", tags=["directory"])


@router.get("", responses=refusals(401, 403, 404))
async def directory(
    services: ServicesDep, asker: AskerDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.Colleague]:
    """List the directory of a tenant."""
    within = await reach(services, asker, tenant, Action.DIRECTORY)
    page = await services.people.list_extensions(within.tenant_id, cursor, limit)
    return core.Page(items=[models.Colleague.model_validate(one) for one in page.items], next=page.next)
