"""The user's own calls over HTTP: list, click to dial, transfer."""

import pytest
from http_world import FakeCall, World

from unificx.calls import ParkedCall
from unificx.identity import Role
from unificx.identity.policies.key_rate import MAX_CALLS


async def test_users_see_and_transfer_only_their_own_calls(world: World) -> None:
    user, other = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    own = [one.id for one in [world.identity.directory.extension(world.acme.id, "1001")] if one is not None]
    now = world.clock.now()
    world.calls.live_calls = [
        FakeCall("one", world.acme.id, now, extensions=(own[0], "e-9")),
        FakeCall("two", world.acme.id, now, extensions=(own[0],)),
    ]
    assert [each["id"] for each in (await user.get("/api/v1/me/calls")).json()["items"]] == ["one", "two"]
    assert (await other.get("/api/v1/me/calls")).json()["items"] == []
    assert (await user.post("/api/v1/calls/one/transfer", json={"to": "*85"})).status_code == 204
    assert (await user.post("/api/v1/calls/one/transfer", json={"consultation": "two"})).status_code == 204
    assert (await user.post("/api/v1/calls/one/transfer", json={"room": "r-1"})).status_code == 204
    assert world.calls.requests == [("transfer", "one", "*85"), ("join", "one", "two"), ("add", "one", "r-1")]
    for body in ({}, {"to": "1003", "consultation": "two"}, {"to": ""}, {"to": "1" * 65}):
        assert (await user.post("/api/v1/calls/one/transfer", json=body)).status_code == 422, body
    assert (await other.post("/api/v1/calls/one/transfer", json={"to": "1003"})).status_code == 404
    assert (await world.client().post("/api/v1/calls/one/transfer", json={"to": "1003"})).status_code == 401


async def test_users_see_the_parked_calls_of_their_tenant(world: World) -> None:
    user, outsider = await world.user(world.acme, "1001"), await world.user(world.globex, "1001")
    held = ParkedCall(3, "one", world.clock.now(), "1002", "1003", "Carol")
    world.calls.parked_calls[world.acme.id] = [held]
    [shown] = (await user.get("/api/v1/parked")).json()["items"]
    assert (shown["place"], shown["call_id"], shown["by"], shown["number"], shown["name"]) == (
        *(3, "one", "1002", "1003", "Carol"),
    )
    assert (await outsider.get("/api/v1/parked")).json()["items"] == []
    assert (await outsider.get("/api/v1/parked", params={"tenant": "acme"})).status_code == 404
    assert (await world.client().get("/api/v1/parked")).status_code == 401
    admin = await world.admin(world.acme)
    assert (await admin.get("/api/v1/tenants/acme")).json()["park_seconds"] == 90
    changed = await admin.patch("/api/v1/tenants/acme", json={"park_seconds": 30})
    assert (changed.status_code, changed.json()["park_seconds"]) == (200, 30)
    assert world.identity.directory.park_seconds(world.acme.id) == 30
    assert (await admin.patch("/api/v1/tenants/acme", json={"park_seconds": 1})).status_code == 422


