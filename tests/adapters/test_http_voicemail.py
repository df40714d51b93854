"""Voicemail over HTTP: play, archive and erase own messages, erase others'; complete audio and ranges."""

import io
import wave
from array import array

import pytest
from http_world import SPOKEN, FakeSpeechRecognition, World

from unificx.media.tones import level
from unificx.voicemail import message_repository


@pytest.mark.promise("C9")
async def test_own_messages_are_listed_newest_first(world: World) -> None:
    anna, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    first, second = (
        await world.leave_message(world.acme, "1001"),
        await world.leave_message(world.acme, "1001", "+49301234567"),
    )
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


async def test_a_message_is_returned_as_wav(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    answer = await anna.get(f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}/audio")
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
async def test_a_range_is_returned(world: World, asked: str, start: int, end: int) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}/audio"
    whole = (await anna.get(path)).content
    answer = await anna.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, whole[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(whole)}"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=40000-", "bytes=-0"])
async def test_a_range_out_of_bounds_is_rejected(world: World, asked: str) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}/audio"
    answer = await anna.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */32044")


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=0-1,5-6", "seconds=1-2", "bytes=-", "x" * 90, "bytes=a-b"])
async def test_a_malformed_range_is_ignored(world: World, asked: str) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}/audio"
    answer = await anna.get(path, headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, 32_044)


async def test_a_transcoded_message_is_returned_as_opus(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}"
    early = await anna.get(f"{path}/audio", params={"format": "ogg"})
    assert (early.status_code, early.headers["content-type"]) == (200, "audio/wav")
    assert (await anna.get(path)).json()["waveform"] == []
    await world.transcoding.transcode_all()
    for asked in ({}, {"Accept": "audio/ogg, audio/wav;q=0.5"}, {"Accept": "audio/*"}):
        answer = await anna.get(f"{path}/audio", headers=asked)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/ogg")
        assert answer.content.startswith(b"OggS")
        assert len(answer.content) < len(SPOKEN) / 5
    part = await anna.get(f"{path}/audio", headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, answer.content[100:300])
    waveform = (await anna.get(path)).json()["waveform"]
    assert (len(waveform), max(waveform)) == (200, 100)
    assert (await anna.get("/api/v1/voicemail")).json()["items"][0]["waveform"] == waveform
    assert (await anna.get(f"{path}/audio", params={"format": "mp3"})).status_code == 422


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("audio/wav", None),
        ("audio/x-wav", None),
        ("audio/ogg;q=0.3, audio/wav;q=0.9", None),
        ("audio/*;q=0.2, audio/wave", None),
        ("audio/ogg", "wav"),
        ("", "wav"),
    ],
)
async def test_a_transcoded_message_is_also_available_as_wav(world: World, accept: str, form: str | None) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}/audio"
    await world.transcoding.transcode_all()
    query, headers = {"format": form} if form else {}, {"Accept": accept} if accept else {}
    answer = await anna.get(path, params=query, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getframerate(), sound.getnframes()) == (8000, len(SPOKEN) // 2)
        assert level(array("h", sound.readframes(8000)), 500) == pytest.approx(
            level(array("h", SPOKEN)[:8000], 500), rel=0.1
        )
    part = await anna.get(path, params=query, headers=headers | {"Range": "bytes=-1000"})
    assert (part.status_code, len(part.content)) == (206, 1000)
    assert part.headers["etag"] == answer.headers["etag"]


async def test_a_range_with_an_outdated_if_range_returns_everything(world: World) -> None:
    """The sound may be transcoded to Opus between two requests."""
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}/audio"
    before = (await anna.get(path)).headers["etag"]
    await world.transcoding.transcode_all()
    changed = await anna.get(path, headers={"Range": "bytes=100-", "If-Range": before})
    assert (changed.status_code, changed.headers["content-type"]) == (200, "audio/ogg")
    same = await anna.get(path, headers={"Range": "bytes=100-", "If-Range": changed.headers["etag"]})
    assert (same.status_code, same.content) == (206, changed.content[100:])


@pytest.mark.promise("T2")
@pytest.mark.parametrize("stored", [False, True])
async def test_a_tampered_message_is_not_played(world: World, tmp_path, stored: bool) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}/audio"
    if stored:
        await world.transcoding.transcode_all()
    [file] = [each for each in (tmp_path / "audio").rglob("*") if each.is_file()]
    whole = file.read_bytes()
    for place in range(4, len(whole), 977):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        answer = await anna.get(path, params={"format": "wav"})
        assert (answer.status_code, answer.json()["code"]) == (410, "over")
        assert "damaged" in answer.json()["detail"]
    file.write_bytes(whole)
    assert (await anna.get(path)).status_code == 200


async def test_a_message_is_marked_as_played_and_as_new(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}"
    for state in (True, False):
        assert (await anna.post(f"{path}/heard", json={"heard": state})).status_code == 204
        assert ((await anna.get(path)).json()["heard"] is not None) is state


