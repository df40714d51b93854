"""Menus over HTTP: management, permissions, loops and use, prompts as text and as sounds."""

import httpx
import pytest
from http_world import World

from unificx.audio_store import MENU_SOUNDS
from unificx.identity.events import TenantDeleted
from unificx.media.sounds import Sound
from unificx.routing import CallApp, DestinationRef

MENUS = "/api/v1/menus"
NEW = {
    "number": "7000",
    "name": "Main",
    "say": "Welcome. For Reception, press one.",
    "keys": {"2": "hangup:busy", "1": "extension:1001"},
    "otherwise": "hangup",
}


def greetings(world: World) -> list[str]:
    return [one.name for one in world.services.custom_sounds.all(world.acme.id) if one.name.startswith(MENU_SOUNDS)]


async def created(admin: httpx.AsyncClient, **more: object) -> dict[str, object]:
    answer = await admin.post(MENUS, json={**NEW, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def refused(admin: httpx.AsyncClient, **more: object) -> tuple[int, str, str]:
    answer = await admin.post(MENUS, json={**NEW, "number": "7900", **more})
    problem = answer.json()
    return answer.status_code, problem.get("field", ""), problem["detail"]


async def test_administrators_manage_menus_and_users_list_them(world: World) -> None:
    user, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    menu = await created(admin)
    assert menu["keys"] == {"1": "extension:1001", "2": "hangup:busy"}
    assert (menu["otherwise"], menu["timeout"], menu["attempts"], menu["sound"]) == ("hangup", 5.0, 3, "")
    assert [one["number"] for one in (await user.get(MENUS)).json()["items"]] == ["7000"]
    [first] = greetings(world)
    change = {"name": "Night", "keys": {"1": "hangup"}, "direct_dial": True, "language": "de"}
    changed = (await admin.patch(f"{MENUS}/7000", json=change)).json()
    assert (changed["name"], changed["keys"], changed["direct_dial"]) == ("Night", {"1": "hangup"}, True)
    assert greetings(world) != [first]  # spoken again, in the other language
    reopened = type(world.services.menus)(world.services.menus._deps)
    await reopened.start()
    assert reopened.menus_of_tenant(world.acme.id) == world.services.menus.menus_of_tenant(world.acme.id)
    for answer in (await user.post(MENUS, json=NEW), await user.delete(f"{MENUS}/7000")):
        assert answer.status_code == 403
    outsider = await world.admin(world.globex)
    assert (await outsider.get(f"{MENUS}/{menu['id']}")).status_code == 404
    assert (await outsider.post(MENUS, json={**NEW, "keys": {}})).status_code == 201  # the same number elsewhere
    assert (await admin.delete(f"{MENUS}/7000")).status_code == 204
    assert (await user.get(f"{MENUS}/7000")).status_code == 404
    assert greetings(world) == []
    assert (await created(admin))["number"] == "7000"


async def test_loops_missing_destinations_and_used_menus_are_refused_with_the_path(world: World) -> None:
    await world.user(world.acme, "1001")
    admin = await world.admin(world.acme)
    await created(admin)
    await created(admin, number="7100", keys={"1": "menu:7000"})
    looped = await admin.patch(f"{MENUS}/7000", json={"keys": {"3": "menu:7100"}})
    assert (looped.status_code, looped.json()["field"]) == (422, "keys")
    assert "menu:7000 → menu:7100 → menu:7000" in looped.json()["detail"]
    assert (await admin.get(f"{MENUS}/7000")).json()["keys"] == NEW["keys"]
    assert await refused(admin, keys={"1": "extension:1009"}) == (
        *(422, "keys", "The destination extension:1009 does not exist."),
    )
    used = await admin.delete(f"{MENUS}/7000")
    assert (used.status_code, "menu:7100" in used.json()["detail"]) == (409, True)
    assert (await refused(admin, number="1001"))[0] == 409
    assert len(greetings(world)) == 2  # nothing of the refused ones is stored


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"say": ""}, "say"),
        ({"say": "<speak>Hello</speak>"}, "say"),
        ({"sound": "general/goodbye"}, "say"),
        ({"say": "", "sound": "no such/sound"}, "sound"),
        ({"say": "", "sound": "unknown"}, "sound"),
        ({"keys": {"A": "hangup"}}, "keys"),
        ({"otherwise": "nowhere"}, "otherwise"),
    ],
)
async def test_invalid_menus_are_refused(world: World, value: dict[str, object], field: str) -> None:
    admin = await world.admin(world.acme)
    status, found, _ = await refused(admin, **{"keys": {}, **value})
    assert (status, found) == (422, field)
    assert (greetings(world), world.services.menus.menus_of_tenant(world.acme.id)) == ([], [])


async def test_own_sound_is_a_prompt_and_cannot_be_deleted_while_it_is_used(world: World) -> None:
    admin = await world.admin(world.acme)
    sounds = world.services.custom_sounds
    await sounds.put((world.acme.id, "any", "own/welcome"), Sound(bytes(16000)))
    menu = await created(admin, say="", sound="welcome", keys={"5": "prompt:welcome"})
    assert (menu["sound"], menu["say"], greetings(world)) == ("welcome", "", [])
    prompt = world.services.destinations.resolve(world.acme.id, DestinationRef("prompt", "welcome"))
    assert prompt == CallApp("prompt", ("welcome",))
    used = await admin.delete("/api/v1/sounds/any/own/welcome")
    assert (used.status_code, "menu:7000" in used.json()["detail"]) == (409, True)
    assert (await admin.get("/api/v1/sounds")).json()["items"][0]["name"] == "own/welcome"
    await admin.delete(f"{MENUS}/7000")
    assert (await admin.delete("/api/v1/sounds/any/own/welcome")).status_code == 204


async def test_menus_of_a_deleted_tenant_are_deleted(world: World) -> None:
    admin = await world.admin(world.acme)
    await created(admin, keys={})
    async with world.database.begin() as uow:
        await world.services.menus.on_tenant_deleted(TenantDeleted("e-1", world.acme.id), uow)
    assert world.services.menus.menus_of_tenant(world.acme.id) == []
