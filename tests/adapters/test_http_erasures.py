"""Erasure of a person by API: rights, proof of identity, bad input."""

from http_world import World


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


async def test_an_erasure_needs_a_recent_proof_of_identity(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    path = f"/api/v1/persons/{(await user.get('/api/v1/me')).json()['person']['id']}/erasure"
    world.clock.advance(11 * 60)
    digest = (await admin.get(path)).json()["digest"]
    refused = await admin.put(path, json={"digest": digest})
    assert (refused.status_code, refused.json()["code"]) == (403, "prove_yourself")
