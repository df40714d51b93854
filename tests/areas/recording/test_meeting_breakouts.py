"""Breakout rooms of meetings that are recorded and have captions, in virtual time: everyone is informed again before they
are captured, late participants and the lobby wait, and a host who visits a room has not left the meeting."""

import asyncio
from dataclasses import replace

import pytest
from conference_recorder_setup import PROMPT_SECONDS, Guest
from test_meeting_captions import ENDED, NOTICE, CaptionSetup
from virtual_time import virtual_time_test

from unificx.cluster.local import LocalCounters
from unificx.conferencing import (
    AllAdmissionsRequested,
    LockRequested,
    MeetingBreakouts,
    NewBreakoutRoom,
    RecordingRequested,
    Room,
    RoomService,
    RoomSettings,
)
from unificx.conferencing.breakouts import MESSAGE, MOVED, RETURN_SOON, RETURNED
from unificx.conferencing.events import ConferenceChanged
from unificx.conferencing.machine.breakouts import COUNTDOWN
from unificx.recording import consent_types

pytestmark = pytest.mark.promise("C8", "C10")

RECORDED, JOINED = "recording/notice-hang-up", "recording/joined-recorded"
BOTH_PLAYED = 2 * PROMPT_SECONDS + 1


class BreakoutSetup(CaptionSetup):
    """Anna hosts a meeting with Bert and Clara."""

    def __init__(self) -> None:
        super().__init__()
        counters = LocalCounters(self.clock)
        # Only rooms in memory are used.
        self.rooms = RoomService(None, None, None, None, self.clock, counters=counters)  # type: ignore[arg-type]
        settings = RoomSettings(may_record=True, announce="nothing")
        self.room = self.rooms.open_ad_hoc("acme", "e-anna", name="Board", settings=settings)
        self.breakouts = MeetingBreakouts(self.rooms, self.meetings, self.clock, self.publish)

    def publish(self, event: object) -> None:
        if isinstance(event, ConferenceChanged):
            self.breakouts.meeting_changed(event.room)

    def set(self, **settings: object) -> None:
        """Change settings of the room before anyone is in it."""
        self.room = replace(self.room, settings=replace(self.room.settings, **settings))
        self.rooms._ad_hoc[self.room.id] = self.room

    async def meet(self) -> tuple[Guest, Guest, Guest]:
        return await self.join("anna", host=True), await self.join("bert"), await self.join("clara")

    async def capture(self, host: Guest) -> None:
        """Switch recording and captions on; all hear the notices."""
        self.meetings.control_recording(self.room, RecordingRequested(host.session.id, on=True))
        self.captions.start(self.room, host.session.id)
        await asyncio.sleep(BOTH_PLAYED)

    async def open(self, host: Guest, *people: Guest, distribute: bool = False) -> Room:
        """Open one breakout room, and wait until these people are in it."""
        wanted = NewBreakoutRoom("Harbour", tuple(each.session.id for each in people))
        self.breakouts.open(self.room, host.session.id, [wanted], distribute=distribute)
        await asyncio.sleep(0.1)
        return self.breakouts.status(self.room).rooms[0].room

    async def move(self, guest: Guest, to: Room) -> None:
        self.breakouts.move(self.room, "", guest.session.id, to.id)
        await asyncio.sleep(0.1)

    def inside(self, room: Room) -> list[str]:
        meeting = self.meetings.status(room)
        return [one.name for one in meeting.participants if one.state == "in"] if meeting is not None else []

    @property
    def room_taps(self) -> list[bool]:
        """Taps of the sound of the main room: whether each is open."""
        return [tap.reason is None for name, tap in self.engine.taps.items() if not name.startswith("captions")]


async def close(setup: BreakoutSetup) -> None:
    await setup.captions.close()
    await setup.recorder.close()


breakouts_test = virtual_time_test(BreakoutSetup, close)


@breakouts_test
async def test_those_who_return_are_informed_again_before_they_are_captured(setup: BreakoutSetup) -> None:
    anna, bert, clara = await setup.meet()
    await setup.capture(anna)
    assert bert.played == [RECORDED, NOTICE]
    assert setup.tap_of(bert)
    harbour = await setup.open(anna, bert)
    assert (setup.inside(harbour), bert.prompts) == (["bert"], [MOVED])
    assert setup.tap_of(bert) == ""
    assert setup.calls.shown[-1] == "bert off"
    assert setup.room_taps == [True]
    await asyncio.sleep(60)
    assert bert.played == [RECORDED, NOTICE], "nothing is captured in a breakout room"
    await setup.move(bert, setup.room)
    await asyncio.sleep(PROMPT_SECONDS - 0.3)
    assert (bert.inside, setup.tap_of(bert), bert.played[2:]) == (False, "", [])
    assert setup.room_taps == [True], "the others are recorded meanwhile"
    assert setup.archive.stored[-1].who == ["anna", "bert", "clara"]
    await asyncio.sleep(BOTH_PLAYED)
    assert bert.played[2:] == [JOINED, NOTICE]
    assert (bert.prompts[-1], bert.inside) == (RETURNED, True)
    assert setup.tap_of(bert)
    assert setup.calls.shown[-1] == "bert on"
    assert len(setup.archive.stored) == 2, "the recording with those who return is another one"
    assert (anna.played, clara.played) == ([RECORDED, NOTICE], [RECORDED, NOTICE])


