"""Phones that fetch their settings, on both databases: links, passwords, and deletion."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from identity_factory import identity_on
from lock_waits import begin_within
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.cluster.local import LocalCounters
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound, TooManyRequests
from unificx.db import Database
from unificx.identity import Device, DeviceChange, Extension, Identity, NewDevice, NewExtension, NewTenant
from unificx.identity.events import DeviceRevoked, ExtensionDeleted, TenantDeleted
from unificx.privacy import Consents, KeyStore
from unificx.provisioning import (
    PhoneKey,
    PhoneServer,
    PhoneSettingsChange,
    PhoneSettingsDependencies,
    PhoneSettingsService,
    Reached,
    repository,
)
from unificx.provisioning.rendering import settings_file_name
from unificx.provisioning.service import REPEAT_SECONDS

MAC = "805ec0123456"
FILE = f"{MAC}.cfg"
PHONE, OUTSIDER = "192.0.2.7", "203.0.113.9"
REACHED = Reached("https://pbx.example.com/api/v1", PhoneServer("pbx.example.com", 5061, "tls", srtp=True))
NEW = PhoneSettingsChange("yealink", "80:5E:C0:12:34:56", (PhoneKey("blf", "1002", "Berta"),))


@dataclass
class Office:
    """A tenant with one extension and its desk phone."""

    people: Identity
    phones: PhoneSettingsService
    tenant: str
    extension: Extension
    device: Device
    consents: Consents

    async def link(self) -> str:
        return (await self.phones.open(self.tenant, self.device.id)).code

    async def fetch(self, code: str, name: str = FILE, source: str = PHONE) -> str:
        return (await self.phones.fetch(code, name, source, REACHED)).body


@pytest.fixture
async def office(database: Database, keys: KeyStore, clock: ManualClock) -> Office:
    people = identity_on(database, keys, clock)
    await people.start()
    tenant = await people.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example", language="de"))
    anna = (await people.extensions.create(tenant.id, NewExtension("1001", "Anna <&>"))).extension
    made = await people.devices.create(tenant.id, NewDevice(anna.id, "Desk", "phone"))
    consents = Consents(database, keys)
    parts = PhoneSettingsDependencies(database, keys, people, clock, LocalCounters(clock), consents, bytes(32))
    return Office(people, PhoneSettingsService(parts), tenant.id, anna, made.device, consents)


def password_of(settings: str) -> str | None:
    found = [line.partition(" = ")[2] for line in settings.splitlines() if line.startswith("account.1.password")]
    return found[0] if found else None


async def test_without_a_server_for_phones_no_settings_are_given_out(office: Office) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    code = await office.link()
    with pytest.raises(NotFound):
        await office.phones.fetch(code, FILE, PHONE, Reached("https://pbx.example.com/api/v1", None))
    assert password_of(await office.fetch(code)) is not None, "the password is still to be fetched"


@pytest.mark.promise("D3")
async def test_the_phone_of_an_erased_user_gets_no_settings(office: Office) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    code = await office.link()
    office.people.directory.evict_subject(office.extension.subject)
    for refused in (office.phones.put(office.tenant, office.device.id, NEW), office.link(), office.fetch(code)):
        with pytest.raises(NotFound):
            await refused


async def test_the_phones_of_a_tenant_that_have_settings(office: Office) -> None:
    assert await office.phones.devices_of(office.tenant) == []
    await office.phones.put(office.tenant, office.device.id, NEW)
    assert await office.phones.devices_of(office.tenant) == [office.device.id]
    assert await office.phones.devices_of("another") == []


async def test_a_phone_gets_its_password_once(office: Office, clock: ManualClock) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    code = await office.link()
    before = office.people.directory.device(office.device.id)
    first = await office.fetch(code)
    after = office.people.directory.device(office.device.id)
    assert password_of(first)
    assert before is not None
    assert after is not None
    assert before.ha1_sha256 != after.ha1_sha256
    assert f"account.1.auth_name = {office.device.username}" in first
    assert "linekey.2.label = Berta" in first
    assert "lang.gui = German" in first
    assert await office.fetch(code) == first
    assert password_of(await office.fetch(code, source=OUTSIDER)) is None
    clock.advance(121)
    assert password_of(await office.fetch(code)) is None
    settings = await office.phones.get(office.tenant, office.device.id)
    assert (settings.open_until, settings.last_fetched) == (None, clock.now().date())


async def test_a_link_that_was_not_used_within_an_hour_gives_no_password(office: Office, clock: ManualClock) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    code = await office.link()
    clock.advance(3601)
    assert password_of(await office.fetch(code)) is None
    assert password_of(await office.fetch(await office.link())) is not None


async def test_a_new_link_replaces_the_old_one(office: Office) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    old, new = await office.link(), await office.link()
    with pytest.raises(NotFound):
        await office.fetch(old)
    assert password_of(await office.fetch(new))


async def test_a_new_link_takes_back_no_change(office: Office) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    for number in range(8):
        keys = (PhoneKey("blf", str(1002 + number), "Berta"),)
        mac = f"80:5E:C0:12:34:{number:02}"
        await asyncio.gather(
            office.link(),
            office.phones.put(office.tenant, office.device.id, PhoneSettingsChange(keys=keys)),
            office.phones.put(office.tenant, office.device.id, PhoneSettingsChange(mac=mac)),
        )
        stored = await office.phones.get(office.tenant, office.device.id)
        assert (stored.keys, stored.mac) == (keys, mac.replace(":", "").lower())
    await asyncio.gather(office.phones.delete(office.tenant, office.device.id), office.link(), return_exceptions=True)
    assert await office.phones.devices_of(office.tenant) == []


async def test_wrong_codes_and_files_look_the_same_and_are_slowed_down(office: Office, clock: ManualClock) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    code = await office.link()
    tenant, device, secret = code.split(".")
    wrong = [
        (code, "805ec0123457.cfg"),
        (code, "y000000000058.cfg"),
        (f"{code[:-1]}{'a' if code[-1] != 'a' else 'b'}", FILE),
    ]
    wrong += [(f"{tenant}.unknown.{secret}", FILE), (f"other.{device}.{secret}", FILE), ("x", FILE)]
    answers: set[str] = set()
    for one, name in wrong:
        clock.advance(6 * 3600 + 1)
        with pytest.raises(NotFound) as caught:
            await office.fetch(one, name, OUTSIDER)
        answers.add(f"{caught.value.message} {caught.value.hint} {caught.value.field}")
    assert len(answers) == 1
    for _ in range(4):
        with pytest.raises(NotFound):
            await office.fetch("x", FILE, OUTSIDER)
    with pytest.raises(TooManyRequests):
        await office.fetch(await office.link(), FILE, OUTSIDER)
    assert password_of(await office.fetch(await office.link()))


async def test_phones_behind_one_address_ask_for_other_files_first(office: Office) -> None:
    """As Yealink and Grandstream phones do at each start. A Yealink that finds `MAC.boot` asks for nothing else."""
    await office.phones.put(office.tenant, office.device.id, NEW)
    code = await office.link()
    common = ("y000000000000.boot", "y000000000058.cfg", "cfg.xml", "cfggxp2170.xml", f"{MAC}-local.cfg")
    for name in (f"{MAC}.boot", f"cfg{MAC}", *common) * 5:
        with pytest.raises(NotFound):
            await office.fetch(code, name)
    assert password_of(await office.fetch(code))


@pytest.mark.promise("D4")
async def test_the_phone_book_has_an_address_of_its_own(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.people.extensions.create(office.tenant, NewExtension("1002", "Berta"))
    await office.phones.put(office.tenant, office.device.id, NEW)
    code = await office.link()
    settings = await office.fetch(code)
    address = next(line for line in settings.splitlines() if line.startswith("remote_phonebook.data.1.url"))
    book = address.rpartition("/")[0].rpartition("/")[2]
    found = (await office.phones.phone_book(book, PHONE)).body
    assert "<Name>Anna &lt;&amp;&gt;</Name><Telephone>1001</Telephone>" in found
    assert "<Name>Berta</Name><Telephone>1002</Telephone>" in found
    contacts = [("Muster GmbH", "+49301234567"), ("Zentrale", "+49301234500")]
    named = (await office.phones.phone_book(book, PHONE, lambda tenant_id: contacts)).body
    assert named.index("<Name>Berta</Name>") < named.index(
        "<Name>Muster GmbH</Name><Telephone>+49301234567</Telephone>"
    )
    monkeypatch.setattr("unificx.provisioning.service.MAX_BOOK_ENTRIES", 3)
    short = (await office.phones.phone_book(book, PHONE, lambda tenant_id: contacts)).body
    assert ("Berta" in short, "Muster" in short, "Zentrale" in short) == (True, True, False)
    await office.consents.object_to(office.tenant, office.extension.subject, "directory", objects=True, locale="en")
    found = (await office.phones.phone_book(book, PHONE)).body
    assert ("Anna" in found, "Berta" in found) == (False, True)
    with pytest.raises(NotFound):
        await office.phones.phone_book(code, PHONE)
    with pytest.raises(NotFound):
        await office.fetch(book)


@pytest.mark.parametrize("maker", ["grandstream", "snom", "fanvil", "generic"])
async def test_another_maker_gets_another_file(office: Office, maker) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    await office.phones.put(office.tenant, office.device.id, PhoneSettingsChange(maker=maker))
    link = await office.phones.open(office.tenant, office.device.id)
    assert link.file_name == settings_file_name(maker, MAC)
    assert office.device.username in await office.fetch(link.code, link.file_name)


async def test_a_file_that_replaces_the_account_is_not_sent_without_the_password(
    office: Office, clock: ManualClock
) -> None:
    """Phones of makers merge settings without a password into their own; `generic` is the whole account of a client."""
    await office.phones.put(office.tenant, office.device.id, PhoneSettingsChange(maker="generic", mac=MAC))
    link = await office.phones.open(office.tenant, office.device.id)
    assert "auth_pass=" in await office.fetch(link.code, link.file_name)
    clock.advance(REPEAT_SECONDS)
    for _ in range(12):  # not a failed attempt: a client may ask each day
        with pytest.raises(NotFound):
            await office.fetch(link.code, link.file_name)
    link = await office.phones.open(office.tenant, office.device.id)
    assert "auth_pass=" in await office.fetch(link.code, link.file_name)


async def test_a_disabled_device_gets_nothing(office: Office) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    code = await office.link()
    await office.people.devices.update(office.tenant, office.device.id, DeviceChange(enabled=False))
    with pytest.raises(NotFound):
        await office.fetch(code)
    with pytest.raises(Conflict):
        await office.link()


async def test_bad_values_are_refused_and_nothing_is_stored(office: Office) -> None:
    for change, field in (
        (PhoneSettingsChange(mac=MAC), "maker"), (PhoneSettingsChange("snom"), "mac"), (PhoneSettingsChange("snom", "80:5E"), "mac"),
        (PhoneSettingsChange("snom", MAC, (PhoneKey("blf", "a b"),)), "keys"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            await office.phones.put(office.tenant, office.device.id, change)
        assert caught.value.field == field
    with pytest.raises(NotFound):
        await office.phones.get(office.tenant, office.device.id)
    with pytest.raises(NotFound):
        await office.phones.put("another", office.device.id, NEW)


async def test_mac_and_keys_are_sealed(office: Office, database: Database) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    async with database.read() as session:
        stored = (await session.execute(text("SELECT * FROM phone_settings"))).one()
    written = repr(tuple(stored)).encode()
    assert MAC.encode() not in written
    assert b"Berta" not in written


@pytest.mark.parametrize("way", ["device", "extension", "tenant", "subject"])
async def test_settings_are_deleted_with_their_owner(
    office: Office, database: Database, keys: KeyStore, way: str
) -> None:
    await office.phones.put(office.tenant, office.device.id, NEW)
    revoked = DeviceRevoked("f-1", office.tenant, office.device.id, office.extension.id)
    async with database.begin() as uow:
        await office.phones.on_device_revoked(revoked, uow)
    assert (await office.phones.get(office.tenant, office.device.id)).mac == MAC
    if way == "subject":
        keys.destroy(office.tenant, office.extension.subject)
        await office.phones.erase(office.tenant, office.extension.subject)
    async with database.begin() as uow:
        if way == "device":
            office.people.directory.drop_device(office.device.id)
            await office.phones.on_device_revoked(revoked, uow)
        elif way == "extension":
            await office.phones.on_extension_deleted(ExtensionDeleted("f-2", office.tenant, office.extension.id), uow)
        elif way == "tenant":
            await office.phones.on_tenant_deleted(TenantDeleted("f-3", office.tenant), uow)
    async with database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM phone_settings"))).scalar() == 0


@pytest.mark.parametrize("deleted", ["before", "within"])
async def test_settings_of_a_device_that_is_deleted_meanwhile_do_not_stay(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch, deleted: str
) -> None:
    """The device is deleted before or within the transaction that stores its settings."""
    get, save = office.people.devices.get, repository.save
    deleting = list[asyncio.Future[None]]()

    async def on_deleted() -> None:
        async with database.begin() as uow:
            revoked = DeviceRevoked("f-1", office.tenant, office.device.id, office.extension.id)
            await office.phones.on_device_revoked(revoked, uow)

    async def get_before(tenant_id: str, device_id: str) -> Device:
        found = await get(tenant_id, device_id)
        await office.people.devices.delete(tenant_id, device_id)
        await on_deleted()
        return found

    async def save_within(session: AsyncSession, *arguments: Any) -> None:
        office.people.directory.drop_device(office.device.id)
        deleting.append(await begin_within(session, on_deleted()))
        await save(session, *arguments)

    if deleted == "before":
        monkeypatch.setattr(office.people.devices, "get", get_before)
        with pytest.raises(NotFound):
            await office.phones.put(office.tenant, office.device.id, NEW)
    else:
        monkeypatch.setattr(repository, "save", save_within)
        await office.phones.put(office.tenant, office.device.id, NEW)
        await deleting[0]
    assert await office.phones.devices_of(office.tenant) == []
