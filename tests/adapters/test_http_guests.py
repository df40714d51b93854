"""Guests of a meeting over HTTP: a link without an account, the lobby, and access to one room only."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from conference_legs import FakeLeg, join_room
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from http_world import World, api_routes
from sqlalchemy import select
from test_http_room_videos import OFFER

from unificx.api.access import _attendee, _guest
from unificx.captions.events import CaptionRecognized
from unificx.conferencing import CallerIdentity, ParticipantSession, Room
from unificx.conferencing.guests import IDLE_SECONDS
from unificx.conferencing.models import GuestLinkRow
from unificx.core.errors import Invalid
from unificx.identity import TERMS_VERSION, policy_version

pytestmark = pytest.mark.promise("C10")

MEETINGS, GUESTS = "/api/v1/meetings", "/api/v1/guests"
ACCEPTED = {"of_age": True, "terms_version": TERMS_VERSION, "policy_version": policy_version()}


def opens_to_guests(dependant: Dependant) -> bool:
    """Whether an operation accepts the token of a guest."""
    return any(one.call in (_guest, _attendee) or opens_to_guests(one) for one in dependant.dependencies)


class GuestWorld:
    """Anna hosts a meeting and is in it."""

    def __init__(self, world: World, anna: httpx.AsyncClient, made: dict[str, Any]) -> None:
        self.world, self.anna, self.path = world, anna, f"{MEETINGS}/{made['id']}"
        self.room: Room = world.services.rooms.find(world.acme.id, made["id"])
        self.as_anna = join_room(world, self.room, "1001", host=True)
        self.web = world.client()

    def routes(self) -> list[APIRoute]:
        assert isinstance(self.world.app, FastAPI)
        return api_routes(self.world.app)

    async def link(self, **more: Any) -> str:
        answer = await self.anna.post(f"{self.path}/guest-links", json=more)
        assert answer.status_code == 201, answer.text
        return answer.json()["url"].partition("/app/#guest=")[2]

    async def enter(self, link: str, **more: Any) -> httpx.Response:
        return await self.web.post(GUESTS, json={"link": link, "name": "Wanda Gast", **ACCEPTED, **more})

    async def guest(self) -> httpx.AsyncClient:
        entered = await self.enter(await self.link())
        assert entered.status_code == 201, entered.text
        return self.world.client(Authorization=f"Bearer {entered.json()['token']}")

    def call(self, name: str = "Wanda Gast") -> ParticipantSession:
        """Join as the guest's call does."""
        found = next(one for one in self.world.services.guests.guests_of(self.room) if one.name == name)
        who = CallerIdentity(found.subject, "", "", found.name)
        return self.world.services.meetings.join(self.room, who, FakeLeg(f"leg-{found.id}"), host=False, lobby=True)


@pytest.fixture
async def meeting(world: World) -> GuestWorld:
    anna = await world.user(world.acme, "1001")
    return GuestWorld(world, anna, (await anna.post(MEETINGS, json={"name": "Review"})).json())


async def test_a_guest_waits_in_the_lobby_and_takes_part_once_admitted(meeting: GuestWorld) -> None:
    videos = f"/api/v1/rooms/{meeting.room.id}/videos"
    guest = await meeting.guest()
    assert (await guest.get(f"{GUESTS}/me")).json()["state"] == "outside"
    assert (await guest.post(videos, json={"source": "camera", "sdp": OFFER})).status_code == 403
    session = meeting.call()
    shown = (await guest.get(f"{GUESTS}/me")).json()
    assert (shown["name"], shown["state"], shown["participants"]) == ("Review", "lobby", [])
    assert not shown["locked"]
    lock = f"/api/v1/rooms/{meeting.room.id}/meeting"
    assert (await meeting.anna.patch(lock, json={"locked": True})).status_code == 204
    assert (await guest.get(f"{GUESTS}/me")).json()["locked"]
    assert (await guest.post(videos, json={"source": "camera", "sdp": OFFER})).status_code == 403
    participants = f"/api/v1/rooms/{meeting.room.id}/participants"
    (lobby,) = [one for one in (await meeting.anna.get(participants)).json()["items"] if one["state"] == "lobby"]
    assert (lobby["name"], lobby["number"], lobby["extension_id"]) == ("Wanda Gast", "", "")
    assert (await meeting.anna.patch(f"{participants}/{lobby['id']}", json={"admitted": True})).status_code == 204
    session.entered()
    assert (await guest.patch(f"{GUESTS}/me", json={"hand": True, "reaction": "heart"})).status_code == 204
    people = (await guest.get(f"{GUESTS}/me")).json()["participants"]
    assert [(one["name"], one["own"], one["hand"], one["reaction"]) for one in people] == [
        ("Phone 1001", False, False, None),
        ("Wanda Gast", True, True, "heart"),
    ]
    of_guest = f"{participants}/{lobby['id']}"
    assert (await meeting.anna.patch(of_guest, json={"reaction": "laugh"})).status_code == 403
    assert (await meeting.anna.patch(of_guest, json={"hand": False})).status_code == 204
    published = await guest.post(videos, json={"source": "camera", "sdp": OFFER})
    assert published.status_code == 201, published.text
    assert [one["own"] for one in (await guest.get(videos)).json()["items"]] == [True]
    of_anna = await meeting.anna.post(videos, json={"source": "camera", "sdp": OFFER})
    assert (await guest.delete(f"{videos}/{of_anna.json()['id']}")).status_code == 403
    assert (await guest.delete(f"{videos}/{published.json()['id']}")).status_code == 204
    assert (await meeting.anna.delete(f"{participants}/{lobby['id']}")).status_code == 204
    assert (await guest.get(f"{GUESTS}/me")).status_code == 401


