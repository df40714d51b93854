"""Conference recording in virtual time: notices before capture, pauses, media loss and ownership."""

import asyncio

import pytest
from conference_recorder_setup import PROMPT_SECONDS, ConferenceRecorderSetup
from virtual_time import virtual_time_test

from unificx.conferencing import AdmissionRequested, PauseRequested, RecordingRequested
from unificx.core.errors import Conflict, Forbidden
from unificx.recording import ExtensionRecordingPolicy
from unificx.recording.machine import consent_types as words

NOTICE, JOINED = "recording/notice-hang-up", "recording/joined-recorded"
OPT_IN = words.ConsentTerms("opt_in", 0.0)
recorder_test = virtual_time_test(ConferenceRecorderSetup, lambda setup: setup.recorder.close())


def ask(setup: ConferenceRecorderSetup, event: RecordingRequested | PauseRequested) -> None:
    setup.meetings.control_recording(setup.room, event)


@pytest.mark.promise("C8", "C10")
@recorder_test
async def test_everyone_is_informed_before_capture_starts(setup: ConferenceRecorderSetup) -> None:
    anna, bert = await setup.start_recording()
    await asyncio.sleep(PROMPT_SECONDS - 0.1)
    assert setup.engine.taps == {}
    assert setup.consent_stages() == {"anna": "telling", "bert": "telling"}
    await asyncio.sleep(1)
    assert (anna.played, bert.played) == ([NOTICE], [NOTICE])
    assert setup.consent_stages() == {"anna": "consented", "bert": "consented"}
    assert setup.calls.recorded == set()  # no audio yet
    await setup.send_audio(7)
    assert setup.calls.recorded == {"anna", "bert"}
    assert setup.calls.shown == ["anna on", "bert on"]
    ask(setup, RecordingRequested(anna.session.id, on=False))
    await asyncio.sleep(0.1)
    [stored] = setup.archive.stored
    assert (stored.who, stored.seconds, stored.ended) == (["anna", "bert"], 1.0, "stopped")
    assert all(party.consent.notice for party in stored.new.parties)
    assert setup.calls.shown[2:] == ["anna off", "bert off"]
    assert setup.consent_stages() == {"anna": None, "bert": None}


@pytest.mark.promise("C8", "C10", "R1")
@recorder_test
async def test_missing_consent_ends_recording(setup: ConferenceRecorderSetup) -> None:
    anna, bert = await setup.start_recording(terms=OPT_IN)
    await asyncio.sleep(PROMPT_SECONDS / 2)
    bert.session.dtmf_answer("2")
    await asyncio.sleep(PROMPT_SECONDS * 2)
    assert (anna.played, bert.played) == ([NOTICE, "recording/not-everybody"], ["recording/ask", "recording/refused"])
    assert setup.archive.stored == []
    assert setup.engine.taps == {}
    ask(setup, RecordingRequested(anna.session.id, on=True))  # and it may be started again


@pytest.mark.promise("C8", "R1")
@recorder_test
async def test_refusing_phone_ends_recording_before_any_notice(setup: ConferenceRecorderSetup) -> None:
    setup.calls.refusing = {"bert"}
    anna, bert = await setup.start_recording()
    await asyncio.sleep(PROMPT_SECONDS * 2)
    assert (anna.played, bert.played) == (["recording/not-everybody"], [])
    assert setup.archive.stored == []


@pytest.mark.promise("C8", "C10")
@recorder_test
async def test_late_joiner_is_informed_before_admission_and_starts_a_new_recording(
    setup: ConferenceRecorderSetup,
) -> None:
    await setup.run_recording()
    await setup.send_audio(1, 2.0)
    clara = await setup.join("clara")
    await setup.send_audio(1)
    assert clara.inside is False
    assert setup.consent_stages()["clara"] == "telling"
    await asyncio.sleep(PROMPT_SECONDS)
    assert (clara.played, clara.inside) == ([JOINED], True)
    await setup.send_audio(3)
    await setup.recorder.close()
    first, second = setup.archive.stored
    assert (first.who, first.seconds, first.ended) == (["anna", "bert"], 3.0, "changed")
    assert (second.who, second.seconds) == (["anna", "bert", "clara"], 1.0)
    assert setup.calls.recorded == {"anna", "bert", "clara"}
    assert "clara on" in setup.calls.shown


