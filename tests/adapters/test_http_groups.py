"""Ring groups over HTTP: managed by administrators, listed by all users, refused in words."""

from http_world import World

from unificx.trunks import NewTrunk

GROUPS = "/api/v1/groups"


async def test_administrators_manage_groups_and_all_users_list_them(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    wanted = {"number": "6000", "members": ["1001+1002"], "strategy": "in_turn", "name_prefix": "Sales: "}
    made = await admin.post(GROUPS, json={**wanted, "otherwise": "extension:1002"})
    assert made.status_code == 201, made.text
    group = made.json()
    assert (group["name"], group["members"], group["otherwise"]) == ("6000", ["1001+1002"], "extension:1002")
    assert [one["number"] for one in (await user.get(GROUPS)).json()["items"]] == ["6000"]
    changed = await admin.patch(f"{GROUPS}/6000", json={"members": ["1002", "1001"], "otherwise": "hangup:busy"})
    assert (changed.json()["members"], changed.json()["otherwise"]) == (["1002", "1001"], "hangup:busy")
    for answer in (
        await user.post(GROUPS, json=wanted),
        await user.patch(f"{GROUPS}/6000", json={"name": "Mine"}),
        await user.delete(f"{GROUPS}/6000"),
    ):
        assert answer.status_code == 403
    assert (await admin.delete(f"{GROUPS}/{group['id']}")).status_code == 204
    assert (await admin.get(f"{GROUPS}/6000")).status_code == 404


async def test_wrong_destinations_are_refused_with_their_field_and_use_is_named(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    for otherwise in ("group:6000", "extension:1009", "moon:1", "not a destination"):
        answer = await admin.post(GROUPS, json={"number": "6000", "members": ["1001"], "otherwise": otherwise})
        assert answer.status_code == 422, answer.text
        assert "otherwise" in answer.text
    assert (await admin.get(GROUPS)).json()["items"] == []
    made = await admin.post(GROUPS, json={"number": "6000", "members": ["1001"], "otherwise": "extension:1001"})
    assert made.status_code == 201
    refused = await admin.delete("/api/v1/extensions/1001")
    assert refused.status_code == 409
    assert "extension:1001 is used by group:6000" in refused.text


async def test_numbers_outside_are_members_beside_extensions(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    wanted = {"number": "6000", "members": ["1001++491725550001+1002", "+491725550002"], "strategy": "in_turn"}
    refused = await admin.post(GROUPS, json=wanted)
    assert refused.status_code == 422
    assert "No trunk can take this call" in refused.text
    assert "members" in refused.text
    await world.services.trunks.create(world.acme.id, NewTrunk("carrier", "carrier.example"))
    route = await admin.post("/api/v1/routes", json={"name": "outside", "pattern": "+.", "trunks": ["carrier"]})
    assert route.status_code == 201, route.text
    made = await admin.post(GROUPS, json=wanted)
    assert made.status_code == 201, made.text
    assert made.json()["members"] == wanted["members"]
    shown = (await admin.get(f"{GROUPS}/6000")).json()
    [listed] = (await user.get(GROUPS)).json()["items"]
    assert listed["members"] == (await user.get(f"{GROUPS}/6000")).json()["members"] == ["1001+1002"]
    changed = await admin.patch(f"{GROUPS}/6000", json={"members": shown["members"][1:]})
    assert changed.json()["members"] == ["+491725550002"]
    for wrong in ("+49112", "+", "1001+", "+499001234567"):
        answer = await admin.patch(f"{GROUPS}/6000", json={"members": [wrong]})
        assert answer.status_code == (200 if wrong == "1001+" else 422), (wrong, answer.text)