@breakouts_test
async def test_a_notice_that_is_cut_by_a_move_does_not_count(setup: BreakoutSetup) -> None:
    anna, bert, _ = await setup.meet()
    setup.captions.start(setup.room, anna.session.id)
    await asyncio.sleep(PROMPT_SECONDS / 2)
    await setup.open(anna, bert)
    await asyncio.sleep(PROMPT_SECONDS)
    assert (bert.played, setup.tap_of(bert)) == ([NOTICE], "")
    await setup.move(bert, setup.room)
    assert setup.tap_of(bert) == ""
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert bert.played == [NOTICE, NOTICE]
    assert setup.tap_of(bert)


@breakouts_test
async def test_those_who_refuse_on_return_are_not_captured(setup: BreakoutSetup) -> None:
    setup.mode = "opt_in"
    anna, bert, _ = await setup.meet()
    setup.captions.start(setup.room, anna.session.id)
    await asyncio.sleep(PROMPT_SECONDS + 1)
    bert.session.dtmf_answer("1")
    await asyncio.sleep(0.1)
    assert setup.tap_of(bert)
    await setup.open(anna, bert)
    await setup.move(bert, setup.room)
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert (bert.played, setup.tap_of(bert)) == (["captions/ask", "captions/ask"], "")
    bert.session.dtmf_answer("2")
    await asyncio.sleep(20)
    assert (setup.tap_of(bert), setup.stages()["bert"], bert.inside) == ("", "refused", True)


@breakouts_test
async def test_captions_and_recording_go_on_while_the_only_host_visits_a_room(setup: BreakoutSetup) -> None:
    setup.set(end_after_host=0)
    anna, bert, clara = await setup.meet()
    await setup.capture(anna)
    harbour = await setup.open(anna, bert)
    await setup.move(anna, harbour)
    await asyncio.sleep(60)
    assert (setup.inside(setup.room), setup.inside(harbour)) == (["clara"], ["bert", "anna"])
    assert (bool(setup.tap_of(clara)), setup.tap_of(anna), setup.room_taps) == (True, "", [True])
    await setup.move(anna, setup.room)
    await asyncio.sleep(BOTH_PLAYED)
    assert setup.inside(setup.room) == ["clara", "anna"]
    assert (anna.played[2:], bool(setup.tap_of(anna))) == ([JOINED, NOTICE], True)
    assert ENDED not in clara.played


@breakouts_test
async def test_a_host_who_hangs_up_in_a_breakout_room_has_left_the_meeting(setup: BreakoutSetup) -> None:
    setup.set(end_after_host=60)
    anna, bert, clara = await setup.meet()
    await setup.capture(anna)
    harbour = await setup.open(anna, bert)
    await setup.move(anna, harbour)
    anna.hang_up()
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert (clara.played[-1], clara.prompts[-1]) == (ENDED, "conference/host-left")
    assert not setup.captions.is_on(setup.room.id)
    assert (setup.inside(setup.room), setup.inside(harbour)) == (["clara"], ["bert"])
    await asyncio.sleep(60)
    assert (clara.played[-1], bert.played[-1]) == ("conference/over", "conference/over")
    assert setup.meetings.state_of(setup.room.id) is None
    assert setup.rooms.by_id(harbour.id) is None


@breakouts_test
async def test_a_meeting_does_not_end_while_a_second_host_is_in_a_breakout_room(setup: BreakoutSetup) -> None:
    setup.set(end_after_host=0)
    anna, bert, clara = await setup.meet()
    dora = await setup.join("dora", host=True)
    harbour = await setup.open(anna, bert, dora)
    anna.hang_up()
    await asyncio.sleep(1)
    assert (setup.inside(setup.room), setup.inside(harbour)) == (["clara"], ["bert", "dora"])
    setup.breakouts.end(setup.room, "")
    await asyncio.sleep(COUNTDOWN + 1)
    assert setup.inside(setup.room) == ["clara", "bert", "dora"]
    dora.hang_up()
    await asyncio.sleep(1)
    assert (clara.played, bert.played) == (["conference/host-left"], ["conference/host-left"])