@pytest.mark.promise("C8", "C10", "R1")
@pytest.mark.parametrize("agrees", [True, False])
def test_guest_in_the_lobby_is_informed_after_a_host_admits_them_and_heard_after_the_answer(*, agrees: bool) -> None:
    async def notify(setup: ConferenceRecorderSetup) -> None:
        setup.archive.terms = OPT_IN
        anna, bert = await setup.start_recording()
        bert.session.dtmf_answer("1")
        await asyncio.sleep(PROMPT_SECONDS * 3)
        guest = await setup.join("clara", lobby=True)
        await asyncio.sleep(PROMPT_SECONDS)
        await setup.send_audio(1)
        assert (guest.played, guest.inside) == ([], False)
        setup.meetings.apply(setup.room, AdmissionRequested(anna.session.id, guest.session.id))
        await asyncio.sleep(0.5)
        assert (setup.consent_stages()["clara"], guest.inside) == ("telling", False)
        guest.session.dtmf_answer("1" if agrees else "2")
        await asyncio.sleep(PROMPT_SECONDS * 3)
        assert (guest.played[0], guest.inside) == ("recording/ask", agrees)
        await setup.send_audio(1)
        await setup.recorder.close()
        first, last = setup.archive.stored[0], setup.archive.stored[-1]
        assert (first.who, "clara" in last.who, "clara" in setup.calls.recorded) == (["anna", "bert"], agrees, agrees)
        assert [each.consent.key for each in last.new.parties if each.identity.name == "clara"] == ["1"] * agrees

    recorder_test(notify)()


@pytest.mark.promise("C8", "C10", "R1")
@pytest.mark.parametrize("how", ["by key", "by his phone"])
def test_late_joiner_who_refuses_is_not_admitted(how: str) -> None:
    async def notify(setup: ConferenceRecorderSetup) -> None:
        setup.archive.terms = OPT_IN
        anna, bert = await setup.start_recording()
        bert.session.dtmf_answer("1")
        await asyncio.sleep(PROMPT_SECONDS * 3)
        await setup.send_audio(1)
        setup.calls.refusing = {"clara"} if how == "by his phone" else set()
        clara = await setup.join("clara")
        await asyncio.sleep(0.5)
        clara.session.dtmf_answer("2")
        await asyncio.sleep(PROMPT_SECONDS)
        assert "conference/recorded" in clara.played
        assert clara.inside is False
        await setup.send_audio(1)
        await setup.recorder.close()
        [stored] = setup.archive.stored
        assert (stored.who, stored.seconds) == (["anna", "bert"], 2.0)
        assert "clara" not in setup.calls.recorded
        assert anna.inside

    recorder_test(notify)()


@recorder_test
async def test_leaving_participant_does_not_interrupt_recording(setup: ConferenceRecorderSetup) -> None:
    _, bert = await setup.run_recording()
    await setup.send_audio(1)
    bert.hang_up()
    await setup.send_audio(2)
    await setup.recorder.close()
    [stored] = setup.archive.stored
    assert (stored.who, stored.seconds, stored.marks) == (["anna", "bert"], 2.0, [])


@pytest.mark.promise("C8", "C10")
@pytest.mark.parametrize("card", [False, True])
def test_host_pause_and_resume_set_marks(card: bool) -> None:
    async def notify(setup: ConferenceRecorderSetup) -> None:
        anna, bert = await setup.run_recording()
        await setup.send_audio(1)
        with pytest.raises(Forbidden):
            ask(setup, PauseRequested(bert.session.id, on=True))
        ask(setup, PauseRequested(anna.session.id, on=True, card=card))
        tap = setup.tap
        tap.put(0, b"\x09\x00" * 8000)  # buffered audio, and audio during the pause
        await asyncio.sleep(PROMPT_SECONDS + 5)
        meeting = setup.meetings.status(setup.room)
        assert meeting is not None
        assert (meeting.recorded, meeting.paused) == (True, True)
        assert bert.played[-1] == ("recording/paused-for-card" if card else "recording/paused")
        assert setup.calls.shown[-2:] == ["anna paused", "bert paused"]
        ask(setup, PauseRequested(anna.session.id, on=False))
        await asyncio.sleep(PROMPT_SECONDS + 0.1)
        await setup.send_audio(2)
        await setup.recorder.close()
        [stored] = setup.archive.stored
        assert (stored.seconds, stored.ended) == (2.0, "over")
        assert stored.marks == [("paused_for_card" if card else "paused", 1.0), ("resumed", 1.0)]
        assert b"\x09\x00" not in stored.pcm

    recorder_test(notify)()


