"""Erasure of a person by API: rights, proof of identity, bad input."""

import json
from datetime import timedelta

import pytest
from http_world import PASSWORD, World

from unificx.identity import Role
from unificx.privacy import ErasureSchedules, verify


async def test_an_administrator_erases_a_person_once(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    person_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    path = f"/api/v1/persons/{person_id}/erasure"
    plan = (await admin.get(path)).json()
    held = {each["kind"]: each["count"] for each in plan["held"]}
    assert (held["account"], held["extensions"], held["sessions"], plan["receipt"]) == (1, 1, 1, None)
    assert (await admin.put(path, json={"digest": "0" * 64})).json()["code"] == "plan_changed"
    assert (await admin.put(path, json={"digest": "x"})).status_code == 422
    answer = await admin.put(path, json={"digest": plan["digest"]})
    assert (answer.status_code, answer.json()["failed"]) == (200, [])
    assert (await user.get("/api/v1/me")).status_code == 401
    again = await admin.put(path, json={"digest": "0" * 64})
    assert again.json() == answer.json() == (await admin.get(path)).json()["receipt"]


async def test_a_plan_names_what_leads_nowhere_afterwards(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    path = f"/api/v1/persons/{(await user.get('/api/v1/me')).json()['person']['id']}/erasure"
    hours = {"name": "office", "open": ["mon-fri 09:00-17:00"], "then": "extension:1001", "otherwise": "mailbox:1001"}
    assert (await admin.post("/api/v1/hours", json=hours)).status_code == 201
    await admin.patch("/api/v1/extensions/1001", json={"forward_always": "mailbox:1001"})
    plan = (await admin.get(path)).json()
    assert plan["leading_nowhere"] == ["hours:office"]
    assert (await user.get("/api/v1/me/closing")).json()["leading_nowhere"] == []
    assert (await admin.put(path, json={"digest": plan["digest"]})).status_code == 200


@pytest.mark.promise("D3")
async def test_a_scheduled_erasure_is_shown_and_can_be_cancelled(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    path = f"/api/v1/persons/{(await user.get('/api/v1/me')).json()['person']['id']}/erasure"
    body = {"digest": (await admin.get(path)).json()["digest"], "days": 3}
    assert (await user.put(f"{path}/schedule", json=body)).status_code == 403
    assert (await admin.put(f"{path}/schedule", json={**body, "days": 0})).status_code == 422
    due = (await admin.put(f"{path}/schedule", json=body)).json()["due"]
    assert (await admin.get(path)).json()["scheduled"] == due
    listed = "/api/v1/erasures/scheduled"
    [found] = (await admin.get(listed)).json()["items"]
    assert (found["due"], found["own"], found["person_id"] in path) == (due, False, True)
    assert (await (await world.admin(world.globex)).get(listed)).json()["items"] == []
    assert (await user.get(listed)).status_code == 403
    assert (await user.delete(f"{path}/schedule")).status_code == 403
    assert (await admin.delete(f"{path}/schedule")).status_code == 204
    assert (await admin.delete(f"{path}/schedule")).status_code == 404
    assert (await admin.get(listed)).json()["items"] == []
    assert (await admin.put(f"{path}/schedule", json=body)).status_code == 200
    assert (await user.get("/api/v1/me")).status_code == 200, "until it begins"
    world.clock.advance(11 * 60)
    refused = await admin.put(f"{path}/schedule", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "prove_yourself")
    world.clock.advance(3 * 86400)
    await ErasureSchedules(world.services.erasures).begin_due()
    plan = (await world.client(operator=True).get(f"{path}?tenant={world.acme.id}")).json()
    assert (plan["receipt"]["failed"], plan["scheduled"]) == ([], None)


@pytest.mark.promise("D3", "U9")
async def test_people_close_their_account_see_the_consequences_and_can_take_it_back(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    other = await world.user(world.acme, "1002")
    own, person_id = "/api/v1/me/closing", (await user.get("/api/v1/me")).json()["person"]["id"]
    by_admin = f"/api/v1/persons/{person_id}/erasure"
    plan = (await user.get(own)).json()
    assert (plan["person_id"], plan["held"]) == (person_id, (await admin.get(by_admin)).json()["held"])
    assert (await admin.get(own)).status_code == 409, "the last administrator"
    body = {"digest": plan["digest"]}
    assert (await admin.put(own)).status_code == 409
    assert (await user.delete(own)).status_code == 404
    world.clock.advance(11 * 60)
    assert (await user.put(own)).json()["code"] == "prove_yourself"
    proof = {"password": PASSWORD}
    assert (await user.post("/api/v1/me/proofs", json=proof)).status_code == 204
    made = await user.put(own)
    assert (made.status_code, made.json()["due"]) == (
        200,
        (world.clock.now() + timedelta(days=14)).isoformat()[:-6] + "Z",
    )
    assert (await other.get(own)).json()["scheduled"] is None
    assert (await other.delete(own)).status_code == 404
    assert (await user.delete(own)).status_code == 204
    assert (await user.get(own)).json()["scheduled"] is None

    await admin.post("/api/v1/me/proofs", json=proof)
    assert (await admin.put(f"{by_admin}/schedule", json={**body, "days": 3})).status_code == 200
    assert (await user.put(own)).status_code == 409
    assert (await user.delete(own)).status_code == 404
    assert (await admin.delete(f"{by_admin}/schedule")).status_code == 204
    assert (await user.put(own)).status_code == 200
    [listed] = (await admin.get("/api/v1/erasures/scheduled")).json()["items"]
    assert (listed["person_id"], listed["own"]) == (person_id, True)
    world.clock.advance(14 * 86_400)
    await ErasureSchedules(world.services.erasures).begin_due()
    receipt = (await world.client(operator=True).get(f"{by_admin}?tenant={world.acme.id}")).json()["receipt"]
    assert receipt["failed"] == []


async def test_other_tenants_and_users_may_not_erase(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    other, elsewhere = await world.user(world.acme, "1002"), await world.admin(world.globex)
    path = f"/api/v1/persons/{(await user.get('/api/v1/me')).json()['person']['id']}/erasure"
    body = {"digest": "0" * 64}
    for client, status in ((user, 403), (other, 403), (elsewhere, 404)):
        assert (await client.get(path)).status_code == status
        assert (await client.put(path, json=body)).status_code == status
    assert (await admin.get("/api/v1/persons/nobody/erasure")).status_code == 404
    assert (await admin.put("/api/v1/persons/nobody/erasure", json=body)).status_code == 404


async def test_the_last_administrator_and_operator_stay(world: World) -> None:
    admin, console = await world.admin(world.acme), world.client(operator=True)
    me = (await admin.get("/api/v1/me")).json()["person"]["id"]
    refused = await admin.get(f"/api/v1/persons/{me}/erasure")
    assert (refused.status_code, "last administrator" in refused.json()["detail"]) == (409, True)
    [operator] = (await console.get("/api/v1/persons?tenant=operator")).json()["items"]
    answer = await console.get(f"/api/v1/persons/{operator['id']}/erasure?tenant=operator")
    assert (answer.status_code, "last operator" in answer.json()["detail"]) == (409, True)

    account, role = f"/api/v1/persons/{me}", {"role": "user"}
    for request in (admin.patch(account, json=role), admin.delete(account)):
        refused = await request
        assert (refused.status_code, "last administrator" in refused.json()["detail"]) == (409, True)
    await world.person(world.acme, "second@acme.example", Role.TENANT_ADMIN)
    refused = await admin.patch(account, json={"state": "suspended"})  # as for several selected people
    assert (refused.status_code, "suspend yourself" in refused.json()["detail"]) == (409, True)
    assert (await admin.patch(account, json=role)).status_code == 200


async def test_an_erasure_needs_a_recent_proof_of_identity(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    path = f"/api/v1/persons/{(await user.get('/api/v1/me')).json()['person']['id']}/erasure"
    world.clock.advance(11 * 60)
    digest = (await admin.get(path)).json()["digest"]
    refused = await admin.put(path, json={"digest": digest})
    assert (refused.status_code, refused.json()["code"]) == (403, "prove_yourself")


@pytest.mark.promise("D3", "R4")
async def test_a_number_outside_is_erased_with_a_receipt(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    for number in ("+491701234567", "+491709999999"):
        await world.record_call(world.acme, number, "1001")
    subject = world.services.rights.requests.subjects.of_number(world.acme.id, "+491701234567")
    assert subject is not None
    refused = await admin.post("/api/v1/erasures", json={"number": "+491701234567", "digest": "0" * 64})
    assert refused.json()["code"] == "plan_changed"
    plan = (await admin.post("/api/v1/erasures/plan", json={"number": "0170 / 123 45 67"})).json()
    held = {each["kind"]: each["count"] for each in plan["held"]}
    assert (plan["person_id"], held["party of calls"], held["account"]) == (subject, 1, 0)
    body = {"number": "+49 170 1234567", "digest": plan["digest"]}
    answer = await admin.post("/api/v1/erasures", json=body)
    receipt = verify(json.dumps(answer.json()).encode())
    assert (receipt["person"], receipt["failed"]) == (subject, [])
    assert {each["kind"] for each in receipt["removed"]} == {"party of calls", "key of the person"}
    calls = (await admin.get("/api/v1/history")).text
    assert "+491701234567" not in calls
    assert "+491709999999" in calls
    assert world.keys.is_destroyed(world.acme.id, subject)
    assert (await admin.post("/api/v1/erasures", json=body)).status_code == 404


async def test_only_known_numbers_outside_are_erased_by_administrators(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    await world.record_call(world.globex, "+491701234567", "2001")
    body = {"number": "+491701234567", "digest": "0" * 64}
    for path in ("/api/v1/erasures/plan", "/api/v1/erasures"):
        sent = body if path.endswith("erasures") else {"number": body["number"]}
        assert (await user.post(path, json=sent)).status_code == 403
        assert (await admin.post(path, json=sent)).status_code == 404
        assert (await admin.post(path, json={**sent, "number": "1001"})).status_code == 422