@breakouts_test
async def test_a_lock_and_the_lobby_hold_while_everyone_is_in_a_breakout_room(setup: BreakoutSetup) -> None:
    anna, bert, clara = await setup.meet()
    await setup.capture(anna)
    waiting = await setup.join("emil", lobby=True)
    setup.meetings.apply(setup.room, LockRequested(anna.session.id, on=True))
    harbour = await setup.open(anna, anna, bert, distribute=True)
    assert setup.inside(harbour) == ["anna", "bert", "clara"]
    assert (waiting.inside, waiting.prompts) == (False, [])
    waiting.hang_up()
    await asyncio.sleep(1)
    assert setup.meetings.status(setup.room) is None, "the main room is empty"
    assert setup.room_taps == [False], "which is not recorded any longer"
    late = await setup.join("late")
    assert (late.played, late.inside) == (["locked"], False)
    await setup.move(anna, setup.room)
    state = setup.meetings.state_of(setup.room.id)
    assert state is not None
    assert (state.locked, state.recorded) == (True, False)
    assert clara.inside


@breakouts_test
async def test_late_participants_are_informed_and_stay_in_the_main_room(setup: BreakoutSetup) -> None:
    anna, bert, _ = await setup.meet()
    await setup.capture(anna)
    harbour = await setup.open(anna, bert)
    late, guest = await setup.join("late"), await setup.join("emil", lobby=True)
    await asyncio.sleep(PROMPT_SECONDS - 0.5)
    assert (late.inside, late.played, setup.tap_of(late)) == (False, [], "")
    await asyncio.sleep(BOTH_PLAYED)
    assert (late.played, late.inside, bool(setup.tap_of(late))) == ([JOINED, NOTICE], True, True)
    assert (guest.played, guest.inside, setup.tap_of(guest)) == ([], False, "")
    setup.meetings.apply(setup.room, AllAdmissionsRequested(anna.session.id))
    await asyncio.sleep(BOTH_PLAYED)
    assert (guest.played, guest.inside) == ([JOINED, NOTICE], True)
    assert setup.inside(harbour) == ["bert"]
    await setup.move(guest, harbour)
    assert (setup.inside(harbour), setup.tap_of(guest)) == (["bert", "emil"], "")
    await setup.move(guest, setup.room)
    assert (guest.inside, setup.tap_of(guest)) == (False, "")
    await asyncio.sleep(BOTH_PLAYED)
    assert (guest.played[2:], guest.inside, bool(setup.tap_of(guest))) == ([JOINED, NOTICE], True, True)


@breakouts_test
async def test_telephones_hear_of_messages_and_of_the_end(setup: BreakoutSetup) -> None:
    anna, bert, clara = await setup.meet()
    await setup.open(anna, bert)
    setup.breakouts.write(setup.room, anna.session.id, "Ten minutes left")
    await asyncio.sleep(0.1)
    assert (anna.prompts, bert.prompts, clara.prompts) == ([], [MOVED, MESSAGE], [MESSAGE])
    setup.breakouts.end(setup.room, anna.session.id)
    await asyncio.sleep(COUNTDOWN - 1)
    assert (anna.prompts, bert.prompts, clara.prompts) == ([], [MOVED, MESSAGE, RETURN_SOON], [MESSAGE])
    await asyncio.sleep(2)
    assert bert.prompts[-1] == RETURNED
    await setup.open(anna, bert)
    for _ in range(2):  # a countdown, and at once
        setup.breakouts.end(setup.room, anna.session.id)
    await asyncio.sleep(0.1)
    assert bert.prompts[4:] == [MOVED, RETURN_SOON, RETURNED]


@breakouts_test
async def test_consent_of_a_recording_that_asks_everyone_is_asked_again(setup: BreakoutSetup) -> None:
    setup.archive.terms = consent_types.ConsentTerms("opt_in", 0)
    anna, bert, clara = await setup.meet()
    setup.meetings.control_recording(setup.room, RecordingRequested(anna.session.id, on=True))
    await asyncio.sleep(PROMPT_SECONDS + 0.5)
    for one in (bert, clara):
        one.session.dtmf_answer("1")
    await asyncio.sleep(PROMPT_SECONDS)
    assert setup.consent_stages()["bert"] == "consented"
    await setup.open(anna, bert)
    await setup.move(bert, setup.room)
    await asyncio.sleep(PROMPT_SECONDS + 0.5)
    assert (setup.consent_stages()["bert"], bert.inside) != ("consented", True)
    bert.session.dtmf_answer("1")
    await asyncio.sleep(PROMPT_SECONDS)
    assert (bert.played.count("recording/ask"), setup.consent_stages()["bert"], bert.inside) == (2, "consented", True)
