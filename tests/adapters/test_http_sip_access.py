"""SIP access of the client: its credentials and its device."""

import pytest
from http_world import World

from unificx.api import IceServer
from unificx.identity import Role

ACCESS = "/api/v1/me/sip-access"


@pytest.mark.promise("U1", "C6")
async def test_a_session_has_one_device(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    first = (await ada.post(ACCESS)).json()
    again = (await ada.post(ACCESS)).json()
    elsewhere = await world.signed_in("user1001@acme.example")
    other = (await elsewhere.post(ACCESS)).json()
    assert first["instance_id"] == again["instance_id"] != other["instance_id"]
    extension = world.identity.directory.extension(world.acme.id, "1001")
    assert extension is not None
    devices = (await ada.get("/api/v1/devices", params={"extension": "1001"})).json()["items"]
    clients = [one["id"] for one in devices if one["kind"] == "client"]
    assert {f"<urn:uuid:{one}>" for one in clients} == {first["instance_id"], other["instance_id"]}
    assert first | {"instance_id": "", "bearer": "", "expires": ""} == {
        "extension_id": extension.id,
        "number": "1001",
        "name": "Phone 1001",
        "domain": "acme.example",
        "uri": "sip:1001@acme.example",
        "websocket": "/sip",
        "ice_servers": [],
        "instance_id": "",
        "bearer": "",
        "expires": "",
    }
    assert first["bearer"] == f"proof-of-{first['instance_id'][10:-1]}"


@pytest.mark.promise("C6")
async def test_the_device_ends_with_its_session(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    device_id = (await ada.post(ACCESS)).json()["instance_id"][10:-1]
    assert world.identity.directory.device(device_id) is not None
    assert (await ada.delete("/api/v1/sessions/current")).status_code == 204
    assert world.identity.directory.device(device_id) is None


async def test_a_user_without_extension_gets_no_sip_access(world: World) -> None:
    await world.person(world.acme, "office@acme.example", Role.TENANT_ADMIN)
    office = await world.signed_in("office@acme.example")
    operator = world.client(operator=True)
    for client in (office, operator):
        answer = await client.post(ACCESS)
        assert (answer.status_code, answer.json()["code"]) == (409, "no_extension")
    assert (await world.client().post(ACCESS)).status_code == 401


async def test_a_session_whose_device_was_deleted_gets_another(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    device_id = (await ada.post(ACCESS)).json()["instance_id"][10:-1]
    assert (await ada.delete(f"/api/v1/devices/{device_id}")).status_code == 204
    assert (await ada.post(ACCESS)).json()["instance_id"][10:-1] != device_id


async def test_ice_servers_are_returned_with_credentials(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    world.telephony.servers = [IceServer(("stun:pbx.example.com",)), IceServer(("turn:pbx.example.com",), "1:a", "b")]
    assert (await ada.post(ACCESS)).json()["ice_servers"] == [
        {"urls": ["stun:pbx.example.com"]},
        {"urls": ["turn:pbx.example.com"], "username": "1:a", "credential": "b"},
    ]


async def test_reachability(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    assert (await ada.get("/api/v1/me/reachable")).json() == {"registered": False, "push": False}
    device_id = (await ada.post(ACCESS)).json()["instance_id"][10:-1]
    world.telephony.registered_devices.add(device_id)
    assert (await ada.get("/api/v1/me/reachable")).json() == {"registered": True, "push": False}
    world.telephony.registered_devices.clear()
    world.telephony.wakeable_devices.add(device_id)
    assert (await ada.get("/api/v1/me/reachable")).json() == {"registered": False, "push": True}


@pytest.mark.promise("U1")
async def test_a_call_is_declined_only_from_the_device_it_woke(world: World) -> None:
    ada, eve = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    device_id = (await ada.post(ACCESS)).json()["instance_id"][10:-1]
    decline = "/api/v1/me/calls/call-1/decline"
    world.calls.ringing_devices.add(("call-1", device_id))
    assert (await eve.post(decline)).status_code == 404
    assert (await world.client().post(decline)).status_code == 401
    assert (await ada.post(decline)).status_code == 204
    assert (await ada.post(decline)).json()["code"] == "not-found"
