"""The directory: all users of a tenant see its names and numbers, and nothing else."""

import pytest
from http_world import World

from unificx.identity import NewExtension


async def test_a_user_sees_names_and_numbers_of_the_own_tenant_only(world: World) -> None:
    user = await world.user(world.acme, "1001")
    await world.identity.extensions.create(world.acme.id, NewExtension("1002", "Ada Example", "ada@acme.example"))
    await world.identity.extensions.create(world.globex.id, NewExtension("1003", "Stranger", ""))

    answer = await user.get("/api/v1/directory")

    assert answer.status_code == 200
    assert [(one["name"], one["number"]) for one in answer.json()["items"]] == [
        ("Phone 1001", "1001"),
        ("Ada Example", "1002"),
    ]
    assert all(set(one) == {"id", "name", "number", "department"} for one in answer.json()["items"])
    assert "acme.example" not in answer.text


@pytest.mark.parametrize("limit", [1, 2, 5])
async def test_the_directory_is_paged(world: World, limit: int) -> None:
    user = await world.user(world.acme, "1001")
    for number in ("1002", "1003", "1004"):
        await world.identity.extensions.create(world.acme.id, NewExtension(number, f"Phone {number}", ""))

    found: list[str] = []
    query = {"limit": str(limit)}
    while True:
        page = (await user.get("/api/v1/directory", params=query)).json()
        found += [one["number"] for one in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert found == ["1001", "1002", "1003", "1004"]


async def test_every_user_sees_the_feature_codes(world: World) -> None:
    user = await world.user(world.acme, "1001")
    items = (await user.get("/api/v1/feature-codes")).json()["items"]
    [fetch] = [each for each in items if each["code"] == "*86"]
    assert (fetch["name"], fetch["argument"], fetch["optional"]) == ("fetch", "slot", True)
    assert all(each["text"]["en"] and each["text"]["de"] for each in items)
    assert (await world.client().get("/api/v1/feature-codes")).status_code == 401


async def test_an_administrator_changes_a_feature_code_of_the_own_tenant(world: World) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    path = "/api/v1/feature-codes/park"
    assert (await anna.patch(path, json={"code": "*70"})).status_code == 403
    refused = await admin.patch(path, json={"code": "*86"})
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "*86 is dialled for the code *86: Retrieve a parked call.",
    )
    assert (await admin.patch(path, json={"code": "112"})).status_code == 422
    changed = await admin.patch(path, json={"code": "*70"})
    assert (changed.status_code, changed.json()["code"], changed.json()["default"]) == (200, "*70", "*85")
    await admin.patch("/api/v1/feature-codes/echo", json={"code": ""})
    items = (await anna.get("/api/v1/feature-codes")).json()["items"]
    codes = {each["name"]: each["code"] for each in items}
    assert (codes["park"], codes["echo"], codes["fetch"]) == ("*70", "", "*86")
    assert (await admin.patch("/api/v1/feature-codes/unknown", json={"code": "*70"})).status_code == 404
    other = await world.user(world.globex, "2001")
    codes = {each["name"]: each["code"] for each in (await other.get("/api/v1/feature-codes")).json()["items"]}
    assert codes["park"] == "*85"


async def test_the_directory_requires_authentication(world: World) -> None:
    await world.user(world.acme, "1001")
    assert (await world.client().get("/api/v1/directory")).status_code == 401
