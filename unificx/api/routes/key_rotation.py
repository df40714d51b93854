"""Rotation of tenant keys and of the master key. For operators only."""

from fastapi import Depends

from unificx.api.access import CurrentUserDep, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import key_rotation as models
from unificx.identity import Action
from unificx.privacy import RotationStatus

router = Router(prefix="/api/v1/key-rotation", tags=["privacy"], dependencies=[purpose("administration")])


@router.get("", responses=problem_responses(401, 403))
async def show_key_rotation(services: ServicesDep, user: CurrentUserDep) -> models.KeyRotation:
    """Show how far the rotation of keys is."""
    await require_access(services, user, user.principal.tenant_id, Action.INSTALLATION)
    return _schema(services.rotation.status)


@router.post(
    "",
    status_code=202,
    responses=problem_responses(401, 403, 404, 409),
    dependencies=[Depends(declare_idempotency_key)],
)
async def rotate_keys(
    services: ServicesDep, user: CurrentUserDep, wanted: models.KeyRotationStart, tenant: TenantQuery = None
) -> models.KeyRotation:
    """Replace keys and wrap what they wrap anew, in the background; without `tenant` the keys of all tenants. The old
    ones are destroyed at the end.

    A rotation that was interrupted goes on by itself. Requires a recent sign-in or proof of identity
    (`/api/v1/me/proofs`)."""
    scope = await require_access(services, user, tenant or user.principal.tenant_id, Action.INSTALLATION)
    await services.identity.step_up.require(user.principal)
    if wanted.keys == "master":
        services.rotation.begin_master()
    else:
        services.rotation.begin_tenants(None if tenant is None else [scope.tenant_id])
    return _schema(services.rotation.status)


def _schema(status: RotationStatus) -> models.KeyRotation:
    return models.KeyRotation(
        running=status.running,
        done=status.done,
        total=status.total,
        failure=status.failure,
        former_master=status.former_master,
        tenants_rotated=status.tenants_rotated,
        master_rotated=status.master_rotated,
    )
