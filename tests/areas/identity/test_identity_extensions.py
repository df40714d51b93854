"""Extensions and devices: credentials, directory updates, revocation."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from failing import PERSONAL, fail_first
from fake_notifier import FakeAccountNotifier
from sqlalchemy import text

from unificx.cluster import EventBus
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database
from unificx.identity import (
    DeviceChange,
    ExtensionChange,
    Identity,
    NewDevice,
    NewExtension,
    NewTenant,
    PersonChange,
    Principal,
    Role,
    Tenant,
    TenantChange,
)
from unificx.identity.events import DeviceRevoked, ExtensionCreated, ExtensionDeleted
from unificx.privacy import KeyStore

ADA = NewExtension("1001", "Ada Example", "Ada@Acme.example")


def record_events(bus: EventBus, kind: type) -> list:
    events: list = []
    bus.subscribe(kind, events.append)
    return events


@pytest.mark.promise("C2", "S2")
async def test_new_extension_can_register_at_once(people: Identity, acme: Tenant) -> None:
    made = await people.extensions.create(acme.id, ADA)
    login = made.login
    assert (login.domain, login.uri) == ("pbx.acme.example", "sip:1001@pbx.acme.example")
    groups = login.password.split("-")
    assert [len(each) for each in groups] == [4] * 6  # 120 bits in base32
    known = people.directory.device_by_username(login.username)
    assert known is not None
    assert known.enabled
    assert known.realm == acme.domain
    secret = f"{login.username}:{acme.domain}:{login.password}".encode()
    assert known.ha1 == {"MD5": hashlib.md5(secret).hexdigest(), "SHA-256": hashlib.sha256(secret).hexdigest()}
    assert people.directory.extension(acme.id, "1001") == made.extension
    assert people.directory.display_name(made.extension) == "Ada Example"


async def test_extension_belongs_to_the_user_of_the_address_case_insensitively(people: Identity, acme: Tenant) -> None:
    first = (await people.extensions.create(acme.id, ADA)).extension
    second = (await people.extensions.create(acme.id, NewExtension("1002", "Ada's desk", "ada@ACME.example"))).extension
    assert first.person_id == second.person_id is not None
    assert first.subject == second.subject
    person = await people.users.get(acme.id, first.person_id or "")
    assert (person.name, person.email, person.state) == ("Ada Example", "Ada@acme.example", "invited")
    assert len((await people.users.page(acme.id)).items) == 1


async def test_user_lists_only_their_own_extensions(people: Identity, acme: Tenant) -> None:
    first = (await people.extensions.create(acme.id, ADA)).extension
    second = (await people.extensions.create(acme.id, replace(ADA, number="1009"))).extension
    other = (await people.extensions.create(acme.id, NewExtension("1002", "Ben", "ben@acme.example"))).extension
    ada, ben = (Principal(one.person_id or "", acme.id, Role.USER) for one in (first, other))
    own = people.directory.extension_ids_of
    assert await people.extensions.of_principal(ada) == [first, second]
    assert (await people.users.current(ada)).extensions == (first, second)
    assert (own(ada.person_id), own(ben.person_id), own("")) == ((first.id, second.id), (other.id,), ())
    await people.extensions.delete(acme.id, first.id)
    await people.extensions.delete(acme.id, other.id)
    assert (own(ada.person_id), own(ben.person_id)) == ((second.id,), ())
    await people.users.close(acme.id, ada.person_id)
    assert own(ada.person_id) == ()
    with pytest.raises(NotFound):
        await people.users.current(ada)


async def test_extension_without_address_has_no_user(people: Identity, acme: Tenant) -> None:
    lobby = (await people.extensions.create(acme.id, NewExtension("20", "Lobby"))).extension
    assert lobby.person_id is None
    assert not (await people.users.page(acme.id)).items


async def test_number_is_unique_per_tenant(people: Identity, acme: Tenant, globex: Tenant) -> None:
    ours = await people.extensions.create(acme.id, ADA)
    with pytest.raises(Conflict):
        await people.extensions.create(acme.id, NewExtension("1001", "Ben"))
    theirs = await people.extensions.create(globex.id, NewExtension("1001", "Gus", "ada@acme.example"))
    assert theirs.extension.subject != ours.extension.subject
    assert theirs.login.username != ours.login.username
    assert people.directory.extension(acme.id, "1001") == ours.extension
    assert people.directory.extension(globex.id, "1001") == theirs.extension
    for reference in ("1001", ours.extension.id):
        assert people.directory.find_extension(acme.id, reference) == ours.extension
    assert people.directory.find_extension(acme.id, theirs.extension.id) is None
    assert people.directory.extension_numbers([ours.extension.id, "unknown"]) == ["1001"]
    assert [one.number for one in (await people.extensions.page(globex.id)).items] == ["1001"]
    ours_known = people.directory.device_by_username(ours.login.username)
    assert ours_known is not None
    assert ours_known.tenant_id == acme.id


@pytest.mark.promise("S2", "T3")
async def test_tenants_cannot_access_each_others_objects(people: Identity, acme: Tenant, globex: Tenant) -> None:
    made = await people.extensions.create(acme.id, ADA)
    person_id = made.extension.person_id or ""
    for attempt in (
        people.extensions.get(globex.id, made.extension.id),
        people.extensions.get(globex.id, "1001"),
        people.extensions.update(globex.id, made.extension.id, ExtensionChange(name="Mine")),
        people.extensions.delete(globex.id, made.extension.id),
        people.devices.get(globex.id, made.device.id),
        people.devices.update(globex.id, made.device.id, DeviceChange(enabled=False)),
        people.devices.renew_password(globex.id, made.device.id),
        people.devices.delete(globex.id, made.device.id),
        people.devices.create(globex.id, NewDevice(made.extension.id, "Mine")),
        people.users.get(globex.id, person_id),
        people.users.update(globex.id, person_id, PersonChange(name="Mine")),
        people.users.close(globex.id, person_id),
        people.passwords.set(globex.id, person_id, "ten letters and more"),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert not (await people.devices.page(globex.id)).items
    assert not (await people.devices.page(globex.id, made.extension.id)).items
    assert people.directory.device_by_username(made.login.username) is not None


@pytest.mark.promise("C6")
async def test_revoked_device_is_refused_at_once_and_published(people: Identity, acme: Tenant, bus: EventBus) -> None:
    made = await people.extensions.create(acme.id, ADA)
    other = await people.devices.create(acme.id, NewDevice(made.extension.id, "Kitchen", "softphone"))
    revoked = record_events(bus, DeviceRevoked)
    await people.devices.delete(acme.id, made.device.id)
    assert people.directory.device_by_username(made.login.username) is None
    assert people.directory.devices_of(made.extension.id) == (
        people.directory.device_by_username(other.login.username),
    )
    assert [(event.device_id, event.tenant) for event in revoked] == [(made.device.id, acme.id)]
    assert [one.id for one in (await people.devices.page(acme.id, made.extension.id)).items] == [other.device.id]


async def test_disabled_device_can_be_enabled_again(people: Identity, acme: Tenant, bus: EventBus) -> None:
    made = await people.extensions.create(acme.id, ADA)
    revoked = record_events(bus, DeviceRevoked)
    await people.devices.update(acme.id, made.device.id, DeviceChange(name="Desk", enabled=False))
    device = people.directory.device_by_username(made.login.username)
    assert device is not None
    assert not device.enabled
    assert len(revoked) == 1
    back = await people.devices.update(acme.id, made.device.id, DeviceChange(enabled=True))
    assert back == await people.devices.get(acme.id, made.device.id)
    assert (back.name, back.enabled) == ("Desk", True)
    device = people.directory.device(made.device.id)
    assert device is not None
    assert device.enabled
    assert people.directory.devices_of(made.extension.id) == (device,)
    assert len(revoked) == 1


async def test_new_password_invalidates_the_old_one(people: Identity, acme: Tenant) -> None:
    made = await people.extensions.create(acme.id, ADA)
    before = people.directory.device(made.device.id)
    renewed = await people.devices.renew_password(acme.id, made.device.id)
    after = people.directory.device(made.device.id)
    assert before is not None
    assert after is not None
    assert renewed.login.username == made.login.username
    assert renewed.login.password != made.login.password
    assert after.ha1_sha256 != before.ha1_sha256
    assert people.directory.devices_of(made.extension.id) == (after,)


@pytest.mark.promise("R1")
async def test_owner_is_notified_of_new_credentials(
    people: Identity, acme: Tenant, emails: FakeAccountNotifier
) -> None:
    made = await people.extensions.create(acme.id, ADA)
    owner = made.extension.person_id
    assert owner is not None
    await people.devices.create(acme.id, NewDevice(made.extension.id, "Desk"))
    await people.join_background_tasks()
    assert not emails.sent  # not invited yet
    await people.passwords.set(acme.id, owner, "a password of my own")
    await people.devices.create(acme.id, NewDevice(made.extension.id, "Mine"), owner)
    await people.devices.renew_password(acme.id, made.device.id, owner)
    other = await people.devices.create(acme.id, NewDevice(made.extension.id, "Kitchen"))
    await people.join_background_tasks()
    assert emails.of_kind("device_given") == [("Ada@acme.example", "Kitchen")]
    await people.devices.renew_password(acme.id, other.device.id, "somebody-else")
    await people.join_background_tasks()
    assert emails.of_kind("device_given") == [("Ada@acme.example", "Kitchen")] * 2


async def test_deleting_an_extension_deletes_devices_and_releases_the_number(
    people: Identity, acme: Tenant, bus: EventBus
) -> None:
    made = await people.extensions.create(acme.id, ADA)
    revoked, deleted, created = (
        record_events(bus, DeviceRevoked),
        record_events(bus, ExtensionDeleted),
        record_events(bus, ExtensionCreated),
    )
    await people.extensions.delete(acme.id, "1001")
    assert [event.device_id for event in revoked] == [made.device.id]
    assert [event.extension_id for event in deleted] == [made.extension.id]
    assert people.directory.extension(acme.id, "1001") is None
    assert people.directory.extension_by_id(made.extension.id) is None
    assert people.directory.device_by_username(made.login.username) is None
    with pytest.raises(NotFound):
        await people.devices.get(acme.id, made.device.id)
    again = await people.extensions.create(acme.id, ADA)
    assert again.extension.person_id == made.extension.person_id
    assert [event.extension_id for event in created] == [again.extension.id]


async def test_extension_can_be_changed(people: Identity, acme: Tenant) -> None:
    made = await people.extensions.create(acme.id, ADA)
    changed = await people.extensions.update(acme.id, made.extension.id, ExtensionChange("Ada", 45, 600))
    assert changed == replace(made.extension, name="Ada", ring_seconds=45, max_call_seconds=600)
    assert await people.extensions.get(acme.id, "1001") == changed
    assert people.directory.extension(acme.id, "1001") == changed


@pytest.mark.parametrize(
    "new",
    [
        NewExtension("1", "Ada"),
        NewExtension("123456789", "Ada"),
        NewExtension("10O1", "Ada"),
        NewExtension("١٠٠١", "Ada"),
        NewExtension("112", "Ada"),
        NewExtension("1001", " "),
        NewExtension("1001", "Ada\r\nVia: x"),
        NewExtension("1001", "Ada", "not an address"),
        NewExtension("1001", "Ada", ring_seconds=0),
        NewExtension("1001", "Ada", max_call_seconds=0),
    ],
)
async def test_rejected_extension_leaves_no_rows(people: Identity, acme: Tenant, new: NewExtension) -> None:
    with pytest.raises(Invalid) as refused:
        await people.extensions.create(acme.id, new)
    assert refused.value.field
    assert people.directory.extension(acme.id, new.number) is None
    assert not (await people.extensions.page(acme.id)).items
    assert not (await people.users.page(acme.id)).items


async def test_directory_is_identical_after_a_restart(
    people: Identity, acme: Tenant, open_people: Callable[[], Identity]
) -> None:
    made = await people.extensions.create(acme.id, ADA)
    other = await people.devices.create(acme.id, NewDevice(made.extension.id, "Kitchen"))
    lobby = await people.extensions.create(acme.id, NewExtension("20", "Lobby"))
    await people.devices.update(acme.id, other.device.id, DeviceChange(enabled=False))
    await people.users.update(acme.id, made.extension.person_id or "", PersonChange(state="suspended"))
    again = open_people()
    await again.start()
    assert again.directory.tenant_by_domain("PBX.acme.EXAMPLE") == acme
    for login in (made.login, other.login, lobby.login):
        known = again.directory.device_by_username(login.username)
        assert known == people.directory.device_by_username(login.username)
        assert known is not None
        assert known.enabled is (login is lobby.login)
    assert again.directory.extension(acme.id, "1001") == made.extension
    assert again.directory.person_subject(made.extension.person_id or "") == made.extension.subject


async def test_suspended_tenant_or_user_has_no_enabled_device(people: Identity, acme: Tenant) -> None:
    made = await people.extensions.create(acme.id, ADA)

    def works() -> bool:
        known = people.directory.device_by_username(made.login.username)
        assert known is not None
        assert people.directory.devices_of(made.extension.id) == (known,)
        return known.enabled

    await people.tenants.update(acme.id, TenantChange(state="suspended"))
    assert not works()
    await people.tenants.update(acme.id, TenantChange(state="active"))
    assert works()
    await people.users.update(acme.id, made.extension.person_id or "", PersonChange(state="suspended"))
    assert not works()
    await people.users.update(acme.id, made.extension.person_id or "", PersonChange(state="active"))
    assert works()


async def test_long_lists_are_paginated(people: Identity, acme: Tenant) -> None:
    for number in range(20, 27):
        await people.extensions.create(acme.id, NewExtension(str(number), "Desk"))
    seen: list[str] = []
    cursor = None
    while True:
        page = await people.extensions.page(acme.id, cursor, limit=3)
        assert len(page.items) <= 3
        seen += [one.number for one in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [str(number) for number in range(20, 27)]
    devices = await people.devices.page(acme.id, limit=7)
    assert (len(devices.items), devices.next) == (7, None)


async def test_last_used_date_is_known_at_once_and_stored_by_clean_up(
    people: Identity, acme: Tenant, open_people: Callable[[], Identity]
) -> None:
    made = await people.extensions.create(acme.id, ADA)
    assert (await people.devices.get(acme.id, made.device.id)).last_used is None
    people.devices.mark_used(made.device.id)
    people.devices.mark_used("nobody's")
    today = date(2026, 1, 5)
    assert (await people.devices.get(acme.id, made.device.id)).last_used == today
    assert [one.last_used for one in (await people.devices.page(acme.id)).items] == [today]
    await people.clean_up()
    assert (await people.devices.get(acme.id, made.device.id)).last_used == today
    assert (await open_people().devices.get(acme.id, made.device.id)).last_used == today


async def test_last_used_dates_are_stored_after_a_clean_up_that_failed(
    people: Identity, acme: Tenant, open_people: Callable[[], Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await people.extensions.create(acme.id, ADA)
    people.devices.mark_used(made.device.id)
    fail_first(monkeypatch, people.mfa, "clean_up")
    with pytest.raises(ValueError, match=PERSONAL):
        await people.clean_up()
    await people.clean_up()
    assert (await open_people().devices.get(acme.id, made.device.id)).last_used == date(2026, 1, 5)


@pytest.mark.promise("T2", "C1", "C2")
async def test_no_name_address_or_username_is_stored_in_the_clear(
    people: Identity, acme: Tenant, database: Database
) -> None:
    made = await people.extensions.create(acme.id, NewExtension("1001", "Quetzalcoatl", "quetzal@acme.example"))
    await people.passwords.set(acme.id, made.extension.person_id or "", "tezcatlipoca")
    await people.sign_in.by_password("quetzal@acme.example", "tezcatlipoca", source("203.0.113.77", "Xiuhcoatl/1.0"))
    dump = await dump_database(database)
    assert "1001" in dump  # internal number in the clear: proves that the scan works
    for secret in ("uetzal", "203.0.113", "iuhcoatl", "argon2", made.login.username, made.login.password):
        assert secret not in dump
    known = people.directory.device(made.device.id)
    assert known is not None
    for digest in known.ha1.values():
        assert digest not in dump


@pytest.mark.promise("D3", "R4")
async def test_devices_of_an_erased_user_are_refused_and_deleted(
    people: Identity, acme: Tenant, keys: KeyStore, open_people: Callable[[], Identity], bus: EventBus
) -> None:
    made = await people.extensions.create(acme.id, ADA)
    lobby = await people.extensions.create(acme.id, NewExtension("20", "Lobby"))
    events = record_events(bus, DeviceRevoked)
    keys.destroy(acme.id, made.extension.subject)
    people.directory.evict_subject(made.extension.subject)
    assert people.directory.device_by_username(made.login.username) is None
    assert people.directory.extension(acme.id, "1001") is None
    restarted = open_people()
    await restarted.start()
    assert restarted.directory.device_by_username(made.login.username) is None
    [person] = (await people.users.page(acme.id)).items
    assert (person.name, person.email, person.state) == ("", "", "closed")
    await people.users.erase(acme.id, made.extension.subject)
    await people.users.erase(acme.id, made.extension.subject)
    assert [event.device_id for event in events] == [made.device.id]
    assert not (await people.users.page(acme.id)).items
    assert [one.number for one in (await people.extensions.page(acme.id)).items] == ["20"]
    await people.users.erase(acme.id, lobby.extension.subject)
    assert people.directory.device_by_username(lobby.login.username) is None
    again = await people.extensions.create(acme.id, ADA)
    assert again.extension.subject != made.extension.subject


async def test_repr_contains_no_personal_values(people: Identity, acme: Tenant) -> None:
    made = await people.extensions.create(acme.id, ADA)
    person = await people.users.get(acme.id, made.extension.person_id or "")
    shown = repr((made, person, people.directory.device(made.device.id)))
    for secret in ("Ada", "acme.example'", made.login.username, made.login.password):
        assert secret not in shown.replace("domain='pbx.acme.example'", "").replace("realm='pbx.acme.example'", "")


async def test_domain_is_unique(people: Identity, acme: Tenant) -> None:
    with pytest.raises(Conflict):
        await people.tenants.create(NewTenant("other", "Other", "PBX.Acme.example."))
    with pytest.raises(Conflict):
        await people.tenants.create(NewTenant("acme", "Other", "other.example"))


def source(address: str, agent: str):
    from unificx.identity import SignInContext, SignInDevice, Source

    return SignInContext(Source(address, agent), SignInDevice("Tonatiuh's phone", "mobile"))


async def dump_database(database: Database) -> str:
    """Return every value of every row of this area and the outbox as text; bytes unchanged."""
    dump: list[str] = []
    async with database.read() as session:
        for table in ("tenant", "person", "credential", "session", "extension", "device", "outbox"):
            for row in await session.execute(text(f"SELECT * FROM {table}")):
                dump += [value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row]
    return "\n".join(dump)


@pytest.mark.promise("T3")
async def test_only_users_of_the_tenant_sign_in_at_shared_phones(
    people: Identity, acme: Tenant, globex: Tenant
) -> None:
    own = (await people.extensions.create(acme.id, ADA)).extension
    lobby = await people.extensions.create(acme.id, NewExtension("1090", "Lobby"))
    foreign = (await people.extensions.create(globex.id, NewExtension("1001", "Ben", "ben@globex.example"))).extension
    phone = lobby.device.id
    with pytest.raises(Conflict, match="not shared"):
        await people.devices.sign_in(acme.id, phone, own)
    await people.devices.update(acme.id, phone, DeviceChange(shared=True))
    for unused in (lobby.extension, foreign):
        with pytest.raises(Conflict, match="no user"):
            await people.devices.sign_in(acme.id, phone, unused)
    for tenant_id, device_id in ((acme.id, "unknown"), (globex.id, phone)):
        with pytest.raises(NotFound):
            await people.devices.sign_in(tenant_id, device_id, own)
    await people.devices.sign_in(acme.id, phone, own)
    assert (await people.devices.get(acme.id, phone)).used_by == own.id
