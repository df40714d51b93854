"""Erasure of a person: the plan, and its confirmation with a signed receipt as the result."""

from collections.abc import Sequence
from typing import Any

from fastapi import status

from unificx.api.access import CurrentUser, CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.managing import require_manageable
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import erasures as models
from unificx.api.scoped_lookup import destinations_of
from unificx.api.services import Services
from unificx.identity import Action
from unificx.privacy import DataSubject, ErasurePlan, ErasureSchedules

router = Router(
    prefix="/api/v1/persons/{person_id}/erasure", tags=["privacy"], dependencies=[purpose("administration")]
)


@router.get("", response_model_exclude_unset=True, responses=problem_responses(401, 403, 404, 409))
async def plan_erasure(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None
) -> models.ErasurePlan:
    """Show what the erasure of a person would remove and what would stay. Nothing is changed."""
    owner = await _whose(services, user, person_id, tenant)
    return plan_schema(await services.erasures.plan(owner), _leading_to(services, owner))


@router.put("", response_model_exclude_unset=True, responses=problem_responses(401, 403, 404, 409, 503))
async def erase_person(
    services: ServicesDep,
    user: CurrentUserDep,
    person_id: Id,
    confirmation: models.ErasureConfirmation,
    tenant: TenantQuery = None,
) -> models.ErasureReceipt:
    """Erase a person permanently, also in backups, and return the receipt. It cannot be undone.

    Repeating it returns the same receipt. Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    owner = await _whose(services, user, person_id, tenant)
    await services.identity.step_up.require(user.principal)
    receipt = await services.erasures.erase(owner, confirmation.digest, user.principal.person_id)
    return models.ErasureReceipt.model_validate(receipt)


@router.put("/schedule", responses=problem_responses(401, 403, 404, 409))
async def schedule_erasure(
    services: ServicesDep,
    user: CurrentUserDep,
    person_id: Id,
    schedule: models.ErasureSchedule,
    tenant: TenantQuery = None,
) -> models.ScheduledErasure:
    """Let the erasure of a person begin after some days, in which it can be cancelled. The account works until then.

    It erases what is held when it begins. Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    owner = await _whose(services, user, person_id, tenant)
    await services.identity.step_up.require(user.principal)
    due = await ErasureSchedules(services.erasures).schedule(
        owner, schedule.digest, user.principal.person_id, schedule.days
    )
    return models.ScheduledErasure(person_id=person_id, due=due)


@router.delete("/schedule", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def cancel_erasure(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None
) -> None:
    """Cancel the scheduled erasure of a person."""
    await ErasureSchedules(services.erasures).cancel(await _whose(services, user, person_id, tenant))


async def _whose(services: Services, user: CurrentUser, person_id: str, tenant: str | None) -> DataSubject:
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    person, owner = await services.identity.users.get_to_erase(scope.tenant_id, person_id)
    require_manageable(user, person.role, person.granted)
    return owner


def _leading_to(services: Services, owner: DataSubject) -> list[str]:
    """Return the destinations that lead to the extensions of a person."""
    known = map(services.identity.directory.extension_by_id, owner.extension_ids)
    own = [ref for each in known if each is not None for ref in destinations_of(each)]
    users = services.destinations.users(owner.tenant_id)
    return sorted({str(user) for ref in own for user in users.get(ref, ()) if user not in own})


def plan_schema(plan: ErasurePlan, leading_nowhere: Sequence[str] = ()) -> models.ErasurePlan:
    """Return the response for a plan."""
    held: list[dict[str, Any]] = [
        {"area": area, "kind": kind, "count": count}
        for area, kinds in plan.held.items()
        for kind, count in kinds.items()
    ]
    return models.ErasurePlan.model_validate(
        {
            "person_id": plan.person_id,
            "held": held,
            "kept": plan.retained,
            "digest": plan.digest,
            "fingerprint": plan.fingerprint,
            "receipt": plan.receipt,
            "scheduled": plan.scheduled,
            "leading_nowhere": list(leading_nowhere),
        }
    )