@pytest.mark.promise("C8", "C10")
@recorder_test
async def test_joiner_during_pause_is_informed_and_pause_continues(setup: ConferenceRecorderSetup) -> None:
    anna, _ = await setup.run_recording()
    await setup.send_audio(1)
    anna.session.dtmf_command("4")
    await asyncio.sleep(0.1)
    clara = await setup.join("clara")
    await asyncio.sleep(PROMPT_SECONDS * 3)
    assert (clara.played[0], clara.inside) == (JOINED, True)
    assert len(setup.engine.taps) == 1
    anna.session.dtmf_command("4")
    await asyncio.sleep(0.1)
    await setup.send_audio(2)
    await setup.recorder.close()
    first, second = setup.archive.stored
    assert (first.who, first.ended, first.marks) == (["anna", "bert"], "changed", [("paused", 1.0)])
    assert second.who == ["anna", "bert", "clara"]


@recorder_test
async def test_pause_requires_a_recording_and_a_host(setup: ConferenceRecorderSetup) -> None:
    anna, bert = await setup.join("anna", host=True), await setup.join("bert")
    with pytest.raises(Conflict):
        ask(setup, PauseRequested(anna.session.id, on=True))
    for one in (anna, bert):
        one.session.dtmf_command("4")
    await asyncio.sleep(1)
    meeting = setup.meetings.status(setup.room)
    assert meeting is not None
    assert meeting.paused is False


@pytest.mark.promise("C8", "C10", "T2")
@recorder_test
async def test_recording_continues_after_media_engine_restart(setup: ConferenceRecorderSetup) -> None:
    anna, bert = await setup.run_recording()
    await setup.send_audio(1)
    setup.engine.dead = True
    setup.tap.end("lost")
    await asyncio.sleep(1.5)
    setup.engine.dead = False
    await asyncio.sleep(2.5)
    await setup.send_audio(2)
    await setup.recorder.close()
    [stored] = setup.archive.stored
    assert (stored.ended, stored.marks) == ("over", [("gap", 1.0)])
    assert stored.pcm.startswith(b"\x01\x00" * 8000 + bytes(16000))
    assert stored.pcm.endswith(b"\x02\x00" * 8000)
    assert 5.0 <= stored.seconds <= 7.0
    assert anna.played == bert.played == [NOTICE]


@pytest.mark.promise("C8", "T2")
@recorder_test
async def test_permanent_media_engine_loss_ends_recording_with_notice(setup: ConferenceRecorderSetup) -> None:
    anna, bert = await setup.run_recording()
    await setup.send_audio(1)
    setup.engine.dead = True
    setup.tap.end("lost")
    await asyncio.sleep(30)
    assert anna.played == bert.played == [NOTICE, "recording/failed"]
    [stored] = setup.archive.stored
    assert (stored.seconds, stored.ended) == (1.0, "fault")


@recorder_test
async def test_pause_during_media_engine_outage(setup: ConferenceRecorderSetup) -> None:
    anna, _ = await setup.run_recording()
    await setup.send_audio(1)
    setup.engine.dead = True
    setup.tap.end("lost")
    await asyncio.sleep(0.3)
    ask(setup, PauseRequested(anna.session.id, on=True))
    setup.engine.dead = False
    before = len(setup.engine.taps)
    await asyncio.sleep(10)
    assert len(setup.engine.taps) == before
    ask(setup, PauseRequested(anna.session.id, on=False))
    await asyncio.sleep(0.1)
    await setup.send_audio(2)
    await setup.recorder.close()
    [stored] = setup.archive.stored
    assert (stored.seconds, stored.marks) == (2.0, [("paused", 1.0), ("resumed", 1.0)])


@recorder_test
async def test_sample_rate_change_starts_a_new_recording(setup: ConferenceRecorderSetup) -> None:
    await setup.run_recording()
    await setup.send_audio(1)
    setup.tap.end("lost")
    await asyncio.sleep(0.5)
    await setup.send_audio(2, rate=16000)
    await asyncio.sleep(0.1)
    await setup.send_audio(3, rate=16000)
    await setup.recorder.close()
    first, second = setup.archive.stored
    assert (first.seconds, first.ended, first.who) == (1.0, "changed", second.who)
    assert (second.seconds, second.rate) == (1.0, 16000)


