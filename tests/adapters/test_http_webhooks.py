"""Webhooks over HTTP: who may create them, and for which events."""

import httpx
import pytest
from http_world import World

HOOKS = "/api/v1/webhooks"
NEW = {"name": "Helpdesk", "url": "https://hooks.example.com/in", "events": ["call.ended", "person.created"]}


async def key_with(world: World, admin: httpx.AsyncClient, *scopes: str) -> httpx.AsyncClient:
    made = (await admin.post("/api/v1/api-keys", json={"name": "x", "scopes": list(scopes)})).json()
    return world.client(Authorization=f"Bearer {made['token']}")


async def test_an_administrator_manages_webhooks(world: World) -> None:
    admin = await world.admin(world.acme)
    created = await admin.post(HOOKS, json=NEW)
    made = created.json()
    assert created.status_code == 201
    assert made["secret"].startswith("whsec_")
    path = f"{HOOKS}/{made['id']}"
    shown = (await admin.get(path)).json()
    assert (shown["events"], shown["state"]) == (["call.ended", "person.created"], "active")
    assert "secret" not in shown
    assert (await admin.get(HOOKS)).json()["items"] == [shown]
    changed = await admin.patch(path, json={"events": ["voicemail.left"], "state": "paused"})
    assert (changed.json()["events"], changed.json()["pause_reason"]) == (["voicemail.left"], "requested")
    assert (await admin.post(f"{path}/test")).status_code == 409
    await admin.patch(path, json={"state": "active"})
    queued = (await admin.post(f"{path}/test")).json()["id"]
    [waiting] = (await admin.get(f"{path}/deliveries")).json()["items"]
    assert (waiting["id"], waiting["event"], waiting["dead"]) == (queued, "webhook.test", False)
    assert (await admin.get(f"{path}/deliveries?dead=true")).json()["items"] == []
    assert (await admin.post(f"{path}/deliveries/{queued}/retry")).status_code == 202
    assert (await admin.post(f"{path}/secret")).json()["secret"] not in ("", made["secret"])
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(path)).status_code == 404


@pytest.mark.promise("T3")
async def test_webhooks_are_for_administrators_of_their_tenant(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    other = await world.admin(world.globex)
    path = f"{HOOKS}/{(await admin.post(HOOKS, json=NEW)).json()['id']}"
    assert (await user.get(HOOKS)).status_code == 403
    assert (await user.post(HOOKS, json=NEW)).status_code == 403
    assert (await other.get(path)).status_code == 404
    assert (await other.get(HOOKS)).json()["items"] == []


async def test_a_key_has_only_events_reported_that_it_may_read(world: World) -> None:
    admin = await world.admin(world.acme)
    program = await key_with(world, admin, "settings:change", "people:read")
    refused = await program.post(HOOKS, json=NEW)
    assert (refused.status_code, refused.json()["field"]) == (403, "events")
    assert (await program.post(HOOKS, json={**NEW, "events": ["person.created"]})).status_code == 201
    calls = (await admin.post(HOOKS, json={**NEW, "events": ["call.ended"]})).json()["id"]
    moved = await program.patch(f"{HOOKS}/{calls}", json={"url": "https://other.example.com/"})
    assert moved.status_code == 403
    assert (await program.post(f"{HOOKS}/{calls}/secret")).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://169.254.169.254/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["call.dreamt"]}, "events.0"),
        ({"name": ""}, "name"),
    ],
)
async def test_invalid_webhooks_are_rejected(world: World, change: dict[str, object], field: str) -> None:
    answer = await (await world.admin(world.acme)).post(HOOKS, json={**NEW, **change})
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


async def test_a_call_is_reported_if_a_webhook_asks_for_it(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    await admin.post(HOOKS, json={**NEW, "events": ["call.ended"]})
    call_id = await world.record_call(world.acme, "1001", "+491511234567")
    await world.outbox.deliver()
    [hook] = world.services.webhooks.of_tenant(world.acme.id)
    [message] = await world.services.webhooks.deliveries(hook)
    assert f'"call_id":"{call_id}"' in message.body
    assert "491511234567" not in message.body
