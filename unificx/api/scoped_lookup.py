"""Lookup of objects within the scope of a request: one tenant, or only the user's own objects."""

from unificx.api.access import Reach
from unificx.api.services import Services
from unificx.core.errors import NotFound
from unificx.identity import Device, Extension, Principal
from unificx.voicemail import Mailbox, SharedMailbox


async def extension_within(services: Services, within: Reach, reference: str) -> Extension:
    """Return an extension by id or number. Raise NotFound if it does not exist or is out of scope."""
    extension = await services.people.extension(within.tenant_id, reference)
    if not within.owns(extension.person_id):
        raise NotFound("There is no such extension.")
    return extension


async def box_within(services: Services, within: Reach, reference: str) -> Mailbox:
    """Return a mailbox by id or number: an extension's, or a group mailbox the user is a member of. Raise NotFound."""
    groups = services.mailboxes.shared
    group = groups.by_number(within.tenant_id, reference) or groups.by_id(reference)
    if group is None or group.tenant_id != within.tenant_id:
        return await extension_within(services, within, reference)
    if within.only_own and not is_member(services, within.asker.principal.person_id, group):
        raise NotFound("There is no such mailbox.")
    return group


def is_member(services: Services, person_id: str, group: SharedMailbox) -> bool:
    """Return whether one of the person's extensions is a member of a group mailbox."""
    own = services.people.directory.extension_ids_of(person_id) if person_id else ()
    return any(one in group.members for one in own)


async def device_within(services: Services, within: Reach, device_id: str) -> Device:
    """Return a device by id. Raise NotFound if it does not exist or is out of scope."""
    device = await services.people.device(within.tenant_id, device_id)
    if within.only_own:
        extension = services.people.directory.extension_by_id(device.extension_id)
        if extension is None or not within.owns(extension.person_id):
            raise NotFound("There is no such device.")
    return device


async def own_device(services: Services, who: Principal) -> str | None:
    """Return the id of the SIP device of the session, None if it has none yet."""
    sessions = await services.people.list_sessions(who.tenant_id, who.person_id)
    return next((one.device_id for one in sessions if one.id == who.session_id), None)
