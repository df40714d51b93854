"""Call recordings over HTTP: permissions to list, play, archive and erase, and control of live recordings."""

import asyncio
import io
import wave

import pytest
from http_world import World
from video_pictures import pictures

from unificx.recording import ConsentEvidence, NewCallRecording, NewRecordedParty, PartyIdentity

UNOWNED = "019b8d62-7a80-7000-8000-0000000000ff"


@pytest.mark.promise("S3", "C8")
async def test_participants_can_list_play_and_see_playbacks(world: World) -> None:
    anna, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    cleo = await world.user(world.acme, "1003")
    recording = await world.make_recording(world.acme, "1001", "1002")
    path = f"/api/v1/recordings/{recording}"
    for client in (anna, ben):
        [one] = (await client.get("/api/v1/recordings")).json()["items"]
        assert (one["id"], one["own"], one["listen"], one["seconds"]) == (recording, True, True, 2.0)
        assert [party["number"] for party in one["parties"]] == ["1001", "1002"]
        assert all(party["told"] and party["consented"] and party["notice"] for party in one["parties"])
    assert len((await anna.get("/api/v1/recordings", params={"call": "call-1"})).json()["items"]) == 1
    assert (await anna.get("/api/v1/recordings", params={"call": "call-2"})).json()["items"] == []
    assert (await anna.get("/api/v1/recordings", params={"extension": "1002"})).status_code == 404
    answer = await anna.get(f"{path}/audio")
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, 8000, 16000)
    await anna.get(f"{path}/audio", headers={"Range": "bytes=100-199"})
    assert (await anna.get(f"{path}/audio", headers={"Range": "bytes=999999-"})).status_code == 416
    [listen] = (await ben.get(f"{path}/listens")).json()["items"]
    assert listen["purpose"] == "own"
    assert (await cleo.get("/api/v1/recordings")).json()["items"] == []
    for wanted in (path, f"{path}/audio", f"{path}/listens"):
        assert (await cleo.get(wanted)).status_code == 404
    assert (await cleo.delete(path)).status_code == 404
    for act in ("erase", "restore"):
        assert (await cleo.post(f"{path}/{act}")).status_code == 404
    assert (await anna.get(f"/api/v1/recordings/{UNOWNED}")).status_code == 404


