"""Captions of meetings in virtual time: everyone is informed first, each decides alone, and nothing waits for long."""

import asyncio
from dataclasses import dataclass, field

import pytest
from conference_recorder_setup import PROMPT_SECONDS, ConferenceRecorderSetup, FakePrompts, Guest
from virtual_time import LoopClock, virtual_time_test

from unificx.audio_store import TranscriptionFailed
from unificx.captions import CaptionDependencies, CaptionRules, MeetingCaptions
from unificx.captions.events import CaptionRecognized, CaptionsBehind
from unificx.captions.recognition import MAX_AGE, MAX_WAITING
from unificx.captions.service import MAX_MEETINGS
from unificx.conferencing import ConferenceManager, MuteRequested, Room
from unificx.core.errors import Conflict, Forbidden
from unificx.recording import consent_types

NOTICE, ENDED = "captions/notice", "captions/ended"
LOUD, QUIET = (4000).to_bytes(2, "little"), bytes(2)


@dataclass
class Recognizer:
    """Answers each piece with its length, after some seconds. `failing`: it fails."""

    seconds: float = 0.5
    failing: bool = False
    requirement: str = ""
    heard: list[float] = field(default_factory=list)
    closed: int = 0

    async def recognize(self, pcm: bytes, rate: int) -> str:
        await asyncio.sleep(self.seconds)
        if self.failing:
            raise TranscriptionFailed("no result")
        self.heard.append(round(len(pcm) / 2 / rate, 1))
        return f" piece  {len(self.heard)} "

    async def close(self) -> None:
        self.closed += 1


class CaptionSetup(ConferenceRecorderSetup):
    def __init__(self) -> None:
        self.recognizer, self.published = Recognizer(), list[object]()
        self.mode: consent_types.ConsentMode = "announce"
        self.allowed = True
        super().__init__()
        self.engine.legs = {
            f"leg-{name}" for name in ("anna", "bert", "clara", "dora", "emil", "late", "host-0", "host-1")
        }

    def captions_of(self, meetings: ConferenceManager) -> MeetingCaptions:
        rules = CaptionRules(
            lambda tenant: self.allowed,
            lambda tenant, extensions: self.mode,
            self.calls.refuses_recording,
            lambda *_: "en",
        )
        self.captions = MeetingCaptions(
            CaptionDependencies(
                LoopClock(),
                self.engine,  # type: ignore[arg-type]
                FakePrompts(),
                meetings,
                self.recognizer,
                rules,
                self.published.append,
            )
        )
        return self.captions

    async def start(self) -> tuple[Guest, Guest]:
        """Anna (host) and Bert are in the meeting, and have heard the notice."""
        anna, bert = await self.join("anna", host=True), await self.join("bert")
        self.captions.start(self.room, anna.session.id)
        await asyncio.sleep(PROMPT_SECONDS + 1)
        return anna, bert

    def tap_of(self, guest: Guest) -> str:
        """The open tap of a participant; "" for none."""
        found = [name for name, tap in self.engine.taps.items() if tap.leg == guest.leg and tap.reason is None]
        return found[-1] if found else ""

    async def speak(self, guest: Guest, seconds: float = 1.0) -> None:
        """A participant speaks, and makes a pause."""
        tap = self.engine.taps[self.tap_of(guest)]
        tap.put(0, LOUD * round(8000 * seconds) + QUIET * 8000, 8000)
        await asyncio.sleep(0)

    @property
    def texts(self) -> list[tuple[str, str]]:
        return [(one.participant_id, one.text) for one in self.published if isinstance(one, CaptionRecognized)]

    @property
    def times_behind(self) -> int:
        return sum(isinstance(one, CaptionsBehind) for one in self.published)

    def stages(self) -> dict[str, str | None]:
        meeting = self.meetings.status(self.room)
        return {one.name: one.captions_consent for one in meeting.participants} if meeting is not None else {}


captions_test = virtual_time_test(CaptionSetup, lambda setup: setup.captions.close())


@captions_test
async def test_everyone_is_informed_before_speech_is_recognized(setup: CaptionSetup) -> None:
    anna, bert = await setup.join("anna", host=True), await setup.join("bert")
    setup.captions.start(setup.room, anna.session.id)
    await asyncio.sleep(PROMPT_SECONDS - 0.1)
    assert setup.engine.taps == {}
    assert setup.stages() == {"anna": "telling", "bert": "telling"}
    await asyncio.sleep(1)
    assert (anna.played, bert.played) == ([NOTICE], [NOTICE])
    assert setup.stages() == {"anna": "consented", "bert": "consented"}
    await setup.speak(bert)
    await asyncio.sleep(1)
    assert setup.texts == [(bert.session.id, "piece 1")]
    setup.captions.stop(setup.room, anna.session.id)
    await asyncio.sleep(PROMPT_SECONDS + 0.1)
    assert (setup.tap_of(anna), setup.tap_of(bert)) == ("", "")
    assert (anna.played[-1], bert.played[-1]) == (ENDED, ENDED)
    assert setup.stages() == {"anna": None, "bert": None}


