"""Conference rooms over HTTP: permissions to manage rooms, list participants and control the conference."""

import asyncio
import json
from dataclasses import dataclass, field

import httpx
import pytest
from conference_legs import join_room
from http_world import World, WorldParts

from unificx.api.event_hub import EventQueue
from unificx.conferencing import RecordingChanged, RemoveParticipant, Room
from unificx.core.errors import Conflict
from unificx.identity import Tenant
from unificx.media.mixer.messages import ActiveSpeakerChanged

ROOMS = "/api/v1/rooms"


async def made(world: World, tenant: Tenant, admin: httpx.AsyncClient, **more: object) -> Room:
    answer = await admin.post(ROOMS, json={"number": "8000", "name": "Board", **more})
    assert answer.status_code == 201, answer.text
    return world.services.rooms.find(tenant.id, answer.json()["id"])


@pytest.mark.promise("C10")
async def test_administrators_manage_rooms_and_all_users_list_them(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    key = {"Idempotency-Key": "k-1"}
    wanted = {"number": "8000", "hosts": ["1001"], "pin": "4711", "host_pin": "8362", "end_after_host": 60}
    first, again = [await admin.post(ROOMS, json=wanted, headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, again.json())
    room = first.json()
    assert (room["number"], room["name"], room["hosts"]) == ("8000", "8000", ["1001"])
    assert (room["has_pin"], room["has_host_pin"], room["end_after_host"]) == (True, True, 60)
    assert room["meeting"] is None
    assert "4711" not in first.text
    for number in ("8001", "8002"):
        assert (await admin.post(ROOMS, json={"number": number})).status_code == 201
    page = (await user.get(ROOMS, params={"limit": 2})).json()
    rest = (await user.get(ROOMS, params={"cursor": page["next"]})).json()
    assert [one["number"] for one in page["items"] + rest["items"]] == ["8000", "8001", "8002"]
    assert rest["next"] is None
    assert (await user.get(ROOMS, params={"cursor": "nonsense"})).status_code == 422
    changed = await admin.patch(f"{ROOMS}/8000", json={"name": "Board", "pin": "", "end_after_host": -1, "hosts": []})
    assert changed.status_code == 200, changed.text
    shown = (await user.get(f"{ROOMS}/{room['id']}")).json()
    assert (shown["name"], shown["has_pin"], shown["end_after_host"], shown["hosts"]) == ("Board", False, None, [])
    assert (await admin.delete(f"{ROOMS}/8002")).status_code == 204
    assert (await user.get(f"{ROOMS}/8002")).status_code == 404


async def test_forbidden_for_users_and_other_tenants(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    outsider = await world.admin(world.globex)
    await made(world, world.acme, admin)
    assert (await user.post(ROOMS, json={"number": "8001"})).status_code == 403
    assert (await user.patch(f"{ROOMS}/8000", json={"name": "Mine"})).status_code == 403
    assert (await user.delete(f"{ROOMS}/8000")).status_code == 403
    assert (await user.get(f"{ROOMS}/8000/participants")).status_code == 403
    assert (await user.delete(f"{ROOMS}/8000/meeting")).status_code == 403
    assert (await outsider.get(f"{ROOMS}/8000")).status_code == 404
    assert (await outsider.get(ROOMS)).json()["items"] == []
    assert (await outsider.get(ROOMS, params={"tenant": "acme"})).status_code == 404
    assert (await world.client().get(ROOMS)).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ({"number": "1001"}, 409, "number"),
        ({"number": "8000", "hosts": ["1999"]}, 422, "hosts"),
        ({"number": "8000", "pin": "1234"}, 422, "pin"),
        ({"number": "8000", "most": 1}, 422, "most"),
        ({"number": "8000", "end_after_host": -1}, 422, "end_after_host"),
        ({"number": "8000", "announce": "shouts"}, 422, "announce"),
    ],
)
async def test_invalid_rooms_are_rejected(world: World, body: dict[str, object], status: int, where: str) -> None:
    admin, _ = await world.admin(world.acme), await world.user(world.acme, "1001")
    answer = await admin.post(ROOMS, json=body)
    assert (answer.status_code, answer.json()["field"]) == (status, where), answer.text


async def test_an_extension_cannot_use_the_number_of_a_room(world: World) -> None:
    admin = await world.admin(world.acme)
    await made(world, world.acme, admin)
    answer = await admin.post("/api/v1/extensions", json={"number": "8000", "name": "Carl"})
    assert (answer.status_code, answer.json()["field"]) == (409, "number")


@pytest.mark.promise("C10")
async def test_participants_and_administrators_list_participants(world: World) -> None:
    admin, anna = await world.admin(world.acme), await world.user(world.acme, "1001")
    berta = await world.user(world.acme, "1002")
    room = await made(world, world.acme, admin)
    there = join_room(world, room, "1001", host=True)
    join_room(world, room, "+491511")
    seen = (await anna.get(f"{ROOMS}/8000/participants")).json()["items"]
    assert [(one["number"], one["host"], one["own"], one["state"]) for one in seen] == [
        ("1001", True, True, "in"),
        ("+491511", False, False, "in"),
    ]
    assert len((await admin.get(f"{ROOMS}/8000/participants")).json()["items"]) == 2
    assert (await berta.get(f"{ROOMS}/8000/participants")).status_code == 403
    assert (await berta.get(f"{ROOMS}/8000")).json()["meeting"]["participants"] == 2
    world.services.meetings.on_media_event(ActiveSpeakerChanged(f"room/{room.id}", "leg-+491511"))
    seen = (await admin.get(f"{ROOMS}/8000/participants")).json()["items"]
    assert [one["speaking"] for one in seen] == [False, True]
    there.session.leave()
    assert (await anna.get(f"{ROOMS}/8000/participants")).status_code == 403


async def test_participants_control_their_own_microphone_and_hand(world: World) -> None:
    admin, anna = await world.admin(world.acme), await world.user(world.acme, "1001")
    room = await made(world, world.acme, admin)
    mine, other = join_room(world, room, "1001"), join_room(world, room, "1002")
    own, others = (f"{ROOMS}/8000/participants/{one.session.id}" for one in (mine, other))
    assert (await anna.patch(own, json={"muted": True, "hand": True})).status_code == 204
    assert mine.leg.commands == ["join heard", "mute True"]
    [seen, _] = (await anna.get(f"{ROOMS}/8000/participants")).json()["items"]
    assert (seen["muted"], seen["muted_by_host"], seen["hand"]) == (True, False, True)
    assert (await anna.patch(others, json={"muted": True})).status_code == 403
    assert (await anna.delete(others)).status_code == 403
    assert (await anna.patch(f"{ROOMS}/8000/meeting", json={"locked": True})).status_code == 403
    assert (await anna.patch(f"{ROOMS}/8000/participants/nobody", json={"muted": True})).status_code == 404
    assert other.leg.commands == ["join heard"]
    assert (await anna.delete(own)).status_code == 204
    assert mine.leg.commands[-1] == "leave"


async def test_hosts_and_administrators_control_the_conference(world: World) -> None:
    admin, anna = await world.admin(world.acme), await world.user(world.acme, "1001")
    room = await made(world, world.acme, admin)
    assert (await admin.delete(f"{ROOMS}/8000/meeting")).status_code == 404
    host, guest = join_room(world, room, "1001", host=True), join_room(world, room, "1002")
    of_guest = f"{ROOMS}/8000/participants/{guest.session.id}"
    assert (await anna.patch(of_guest, json={"muted": True})).status_code == 204
    assert guest.leg.commands == ["join heard", "mute True"]
    assert (await admin.patch(of_guest, json={"muted": False})).status_code == 204
    assert (await anna.patch(f"{ROOMS}/8000/meeting", json={"locked": True, "all_muted": True})).status_code == 204
    meeting = (await anna.get(f"{ROOMS}/8000")).json()["meeting"]
    assert (meeting["locked"], meeting["all_muted"]) == (True, True)
    assert (await anna.delete(of_guest)).status_code == 204
    assert guest.leg.commands[-1] == "leave"
    assert (await admin.delete(f"{ROOMS}/8000/meeting")).status_code == 204
    assert host.leg.commands[-1] == "leave"


async def test_hosts_and_administrators_invite_extensions(world: World) -> None:
    admin, anna = await world.admin(world.acme), await world.user(world.acme, "1001")
    berta = await world.user(world.acme, "1002")
    room = await made(world, world.acme, admin)
    wanted = {"number": "1003"}
    assert (await anna.post(f"{ROOMS}/8000/invitations", json=wanted)).status_code == 403
    answer = await admin.post(f"{ROOMS}/8000/invitations", json=wanted)
    assert (answer.status_code, answer.json()) == (202, {"call_id": "call-1"})
    join_room(world, room, "1001", host=True)
    join_room(world, room, "1002")
    assert (await anna.post(f"{ROOMS}/8000/invitations", json=wanted)).status_code == 202
    assert (await berta.post(f"{ROOMS}/8000/invitations", json=wanted)).status_code == 403
    refused = [(await one.post(f"{ROOMS}/8000/meeting/recording")).status_code for one in (anna, berta)]
    assert refused == [404, 404]  # no recorder is configured here
    assert (await anna.patch(f"{ROOMS}/8000/meeting", json={"captions": True})).status_code == 404  # nor are captions
    assert world.dialer.dialed == [("8000", "", "1003"), ("8000", "1001", "1003")]
    assert world.dialer.participants == [0, 2]


@dataclass
class Recording:
    """A conference recorder that only stores what was requested."""

    asked: list[str] = field(default_factory=list)

    def start(self, room: Room, by: str, *, video: bool) -> None:
        self.asked.append("start with video" if video else "start")

    def stop(self, room: Room) -> None:
        self.asked.append("stop")

    def pause(self, room: Room, *, on: bool, card: bool) -> None:
        if not self.asked:
            raise Conflict("This meeting is not being recorded.")
        self.asked.append(f"{'pause' if on else 'resume'}{' for a card' if card else ''}")

    def update_participants(self, room: Room, participants: object) -> None: ...
    def on_dtmf(self, room_id: str, participant_id: str, digit: str) -> None: ...
    def on_speaker_changed(self, room_id: str, participant_id: str) -> None: ...

    def consent_of(self, room_id: str, participant_id: str) -> None:
        return None


@pytest.mark.promise("C8", "C10")
@pytest.mark.parametrize("world_parts", [WorldParts(recorder=lambda meetings: Recording())], indirect=True)
async def test_hosts_record_pause_and_resume(world: World) -> None:
    admin, anna = await world.admin(world.acme), await world.user(world.acme, "1001")
    berta = await world.user(world.acme, "1002")
    room = await made(world, world.acme, admin, may_record=True)
    recording = world.services.meetings.recorder
    assert isinstance(recording, Recording)
    join_room(world, room, "1001", host=True)
    join_room(world, room, "1002")
    where, pause = f"{ROOMS}/8000/meeting/recording", {"paused": True}
    assert (await anna.patch(where, json=pause)).status_code == 409
    assert (await anna.post(where)).status_code == 204
    world.services.meetings.handle_event(room.id, RecordingChanged(True, paused=True))
    shown = (await anna.get(f"{ROOMS}/8000")).json()["meeting"]
    assert (shown["recorded"], shown["recording_paused"], shown["video_recorded"]) == (True, True, False)
    assert (await anna.post(where, json={"video": True})).status_code == 204
    world.services.meetings.handle_event(room.id, RecordingChanged(True, video=True))
    assert (await anna.get(f"{ROOMS}/8000")).json()["meeting"]["video_recorded"]
    for change in (pause, {"paused": False}, pause | {"for_card": True}):
        assert (await anna.patch(where, json=change)).status_code == 204
        assert (await berta.patch(where, json=change)).status_code == 403
    assert (await anna.patch(where, json={})).status_code == 422
    assert (await admin.patch(where, json={"paused": False})).status_code == 204
    assert (await anna.delete(where)).status_code == 204
    begun = ["start", "start with video"]
    assert recording.asked == [*begun, "pause", "resume", "pause for a card", "resume", "stop"]


async def test_deleting_a_room_disconnects_its_participants(world: World) -> None:
    admin = await world.admin(world.acme)
    room = await made(world, world.acme, admin)
    guest = join_room(world, room, "1002")
    assert (await admin.delete(f"{ROOMS}/8000")).status_code == 204
    assert guest.leg.commands[-1] == "leave"
    while not isinstance(await guest.session.next_prompt(), RemoveParticipant):
        pass


async def next_event(feed: EventQueue) -> dict[str, object]:
    text = await asyncio.wait_for(feed.next(), 2)
    assert text is not None
    return json.loads(text)


@pytest.mark.promise("C10")
async def test_room_events_reach_participants_and_administrators_rate_limited(world: World) -> None:
    admin = await world.admin(world.acme)
    anna, berta = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    room = await made(world, world.acme, admin)
    feeds = [
        world.services.event_hub.open(
            await world.identity.sessions.authenticate(one.headers["Authorization"].removeprefix("Bearer "))
        )
        for one in (admin, anna, berta)
    ]
    inside = join_room(world, room, "1001")
    for _ in range(50):
        for speaker in ("leg-1001", None):
            world.services.meetings.on_media_event(ActiveSpeakerChanged(f"room/{room.id}", speaker))
    expected = {"type": "room", "id": room.id, "participants": 1, "speaking": None, "recorded": False, "paused": False}
    expected |= {
        "captioned": False,
        "video_recorded": False,
        "locked": False,
        "raised_hand": [],
        "reactions": {},
        "videos": [],
    }
    received = [await next_event(feed) for feed in feeds[:2]]
    expected |= {"roster": received[0]["roster"], "breakouts": None}
    assert received == [expected, expected]
    world.services.meetings.on_media_event(ActiveSpeakerChanged(f"room/{room.id}", "leg-1001"))
    speaking = [await next_event(feed) for feed in feeds[:2]]
    assert [each["speaking"] for each in speaking] == [inside.session.id] * 2
    assert {each["roster"] for each in speaking} == {expected["roster"]}  # no reason to fetch the list
    muted = await admin.patch(f"/api/v1/rooms/{room.id}/participants/{inside.session.id}", json={"muted": True})
    assert muted.status_code == 204, muted.text
    assert expected["roster"] not in {(await next_event(feed))["roster"] for feed in feeds[:2]}
    for feed in feeds:
        feed.close(1000)
        assert await feed.next() is None


async def test_an_erased_person_has_no_name_in_the_room(world: World) -> None:
    admin, _ = await world.admin(world.acme), await world.user(world.acme, "1001")
    room = await made(world, world.acme, admin)
    join_room(world, room, "1001")
    extension = world.identity.directory.extension(world.acme.id, "1001")
    assert extension is not None
    world.services.meetings.anonymize(world.acme.id, extension.subject)
    [seen] = (await admin.get(f"{ROOMS}/8000/participants")).json()["items"]
    assert (seen["number"], seen["name"]) == ("", "")
