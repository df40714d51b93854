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


def states(setup: CallRecorderSetup) -> list[str]:
    return [live.state for live in setup.states]


@pytest.mark.promise("C8")
async def test_automatic_recording_is_announced_and_stored(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    setup.connect()
    await setup.wait_for_state("recording")
    assert {"play a", "play b"} <= set(setup.relay.requests[:2])
    setup.engine.put_both(2.0)
    await setup.wait_for_state("recording")
    assert setup.recorder.call_ended("call-1") is True
    [part] = await setup.recordings()
    assert (part.seconds, part.ended) == (2.0, "over")
    assert states(setup) == ["announced", "recording", "ended"]
    assert setup.engine.legs == set()


@pytest.mark.promise("C8")
@pytest.mark.parametrize("when", ["incoming", "outgoing"])
async def test_automatic_recording_by_direction(setup: CallRecorderSetup, when: RecordingTrigger) -> None:
    await setup.set_policy(always=None)
    await setup.archive.change_extension(TENANT, ANNA[0], ExtensionRecordingPolicyChange(when=when))
    setup.connect(*((BERT, ANNA) if when == "outgoing" else (ANNA, BERT)))
    live = setup.recorder.live("call-1")
    assert (live.state, live.allowed) == ("none", True)
    setup.recorder.call_ended("call-1")
    setup.connect(*((ANNA, BERT) if when == "outgoing" else (BERT, ANNA)))
    await setup.wait_for_state("recording")


async def test_inband_dtmf_detection_is_enabled_once_without_rfc4733(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    talk = setup.connect()
    await setup.wait_for_state("recording")
    assert setup.relay.inband_dtmf == ["a", "b"]
    events = SDP + b"a=rtpmap:101 telephone-event/8000\r\n"
    setup.recorder.call_ended(talk.call_id)
    legs = {"caller": replace(talk.caller, sdp=events), "callee": replace(talk.callee, sdp=events)}
    setup.recorder.conversation_changed(replace(talk, call_id="call-2", **legs))
    async with asyncio.timeout(15):
        while setup.recorder.live("call-2").state != "recording":
            await asyncio.sleep(0.02)
    assert setup.relay.inband_dtmf == ["a", "b"]


@pytest.mark.promise("C8")
async def test_party_without_media_is_not_recorded(setup: CallRecorderSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unificx.recording.call_playback.MEDIA_TIMEOUT", 0.5)
    await setup.set_policy()
    setup.relay.silent = {"b"}
    setup.connect()
    await setup.wait_for_state("ended")
    assert setup.recorder.live("call-1").end == "not_told"
    assert not setup.files.exists()
    assert setup.engine.taps == {}


@pytest.mark.promise("C8")
async def test_unresponsive_relay_prevents_recording(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    setup.relay.dead = True
    setup.connect()
    await setup.wait_for_state("ended")
    assert setup.recorder.live("call-1").end == "not_told"
    assert setup.recorder.call_ended("call-1") is False


@pytest.mark.promise("C8", "D3")
async def test_transfer_ends_the_recording_and_starts_a_new_one(setup: CallRecorderSetup) -> None:
    await setup.set_policy(beep_seconds=0)  # a beep is played to both, too
    talk = setup.connect()
    await setup.wait_for_state("recording")
    setup.engine.put_both(2.0)
    await setup.wait_for_state("recording")
    before = len(setup.relay.requests)
    other = replace(talk.callee, tag="c", extension_id=CARL[0], subject=CARL[1])
    setup.recorder.conversation_changed(replace(talk, callee=other, anchor="call-1.b2"))
    assert setup.recorder.live("call-1").state == "announced"
    await setup.wait_for_state("recording", "ac")
    asked = setup.relay.requests[before:]
    assert asked.index("play c") < asked.index("listen call-1.b2 c")
    assert "play a" not in asked  # a party informed before is not informed again
    for tag in ("a", "c"):
        setup.engine.tap(tag).put(0, b"\x05\x00" * 16000)
    assert [leg.tag for leg in talk.legs] == ["a", "b"]
    setup.recorder.call_ended("call-1")
    first, second = await setup.recordings(2)
    assert [each.extension_id for each in first.parties] == [ANNA[0], BERT[0]]
    assert [each.extension_id for each in second.parties] == [ANNA[0], CARL[0]]
    assert (first.ended, second.ended) == ("changed", "over")
    assert await _audio_of(setup, first) == b"\x01\x00" * 32000
    assert set(await _audio_of(setup, second)) == {5, 0}


@pytest.mark.promise("D3")
async def test_erasing_a_party_ends_the_recording(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    setup.connect()
    await setup.wait_for_state("recording")
    setup.engine.put_both(1.0)
    setup.recorder.on_subject_erased(TENANT, "s-nobody")
    setup.recorder.on_subject_erased("other", BERT[1])
    assert setup.recorder.live("call-1").state == "recording"
    setup.recorder.on_subject_erased(TENANT, BERT[1])
    assert setup.recorder.live("call-1").state == "ended"


@pytest.mark.promise("C8")
async def test_new_party_that_is_never_recorded_ends_the_recording(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    await setup.archive.change_extension(TENANT, CARL[0], ExtensionRecordingPolicyChange(when="never"))
    talk = setup.connect()
    await setup.wait_for_state("recording")
    other = replace(talk.callee, tag="c", extension_id=CARL[0], subject=CARL[1])
    setup.recorder.conversation_changed(replace(talk, callee=other))
    assert setup.recorder.live("call-1").state == "ended"
    assert setup.recorder.live("call-1").allowed is False
    with pytest.raises(Forbidden):
        setup.recorder.start("call-1", [ANNA[0]])


@pytest.mark.promise("C8")
async def test_stricter_terms_of_a_new_party_ask_everyone_again(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    await setup.archive.change_extension(TENANT, CARL[0], ExtensionRecordingPolicyChange(mode="opt_in"))
    talk = setup.connect()
    await setup.wait_for_state("recording")
    other = replace(talk.callee, tag="c", extension_id=CARL[0], subject=CARL[1])
    setup.recorder.conversation_changed(replace(talk, callee=other))
    await setup.wait_for_state("announced")
    setup.recorder.dtmf_received("call-1", "a", "1")
    assert setup.recorder.live("call-1").state == "announced"
    setup.recorder.dtmf_received("call-1", "c", "1")
    assert setup.recorder.live("call-1").state == "recording"


async def test_parked_call_is_not_recorded_and_resumes_after_retrieval(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    talk = setup.connect()
    await setup.wait_for_state("recording")
    setup.recorder.conversation_suspended("call-1")
    assert setup.recorder.live("call-1").state == "announced"
    with pytest.raises(Conflict):
        setup.recorder.start("call-1", [ANNA[0]])
    setup.recorder.conversation_changed(talk)
    await setup.wait_for_state("recording")


@pytest.mark.promise("T2", "C8")
async def test_full_disk_ends_the_recording_informs_everyone_and_keeps_it(
    setup: CallRecorderSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_write_all", _of_little_room)
    await setup.set_policy()
    setup.connect()
    await setup.wait_for_state("recording")
    setup.engine.put_both(1.5)
    await setup.wait_for_state("recording")
    before = len(setup.relay.requests)
    setup.engine.put_both(1.5, offset=12000)
    await setup.wait_for_state("ended")
    assert setup.recorder.live("call-1").end == "full"
    assert {"play a", "play b"} <= set(setup.relay.requests[before:])
    [part] = await setup.recordings()
    assert (part.seconds, part.ended) == (1.0, "full")
    assert await _audio_of(setup, part) == b"\x01\x00" * 16000


def _of_little_room(file: BinaryIO, data: bytes) -> None:
    """A disk with space for one of two seconds, and not for the end chunk."""
    if file.tell() + len(data) > 33000:
        raise OSError(errno.ENOSPC, "full")
    _write_all(file, data)


@pytest.mark.promise("C8")
async def test_media_engine_loss_becomes_silence(setup: CallRecorderSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    await setup.set_policy()
    setup.connect()
    await setup.wait_for_state("recording")
    # Earlier audio is still being written to a slow disk when the silence is due.
    monkeypatch.setattr(writer, "_write_all", lambda file, data: (sleep(0.1), _write_all(file, data)))
    setup.engine.put_both(1.25)
    lost = [setup.engine.tap("a"), setup.engine.tap("b")]
    for tap in lost:
        tap.end("lost")
    await setup.wait_for_state("recording")
    assert setup.engine.tap("a") is not lost[0]
    setup.engine.put_both(1.25)
    setup.recorder.call_ended("call-1")
    [part] = await setup.recordings()
    assert part.ended == "over"
    assert [(mark.kind, mark.at) for mark in part.marks] == [("gap", 1.25)]
    received, sent = await _audio_of(setup, part), b"\x01\x00" * 20000
    assert received.startswith(sent)
    assert received.endswith(sent)
    assert set(received[len(sent) : -len(sent)]) == {0}


async def test_new_media_anchor_is_subscribed_again(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    talk = setup.connect()
    await setup.wait_for_state("recording")
    asked = setup.relay.requests.count("listen call-1.b1 a")
    setup.recorder.conversation_changed(replace(talk, media_generation=1))
    await setup.wait_for_state("recording")
    assert setup.relay.requests.count("listen call-1.b1 a") == asked + 1


async def test_media_re_established_while_it_is_subscribed_is_subscribed_again(
    setup: CallRecorderSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    await setup.set_policy()
    subscribe = setup.relay.subscribe

    async def subscribe_meanwhile(*party: str, wideband: bool) -> bytes:
        monkeypatch.setattr(setup.relay, "subscribe", subscribe)
        setup.recorder.conversation_changed(replace(talk, media_generation=1))
        return await subscribe(*party, wideband=wideband)

    monkeypatch.setattr(setup.relay, "subscribe", subscribe_meanwhile)
    talk = setup.connect()
    await setup.wait_for_state("recording")
    setup.engine.put_both(1.25)
    setup.recorder.call_ended("call-1")
    await setup.recordings()
    assert [setup.relay.requests.count(f"listen call-1.b1 {leg}") for leg in ("a", "b")] == [2, 2]


@pytest.mark.promise("C8")
async def test_only_participants_start_and_only_starter_or_admin_control(setup: CallRecorderSetup) -> None:
    await setup.set_policy(always=None)
    setup.connect(callee=("", None))
    for extensions in ([], ["e-carl"], [""]):
        with pytest.raises(Forbidden):
            setup.recorder.start("call-1", extensions)
    for ask in (setup.recorder.stop, setup.recorder.pause, setup.recorder.resume):
        with pytest.raises(Conflict):
            ask("call-1", None)
        with pytest.raises(NotFound):
            ask("call-2", None)
    setup.recorder.dtmf_received("call-1", "b", "*")
    setup.recorder.dtmf_received("call-1", "b", "1")
    assert setup.recorder.live("call-1").state == "none"
    setup.recorder.dtmf_received("call-1", "a", "*")
    setup.recorder.dtmf_received("call-1", "a", "1")
    assert setup.recorder.live("call-1").state == "announced"
    with pytest.raises(Conflict):
        setup.recorder.start("call-1", [ANNA[0]])
    setup.recorder.dtmf_received("call-1", "b", "*")
    setup.recorder.dtmf_received("call-1", "b", "1")
    await setup.wait_for_state("recording")
    assert setup.recorder.stop("call-1", None).end == "stopped"


async def test_failed_subscription_of_one_party_prevents_the_recording(
    setup: CallRecorderSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe = setup.relay.subscribe

    async def only_one(anchor: str, tag: str, listener: str, *, wideband: bool = False) -> bytes:
        if tag == "b":
            raise MediaUnavailable("silent")
        return await subscribe(anchor, tag, listener, wideband=wideband)

    monkeypatch.setattr(setup.relay, "subscribe", only_one)
    await setup.set_policy()
    setup.connect()
    await setup.wait_for_state("ended")
    assert "unsubscribe call-1.b1 rec-a" in setup.relay.requests
    assert setup.engine.legs == set()


@pytest.mark.promise("C8")
async def test_starter_controls_by_dtmf_and_api(setup: CallRecorderSetup) -> None:
    await setup.set_policy(always=None)
    setup.connect()
    setup.recorder.start("call-1", [ANNA[0]])
    await setup.wait_for_state("recording")
    for ask in (setup.recorder.stop, setup.recorder.pause, setup.recorder.resume):
        for others in ([BERT[0]], ["e-carl"], [""], []):
            with pytest.raises(Forbidden):
                ask("call-1", others)
    for key in "*0*1":
        setup.recorder.dtmf_received("call-1", "b", key)
    assert setup.recorder.live("call-1").state == "recording"
    assert setup.recorder.pause("call-1", [ANNA[0]]).state == "paused"
    assert setup.recorder.resume("call-1", None).state == "recording"
    assert setup.recorder.stop("call-1", [ANNA[0]]).end == "stopped"


@pytest.mark.promise("C8")
async def test_automatic_recording_can_be_paused_by_any_internal_party(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    setup.connect()
    await setup.wait_for_state("recording")
    assert setup.recorder.pause("call-1", [BERT[0]]).state == "paused"
    with pytest.raises(Forbidden):
        setup.recorder.stop("call-1", [BERT[0]])
    assert setup.recorder.stop("call-1", None).end == "stopped"


@pytest.mark.promise("C8", "C9")
async def test_held_party_hears_the_notice_and_holding_party_does_not(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    talk = setup.connect()
    await setup.wait_for_state("recording")
    before, spoken = len(setup.relay.requests), len(setup.playbacks)
    setup.recorder.conversation_changed(replace(talk, caller=replace(talk.caller, is_holding=True)))
    setup.recorder.pause("call-1", None)
    await setup.wait_for_state("paused")
    assert [asked for asked in setup.relay.requests[before:] if asked.startswith("play")] == ["play b"]
    assert setup.playbacks[spoken:] == [("call-1", "b", 0.0)]


@pytest.mark.promise("C8")
async def test_notice_waits_for_the_end_of_a_hold(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    talk = setup.connect()
    setup.recorder.conversation_changed(replace(talk, callee=replace(talk.callee, is_holding=True)))
    await setup.wait_for_state("announced")
    assert [asked for asked in setup.relay.requests if asked.startswith("play")] == []
    setup.recorder.conversation_changed(talk)
    await setup.wait_for_state("recording")


def wishing(leg: ConversationLeg, wish: str) -> ConversationLeg:
    return replace(leg, sdp=leg.sdp + f"a=recordpref:{wish}\r\n".encode())


@pytest.mark.promise("C8", "R1")
@pytest.mark.parametrize("side", ["caller", "callee"])
async def test_refusing_phone_gets_no_notice_and_nothing_is_recorded(setup: CallRecorderSetup, side: str) -> None:
    await setup.set_policy()
    talk = conversation("call-1", TENANT, ANNA, BERT)
    setup.recorder.conversation_changed(replace(talk, **{side: wishing(getattr(talk, side), "off")}))
    assert (setup.recorder.live("call-1").state, setup.recorder.live("call-1").end) == ("ended", "refused")
    with pytest.raises(Conflict):
        setup.recorder.start("call-1", [ANNA[0]])
    assert setup.recorder.call_ended("call-1") is False
    await setup.recorder.close()
    assert setup.relay.requests == []
    assert not setup.files.exists()


@pytest.mark.promise("C8", "R1")
async def test_later_refusal_ends_recording_and_keeps_earlier_audio(setup: CallRecorderSetup) -> None:
    await setup.set_policy()
    talk = setup.connect()
    await setup.wait_for_state("recording")
    assert setup.states[-1].indication == "on"
    setup.engine.put_both(2.0)
    await setup.wait_for_state("recording")
    setup.recorder.conversation_changed(replace(talk, callee=wishing(talk.callee, "off")))
    assert setup.recorder.live("call-1").end == "refused"
    assert setup.states[-1].indication == "off"
    [part] = await setup.recordings()
    assert 1.0 <= part.seconds <= 2.0


@pytest.mark.promise("C8")
async def test_phone_starts_pauses_and_resumes_recording_by_sdp(setup: CallRecorderSetup) -> None:
    await setup.set_policy(always=None)
    talk = conversation("call-1", TENANT, ANNA, BERT)
    requester = replace(talk, caller=wishing(talk.caller, "on"))
    setup.recorder.conversation_changed(requester)
    assert setup.recorder.live("call-1").begun == "demand"
    await setup.wait_for_state("recording")
    setup.recorder.conversation_changed(replace(requester, media_generation=1))  # unchanged preference: nothing happens
    await setup.wait_for_state("recording")
    setup.recorder.conversation_changed(replace(talk, caller=wishing(talk.caller, "pause")))
    assert (setup.recorder.live("call-1").state, setup.states[-1].indication) == ("paused", "paused")
    setup.recorder.conversation_changed(requester)
    assert setup.recorder.live("call-1").state == "recording"


@pytest.mark.promise("C8")
@pytest.mark.parametrize("who", ["somebody outside", "nobody may"])
async def test_recording_preference_without_permission_is_ignored(setup: CallRecorderSetup, who: str) -> None:
    if who == "somebody outside":
        await setup.set_policy(always=None)
    talk = conversation("call-1", TENANT, ANNA, ("", None))
    side = "callee" if who == "somebody outside" else "caller"
    setup.recorder.conversation_changed(replace(talk, **{side: wishing(getattr(talk, side), "on")}))
    assert setup.recorder.live("call-1").state == "none"
    assert setup.relay.requests == []


async def _audio_of(setup: CallRecorderSetup, part: CallRecording) -> bytes:
    reader = await setup.archive.open_for_listener(part, Listener(ANNA[1], "Anna", "own"))
    return await reader.read()


def test_archive_is_at_the_expected_path(setup: CallRecorderSetup, tmp_path: Path) -> None:
    assert setup.files == tmp_path / "audio"
    assert LocalBlobStore(setup.files).local_ids() == []
