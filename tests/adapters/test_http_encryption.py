"""Conversations that are encrypted end to end, over HTTP: the server decides on the order and hands out keys once."""

from base64 import b64encode
from typing import Any

import httpx
import pytest
from http_world import World

API, DEVICE = "/api/v1/conversations", "/api/v1/me/chat-device"
ADA, ADA2, BEN = ("d" * 15 + each for each in ("a", "c", "b"))


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


async def register(client: httpx.AsyncClient, device: str, packages: int = 2) -> dict[str, Any]:
    keys = [b64(f"{device}-{number}") for number in range(packages)]
    answer = await client.put(DEVICE, json={"id": device, "key_packages": keys, "last_resort": b64(f"{device}-last")})
    assert answer.status_code == 200, answer.text
    return answer.json()


def change(round_: int, body: str, *added: str, **more: Any) -> dict[str, Any]:
    return {"round": round_, "body": b64(body), "added": added, "removed": (), **more}


def message(client_id: str, round_: int, body: str) -> dict[str, Any]:
    return {"client_id": client_id, "encrypted": {"round": round_, "body": b64(body)}}


@pytest.mark.promise("C11")
async def test_two_devices_agree_on_a_group_and_exchange_opaque_messages(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    assert await register(ada, ADA) == {"id": ADA, "key_packages": 2}
    await register(ben, BEN)
    made = (await ada.post(API, json={"members": ["1002"], "encrypted": True})).json()
    ordinary = (await ada.post(API, json={"members": ["1002"]})).json()
    assert (made["encrypted"], ordinary["encrypted"]) == (True, False)
    assert made["id"] != ordinary["id"] == (await ben.post(API, json={"members": ["1001"]})).json()["id"]
    path = f"{API}/{made['id']}"
    seen = (await ada.get(f"{path}/group")).json()
    assert (seen["round"], seen["own"], [each["joined"] for each in seen["devices"]]) == (0, ADA, [None, None])
    taken = [(await ada.post(f"{path}/key-packages", json={"device_ids": [BEN]})).json()["items"] for _ in range(4)]
    assert len({one["key_package"] for [one] in taken}) == 3  # each once, then the last resort again
    assert taken[2] == taken[3]
    started = change(0, "start", ADA, BEN, restart=True, welcome=b64("welcome"))
    assert (await ada.post(f"{path}/group", json=started)).json() == {"round": 1}
    late = await ben.post(f"{path}/group", json=started)
    assert (late.status_code, late.json()["code"]) == (409, "stale_round")
    again = await ben.post(f"{path}/group", json={**started, "round": 1})
    assert (again.status_code, again.json()["code"]) == (409, "stale_round")
    joined = (await ben.get(f"{path}/group")).json()
    assert (joined["welcome"]["welcome"], joined["devices"][0]["joined"]) == (b64("welcome"), 1)

    stale = await ada.post(f"{path}/messages", json=message("c-1", 0, "sealed"))
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_round")
    sent = [await ada.post(f"{path}/messages", json=message("c-1", 1, body)) for body in ("one", "another attempt")]
    assert [one.status_code for one in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    [read] = (await ben.get(f"{path}/messages", params={"since": 0})).json()["items"]
    assert (read["format"], read["text"], read["encrypted"]) == ("mls", None, {"round": 1, "body": b64("one")})
    assert (await ben.post(f"{path}/group", json=change(1, "add"))).json() == {"round": 2}
    edit = f"{path}/messages/{read['id']}"
    assert (await ada.patch(edit, json={"encrypted": {"round": 1, "body": b64("two")}})).status_code == 409
    edited = await ada.patch(edit, json={"encrypted": {"round": 2, "body": b64("two")}})
    assert edited.json()["encrypted"] == {"round": 2, "body": b64("two")}
    assert [each["round"] for each in (await ada.get(f"{path}/group", params={"after": 1})).json()["changes"]] == [2]
    reaction = {"encrypted": {"round": 2, "body": b64("thumb")}}
    reacted = (await ben.put(f"{edit}/reaction", json=reaction)).json()
    ben_id = next(each["person_id"] for each in seen["devices"] if each["id"] == BEN)
    assert (reacted["reactions"], reacted["encrypted_reactions"]) == (
        [],
        [{"person_id": ben_id, **reaction["encrypted"]}],
    )
    [read] = (await ada.get(f"{path}/messages", params={"since": read["revision"]})).json()["items"]
    assert read["encrypted_reactions"] == reacted["encrypted_reactions"]
    stale = await ben.put(f"{edit}/reaction", json={"encrypted": {"round": 1, "body": b64("x")}})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_round")
    assert (await ben.put(f"{edit}/reaction", json={"encrypted": {"round": 2, "body": "A" * 4_100}})).status_code == 422
    assert (await ben.put(f"{edit}/reaction", json={"emoji": ""})).json()["encrypted_reactions"] == []
    written = await ada.post(f"{API}/{ordinary['id']}/messages", json={"client_id": "c-9", "text": "readable"})
    plain = written.json()
    for refused in (
        await ada.post(f"{path}/messages", json={"client_id": "c-2", "text": "readable"}),
        await ada.patch(edit, json={"text": "readable"}),
        await ben.put(f"{edit}/reaction", json={"emoji": "👍"}),
        await ben.put(f"{API}/{ordinary['id']}/messages/{plain['id']}/reaction", json=reaction),
        await ada.post(f"{API}/{ordinary['id']}/messages", json=message("c-3", 0, "x")),
    ):
        assert refused.status_code == 409, refused.text


@pytest.mark.promise("C11", "T3")
async def test_only_devices_of_members_take_keys_and_change_the_group(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    cleo, dan = await world.user(world.acme, "1003"), await world.user(world.globex, "1001")
    path = f"{API}/{(await ada.post(API, json={'members': ['1002'], 'encrypted': True})).json()['id']}"
    refused = await ada.post(f"{path}/key-packages", json={"device_ids": [BEN]})
    assert refused.status_code == 403  # no registered device
    for client, device in ((ada, ADA), (ben, BEN), (cleo, "d" * 16), (dan, "e" * 16)):
        await register(client, device)
    outside = await ada.post(f"{path}/key-packages", json={"device_ids": ["d" * 16, "e" * 16]})
    assert outside.json()["items"] == []
    assert (await ada.post(f"{path}/group", json=change(0, "x", "d" * 16, restart=True))).status_code == 422
    assert (await ada.post(f"{path}/group", json=change(0, "x", ADA))).status_code == 403  # not in a group
    for outsider in (cleo, dan):
        for answer in (
            await outsider.get(f"{path}/group"),
            await outsider.post(f"{path}/key-packages", json={"device_ids": [BEN]}),
            await outsider.post(f"{path}/group", json=change(0, "x", restart=True)),
            await outsider.delete(f"{path}/group"),
        ):
            assert answer.status_code == 404
    taken = await ada.put(DEVICE, json={"id": BEN, "key_packages": [], "last_resort": b64("x")})
    assert taken.status_code == 409
    huge = await ada.put(DEVICE, json={"id": ADA, "key_packages": [b64("x" * 5_000)]})
    assert (huge.status_code, huge.json()["field"]) == (422, "key_packages")


async def test_devices_leave_with_their_session_and_when_they_lose_their_keys(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    for client, device in ((ada, ADA), (ben, BEN)):
        await register(client, device)
    path = f"{API}/{(await ada.post(API, json={'members': ['1002'], 'encrypted': True})).json()['id']}"
    await ada.post(f"{path}/group", json=change(0, "start", ADA, BEN, restart=True))
    assert (await ben.delete(f"{path}/group")).status_code == 204
    devices = (await ada.get(f"{path}/group")).json()["devices"]
    assert {each["id"]: each["joined"] for each in devices} == {ADA: 1, BEN: None}
    await register(ada, ADA2)  # the same session: in place of the first one
    devices = (await ben.get(f"{path}/group")).json()["devices"]
    assert {each["id"]: each["joined"] for each in devices} == {ADA2: None, BEN: None}
    group = {"members": ["1002"], "name": "Large", "encrypted": True}
    assert (await ada.post(API, json=group)).status_code == 201


async def upload(client: httpx.AsyncClient, data: bytes, **metadata: str) -> str:
    described = ",".join(f"{key} {b64(value)}" for key, value in metadata.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": described}
    made = await client.post("/api/v1/attachments", headers=headers)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sent = await client.patch(made.headers["location"], content=data, headers=headers)
    assert sent.status_code == 204, sent.text
    return made.headers["location"].rpartition("/")[2]


@pytest.mark.promise("C11")
async def test_files_of_encrypted_conversations_are_opaque_and_stay_in_them(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    await register(ada, ADA)
    path = f"{API}/{(await ada.post(API, json={'members': ['1002'], 'encrypted': True})).json()['id']}"
    ordinary = f"{API}/{(await ada.post(API, json={'members': ['1002']})).json()['id']}"
    await ada.post(f"{path}/group", json=change(0, "start", ADA, restart=True))
    looks_like_a_photo = b"\xff\xd8\xff" + bytes(100)
    file = await upload(ada, looks_like_a_photo, filename="plan.jpg", kind="encrypted", seconds="3")
    elsewhere = await ada.post(f"{ordinary}/messages", json={"client_id": "c-1", "attachments": [file]})
    assert (elsewhere.status_code, elsewhere.json()["field"]) == (409, "attachments")
    readable = await upload(ada, b"readable", filename="plan.txt")
    refused = await ada.post(f"{path}/messages", json={**message("c-1", 1, "x"), "attachments": [readable]})
    assert (refused.status_code, refused.json()["field"]) == (409, "attachments")
    sent = await ada.post(f"{path}/messages", json={**message("c-2", 1, "key"), "attachments": [file]})
    [shown] = sent.json()["attachments"]
    assert (shown["kind"], shown["name"], shown["seconds"], shown["size"]) == ("encrypted", "", None, 103)
    stored = await ben.get(f"{path}/attachments/{file}")
    assert (stored.content, stored.headers["content-type"]) == (looks_like_a_photo, "application/octet-stream")
    assert (await ada.get(f"{path}/group")).json()["oldest"] == sent.json()["seq"]
