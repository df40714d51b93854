"""Shared phones: administrators share them, users sign in by extension and PIN, and out by phone, app or portal."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from app_harness import AppHarness
from http_world import World

from unificx.identity import Extension, NewExtension
from unificx.identity.policies.validation import last_time
from unificx.voicemail import MailboxSettingsChange, SharedPhoneDependencies, shared_phone_apps

PIN = "8264"


async def shared_phone(world: World, admin: httpx.AsyncClient) -> dict[str, Any]:
    """Return the phone in the lobby, which is shared."""
    await world.identity.extensions.create(world.acme.id, NewExtension("1090", "Lobby"))
    made = await admin.post("/api/v1/devices", json={"extension": "1090", "name": "Lobby phone"})
    assert made.status_code == 201, made.text
    shared = await admin.patch(f"/api/v1/devices/{made.json()['id']}", json={"shared": True})
    assert shared.status_code == 200, shared.text
    assert (shared.json()["shared"], shared.json()["used_by"]) == (True, None)
    return shared.json()


def extension(world: World, number: str) -> Extension:
    found = world.identity.directory.extension(world.acme.id, number)
    assert found is not None
    return found


async def dial(world: World, phone: dict[str, Any], app: int, *arguments: str, pins: tuple[str, ...] = ()) -> list[str]:
    """Sign in (0) or out (1) at the phone; return what was played."""
    identity = world.identity
    apps = shared_phone_apps(
        SharedPhoneDependencies(
            world.services.mailboxes, identity.devices, identity.directory, world.database, world.services.audit
        )
    )
    device = identity.directory.device(phone["id"])
    assert device is not None
    caller = identity.directory.extension_by_id(device.extension_id)
    keys = {"voicemail/enter-pin": [f"{each}#" for each in pins]}
    harness = AppHarness(
        apps[app], mailbox=None, caller=caller, device=phone["id"], arguments=arguments, digits=keys, clock=world.clock
    )
    await harness.run()
    return harness.played


@pytest.fixture
async def admin(world: World) -> httpx.AsyncClient:
    return await world.admin(world.acme)


async def test_a_user_signs_in_by_phone_and_out_by_app(world: World, admin: httpx.AsyncClient) -> None:
    anna, ben = [await world.user(world.acme, each) for each in ("1001", "1002")]
    phone, own = await shared_phone(world, admin), extension(world, "1001")
    await world.services.mailboxes.change_mailbox(own, MailboxSettingsChange(pin=PIN))
    played = await dial(world, phone, 0, "1001", pins=("1111", PIN))
    assert [each for each in played if "enter" not in each] == [
        "voicemail/wrong-pin",
        "presence/signed-in",
        "general/goodbye",
    ]
    device = world.identity.directory.device(phone["id"])
    assert device is not None
    assert device.extension_id == own.id
    [listed] = [
        each
        for each in (await anna.get("/api/v1/devices", params={"extension": "1001"})).json()["items"]
        if each["id"] == phone["id"]
    ]
    assert (listed["used_by"], listed["used_since"] is not None) == ("1001", True)
    acts = (await admin.get("/api/v1/audit/entries")).json()["items"]
    [act] = [each for each in acts if each["action"] == "sign_in_at_phone"]
    assert act["object"] == f"device:{phone['id']}"
    await world.identity.start()  # as after a restart
    assert world.identity.directory.device(phone["id"]) == device
    path = f"/api/v1/devices/{phone['id']}/sign-out"
    assert (await ben.post(path)).status_code == 404
    assert (await anna.delete(f"/api/v1/devices/{phone['id']}")).status_code == 404
    out = await anna.post(path)
    assert (out.status_code, out.json()["used_by"]) == (200, None), out.text
    assert world.identity.directory.devices_of(extension(world, "1090").id)[0].home_extension_id == ""
    assert (await admin.post(path)).status_code == 409


async def test_a_user_is_signed_in_at_one_phone(world: World, admin: httpx.AsyncClient) -> None:
    await world.user(world.acme, "1001")
    first, own = await shared_phone(world, admin), extension(world, "1001")
    made = await admin.post("/api/v1/devices", json={"extension": "1090", "name": "Second"})
    second = (await admin.patch(f"/api/v1/devices/{made.json()['id']}", json={"shared": True})).json()
    for phone in (first, second):
        await world.identity.devices.sign_in(world.acme.id, phone["id"], own)
    users = [(await admin.get(f"/api/v1/devices/{each['id']}")).json()["used_by"] for each in (first, second)]
    assert users == [None, "1001"]
    assert (await dial(world, second, 1))[0] == "presence/signed-out"
    assert (await admin.get(f"/api/v1/devices/{second['id']}")).json()["used_by"] is None
    await world.identity.devices.sign_in(world.acme.id, first["id"], own)
    unshared = await admin.patch(f"/api/v1/devices/{first['id']}", json={"shared": False})
    assert (unshared.json()["shared"], unshared.json()["used_by"]) == (False, None)
    assert (await dial(world, first, 0, "1001"))[0] == "presence/not-shared"


async def test_users_are_signed_out_at_the_time_of_their_tenant(world: World, admin: httpx.AsyncClient) -> None:
    await world.user(world.acme, "1001")
    phone = await shared_phone(world, admin)
    refused = await admin.patch("/api/v1/tenants/acme", json={"sign_out_time": "25:00"})
    assert (refused.status_code, refused.json()["field"]) == (422, "sign_out_time")
    ahead = (world.clock.now() + timedelta(hours=2)).strftime("%H:%M")
    changed = await admin.patch("/api/v1/tenants/acme", json={"sign_out_time": ahead, "time_zone": "UTC"})
    assert changed.json()["sign_out_time"] == ahead, changed.text
    await world.identity.devices.sign_in(world.acme.id, phone["id"], extension(world, "1001"))
    used: list[str] = []
    for hours in (1, 2):
        world.clock.advance(hours * 3600)
        await world.identity.devices.sign_out_due()
        device = world.identity.directory.device(phone["id"])
        used.append(device.home_extension_id if device is not None else "deleted")
    assert used == [extension(world, "1090").id, ""]


async def test_a_tenant_that_fails_does_not_leave_users_of_others_signed_in(
    world: World, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.user(world.acme, "1001")
    phone, devices = await shared_phone(world, admin), world.identity.devices
    await admin.patch("/api/v1/tenants/acme", json={"sign_out_time": "12:00", "time_zone": "UTC"})
    await devices.sign_in(world.acme.id, phone["id"], extension(world, "1001"))
    world.clock.advance(86_400)
    of_unknown = ["unknown", world.acme.id]
    monkeypatch.setattr(world.identity.directory, "tenants_of_used_phones", lambda: of_unknown)
    await devices.sign_out_due()
    device = world.identity.directory.device(phone["id"])
    assert device is not None
    assert device.home_extension_id == ""


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-07-01T00:59", "2026-06-30T01:00"),
        ("2026-07-01T01:00", "2026-07-01T01:00"),
        ("2026-01-05T01:30", "2026-01-04T02:00"),
    ],
)
def test_the_last_time_of_day_is_local(now: str, last: str) -> None:
    at = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, last)]
    assert last_time("03:00", at[0], ZoneInfo("Europe/Berlin")) == at[1]


@pytest.mark.parametrize("number", ["1001", "1002", "9999"])
async def test_neither_numbers_nor_pins_can_be_guessed(world: World, admin: httpx.AsyncClient, number: str) -> None:
    await world.user(world.acme, "1001")  # with a PIN
    await world.user(world.acme, "1002")  # without one
    phone = await shared_phone(world, admin)
    await world.services.mailboxes.change_mailbox(extension(world, "1001"), MailboxSettingsChange(pin=PIN))
    refused = ["voicemail/enter-pin", "voicemail/wrong-pin"]
    pins = ("1111", "2222", "3333")
    assert await dial(world, phone, 0, number, pins=pins) == [*refused * 3, "general/too-many-tries", "general/goodbye"]
    played = await dial(world, phone, 0, number, pins=("4444", "5555", PIN))
    assert played == [*refused * 2, "voicemail/enter-pin", "general/too-many-tries", "general/goodbye"]
    assert (await admin.get(f"/api/v1/devices/{phone['id']}")).json()["used_by"] is None


async def test_phones_of_users_are_not_shared(world: World, admin: httpx.AsyncClient) -> None:
    anna = await world.user(world.acme, "1001")
    made = (await anna.post("/api/v1/devices", json={"extension": "1001", "name": "Own"})).json()
    for client in (anna, admin):
        refused = await client.patch(f"/api/v1/devices/{made['id']}", json={"shared": True})
        assert (refused.status_code, refused.json()["field"]) == (409, "shared")
