"""Which notices the user receives on which channel, and the list of those received."""

from typing import Annotated

from fastapi import Query

from unificx.api.access import CurrentUser, CurrentUserDep, Cursor, Limit, ServicesDep, purpose, require_own
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import own_notices as models
from unificx.api.services import Services
from unificx.core.errors import Invalid
from unificx.identity import Language, Person, Role
from unificx.notifications import Audience

router = Router(prefix="/api/v1/me/notices", tags=["notices"], dependencies=[purpose("administration")])


@router.get("", responses=problem_responses(401, 403))
async def list_own_notices(services: ServicesDep, user: CurrentUserDep) -> core.Page[models.OwnNotice]:
    """List the notices that you may receive, and whether each is on. Mandatory ones have a reason."""
    person = await _person(services, user)
    found = services.notifications.preferences.states(person.subject, _audiences(person))
    return core.Page(items=[models.OwnNotice.model_validate(each) for each in found], next=None)


@router.put("", responses=problem_responses(401, 403, 409))
async def switch_own_notice(
    services: ServicesDep, user: CurrentUserDep, body: models.NoticeSwitch
) -> core.Page[models.OwnNotice]:
    """Switch a notice on or off on one channel, in force at once. A mandatory notice is refused with
    `mandatory_notice`."""
    person = await _person(services, user)
    preferences, audiences = services.notifications.preferences, _audiences(person)
    if body.kind not in {each.kind for each in preferences.states(person.subject, audiences)}:
        raise Invalid("You do not receive this notice.", hint="GET lists those that you may receive.", field="kind")
    await preferences.switch(person.tenant_id, person.subject, body.kind, body.channel, on=body.on)
    found = preferences.states(person.subject, audiences)
    return core.Page(items=[models.OwnNotice.model_validate(each) for each in found], next=None)


@router.get("/received", responses=problem_responses(401, 403))
async def list_received_notices(
    services: ServicesDep,
    user: CurrentUserDep,
    *,
    language: Annotated[Language, Query(description="Language of the texts.")] = "en",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> core.Page[models.ReceivedNotice]:
    """List the notices that you have received in the last 90 days, at most 100, newest first."""
    person = await _person(services, user)
    page = await services.notifications.received.page(person, language, cursor=cursor, limit=limit)
    shown = [
        models.ReceivedNotice(
            id=each.id,
            kind=each.kind,
            at=each.at,
            read=each.read,
            subject=each.text.subject,
            lines=list(each.text.lines),
        )
        for each in page.items
    ]
    return core.Page(items=shown, next=page.next)


@router.get("/unread", responses=problem_responses(401, 403))
async def count_unread_notices(services: ServicesDep, user: CurrentUserDep) -> models.UnreadNotices:
    """Count your notices that are not marked as read."""
    person = await _person(services, user)
    return models.UnreadNotices(unread=await services.notifications.received.count_unread(person))


@router.put("/read", responses=problem_responses(401, 403))
async def mark_notices_read(services: ServicesDep, user: CurrentUserDep, body: models.ReadMark) -> models.UnreadNotices:
    """Mark your notices as read, up to one of them. Those that have arrived since stay unread."""
    person = await _person(services, user)
    return models.UnreadNotices(unread=await services.notifications.received.mark_read(person, body.newest))


async def _person(services: Services, user: CurrentUser) -> Person:
    require_own(user.principal)
    if not user.principal.person_id:
        raise Invalid("The operator on the control socket has no account.")
    return await services.identity.users.get(user.principal.tenant_id, user.principal.person_id)


def _audiences(person: Person) -> tuple[Audience, ...]:
    return ("person",) if person.role is Role.USER else ("person", "administrator")
