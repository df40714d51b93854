"""Breakout rooms over HTTP: hosts open, fill and end them; everyone is moved with their call, and returns."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from conference_legs import FakeLeg, JoinedParticipant, join_room
from http_world import World
from test_http_guests import GUESTS, GuestWorld, meeting  # noqa: F401 - a fixture

from unificx.conferencing import CallerIdentity, LockRequested, ParticipantSession, RecordingChanged, Room
from unificx.conferencing.breakouts import MOVED, RETURNED
from unificx.conferencing.events import ConferenceChanged
from unificx.conferencing.machine.breakouts import COUNTDOWN
from unificx.server.room_events import _breakouts_mark

pytestmark = pytest.mark.promise("C10")

BREAKOUTS = "/api/v1/rooms/8000/breakouts"
HARBOUR = {"name": "Harbour"}


@dataclass
class Groups:
    """Anna hosts room 8000 with Berta and a phone from outside in it."""

    world: World
    room: Room
    admin: httpx.AsyncClient
    anna: httpx.AsyncClient
    berta: httpx.AsyncClient
    as_anna: JoinedParticipant
    as_berta: JoinedParticipant
    outside: JoinedParticipant

    async def open(self, *rooms: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = await self.anna.post(BREAKOUTS, json={"rooms": rooms, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def shown(self) -> dict[str, list[str]]:
        """The numbers of the people in each room."""
        found = (await self.anna.get(BREAKOUTS)).json()
        return {
            one["name"]: [each["number"] for each in one["participants"]] for one in (found["main"], *found["rooms"])
        }

    async def move(self, user: httpx.AsyncClient, who: JoinedParticipant, to: str) -> int:
        return (await user.put(f"{BREAKOUTS}/{to}/participants/{who.session.id}")).status_code

    def state(self) -> object:
        return self.world.services.meetings.state_of(self.room.id)


async def prompts(session: ParticipantSession) -> list[str]:
    """The prompts that the participant's call would play now."""
    found: list[str] = []
    while not session._connection.prompts.empty():
        one = await session.next_prompt()
        found.append(getattr(one, "prompt", type(one).__name__))
    return found


async def enter(*people: JoinedParticipant) -> None:
    """Their calls play the prompts, and they are in the room."""
    for one in people:
        await prompts(one.session)
        one.session.entered()


@pytest.fixture
async def groups(world: World) -> Groups:
    admin = await world.admin(world.acme)
    anna, berta = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    made = await admin.post("/api/v1/rooms", json={"number": "8000", "name": "Review", "may_record": True})
    room = world.services.rooms.find(world.acme.id, made.json()["id"])
    people = join_room(world, room, "1001", host=True), join_room(world, room, "1002"), join_room(world, room, "0301")
    return Groups(world, room, admin, anna, berta, *people)


async def test_people_are_moved_by_hand_and_evenly_with_a_prompt_and_their_sound(groups: Groups) -> None:
    by_hand = {"name": "Harbour", "participants": [groups.as_berta.session.id]}
    await groups.open(by_hand, {"name": "Pier"}, distribute=True)
    assert await groups.shown() == {"Review": ["1001"], "Harbour": ["1002"], "Pier": ["0301"]}
    for one, name in ((groups.as_berta, "Harbour"), (groups.outside, "Pier")):
        assert one.session.room.name == name
        assert not one.session.room.settings.may_record
        assert one.leg.commands == ["join heard", "leave"]
        assert await prompts(one.session) == [MOVED, "Admit"]
        one.session.entered()
        assert one.leg.commands[-1] == "join heard"


async def test_a_participant_returns_by_hand_or_is_moved_on_by_a_host(groups: Groups) -> None:
    made = await groups.open({"name": "Harbour", "participants": [groups.as_berta.session.id]}, {"name": "Pier"})
    harbour, pier = (one["id"] for one in made["rooms"])
    assert await groups.move(groups.anna, groups.as_berta, pier) == 404, "still entering"
    await enter(groups.as_berta)
    assert await groups.move(groups.berta, groups.as_berta, pier) == 403
    assert await groups.move(groups.berta, groups.as_anna, harbour) == 403
    assert await groups.move(groups.anna, groups.as_berta, pier) == 204
    await enter(groups.as_berta)
    assert await groups.move(groups.anna, groups.as_anna, pier) == 204
    await enter(groups.as_anna)
    assert await groups.shown() == {"Review": ["0301"], "Harbour": [], "Pier": ["1002", "1001"]}
    assert await groups.move(groups.berta, groups.as_berta, made["main"]["id"]) == 204
    assert await prompts(groups.as_berta.session) == [RETURNED, "Admit"]
    assert await groups.move(groups.anna, groups.outside, "elsewhere") == 403
    gone = f"{BREAKOUTS}/{harbour}/participants/unknown"
    assert (await groups.anna.put(gone)).status_code == 404
    assert await groups.move(groups.anna, groups.as_anna, harbour) == 204, "the host has rights in each room"


