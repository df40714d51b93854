"""The call recorder on a real archive: notices, stored audio and failures."""

import asyncio
import errno
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import BinaryIO

import pytest
from call_recorder_setup import ANNA, BERT, CARL, TENANT, CallRecorderSetup
from fake_media import SDP, conversation

from unificx.audio_store import LocalBlobStore, writer
from unificx.audio_store.writer import _write_all
from unificx.calls import ConversationLeg
from unificx.core.errors import Conflict, Forbidden, NotFound
from unificx.media import MediaUnavailable
from unificx.recording import CallRecording, ExtensionRecordingPolicyChange, Listener
from unificx.recording.policy import RecordingTrigger


def states(studio: CallRecorderSetup) -> list[str]:
    return [live.state for live in studio.states]


@pytest.mark.promise("C8")
async def test_automatic_recording_is_announced_and_stored(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    studio.connect()
    await studio.wait_for_state("recording")
    assert {"play a", "play b"} <= set(studio.relay.requests[:2])
    studio.engine.put_both(2.0)
    await studio.wait_for_state("recording")
    assert studio.recorder.call_ended("call-1") is True
    [part] = await studio.recordings()
    assert (part.seconds, part.ended) == (2.0, "over")
    assert states(studio) == ["announced", "recording", "ended"]
    assert studio.engine.legs == set()


@pytest.mark.promise("C8")
@pytest.mark.parametrize("when", ["incoming", "outgoing"])
async def test_automatic_recording_by_direction(studio: CallRecorderSetup, when: RecordingTrigger) -> None:
    await studio.set_policy(always=None)
    await studio.archive.change_extension(TENANT, ANNA[0], ExtensionRecordingPolicyChange(when=when))
    studio.connect(*((BERT, ANNA) if when == "outgoing" else (ANNA, BERT)))
    live = studio.recorder.live("call-1")
    assert (live.state, live.allowed) == ("none", True)
    studio.recorder.call_ended("call-1")
    studio.connect(*((ANNA, BERT) if when == "outgoing" else (BERT, ANNA)))
    await studio.wait_for_state("recording")


async def test_inband_dtmf_detection_is_enabled_once_without_rfc4733(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    talk = studio.connect()
    await studio.wait_for_state("recording")
    assert studio.relay.inband_dtmf == ["a", "b"]
    events = SDP + b"a=rtpmap:101 telephone-event/8000\r\n"
    studio.recorder.call_ended(talk.call_id)
    legs = {"caller": replace(talk.caller, sdp=events), "callee": replace(talk.callee, sdp=events)}
    studio.recorder.conversation_changed(replace(talk, call_id="call-2", **legs))
    async with asyncio.timeout(15):
        while studio.recorder.live("call-2").state != "recording":
            await asyncio.sleep(0.02)
    assert studio.relay.inband_dtmf == ["a", "b"]


@pytest.mark.promise("C8")
async def test_party_without_media_is_not_recorded(studio: CallRecorderSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unificx.recording.call_recording_session.MEDIA_TIMEOUT", 0.5)
    await studio.set_policy()
    studio.relay.silent = {"b"}
    studio.connect()
    await studio.wait_for_state("ended")
    assert studio.recorder.live("call-1").end == "not_told"
    assert not studio.files.exists()
    assert studio.engine.taps == {}


@pytest.mark.promise("C8")
async def test_unresponsive_relay_prevents_recording(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    studio.relay.dead = True
    studio.connect()
    await studio.wait_for_state("ended")
    assert studio.recorder.live("call-1").end == "not_told"
    assert studio.recorder.call_ended("call-1") is False


@pytest.mark.promise("C8", "D3")
async def test_transfer_ends_the_recording_and_starts_a_new_one(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    talk = studio.connect()
    await studio.wait_for_state("recording")
    studio.engine.put_both(2.0)
    await studio.wait_for_state("recording")
    before = len(studio.relay.requests)
    other = replace(talk.callee, tag="c", extension_id=CARL[0], subject=CARL[1])
    studio.recorder.conversation_changed(replace(talk, callee=other, anchor="call-1.b2"))
    assert studio.recorder.live("call-1").state == "announced"
    await studio.wait_for_state("recording", "ac")
    asked = studio.relay.requests[before:]
    assert asked.index("play c") < asked.index("listen call-1.b2 c")
    assert "play a" not in asked  # a party informed before is not informed again
    for tag in ("a", "c"):
        studio.engine.tap(tag).put(0, b"\x05\x00" * 16000)
    assert [leg.tag for leg in talk.legs] == ["a", "b"]
    studio.recorder.call_ended("call-1")
    first, second = await studio.recordings(2)
    assert [each.extension_id for each in first.parties] == [ANNA[0], BERT[0]]
    assert [each.extension_id for each in second.parties] == [ANNA[0], CARL[0]]
    assert (first.ended, second.ended) == ("changed", "over")
    assert await _audio_of(studio, first) == b"\x01\x00" * 32000
    assert set(await _audio_of(studio, second)) == {5, 0}


@pytest.mark.promise("D3")
async def test_erasing_a_party_ends_the_recording(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    studio.connect()
    await studio.wait_for_state("recording")
    studio.engine.put_both(1.0)
    studio.recorder.on_subject_erased(TENANT, "s-nobody")
    studio.recorder.on_subject_erased("other", BERT[1])
    assert studio.recorder.live("call-1").state == "recording"
    studio.recorder.on_subject_erased(TENANT, BERT[1])
    assert studio.recorder.live("call-1").state == "ended"


@pytest.mark.promise("C8")
async def test_new_party_that_is_never_recorded_ends_the_recording(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    await studio.archive.change_extension(TENANT, CARL[0], ExtensionRecordingPolicyChange(when="never"))
    talk = studio.connect()
    await studio.wait_for_state("recording")
    other = replace(talk.callee, tag="c", extension_id=CARL[0], subject=CARL[1])
    studio.recorder.conversation_changed(replace(talk, callee=other))
    assert studio.recorder.live("call-1").state == "ended"
    assert studio.recorder.live("call-1").allowed is False
    with pytest.raises(Forbidden):
        studio.recorder.start("call-1", [ANNA[0]])


@pytest.mark.promise("C8")
async def test_stricter_terms_of_a_new_party_ask_everyone_again(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    await studio.archive.change_extension(TENANT, CARL[0], ExtensionRecordingPolicyChange(mode="opt_in"))
    talk = studio.connect()
    await studio.wait_for_state("recording")
    other = replace(talk.callee, tag="c", extension_id=CARL[0], subject=CARL[1])
    studio.recorder.conversation_changed(replace(talk, callee=other))
    await studio.wait_for_state("announced")
    studio.recorder.dtmf_received("call-1", "a", "1")
    assert studio.recorder.live("call-1").state == "announced"
    studio.recorder.dtmf_received("call-1", "c", "1")
    assert studio.recorder.live("call-1").state == "recording"


async def test_parked_call_is_not_recorded_and_resumes_after_retrieval(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    talk = studio.connect()
    await studio.wait_for_state("recording")
    studio.recorder.conversation_suspended("call-1")
    assert studio.recorder.live("call-1").state == "announced"
    with pytest.raises(Conflict):
        studio.recorder.start("call-1", [ANNA[0]])
    studio.recorder.conversation_changed(talk)
    await studio.wait_for_state("recording")


@pytest.mark.promise("T2", "C8")
async def test_full_disk_ends_the_recording_informs_everyone_and_keeps_it(
    studio: CallRecorderSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_write_all", _of_little_room)
    await studio.set_policy()
    studio.connect()
    await studio.wait_for_state("recording")
    studio.engine.put_both(1.5)
    await studio.wait_for_state("recording")
    before = len(studio.relay.requests)
    studio.engine.put_both(1.5, offset=12000)
    await studio.wait_for_state("ended")
    assert studio.recorder.live("call-1").end == "full"
    assert {"play a", "play b"} <= set(studio.relay.requests[before:])
    [part] = await studio.recordings()
    assert (part.seconds, part.ended) == (1.0, "full")
    assert await _audio_of(studio, part) == b"\x01\x00" * 16000


def _of_little_room(file: BinaryIO, data: bytes) -> None:
    """A disk with space for one of two seconds, and not for the end chunk."""
    if file.tell() + len(data) > 33000:
        raise OSError(errno.ENOSPC, "full")
    _write_all(file, data)


@pytest.mark.promise("C8")
async def test_media_engine_loss_becomes_silence(studio: CallRecorderSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    await studio.set_policy()
    studio.connect()
    await studio.wait_for_state("recording")
    # Earlier audio is still being written to a slow disk when the silence is due.
    monkeypatch.setattr(writer, "_write_all", lambda file, data: (sleep(0.1), _write_all(file, data)))
    studio.engine.put_both(1.25)
    lost = [studio.engine.tap("a"), studio.engine.tap("b")]
    for tap in lost:
        tap.end("lost")
    await studio.wait_for_state("recording")
    assert studio.engine.tap("a") is not lost[0]
    studio.engine.put_both(1.25)
    studio.recorder.call_ended("call-1")
    [part] = await studio.recordings()
    assert part.ended == "over"
    assert [(mark.kind, mark.at) for mark in part.marks] == [("gap", 1.25)]
    heard, said = await _audio_of(studio, part), b"\x01\x00" * 20000
    assert heard.startswith(said)
    assert heard.endswith(said)
    assert set(heard[len(said) : -len(said)]) == {0}


async def test_new_media_anchor_is_subscribed_again(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    talk = studio.connect()
    await studio.wait_for_state("recording")
    asked = studio.relay.requests.count("listen call-1.b1 a")
    studio.recorder.conversation_changed(replace(talk, media_generation=1))
    await studio.wait_for_state("recording")
    assert studio.relay.requests.count("listen call-1.b1 a") == asked + 1


@pytest.mark.promise("C8")
async def test_only_participants_start_and_only_starter_or_admin_control(studio: CallRecorderSetup) -> None:
    await studio.set_policy(always=None)
    studio.connect(callee=("", None))
    for extensions in ([], ["e-carl"], [""]):
        with pytest.raises(Forbidden):
            studio.recorder.start("call-1", extensions)
    for ask in (studio.recorder.stop, studio.recorder.pause, studio.recorder.resume):
        with pytest.raises(Conflict):
            ask("call-1", None)
        with pytest.raises(NotFound):
            ask("call-2", None)
    studio.recorder.dtmf_received("call-1", "b", "*")
    studio.recorder.dtmf_received("call-1", "b", "1")
    assert studio.recorder.live("call-1").state == "none"
    studio.recorder.dtmf_received("call-1", "a", "*")
    studio.recorder.dtmf_received("call-1", "a", "1")
    assert studio.recorder.live("call-1").state == "announced"
    with pytest.raises(Conflict):
        studio.recorder.start("call-1", [ANNA[0]])
    studio.recorder.dtmf_received("call-1", "b", "*")
    studio.recorder.dtmf_received("call-1", "b", "1")
    await studio.wait_for_state("recording")
    assert studio.recorder.stop("call-1", None).end == "stopped"


async def test_failed_subscription_of_one_party_records_nobody(
    studio: CallRecorderSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe = studio.relay.subscribe

    async def only_one(anchor: str, tag: str, listener: str, *, wideband: bool = False) -> bytes:
        if tag == "b":
            raise MediaUnavailable("silent")
        return await subscribe(anchor, tag, listener, wideband=wideband)

    monkeypatch.setattr(studio.relay, "subscribe", only_one)
    await studio.set_policy()
    studio.connect()
    await studio.wait_for_state("ended")
    assert "unsubscribe call-1.b1 rec-a" in studio.relay.requests
    assert studio.engine.legs == set()


@pytest.mark.promise("C8")
async def test_starter_controls_by_dtmf_and_api(studio: CallRecorderSetup) -> None:
    await studio.set_policy(always=None)
    studio.connect()
    studio.recorder.start("call-1", [ANNA[0]])
    await studio.wait_for_state("recording")
    for ask in (studio.recorder.stop, studio.recorder.pause, studio.recorder.resume):
        for others in ([BERT[0]], ["e-carl"], [""], []):
            with pytest.raises(Forbidden):
                ask("call-1", others)
    for key in "*0*1":
        studio.recorder.dtmf_received("call-1", "b", key)
    assert studio.recorder.live("call-1").state == "recording"
    assert studio.recorder.pause("call-1", [ANNA[0]]).state == "paused"
    assert studio.recorder.resume("call-1", None).state == "recording"
    assert studio.recorder.stop("call-1", [ANNA[0]]).end == "stopped"


@pytest.mark.promise("C8")
async def test_automatic_recording_can_be_paused_by_any_internal_party(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    studio.connect()
    await studio.wait_for_state("recording")
    assert studio.recorder.pause("call-1", [BERT[0]]).state == "paused"
    with pytest.raises(Forbidden):
        studio.recorder.stop("call-1", [BERT[0]])
    assert studio.recorder.stop("call-1", None).end == "stopped"


@pytest.mark.promise("C8", "C9")
async def test_held_party_hears_the_notice_and_holding_party_does_not(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    talk = studio.connect()
    await studio.wait_for_state("recording")
    before, spoken = len(studio.relay.requests), len(studio.playbacks)
    studio.recorder.conversation_changed(replace(talk, caller=replace(talk.caller, is_holding=True)))
    studio.recorder.pause("call-1", None)
    await studio.wait_for_state("paused")
    assert [asked for asked in studio.relay.requests[before:] if asked.startswith("play")] == ["play b"]
    assert studio.playbacks[spoken:] == [("call-1", "b", 0.0)]


@pytest.mark.promise("C8")
async def test_notice_waits_for_the_end_of_a_hold(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    talk = studio.connect()
    studio.recorder.conversation_changed(replace(talk, callee=replace(talk.callee, is_holding=True)))
    await studio.wait_for_state("announced")
    assert [asked for asked in studio.relay.requests if asked.startswith("play")] == []
    studio.recorder.conversation_changed(talk)
    await studio.wait_for_state("recording")


def wishing(leg: ConversationLeg, wish: str) -> ConversationLeg:
    return replace(leg, sdp=leg.sdp + f"a=recordpref:{wish}\r\n".encode())


@pytest.mark.promise("C8", "R1")
@pytest.mark.parametrize("side", ["caller", "callee"])
async def test_refusing_phone_gets_no_notice_and_nothing_is_recorded(studio: CallRecorderSetup, side: str) -> None:
    await studio.set_policy()
    talk = conversation("call-1", TENANT, ANNA, BERT)
    studio.recorder.conversation_changed(replace(talk, **{side: wishing(getattr(talk, side), "off")}))
    assert (studio.recorder.live("call-1").state, studio.recorder.live("call-1").end) == ("ended", "refused")
    with pytest.raises(Conflict):
        studio.recorder.start("call-1", [ANNA[0]])
    assert studio.recorder.call_ended("call-1") is False
    await studio.recorder.close()
    assert studio.relay.requests == []
    assert not studio.files.exists()


@pytest.mark.promise("C8", "R1")
async def test_later_refusal_ends_recording_and_keeps_earlier_audio(studio: CallRecorderSetup) -> None:
    await studio.set_policy()
    talk = studio.connect()
    await studio.wait_for_state("recording")
    assert studio.states[-1].indication == "on"
    studio.engine.put_both(2.0)
    await studio.wait_for_state("recording")
    studio.recorder.conversation_changed(replace(talk, callee=wishing(talk.callee, "off")))
    assert studio.recorder.live("call-1").end == "refused"
    assert studio.states[-1].indication == "off"
    [part] = await studio.recordings()
    assert 1.0 <= part.seconds <= 2.0


@pytest.mark.promise("C8")
async def test_phone_starts_pauses_and_resumes_recording_by_sdp(studio: CallRecorderSetup) -> None:
    await studio.set_policy(always=None)
    talk = conversation("call-1", TENANT, ANNA, BERT)
    asking = replace(talk, caller=wishing(talk.caller, "on"))
    studio.recorder.conversation_changed(asking)
    assert studio.recorder.live("call-1").begun == "demand"
    await studio.wait_for_state("recording")
    studio.recorder.conversation_changed(replace(asking, media_generation=1))  # unchanged preference: nothing happens
    await studio.wait_for_state("recording")
    studio.recorder.conversation_changed(replace(talk, caller=wishing(talk.caller, "pause")))
    assert (studio.recorder.live("call-1").state, studio.states[-1].indication) == ("paused", "paused")
    studio.recorder.conversation_changed(asking)
    assert studio.recorder.live("call-1").state == "recording"


@pytest.mark.promise("C8")
@pytest.mark.parametrize("who", ["somebody outside", "nobody may"])
async def test_recording_preference_without_permission_is_ignored(studio: CallRecorderSetup, who: str) -> None:
    if who == "somebody outside":
        await studio.set_policy(always=None)
    talk = conversation("call-1", TENANT, ANNA, ("", None))
    side = "callee" if who == "somebody outside" else "caller"
    studio.recorder.conversation_changed(replace(talk, **{side: wishing(getattr(talk, side), "on")}))
    assert studio.recorder.live("call-1").state == "none"
    assert studio.relay.requests == []


async def _audio_of(studio: CallRecorderSetup, part: CallRecording) -> bytes:
    reader = await studio.archive.open_for_listener(part, Listener(ANNA[1], "Anna", "own"))
    return await reader.read()


def test_archive_is_at_the_expected_path(studio: CallRecorderSetup, tmp_path: Path) -> None:
    assert studio.files == tmp_path / "audio"
    assert LocalBlobStore(studio.files).local_ids() == []
