"""SIP access of the client: credentials and reachability."""

from fastapi import status

from unificx.api.access import Id, ServicesDep, UserWithPasswordDep, purpose
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import sip_access as models
from unificx.api.services import Services
from unificx.core.errors import NotFound

router = Router(prefix="/api/v1/me", tags=["telephone"], dependencies=[purpose("authentication")])

WEBSOCKET = "/sip"


@router.post("/sip-access", response_model_exclude_none=True, responses=problem_responses(401, 403, 409))
async def sip_access(services: ServicesDep, user: UserWithPasswordDep) -> models.SipAccess:
    """Get SIP credentials for the signed-in client. Its device is created on the first request."""
    principal = user.principal
    extension, device_id = await services.identity.session_devices.get_or_create(principal)
    await services.push.bind_device(principal.tenant_id, principal.session_id, device_id)
    domain = (await services.identity.tenants.get(extension.tenant_id)).domain
    credentials = services.live.telephony.credentials(device_id)
    return models.SipAccess(
        extension_id=extension.id,
        number=extension.number,
        name=services.identity.directory.display_name(extension),
        domain=domain,
        uri=f"sip:{extension.number}@{domain}",
        websocket=WEBSOCKET,
        bearer=credentials.bearer,
        expires=credentials.expires,
        instance_id=f"<urn:uuid:{device_id}>",
        ice_servers=ice_servers(services),
    )


def ice_servers(services: Services) -> list[models.IceServer]:
    """Return the ICE servers with new credentials."""
    return [
        models.IceServer(urls=list(one.urls), username=one.username or None, credential=one.credential or None)
        for one in services.live.telephony.ice_servers()
    ]


@router.get("/reachable", responses=problem_responses(401, 403, 409))
async def reachable(services: ServicesDep, user: UserWithPasswordDep) -> models.Reachable:
    """Show whether the signed-in client can be called."""
    extension, device_id = await services.identity.session_devices.get_or_create(user.principal)
    return models.Reachable(
        registered=services.live.telephony.registered(extension.id, device_id),
        push=services.live.telephony.can_be_woken(extension.id, device_id),
    )


@router.post(
    "/calls/{call_id}/decline", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409)
)
async def decline_call(services: ServicesDep, user: UserWithPasswordDep, call_id: Id) -> None:
    """Decline a call that woke this device, on all your devices, without registering first."""
    device_id = await services.identity.session_devices.device_id(user.principal)
    if device_id is None or not services.live.calls.decline(call_id, device_id):
        raise NotFound("This call is not ringing here.", hint="It has ended or was answered elsewhere.")
