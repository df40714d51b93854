"""Transcription: only if the tenant allows it, the owner enabled it and the caller was informed; erased with the
message."""

from pathlib import Path

import pytest
from recording_setup import ANNA, RecordingSetup, new_message
from sqlalchemy import text

from unificx.audio_store import Transcript, TranscriptionFailed
from unificx.core.errors import Conflict
from unificx.db import Outbox
from unificx.media.tones import sine
from unificx.voicemail import MailboxSettingsChange, Message, NewMessage, VoicemailSettingsChange
from unificx.voicemail.events import MailboxChanged

SPOKEN_TEXT = "please call me back, canary"


class FakeRecognizer:
    """A recognizer with a predefined transcript."""

    def __init__(self) -> None:
        self.requirement = ""
        self.calls: list[tuple[int, int]] = []
        self.fails = False

    async def transcribe(self, pcm: bytes, rate: int) -> Transcript:
        self.calls.append((len(pcm), rate))
        if self.fails:
            raise TranscriptionFailed("it fails")
        return Transcript(SPOKEN_TEXT, "en")


@pytest.fixture
async def recognizer(room: RecordingSetup) -> FakeRecognizer:
    """A recognizer, with transcription enabled."""
    recognizer = room.transcriber = FakeRecognizer()
    await room.restart()
    await room.boxes.change_tenant("acme", VoicemailSettingsChange(transcribe=True))
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(transcribe=True))
    return recognizer


async def leave_message(room: RecordingSetup, *, reported: bool = True) -> Message:
    new = new_message()
    draft = await room.boxes.begin(
        NewMessage(**{name: getattr(new, name) for name in new.__slots__ if name != "transcribe"}, transcribe=reported)
    )
    await draft.write(sine(443.7, 9000, 16_000).tobytes(), 8000)
    assert await draft.store()
    return draft.message


async def transcript_of(room: RecordingSetup, left: Message) -> Transcript | None:
    return (await room.boxes.get("acme", left.id)).derived.transcript


async def test_message_is_transcribed_once(room: RecordingSetup, recognizer: FakeRecognizer) -> None:
    reported: list[MailboxChanged] = []
    room.bus.subscribe(MailboxChanged, reported.append)
    outbox = Outbox(room.database, room.bus.publish, room.clock)
    found = await leave_message(room)
    assert await transcript_of(room, found) is None
    assert await room.transcription.transcribe_all() == 1
    assert await transcript_of(room, found) == Transcript(SPOKEN_TEXT, "en")
    assert recognizer.calls == [(32_000, 8000)]
    await outbox.deliver()
    assert ANNA.id in [event.extension_id for event in reported]
    assert await room.transcription.transcribe_all() == 0
    await room.transcoder.transcode_all()
    assert await transcript_of(room, found) == Transcript(SPOKEN_TEXT, "en")  # besides the waveform
    assert "canary" not in repr(await room.boxes.get("acme", found.id))


async def test_opus_message_is_transcribed_too(room: RecordingSetup, recognizer: FakeRecognizer) -> None:
    found = await leave_message(room)
    await room.transcoder.transcode_all()
    assert await room.transcription.transcribe_all() == 1
    assert (await transcript_of(room, found), recognizer.calls) == (Transcript(SPOKEN_TEXT, "en"), [(32_000, 8000)])


@pytest.mark.parametrize("who", ["caller", "owner", "organisation", "machine"])
async def test_message_is_transcribed_only_if_all_agree(
    room: RecordingSetup, recognizer: FakeRecognizer, who: str
) -> None:
    found = await leave_message(room, reported=who != "caller")
    if who == "owner":
        await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(transcribe=False))
    if who == "organisation":
        await room.boxes.change_tenant("acme", VoicemailSettingsChange(transcribe=False))
    if who == "machine":
        recognizer.requirement = "Install it."
    assert not room.boxes.is_transcribed("acme", ANNA.id) or who == "caller"
    assert await room.transcription.transcribe_all() == 0
    assert (await transcript_of(room, found), recognizer.calls) == (None, [])


async def test_disabling_cancels_pending_transcription(room: RecordingSetup, recognizer: FakeRecognizer) -> None:
    await leave_message(room)
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(transcribe=False))
    await room.transcription.transcribe_all()
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(transcribe=True))
    assert await room.transcription.transcribe_all() == 0


async def test_transcription_cannot_be_enabled_without_a_recognizer(room: RecordingSetup) -> None:
    with pytest.raises(Conflict):
        await room.boxes.change_tenant("acme", VoicemailSettingsChange(transcribe=True))
    assert not room.boxes.tenant_settings("acme").transcribe


async def test_failed_transcription_is_not_retried(room: RecordingSetup, recognizer: FakeRecognizer) -> None:
    recognizer.fails = True
    first = await leave_message(room)
    assert await room.transcription.transcribe_all() == 0
    recognizer.fails = False
    second = await leave_message(room)
    assert await room.transcription.transcribe_all() == 1
    assert (await transcript_of(room, first), await transcript_of(room, second)) == (
        None,
        Transcript(SPOKEN_TEXT, "en"),
    )


@pytest.mark.promise("R1", "T2")
async def test_transcript_is_sealed_and_erased_with_the_message(
    room: RecordingSetup, recognizer: FakeRecognizer, tmp_path: Path
) -> None:
    found = await leave_message(room)
    await room.transcription.transcribe_all()
    async with room.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM audio_derived WHERE transcript IS NOT NULL")) == 1
    assert not any(b"canary" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    await room.boxes.erase(found)
    async with room.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM audio_derived")) == 0


@pytest.mark.promise("R1", "T2")
async def test_transcript_is_erased_with_the_caller(room: RecordingSetup, recognizer: FakeRecognizer) -> None:
    found = await leave_message(room)
    await room.transcription.transcribe_all()
    room.keys.destroy("acme", room.keys.find("acme", "number", "+491511234567") or "")
    assert await transcript_of(room, found) is None


async def test_erasure_during_transcription_leaves_nothing(room: RecordingSetup, recognizer: FakeRecognizer) -> None:
    found = await leave_message(room)
    transcribe = recognizer.transcribe

    async def erased_meanwhile(pcm: bytes, rate: int) -> Transcript:
        await room.boxes.erase(found)
        return await transcribe(pcm, rate)

    recognizer.transcribe = erased_meanwhile
    assert await room.transcription.transcribe_all() == 0
    async with room.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM audio_derived")) == 0
