"""Feature codes: all users may list those of their tenant, administrators change them."""

from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import feature_codes as models
from unificx.identity import Action
from unificx.routing import TenantCode

router = Router(prefix="/api/v1/feature-codes", tags=["directory"], dependencies=[purpose("directory")])


@router.get("", responses=problem_responses(401, 403, 404))
async def list_feature_codes(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.FeatureCode]:
    """List the features of this system with their codes in a tenant."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    found = services.feature_codes.of_tenant(scope.tenant_id)
    return core.Page(items=[_schema(each) for each in found], next=None)


@router.patch("/{feature}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_feature_code(
    services: ServicesDep,
    user: CurrentUserDep,
    feature: Id,
    change: models.FeatureCodeUpdate,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.FeatureCode:
    """Change the code of a feature, by name, or switch it off. It applies to calls made from now on."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    condition = unchanged(if_match, _schema)
    return _schema(await services.feature_codes.change(scope.tenant_id, feature, change.code, condition))


def _schema(found: TenantCode) -> models.FeatureCode:
    feature, other = found.feature, found.collision
    return models.FeatureCode(
        code=found.code,
        default=feature.code,
        name=feature.name,
        text=models.FeatureText(en=feature.text, de=feature.text_de),
        argument=feature.argument,
        optional=feature.optional,
        collision=models.CodeCollision.model_validate(other) if other is not None else None,
    )
