"""Client devices: one per session, created on demand, deleted with the session."""

import asyncio

import pytest

from unificx.identity import (
    DeviceChange,
    Identity,
    NewExtension,
    NewPerson,
    Person,
    SignedIn,
    SignInContext,
    SignInDevice,
    Source,
    Tenant,
)
from unificx.identity.errors import NoExtension, SessionExpired

EMAIL, PASSWORD = "ada@acme.example", "correct horse battery"


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", EMAIL, password=PASSWORD))


async def sign_in(people: Identity, name: str = "") -> SignedIn:
    signed = await people.sign_in.by_password(EMAIL, PASSWORD, SignInContext(Source(), SignInDevice(name, "mobile")))
    assert isinstance(signed, SignedIn)
    return signed


@pytest.mark.promise("C6")
async def test_session_gets_one_device_for_the_first_extension(people: Identity, acme: Tenant, ada: Person) -> None:
    for number in ("1001", "1002"):
        await people.extensions.create(acme.id, NewExtension(number, "Ada Example", EMAIL))
    who = (await sign_in(people, "Ada's phone")).principal
    first, again = await asyncio.gather(
        people.session_devices.get_or_create(who), people.session_devices.get_or_create(who)
    )
    assert first == again
    extension, device_id = first
    assert (extension.number, extension.person_id) == ("1001", ada.id)
    device = await people.devices.get(acme.id, device_id)
    assert (device.kind, device.name, device.extension_id) == ("client", "Ada's phone", extension.id)
    [session] = await people.sessions.of_person(acme.id, ada.id)
    assert session.device_id == device_id


async def test_each_session_has_its_own_device_with_a_default_name(people: Identity, acme: Tenant, ada: Person) -> None:
    await people.extensions.create(acme.id, NewExtension("1001", "Ada Example", EMAIL))
    ids = {(await people.session_devices.get_or_create((await sign_in(people)).principal))[1] for _ in range(2)}
    assert len(ids) == 2
    assert {(await people.devices.get(acme.id, one)).name for one in ids} == {"UnifiCX client"}


@pytest.mark.promise("C6", "T3")
async def test_device_ends_with_its_session_and_is_recreated_after_deletion(
    people: Identity, acme: Tenant, ada: Person
) -> None:
    await people.extensions.create(acme.id, NewExtension("1001", "Ada Example", EMAIL))
    signed = await sign_in(people)
    _, first = await people.session_devices.get_or_create(signed.principal)
    await people.devices.update(acme.id, first, DeviceChange(enabled=False))
    assert (await people.session_devices.get_or_create(signed.principal))[1] == first  # no new device while disabled
    await people.devices.delete(acme.id, first)
    _, second = await people.session_devices.get_or_create(signed.principal)
    assert second != first
    await people.sessions.sign_out(signed.token)
    assert people.directory.device(second) is None
    with pytest.raises(SessionExpired):
        await people.session_devices.get_or_create(signed.principal)


async def test_user_without_extension_has_no_device(people: Identity, ada: Person) -> None:
    with pytest.raises(NoExtension):
        await people.session_devices.get_or_create((await sign_in(people)).principal)
