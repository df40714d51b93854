"""Call completion by API."""

from http_world import World

COMPLETIONS = "/api/v1/me/completions"


async def test_users_see_and_cancel_only_their_own(world: World) -> None:
    ada, ben, other = [
        await world.user(tenant, number)
        for tenant, number in ((world.acme, "1001"), (world.acme, "1002"), (world.globex, "1001"))
    ]
    made = (await ada.post(COMPLETIONS, json={"to": "1002"})).json()
    assert made["number"] == "1002"
    assert (await ada.get(COMPLETIONS)).json()["items"] == [made]
    for user in (ben, other):
        assert (await user.get(COMPLETIONS)).json()["items"] == []
        assert (await user.delete(f"{COMPLETIONS}/{made['id']}")).status_code == 404
    assert (await ada.delete(f"{COMPLETIONS}/{made['id']}")).status_code == 204
    assert (await ada.delete(f"{COMPLETIONS}/{made['id']}")).status_code == 404


async def test_only_another_extension_of_the_tenant_can_be_waited_for(world: World) -> None:
    ada, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    for number, status in (("1001", 422), ("1009", 404)):
        refused = await ada.post(COMPLETIONS, json={"to": number})
        assert (refused.status_code, refused.json()["field"]) == (status, "to")
    assert (await admin.post(COMPLETIONS, json={"to": "1001"})).status_code == 404
    assert (await admin.get(COMPLETIONS)).json()["items"] == []