@pytest.mark.promise("C10")
async def test_a_call_is_converted_to_a_conference_with_invitations(world: World) -> None:
    user, other = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    admin = await world.admin(world.acme)
    own = world.identity.directory.extension(world.acme.id, "1001")
    assert own is not None
    world.calls.live_calls = [FakeCall("one", world.acme.id, world.clock.now(), extensions=(own.id,))]
    assert (await other.post("/api/v1/calls/one/room")).status_code == 404
    key = {"Idempotency-Key": "k-1"}
    first, again = [await user.post("/api/v1/calls/one/room", headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, again.json())
    room = first.json()
    assert (room["ad_hoc"], room["number"], room["hosts"], room["has_pin"]) == (True, "", ["1001"], False)
    assert [one["room"] for one in (await user.get("/api/v1/me/calls")).json()["items"]] == [room["id"]]
    there = f"/api/v1/rooms/{room['id']}"
    assert (await user.get(there)).json() == room
    assert (await user.get("/api/v1/rooms")).json()["items"] == []
    assert (await other.post(f"{there}/invitations", json={"number": "1003"})).status_code == 403
    assert (await user.post(f"{there}/invitations", json={"number": "1003"})).status_code == 202
    assert world.dialer.dialed == [("", "", "1003")]
    assert (await admin.patch(there, json={"name": "Mine"})).status_code == 409
    assert (await admin.delete(there)).status_code == 409


async def test_click_to_dial_rings_the_own_device_first(world: World) -> None:
    user = await world.user(world.acme, "1001")
    extension = world.identity.directory.extension(world.acme.id, "1001")
    other = world.identity.directory.extension(world.acme.id, "1002") or (
        (await world.user(world.acme, "1002")) and None
    )
    assert extension is not None
    [device, *_] = [each.device_id for each in world.identity.directory.devices_of(extension.id)]
    answer = await user.post("/api/v1/calls", json={"to": "1002"})
    assert (answer.status_code, answer.json()) == (201, {"id": "call-9"})
    assert (await user.post("/api/v1/calls", json={"to": "1002", "device": device})).status_code == 201
    assert world.calls.requests == [("dial", extension.id, "", "1002"), ("dial", extension.id, device, "1002")]
    assert other is None
    theirs = world.identity.directory.extension(world.acme.id, "1002")
    assert theirs is not None
    [foreign, *_] = [each.device_id for each in world.identity.directory.devices_of(theirs.id)]
    for wrong in (foreign, "nobody"):
        assert (await user.post("/api/v1/calls", json={"to": "1002", "device": wrong})).status_code == 422
    await world.person(world.acme, "office@acme.example", Role.TENANT_ADMIN)
    office = await world.signed_in("office@acme.example")
    answer = await office.post("/api/v1/calls", json={"to": "1002"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_a_key_places_a_limited_number_of_calls_per_minute(world: World) -> None:
    user = await world.user(world.acme, "1001")
    made = [(await user.post("/api/v1/api-keys", json={"name": name})).json()["token"] for name in ("CRM", "Door")]
    program, other = [world.client(Authorization=f"Bearer {token}") for token in made]
    call = {"to": "1002"}
    assert [(await program.post("/api/v1/calls", json=call)).status_code for _ in range(MAX_CALLS)] == [201] * MAX_CALLS
    world.clock.advance(20)
    refused = await program.post("/api/v1/calls", json=call)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "40")
    assert (await other.post("/api/v1/calls", json=call)).status_code == 201
    assert (await user.post("/api/v1/calls", json=call)).status_code == 201
    world.clock.advance(41)
    assert (await program.post("/api/v1/calls", json=call)).status_code == 201


async def test_a_call_in_the_name_of_a_group_or_queue_of_the_extension(world: World) -> None:
    user, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    await world.user(world.acme, "1002")
    for path, new in (
        ("queues", {"number": "6500", "agents": [{"extension": "1001"}]}),
        ("groups", {"number": "6000", "members": ["1001"]}),
        ("queues", {"number": "6501", "agents": [{"extension": "1002"}]}),
        ("groups", {"number": "6001", "members": ["1002"]}),
    ):
        assert (await admin.post(f"/api/v1/{path}", json=new)).status_code == 201
    for reference, status in (
        ("queue:6500", 201), ("group:6000", 201), ("", 201), ("queue:6501", 422), ("group:6001", 422),
        ("queue:6000", 422), ("extension:1001", 422),
    ):  # fmt: skip
        made = await user.post("/api/v1/calls", json={"to": "1002", "calling_for": reference})
        assert made.status_code == status, reference
    assert [one[3:] for one in world.calls.requests] == [("1002", "queue:6500"), ("1002", "group:6000"), ("1002",)]


@pytest.mark.parametrize("path", ["/api/v1/me/calls"])
async def test_a_user_without_extension_has_no_calls(world: World, path: str) -> None:
    operator = world.client(operator=True)
    assert (await operator.get(path)).json()["items"] == []


@pytest.mark.promise("T3")
async def test_administrators_act_for_an_extension_and_users_for_themselves(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    other = await world.admin(world.globex)
    extension = await world.identity.extensions.get(world.acme.id, "1001")
    world.calls.live_calls = [
        FakeCall("c1", world.acme.id, world.clock.now(), extensions=(extension.id,)),
        FakeCall("c2", world.acme.id, world.clock.now()),
    ]
    acting = {"extension": "1001"}
    for client, call_id, body, status in (
        (user, "c1", {}, 204),
        (user, "c1", acting, 204),
        (user, "c2", {}, 404),
        (admin, "c1", acting, 204),
        (admin, "c2", acting, 404),
        (admin, "c1", {"extension": "1999"}, 422),
        (other, "c1", {"extension": extension.id}, 422),
        (await world.user(world.acme, "1002"), "c1", acting, 403),
    ):
        answer = await client.post(f"/api/v1/calls/{call_id}/answer", json=body)
        assert answer.status_code == status, f"{call_id} {body}: {answer.text}"
    assert (await admin.post("/api/v1/calls", json={"to": "1002", **acting})).status_code == 201
    assert world.calls.requests[-1] == ("dial", extension.id, "", "1002")
    assert (await admin.post("/api/v1/calls/c1/transfer", json={"to": "1003", **acting})).status_code == 204
    assert (await user.post("/api/v1/calls/c2/hang-up", json={})).status_code == 404
    assert (await user.post("/api/v1/calls/c1/hang-up", json={})).status_code == 204
    assert [one.id for one in world.calls.live_calls] == ["c2"]
