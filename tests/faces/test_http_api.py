"""The API's nouns, each from create to delete."""

from http_world import PASSWORD, World, world  # noqa: F401


async def test_an_operator_makes_an_organisation_and_ends_it(world: World) -> None:  # noqa: F811
    operator = world.client(operator=True)

    made = await operator.post("/api/v1/tenants", json={"slug": "demo", "name": "Demo", "domain": "demo.example"})
    assert made.status_code == 201, made.text
    shown = await operator.get("/api/v1/tenants/demo")
    assert shown.json() == made.json()
    changed = await operator.patch("/api/v1/tenants/demo", json={"name": "Demonstration", "state": "suspended"})
    assert (changed.json()["name"], changed.json()["state"]) == ("Demonstration", "suspended")
    gone = await operator.delete(f"/api/v1/tenants/{made.json()['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await operator.get("/api/v1/tenants/demo")).status_code == 404