@pytest.mark.promise("R2")
async def test_an_archived_message_is_hidden_and_can_be_restored(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}"
    assert (await anna.delete(path)).status_code == 204
    assert (await anna.get("/api/v1/voicemail")).json()["items"] == []
    [hidden] = (await anna.get("/api/v1/voicemail", params={"hidden": True})).json()["items"]
    assert hidden["hidden"] is not None
    assert (await anna.post(f"{path}/restore")).status_code == 204
    assert len((await anna.get("/api/v1/voicemail")).json()["items"]) == 1
    assert (await anna.get(f"{path}/audio")).status_code == 200


@pytest.mark.promise("R2", "R1")
async def test_an_erased_message_is_gone(world: World, tmp_path) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001')}"
    assert (await anna.post(f"{path}/erase")).status_code == 204
    for wanted in (path, f"{path}/audio"):
        answer = await anna.get(wanted)
        assert (answer.status_code, answer.json()["code"]) == (410, "over")
    assert [each for each in (tmp_path / "audio").rglob("*") if each.is_file()] == []
    assert (await anna.get("/api/v1/voicemail", params={"hidden": True})).json()["items"] == []


async def test_administrators_can_erase_but_not_play_messages_of_others(world: World) -> None:
    await world.user(world.acme, "1001")
    admin = await world.admin(world.acme)
    message = await world.leave_message(world.acme, "1001")
    [shown] = (await admin.get("/api/v1/voicemail", params={"extension": "1001"})).json()["items"]
    assert (shown["id"], shown["caller"], shown["caller_name"], shown["own"]) == (message, None, None, False)
    path = f"/api/v1/voicemail/{message}"
    for answer in (await admin.get(f"{path}/audio"), await admin.delete(path), await admin.post(f"{path}/restore")):
        assert answer.status_code == 403
    assert (await admin.post(f"{path}/erase")).status_code == 204
    elsewhere = await world.admin(world.globex)
    other = await world.leave_message(world.acme, "1001")
    assert (await elsewhere.post(f"/api/v1/voicemail/{other}/erase")).status_code == 404


@pytest.mark.promise("C9")
async def test_voicemail_is_disabled_by_owner_and_by_tenant(world: World) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    extension = world.identity.directory.extension(world.acme.id, "1001")
    assert extension is not None
    takes = world.services.mailboxes.accepts_messages
    assert takes(extension)
    off = await anna.patch("/api/v1/extensions/1001/voicemail", json={"enabled": False})
    assert (off.json()["enabled"], off.json()["takes_messages"], takes(extension)) == (False, False, False)
    await anna.patch("/api/v1/extensions/1001/voicemail", json={"enabled": True})
    assert (await anna.patch("/api/v1/voicemail/settings", json={"enabled": False})).status_code == 403
    changed = await admin.patch("/api/v1/voicemail/settings", json={"enabled": False, "longest_seconds": 60})
    assert changed.json() == {
        "enabled": False,
        "longest_seconds": 60,
        "most_messages": 100,
        "restorable_days": 30,
        "keep_wav": False,
        "transcribe": False,
        "mail_sound": True,
        "transcription_needs": "",
    }
    mine = (await anna.get("/api/v1/extensions/1001/voicemail")).json()
    assert (mine["enabled"], mine["takes_messages"], takes(extension)) == (True, False, False)
    assert (await anna.get("/api/v1/voicemail/settings")).json() == changed.json()


