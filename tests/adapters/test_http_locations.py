"""Locations of emergency calls over HTTP, and what a test of the number says."""

from http_world import World

from unificx.routing import NewNumber
from unificx.trunks import NewTrunk

ADDRESS = {"country": "DE", "city": "Berlin", "street": "Hauptstr.", "house_number": "1", "room": "204"}


async def test_a_location_is_created_used_by_a_call_and_deleted(world: World) -> None:
    await world.user(world.acme, "1001")
    admin = await world.admin(world.acme)
    await world.services.trunks.create(world.acme.id, NewTrunk("carrier", "carrier.example", sends_location=True))
    new = {"name": "Head office", "address": ADDRESS, "extensions": ["1001"]}
    refused = await admin.post("/api/v1/locations", json={**new, "number": "+49301234500"})
    assert (refused.status_code, refused.json()["field"]) == (422, "number"), "a number of others"
    await world.services.outbound.numbers.create(world.acme.id, NewNumber("+49301234500", "carrier", "hangup"))
    answer = await admin.post("/api/v1/locations", json={**new, "number": "030 1234500"})
    assert answer.status_code == 201, answer.text
    location = answer.json()
    assert (location["default"], location["extensions"], location["number"]) == (True, ["1001"], "+49301234500")
    assert location["text"] == "Hauptstr. 1, 10115 Berlin, DE, 204".replace("10115 ", "")
    tested = (await admin.post("/api/v1/routes/test", json={"from": "1001", "number": "112"})).json()
    assert tested["location"] == f"Head office: {location['text']}"
    assert [(one["trunk"], one["caller_id"], one["sends_location"]) for one in tested["attempts"]] == [
        *(("carrier", "+49301234500", True), ("carrier", "+49301234500", False)),
    ]
    path = "/api/v1/locations/Head office"
    changed = await admin.patch(path, json={"address": {**ADDRESS, "room": "205"}, "number": "", "extensions": []})
    assert (changed.json()["address"]["room"], changed.json()["extensions"]) == ("205", [])
    assert [each["name"] for each in (await admin.get("/api/v1/locations")).json()["items"]] == ["Head office"]
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(path)).status_code == 404
