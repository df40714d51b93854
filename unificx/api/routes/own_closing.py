"""Closing one's own account: the consequences, the decision, and taking it back until the erasure begins."""

from fastapi import status

from unificx.api.access import CurrentUser, ServicesDep, UserWithPasswordDep, purpose
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.erasures import plan_schema
from unificx.api.schemas import erasures as models
from unificx.api.services import Services
from unificx.core.errors import Forbidden
from unificx.privacy import DataSubject, ErasureSchedules

GRACE_DAYS = 14
"""Days in which a closing can be taken back."""

router = Router(prefix="/api/v1/me/closing", tags=["signing in"], dependencies=[purpose("administration")])


@router.get("", response_model_exclude_unset=True, responses=problem_responses(401, 403, 409))
async def plan_closing(services: ServicesDep, user: UserWithPasswordDep) -> models.ErasurePlan:
    """Show what the erasure of your account would remove, and what would stay. Nothing is changed.

    The last administrator is refused: another one is needed first."""
    return plan_schema(await services.erasures.plan(await _own(services, user)))


@router.put("", responses=problem_responses(401, 403, 409))
async def close_own_account(services: ServicesDep, user: UserWithPasswordDep) -> models.ScheduledErasure:
    """Let your account be erased after 14 days, in which you can take it back. It works until then.

    It erases what is held when it begins. Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    owner = await _own(services, user)
    await services.identity.step_up.require(user.principal)
    due = await ErasureSchedules(services.erasures).schedule_own(owner, GRACE_DAYS)
    return models.ScheduledErasure(person_id=owner.person_id, due=due)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def keep_own_account(services: ServicesDep, user: UserWithPasswordDep) -> None:
    """Take the closing of your account back. The erasure that an administrator has scheduled stays."""
    await ErasureSchedules(services.erasures).cancel_own(await _own(services, user))


async def _own(services: Services, user: CurrentUser) -> DataSubject:
    principal = user.principal
    if not principal.person_id:
        raise Forbidden("This is only possible with an account of your own.", hint="Sign in with it.")
    _, owner = await services.identity.users.get_to_erase(principal.tenant_id, principal.person_id)
    return owner
