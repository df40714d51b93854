"""The conference app: admission, announcements and DTMF commands. Rooms and conferencing are real."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from app_harness import ANNA, AppHarness
from identity_factory import identity_on

from unificx.callapps import ADMITTED_GUEST, GUEST, INVITED, MERGED, RoomKind, conference_app
from unificx.cluster import EventBus
from unificx.cluster.local import LocalCounters
from unificx.conferencing import (
    AllAdmissionsRequested,
    CallerIdentity,
    MuteRequested,
    NewRoom,
    ParticipantSession,
    RemovalRequested,
    RemoveParticipant,
    RequiredNotice,
    Room,
    RoomSettings,
)
from unificx.conferencing import ConferenceManager as Live
from unificx.conferencing import RoomService as Standing
from unificx.conferencing.events import ConferenceEnded
from unificx.conferencing.live_meeting import MAX_QUEUED_PROMPTS
from unificx.conferencing.machine.events_and_actions import DeadlineReached
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.identity import NewTenant, PasswordHashing
from unificx.media.sounds import Sound
from unificx.privacy import KeyStore
from unificx.registrar import Caller
from unificx.routing import CallApp
from unificx.sip.legs import Answered

ALONE = ["conference/only-one"]
AWAY = ["general/goodbye"]


@dataclass
class FakePhone:
    """Another participant."""

    leg: str
    orders: list[str] = field(default_factory=list)
    call_id: str = "call"
    receives_audio: bool = True

    def join(self, room: str, *, muted: bool, listener: str | None = None) -> None:
        self.orders.append("join" if listener is None else f"join for {listener or 'no leg'}")

    def leave(self) -> None:
        self.orders.append("leave")

    def mute(self, on: bool) -> None:
        self.orders.append("mute" if on else "unmute")


@dataclass
class ConferenceWorld:
    rooms: Standing
    meetings: Live
    tenant_id: str
    bus: EventBus

    async def room(self, **more: Any) -> Room:
        return await self.rooms.create(self.tenant_id, NewRoom("8000", **more))

    def stage(self, room: Room, *more: str, **stage: Any) -> AppHarness:
        return AppHarness(conference_app(self.rooms, self.meetings), mailbox=None, arguments=(room.id, *more), **stage)

    def other(self, room: Room, *, host: bool = False) -> ParticipantSession:
        session = self.meetings.join(room, CallerIdentity(None, "", "1", "Other"), FakePhone("other"), host=host)
        session.entered()
        return session


@pytest.fixture
async def setup(
    database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus
) -> AsyncIterator[ConferenceWorld]:
    passwords = PasswordHashing()
    people = identity_on(database, keys, clock, passwords=passwords)
    await people.start()
    tenant = await people.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    rooms = Standing(database, keys, people.directory, passwords, clock, counters=LocalCounters(clock))
    await rooms.start()
    yield ConferenceWorld(rooms, Live(clock, bus.publish), tenant.id, bus)
    await people.join_background_tasks()


async def wait_until(seen: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not seen():
            await asyncio.sleep(0)


async def hung_up(stage: AppHarness) -> None:
    stage.hang_up()
    await wait_until(lambda: not len(stage.host))


async def test_a_transferred_party_joins_anew_as_a_guest(setup: ConferenceWorld) -> None:
    """The transferor had the right to enter, not the party: it is a guest, and has agreed to no recording."""
    room = await setup.room(pin="4711", host_pin="8261")
    stage = setup.stage(room, digits={"conference/enter-pin": ["8261#"]})
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    [before] = setup.meetings.status(room).participants  # type: ignore[union-attr]
    assert before.host
    stage.line.party_changed("call-2", Caller(room.tenant_id, "", "", "s-dora", "+491512", "Dora"))
    await wait_until(lambda: stage.orders.count("join heard") == 2)
    [after] = setup.meetings.status(room).participants  # type: ignore[union-attr]
    assert (after.number, after.host, after.id == before.id) == ("+491512", False, False)
    stage.press("*9")  # ends the meeting for a host
    await stage.settle()
    assert setup.meetings.status(room) is not None
    await hung_up(stage)
    assert setup.meetings.status(room) is None


async def test_a_party_is_asked_for_the_pin_that_the_transferor_did_not_enter(setup: ConferenceWorld) -> None:
    room = await setup.room(pin="4711")
    stage = setup.stage(room)
    stage.begin()
    await wait_until(lambda: "conference/enter-pin" in stage.played)
    stage.line.party_changed("call-2", Caller(room.tenant_id, "", "", "s-dora", "+491512", "Dora"))
    stage.press("0000#")
    await wait_until(lambda: "conference/wrong-pin" in stage.played)
    assert setup.meetings.status(room) is None
    stage.press("4711#")
    await wait_until(lambda: "join heard" in stage.orders)
    [one] = setup.meetings.status(room).participants  # type: ignore[union-attr]
    assert one.number == "+491512"
    await hung_up(stage)


async def test_participant_count_is_announced_on_entry(setup: ConferenceWorld) -> None:
    room = await setup.room()
    stage = setup.stage(room)
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    assert stage.played == ALONE
    setup.other(room)
    stage.press("*3")
    await wait_until(lambda: len(stage.played) == 3)
    assert stage.played[1:] == ["conference/in-conference", "number 1"]
    await hung_up(stage)
    [left] = setup.meetings.status(room).participants  # type: ignore[union-attr]
    assert left.name == "Other"


@pytest.mark.promise("C8")
async def test_only_the_monitored_extension_hears_a_whisper(setup: ConferenceWorld) -> None:
    room = await setup.room()
    phones = {name: FakePhone(f"leg-{name}") for name in ("chief", "caller", "agent")}
    for name, phone in phones.items():
        who = CallerIdentity(None, f"e-{name}", "1", name, whispers_to="e-agent" if name == "chief" else "")
        setup.meetings.join(room, who, phone, host=False).entered()
    assert phones["chief"].orders == ["join for no leg", "join for leg-agent"]
    assert (phones["caller"].orders, phones["agent"].orders) == (["join"], ["join"])


async def test_the_argument_of_a_supervisor_reaches_the_room(setup: ConferenceWorld) -> None:
    room = await setup.room()
    setup.meetings.join(
        room, CallerIdentity(None, "e-agent", "1", "Agent"), FakePhone("leg-agent"), host=False
    ).entered()
    stage = setup.stage(room, "moved", "whispers-to/e-agent")
    stage.begin()
    await wait_until(lambda: "join heard by leg-agent" in stage.orders)
    await hung_up(stage)


async def test_deleted_room(setup: ConferenceWorld) -> None:
    room = await setup.room()
    await setup.rooms.delete(room)
    stage = setup.stage(room)
    await stage.run()
    assert stage.played == ["conference/no-such-room", *AWAY]


@pytest.mark.parametrize(
    ("pins", "pressed", "asked", "host"),
    [
        ({"pin": "4711"}, "4711#", "conference/enter-pin", False),
        ({"pin": "4711", "host_pin": "8362"}, "8362#", "conference/enter-pin", True),
        ({"host_pin": "8362"}, "#", "conference/enter-host-pin", False),
        ({"host_pin": "8362"}, "8362#", "conference/enter-host-pin", True),
    ],
)
async def test_correct_pin_admits(
    setup: ConferenceWorld, pins: dict[str, str], pressed: str, asked: str, host: bool
) -> None:
    room = await setup.room(**pins)
    stage = setup.stage(room, digits={asked: [pressed]})
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    assert stage.played == [asked, *ALONE]
    [one] = setup.meetings.status(room).participants  # type: ignore[union-attr]
    assert one.host is host
    await hung_up(stage)


async def test_three_wrong_pins_end_the_call(setup: ConferenceWorld) -> None:
    room = await setup.room(pin="4711")
    stage = setup.stage(room, digits={"conference/enter-pin": ["8261#"] * 3})
    await stage.run()
    assert stage.played == ["conference/enter-pin", "conference/wrong-pin"] * 3 + ["general/too-many-tries", *AWAY]
    assert setup.meetings.status(room) is None


async def test_pin_attempts_are_rate_limited(setup: ConferenceWorld) -> None:
    room = await setup.room(pin="4711")
    for _ in range(2):
        stage = setup.stage(room, digits={"conference/enter-pin": ["8261#"] * 3}, caller=ANNA)
        await stage.run()
    assert stage.played[-2:] == ["general/too-many-tries", *AWAY]
    stage = setup.stage(room, digits={"conference/enter-pin": ["4711#"]}, caller=ANNA)
    await stage.run()
    assert stage.played == ["conference/enter-pin", "general/too-many-tries", *AWAY]


async def test_guest_waits_with_music_for_the_host(setup: ConferenceWorld) -> None:
    room = await setup.room(settings=RoomSettings(wait_for_host=True))
    stage = setup.stage(room)
    stage.begin()
    await wait_until(lambda: "music/hold" in stage.played)
    assert stage.played[0] == "conference/waiting-for-host"
    assert "join heard" not in stage.orders
    setup.other(room, host=True)
    await wait_until(lambda: "join heard" in stage.orders)
    assert stage.played[-3:] == ["conference/opened", "conference/in-conference", "number 1"]
    received = len(stage.played)
    await stage.settle()
    assert len(stage.played) == received
    await hung_up(stage)


async def test_a_guest_is_answered_without_a_pin_and_hears_music_until_admitted(setup: ConferenceWorld) -> None:
    room = await setup.room(pin="4711", settings=RoomSettings(announce="names"))
    host = setup.other(room, host=True)
    stage = setup.stage(room, GUEST)
    stage.begin()
    await wait_until(lambda: "music/hold" in stage.played)
    assert (stage.played[0], stage.events) == ("conference/waiting-for-host", [Answered(b"ours")])
    setup.meetings.apply(room, AllAdmissionsRequested(host.id))
    await wait_until(lambda: "join heard" in stage.orders)
    await hung_up(stage)


async def test_a_guest_who_was_admitted_before_is_back_at_once_also_in_a_locked_room(setup: ConferenceWorld) -> None:
    room = await setup.room(settings=RoomSettings(locked=True))
    stage = setup.stage(room, ADMITTED_GUEST)
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    assert "conference/waiting-for-host" not in stage.played
    await hung_up(stage)


@pytest.mark.parametrize(("settings", "why"), [({"locked": True}, "locked"), ({"most": 2}, "full")])
async def test_locked_or_full_room_is_announced(setup: ConferenceWorld, settings: dict[str, Any], why: str) -> None:
    room = await setup.room(settings=RoomSettings(**settings))
    for number in range(2):
        session = setup.meetings.join(room, CallerIdentity(None, "", "", ""), FakePhone(f"p{number}"), host=True)
        session.entered()
    stage = setup.stage(room)
    await stage.run()
    assert stage.played == [f"conference/{why}", *AWAY]


async def test_names_are_announced_and_deleted_with_the_call(setup: ConferenceWorld) -> None:
    room = await setup.room(settings=RoomSettings(announce="names"))
    stage = setup.stage(room, audio_scripts=[["speak 1", "silence 2"]])
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    assert stage.played[0] == "conference/say-name"
    other = setup.other(room)
    await wait_until(lambda: stage.played[-1] == "conference/somebody-joined")
    other.leave()
    await wait_until(lambda: stage.played[-1] == "conference/somebody-left")
    stage.press("*9")  # no host
    await wait_until(lambda: stage.played[-1] == "general/not-allowed")
    named = setup.stage(room, audio_scripts=[["silence 2"]])
    await hung_up(stage)
    assert setup.meetings.status(room) is None
    named.begin()
    await wait_until(lambda: "join heard" in named.orders)
    await hung_up(named)


async def test_dtmf_commands_of_guests_and_hosts(setup: ConferenceWorld) -> None:
    room = await setup.room(host_pin="8362")
    stage = setup.stage(room, digits={"conference/enter-host-pin": ["8362#"]})
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    guest = setup.other(room)
    stage.press("*6*6*5*7*8")
    await wait_until(lambda: stage.played[-1] == "conference/all-muted")
    assert [one for one in stage.orders if "mute" in one] == ["mute", "unmute"]
    played = ["muted", "unmuted", "hand-raised", "now-locked", "all-muted"]
    assert stage.played[-5:] == [f"conference/{one}" for one in played]
    before = len(stage.played)
    stage.press("*0")
    await wait_until(lambda: stage.played[-1] == "press/9")
    keys = {one for one in stage.played[before:] if one.startswith("press/")}
    assert keys == {"press/star", *(f"press/{key}" for key in range(2, 10))}
    stage.press("*9")
    await wait_until(lambda: not len(stage.host))
    assert stage.played[-2:] == ["conference/over", *AWAY]
    assert guest.room.id == room.id


async def test_muting_and_removal_are_announced(setup: ConferenceWorld) -> None:
    room = await setup.room()
    stage = setup.stage(room)
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    [me] = setup.meetings.status(room).participants  # type: ignore[union-attr]
    setup.meetings.apply(room, MuteRequested("", me.id, True))
    assert stage.orders[-1] == "mute"
    stage.press("*6")
    await wait_until(lambda: stage.played[-2:] == ["conference/muted-by-host"] * 2)
    setup.meetings.apply(room, RemovalRequested("", me.id))
    await wait_until(lambda: not len(stage.host))
    assert stage.played[-2:] == ["conference/removed", *AWAY]
    assert "leave" in stage.orders
    assert setup.meetings.status(room) is None


async def test_caller_rejoins_after_engine_restart(setup: ConferenceWorld) -> None:
    room = await setup.room()
    stage = setup.stage(room)
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    stage.press("*6")
    await wait_until(lambda: "mute" in stage.orders)
    stage.host.on_engine_restarted()
    await wait_until(lambda: "invite" in stage.orders)
    stage.line.offer_answered(b"theirs")
    await wait_until(lambda: "join muted" in stage.orders)
    await hung_up(stage)


async def test_invited_callee_joins_a_locked_room_without_pin(setup: ConferenceWorld) -> None:
    room = await setup.room(pin="4711", settings=RoomSettings(locked=True))
    stage = setup.stage(room, INVITED, digits={"conference/invited": ["1"]})
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    assert stage.played[0] == "conference/invited"
    assert "conference/enter-pin" not in stage.played
    await hung_up(stage)


async def test_conference_ends_after_the_host_has_left(setup: ConferenceWorld, clock: ManualClock) -> None:
    room = await setup.room(settings=RoomSettings(end_after_host=30))
    stage, host = setup.stage(room), setup.other(room, host=True)
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    host.leave()
    await wait_until(lambda: stage.played[-1] == "conference/host-left")
    clock.advance(30)
    setup.meetings.handle_event(room.id, DeadlineReached())
    await wait_until(lambda: not len(stage.host))
    assert stage.played[-2:] == ["conference/over", *AWAY]


async def test_room_number_routes_to_the_app_for_at_most_a_day(setup: ConferenceWorld) -> None:
    room = await setup.room()
    found = RoomKind(setup.rooms).at_number(setup.tenant_id, "8000")
    assert found is not None
    assert found.plan().app == CallApp("conference", (room.id,), max_seconds=86_400.0)
    assert RoomKind(setup.rooms).at_number(setup.tenant_id, "8001") is None
    assert RoomKind(setup.rooms).at_number("another", "8000") is None


async def test_merged_caller_joins_silently_and_room_ends_with_the_last(setup: ConferenceWorld) -> None:
    setup.bus.subscribe(ConferenceEnded, lambda event: setup.rooms.close_ad_hoc(event.room))
    room = setup.rooms.open_ad_hoc(setup.tenant_id, ANNA.id)
    stages = [setup.stage(room, MERGED, caller=ANNA), setup.stage(room, MERGED)]
    for stage in stages:
        stage.begin()
        await wait_until(lambda stage=stage: "join heard" in stage.orders)
        assert stage.played == []
    hosts = [one.host for one in setup.meetings.status(room).participants]  # type: ignore[union-attr]
    assert hosts == [True, False]
    await hung_up(stages[0])
    assert setup.rooms.by_id(room.id) == room
    await hung_up(stages[1])
    assert setup.rooms.by_id(room.id) is None


def described(direction: str) -> bytes:
    lines = ("v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "t=0 0", "m=audio 4000 RTP/AVP 0", f"a={direction}", "")
    return "\r\n".join(lines).encode()


@pytest.mark.promise("C8")
async def test_notice_counts_only_when_played_completely(setup: ConferenceWorld) -> None:
    room, played, notices = (
        await setup.room(),
        list[bool](),
        [Sound(f"notice {number}!".encode()) for number in range(5)],
    )
    stage = setup.stage(room)
    stage.begin()
    await wait_until(lambda: "join heard" in stage.orders)
    [one] = setup.meetings.recording_participants(room)

    async def notice(number: int) -> None:
        setup.meetings.notify(room, one.id, RequiredNotice((notices[number],), played.append))
        await stage.settle()

    await notice(0)
    assert played == [True]
    stage.line.offered(described("sendonly"))
    assert [participant.receives_audio for participant in setup.meetings.recording_participants(room)] == [False]
    await notice(1)
    assert played == [True], "nobody hears on hold"
    stage.line.offered(described("sendrecv"))
    await notice(2)
    stage.unplayable = "notice 3"
    await notice(3)
    assert played == [True, True, False]
    setup.meetings.notify(room, one.id, RequiredNotice((notices[4],), played.append))
    await wait_until(lambda: stage.played[-1] == "notice 4")
    stage.line.offered(described("sendonly"))
    stage.line.offered(described("sendrecv"))
    await stage.settle()
    assert played == [True, True, False], "he has missed half of it"
    await hung_up(stage)


async def test_digits_do_not_delay_notices_or_removal(setup: ConferenceWorld) -> None:
    room = await setup.room()
    session = setup.other(room)
    for _ in range(MAX_QUEUED_PROMPTS * 50):
        session.dtmf_command("3")
        session.dtmf_command("0")
    notice = RequiredNotice((), lambda heard: None)
    setup.meetings.notify(room, session.id, notice)
    setup.meetings.apply(room, RemovalRequested("", session.id))
    prompts: list[object] = []
    with contextlib.suppress(TimeoutError):
        while True:
            prompts.append(await asyncio.wait_for(session.next_prompt(), 0.05))
    assert prompts[:2] == [RemoveParticipant(session.id, "conference/removed"), notice]
    assert len(prompts) <= MAX_QUEUED_PROMPTS + 3
    assert setup.meetings.recording_participants(room) == ()