async def test_only_hosts_open_write_and_end_and_outsiders_see_nothing(groups: Groups) -> None:
    assert (await groups.anna.get(BREAKOUTS)).json()["rooms"] == []
    for early in (await groups.anna.patch(BREAKOUTS, json={"text": "x"}), await groups.anna.delete(BREAKOUTS)):
        assert early.status_code == 404
    assert await groups.move(groups.anna, groups.as_berta, "x") == 404
    assert (await groups.berta.post(BREAKOUTS, json={"rooms": [HARBOUR]})).status_code == 403
    for rooms in ([], [HARBOUR, HARBOUR], [{"name": "A", "participants": ["unknown"]}]):
        assert (await groups.anna.post(BREAKOUTS, json={"rooms": rooms})).status_code == 422
    await groups.open(HARBOUR)
    assert (await groups.anna.post(BREAKOUTS, json={"rooms": [HARBOUR]})).status_code == 409
    assert (await groups.berta.patch(BREAKOUTS, json={"text": "x"})).status_code == 403
    assert (await groups.berta.delete(BREAKOUTS)).status_code == 403
    assert (await groups.anna.patch(BREAKOUTS, json={"text": "Ten minutes left"})).status_code == 204
    assert (await groups.berta.get(BREAKOUTS)).json()["text"] == "Ten minutes left"
    colleague = await groups.world.user(groups.world.acme, "1003")
    assert (await colleague.get(BREAKOUTS)).status_code == 403
    foreigner = await groups.world.admin(groups.world.globex)
    assert (await foreigner.get(BREAKOUTS)).status_code == 404


async def test_all_return_after_the_countdown_to_a_locked_room_and_the_rooms_are_gone(groups: Groups) -> None:
    made = await groups.open(HARBOUR, {"name": "Pier"}, distribute=True)
    await enter(groups.as_berta)
    groups.world.services.meetings.apply(groups.room, LockRequested(groups.as_anna.session.id, on=True))
    assert (await groups.anna.delete(BREAKOUTS)).status_code == 204
    left = (await groups.anna.get(BREAKOUTS)).json()["seconds_left"]
    assert COUNTDOWN - 1 < left <= COUNTDOWN
    assert (await groups.anna.delete(BREAKOUTS)).status_code == 204  # at once
    for _ in range(3):
        await asyncio.sleep(0)
    assert groups.as_berta.session.room.id == groups.room.id
    assert (await groups.anna.get(BREAKOUTS)).json()["rooms"], "the phone has not entered its room yet"
    await enter(groups.outside)
    assert groups.outside.session.room.id == groups.room.id
    assert (await groups.anna.get(BREAKOUTS)).json()["rooms"] == []
    assert all(groups.world.services.rooms.by_id(one["id"]) is None for one in made["rooms"])
    await enter(groups.as_berta, groups.outside)
    assert groups.outside.leg.commands[-1] == "join heard"


async def test_a_recording_of_the_main_room_goes_on_there_only(groups: Groups) -> None:
    meetings = groups.world.services.meetings
    meetings.handle_event(groups.room.id, RecordingChanged(on=True))
    made = await groups.open({"name": "Harbour", "participants": [groups.as_berta.session.id]})
    await enter(groups.as_berta)
    assert [one.caller.number for one in meetings.recording_participants(groups.room)] == ["1001", "0301"]
    status = meetings.status(groups.as_berta.session.room)
    assert status is not None
    assert not status.recorded
    assert await groups.move(groups.anna, groups.as_berta, made["main"]["id"]) == 204
    (awaiting,) = [one for one in meetings.recording_participants(groups.room) if one.awaiting_consent]
    assert awaiting.caller.number == "1002"
    assert await prompts(groups.as_berta.session) == [RETURNED]


async def test_the_end_of_the_conference_ends_its_breakout_rooms(groups: Groups) -> None:
    await groups.open({"name": "Harbour", "participants": [groups.as_berta.session.id]})
    await enter(groups.as_berta)
    assert (await groups.anna.delete("/api/v1/rooms/8000/meeting")).status_code == 204
    assert await prompts(groups.as_berta.session) == ["conference/over"]
    for one in (groups.as_anna, groups.as_berta, groups.outside):
        one.session.leave()
    assert groups.state() is None
    assert groups.world.services.breakouts.status(groups.room).rooms == ()


async def test_an_ad_hoc_room_is_kept_while_all_are_in_its_breakout_rooms(groups: Groups) -> None:
    services = groups.world.services
    extension = groups.world.identity.directory.extension(groups.world.acme.id, "1001")
    assert extension is not None
    room = services.rooms.open_ad_hoc(groups.world.acme.id, extension.id)
    groups.as_anna.session.leave()
    host = join_room(groups.world, room, "1001", host=True)
    path = f"/api/v1/rooms/{room.id}/breakouts"
    made = (await groups.anna.post(path, json={"rooms": [HARBOUR]})).json()
    to = f"{path}/{made['rooms'][0]['id']}/participants/{host.session.id}"
    assert (await groups.anna.put(to)).status_code == 204
    assert services.meetings.status(room) is None
    assert services.rooms.by_id(room.id) == room
    await enter(host)
    back = f"{path}/{room.id}/participants/{host.session.id}"
    assert (await groups.anna.put(back)).status_code == 204
    await enter(host)
    host.session.leave()
    assert services.rooms.by_id(room.id) is None
    assert services.rooms.by_id(made["rooms"][0]["id"]) is None


