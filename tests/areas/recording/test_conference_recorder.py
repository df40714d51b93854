"""Conference recording in virtual time: notices before capture, pauses, media loss and ownership."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from conference_recorder_setup import PROMPT_SECONDS, ConferenceRecorderSetup
from virtual_time import run_in_virtual_time

from unificx.conferencing import PauseRequested, RecordingRequested
from unificx.core.errors import Conflict, Forbidden
from unificx.recording import ExtensionRecordingPolicy
from unificx.recording.machine import consent_types as words

NOTICE, JOINED = "recording/notice-hang-up", "recording/joined-recorded"
OPT_IN = words.ConsentTerms("opt_in", 0.0)
Story = Callable[[ConferenceRecorderSetup], Awaitable[None]]


def virtual_time_test(tell: Story) -> Callable[[], None]:
    """Run a test in virtual time; pending work is closed at the end."""

    async def whole() -> None:
        studio = ConferenceRecorderSetup()
        await tell(studio)
        await studio.recorder.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def test() -> None:
        run_in_virtual_time(whole())

    test.__name__, test.__doc__ = tell.__name__, tell.__doc__
    return test


def ask(studio: ConferenceRecorderSetup, event: RecordingRequested | PauseRequested) -> None:
    studio.meetings.control_recording(studio.room, event)


@pytest.mark.promise("C8", "C10")
@virtual_time_test
async def test_everyone_is_informed_before_capture_starts(studio: ConferenceRecorderSetup) -> None:
    anna, bert = await studio.start_recording()
    await asyncio.sleep(PROMPT_SECONDS - 0.1)
    assert studio.engine.taps == {}
    assert studio.consent_stages() == {"anna": "telling", "bert": "telling"}
    await asyncio.sleep(1)
    assert (anna.heard, bert.heard) == ([NOTICE], [NOTICE])
    assert studio.consent_stages() == {"anna": "consented", "bert": "consented"}
    assert studio.calls.recorded == set()  # no audio yet
    await studio.send_audio(7)
    assert studio.calls.recorded == {"anna", "bert"}
    assert studio.calls.shown == ["anna on", "bert on"]
    ask(studio, RecordingRequested(anna.chair.id, on=False))
    await asyncio.sleep(0.1)
    [kept] = studio.archive.kept
    assert (kept.who, kept.seconds, kept.ended) == (["anna", "bert"], 1.0, "stopped")
    assert all(party.consent.notice for party in kept.new.parties)
    assert studio.calls.shown[2:] == ["anna off", "bert off"]
    assert studio.consent_stages() == {"anna": None, "bert": None}


@pytest.mark.promise("C8", "C10", "R1")
@virtual_time_test
async def test_missing_consent_ends_recording(studio: ConferenceRecorderSetup) -> None:
    anna, bert = await studio.start_recording(terms=OPT_IN)
    await asyncio.sleep(PROMPT_SECONDS / 2)
    bert.chair.dtmf_answer("2")
    await asyncio.sleep(PROMPT_SECONDS * 2)
    assert (anna.heard, bert.heard) == ([NOTICE, "recording/not-everybody"], ["recording/ask", "recording/refused"])
    assert studio.archive.kept == []
    assert studio.engine.taps == {}
    ask(studio, RecordingRequested(anna.chair.id, on=True))  # and it may be started again


@pytest.mark.promise("C8", "R1")
@virtual_time_test
async def test_refusing_phone_ends_recording_before_any_notice(studio: ConferenceRecorderSetup) -> None:
    studio.calls.shy = {"bert"}
    anna, bert = await studio.start_recording()
    await asyncio.sleep(PROMPT_SECONDS * 2)
    assert (anna.heard, bert.heard) == (["recording/not-everybody"], [])
    assert studio.archive.kept == []


@pytest.mark.promise("C8", "C10")
@virtual_time_test
async def test_late_joiner_is_informed_before_admission_and_starts_a_new_recording(
    studio: ConferenceRecorderSetup,
) -> None:
    await studio.run_recording()
    await studio.send_audio(1, 2.0)
    clara = await studio.join("clara")
    await studio.send_audio(1)
    assert clara.inside is False
    assert studio.consent_stages()["clara"] == "telling"
    await asyncio.sleep(PROMPT_SECONDS)
    assert (clara.heard, clara.inside) == ([JOINED], True)
    await studio.send_audio(3)
    await studio.recorder.close()
    first, second = studio.archive.kept
    assert (first.who, first.seconds, first.ended) == (["anna", "bert"], 3.0, "changed")
    assert (second.who, second.seconds) == (["anna", "bert", "clara"], 1.0)
    assert studio.calls.recorded == {"anna", "bert", "clara"}
    assert "clara on" in studio.calls.shown


@pytest.mark.promise("C8", "C10", "R1")
@pytest.mark.parametrize("how", ["by key", "by his phone"])
def test_late_joiner_who_refuses_is_not_admitted(how: str) -> None:
    async def tell(studio: ConferenceRecorderSetup) -> None:
        studio.archive.terms = OPT_IN
        anna, bert = await studio.start_recording()
        bert.chair.dtmf_answer("1")
        await asyncio.sleep(PROMPT_SECONDS * 3)
        await studio.send_audio(1)
        studio.calls.shy = {"clara"} if how == "by his phone" else set()
        clara = await studio.join("clara")
        await asyncio.sleep(0.5)
        clara.chair.dtmf_answer("2")
        await asyncio.sleep(PROMPT_SECONDS)
        assert "conference/recorded" in clara.heard
        assert clara.inside is False
        await studio.send_audio(1)
        await studio.recorder.close()
        [kept] = studio.archive.kept
        assert (kept.who, kept.seconds) == (["anna", "bert"], 2.0)
        assert "clara" not in studio.calls.recorded
        assert anna.inside

    virtual_time_test(tell)()


@virtual_time_test
async def test_leaving_participant_does_not_interrupt_recording(studio: ConferenceRecorderSetup) -> None:
    _, bert = await studio.run_recording()
    await studio.send_audio(1)
    bert.hang_up()
    await studio.send_audio(2)
    await studio.recorder.close()
    [kept] = studio.archive.kept
    assert (kept.who, kept.seconds, kept.marks) == (["anna", "bert"], 2.0, [])


@pytest.mark.promise("C8", "C10")
@pytest.mark.parametrize("card", [False, True])
def test_host_pause_and_resume_set_marks(card: bool) -> None:
    async def tell(studio: ConferenceRecorderSetup) -> None:
        anna, bert = await studio.run_recording()
        await studio.send_audio(1)
        with pytest.raises(Forbidden):
            ask(studio, PauseRequested(bert.chair.id, on=True))
        ask(studio, PauseRequested(anna.chair.id, on=True, card=card))
        tap = studio.tap
        tap.put(0, b"\x09\x00" * 8000)  # buffered audio, and audio during the pause
        await asyncio.sleep(PROMPT_SECONDS + 5)
        meeting = studio.meetings.status(studio.room)
        assert meeting is not None
        assert (meeting.recorded, meeting.paused) == (True, True)
        assert bert.heard[-1] == ("recording/paused-for-card" if card else "recording/paused")
        assert studio.calls.shown[-2:] == ["anna paused", "bert paused"]
        ask(studio, PauseRequested(anna.chair.id, on=False))
        await asyncio.sleep(PROMPT_SECONDS + 0.1)
        await studio.send_audio(2)
        await studio.recorder.close()
        [kept] = studio.archive.kept
        assert (kept.seconds, kept.ended) == (2.0, "over")
        assert kept.marks == [("paused_for_card" if card else "paused", 1.0), ("resumed", 1.0)]
        assert b"\x09\x00" not in kept.pcm

    virtual_time_test(tell)()


@pytest.mark.promise("C8", "C10")
@virtual_time_test
async def test_joiner_during_pause_is_informed_and_pause_continues(studio: ConferenceRecorderSetup) -> None:
    anna, _ = await studio.run_recording()
    await studio.send_audio(1)
    anna.chair.dtmf_command("4")
    await asyncio.sleep(0.1)
    clara = await studio.join("clara")
    await asyncio.sleep(PROMPT_SECONDS * 3)
    assert (clara.heard[0], clara.inside) == (JOINED, True)
    assert len(studio.engine.taps) == 1
    anna.chair.dtmf_command("4")
    await asyncio.sleep(0.1)
    await studio.send_audio(2)
    await studio.recorder.close()
    first, second = studio.archive.kept
    assert (first.who, first.ended, first.marks) == (["anna", "bert"], "changed", [("paused", 1.0)])
    assert second.who == ["anna", "bert", "clara"]


@virtual_time_test
async def test_pause_requires_a_recording_and_a_host(studio: ConferenceRecorderSetup) -> None:
    anna, bert = await studio.join("anna", host=True), await studio.join("bert")
    with pytest.raises(Conflict):
        ask(studio, PauseRequested(anna.chair.id, on=True))
    for one in (anna, bert):
        one.chair.dtmf_command("4")
    await asyncio.sleep(1)
    meeting = studio.meetings.status(studio.room)
    assert meeting is not None
    assert meeting.paused is False


@pytest.mark.promise("C8", "C10", "T2")
@virtual_time_test
async def test_recording_continues_after_media_engine_restart(studio: ConferenceRecorderSetup) -> None:
    anna, bert = await studio.run_recording()
    await studio.send_audio(1)
    studio.engine.dead = True
    studio.tap.end("lost")
    await asyncio.sleep(1.5)
    studio.engine.dead = False
    await asyncio.sleep(2.5)
    await studio.send_audio(2)
    await studio.recorder.close()
    [kept] = studio.archive.kept
    assert (kept.ended, kept.marks) == ("over", [("gap", 1.0)])
    assert kept.pcm.startswith(b"\x01\x00" * 8000 + bytes(16000))
    assert kept.pcm.endswith(b"\x02\x00" * 8000)
    assert 5.0 <= kept.seconds <= 7.0
    assert anna.heard == bert.heard == [NOTICE]


@pytest.mark.promise("C8", "T2")
@virtual_time_test
async def test_permanent_media_engine_loss_ends_recording_with_notice(studio: ConferenceRecorderSetup) -> None:
    anna, bert = await studio.run_recording()
    await studio.send_audio(1)
    studio.engine.dead = True
    studio.tap.end("lost")
    await asyncio.sleep(30)
    assert anna.heard == bert.heard == [NOTICE, "recording/failed"]
    [kept] = studio.archive.kept
    assert (kept.seconds, kept.ended) == (1.0, "fault")


@virtual_time_test
async def test_pause_during_media_engine_outage(studio: ConferenceRecorderSetup) -> None:
    anna, _ = await studio.run_recording()
    await studio.send_audio(1)
    studio.engine.dead = True
    studio.tap.end("lost")
    await asyncio.sleep(0.3)
    ask(studio, PauseRequested(anna.chair.id, on=True))
    studio.engine.dead = False
    before = len(studio.engine.taps)
    await asyncio.sleep(10)
    assert len(studio.engine.taps) == before
    ask(studio, PauseRequested(anna.chair.id, on=False))
    await asyncio.sleep(0.1)
    await studio.send_audio(2)
    await studio.recorder.close()
    [kept] = studio.archive.kept
    assert (kept.seconds, kept.marks) == (2.0, [("paused", 1.0), ("resumed", 1.0)])


@virtual_time_test
async def test_sample_rate_change_starts_a_new_recording(studio: ConferenceRecorderSetup) -> None:
    await studio.run_recording()
    await studio.send_audio(1)
    studio.tap.end("lost")
    await asyncio.sleep(0.5)
    await studio.send_audio(2, rate=16000)
    await asyncio.sleep(0.1)
    await studio.send_audio(3, rate=16000)
    await studio.recorder.close()
    first, second = studio.archive.kept
    assert (first.seconds, first.ended, first.who) == (1.0, "changed", second.who)
    assert (second.seconds, second.rate) == (1.0, 16000)


@pytest.mark.promise("C8", "T2")
@virtual_time_test
async def test_full_disk_ends_recording_informs_everyone_and_keeps_it(studio: ConferenceRecorderSetup) -> None:
    studio.archive.room = 20_000
    anna, bert = await studio.run_recording()
    await studio.send_audio(1)
    await studio.send_audio(2)
    await asyncio.sleep(PROMPT_SECONDS + 0.1)
    assert anna.heard == bert.heard == [NOTICE, "recording/failed"]
    [kept] = studio.archive.kept
    assert (kept.seconds, kept.ended) == (1.0, "full")
    assert anna.inside
    assert studio.consent_stages() == {"anna": None, "bert": None}


@virtual_time_test
async def test_erased_subject_is_not_recorded(studio: ConferenceRecorderSetup) -> None:
    studio.archive.erased = True
    anna, _ = await studio.run_recording()
    await asyncio.sleep(PROMPT_SECONDS)
    assert anna.heard == [NOTICE, "recording/failed"]
    assert studio.engine.taps == {}


@virtual_time_test
async def test_recording_does_not_start_if_disabled_or_running(studio: ConferenceRecorderSetup) -> None:
    anna, bert = await studio.run_recording()
    with pytest.raises(Conflict):
        ask(studio, RecordingRequested(anna.chair.id, on=True))
    with pytest.raises(Forbidden):
        ask(studio, RecordingRequested(bert.chair.id, on=False))
    ask(studio, RecordingRequested(anna.chair.id, on=False))
    await asyncio.sleep(0.1)
    studio.archive.terms = None
    with pytest.raises(Forbidden):
        ask(studio, RecordingRequested(anna.chair.id, on=True))


@virtual_time_test
async def test_recording_tone_is_periodic_and_stops_in_a_pause(studio: ConferenceRecorderSetup) -> None:
    anna, _ = await studio.run_recording()
    await asyncio.sleep(31)
    assert studio.engine.beeps == 3
    ask(studio, PauseRequested(anna.chair.id, on=True))
    await asyncio.sleep(60)
    assert studio.engine.beeps == 3


@virtual_time_test
async def test_recording_ends_with_the_last_participant(studio: ConferenceRecorderSetup) -> None:
    anna, bert = await studio.run_recording()
    await studio.send_audio(1)
    for one in (anna, bert):
        one.hang_up()
    await asyncio.sleep(0.1)
    [kept] = studio.archive.kept
    assert (kept.seconds, kept.ended) == (1.0, "over")
    assert studio.meetings.status(studio.room) is None


@pytest.mark.promise("D3")
@virtual_time_test
async def test_erasing_a_participant_ends_the_recording(studio: ConferenceRecorderSetup) -> None:
    await studio.run_recording()
    studio.recorder.on_subject_erased("acme", "s-clara")
    studio.recorder.on_subject_erased("other", "s-bert")
    await studio.send_audio(1)
    assert studio.archive.kept[0].ended == ""
    studio.meetings.anonymize("acme", "s-bert")
    studio.recorder.on_subject_erased("acme", "s-bert")
    await asyncio.sleep(0.1)
    [kept] = studio.archive.kept
    assert kept.ended == "fault"


@pytest.mark.promise("C8", "C10")
@virtual_time_test
async def test_joiner_who_is_never_recorded_ends_the_recording(studio: ConferenceRecorderSetup) -> None:
    studio.archive.extensions["e-clara"] = ExtensionRecordingPolicy(when="never")
    anna, bert = await studio.run_recording()
    await studio.send_audio(1)
    clara = await studio.join("clara")
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert (anna.heard[-1], bert.heard[-1], clara.heard) == ("recording/ended", "recording/ended", [])
    assert clara.inside
    [kept] = studio.archive.kept
    assert (kept.who, kept.ended, kept.seconds) == (["anna", "bert"], "stopped", 1.0)


@pytest.mark.promise("C8", "C10", "R1")
@virtual_time_test
async def test_opt_in_joiner_makes_everyone_be_asked(studio: ConferenceRecorderSetup) -> None:
    studio.archive.extensions["e-dora"] = ExtensionRecordingPolicy(mode="opt_in")
    _, bert = await studio.run_recording()
    await studio.send_audio(1)
    dora = await studio.join("dora")
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert (bert.heard[-1], dora.heard, dora.inside) == ("recording/ask", ["recording/ask"], False)
    [kept] = studio.archive.kept
    assert (kept.who, kept.ended) == (["anna", "bert"], "changed")
    bert.chair.dtmf_answer("1")
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert len(studio.archive.kept) == 2, "anna has asked for it herself"
    dora.chair.dtmf_answer("1")
    await asyncio.sleep(PROMPT_SECONDS + 1)
    await studio.send_audio(2)
    assert dora.inside
    await studio.recorder.close()
    assert [(each.who, each.new.mode) for each in studio.archive.kept][-1] == (["anna", "bert", "dora"], "opt_in")


@pytest.mark.promise("C8", "C10")
@virtual_time_test
async def test_holding_participant_is_informed_after_the_hold(studio: ConferenceRecorderSetup) -> None:
    anna, bert = await studio.join("anna", host=True), await studio.join("bert")
    bert.hold(True)
    ask(studio, RecordingRequested(anna.chair.id, on=True))
    await asyncio.sleep(PROMPT_SECONDS * 3)
    assert (studio.consent_stages()["bert"], bert.heard, studio.archive.kept) == ("unknown", [], [])
    bert.hold(False)
    await asyncio.sleep(PROMPT_SECONDS / 2)
    bert.hold(True)
    bert.hold(False)
    await asyncio.sleep(PROMPT_SECONDS - 0.2)
    assert studio.consent_stages()["bert"] == "telling", "half of it is not all of it"
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert studio.consent_stages()["bert"] == "consented"
    assert len(studio.archive.kept) == 1


@pytest.mark.promise("C8", "C10")
@virtual_time_test
async def test_holding_joiner_waits_until_informed(studio: ConferenceRecorderSetup) -> None:
    await studio.run_recording()
    clara = await studio.join("clara")
    clara.hold(True)
    await asyncio.sleep(PROMPT_SECONDS * 3)
    assert not clara.inside
    clara.hold(False)
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert (clara.inside, clara.heard) == (True, [JOINED])


@pytest.mark.promise("C8", "C10")
@virtual_time_test
async def test_failed_notice_prevents_recording(studio: ConferenceRecorderSetup) -> None:
    anna, bert = await studio.join("anna", host=True), await studio.join("bert")
    bert.can_be_told = False
    ask(studio, RecordingRequested(anna.chair.id, on=True))
    await asyncio.sleep(PROMPT_SECONDS * 3)
    assert studio.archive.kept == []
    assert anna.heard[-1] == "recording/failed"


@pytest.mark.promise("C8")
@virtual_time_test
async def test_refusal_in_a_later_sdp_ends_recording(studio: ConferenceRecorderSetup) -> None:
    _, bert = await studio.run_recording()
    await studio.send_audio(1)
    studio.calls.shy.add("bert")
    bert.chair.media_updated()
    await asyncio.sleep(0.1)
    assert studio.archive.kept[0].ended == "refused"
