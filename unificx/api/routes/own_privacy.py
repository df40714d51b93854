"""The user's own answers to the privacy policy, and their consents. Open while a significant version is unanswered."""

from fastapi import status

from unificx.api.access import (
    AuthenticatedUserDep,
    CurrentUser,
    Cursor,
    Limit,
    ServicesDep,
    UserWithPasswordDep,
    purpose,
)
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.audit import person_names
from unificx.api.schemas import core
from unificx.api.schemas import policy as models
from unificx.api.services import Services
from unificx.core.access import OPERATOR
from unificx.core.errors import Invalid
from unificx.privacy import OBJECTION_PURPOSES, OPTIONAL_PURPOSES, ConsentRecord, PersonAccess

router = Router(prefix="/api/v1/me", tags=["signing in"], dependencies=[purpose("administration")])


@router.get("/policy", responses=problem_responses(401, 403))
async def show_own_policy_state(services: ServicesDep, user: AuthenticatedUserDep) -> models.OwnPolicyState:
    """Show whether the privacy policy has changed since you accepted it, and the changes."""
    _require_person(user)
    found = await services.identity.acceptances.policy_status(user.principal)
    return models.OwnPolicyState.model_validate(found)


@router.post(
    "/policy-acceptances",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[purpose("authentication")],
    responses=problem_responses(401, 403, 409),
)
async def answer_policy(services: ServicesDep, user: AuthenticatedUserDep, body: models.PolicyAcceptance) -> None:
    """Answer a new version of the privacy policy: consent, going on after the notice, or refusal.

    A significant version needs consent; until then most requests are refused with `consent_required`. Calls of
    telephones and emergency calls are not affected."""
    _require_person(user)
    await services.identity.acceptances.answer_policy(user.principal, body.version, body.answer, body.language)


@router.get("/consents", responses=problem_responses(401, 403))
async def list_own_consents(services: ServicesDep, user: UserWithPasswordDep) -> models.OwnConsents:
    """List the purposes you decide on, your objections, and the ledger of your decisions, newest first."""
    tenant_id, subject = await _subject(services, user)
    ledger = await services.consents.records(tenant_id, subject)
    return models.OwnConsents(
        purposes=[
            models.ConsentPurpose(purpose=each, allowed=services.consents.allows(subject, each))
            for each in OPTIONAL_PURPOSES
        ],
        objections=[
            models.OwnObjection(purpose=each, objects=services.consents.objects(subject, each))
            for each in OBJECTION_PURPOSES
        ],
        ledger=[_record(each) for each in reversed(ledger)],
    )


@router.put("/consents", responses=problem_responses(401, 403))
async def decide_on_consent(
    services: ServicesDep, user: UserWithPasswordDep, body: models.ConsentDecision
) -> models.ConsentReceipt:
    """Agree to a purpose, or withdraw your consent. In force at once. Returns the record as a receipt."""
    tenant_id, subject = await _subject(services, user)
    decided = await services.consents.decide(tenant_id, subject, body.purpose, given=body.given, locale=body.language)
    return _record(decided)


@router.put("/objections", responses=problem_responses(401, 403))
async def object_to_purpose(
    services: ServicesDep, user: UserWithPasswordDep, body: models.ObjectionDecision
) -> models.ConsentReceipt:
    """Object to a processing for a legitimate interest (GDPR Art. 21), or end your objection. In force at once. Returns
    the record as a receipt."""
    tenant_id, subject = await _subject(services, user)
    decided = await services.consents.object_to(
        tenant_id, subject, body.purpose, objects=body.objects, locale=body.language
    )
    return _record(decided)


@router.get("/accesses", responses=problem_responses(401, 403))
async def list_own_accesses(
    services: ServicesDep, user: UserWithPasswordDep, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.OwnAccess]:
    """List who has opened data about you as an administrator, hour by hour, newest first.

    An administrator who signed in as you is named, too."""
    tenant_id, subject = await _subject(services, user)
    page = await services.accesses.page(tenant_id, subject, cursor, limit)
    names = await person_names(services, {(each.actor_tenant, each.actor) for each in page.items})
    return core.Page(items=[_access(each, names) for each in page.items], next=page.next)


def _access(access: PersonAccess, names: dict[str, str]) -> models.OwnAccess:
    is_operator = access.actor == OPERATOR
    return models.OwnAccess(
        at=access.at,
        purpose=access.purpose,
        kind=access.kind,
        operator=is_operator,
        person_id="" if is_operator else access.actor,
        name=names.get(access.actor, ""),
    )


def _require_person(user: CurrentUser) -> None:
    if not user.principal.person_id:
        raise Invalid("The operator on the control socket has no account.")


async def _subject(services: Services, user: CurrentUser) -> tuple[str, str]:
    _require_person(user)
    principal = user.principal
    person = await services.identity.users.get(principal.tenant_id, principal.person_id)
    return principal.tenant_id, person.subject


def _record(record: ConsentRecord) -> models.ConsentReceipt:
    return models.ConsentReceipt.model_validate(record)
