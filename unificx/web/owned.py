"""Finding what a request may touch: within a tenant, and within what is the asker's own."""

from unificx.kernel.errors import NotFound
from unificx.people import Device, Extension, Principal
from unificx.web.access import Reach
from unificx.web.services import Services

_PAGE = 200


async def extension_within(services: Services, within: Reach, reference: str) -> Extension:
    """An extension by id or number. Raises NotFound for one out of reach, as for one that does not exist."""
    extension = await services.people.extension(within.tenant_id, reference)
    if not within.owns(extension.person_id):
        raise NotFound("There is no such extension.")
    return extension


async def device_within(services: Services, within: Reach, device_id: str) -> Device:
    """A device by id. Raises NotFound for one out of reach, as for one that does not exist."""
    device = await services.people.device(within.tenant_id, device_id)
    if within.only_own:
        extension = services.people.directory.extension_by_id(device.extension_id)
        if extension is None or not within.owns(extension.person_id):
            raise NotFound("There is no such device.")
    return device


async def own_extensions(services: Services, principal: Principal) -> list[Extension]:
    """The extensions of the asker."""
    own: list[Extension] = []
    cursor: str | None = None
    while True:
        page = await services.people.list_extensions(principal.tenant_id, cursor, _PAGE)
        own += [one for one in page.items if one.person_id == principal.person_id]
        cursor = page.next
        if cursor is None:
            return own
