"""Phones that fetch their settings: entries of devices, their links, and the files."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from unificx.cluster import Counters
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Invalid, NotFound, TooManyRequests
from unificx.db import Database, UnitOfWork, lock_scope
from unificx.identity import Identity, PinThrottle, SipLogin
from unificx.identity.events import DeviceRevoked, ExtensionDeleted, TenantDeleted
from unificx.privacy import Consents, KeyStore
from unificx.provisioning import repository
from unificx.provisioning.addresses import PhoneAddress, PhoneAddresses, Purpose, parse_code
from unificx.provisioning.rendering import render_phone_book, render_settings, settings_file_name
from unificx.provisioning.schemas import (
    PhoneFile,
    PhoneServer,
    PhoneSettings,
    PhoneSettingsChange,
    PhoneValues,
    SettingsLink,
)
from unificx.provisioning.time_zones import posix_rule, utc_offset
from unificx.provisioning.values import check_keys, names_a_phone, names_mac, parse_mac
from unificx.routing import CodeTables

WINDOW = timedelta(hours=1)
"""After a link was made, the settings contain the SIP password until the phone has fetched them once, at most for so
long."""
REPEAT_SECONDS = 120.0
"""Seconds for which the same address may fetch the password again: phones repeat a request that was interrupted."""
MAX_ISSUED = 1_000
MAX_BOOK_ENTRIES = 2_000
"""Entries of a phone book: desk phones refuse larger ones or show only a part."""
FILES_PATH, BOOKS_PATH = "/provisioning/phones", "/provisioning/phone-books"
"""Paths below the API for the files of phones."""

CompanyContacts = Callable[[str], Iterable[tuple[str, str]]]
"""Returns name and number of the company contacts of a tenant."""


def _none(tenant_id: str) -> Iterable[tuple[str, str]]:
    del tenant_id
    return ()


@dataclass(frozen=True, slots=True)
class PhoneSettingsDependencies:
    """Dependencies. `secret`: of this installation, for the addresses; `codes`: the feature codes of each tenant."""

    database: Database
    keys: KeyStore
    identity: Identity
    clock: Clock
    counters: Counters
    consents: Consents
    secret: bytes = field(repr=False)
    codes: CodeTables = field(default_factory=CodeTables)


@dataclass(frozen=True, slots=True)
class Reached:
    """How the phone has reached this server: `base_url` of the API, and the SIP address for it, None while the server
    does not listen for SIP."""

    base_url: str
    server: PhoneServer | None


@dataclass(frozen=True, slots=True)
class _Issued:
    """A password that was sent to an address."""

    login: SipLogin
    source: str = field(repr=False)
    until: float


class PhoneSettingsService:
    """Settings of the phones of all tenants."""

    def __init__(self, deps: PhoneSettingsDependencies) -> None:
        self._deps = deps
        self._database = deps.database
        self._keys = deps.keys
        self._directory = deps.identity.directory
        self._clock = deps.clock
        self._addresses = PhoneAddresses(deps.secret)
        self._throttle = PinThrottle(deps.counters, "phone settings")
        # Owner: this node, for the moment in which a phone repeats its request.
        self._issued: dict[str, _Issued] = {}

    # ---- management

    async def get(self, tenant_id: str, device_id: str) -> PhoneSettings:
        """Return the settings of a device. Raise NotFound."""
        async with self._database.read() as session:
            found = await repository.find(session, self._keys, tenant_id, device_id)
        if found is None:
            raise _no_settings()
        return found

    async def devices_of(self, tenant_id: str) -> Sequence[str]:
        """Return the ids of the devices of a tenant that have settings."""
        async with self._database.read() as session:
            return await repository.device_ids(session, tenant_id)

    async def put(self, tenant_id: str, device_id: str, change: PhoneSettingsChange) -> PhoneSettings:
        """Change the settings of a device, or create them, which needs maker and MAC. Raise Invalid, NotFound."""
        device = await self._deps.identity.devices.get(tenant_id, device_id)
        extension = self._directory.extension_by_id(device.extension_id)
        if extension is None:
            raise NotFound("There is no such device.")
        async with self._database.begin() as uow:
            before = await self._locked(uow, tenant_id, device_id)
            if self._directory.device(device_id) is None:  # its settings may be deleted already
                raise NotFound("There is no such device.")
            settings = before or self._new(tenant_id, device_id, extension.id, change)
            settings = replace(
                settings,
                maker=change.maker or settings.maker,
                mac=parse_mac(change.mac) if change.mac is not None else settings.mac,
                keys=check_keys(change.keys) if change.keys is not None else settings.keys,
            )
            await repository.save(uow.session, self._keys, settings, extension.subject)
        return settings

    async def open(self, tenant_id: str, device_id: str) -> SettingsLink:
        """Return a new link and open its window; an earlier link becomes invalid. Raise NotFound, Conflict."""
        until = self._clock.now() + WINDOW
        async with self._database.begin() as uow:
            settings = await self._locked(uow, tenant_id, device_id)
            extension = self._directory.extension_by_id(settings.extension_id) if settings is not None else None
            device = self._directory.device(device_id)
            if settings is None or extension is None or device is None:
                raise _no_settings()
            if not device.enabled:
                raise Conflict("The device is disabled.", hint="Enable it first.")
            opened = replace(settings, salt=self._clock.random_bytes(16).hex(), open_until=until)
            await repository.save(uow.session, self._keys, opened, extension.subject)
        self._issued.pop(device_id, None)
        code = self._addresses.code(tenant_id, device_id, opened.salt, "settings")
        return SettingsLink(until, code, settings_file_name(opened.maker, opened.mac))

    async def delete(self, tenant_id: str, device_id: str) -> None:
        """Delete the settings of a device: its addresses become invalid. Raise NotFound."""
        async with self._database.begin() as uow:
            if await self._locked(uow, tenant_id, device_id) is None:
                raise _no_settings()
            await repository.delete_of(uow.session, tenant_id, device_id=device_id)

    # ---- phones

    async def fetch(self, code: str, file_name: str, source: str, reached: Reached) -> PhoneFile:
        """Return the settings file for the holder of a code; `source` is the address of the phone.

        Raise NotFound, the same for a wrong code, a wrong MAC address and an unknown device, TooManyRequests after
        several of them. Names of other files are not counted: phones ask for several of these first.
        """
        if not names_a_phone(file_name):
            raise _no_settings()
        settings = await self._require(code, source, "settings")
        if not names_mac(file_name, settings.mac):
            raise _no_settings()
        await self._throttle.record_success(source)
        server = reached.server
        login = await self._login(settings, source) if server is not None else None
        if server is None or (login is None and settings.maker == "generic"):
            raise _no_settings()
        values = self._values(settings, login, server, f"{reached.base_url}{FILES_PATH}/{code}/", reached.base_url)
        async with self._database.begin() as uow:
            today = self._clock.now().date()
            await repository.mark_fetched(uow.session, settings.tenant_id, settings.device_id, today)
        return render_settings(settings.maker, values, self._deps.codes.of(settings.tenant_id))

    async def phone_book(self, code: str, source: str, company_contacts: CompanyContacts = _none) -> PhoneFile:
        """Return the directory of the tenant, without people who have objected, and company contacts up to
        `MAX_BOOK_ENTRIES`, for the holder of a code. Raise as `fetch`."""
        settings = await self._require(code, source, "book")
        await self._throttle.record_success(source)
        extensions = self._directory.extensions(settings.tenant_id)
        listed = self._deps.consents.without_objection(extensions, "directory")
        found = [(self._directory.display_name(each), each.number) for each in listed]
        room = max(MAX_BOOK_ENTRIES - len(found), 0)
        found += sorted(company_contacts(settings.tenant_id))[:room]
        return render_phone_book(settings.maker, sorted((name or number, number) for name, number in found))

    # ---- events

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the settings of an erased subject. Idempotent."""
        async with self._database.begin() as uow:
            await repository.delete_of(uow.session, tenant_id, subject=subject)

    async def on_device_revoked(self, event: DeviceRevoked, uow: UnitOfWork) -> None:
        """Delete the settings of a deleted device; those of a disabled one, or with a new password, stay. Outbox
        handler."""
        await _lock(uow, event.device_id)  # what is being changed is stored before
        if self._directory.device(event.device_id) is None:
            await repository.delete_of(uow.session, event.tenant, device_id=event.device_id)

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Delete the settings of the extension's devices. Outbox handler."""
        await repository.delete_of(uow.session, event.tenant, extension_id=event.extension_id)

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the settings of a tenant. Outbox handler."""
        await repository.delete_of(uow.session, event.tenant)

    # ---- internals

    async def _locked(self, uow: UnitOfWork, tenant_id: str, device_id: str) -> PhoneSettings | None:
        """Lock the settings of a device until the commit and return them as stored now, None without."""
        await _lock(uow, device_id)
        return await repository.find(uow.session, self._keys, tenant_id, device_id)

    def _new(self, tenant_id: str, device_id: str, extension_id: str, change: PhoneSettingsChange) -> PhoneSettings:
        if change.maker is None or change.mac is None:
            missing = "maker" if change.maker is None else "mac"
            raise Invalid("New settings need the maker and the MAC address of the phone.", field=missing)
        return PhoneSettings(
            device_id=device_id,
            tenant_id=tenant_id,
            extension_id=extension_id,
            maker=change.maker,
            created=self._clock.now(),
            open_until=None,
            last_fetched=None,
            mac=parse_mac(change.mac),
            salt=self._clock.random_bytes(16).hex(),
        )

    async def _require(self, code: str, source: str, purpose: Purpose) -> PhoneSettings:
        """Return the settings of a valid code. Every attempt counts until its success is recorded."""
        retry_after = await self._throttle.attempt(source)
        if retry_after:
            raise TooManyRequests("Too many failed attempts.", retry_after=retry_after)
        address = parse_code(code)
        device = self._directory.device(address.device_id) if address is not None else None
        if address is None or device is None or not device.enabled or device.tenant_id != address.tenant_id:
            raise _no_settings()
        return await self._verified(address, purpose)

    async def _verified(self, address: PhoneAddress, purpose: Purpose) -> PhoneSettings:
        async with self._database.read() as session:
            found = await repository.find(session, self._keys, address.tenant_id, address.device_id)
        if found is None or not self._addresses.is_valid(address, found.salt, purpose):
            raise _no_settings()
        return found

    async def _login(self, settings: PhoneSettings, source: str) -> SipLogin | None:
        """Return the login with a new password while the window is open, which closes it; None afterwards."""
        now, device_id = self._clock.monotonic(), settings.device_id
        for each in [name for name, one in self._issued.items() if one.until <= now]:
            del self._issued[each]
        issued = self._issued.get(device_id)
        if issued is not None:
            return issued.login if issued.source == source else None
        async with self._database.begin() as uow:
            opened = await repository.close_window(uow.session, settings.tenant_id, device_id, self._clock.now())
        if not opened:
            return None
        made = await self._deps.identity.devices.renew_password(settings.tenant_id, device_id)
        if len(self._issued) < MAX_ISSUED:
            self._issued[device_id] = _Issued(made.login, source, now + REPEAT_SECONDS)
        return made.login

    def _values(
        self, settings: PhoneSettings, login: SipLogin | None, server: PhoneServer, own_url: str, base_url: str
    ) -> PhoneValues:
        directory, tenant_id = self._directory, settings.tenant_id
        device, tenant = directory.device(settings.device_id), directory.tenant(tenant_id)
        extension = directory.extension_by_id(device.extension_id) if device is not None else None
        if extension is None or tenant is None or device is None:
            raise _no_settings()
        zone = directory.time_zone(tenant_id)
        book = self._addresses.code(tenant_id, settings.device_id, settings.salt, "book")
        return PhoneValues(
            number=extension.number,
            name=directory.display_name(extension) or extension.number,
            domain=tenant.domain,
            username=device.username,
            password=login.password if login is not None else None,
            server=server,
            mac=settings.mac,
            keys=settings.keys,
            settings_url=own_url,
            book_url=f"{base_url}{BOOKS_PATH}/{book}/phonebook.xml",
            utc_offset=utc_offset(zone, self._clock.now()),
            time_zone=posix_rule(zone),
            language=directory.language(tenant_id, extension.person_id),
        )


async def _lock(uow: UnitOfWork, device_id: str) -> None:
    await lock_scope(uow.session, "phone settings", device_id)


def _no_settings() -> NotFound:
    return NotFound("There are no settings for this phone.")
