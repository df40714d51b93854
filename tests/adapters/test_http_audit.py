"""The audit log by API: administrative acts are recorded with their actor, object and person, nothing else is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from http_world import PASSWORD, World

from unificx.api.acts import NOT_RECORDED, is_administrative
from unificx.identity import Action
from unificx.privacy import AuditLog, verify

CLIENT = Path(__file__).parents[2] / "client"


async def entries(client: Any, query: str = "") -> list[dict[str, Any]]:
    return (await client.get(f"/api/v1/audit/entries?limit=100{query}")).json()["items"]


@pytest.mark.promise("T3")
async def test_administrative_changes_are_recorded(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    me = (await admin.get("/api/v1/me")).json()["person"]
    ada = (await user.get("/api/v1/me")).json()["person"]
    before = len(await entries(admin))
    trunk = (await admin.post("/api/v1/trunks", json={"name": "carrier", "server": "192.0.2.1"})).json()
    await admin.patch("/api/v1/trunks/carrier", json={"name": "carrier", "max_calls": 5})
    await admin.patch("/api/v1/extensions/1001", json={"ring_seconds": 20})
    await admin.patch(f"/api/v1/persons/{ada['id']}", json={"role": "tenant_admin"})
    made = (await admin.post("/api/v1/persons", json={"name": "Ben", "email": "ben@acme.example"})).json()
    await admin.patch("/api/v1/recordings/settings", json={"mode": "announce"})
    await admin.delete("/api/v1/trunks/carrier")
    found = (await entries(admin))[: -before or None][::-1]
    assert [each["action"] for each in found] == [
        *("create_trunk", "update_trunk", "update_extension", "update_person", "create_person"),
        *("change_recording_settings", "delete_trunk"),
    ]
    assert {each["actor"]["person_id"] for each in found} == {me["id"]}
    assert (found[0]["actor"]["name"], found[0]["actor"]["role"]) == (me["name"], "tenant_admin")
    assert [each["object"] for each in found[:2]] == [f"trunk:{trunk['id']}", "trunk:carrier"]
    assert "1001" not in found[2]["object"]
    assert [each["about"]["person_id"] for each in found[2:5]] == [ada["id"], ada["id"], made["id"]]
    assert {each["result"] for each in found} == {"done"}
    assert [each["action"] for each in await entries(admin, "&action=update_trunk")] == ["update_trunk"]
    named = await entries(admin, f"&person={made['id']}")
    assert [each["action"] for each in named] == ["create_person"]


@pytest.mark.promise("T3")
async def test_own_changes_reading_and_refusals_are_not_recorded(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    before = len(await entries(admin))
    await user.patch("/api/v1/me/presence", json={"note": "lunch"})
    await user.put("/api/v1/speed-dials/1", json={"number": "1001", "name": "Me"})
    await admin.get("/api/v1/persons")
    assert (await user.post("/api/v1/trunks", json={"name": "x", "server": "192.0.2.1"})).status_code == 403
    assert (await admin.delete("/api/v1/trunks/none")).status_code == 404
    assert (await admin.post("/api/v1/trunks", json={})).status_code == 422
    assert len(await entries(admin)) == before


@pytest.mark.promise("T3")
async def test_the_sign_in_of_an_administrator_is_recorded(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    [entry] = await entries(admin, "&action=sign_in")
    assert entry["actor"]["role"] == "tenant_admin"


@pytest.mark.promise("T3")
async def test_nothing_is_answered_without_its_entry(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that cannot be stored rolls the change back; without a change in the database it fails the request."""
    admin = await world.admin(world.acme)

    async def fail(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patched:
        patched.setattr(AuditLog, "record", fail)
        answer = await admin.post("/api/v1/trunks", json={"name": "carrier", "server": "192.0.2.1"})
        assert answer.status_code == 500
        assert (
            await admin.post("/api/v1/sessions", json={"email": "admin@acme.example", "password": PASSWORD})
        ).status_code == 500
    assert (await admin.get("/api/v1/trunks")).json()["items"] == []


async def test_only_operators_verify_and_export_the_whole_log(world: World) -> None:
    admin, elsewhere, console = (
        await world.admin(world.acme),
        await world.admin(world.globex),
        world.client(operator=True),
    )
    user = await world.user(world.acme, "1001")
    [entry] = await entries(admin, "&action=sign_in")
    path = f"/api/v1/audit/entries/{entry['position']}/proof"
    proof = (await admin.get(path)).json()
    assert proof["head"]["size"] > proof["index"] == entry["position"]
    assert (await elsewhere.get(path)).status_code == 404
    for url in ("/api/v1/audit/verification", "/api/v1/audit/export"):
        assert (await admin.get(url)).status_code == 403
        assert (await console.get(url)).status_code == 200
    for url in ("/api/v1/audit/entries", "/api/v1/audit/head", path):
        assert (await user.get(url)).status_code == 403
    report = (await console.get("/api/v1/audit/verification")).json()
    assert (report["ok"], report["signed"]) == (True, report["entries"])


@pytest.mark.promise("T3", "D3")
async def test_a_receipt_proves_that_the_log_includes_its_erasure(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    path = f"/api/v1/persons/{(await user.get('/api/v1/me')).json()['person']['id']}/erasure"
    digest = (await admin.get(path)).json()["digest"]
    answer = await admin.put(path, json={"digest": digest})
    receipt = answer.json()
    assert verify(answer.content) == receipt
    [entry] = await entries(admin, "&action=erase_person")
    assert receipt["audit"]["index"] == entry["position"]
    assert (entry["object"], entry["about"]["erased"]) == (f"erasure:{receipt['id']}", True)
    assert entry["actor"]["erased"] is False
    assert (await world.services.audit.tree.verify()).ok


def test_the_portal_has_a_title_for_every_recorded_action() -> None:
    """Otherwise the log shows the name of the route, in no language."""
    administrative = {each.value for each in Action if is_administrative(each)}
    paths = json.loads((CLIENT / "openapi.json").read_text("utf-8"))["paths"]
    recorded = {
        route["operationId"]
        for methods in paths.values()
        for method, route in methods.items()
        if method not in ("get", "head", "options") and administrative.intersection(route.get("x-required-action", ()))
    } - NOT_RECORDED.keys()
    texts = (CLIENT / "src/features/privacy/audit-texts.ts").read_text("utf-8")
    assert len(recorded) > 100
    assert recorded - set(re.findall(r"^  (\w+): msg`", texts, re.MULTILINE)) == set()
