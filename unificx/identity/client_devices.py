"""SIP devices of the UnifiCX client: at most one per session, deleted with the session."""

from unificx.identity.errors import NoExtension, SessionOver
from unificx.identity.extensions import Phones
from unificx.identity.repository import phones, sessions
from unificx.identity.schemas import Extension, NewDevice, Principal
from unificx.identity.service_base import Change

_UNNAMED = "UnifiCX client"


class Clients(Phones):
    """SIP devices of sessions."""

    async def session_device(self, who: Principal) -> tuple[Extension, str]:
        """Return the extension and the device id of the caller's session; create the device on first use.

        The device registers with credentials derived from its id; its SIP password is never shown. Raise NoExtension.
        """
        held = await self._held(who)
        if held is not None:
            return held
        async with self._changing() as change:
            held = await self._held(who)  # two tabs of one browser may call at the same time
            return held if held is not None else await self._give_device(change, who)

    async def _held(self, who: Principal) -> tuple[Extension, str] | None:
        async with self._database.read() as session:
            device_id = await sessions.device_of(session, who.tenant_id, who.session_id)
        device = self.directory.device(device_id) if device_id is not None else None
        extension = self.directory.extension_by_id(device.extension_id) if device is not None else None
        return (extension, device.device_id) if device is not None and extension is not None else None

    async def _give_device(self, change: Change, who: Principal) -> tuple[Extension, str]:
        own = await phones.extensions_of_person(change.session, self._keys, who.tenant_id, who.person_id)
        if not own:
            raise NoExtension("You have no extension.", hint="Ask an administrator for one.")
        name = await sessions.name_of(change.session, self._keys, who.tenant_id, who.session_id)
        if name is None:
            raise SessionOver("Your session has ended.", hint="Sign in again.")
        made = await self._add_device(change, own[0], NewDevice(own[0].id, name or _UNNAMED, "client"))
        await sessions.set_device(change.session, who.tenant_id, who.session_id, made.device.id)
        return own[0], made.device.id