@pytest.mark.promise("C8", "T2")
@recorder_test
async def test_full_disk_ends_recording_informs_everyone_and_keeps_it(setup: ConferenceRecorderSetup) -> None:
    setup.archive.room = 20_000
    anna, bert = await setup.run_recording()
    await setup.send_audio(1)
    await setup.send_audio(2)
    await asyncio.sleep(PROMPT_SECONDS + 0.1)
    assert anna.played == bert.played == [NOTICE, "recording/failed"]
    [stored] = setup.archive.stored
    assert (stored.seconds, stored.ended) == (1.0, "full")
    assert anna.inside
    assert setup.consent_stages() == {"anna": None, "bert": None}


@recorder_test
async def test_erased_subject_is_not_recorded(setup: ConferenceRecorderSetup) -> None:
    setup.archive.erased = True
    anna, _ = await setup.run_recording()
    await asyncio.sleep(PROMPT_SECONDS)
    assert anna.played == [NOTICE, "recording/failed"]
    assert setup.engine.taps == {}


@recorder_test
async def test_recording_does_not_start_if_disabled_or_running(setup: ConferenceRecorderSetup) -> None:
    anna, bert = await setup.run_recording()
    with pytest.raises(Conflict):
        ask(setup, RecordingRequested(anna.session.id, on=True))
    with pytest.raises(Forbidden):
        ask(setup, RecordingRequested(bert.session.id, on=False))
    ask(setup, RecordingRequested(anna.session.id, on=False))
    await asyncio.sleep(0.1)
    setup.archive.terms = None
    with pytest.raises(Forbidden):
        ask(setup, RecordingRequested(anna.session.id, on=True))


@recorder_test
async def test_recording_tone_is_periodic_and_stops_in_a_pause(setup: ConferenceRecorderSetup) -> None:
    anna, _ = await setup.run_recording()
    await asyncio.sleep(31)
    assert setup.engine.beeps == 3
    ask(setup, PauseRequested(anna.session.id, on=True))
    await asyncio.sleep(60)
    assert setup.engine.beeps == 3


@recorder_test
async def test_recording_ends_with_the_last_participant(setup: ConferenceRecorderSetup) -> None:
    anna, bert = await setup.run_recording()
    await setup.send_audio(1)
    for one in (anna, bert):
        one.hang_up()
    await asyncio.sleep(0.1)
    [stored] = setup.archive.stored
    assert (stored.seconds, stored.ended) == (1.0, "over")
    assert setup.meetings.status(setup.room) is None


@pytest.mark.promise("D3")
@recorder_test
async def test_erasing_a_participant_ends_the_recording(setup: ConferenceRecorderSetup) -> None:
    await setup.run_recording()
    setup.recorder.on_subject_erased("acme", "s-clara")
    setup.recorder.on_subject_erased("other", "s-bert")
    await setup.send_audio(1)
    assert setup.archive.stored[0].ended == ""
    setup.meetings.anonymize("acme", "s-bert")
    setup.recorder.on_subject_erased("acme", "s-bert")
    await asyncio.sleep(0.1)
    [stored] = setup.archive.stored
    assert stored.ended == "fault"


@pytest.mark.promise("C8", "C10")
@recorder_test
async def test_joiner_who_is_never_recorded_ends_the_recording(setup: ConferenceRecorderSetup) -> None:
    setup.archive.extensions["e-clara"] = ExtensionRecordingPolicy(when="never")
    anna, bert = await setup.run_recording()
    await setup.send_audio(1)
    clara = await setup.join("clara")
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert (anna.played[-1], bert.played[-1], clara.played) == ("recording/ended", "recording/ended", [])
    assert clara.inside
    [stored] = setup.archive.stored
    assert (stored.who, stored.ended, stored.seconds) == (["anna", "bert"], "stopped", 1.0)


