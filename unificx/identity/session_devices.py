"""SIP devices of the UnifiCX client: at most one per session, deleted with the session."""

from unificx.identity.devices import Devices
from unificx.identity.errors import NoExtension, SessionExpired
from unificx.identity.repository import phones, sessions
from unificx.identity.schemas import Extension, NewDevice, Principal
from unificx.identity.store import IdentityStore, Transaction

_DEFAULT_NAME = "UnifiCX client"


class SessionDevices:
    """SIP devices of sessions."""

    def __init__(self, store: IdentityStore, devices: Devices) -> None:
        self._store = store
        self._keys = store.keys
        self._directory = store.directory
        self._devices = devices

    async def get_or_create(self, principal: Principal) -> tuple[Extension, str]:
        """Return the extension and the device id of the caller's session; create the device on first use.

        The device registers with credentials derived from its id; its SIP password is never shown. Raise NoExtension.
        """
        existing = await self._find(principal)
        if existing is not None:
            return existing
        async with self._store.transaction() as tx:
            existing = await self._find(principal)  # two tabs of one browser may call at the same time
            return existing if existing is not None else await self._create(tx, principal)

    async def device_id(self, principal: Principal) -> str | None:
        """Return the id of the device of the caller's session, None if it has none yet."""
        async with self._store.read() as session:
            return await sessions.device_of(session, principal.tenant_id, principal.session_id)

    async def _find(self, principal: Principal) -> tuple[Extension, str] | None:
        device_id = await self.device_id(principal)
        device = self._directory.device(device_id) if device_id is not None else None
        extension = self._directory.extension_by_id(device.extension_id) if device is not None else None
        return (extension, device.device_id) if device is not None and extension is not None else None

    async def _create(self, tx: Transaction, principal: Principal) -> tuple[Extension, str]:
        extensions = await phones.extensions_of_person(tx.session, self._keys, principal.tenant_id, principal.person_id)
        if not extensions:
            raise NoExtension("You have no extension.", hint="Ask an administrator for one.")
        name = await sessions.name_of(tx.session, self._keys, principal.tenant_id, principal.session_id)
        if name is None:
            raise SessionExpired("Your session has ended.", hint="Sign in again.")
        made = await self._devices.add(tx, extensions[0], NewDevice(extensions[0].id, name or _DEFAULT_NAME, "client"))
        await sessions.set_device(tx.session, principal.tenant_id, principal.session_id, made.device.id)
        return extensions[0], made.device.id
