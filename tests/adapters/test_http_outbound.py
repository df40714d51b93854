"""Public numbers, routes, block lists and the fraud guard over HTTP."""

from datetime import datetime
from random import Random

import httpx
import pytest
from http_world import World

from unificx.api.request_examples import EXAMPLES
from unificx.registrar import Caller
from unificx.trunks import NewTrunk

NUMBER = {"number": "+49301234500", "trunk": "carrier", "destination": "extension:1001"}
ROUTE = {"name": "outside", "pattern": "+.", "trunks": ["carrier"], "caller_id": "030 1234500"}


@pytest.fixture
async def admin(world: World) -> httpx.AsyncClient:
    """An administrator of a tenant with a trunk and the extension 1001."""
    await world.services.trunks.create(world.acme.id, NewTrunk("carrier", "carrier.example"))
    await world.user(world.acme, "1001")
    return await world.admin(world.acme)


async def created(client: httpx.AsyncClient, path: str, body: dict[str, object]) -> dict:
    answer = await client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_range_of_numbers_is_previewed_and_added(
    world: World, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.clock, "random_bytes", Random(1).randbytes)  # ids of a millisecond have no order
    await created(admin, "numbers", NUMBER)
    world.clock.advance(1)
    path, new = "/api/v1/numbers/range", {**NUMBER, "numbers": "+49301234500-09"}
    del new["number"]
    preview = (await admin.post(f"{path}/preview", json={"numbers": new["numbers"]})).json()
    assert (len(preview["numbers"]), preview["taken"]) == (10, ["+49301234500"])
    assert (await admin.post(path, json=new)).status_code == 409
    added = await admin.post(path, json={**new, "numbers": "+49301234501-09"})
    assert (added.status_code, len(added.json()["numbers"])) == (201, 9)
    listed = (await admin.get("/api/v1/numbers")).json()["items"]
    assert [each["number"] for each in listed] == [f"+493012345{last:02}" for last in range(10)]
    wrong = await admin.post(path, json={**new, "numbers": "+49301234501"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "numbers")
    direct = await admin.post(path, json={**new, "numbers": "+49301234601-02", "extensions": "10##"})
    assert direct.json()["direct"] == [{"number": "+49301234601", "extension": "1001"}]


async def test_the_example_of_a_trunk_is_accepted(admin: httpx.AsyncClient) -> None:
    example = {**EXAMPLES["NewTrunk"], "name": "second"}
    await created(admin, "trunks", example)


async def test_a_trunk_is_tested_once_in_a_while(world: World, admin: httpx.AsyncClient) -> None:
    path = "/api/v1/trunks/carrier/test"
    tested = (await admin.post(path)).json()
    assert tested.pop("advice").startswith("The carrier forbids the registration.")
    assert tested == {
        "state": "refused",
        "reason": "forbidden",
        "status": 403,
        "round_trip_ms": 12.5,
        "server": "192.0.2.1:5060",
    }
    again = await admin.post(path)
    assert (again.status_code, again.headers["retry-after"]) == (429, "10")
    world.clock.advance(11)
    assert (await admin.post(path)).status_code == 200
    user = await world.user(world.acme, "1002")
    assert (await user.post(path)).status_code == 403


async def test_calls_to_numbers_that_are_not_set_up_are_reported_with_the_trunk(
    world: World, admin: httpx.AsyncClient
) -> None:
    [before] = (await admin.get("/api/v1/trunks")).json()["items"]
    directory, at = world.services.trunks.directory, world.clock.now()
    directory.note_unknown_number(directory.trunks(world.acme.id), ["03012345678"], at)
    [after] = (await admin.get("/api/v1/trunks")).json()["items"]
    assert before["unknown_number"] is None
    found = after["unknown_number"]
    assert (found["number"], found["calls"], datetime.fromisoformat(found["at"])) == ("0301…678", 1, at)


async def test_numbers_are_imported_and_exported_as_csv(world: World, admin: httpx.AsyncClient) -> None:
    user, path = await world.user(world.acme, "1002"), "/api/v1/numbers/import"
    good = b"number;trunk;destination;colour\n+49301234500;carrier;extension:1001;red\n"
    bad = good + b"+49301234501;nowhere;hangup\n"
    preview = (await admin.post(path, content=bad, params={"dry_run": True})).json()
    assert (preview["applied"], preview["created"], preview["refused"]) == (False, 1, 1)
    assert preview["ignored_columns"] == ["colour"]
    [fault] = preview["rows"][1]["faults"]
    assert (preview["rows"][1]["line"], fault["code"], fault["column"]) == (3, "unknown", "trunk")
    refused = await admin.post(path, content=bad)
    assert (refused.status_code, refused.json()["field"]) == (422, "file")
    assert (await admin.get("/api/v1/numbers")).json()["items"] == []
    assert (await admin.post(path, content=good)).json()["created"] == 1
    exported = await user.get("/api/v1/numbers/export")
    assert exported.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert (await admin.post(path, content=exported.content)).json()["unchanged"] == 1
    assert (await user.post(path, content=good)).status_code == 403
    assert (await admin.post(path, content=b"number\n" + b"+49301234500\n" * 50_000)).status_code == 413
    outsider = await world.admin(world.globex)
    assert (await outsider.get("/api/v1/numbers/export")).text.count("\n") == 1


async def test_numbers_and_routes_are_managed_and_tried(world: World, admin: httpx.AsyncClient) -> None:
    number = await created(admin, "numbers", NUMBER)
    assert (number["number"], number["display"], number["trunk"]) == ("+49301234500", "030 1234500", "carrier")
    changed = await admin.patch(
        "/api/v1/numbers/%2B49301234500",
        json={"shown_for": ["1001"], "reject_anonymous": True, "description": " Reception, on invoices "},
    )
    assert (changed.json()["shown_for"], changed.json()["reject_anonymous"]) == (["1001"], True)
    assert (number["description"], changed.json()["description"]) == ("", "Reception, on invoices")
    route = await created(admin, "routes", ROUTE)
    assert (route["trunks"], route["caller_id"], route["position"]) == (["carrier"], "+49301234500", 100)
    tried = (await admin.post("/api/v1/routes/test", json={"from": "1001", "number": "0301234567"})).json()
    assert [tried[key] for key in ("allowed", "route", "trunk", "number_sent", "caller_id", "rule")] == [
        *(True, "outside", "carrier", "+49301234567", "+49301234500", None)
    ]
    await created(admin, "groups", {"number": "6000", "members": ["1001"]})
    second = {**NUMBER, "number": "+49301234501", "shown_for": ["group:6000"]}
    assert (await created(admin, "numbers", second))["shown_for"] == ["group:6000"]
    for of_group, status in (("group:6000", 200), ("group:6001", 422)):
        tried = await admin.post("/api/v1/routes/test", json={"from": of_group, "number": "0301234567"})
        assert tried.status_code == status
        assert status != 200 or tried.json()["caller_id"] == "+49301234501"
    assert (await admin.delete("/api/v1/numbers/%2B49301234501")).status_code == 204
    refused = (await admin.post("/api/v1/routes/test", json={"number": "+41441234567"})).json()
    assert (refused["allowed"], refused["rule"], refused["country"]) == (False, "country", "CH")
    assert (await admin.delete("/api/v1/numbers/%2B49301234500")).status_code == 409
    assert (await admin.patch("/api/v1/routes/outside", json={"weights": [3]})).json()["weights"] == [3]
    assert (await admin.delete("/api/v1/routes/outside")).status_code == 204
    assert (await admin.delete(f"/api/v1/numbers/{number['id']}")).status_code == 204
    assert (await admin.get("/api/v1/numbers")).json()["items"] == []
    user = await world.user(world.acme, "1002")
    assert (await user.get("/api/v1/routes")).status_code == 403
    assert (await user.post("/api/v1/numbers", json=NUMBER)).status_code == 403


async def test_errors_name_the_field(admin: httpx.AsyncClient) -> None:
    for path, body, field in (
        ("numbers", {**NUMBER, "number": "12"}, "number"),
        ("numbers", {**NUMBER, "destination": "extension:1009"}, "destination"),
        ("routes", {**ROUTE, "caller_id": ""} | {"pattern": "0["}, "pattern"),
        ("routes", ROUTE, "caller_id"),
        ("blocks", {"number": "abc"}, "number"),
    ):
        answer = await admin.post(f"/api/v1/{path}", json=body)
        assert (answer.status_code, field in answer.text) == (422, True), answer.text


async def test_users_change_the_lists_of_their_own_extensions(world: World, admin: httpx.AsyncClient) -> None:
    user = await world.user(world.acme, "1002")
    own = await created(user, "blocks", {"number": "030 1234567", "extension": "1002", "note": "again"})
    assert (own["number"], own["extension"], own["list"]) == ("+49301234567", "1002", "block")
    general = await created(admin, "blocks", {"number": "+49900.", "list": "allow", "direction": "out"})
    for body in ({"number": "+4930."}, {"number": "+4930.", "extension": "1001"}):
        assert (await user.post("/api/v1/blocks", json=body)).status_code == 403
    assert (await user.get(f"/api/v1/blocks/{general['id']}")).status_code == 404
    listed = await user.get("/api/v1/blocks", params={"extension": "1002"})
    assert [one["id"] for one in listed.json()["items"]] == [own["id"]]
    assert (await user.delete(f"/api/v1/blocks/{own['id']}")).status_code == 204


async def test_a_change_of_a_limit_leaves_the_others_as_they_are_stored(world: World, admin: httpx.AsyncClient) -> None:
    """Also those that another request has stored, and this node does not know yet."""
    path, permissions = "/api/v1/fraud/limits", world.services.outbound.permissions
    await admin.patch(path, json={"calls_per_hour": 5})
    permissions._store.limits.clear()
    changed = (await admin.patch(path, json={"concurrent": 2})).json()
    assert (changed["calls_per_hour"], changed["concurrent"]) == (5, 2)
    removed = (await admin.patch(path, json={"calls_per_hour": -1})).json()
    assert (removed["calls_per_hour"], removed["concurrent"]) == (None, 2)


@pytest.mark.promise("U9")
async def test_stops_are_shown_explained_and_released(world: World, admin: httpx.AsyncClient) -> None:
    await created(admin, "numbers", NUMBER)
    await created(admin, "routes", ROUTE)
    assert not (await admin.get("/api/v1/fraud")).json()["priced"]
    policy = await admin.patch(
        "/api/v1/fraud/policy", json={"countries": ["at"], "alerted": ["1001"], "prices": {"43": 3}}
    )
    assert (policy.json()["countries"], policy.json()["prices"]) == (["AT"], {"43": 3})
    limits = {"extension": "1001", "calls_per_hour": 0, "reach": "national"}
    assert (await admin.patch("/api/v1/fraud/limits", json=limits)).json()["name"] == "1001"
    extension = world.services.identity.directory.extension(world.acme.id, "1001")
    assert extension is not None
    world.services.outbound.routing.destination(Caller.of(extension), "0301234567")
    await world.services.outbound.fraud.join()
    status = (await admin.get("/api/v1/fraud")).json()
    assert status["priced"]
    [stop] = status["stops"]
    assert (stop["rule"], stop["scope"], stop["name"], stop["active"]) == ("rate", "extension", "1001", True)
    assert stop["may_release"] == ["tenant_admin", "operator"]
    tried = (await admin.post("/api/v1/routes/test", json={"from": "1001", "number": "0301234567"})).json()
    assert (tried["rule"], tried["stop"]) == ("stopped", stop["id"])
    user = await world.user(world.acme, "1002")
    assert (await user.post(f"/api/v1/fraud/stops/{stop['id']}/release")).status_code == 403
    assert not (await admin.post(f"/api/v1/fraud/stops/{stop['id']}/release")).json()["active"]
    assert (
        await admin.patch("/api/v1/fraud/limits", json={"extension": "1001", "calls_per_hour": -1})
    ).status_code == 200
    await created(admin, "hours", {"name": "office", "open": [], "then": "hangup", "otherwise": "hangup"})
    limits = {"extension": "1001", "hours": "office"}
    assert (await admin.patch("/api/v1/fraud/limits", json=limits)).json()["hours"] == "office"
    tried = (await admin.post("/api/v1/routes/test", json={"from": "1001", "number": "0301234567"})).json()
    assert (tried["rule"], tried["reason"]) == ("hours", "The extension may not call outside at this time.")
    refused = await admin.patch("/api/v1/fraud/limits", json={"hours": "office"})
    assert (refused.status_code, "hours" in refused.text) == (422, True)
    assert (await admin.delete("/api/v1/hours/office")).status_code == 409
    emergency = (await admin.post("/api/v1/routes/test", json={"from": "1001", "number": "112"})).json()
    assert (emergency["emergency"], emergency["allowed"], emergency["trunk"]) == (True, True, "carrier")
