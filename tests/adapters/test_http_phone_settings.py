"""Phones that fetch their settings: management by API, and the phone's own requests."""

import httpx
from http_world import FakePhones, World

from unificx.api import Registration, SipServerAddress
from unificx.identity import NewExtension

NEW = {"maker": "yealink", "mac": "80:5E:C0:12:34:56", "keys": [{"number": "1002", "label": "Berta"}]}


async def phone_of(world: World, admin: httpx.AsyncClient) -> str:
    """Create a device; return its path."""
    phones = world.services.live.phones
    assert isinstance(phones, FakePhones)
    phones.addresses = [SipServerAddress("tls", "pbx.example.com", 5061), SipServerAddress("udp", "192.0.2.1", 5060)]
    await world.identity.extensions.create(world.acme.id, NewExtension("1001", "Anna"))
    made = await admin.post("/api/v1/devices", json={"extension": "1001", "name": "Desk", "kind": "phone"})
    return f"/api/v1/devices/{made.json()['id']}"


async def test_a_desk_phone_sets_itself_up(world: World) -> None:
    admin = await world.admin(world.acme)
    path = await phone_of(world, admin)
    assert (await admin.get(f"{path}/settings")).status_code == 404
    made = await admin.put(f"{path}/settings", json=NEW)
    assert made.status_code == 200, made.text
    key = {"kind": "blf", "number": "1002", "label": "Berta"}
    assert (made.json()["mac"], made.json()["keys"], made.json()["open_until"]) == ("805ec0123456", [key], None)
    link = await admin.post(f"{path}/settings/link")
    assert link.status_code == 201, link.text
    assert link.json()["file_url"] == link.json()["url"] + "805ec0123456.cfg"
    phone = world.client()
    answer = await phone.get(link.json()["file_url"])
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    settings = dict(line.split(" = ", 1) for line in answer.text.splitlines()[1:])
    assert settings["account.1.outbound_proxy.1.address"] == "192.0.2.1"
    assert settings["account.1.password"]
    book = await phone.get(settings["remote_phonebook.data.1.url"])
    assert (book.status_code, book.headers["content-type"]) == (200, "application/xml")
    assert "<Telephone>1001</Telephone>" in book.text
    wrong = await phone.get(link.json()["url"] + "805ec0123457.cfg")
    unknown = await phone.get("/api/v1/provisioning/phones/a.b.c/805ec0123456.cfg")
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.status_code == 404
    assert (await admin.delete(f"{path}/settings")).status_code == 204
    assert (await phone.get(link.json()["file_url"])).status_code == 404


async def test_settings_are_served_encrypted_only(world: World) -> None:
    admin = await world.admin(world.acme)
    path = await phone_of(world, admin)
    await admin.put(f"{path}/settings", json=NEW)
    link = (await admin.post(f"{path}/settings/link")).json()["file_url"]
    plain = link.replace("https://", "http://")
    assert (await world.client(address="8.8.4.4").get(plain)).status_code == 404
    outside = world.client(Authorization=admin.headers["Authorization"])
    assert (await outside.post(f"http://pbx.example.com{path}/settings/link")).status_code == 409
    local = world.client(address="127.0.0.1", Authorization=admin.headers["Authorization"])
    made = await local.post(f"http://127.0.0.1:8080{path}/settings/link")
    assert made.status_code == 201, made.text
    assert (await world.client(address="192.168.1.5").get(made.json()["file_url"])).status_code == 200


async def test_users_manage_their_own_phones_only(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1005")
    path = await phone_of(world, admin)
    for method in ("GET", "PUT", "DELETE"):
        assert (
            await user.request(method, f"{path}/settings", json=NEW if method == "PUT" else None)
        ).status_code == 404
    assert (await user.post(f"{path}/check-sync", json={})).status_code == 404
    own = (await user.post("/api/v1/devices", json={"extension": "1005", "name": "Mine", "kind": "phone"})).json()["id"]
    assert (await user.put(f"/api/v1/devices/{own}/settings", json=NEW)).status_code == 200


async def test_bad_values_name_their_field(world: World) -> None:
    admin = await world.admin(world.acme)
    path = await phone_of(world, admin)
    for change, field in (({"mac": "80:5E:C0:12:34:56"}, "maker"), ({**NEW, "mac": "phone"}, "mac")):
        answer = await admin.put(f"{path}/settings", json=change)
        assert (
            answer.status_code,
            answer.json()["errors"][0]["field"] if "errors" in answer.json() else answer.json()["field"],
        ) == (422, field)


async def test_check_sync_reaches_a_registered_phone(world: World) -> None:
    admin = await world.admin(world.acme)
    path, phones = await phone_of(world, admin), world.services.live.phones
    assert isinstance(phones, FakePhones)
    assert (await admin.post(f"{path}/check-sync", json={"reboot": True})).status_code == 409
    device_id = path.rpartition("/")[2]
    phones.registrations[device_id] = Registration(world.clock.now(), "udp", "192.0.2.9", "")
    assert (await admin.post(f"{path}/check-sync", json={})).status_code == 204
    assert phones.synchronized == [(device_id, True), (device_id, False)]