@captions_test
async def test_a_late_participant_is_informed_before_entering(setup: CaptionSetup) -> None:
    await setup.start()
    late = await setup.join("late")
    await asyncio.sleep(PROMPT_SECONDS - 0.3)
    assert (late.inside, late.played, setup.tap_of(late)) == (False, [], "")
    await asyncio.sleep(1)
    assert (late.inside, late.played) == (True, [NOTICE])
    assert setup.tap_of(late)


@captions_test
async def test_the_speech_of_those_who_refuse_is_not_recognized(setup: CaptionSetup) -> None:
    setup.mode = "opt_in"
    anna, bert = await setup.start()
    assert (anna.played, bert.played) == ([NOTICE], ["captions/ask"])
    assert (bool(setup.tap_of(anna)), setup.tap_of(bert)) == (True, "")
    bert.session.dtmf_answer("2")
    await asyncio.sleep(20)
    assert setup.stages() == {"anna": "consented", "bert": "refused"}
    assert (bert.inside, setup.tap_of(bert), setup.captions.is_on(setup.room.id)) == (True, "", True)
    clara, dora = await setup.join("clara"), await setup.join("dora")
    await asyncio.sleep(PROMPT_SECONDS + 0.5)
    clara.session.dtmf_answer("1")
    await asyncio.sleep(0.1)
    assert setup.tap_of(clara)
    await asyncio.sleep(30)  # no answer is a refusal, after the question was repeated
    assert (dora.played, setup.tap_of(dora)) == (["captions/ask", "captions/ask-again"], "")
    setup.calls.refusing.add("emil")
    emil = await setup.join("emil")
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert (emil.inside, emil.played, setup.tap_of(emil)) == (True, [], "")


@captions_test
async def test_nothing_is_captured_of_those_who_are_muted(setup: CaptionSetup) -> None:
    anna, bert = await setup.start()
    setup.meetings.apply(setup.room, MuteRequested(anna.session.id, bert.session.id, True))
    await asyncio.sleep(0.1)
    assert (bool(setup.tap_of(anna)), setup.tap_of(bert)) == (True, "")
    setup.meetings.apply(setup.room, MuteRequested(anna.session.id, bert.session.id, False))
    await asyncio.sleep(0.1)
    assert setup.tap_of(bert)


@captions_test
async def test_captions_end_with_the_last_host(setup: CaptionSetup) -> None:
    anna, bert = await setup.start()
    anna.hang_up()
    await asyncio.sleep(PROMPT_SECONDS + 0.1)
    assert not setup.captions.is_on(setup.room.id)
    assert (bert.inside, bert.played[-1], setup.tap_of(bert)) == (True, ENDED, "")


@captions_test
async def test_speech_that_is_late_is_dropped_and_said_so(setup: CaptionSetup) -> None:
    setup.recognizer.seconds = MAX_AGE - 1
    _, bert = await setup.start()
    for _ in range(MAX_WAITING + 3):  # one is being recognized, two more than the rest can wait
        await setup.speak(bert)
    assert setup.times_behind == 2
    await asyncio.sleep(MAX_AGE * MAX_WAITING)
    assert len(setup.texts) == 2
    assert setup.times_behind == 2 + MAX_WAITING - 1
    setup.recognizer.failing = True
    await setup.speak(bert)
    await asyncio.sleep(MAX_AGE)
    assert setup.times_behind == 2 + MAX_WAITING
    setup.recognizer.failing = False
    await setup.speak(bert)
    await asyncio.sleep(MAX_AGE)
    assert setup.texts[-1] == (bert.session.id, "piece 3")


@captions_test
async def test_a_text_of_someone_who_has_left_is_not_shown(setup: CaptionSetup) -> None:
    anna, bert = await setup.start()
    for each in (bert, anna, bert):  # the second piece of Bert still waits at the end of the call
        await setup.speak(each)
    await asyncio.sleep(setup.recognizer.seconds / 2)
    bert.hang_up()
    await asyncio.sleep(2)
    assert len(setup.recognizer.heard) == 2
    assert [one for one, _ in setup.texts] == [anna.session.id]


@captions_test
async def test_who_may_switch_captions_on(setup: CaptionSetup) -> None:
    anna, bert = await setup.join("anna", host=True), await setup.join("bert")
    with pytest.raises(Forbidden):
        setup.captions.start(setup.room, bert.session.id)
    setup.allowed = False
    with pytest.raises(Conflict):
        setup.captions.start(setup.room, anna.session.id)
    setup.allowed, setup.recognizer.requirement = True, "Install it: …"
    with pytest.raises(Conflict) as refused:
        setup.captions.start(setup.room, anna.session.id)
    assert refused.value.hint == "Install it: …"
    setup.recognizer.requirement = ""
    for number in range(MAX_MEETINGS):
        room = Room(f"more-{number}", "acme", "", "", LoopClock().now(), setup.room.settings)
        setup.room, before = room, setup.room
        host = await setup.join(f"host-{number}", host=True)
        setup.captions.start(room, host.session.id)
        setup.room = before
    with pytest.raises(Conflict):
        setup.captions.start(setup.room, anna.session.id)
    await asyncio.sleep(1)
    await setup.captions.close()
    assert setup.recognizer.closed == 1
