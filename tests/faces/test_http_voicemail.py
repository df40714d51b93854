"""Voicemail over HTTP: one's own to hear, put away and erase; others' to erase; the sound whole and in ranges."""

import io
import wave

import pytest
from http_world import SPOKEN, World


@pytest.mark.promise("C9")
async def test_ones_own_messages_are_listed_the_newest_first(world: World) -> None:
    anna, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    first, second = await world.left(world.acme, "1001"), await world.left(world.acme, "1001", "+49301234567")
    items = (await anna.get("/api/v1/voicemail")).json()["items"]
    assert [one["id"] for one in items] == [second, first]
    assert [one["caller"] for one in items] == ["+49301234567", "+491511234567"]
    assert items[0]["caller_name"] == "Carl Caller"
    assert (items[0]["seconds"], items[0]["heard"], items[0]["number"], items[0]["own"]) == (2.0, None, "1001", True)
    assert (await ben.get("/api/v1/voicemail")).json()["items"] == []
    for path in (f"/api/v1/voicemail/{first}", f"/api/v1/voicemail/{first}/audio"):
        assert (await ben.get(path)).status_code == 404
    for act in ("erase", "restore", "heard"):
        body = {"heard": True} if act == "heard" else None
        assert (await ben.post(f"/api/v1/voicemail/{first}/{act}", json=body)).status_code == 404
    assert (await ben.delete(f"/api/v1/voicemail/{first}")).status_code == 404


async def test_what_was_said_comes_as_wav(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    answer = await anna.get(f"/api/v1/voicemail/{await world.left(world.acme, '1001')}/audio")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert (answer.headers["accept-ranges"], answer.headers["cache-control"]) == ("bytes", "private, no-store")
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 8000)
        assert sound.readframes(sound.getnframes()) == SPOKEN


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-43", 0, 44),
        ("bytes=40-99", 40, 100),
        ("bytes=20000-", 20_000, 32_044),
        ("bytes=-100", 31_944, 32_044),
        ("bytes=32000-99999", 32_000, 32_044),
    ],
)
async def test_a_range_of_it(world: World, asked: str, start: int, end: int) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.left(world.acme, '1001')}/audio"
    whole = (await anna.get(path)).content
    answer = await anna.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, whole[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(whole)}"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=40000-", "bytes=-0"])
async def test_a_range_that_is_not_in_it(world: World, asked: str) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.left(world.acme, '1001')}/audio"
    answer = await anna.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */32044")


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=0-1,5-6", "seconds=1-2", "bytes=-", "x" * 90, "bytes=a-b"])
async def test_a_range_that_is_none_is_passed_over(world: World, asked: str) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.left(world.acme, '1001')}/audio"
    answer = await anna.get(path, headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, 32_044)


async def test_a_message_is_marked_and_is_new_again(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.left(world.acme, '1001')}"
    for heard in (True, False):
        assert (await anna.post(f"{path}/heard", json={"heard": heard})).status_code == 204
        assert ((await anna.get(path)).json()["heard"] is not None) is heard


@pytest.mark.promise("R2")
async def test_put_away_it_is_gone_from_the_list_and_can_be_brought_back(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.left(world.acme, '1001')}"
    assert (await anna.delete(path)).status_code == 204
    assert (await anna.get("/api/v1/voicemail")).json()["items"] == []
    [hidden] = (await anna.get("/api/v1/voicemail", params={"hidden": True})).json()["items"]
    assert hidden["hidden"] is not None
    assert (await anna.post(f"{path}/restore")).status_code == 204
    assert len((await anna.get("/api/v1/voicemail")).json()["items"]) == 1
    assert (await anna.get(f"{path}/audio")).status_code == 200


@pytest.mark.promise("R2", "R1")
async def test_erased_it_is_gone_for_good(world: World, tmp_path) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.left(world.acme, '1001')}"
    assert (await anna.post(f"{path}/erase")).status_code == 204
    for wanted in (path, f"{path}/audio"):
        answer = await anna.get(wanted)
        assert (answer.status_code, answer.json()["code"]) == (410, "over")
    assert [each for each in (tmp_path / "audio").rglob("*") if each.is_file()] == []
    assert (await anna.get("/api/v1/voicemail", params={"hidden": True})).json()["items"] == []


async def test_an_administrator_erases_others_messages_and_hears_none(world: World) -> None:
    await world.user(world.acme, "1001")
    admin = await world.admin(world.acme)
    message = await world.left(world.acme, "1001")
    [shown] = (await admin.get("/api/v1/voicemail", params={"extension": "1001"})).json()["items"]
    assert (shown["id"], shown["caller"], shown["caller_name"], shown["own"]) == (message, None, None, False)
    path = f"/api/v1/voicemail/{message}"
    for answer in (await admin.get(f"{path}/audio"), await admin.delete(path), await admin.post(f"{path}/restore")):
        assert answer.status_code == 403
    assert (await admin.post(f"{path}/erase")).status_code == 204
    elsewhere = await world.admin(world.globex)
    other = await world.left(world.acme, "1001")
    assert (await elsewhere.post(f"/api/v1/voicemail/{other}/erase")).status_code == 404


@pytest.mark.promise("C9")
async def test_it_is_switched_off_by_its_owner_and_by_the_organisation(world: World) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    extension = world.people.directory.extension(world.acme.id, "1001")
    assert extension is not None
    takes = world.services.mailboxes.takes_messages
    assert takes(extension)
    off = await anna.patch("/api/v1/extensions/1001/voicemail", json={"enabled": False})
    assert (off.json()["enabled"], off.json()["takes_messages"], takes(extension)) == (False, False, False)
    await anna.patch("/api/v1/extensions/1001/voicemail", json={"enabled": True})
    assert (await anna.patch("/api/v1/voicemail/settings", json={"enabled": False})).status_code == 403
    changed = await admin.patch("/api/v1/voicemail/settings", json={"enabled": False, "longest_seconds": 60})
    assert changed.json() == {"enabled": False, "longest_seconds": 60, "most_messages": 100, "restorable_days": 30}
    mine = (await anna.get("/api/v1/extensions/1001/voicemail")).json()
    assert (mine["enabled"], mine["takes_messages"], takes(extension)) == (True, False, False)
    assert (await anna.get("/api/v1/voicemail/settings")).json() == changed.json()


async def test_a_pin_is_never_shown_and_must_be_one(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    path = "/api/v1/extensions/1001/voicemail"
    for wrong in ("1234", "1111", "9876", "12", "1234567890123", "12a4"):
        assert (await anna.patch(path, json={"pin": wrong})).status_code == 422
    assert (await anna.patch(path, json={"pin": "4711"})).json()["has_pin"] is True
    assert "4711" not in (await anna.get(path)).text
    assert (await anna.patch(path, json={"pin": ""})).json()["has_pin"] is False
    ben = await world.user(world.acme, "1002")
    assert (await ben.patch(path, json={"pin": "4711"})).status_code == 404


@pytest.mark.parametrize("change", [{"longest_seconds": 5}, {"most_messages": 0}, {"restorable_days": 400}])
async def test_settings_out_of_reason_are_refused(world: World, change: dict[str, int]) -> None:
    answer = await (await world.admin(world.acme)).patch("/api/v1/voicemail/settings", json=change)
    assert answer.status_code == 422
