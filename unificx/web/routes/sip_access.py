"""The client as a telephone: how it registers, and whether it can be rung."""

from fastapi import APIRouter, status

from unificx.kernel.errors import NotFound
from unificx.web.access import Id, ServicesDep, UnsaidDep
from unificx.web.models import sip_access as models
from unificx.web.owned import own_device
from unificx.web.problems import refusals

router = APIRouter(prefix="/api/v1/me", tags=["telephone"])

WEBSOCKET = "/sip"


@router.post("/sip-access", response_model_exclude_none=True, responses=refusals(401, 403, 409))
async def sip_access(services: ServicesDep, asker: UnsaidDep) -> models.SipAccess:
    """Get what the client signed in here registers and calls with; its device is made the first time."""
    who = asker.principal
    extension, device_id = await services.people.session_device(who)
    await services.push.bind(who.tenant_id, who.session_id, device_id)
    domain = (await services.people.tenant(extension.tenant_id)).domain
    proof = services.telephony.proof(device_id)
    return models.SipAccess(
        extension_id=extension.id,
        number=extension.number,
        name=services.people.directory.display_name(extension),
        domain=domain,
        uri=f"sip:{extension.number}@{domain}",
        websocket=WEBSOCKET,
        bearer=proof.bearer,
        expires=proof.expires,
        instance_id=f"<urn:uuid:{device_id}>",
        ice_servers=[
            models.IceServer(urls=list(one.urls), username=one.username or None, credential=one.credential or None)
            for one in services.telephony.ice_servers()
        ],
    )


@router.get("/reachable", responses=refusals(401, 403, 409))
async def reachable(services: ServicesDep, asker: UnsaidDep) -> models.Reachable:
    """Say whether the client signed in here can be rung."""
    extension, device_id = await services.people.session_device(asker.principal)
    return models.Reachable(
        registered=services.telephony.registered(extension.id, device_id),
        push=services.telephony.can_be_woken(extension.id, device_id),
    )


@router.post("/calls/{call_id}/decline", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404, 409))
async def decline_call(services: ServicesDep, asker: UnsaidDep, call_id: Id) -> None:
    """Decline a call that woke this device, without waking its telephone for that: for all of one's devices."""
    device_id = await own_device(services, asker.principal)
    if device_id is None or not services.live.decline(call_id, device_id):
        raise NotFound("That call does not ring here.", hint="It is over, or was answered elsewhere.")
