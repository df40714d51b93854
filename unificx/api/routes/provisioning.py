"""Settings that phones fetch themselves by a one-time link."""

from typing import Annotated

from fastapi import Depends, Path, Request, status
from starlette.responses import Response

from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access_or_own
from unificx.api.extension_state import preferred_server
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.linphone import MEDIA_TYPE, linphone_settings
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.sign_in import base_url, qr_svg
from unificx.api.schemas import core as models
from unificx.api.scoped_lookup import device_in_scope
from unificx.core.errors import Conflict, NotFound
from unificx.identity import Action

router = Router(prefix="/api/v1", tags=["devices"], route_class=IdempotentRoute, dependencies=[purpose("telephony")])

_PATH = "/provisioning/linphone"


@router.post(
    "/devices/{device_id}/linphone-link",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_linphone_link(
    request: Request, services: ServicesDep, user: CurrentUserDep, device_id: Id, tenant: TenantQuery = None
) -> models.ProvisioningLink:
    """Create a link with which the app Linphone sets itself up as this device: valid once and for ten minutes.

    The device gets a new password when the link is used.
    """
    scope = await require_access_or_own(services, user, tenant, Action.PHONES_CHANGE)
    device = await device_in_scope(services, scope, device_id)
    base = base_url(services, request)
    if not base.startswith("https:"):
        raise Conflict(
            "The settings contain a password and are served over HTTPS only.", hint="Open the portal by https."
        )
    made = await services.identity.provisioning.create(scope.tenant_id, device.id)
    url = f"{base}/api/v1{_PATH}/{made.code}"
    return models.ProvisioningLink(url=url, svg=qr_svg(url), expires=made.expires)


@router.get(_PATH + "/{code}", include_in_schema=False)
async def show_linphone_settings(
    services: ServicesDep, code: Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
) -> Response:
    """Return the settings of a link, once."""
    made = await services.identity.provisioning.redeem(code)
    extension = services.identity.directory.extension_by_id(made.device.extension_id)
    server = preferred_server(services)
    if extension is None or server is None:
        raise NotFound("There is no such phone.")
    return Response(linphone_settings(made.login, extension.name, server), media_type=MEDIA_TYPE)
