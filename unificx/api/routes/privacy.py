"""Inventory of the personal data, generated from the declarations of the database models."""

from dataclasses import asdict

from unificx.api.access import CurrentUserDep, ServicesDep, purpose
from unificx.api.problems import problem_responses
from unificx.api.required_access import for_all_users
from unificx.api.router import Router
from unificx.api.schemas import privacy_map as models
from unificx.integrations.egress import recipients
from unificx.privacy import describe, personal_fields, plain_columns

router = Router(prefix="/api/v1/privacy", tags=["privacy"], dependencies=[purpose("administration")])


@router.get("/map", dependencies=[for_all_users], responses=problem_responses(401, 403))
async def show_privacy_map(services: ServicesDep, user: CurrentUserDep) -> models.PrivacyMap:
    """List all fields with personal data, with the periods of your tenant, and the reasons why others have none."""
    periods = services.retention.periods.texts(user.principal.tenant_id)
    fields = [{**asdict(one), "text": describe(one, periods)} for one in personal_fields()]
    return models.PrivacyMap(
        held=[models.PersonalField.model_validate(one) for one in fields],
        neutral=[models.NeutralColumn(table=one.table, column=one.column, why=one.why) for one in plain_columns()],
        recipients=[models.Recipient.model_validate(one) for one in recipients()],
    )