@pytest.mark.promise("C10")
async def test_the_event_has_raised_hand_and_speaker_for_admitted_guests_only(
    meeting: GuestWorld,
) -> None:
    await meeting.guest()
    [found] = meeting.world.services.guests.guests_of(meeting.room)
    queue = meeting.world.services.event_hub.open_guest(found.id, meeting.room.id)

    async def event() -> dict[str, Any]:
        return json.loads(await asyncio.wait_for(queue.next(), 10) or "")

    session = meeting.call()
    in_lobby = await event()
    assert in_lobby.keys() == {"type", "roster"}
    caption = CaptionRecognized(meeting.room, "speaker", "Good morning.")
    meeting.world.bus.publish(caption)
    participants = f"/api/v1/rooms/{meeting.room.id}/participants"
    [host, lobby] = [each["id"] for each in (await meeting.anna.get(participants)).json()["items"]]
    assert (await meeting.anna.patch(f"{participants}/{host}", json={"hand": True})).status_code == 204
    assert await event() == in_lobby, "the hand of a participant is not shown in the lobby"
    assert (await meeting.anna.patch(f"{participants}/{lobby}", json={"admitted": True})).status_code == 204
    session.entered()
    admitted = await event()
    assert admitted["roster"] != in_lobby["roster"]
    assert (admitted["raised_hand"], admitted["videos"], admitted["speaking"]) == ([host], [], None)
    meeting.world.bus.publish(caption)
    assert await event() == {
        "type": "caption", "room": meeting.room.id, "participant": "speaker", "text": "Good morning."
    }  # fmt: skip
    assert (await meeting.anna.patch(f"{participants}/{host}", json={"hand": False})).status_code == 204
    assert await event() == {**admitted, "raised_hand": []}, "nothing that is fetched has changed"


async def test_sip_credentials_of_a_guest_name_the_room_and_end_with_the_visit(meeting: GuestWorld) -> None:
    guest = await meeting.guest()
    access = (await guest.post(f"{GUESTS}/me/sip-access")).json()
    assert (access["number"], access["name"], access["extension_id"]) == (meeting.room.number, "Wanda Gast", "")
    assert access["bearer"].startswith("proof-of-guest/")
    assert (await guest.delete(f"{GUESTS}/me")).status_code == 204
    assert (await guest.post(f"{GUESTS}/me/sip-access")).status_code == 401


async def test_the_token_of_a_guest_opens_no_other_operation(meeting: GuestWorld) -> None:
    guest = await meeting.guest()
    meeting.call()
    own = {"show_guest_meeting", "guest_sip_access", "change_guest", "leave_meeting"}
    own |= {"list_room_videos", "publish_video", "stop_video", "subscribe_to_video", "answer_video"}
    own |= {"change_video_subscription", "unsubscribe_from_video"}
    assert {each.name for each in meeting.routes() if opens_to_guests(each.dependant)} == own
    room = f"/api/v1/rooms/{meeting.room.id}"
    for path in ("/api/v1/me", "/api/v1/directory", "/api/v1/calls", room, f"{room}/participants"):
        assert (await guest.get(path)).status_code == 401
    assert (await guest.post("/api/v1/me/sip-access")).status_code == 401
    assert (await guest.delete(f"{room}/meeting")).status_code == 401
    other = (await meeting.anna.post(MEETINGS, json={})).json()["id"]
    assert (await guest.get(f"/api/v1/rooms/{other}/videos")).status_code == 404


