"""Feature codes: what can be dialled besides numbers."""

from unificx.api.access import CurrentUserDep, purpose
from unificx.api.problems import problem_responses
from unificx.api.required_access import for_all_users
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import feature_codes as models
from unificx.routing import FEATURE_CODES

router = Router(prefix="/api/v1/feature-codes", tags=["directory"], dependencies=[purpose("directory")])


@router.get("", dependencies=[for_all_users], responses=problem_responses(401))
async def list_feature_codes(user: CurrentUserDep) -> core.Page[models.FeatureCode]:
    """List the feature codes of this system. They are the same for all tenants."""
    del user
    items = [
        models.FeatureCode(
            code=each.code,
            name=each.name,
            text=models.FeatureText(en=each.text, de=each.text_de),
            argument=each.argument,
            optional=each.optional,
        )
        for each in FEATURE_CODES
    ]
    return core.Page(items=items, next=None)
