"""Speed dials by API."""

from http_world import World


async def test_speed_dials_are_for_the_user_and_administrators(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    admin, path = await world.admin(world.acme), "/api/v1/speed-dials/1001"
    entry = {"code": "01", "number": "0301234567", "name": "Taxi"}
    made = await ada.put(f"{path}/01", json={"number": "030 1234567", "name": "Taxi"})
    assert made.json() == entry
    assert (await admin.get(path)).json()["items"] == [entry]
    assert (await ben.get(path)).status_code == 404
    assert (await ben.put(f"{path}/02", json={"number": "1"})).status_code == 404
    refused = await ada.put(f"{path}/02", json={"number": "Taxi"})
    assert (refused.status_code, refused.json()["field"]) == (422, "number")
    assert (await ada.put(f"{path}/2", json={"number": "1"})).status_code == 422
    assert (await admin.delete(f"{path}/01")).status_code == 204
    assert (await admin.delete(f"{path}/01")).status_code == 404
