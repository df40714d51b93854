"""Voicemail deposit: greeting, recording, review and hang-up."""

import errno

import pytest
from app_harness import HANG_UP, AppHarness, without_prompts
from recording_setup import ANNA, TENANT, RecordingSetup

from unificx.audio_store import Transcript, writer
from unificx.media.tones import sine
from unificx.registrar import Caller
from unificx.voicemail import CallerId, MailboxSettingsChange, Message, VoicemailSettingsChange, deposit

MENU = ("voicemail/to-", "press/")
GREETED = ["voicemail/greeting", "voicemail/notice", "voicemail/leave", "beep"]


def stage(room: RecordingSetup, *script: list[str], **more) -> AppHarness:
    more.setdefault("mailbox", ANNA)
    return AppHarness(deposit.deposit_app(room.boxes), audio_scripts=list(script), **more)


async def messages(room: RecordingSetup) -> list[Message]:
    return list(await room.boxes.list(TENANT, [ANNA.id]))


def played_prompts(stage: AppHarness) -> list[str]:
    """Heard prompts without menus; the tone is "beep"."""
    return ["beep" if one == "sound 0.4" else one for one in without_prompts(stage.played, *MENU)]


@pytest.mark.promise("C9")
async def test_hang_up_after_speech_stores_the_message(room: RecordingSetup) -> None:
    caller = stage(room, ["speak 3", HANG_UP])
    await caller.run()
    assert played_prompts(caller) == GREETED
    [message] = await messages(room)
    assert message.seconds == pytest.approx(3.0)
    assert message.call_id == "call-1"


async def test_a_transferred_party_hears_the_greeting_and_leaves_a_message_of_their_own(room: RecordingSetup) -> None:
    caller = stage(room, ["speak 3", HANG_UP])
    caller.begin()
    caller.line.party_changed("call-2", Caller(TENANT, "", "", "s-dora", "+491512", "Dora"))
    await caller.until(lambda: not len(caller.host))
    assert played_prompts(caller) == GREETED
    [message] = await messages(room)
    assert (message.call_id, message.caller) == ("call-2", CallerId("+491512", "Dora"))


async def test_hang_up_without_speech_stores_nothing(room: RecordingSetup) -> None:
    await stage(room, digits={"voicemail/leave": [HANG_UP]}).run()
    await stage(room, ["silence 4", HANG_UP]).run()
    await stage(room, ["speak 0.4", HANG_UP]).run()
    assert await messages(room) == []
    assert room.all_files() == []


@pytest.mark.parametrize(("choice", "stored"), [("1", [pytest.approx(3.0)]), ("*", [])])
async def test_hang_up_right_after_the_choice_carries_it_out(
    room: RecordingSetup, choice: str, stored: list[float]
) -> None:
    caller = stage(room, ["speak 3", "press #"], digits={"voicemail/to-send": [choice]})
    caller.begin()
    await caller.until(lambda: "sound 0.4" in caller.played)
    async with room.database.begin():  # the database is busy when the caller chooses
        await caller.until(lambda: "voicemail/to-send" in caller.played)
        await caller.settle()
        caller.hang_up()
        await caller.settle()
    await caller.until(lambda: not len(caller.host))
    assert [each.seconds for each in await messages(room)] == stored
    await room.restart()
    assert [each.seconds for each in await messages(room)] == stored


@pytest.mark.parametrize(
    ("why", "greeting"),
    [
        ("busy", "voicemail/greeting-busy"),
        ("unreachable", "voicemail/greeting-unavailable"),
        ("declined", "voicemail/greeting"),
    ],
)
async def test_greeting_depends_on_the_call_outcome(room: RecordingSetup, why: str, greeting: str) -> None:
    caller = stage(room, ["speak 2", HANG_UP], reason=why)
    await caller.run()
    assert played_prompts(caller)[0] == greeting


async def test_greeting_can_be_skipped(room: RecordingSetup) -> None:
    caller = stage(room, ["speak 2", HANG_UP], digits={"voicemail/greeting": ["#"]})
    await caller.run()
    assert played_prompts(caller) == ["voicemail/greeting", "beep"]


class FakeRecognizer:
    requirement = ""

    async def transcribe(self, pcm: bytes, rate: int) -> Transcript:
        return Transcript("call me", "en")


@pytest.mark.parametrize("on", [True, False])
async def test_caller_is_informed_of_transcription_first(room: RecordingSetup, on: bool) -> None:
    """Without the notice there is no transcription, whichever digits are pressed before or during the greeting."""
    room.transcriber = FakeRecognizer()
    await room.restart()
    await room.boxes.change_tenant(TENANT, VoicemailSettingsChange(transcribe=True))
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(transcribe=on))
    first = "voicemail/transcribed" if on else "voicemail/greeting"
    caller = stage(room, ["speak 2", HANG_UP], digits={first: ["#"]})
    await caller.run()
    assert played_prompts(caller) == [
        first,
        "beep",
    ]  # a digit skips the greeting, and is read after the mandatory notice
    assert await room.transcription.transcribe_all() == on
    [message] = await messages(room)
    assert message.derived.transcript == (Transcript("call me", "en") if on else None)


