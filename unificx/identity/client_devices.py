"""SIP devices of the UnifiCX client: at most one per session, deleted with the session."""

from unificx.identity.errors import NoExtension, SessionExpired
from unificx.identity.extensions import Extensions
from unificx.identity.repository import phones, sessions
from unificx.identity.schemas import Extension, NewDevice, Principal
from unificx.identity.service_base import Transaction

_DEFAULT_NAME = "UnifiCX client"


class ClientDevices(Extensions):
    """SIP devices of sessions."""

    async def session_device(self, principal: Principal) -> tuple[Extension, str]:
        """Return the extension and the device id of the caller's session; create the device on first use.

        The device registers with credentials derived from its id; its SIP password is never shown. Raise NoExtension.
        """
        existing = await self._find_session_device(principal)
        if existing is not None:
            return existing
        async with self._transaction() as tx:
            existing = await self._find_session_device(principal)  # two tabs of one browser may call at the same time
            return existing if existing is not None else await self._create_session_device(tx, principal)

    async def _find_session_device(self, principal: Principal) -> tuple[Extension, str] | None:
        async with self._database.read() as session:
            device_id = await sessions.device_of(session, principal.tenant_id, principal.session_id)
        device = self.directory.device(device_id) if device_id is not None else None
        extension = self.directory.extension_by_id(device.extension_id) if device is not None else None
        return (extension, device.device_id) if device is not None and extension is not None else None

    async def _create_session_device(self, tx: Transaction, principal: Principal) -> tuple[Extension, str]:
        extensions = await phones.extensions_of_person(tx.session, self._keys, principal.tenant_id, principal.person_id)
        if not extensions:
            raise NoExtension("You have no extension.", hint="Ask an administrator for one.")
        name = await sessions.name_of(tx.session, self._keys, principal.tenant_id, principal.session_id)
        if name is None:
            raise SessionExpired("Your session has ended.", hint="Sign in again.")
        made = await self._add_device(tx, extensions[0], NewDevice(extensions[0].id, name or _DEFAULT_NAME, "client"))
        await sessions.set_device(tx.session, principal.tenant_id, principal.session_id, made.device.id)
        return extensions[0], made.device.id