async def test_a_pin_is_never_shown_and_is_validated(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    path = "/api/v1/extensions/1001/voicemail"
    for wrong in ("1234", "1111", "9876", "12", "1234567890123", "12a4"):
        assert (await anna.patch(path, json={"pin": wrong})).status_code == 422
    assert (await anna.patch(path, json={"pin": "4711"})).json()["has_pin"] is True
    assert "4711" not in (await anna.get(path)).text
    assert (await anna.patch(path, json={"pin": ""})).json()["has_pin"] is False
    ben = await world.user(world.acme, "1002")
    assert (await ben.patch(path, json={"pin": "4711"})).status_code == 404


@pytest.mark.promise("R1")
async def test_only_the_owner_sets_the_pin(world: World) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    path = "/api/v1/extensions/1001/voicemail"
    for other in (admin, world.client(operator=True)):
        where = {"tenant": world.acme.id}
        assert (await anna.patch(path, json={"pin": "4711"})).json()["may_set_pin"] is True
        assert (await other.get(path, params=where)).json()["may_set_pin"] is False
        refused = await other.patch(path, json={"pin": "8264"}, params=where)
        assert (refused.status_code, refused.json()["field"]) == (403, "pin")
        cleared = await other.patch(path, json={"pin": ""}, params=where)
        assert (cleared.status_code, cleared.json()["has_pin"]) == (200, False)
    await admin.post("/api/v1/extensions", json={"number": "1009", "name": "Lobby"})
    lobby = await admin.patch("/api/v1/extensions/1009/voicemail", json={"pin": "8264"})
    assert (lobby.json()["has_pin"], lobby.json()["may_set_pin"]) == (True, True)


@pytest.mark.parametrize("change", [{"longest_seconds": 5}, {"most_messages": 0}, {"restorable_days": 400}])
async def test_settings_out_of_range_are_rejected(world: World, change: dict[str, int]) -> None:
    answer = await (await world.admin(world.acme)).patch("/api/v1/voicemail/settings", json=change)
    assert answer.status_code == 422


async def test_a_mailbox_shows_its_email_and_greeting_settings(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    path = "/api/v1/extensions/1001/voicemail"
    shown = (await anna.get(path)).json()
    assert (shown["mail_caller"], shown["has_greeting"], shown["greetings"]) == (False, False, [])
    assert (await anna.patch(path, json={"mail_caller": True})).json()["mail_caller"] is True


@pytest.mark.promise("C9", "R1")
async def test_messages_are_attached_to_emails_if_owner_and_tenant_allow_it(
    world: World,
) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    box, settings = "/api/v1/extensions/1001/voicemail", "/api/v1/voicemail/settings"
    shown = (await anna.get(box)).json()
    assert (shown["mail_sound"], shown["may_mail_sound"]) == (False, True)
    assert (await admin.patch(box, json={"mail_sound": True})).status_code == 403
    assert (await anna.patch(settings, json={"mail_sound": True})).status_code == 403
    assert (await anna.patch(box, json={"mail_sound": True})).json()["mail_sound"] is True
    extension = world.identity.directory.extension(world.acme.id, "1001")
    assert extension is not None
    mails = lambda: world.services.mailboxes.emails_audio(world.acme.id, extension.id)  # noqa: E731
    assert mails()
    for path, change in ((settings, {"mail_sound": False}), (box, {"mail": False}), (box, {"mail_sound": False})):
        refused = {key: not value for key, value in change.items()}
        who = anna if path == box else admin
        assert (await who.patch(path, json=change)).is_success
        assert not mails()
        assert (await who.patch(path, json=refused)).is_success
    assert (await admin.patch(box, json={"mail_sound": False})).json()["mail_sound"] is False


@pytest.mark.promise("C9", "R2")
async def test_a_message_shows_that_a_copy_was_mailed_even_after_erasure(world: World) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    first, second = [await world.leave_message(world.acme, "1001") for _ in range(2)]
    sent = world.clock.now()
    async with world.database.begin() as uow:
        await message_repository.mark_emailed(uow.session, world.acme.id, first, sent)
    for who in (anna, admin):
        listed = (await who.get("/api/v1/voicemail", params={"extension": "1001"})).json()["items"]
        assert {one["id"]: one["mailed"] for one in listed} == {
            first: sent.isoformat().replace("+00:00", "Z"),
            second: None,
        }
    hints = []
    for message in (first, second):
        assert (await anna.post(f"/api/v1/voicemail/{message}/erase")).status_code == 204
        gone = await anna.get(f"/api/v1/voicemail/{message}")
        assert gone.status_code == 410
        hints.append(gone.json().get("hint") or "")
    assert f"A copy was sent by e-mail on {sent:%Y-%m-%d}" in hints[0]
    assert "e-mail" not in hints[1]


@pytest.mark.promise("R1")
async def test_messages_are_transcribed_if_tenant_and_owner_enable_it(world: World) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    box = "/api/v1/extensions/1001/voicemail"
    assert (await anna.get(box)).json()["transcribe"] is False
    assert (await admin.patch(box, json={"transcribe": True})).status_code == 403
    mine = (await anna.patch(box, json={"transcribe": True})).json()
    assert (mine["transcribe"], mine["transcribes"]) == (True, False)
    changed = await admin.patch("/api/v1/voicemail/settings", json={"transcribe": True})
    assert changed.json()["transcribe"] is True
    assert (await anna.get(box)).json()["transcribes"] is True
    path = f"/api/v1/voicemail/{await world.leave_message(world.acme, '1001', transcribe=True)}"
    assert (await anna.get(path)).json()["transcript"] is None
    assert await world.transcription.transcribe_all() == 1
    assert (await anna.get(path)).json()["transcript"] == {"text": "2 seconds", "language": "en"}
    [listed] = (await anna.get("/api/v1/voicemail")).json()["items"]
    assert listed["transcript"]["text"] == "2 seconds"
    [others] = (await admin.get("/api/v1/voicemail", params={"extension": "1001"})).json()["items"]
    assert others["transcript"] is None
    assert (await admin.patch(box, json={"transcribe": False})).json()["transcribes"] is False
    await anna.post(f"{path}/erase")
    assert (await anna.get(path)).status_code == 410


async def test_without_speech_recognition_the_setting_names_what_to_install(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeSpeechRecognition, "requirement", "Install requirements/transcription.txt.")
    admin = await world.admin(world.acme)
    path = "/api/v1/voicemail/settings"
    assert (await admin.get(path)).json()["transcription_needs"] == "Install requirements/transcription.txt."
    refused = await admin.patch(path, json={"transcribe": True})
    assert (refused.status_code, refused.json()["hint"]) == (409, "Install requirements/transcription.txt.")
    assert (await admin.patch(path, json={"transcribe": False})).status_code == 200