@pytest.mark.parametrize("why", ["held", "full"])
async def test_missed_notice_prevents_transcription(room: RecordingSetup, why: str) -> None:
    room.transcriber = FakeRecognizer()
    await room.restart()
    await room.boxes.change_tenant(TENANT, VoicemailSettingsChange(transcribe=True))
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(transcribe=True))
    caller = stage(room, ["speak 2", HANG_UP])
    if why == "held":
        caller.offer = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendonly\r\n"
    else:
        caller.unplayable = "voicemail/transcribed"
    await caller.run()
    assert await room.transcription.transcribe_all() == 0
    [message] = await messages(room)
    assert message.derived.transcript is None


async def test_custom_greeting_replaces_the_standard_one(room: RecordingSetup) -> None:
    writer = await room.boxes.greetings.begin(ANNA)
    await writer.write(sine(300, 5000, 8000).tobytes(), 8000)
    await room.boxes.greetings.activate(ANNA, writer, "no_answer")
    caller = stage(room, ["speak 2", HANG_UP])
    await caller.run()
    assert played_prompts(caller) == ["sound 1.0", *GREETED[1:]]


async def test_the_greeting_of_the_owners_state_is_played(room: RecordingSetup) -> None:
    writer = await room.boxes.greetings.begin(ANNA)
    await writer.write(sine(300, 5000, 8000).tobytes(), 8000)
    await room.boxes.greetings.activate(ANNA, writer, "lunch")
    caller = AppHarness(
        deposit.deposit_app(room.boxes, {ANNA.id: "lunch"}.__getitem__),
        audio_scripts=[["speak 2", HANG_UP]],
        mailbox=ANNA,
    )
    await caller.run()
    assert played_prompts(caller) == ["sound 1.0", *GREETED[1:]]
    caller = stage(room, ["speak 2", HANG_UP])
    await caller.run()
    assert played_prompts(caller) == GREETED


async def test_silence_ends_and_sends_a_message(room: RecordingSetup) -> None:
    caller = stage(room, ["speak 2", "silence 20"])
    await caller.run()
    assert played_prompts(caller) == [*GREETED, "voicemail/sent"]
    assert len(await messages(room)) == 1


async def test_hash_opens_the_review_menu_which_sends_by_default(room: RecordingSetup) -> None:
    caller = stage(room, ["speak 2", "press #"])
    await caller.run()
    assert played_prompts(caller) == [*GREETED, "voicemail/sent"]
    assert "voicemail/to-send" in caller.played
    assert len(await messages(room)) == 1


async def test_message_is_reviewed_then_sent(room: RecordingSetup) -> None:
    caller = stage(room, ["speak 2", "press #"], digits={"voicemail/to-send": ["2", "1"]})
    await caller.run()
    sent = [one for one in played_prompts(caller) if one.startswith("sound")]
    assert sent == ["sound 2.0"]
    assert len(await messages(room)) == 1


async def test_recording_again_discards_the_first_attempt(room: RecordingSetup) -> None:
    caller = stage(room, ["speak 2", "press #"], ["speak 5", HANG_UP], digits={"voicemail/to-send": ["3"]})
    await caller.run()
    assert played_prompts(caller) == [*GREETED, "voicemail/after-tone", "beep"]
    [message] = await messages(room)
    assert message.seconds == pytest.approx(5.0)
    assert len(room.all_files()) == 1


@pytest.mark.parametrize(("pressed", "script"), [({"voicemail/to-send": ["*"]}, "press #"), ({}, "press *")])
async def test_message_is_discarded(room: RecordingSetup, pressed: dict[str, list[str]], script: str) -> None:
    caller = stage(room, ["speak 2", script], digits=pressed)
    await caller.run()
    assert played_prompts(caller) == [*GREETED, "voicemail/discarded"]
    assert await messages(room) == []
    assert room.all_files() == []


async def test_hang_up_during_review_sends_the_message(room: RecordingSetup) -> None:
    await stage(room, ["speak 2", "press #"], digits={"voicemail/to-hear": [HANG_UP]}).run()
    assert len(await messages(room)) == 1


async def test_full_mailbox_rejects_messages(room: RecordingSetup) -> None:
    await room.boxes.change_tenant(TENANT, VoicemailSettingsChange(most_messages=1))
    await stage(room, ["speak 2", HANG_UP]).run()
    caller = stage(room, ["speak 2", HANG_UP])
    await caller.run()
    assert played_prompts(caller) == ["voicemail/mailbox-full"]
    assert len(await messages(room)) == 1


async def test_missing_mailbox_is_announced(room: RecordingSetup) -> None:
    caller = stage(room, mailbox=None)
    await caller.run()
    assert played_prompts(caller) == ["voicemail/not-available"]


async def test_full_disk_is_announced_and_recorded_part_stays(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, put = 0, writer._write_all

    def nearly_full(file, data: bytes) -> None:
        nonlocal written
        written += len(data)
        if written > 40_000:
            raise OSError(errno.ENOSPC, "full")
        put(file, data)

    monkeypatch.setattr(writer, "_write_all", nearly_full)
    caller = stage(room, ["speak 5"])
    await caller.run()
    assert played_prompts(caller) == [*GREETED, "voicemail/too-long", "voicemail/sent"]
    [message] = await messages(room)
    assert message.seconds == 2.0
    assert (await room.boxes.open(message)).seconds == 2.0
