"""Lookup of objects within the scope of a request: one tenant, or only the user's own objects."""

from collections.abc import Callable, Iterable

from unificx.api.access import AccessScope
from unificx.api.services import Services
from unificx.core.errors import NotFound
from unificx.identity import Check, Device, Extension, Transaction
from unificx.routing import DestinationRef
from unificx.voicemail import Mailbox, SharedMailbox


async def extension_in_scope(services: Services, scope: AccessScope, reference: str) -> Extension:
    """Return an extension by id or number. Raise NotFound if it does not exist or is out of scope."""
    extension = await services.identity.extensions.get(scope.tenant_id, reference)
    if not scope.owns(extension.person_id):
        raise NotFound("There is no such extension.")
    return extension


def destinations_of(extension: Extension) -> tuple[DestinationRef, DestinationRef]:
    """Return the destinations that end with an extension: itself and its mailbox."""
    return DestinationRef("extension", extension.number), DestinationRef("mailbox", extension.number)


def unused(services: Services, tenant_id: str, extensions: Callable[[], Iterable[Extension]]) -> Check:
    """Return the check that no destination leads to extensions, but they themselves. It raises Conflict."""

    async def check(tx: Transaction) -> None:
        await services.destinations.lock(tx.uow, tenant_id)
        services.destinations.require_unused(
            tenant_id, *(ref for each in extensions() for ref in destinations_of(each))
        )

    return check


async def mailbox_in_scope(services: Services, scope: AccessScope, reference: str) -> Mailbox:
    """Return a mailbox by id or number: an extension's, or a group mailbox the user is a member of. Raise NotFound."""
    groups = services.mailboxes.shared
    group = groups.by_number(scope.tenant_id, reference) or groups.by_id(reference)
    if group is None or group.tenant_id != scope.tenant_id:
        return await extension_in_scope(services, scope, reference)
    if scope.only_own and not is_member(services, scope.user.principal.person_id, group):
        raise NotFound("There is no such mailbox.")
    return group


def is_member(services: Services, person_id: str, group: SharedMailbox) -> bool:
    """Return whether one of the person's extensions is a member of a group mailbox."""
    own = services.identity.directory.extension_ids_of(person_id) if person_id else ()
    return any(one in group.members for one in own)


async def device_in_scope(services: Services, scope: AccessScope, device_id: str) -> Device:
    """Return a device by id. Raise NotFound if it does not exist or is out of scope."""
    device = await services.identity.devices.get(scope.tenant_id, device_id)
    if scope.only_own:
        extension = services.identity.directory.extension_by_id(device.extension_id)
        if extension is None or not scope.owns(extension.person_id):
            raise NotFound("There is no such device.")
    return device