@pytest.mark.promise("C8", "C10", "R1")
@recorder_test
async def test_opt_in_joiner_makes_everyone_be_asked(setup: ConferenceRecorderSetup) -> None:
    setup.archive.extensions["e-dora"] = ExtensionRecordingPolicy(mode="opt_in")
    _, bert = await setup.run_recording()
    await setup.send_audio(1)
    dora = await setup.join("dora")
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert (bert.played[-1], dora.played, dora.inside) == ("recording/ask", ["recording/ask"], False)
    [stored] = setup.archive.stored
    assert (stored.who, stored.ended) == (["anna", "bert"], "changed")
    bert.session.dtmf_answer("1")
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert len(setup.archive.stored) == 2, "anna has asked for it herself"
    dora.session.dtmf_answer("1")
    await asyncio.sleep(PROMPT_SECONDS + 1)
    await setup.send_audio(2)
    assert dora.inside
    await setup.recorder.close()
    assert [(each.who, each.new.mode) for each in setup.archive.stored][-1] == (["anna", "bert", "dora"], "opt_in")


@pytest.mark.promise("C8", "C10")
@recorder_test
async def test_holding_participant_is_informed_after_the_hold(setup: ConferenceRecorderSetup) -> None:
    anna, bert = await setup.join("anna", host=True), await setup.join("bert")
    bert.hold(True)
    ask(setup, RecordingRequested(anna.session.id, on=True))
    await asyncio.sleep(PROMPT_SECONDS * 3)
    assert (setup.consent_stages()["bert"], bert.played, setup.archive.stored) == ("unknown", [], [])
    bert.hold(False)
    await asyncio.sleep(PROMPT_SECONDS / 2)
    bert.hold(True)
    bert.hold(False)
    await asyncio.sleep(PROMPT_SECONDS - 0.2)
    assert setup.consent_stages()["bert"] == "telling", "half of it is not all of it"
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert setup.consent_stages()["bert"] == "consented"
    assert len(setup.archive.stored) == 1


@pytest.mark.promise("C8", "C10")
@recorder_test
async def test_holding_joiner_waits_until_informed(setup: ConferenceRecorderSetup) -> None:
    await setup.run_recording()
    clara = await setup.join("clara")
    clara.hold(True)
    await asyncio.sleep(PROMPT_SECONDS * 3)
    assert not clara.inside
    clara.hold(False)
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert (clara.inside, clara.played) == (True, [JOINED])


@pytest.mark.promise("C8", "C10")
@recorder_test
async def test_failed_notice_prevents_recording(setup: ConferenceRecorderSetup) -> None:
    anna, bert = await setup.join("anna", host=True), await setup.join("bert")
    bert.can_be_notified = False
    ask(setup, RecordingRequested(anna.session.id, on=True))
    await asyncio.sleep(PROMPT_SECONDS * 3)
    assert setup.archive.stored == []
    assert anna.played[-1] == "recording/failed"


@pytest.mark.promise("C8")
@recorder_test
async def test_refusal_in_a_later_sdp_ends_recording(setup: ConferenceRecorderSetup) -> None:
    _, bert = await setup.run_recording()
    await setup.send_audio(1)
    setup.calls.refusing.add("bert")
    bert.session.media_updated()
    await asyncio.sleep(0.1)
    assert setup.archive.stored[0].ended == "refused"


@pytest.mark.promise("C8", "C10")
@recorder_test
async def test_a_recording_with_video_is_announced_as_such_to_everyone(setup: ConferenceRecorderSetup) -> None:
    anna, bert = await setup.start_recording(video=True)
    assert setup.meetings.status(setup.room).video_recorded  # type: ignore[union-attr]
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert (anna.played, bert.played) == (["recording/notice-video"], ["recording/notice-video"])
    await setup.send_audio(7)
    carl = await setup.join("carl")
    await asyncio.sleep(PROMPT_SECONDS + 1)
    assert carl.played == ["recording/joined-video"]
    await setup.send_audio(7)
    ask(setup, PauseRequested(anna.session.id, on=True))
    await asyncio.sleep(0.1)
    state = setup.meetings.status(setup.room)
    assert state is not None
    assert (state.paused, state.video_recorded) == (True, True)
    ask(setup, RecordingRequested(anna.session.id, on=False))
    await asyncio.sleep(0.1)
    assert [each.new.video for each in setup.archive.stored] == [True, True]
    assert not setup.meetings.status(setup.room).video_recorded  # type: ignore[union-attr]


@pytest.mark.promise("C8")
@recorder_test
async def test_consent_to_a_recording_with_video_is_asked_for_as_such(setup: ConferenceRecorderSetup) -> None:
    _, bert = await setup.start_recording(terms=OPT_IN, video=True)
    await asyncio.sleep(PROMPT_SECONDS * 8)
    assert bert.played[:2] == ["recording/ask-video", "recording/ask-again-video"]
