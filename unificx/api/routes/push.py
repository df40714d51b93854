"""Push notifications: subscription and test."""

from fastapi import status

from unificx.api.access import CurrentUser, CurrentUserDep, Id, ServicesDep, UserWithPasswordDep, purpose
from unificx.api.problems import problem_responses
from unificx.api.required_access import for_all_users
from unificx.api.router import Router
from unificx.api.schemas import push as models
from unificx.core.errors import Forbidden
from unificx.identity import Principal
from unificx.notifications import NewSubscription

router = Router(prefix="/api/v1", tags=["push"], dependencies=[purpose("telephony")])


@router.get("/push/key", dependencies=[for_all_users], responses=problem_responses(401, 403))
async def push_key(services: ServicesDep, user: UserWithPasswordDep) -> models.PushKey:
    """Get the server key for push subscriptions."""
    del user
    return models.PushKey(key=services.push.public_key)


@router.put("/me/push", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def subscribe_push(services: ServicesDep, user: UserWithPasswordDep, new: models.PushSubscription) -> None:
    """Subscribe this device to push notifications. Replaces an earlier subscription; ends with the session."""
    principal = _session_principal(user)
    wanted = NewSubscription(new.endpoint, new.keys.p256dh, new.keys.auth)
    await services.push.subscribe(principal, wanted, await services.identity.session_devices.device_id(principal))


@router.delete("/me/push", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403))
async def unsubscribe_push(services: ServicesDep, user: UserWithPasswordDep) -> None:
    """Unsubscribe this device from push notifications."""
    await services.push.unsubscribe(_session_principal(user))


@router.post("/me/push/test", status_code=status.HTTP_201_CREATED, responses=problem_responses(401, 403, 409, 429))
async def test_push(services: ServicesDep, user: CurrentUserDep) -> models.PushTestStarted:
    """Send a test push to this device."""
    return models.PushTestStarted(id=services.push.send_test(_session_principal(user)))


@router.get("/me/push/test/{test_id}", responses=problem_responses(401, 403, 404))
async def show_push_test(services: ServicesDep, user: CurrentUserDep, test_id: Id) -> models.PushTest:
    """Show the state of a test push. Available for ten minutes."""
    return models.PushTest.model_validate(services.push.get_test(_session_principal(user), test_id))


@router.post(
    "/me/push/test/{test_id}/seen", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404)
)
async def push_seen(services: ServicesDep, user: CurrentUserDep, test_id: Id) -> None:
    """Confirm that the test push was received."""
    services.push.mark_seen(_session_principal(user), test_id)


def _session_principal(user: CurrentUser) -> Principal:
    if not user.principal.session_id:
        raise Forbidden("Push notifications require a signed-in session.", hint="Sign in at /api/v1/sessions.")
    return user.principal
