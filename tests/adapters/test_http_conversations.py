"""Conversations over HTTP: what members see, and the events and pushes that they get."""

import json

import httpx
import pytest
from http_world import World
from push_service import SubscribedBrowser, push_service

from unificx.api.event_hub import EventQueue
from unificx.identity import Principal

API = "/api/v1/conversations"


async def connected(world: World, client: httpx.AsyncClient) -> EventQueue:
    """Return the queue of live events of a client."""
    principal: Principal = await world.identity.authenticate(client.headers["Authorization"].removeprefix("Bearer "))
    return world.services.event_hub.open(principal)


async def next_event(queue: EventQueue) -> dict[str, object]:
    return json.loads(await queue.next() or "{}")


@pytest.mark.promise("C11")
async def test_two_people_write_to_each_other(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    made = await ada.post(API, json={"members": ["1002"]})
    assert made.status_code == 201, made.text
    conversation = f"{API}/{made.json()['id']}"
    queue = await connected(world, ben)
    body = {"client_id": "c-1", "text": "**Hello**", "attachments": []}
    sent = [await ada.post(f"{conversation}/messages", json=body) for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    assert await next_event(queue) == {"type": "message.created", "message": sent[0].json()}
    [seen] = (await ben.get(API)).json()["items"]
    me = (await ben.get("/api/v1/me")).json()["person"]["id"]
    [own] = [each for each in seen["members"] if each["own"]]
    [other] = [each for each in seen["members"] if not each["own"]]
    assert (seen["unread"], seen["newest"], own["person_id"]) == (1, sent[0].json(), me)
    assert (other["number"], other["name"], other["read_seq"]) == ("1001", "Phone 1001", 1)
    message = f"{conversation}/messages/{sent[0].json()['id']}"
    reacted = await ben.put(f"{message}/reaction", json={"emoji": "👍"})
    assert reacted.json()["reactions"] == [{"emoji": "👍", "person_ids": [me]}]
    assert await next_event(queue) == {"type": "message.changed", "message": reacted.json()}
    assert (await ben.put(f"{conversation}/marks", json={"read_seq": 2})).status_code == 204
    marks = await next_event(queue)
    assert (marks["type"], marks["person_id"], marks["read_seq"]) == ("message.marks", me, 2)
    assert (await ben.get(conversation)).json()["unread"] == 0
    hidden = await ben.patch(conversation, json={"shares_marks": False})
    assert [each["read_seq"] for each in hidden.json()["members"] if not each["own"]] == [None]
    assert (await next_event(queue))["type"] == "conversation.changed"
    changes = await ben.get(f"{conversation}/messages", params={"since": 1})
    assert (changes.json()["items"], changes.json()["next"]) == ([reacted.json()], None)
    assert (await ada.patch(message, json={"text": "Hello"})).json()["text"] == "Hello"
    assert (await ada.delete(message)).status_code == 204
    [left] = (await ben.get(f"{conversation}/messages")).json()["items"]
    assert (left["state"], left["text"]) == ("deleted", None)


async def test_groups_have_owners_who_choose_members(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    await world.user(world.acme, "1003")
    group = (await ada.post(API, json={"members": ["1002"], "name": "Workshop"})).json()
    assert (group["kind"], group["name"]) == ("group", "Workshop")
    path = f"{API}/{group['id']}"
    assert (await ben.post(f"{path}/members", json={"members": ["1003"]})).status_code == 403
    grown = await ada.post(f"{path}/members", json={"members": ["1003"]})
    assert (grown.status_code, grown.json()["member_count"]) == (200, 3)
    [me] = [each["person_id"] for each in (await ben.get(path)).json()["members"] if each["own"]]
    assert (await ben.delete(f"{path}/members/{me}")).status_code == 204
    assert (await ben.get(path)).status_code == 404


async def test_owners_choose_owners_and_pins_and_members_what_notifies_them(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    path = f"{API}/{(await ada.post(API, json={'members': ['1002'], 'name': 'Workshop'})).json()['id']}"
    member = f"{path}/members/{(await ben.get('/api/v1/me')).json()['person']['id']}"
    sent = (await ben.post(f"{path}/messages", json={"client_id": "c-1", "text": "Rules"})).json()
    pin = f"{path}/messages/{sent['id']}/pin"
    assert (await ben.put(pin, json={"pinned": True})).status_code == 403
    assert (await ben.patch(member, json={"role": "owner"})).status_code == 403
    made = await ada.patch(member, json={"role": "owner"})
    assert [each["role"] for each in made.json()["members"]] == ["owner", "owner"]
    pinned = await ben.put(pin, json={"pinned": True})
    assert pinned.json()["pinned"] is not None
    assert (await ada.get(f"{path}/pins")).json() == {"items": [pinned.json()], "next": None}
    assert (await ben.patch(path, json={"muted": True})).json()["muted"] is True
    assert (await ada.get(path)).json()["muted"] is False
    found = [(await ada.get(API, params={"search": text})).json()["items"] for text in ("work", "lunch")]
    assert [len(each) for each in found] == [1, 0]
    queue = await connected(world, ben)
    assert (await ada.put(f"{path}/typing")).status_code == 204
    writer = (await ada.get("/api/v1/me")).json()["person"]["id"]
    shown = {"conversation_id": path.removeprefix(f"{API}/"), "person_id": writer}
    assert await next_event(queue) == {"type": "message.typing", **shown}


@pytest.mark.promise("C11")
async def test_administrators_operators_and_their_substitutes_read_nothing(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    made = (await ada.post(API, json={"members": ["1002"]})).json()
    admin = await world.admin(world.acme)
    assert (await admin.get(API)).json()["items"] == []
    assert (await admin.get(f"{API}/{made['id']}/messages")).status_code == 404
    assert (await world.client(operator=True).get(API)).status_code == 403
    person = (await ada.get("/api/v1/me")).json()["person"]["id"]
    code = (await admin.post("/api/v1/sign-in-codes", json={"person_id": person})).json()["code"]
    guest, device = world.client(), {"name": "phone", "kind": "mobile"}
    session = {"code": code, "device_secret": "A" * 43, "device": device}
    token = (await guest.post("/api/v1/sessions/by-code", json=session)).json()["token"]
    for path in (API, f"{API}/{made['id']}/messages"):
        refused = await guest.get(path, headers={"Authorization": f"Bearer {token}"})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_the_person")


async def test_faults_name_their_field(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    path = f"{API}/{(await ada.post(API, json={'members': ['1002']})).json()['id']}"
    for url, body, field in (
        (API, {"members": ["1999"]}, "members"),
        (API, {"members": []}, "members"),
        (f"{path}/messages", {"client_id": "c-1", "text": "a\0b"}, "text"),
        (f"{path}/messages", {"client_id": "c 1", "text": "a"}, "client_id"),
        (f"{path}/messages", {"client_id": "c-1", "text": "a", "attachments": ["x"]}, "attachments"),
        (f"{path}/messages", {"client_id": "c-1", "text": "a" * 8001}, "text"),
    ):
        answer = await ada.post(url, json=body)
        assert answer.status_code == 422, answer.text
        assert field in answer.text
    assert (await ada.get(f"{path}/messages")).json()["items"] == []


@pytest.mark.promise("C11")
async def test_a_device_that_is_not_connected_gets_a_push_without_content(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    async with push_service() as service:
        browser = SubscribedBrowser(service, "/ben")
        assert (await ben.put("/api/v1/me/push", json=browser.as_json())).status_code == 204
        made = (await ada.post(API, json={"members": ["1002"]})).json()
        for client_id in ("c-1", "c-2"):
            await ada.post(f"{API}/{made['id']}/messages", json={"client_id": client_id, "text": "Secret"})
            await world.services.push.wait_idle()
            await connected(world, ben)
        assert browser.messages() == [{"type": "message", "conversation": made["id"]}]
        assert made["id"].replace("-", "") not in str(service.received[0].headers)


@pytest.mark.promise("C11")
async def test_a_muted_conversation_pushes_mentions_only(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    person = (await ben.get("/api/v1/me")).json()["person"]["id"]
    async with push_service() as service:
        browser = SubscribedBrowser(service, "/ben")
        assert (await ben.put("/api/v1/me/push", json=browser.as_json())).status_code == 204
        path = f"{API}/{(await ada.post(API, json={'members': ['1002']})).json()['id']}"
        await ben.patch(path, json={"muted": True})
        for client_id, text, mentions in (("c-1", "Hi", []), ("c-2", f"@[{person}]", [person])):
            new = {"client_id": client_id, "text": text, "mentions": mentions}
            assert (await ada.post(f"{path}/messages", json=new)).status_code == 201
            await world.services.push.wait_idle()
            assert len(browser.messages()) == len(mentions)


async def test_an_administrator_switches_chat_off(world: World) -> None:
    ada, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    assert (await ada.get("/api/v1/me")).json()["tenant"]["chat"] is True
    tenant = f"/api/v1/tenants/{world.acme.slug}"
    assert (await ada.patch(tenant, json={"chat": False})).status_code in (403, 404)
    assert (await admin.patch(tenant, json={"chat": False})).json()["chat"] is False
    refused = await ada.get(API)
    assert (refused.status_code, refused.json()["code"]) == (403, "chat_off")
    assert (await ada.get("/api/v1/me")).json()["tenant"]["chat"] is False