async def test_links_that_lead_nowhere_are_refused_alike_and_attempts_are_limited(meeting: GuestWorld) -> None:
    withdrawn = await meeting.link()
    admitted, waiting = await meeting.guest(), await meeting.guest()
    assert (await meeting.anna.get(f"{meeting.path}/guest-links")).json()["items"][2]["id"]
    assert (await meeting.anna.delete(f"{meeting.path}/guest-links")).status_code == 204
    for visit in (admitted, waiting):  # neither had called
        assert (await visit.get(f"{GUESTS}/me")).status_code == 401
    expired, ended = await meeting.link(days=1), await meeting.link(days=30)
    meeting.world.clock.advance(86_400)
    refusals = [await meeting.enter(one) for one in ("guessed", withdrawn, expired)]
    anna = await meeting.world.signed_in(f"user1001@{meeting.world.acme.domain}")
    assert (await anna.delete(meeting.path)).status_code == 204
    refusals.append(await meeting.enter(ended))
    assert {(one.status_code, one.text) for one in refusals} == {(404, refusals[0].text)}
    for _ in range(2):
        last = await meeting.enter("guessed")
    assert last.status_code == 429
    assert int(last.headers["retry-after"]) > 0


async def test_a_link_is_stored_as_a_digest_and_ends_soon_after_the_planned_end(meeting: GuestWorld) -> None:
    link = await meeting.link()
    async with meeting.world.database.read() as session:
        (row,) = (await session.scalars(select(GuestLinkRow))).all()
    assert len(link) == 43  # 256 bits
    assert link not in repr(vars(row))
    late = await meeting.anna.post(MEETINGS, json={"ends": "2026-01-05T12:00:00Z"})
    made = await meeting.anna.post(f"{MEETINGS}/{late.json()['id']}/guest-links", json={})
    assert made.json()["expires"] == "2026-01-05T14:00:00Z"
    meeting.world.clock.advance(6 * 3600)
    anna = await meeting.world.signed_in(f"user1001@{meeting.world.acme.domain}")
    over = await anna.post(f"{MEETINGS}/{late.json()['id']}/guest-links", json={})
    assert (over.status_code, "is over" in over.text) == (409, True)
    for days in (0, 31):
        with pytest.raises(Invalid) as refused:
            await meeting.world.services.guests.create_link(meeting.room, days)
        assert refused.value.field == "days"


async def test_a_meeting_has_a_limited_number_of_guests_at_a_time(
    meeting: GuestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.conferencing.guests.MAX_GUESTS", 1)
    link = await meeting.link()
    assert (await meeting.enter(link)).status_code == 201
    refused = await meeting.enter(link)
    assert (refused.status_code, int(refused.headers["retry-after"])) == (429, IDLE_SECONDS)
    meeting.world.clock.advance(IDLE_SECONDS + 1)
    assert (await meeting.enter(link)).status_code == 201


async def test_a_guest_is_of_age_accepts_the_current_terms_and_has_a_name(meeting: GuestWorld) -> None:
    link = await meeting.link()
    for more, status in (
        ({"of_age": False}, 403),
        ({"terms_version": "2020-01"}, 422),
        ({"policy_version": "1"}, 422),
        ({"name": " "}, 422),
        ({"name": "x" * 101}, 422),
        ({}, 201),
    ):
        assert (await meeting.enter(link, **more)).status_code == status


async def test_only_hosts_and_administrators_create_links_and_a_visit_without_a_page_ends(meeting: GuestWorld) -> None:
    berta, admin = await meeting.world.user(meeting.world.acme, "1002"), await meeting.world.admin(meeting.world.acme)
    for method in ("GET", "POST", "DELETE"):
        assert (await berta.request(method, f"{meeting.path}/guest-links", json={})).status_code == 403
    for _ in range(20):
        assert (await admin.post(f"{meeting.path}/guest-links", json={})).status_code == 201
    assert (await admin.post(f"{meeting.path}/guest-links", json={})).status_code == 409
    assert (await admin.delete(f"{meeting.path}/guest-links")).status_code == 204
    left = await meeting.guest()
    meeting.world.clock.advance(IDLE_SECONDS + 1)
    await meeting.guest()
    assert (await left.get(f"{GUESTS}/me")).status_code == 401
