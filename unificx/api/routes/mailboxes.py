"""Group mailboxes: managed by administrators, visible to their members."""

from fastapi import APIRouter, Depends, status

from unificx.api.access import AskerDep, Cursor, Id, Limit, Reach, ServicesDep, TenantQuery, reach, reach_or_own
from unificx.api.idempotent_route import RepeatableRoute, declare_key
from unificx.api.problems import refusals
from unificx.api.schemas import core
from unificx.api.schemas import mailboxes as models
from unificx.api.scoped_lookup import box_within, extension_within, is_member
from unificx.api.services import Services
from unificx.identity import Action
from unificx.voicemail import MailboxSettingsChange, NewSharedMailbox, SharedMailbox, SharedMailboxChange

router = APIRouter(prefix="/api/v1/mailboxes", tags=["voicemail"], route_class=RepeatableRoute)


@router.get("", responses=refusals(401, 403, 404))
async def list_mailboxes(
    services: ServicesDep, asker: AskerDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.GroupMailbox]:
    """List group mailboxes. Users other than administrators see those they are members of."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_READ)
    page = services.mailboxes.shared.list(within.tenant_id, cursor, limit)
    seen = [one for one in page.items if not within.only_own or is_member(services, asker.principal.person_id, one)]
    return core.Page(items=[_shown(services, one) for one in seen], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_key)],
    responses=refusals(401, 403, 404, 409),
)
async def create_mailbox(
    services: ServicesDep, asker: AskerDep, new: models.NewGroupMailbox, tenant: TenantQuery = None
) -> models.GroupMailbox:
    """Create a group mailbox with a number of its own."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    members = await _members(services, within, new.members)
    wanted = NewSharedMailbox(number=new.number, name=new.name or "", members=members, lamp=new.lamp)
    made = await services.mailboxes.shared.create(within.tenant_id, wanted)
    if new.pin:
        await services.mailboxes.change_mailbox(made, MailboxSettingsChange(pin=new.pin))
    return _shown(services, made)


@router.get("/{mailbox}", responses=refusals(401, 403, 404))
async def show_group_mailbox(
    services: ServicesDep, asker: AskerDep, mailbox: Id, tenant: TenantQuery = None
) -> models.GroupMailbox:
    """Show a group mailbox, by id or number."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_READ)
    found = services.mailboxes.shared.find(within.tenant_id, mailbox)
    await box_within(services, within, found.id)
    return _shown(services, found)


@router.patch("/{mailbox}", responses=refusals(401, 403, 404, 409))
async def update_mailbox(
    services: ServicesDep, asker: AskerDep, mailbox: Id, change: models.GroupMailboxChange, tenant: TenantQuery = None
) -> models.GroupMailbox:
    """Change a group mailbox. To disable it while it has messages, `old_messages` is required."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    known = services.mailboxes.shared.find(within.tenant_id, mailbox)
    members = await _members(services, within, change.members) if change.members is not None else None
    wanted = MailboxSettingsChange(enabled=change.enabled, pin=change.pin, old_messages=change.old_messages)
    if wanted != MailboxSettingsChange():
        await services.mailboxes.change_mailbox(known, wanted)
    changed = await services.mailboxes.shared.update(known, SharedMailboxChange(change.name, members, change.lamp))
    return _shown(services, changed)


@router.delete("/{mailbox}", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404))
async def delete_mailbox(services: ServicesDep, asker: AskerDep, mailbox: Id, tenant: TenantQuery = None) -> None:
    """Delete a group mailbox and its messages permanently."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    await services.mailboxes.shared.delete(services.mailboxes.shared.find(within.tenant_id, mailbox))


async def _members(services: Services, within: Reach, named: list[str]) -> tuple[str, ...]:
    """Return the extensions' ids. Raise NotFound."""
    return tuple([(await extension_within(services, within, one)).id for one in named])


def _shown(services: Services, group: SharedMailbox) -> models.GroupMailbox:
    directory, boxes = services.people.directory, services.mailboxes
    box, waits = boxes.mailbox_settings(group.id), boxes.message_counts.get(group.id)
    members = [extension.number for one in group.members if (extension := directory.extension_by_id(one)) is not None]
    return models.GroupMailbox(
        id=group.id,
        tenant_id=group.tenant_id,
        number=group.number,
        name=group.name,
        members=members,
        lamp=group.lamp,
        enabled=box.enabled,
        has_pin=box.has_pin,
        new_messages=waits.new,
        old_messages=waits.old,
        created=group.created,
    )
