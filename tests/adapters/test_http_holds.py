"""Holds by API: placed and released by administrators, opened after a proof of identity, and a tenant that stays."""

import pytest
from http_world import World

from unificx.core.errors import NotFound

HOLDS = "/api/v1/privacy/holds"
TEXTS = {"authority": "Court of Bonn", "reason": "12 O 3/26", "review": "2030-01-01"}


@pytest.mark.promise("D3")
async def test_a_hold_delays_an_erasure_and_only_administrators_open_what_it_holds(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    person = (await user.get("/api/v1/me")).json()["person"]["id"]
    await world.record_call(world.acme, "+491701234567", "1001", stored=False)
    placed = await admin.post(HOLDS, json={**TEXTS, "person": person})
    assert (placed.status_code, placed.json()["objects"], placed.json()["overdue"]) == (201, {"call": 1}, False)
    objects = f"{HOLDS}/{placed.json()['id']}/objects"
    path = f"/api/v1/persons/{person}/erasure"
    receipt = (await admin.put(path, json={"digest": (await admin.get(path)).json()["digest"]})).json()
    assert [each["kind"] for each in receipt["kept"] if each["area"] == "held objects"] == ["call"]
    assert (await user.get("/api/v1/me")).status_code == 401
    [call] = (await admin.get("/api/v1/history")).json()["items"]
    assert call["callee"] is None
    [opened] = (await admin.get(objects)).json()["items"]
    assert ("1001" in {each["number"] for each in opened["parties"]}, opened["id"]) == (True, call["id"])
    world.clock.advance(11 * 60)
    release = placed.json()["id"] + "/release"
    for refused in (await admin.get(objects), await admin.put(f"{HOLDS}/{release}")):
        assert (refused.status_code, refused.json()["code"]) == (403, "prove_yourself")
    console = world.client(operator=True)
    ended = (await console.put(f"{HOLDS}/{release}?tenant={world.acme.id}")).json()
    assert (ended["authority"], ended["reason"], ended["objects"]) == ("", "", {})
    await world.services.erasures.resume()
    last = (await console.get(f"{path}?tenant={world.acme.id}")).json()["receipt"]
    assert (last["id"], last["failed"]) == (receipt["id"], [])
    assert (await console.get(f"{objects}?tenant={world.acme.id}")).json()["items"] == []


@pytest.mark.promise("D3")
async def test_a_tenant_and_a_call_with_a_hold_cannot_be_deleted(world: World) -> None:
    admin, console = await world.admin(world.acme), world.client(operator=True)
    await world.user(world.acme, "1001")
    await world.record_call(world.acme, "+491701234567", "1001")
    [call] = (await admin.get("/api/v1/history")).json()["items"]
    hold = (await admin.post(HOLDS, json={**TEXTS, "kind": "call", "object": call["id"]})).json()["id"]
    with pytest.raises(NotFound):
        await world.services.holds.get(world.globex.id, hold)
    refused = await console.delete(f"/api/v1/tenants/{world.acme.id}")
    assert (refused.status_code, "under a hold" in refused.json()["detail"]) == (409, True)
    erase = f"/api/v1/history/{call['id']}/erase"
    assert (await admin.post(erase)).status_code == 409
    assert (await admin.put(f"{HOLDS}/{hold}/release")).status_code == 200
    assert (await admin.post(erase)).status_code == 204
    assert (await console.delete(f"/api/v1/tenants/{world.acme.id}")).status_code == 204


async def test_a_hold_names_one_target_and_its_text_is_for_administrators(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    for wrong in ({}, {"kind": "call"}, {"person": "x", "number": "+491701234567"}, {"kind": "call", "person": "x"}):
        assert (await admin.post(HOLDS, json={**TEXTS, **wrong})).status_code == 422
    assert (await admin.post(HOLDS, json={**TEXTS, "number": "+491701234567"})).status_code == 404
    assert (await admin.post(HOLDS, json={**TEXTS, "person": "x", "review": "2020-01-01"})).status_code in {404, 422}
    for unknown in (await admin.get(f"{HOLDS}/x/objects"), await admin.put(f"{HOLDS}/x/release")):
        assert unknown.status_code == 404
    assert (await user.get(HOLDS)).status_code == 403
    assert (await user.post(HOLDS, json={**TEXTS, "number": "+491701234567"})).status_code == 403