async def test_a_guest_is_moved_sees_the_breakout_room_only_and_returns(meeting: GuestWorld) -> None:  # noqa: F811
    guest = await meeting.guest()
    session = meeting.call()
    rooms = f"/api/v1/rooms/{meeting.room.id}"
    admitted = await meeting.anna.patch(f"{rooms}/participants/{session.id}", json={"admitted": True})
    assert admitted.status_code == 204
    await enter(JoinedParticipant(session, FakeLeg("")))
    body = {"rooms": [{"name": "Harbour", "participants": [session.id]}]}
    assert (await meeting.anna.post(f"{rooms}/breakouts", json=body)).status_code == 201
    session.entered()
    await meeting.anna.patch(f"{rooms}/breakouts", json={"text": "Hello"})
    shown = (await guest.get(f"{GUESTS}/me")).json()
    assert (shown["name"], [one["name"] for one in shown["participants"]]) == ("Harbour", ["Wanda Gast"])
    assert shown["breakouts"] == {"inside": True, "text": "Hello", "seconds_left": None}
    assert (await guest.get(f"/api/v1/rooms/{shown['room']}/videos")).status_code == 200
    assert (await guest.get(f"{rooms}/videos")).status_code == 404
    assert (await guest.get(f"{rooms}/breakouts")).status_code == 401
    assert (await guest.patch(f"{GUESTS}/me", json={"back": True})).status_code == 204
    shown = (await guest.get(f"{GUESTS}/me")).json()
    assert (shown["room"], shown["breakouts"]["inside"]) == (meeting.room.id, False)


async def test_hosts_admit_from_the_lobby_of_the_main_room_while_they_are_in_another(groups: Groups) -> None:
    people = [groups.as_anna.session.id, groups.as_berta.session.id]
    await groups.open({"name": "Harbour", "participants": people})
    await enter(groups.as_anna, groups.as_berta)
    meetings, outsider = groups.world.services.meetings, CallerIdentity(None, "", "0399", "")
    mark = _breakouts_mark(groups.world.services.breakouts.status(groups.room))
    waiting = meetings.join(groups.room, outsider, FakeLeg("leg-0399"), host=False, lobby=True)
    assert _breakouts_mark(groups.world.services.breakouts.status(groups.room)) != mark
    assert (await groups.anna.get(BREAKOUTS)).json()["waiting"] == 1
    rooms = "/api/v1/rooms/8000"
    listed = (await groups.anna.get(f"{rooms}/participants")).json()["items"]
    assert [one["state"] for one in listed if one["number"] == "0399"] == ["lobby"]
    assert (await groups.berta.get(f"{rooms}/participants")).status_code == 403
    for change in ({"all_admitted": True}, {"locked": True}):
        assert (await groups.berta.patch(f"{rooms}/meeting", json=change)).status_code == 403
    assert (await groups.anna.patch(f"{rooms}/meeting", json={"all_admitted": True})).status_code == 204
    assert await prompts(waiting) == ["StartWaiting", "Admit"]
    assert (await groups.anna.get(BREAKOUTS)).json()["waiting"] == 0


async def test_a_call_is_shown_in_the_room_in_which_it_is_now(groups: Groups) -> None:
    groups.as_berta.leg.call_id = "call of Berta"
    breakouts, room = groups.world.services.breakouts, groups.room.id
    assert breakouts.room_of_call(room, "call of Berta") == room
    made = await groups.open({"name": "Harbour", "participants": [groups.as_berta.session.id]}, {"name": "Pier"})
    assert breakouts.room_of_call(room, "call of Berta") == made["rooms"][0]["id"]
    assert breakouts.room_of_call(room, "another call") == room


async def test_a_hand_raised_in_one_room_is_shown_in_all_others(
    groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[object] = []
    made = await groups.open({"name": "Harbour", "participants": [groups.as_berta.session.id]}, {"name": "Pier"})
    await enter(groups.as_berta)
    monkeypatch.setattr(groups.world.services.breakouts, "_publish", changed.append)
    hand = f"/api/v1/rooms/{made['rooms'][0]['id']}/participants/{groups.as_berta.session.id}"
    assert (await groups.berta.patch(hand, json={"hand": True})).status_code == 204
    shown = {one.room.id for one in changed if isinstance(one, ConferenceChanged)}
    assert shown == {made["main"]["id"], *(one["id"] for one in made["rooms"])}


async def test_nothing_is_left_once_everyone_has_hung_up(groups: Groups) -> None:
    await groups.open(HARBOUR, distribute=True)
    other = CallerIdentity(None, "", "0302", "")
    late = groups.world.services.meetings.join(groups.room, other, FakeLeg("leg-0302"), host=False)
    for one in (groups.as_berta, groups.outside, groups.as_anna):
        one.session.leave()
    assert groups.world.services.breakouts.status(groups.room).rooms
    late.leave()
    assert groups.world.services.breakouts.status(groups.room).rooms == ()
