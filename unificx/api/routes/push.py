"""Push notifications: subscription and test."""

from fastapi import APIRouter, status

from unificx.api.access import Asker, AskerDep, Id, ServicesDep, UnsaidDep
from unificx.api.problems import refusals
from unificx.api.schemas import push as models
from unificx.api.scoped_lookup import own_device
from unificx.core.errors import Forbidden
from unificx.identity import Principal
from unificx.notifications import NewSubscription

router = APIRouter(prefix="/api/v1", tags=["push"])


@router.get("/push/key", responses=refusals(401, 403))
async def push_key(services: ServicesDep, asker: UnsaidDep) -> models.PushKey:
    """Get the server key for push subscriptions."""
    del asker
    return models.PushKey(key=services.push.public_key)


@router.put("/me/push", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404))
async def subscribe_push(services: ServicesDep, asker: UnsaidDep, new: models.PushSubscription) -> None:
    """Subscribe this device to push notifications. Replaces an earlier subscription; ends with the session."""
    who = _signed_in(asker)
    wanted = NewSubscription(new.endpoint, new.keys.p256dh, new.keys.auth)
    await services.push.subscribe(who, wanted, await own_device(services, who))


@router.delete("/me/push", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403))
async def unsubscribe_push(services: ServicesDep, asker: UnsaidDep) -> None:
    """Unsubscribe this device from push notifications."""
    await services.push.unsubscribe(_signed_in(asker))


@router.post("/me/push/test", status_code=status.HTTP_201_CREATED, responses=refusals(401, 403, 409, 429))
async def test_push(services: ServicesDep, asker: AskerDep) -> models.BegunPushTest:
    """Send a test push to this device."""
    return models.BegunPushTest(id=services.push.test(_signed_in(asker)))


@router.get("/me/push/test/{test_id}", responses=refusals(401, 403, 404))
async def show_push_test(services: ServicesDep, asker: AskerDep, test_id: Id) -> models.PushTest:
    """Show the state of a test push. Available for ten minutes."""
    return models.PushTest.model_validate(services.push.show_test(_signed_in(asker), test_id))


@router.post("/me/push/test/{test_id}/seen", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404))
async def push_seen(services: ServicesDep, asker: AskerDep, test_id: Id) -> None:
    """Confirm that the test push was received."""
    services.push.seen(_signed_in(asker), test_id)


def _signed_in(asker: Asker) -> Principal:
    if not asker.principal.session_id:
        raise Forbidden("Push notifications require a signed-in session.", hint="Sign in at /api/v1/sessions.")
    return asker.principal
