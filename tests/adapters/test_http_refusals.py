"""Requests that name something wrong: each is refused with a text about it, and changes nothing."""

import httpx
import pytest
from http_world import World

UPLOAD = {"Tus-Resumable": "1.0.0", "Upload-Length": "9"}


def refused(answer: httpx.Response, status: int, text: str) -> None:
    assert (answer.status_code, text in answer.text) == (status, True), answer.text


@pytest.mark.parametrize(
    "metadata",
    [
        "filename %%%",
        "filename gA==",  # no UTF-8
        "seconds YQ==",  # a
        "seconds bmFu",  # nan
        "seconds LTE=",  # -1
        "peaks MSxh",  # 1,a
        "peaks MTAx",  # 101
        "peaks " + "MSwx" * 200,  # too many
    ],
)
async def test_an_upload_with_malformed_metadata(world: World, metadata: str) -> None:
    ada = await world.user(world.acme, "1001")
    answer = await ada.post("/api/v1/attachments", headers=UPLOAD | {"Upload-Metadata": metadata})
    refused(answer, 422, "The metadata of the upload is malformed.")
    longer = UPLOAD | {"Upload-Metadata": "filename " + "YQ==" * 3_000}
    assert (await ada.post("/api/v1/attachments", headers=longer)).status_code == 422


async def test_limits_of_calling_are_those_of_one_thing_that_exists(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    limits = "/api/v1/fraud/limits"
    refused(
        await admin.patch(limits, json={"extension": "1001", "trunk": "carrier", "concurrent": 1}),
        422,
        "Name an extension or a trunk, not both.",
    )
    for field, text in (("extension", "There is no such extension."), ("trunk", "There is no such trunk.")):
        refused(await admin.patch(limits, json={field: "7777", "concurrent": 1}), 422, text)
    refused(await admin.get("/api/v1/blocks", params={"extension": "7777"}), 422, "There is no such extension.")


async def test_an_extension_outside_a_queue_has_no_state_in_it(world: World) -> None:
    admin = await world.admin(world.acme)
    for number in ("1001", "1002"):
        await world.user(world.acme, number)
    made = await admin.post("/api/v1/queues", json={"number": "6500", "name": "Support", "agents": ["1001"]})
    assert made.status_code == 201, made.text
    for change in ({}, {"paused": True}, {"signed_in": True}):
        answer = await admin.patch("/api/v1/queues/6500/agents/1002", json=change)
        refused(answer, 404, "This extension is not an agent of the queue.")
    shown = (await admin.get("/api/v1/queues/6500")).json()
    assert [each["extension"] for each in shown["agents"]] == ["1001"]


async def test_a_message_is_changed_to_a_text_or_to_an_encrypted_one(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    conversations = "/api/v1/conversations"
    made = (await ada.post(conversations, json={"members": ["1002"]})).json()["id"]
    sent = await ada.post(f"{conversations}/{made}/messages", json={"client_id": "c-1", "text": "Hello"})
    message = f"{conversations}/{made}/messages/{sent.json()['id']}"
    refused(await ada.patch(message, json={}), 422, "Send either `text` or `encrypted`.")
    [shown] = (await ada.get(f"{conversations}/{made}/messages")).json()["items"]
    assert shown["text"] == "Hello"


async def test_a_calendar_needs_an_extension(world: World) -> None:
    admin = await world.admin(world.acme)
    refused(await admin.post("/api/v1/me/calendar"), 403, "A calendar needs an extension.")


async def test_an_unknown_resource_of_scim_has_its_error(world: World) -> None:
    admin = await world.admin(world.acme)
    made = await admin.post("/api/v1/api-keys", json={"name": "Directory", "scopes": ["scim"]})
    provider = world.client(Authorization=f"Bearer {made.json()['token']}")
    for path in ("ResourceTypes/Device", "Schemas/urn:x", "Devices"):
        answer = await provider.get(f"/scim/v2/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/scim+json"), answer.text
