"""Backups of the installation, for operators. No route restores one over the running installation."""

from fastapi import Depends, status

from unificx.api.access import CurrentUser, CurrentUserDep, Id, ServicesDep, purpose, require_operator
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.installation_ports import BackupSchedule
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import backups as models
from unificx.api.services import Services
from unificx.identity import Action

router = Router(
    prefix="/api/v1/backups", tags=["operation"], route_class=IdempotentRoute, dependencies=[purpose("operations")]
)


@router.get("", responses=problem_responses(401, 403))
async def list_backups(services: ServicesDep, user: CurrentUserDep) -> models.BackupState:
    """List the backups that the server has made, with the work in progress. For operators."""
    return await _state(services, user)


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 409),
)
async def begin_backup(services: ServicesDep, user: CurrentUserDep) -> models.BackupState:
    """Make a backup in the background. A start of the server repeats one that was interrupted. For operators."""
    await require_operator(services, user, Action.INSTALLATION)
    await services.backups.begin()
    return await _state(services, user)


@router.put("/schedule", responses=problem_responses(401, 403))
async def set_backup_schedule(
    services: ServicesDep, user: CurrentUserDep, wanted: models.BackupScheduleChange
) -> models.BackupState:
    """Choose when backups are made and how many stay. For operators."""
    await require_operator(services, user, Action.INSTALLATION)
    await services.backups.set_schedule(BackupSchedule(wanted.every, wanted.keep, wanted.drill))
    return await _state(services, user)


@router.post(
    "/{backup}/drills",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def begin_drill(services: ServicesDep, user: CurrentUserDep, backup: Id) -> models.BackupState:
    """Restore a backup beside the installation, open and check it, and delete the result. For operators."""
    await require_operator(services, user, Action.INSTALLATION)
    await services.backups.begin_drill(backup)
    return await _state(services, user)


async def _state(services: Services, user: CurrentUser) -> models.BackupState:
    await require_operator(services, user, Action.INSTALLATION)
    return models.BackupState.model_validate(await services.backups.state())
