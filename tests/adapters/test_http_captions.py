"""Captions by API: hosts switch them on, and only those who are in the meeting get the texts."""

import asyncio
import json

import pytest
from conference_legs import FakeLeg, join_room
from fake_media import FakeEngine
from http_world import World, WorldParts
from test_http_rooms import ROOMS, made

from unificx.api.event_hub import EventQueue
from unificx.captions import CaptionDependencies, CaptionRules, MeetingCaptions
from unificx.captions.events import CaptionRecognized, CaptionsBehind
from unificx.cluster import EventBus
from unificx.conferencing import CallerIdentity, ConferenceManager
from unificx.core.clock import Clock
from unificx.prompts import Prompts


class NoRecognizer:
    """A recognizer that is not installed, until `requirement` is emptied."""

    requirement = "Install it: …"

    async def recognize(self, pcm: bytes, rate: int) -> str:
        raise AssertionError("no speech was captured")

    async def close(self) -> None: ...


@pytest.fixture
def recognizer() -> NoRecognizer:
    return NoRecognizer()


@pytest.fixture
def world_parts(recognizer: NoRecognizer) -> WorldParts:
    rules = CaptionRules(
        lambda tenant: True, lambda tenant, extensions: "announce", lambda call: False, lambda tenant, extension: "en"
    )

    def captions(clock: Clock, bus: EventBus, meetings: ConferenceManager) -> MeetingCaptions:
        deps = CaptionDependencies(clock, FakeEngine(), Prompts(), meetings, recognizer, rules, bus.publish)  # type: ignore[arg-type]
        return MeetingCaptions(deps)

    return WorldParts(captions=captions)


async def types_of(events: EventQueue, wanted: str) -> list[dict[str, object]]:
    """The waiting events of a type. The event `pictures` marks the end."""
    found: list[dict[str, object]] = []
    while (text := await asyncio.wait_for(events.next(), 5)) is not None:
        event = json.loads(text)
        if event["type"] == "pictures":
            break
        found += [event] if event["type"] == wanted else []
    return found


async def test_hosts_switch_captions_on_and_off(world: World, recognizer: NoRecognizer) -> None:
    admin, anna = await world.admin(world.acme), await world.user(world.acme, "1001")
    berta = await world.user(world.acme, "1002")
    room = await made(world, world.acme, admin)
    where = f"{ROOMS}/8000/meeting"
    assert (await admin.patch(where, json={"captions": True})).status_code == 404  # the room is empty
    join_room(world, room, "1001", host=True)
    join_room(world, room, "1002")
    shown = (await anna.get(f"{ROOMS}/8000")).json()["meeting"]
    assert (shown["captioned"], shown["captions_need"]) == (False, recognizer.requirement)
    refused = await anna.patch(where, json={"captions": True})
    assert (refused.status_code, refused.json()["hint"]) == (409, recognizer.requirement)
    recognizer.requirement = ""
    assert (await berta.patch(where, json={"captions": True})).status_code == 403
    assert (await anna.patch(where, json={"captions": True})).status_code == 204
    shown = (await berta.get(f"{ROOMS}/8000")).json()["meeting"]
    assert (shown["captioned"], shown["captions_need"]) == (True, "")
    seen = (await berta.get(f"{ROOMS}/8000/participants")).json()["items"]
    assert [one["captions_consent"] for one in seen] == ["telling", "telling"]
    assert (await berta.patch(where, json={"captions": False})).status_code == 403
    assert (await admin.patch(where, json={"captions": False})).status_code == 204
    assert not (await berta.get(f"{ROOMS}/8000")).json()["meeting"]["captioned"]
    captions = world.services.meetings.captions
    assert isinstance(captions, MeetingCaptions)
    await captions.close()


async def test_texts_are_sent_to_those_in_the_meeting_only(world: World) -> None:
    admin, anna = await world.admin(world.acme), await world.user(world.acme, "1001")
    clients = anna, admin, await world.user(world.acme, "1003"), await world.user(world.globex, "1001")
    room = await made(world, world.acme, admin)
    host = join_room(world, room, "1001", host=True)
    extension = world.identity.directory.extension(world.acme.id, "1003")
    assert extension is not None
    waits = CallerIdentity(extension.subject, extension.id, "1003", "Waits")
    world.services.meetings.join(room, waits, FakeLeg("leg-1003"), host=False, lobby=True)
    tokens = [each.headers["Authorization"].removeprefix("Bearer ") for each in clients]
    queues = [world.services.event_hub.open(await world.identity.sessions.authenticate(each)) for each in tokens]
    world.bus.publish(CaptionRecognized(room, host.session.id, "Good morning."))
    world.bus.publish(CaptionsBehind(room))
    for each in tokens:
        principal = await world.identity.sessions.authenticate(each)
        world.services.event_hub.send_to_person(principal.person_id, {"type": "pictures"})
    got = [await types_of(each, "caption") for each in queues]
    text = {"type": "caption", "room": room.id, "participant": host.session.id, "text": "Good morning."}
    assert got == [[text, {"type": "caption", "room": room.id}], [], [], []]