async def test_recordings_are_paged_newest_first(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    made = [await world.make_recording(world.acme, "1001", "1002", f"call-{number}") for number in range(3)]
    first = (await anna.get("/api/v1/recordings", params={"limit": 2})).json()
    rest = (await anna.get("/api/v1/recordings", params={"limit": 2, "cursor": first["next"]})).json()
    assert [one["id"] for one in [*first["items"], *rest["items"]]] == made[::-1]
    assert rest["next"] is None
    assert (await anna.get("/api/v1/recordings", params={"cursor": "nonsense"})).status_code == 422


@pytest.mark.promise("T2")
async def test_a_transcoded_recording_is_stereo_opus_with_a_waveform(world: World) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    path = f"/api/v1/recordings/{await world.make_recording(world.acme, '1001', '1002')}"
    assert (await anna.get(path)).json()["waveform"] == []
    await world.transcoding.transcode_all()
    sound = await anna.get(f"{path}/audio")
    assert (sound.headers["content-type"], sound.content[:4], sound.content[37]) == ("audio/ogg", b"OggS", 2)
    waveform = (await anna.get(path)).json()["waveform"]
    assert (len(waveform), min(waveform) > 0) == (200, True)
    assert (await admin.get(path)).json()["waveform"] == []
    with wave.open(io.BytesIO((await anna.get(f"{path}/audio", params={"format": "wav"})).content)) as samples:
        assert (samples.getnchannels(), samples.getnframes()) == (2, 16000)


@pytest.mark.promise("D3")
async def test_archive_restore_and_erase(world: World) -> None:
    anna, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    path = f"/api/v1/recordings/{await world.make_recording(world.acme, '1001', '1002')}"
    assert (await anna.delete(path)).status_code == 204
    assert (await anna.get("/api/v1/recordings")).json()["items"] == []
    assert len((await anna.get("/api/v1/recordings", params={"hidden": True})).json()["items"]) == 1
    assert len((await ben.get("/api/v1/recordings")).json()["items"]) == 1
    assert (await anna.post(f"{path}/restore")).status_code == 204
    assert (await ben.post(f"{path}/erase")).status_code == 204
    for wanted in (path, f"{path}/audio", f"{path}/listens"):
        assert (await anna.get(wanted)).status_code == 410


@pytest.mark.promise("D3")
async def test_erasing_for_everyone_needs_a_recent_proof_of_identity(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    path = f"/api/v1/recordings/{await world.make_recording(world.acme, '1001', '1002')}"
    world.clock.advance(11 * 60)
    refused = await anna.post(f"{path}/erase")
    assert (refused.status_code, refused.json()["code"]) == (403, "prove_yourself")
    assert (await anna.get(path)).status_code == 200


@pytest.mark.promise("S3")
async def test_administrators_can_erase_and_with_permission_and_purpose_play(world: World) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    path = f"/api/v1/recordings/{await world.make_recording(world.acme, '1001', None)}"
    [one] = (await admin.get("/api/v1/recordings")).json()["items"]
    assert (one["own"], one["listen"]) == (False, False)
    assert {party["number"] for party in one["parties"]} == {None}
    assert (await admin.get(f"{path}/audio")).status_code == 403
    assert (await admin.delete(path)).status_code == 403
    assert (await anna.patch("/api/v1/recordings/settings", json={"administrators_listen": True})).status_code == 403
    changed = await admin.patch("/api/v1/recordings/settings", json={"administrators_listen": True})
    assert changed.json()["administrators_listen"] is True
    refused = await admin.get(f"{path}/audio")
    assert (refused.status_code, refused.json()["field"]) == (422, "purpose")
    assert (await anna.get(f"{path}/audio", params={"purpose": "quality"})).status_code == 422
    assert (await admin.get(f"{path}/audio", params={"purpose": "quality"})).status_code == 200
    [listen] = (await anna.get(f"{path}/listens")).json()["items"]
    assert (listen["purpose"], bool(listen["who"])) == ("quality", True)
    assert (await admin.post(f"{path}/erase")).status_code == 204
    assert (await anna.get(path)).status_code == 410


@pytest.mark.promise("C8")
async def test_only_administrators_change_recording_settings(world: World) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    assert (await anna.get("/api/v1/recordings/settings")).json()["mode"] == "off"
    assert (await admin.patch("/api/v1/recordings/settings", json={"mode": "opt_in"})).json()["mode"] == "opt_in"
    assert (await admin.patch("/api/v1/recordings/settings", json={"beep_seconds": 2})).status_code == 422
    assert (await admin.patch("/api/v1/recordings/settings", json={"mode": "secretly"})).status_code == 422
    path = "/api/v1/extensions/1001/recording"
    assert (await anna.patch(path, json={"when": "always"})).status_code == 403
    assert (await admin.patch(path, json={"when": "always"})).json()["when"] == "always"
    assert (await anna.get(path)).json()["when"] == "always"
    assert (await anna.get("/api/v1/extensions/1002/recording")).status_code == 404


@pytest.mark.promise("C8")
async def test_participants_start_pause_and_stop_a_recording(world: World) -> None:
    anna, cleo = await world.user(world.acme, "1001"), await world.user(world.acme, "1003")
    bert = await world.user(world.acme, "1002")
    admin = await world.admin(world.acme)
    path = "/api/v1/calls/call-1/recording"
    assert (await anna.get(path)).status_code == 404
    await world.start_call(world.acme, "1001", "1002")
    assert (await anna.get(path)).json() == {
        "call_id": "call-1", "state": "none", "begun": None, "end": None, "allowed": False,
        "directs": False, "monitoring": None,
    }  # fmt: skip
    assert (await anna.put(path, json={"state": "recording"})).status_code == 403
    await admin.patch("/api/v1/recordings/settings", json={"mode": "announce"})
    assert (await anna.get(path)).json()["allowed"] is True
    assert (await cleo.put(path, json={"state": "recording"})).status_code == 404
    assert (await admin.put(path, json={"state": "recording"})).status_code == 403
    assert (await anna.put(path, json={"state": "paused"})).status_code == 409
    assert (await anna.put(path, json={"state": "recording"})).json()["state"] == "announced"
    await world.until_recording("call-1")
    assert (await anna.put(path, json={"state": "recording"})).json()["state"] == "recording"
    assert [(await each.get(path)).json()["directs"] for each in (anna, bert, admin)] == [True, False, True]
    assert (await bert.put(path, json={"state": "paused"})).status_code == 403
    assert (await anna.put(path, json={"state": "paused", "for_card": True})).json()["state"] == "paused"
    assert (await anna.put(path, json={"state": "recording"})).json()["state"] == "recording"
    stopped = (await admin.put(path, json={"state": "stopped"})).json()
    assert (stopped["state"], stopped["end"]) == ("ended", "stopped")
    assert (await anna.put(path, json={"state": "stopped"})).status_code == 409


@pytest.mark.promise("C8")
async def test_participants_can_pause_but_not_stop_an_automatic_recording(world: World) -> None:
    anna, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    await admin.patch("/api/v1/recordings/settings", json={"mode": "announce"})
    await admin.patch("/api/v1/extensions/1001/recording", json={"when": "always"})
    await world.start_call(world.acme, "1001", None)
    path = "/api/v1/calls/call-1/recording"
    assert (await anna.get(path)).json()["state"] == "announced"
    await world.until_recording("call-1")
    assert (await anna.put(path, json={"state": "stopped"})).status_code == 403
    assert (await anna.put(path, json={"state": "paused"})).json()["state"] == "paused"
    await asyncio.sleep(0)


@pytest.mark.promise("C8", "C10")
async def test_the_video_of_a_conference_is_played_by_its_participants_in_ranges(world: World) -> None:
    anna, cleo = await world.user(world.acme, "1001"), await world.user(world.acme, "1003")
    admin = await world.admin(world.acme)
    await anna.get("/api/v1/recordings")
    extension = world.identity.directory.extension(world.acme.id, "1001")
    assert extension is not None
    told = ConsentEvidence("digest", world.clock.now(), world.clock.now())
    party = NewRecordedParty(extension.subject, extension.id, PartyIdentity("1001", "Anna"), told)
    new = NewCallRecording(world.acme.id, "room-1", "announce", "demand", (party,), mixed=True, video=True)
    made = await world.services.archive.begin(new)
    assert made.video is not None
    for frame in pictures(2):
        await made.write(bytes(800), 8000)
        made.video.add_frame(frame)
        world.clock.advance(0.05)
    await made.finish("over")
    path = f"/api/v1/recordings/{made.id}"
    assert not (await anna.get(path)).json()["video"]
    early = await anna.get(f"{path}/video")
    assert early.status_code == 404
    await world.transcoding.videos.finish_all()
    assert (await anna.get(path)).json()["video"]
    whole = await anna.get(f"{path}/video")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/webm")
    assert whole.content[:4] == b"\x1a\x45\xdf\xa3"
    part = await anna.get(f"{path}/video", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert (await anna.get(f"{path}/video", headers={"Range": "bytes=99999999-"})).status_code == 416
    assert len((await anna.get(f"{path}/listens")).json()["items"]) == 1
    assert (await cleo.get(f"{path}/video")).status_code == 404
    assert (await admin.get(f"{path}/video", params={"purpose": "legal"})).status_code == 403
    sound_only = f"/api/v1/recordings/{await world.make_recording(world.acme, '1001', '1002')}"
    assert (await anna.get(f"{sound_only}/video")).status_code == 404
