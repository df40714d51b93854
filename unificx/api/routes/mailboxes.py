"""Group mailboxes: managed by administrators, visible to their members."""

from functools import partial

from fastapi import Depends, status

from unificx.api.access import (
    AccessScope,
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_access_or_own,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import mailboxes as models
from unificx.api.scoped_lookup import extension_in_scope, is_member, mailbox_in_scope
from unificx.api.services import Services
from unificx.identity import Action
from unificx.routing import DestinationRef
from unificx.voicemail import MailboxSettingsChange, NewSharedMailbox, SharedMailbox, SharedMailboxChange

router = Router(
    prefix="/api/v1/mailboxes",
    tags=["voicemail"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration")],
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_mailboxes(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.GroupMailbox]:
    """List group mailboxes. Users other than administrators see those they are members of."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    page = services.mailboxes.shared.list(scope.tenant_id, cursor, limit)
    seen = [one for one in page.items if not scope.only_own or is_member(services, user.principal.person_id, one)]
    return core.Page(items=[_mailbox_schema(services, one) for one in seen], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_mailbox(
    services: ServicesDep, user: CurrentUserDep, new: models.NewGroupMailbox, tenant: TenantQuery = None
) -> models.GroupMailbox:
    """Create a group mailbox with a number of its own."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    members = await _member_ids(services, scope, new.members)
    wanted = NewSharedMailbox(number=new.number, name=new.name or "", members=members, lamp=new.lamp)
    made = await services.mailboxes.shared.create(scope.tenant_id, wanted)
    if new.pin:
        await services.mailboxes.change_mailbox(made, MailboxSettingsChange(pin=new.pin))
    return _mailbox_schema(services, made)


@router.get("/{mailbox}", responses=problem_responses(401, 403, 404))
async def show_group_mailbox(
    services: ServicesDep, user: CurrentUserDep, mailbox: Id, tenant: TenantQuery = None
) -> models.GroupMailbox:
    """Show a group mailbox, by id or number."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    found = services.mailboxes.shared.find(scope.tenant_id, mailbox)
    await mailbox_in_scope(services, scope, found.id)
    return _mailbox_schema(services, found)


@router.patch("/{mailbox}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_mailbox(
    services: ServicesDep,
    user: CurrentUserDep,
    mailbox: Id,
    change: models.GroupMailboxChange,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.GroupMailbox:
    """Change a group mailbox. To disable it while it has messages, `old_messages` is required."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    known = services.mailboxes.shared.find(scope.tenant_id, mailbox)
    members = await _member_ids(services, scope, change.members) if change.members is not None else None
    wanted = MailboxSettingsChange(enabled=change.enabled, pin=change.pin, old_messages=change.old_messages)
    schema = partial(_mailbox_schema, services)
    condition = unchanged(if_match, schema)
    condition(known)
    boxes, other = services.mailboxes, SharedMailboxChange(change.name, members, change.lamp)
    if wanted == MailboxSettingsChange():
        return schema(await boxes.shared.update(known, other, condition))
    await boxes.change_mailbox(known, wanted, lambda uow: boxes.shared.update_within(uow, known, other, condition))
    return schema(boxes.shared.find(scope.tenant_id, known.id))


@router.delete("/{mailbox}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 412))
async def delete_mailbox(
    services: ServicesDep, user: CurrentUserDep, mailbox: Id, tenant: TenantQuery = None, if_match: IfMatch = None
) -> None:
    """Delete a group mailbox and its messages permanently. Refused while a destination leads to it."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    known = services.mailboxes.shared.find(scope.tenant_id, mailbox)
    services.destinations.require_unused(scope.tenant_id, DestinationRef("mailbox", known.number))
    await services.mailboxes.shared.delete(known, unchanged(if_match, partial(_mailbox_schema, services)))


async def _member_ids(services: Services, scope: AccessScope, references: list[str]) -> tuple[str, ...]:
    """Return the extensions' ids. Raise NotFound."""
    return tuple([(await extension_in_scope(services, scope, one)).id for one in references])


def _mailbox_schema(services: Services, group: SharedMailbox) -> models.GroupMailbox:
    boxes = services.mailboxes
    box, counts = boxes.mailbox_settings(group.id), boxes.message_counts.get(group.id)
    return models.GroupMailbox(
        id=group.id,
        tenant_id=group.tenant_id,
        number=group.number,
        name=group.name,
        members=services.identity.directory.extension_numbers(group.members),
        lamp=group.lamp,
        enabled=box.enabled,
        has_pin=box.has_pin,
        new_messages=counts.new,
        old_messages=counts.old,
        created=group.created,
    )
