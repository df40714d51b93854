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


async def test_the_directory_requires_authentication(world: World) -> None:
    await world.user(world.acme, "1001")
    assert (await world.client().get("/api/v1/directory")).status_code == 401
