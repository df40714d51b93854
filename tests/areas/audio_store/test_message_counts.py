"""Message counts: refreshed on each change, and the same after a restart."""

import pytest
from recording_setup import ANNA, TENANT, RecordingSetup, new_message

from unificx.media.tones import sine
from unificx.voicemail.message_counts import MessageCounts


async def leave_message(room: RecordingSetup) -> str:
    draft = await room.boxes.begin(new_message())
    room.writers.append(draft.writer)
    await draft.write(sine(443.7, 9000, 16000).tobytes(), 8000)
    assert await draft.store()
    return draft.message.id


@pytest.mark.promise("C9")
async def test_new_and_old_messages_are_counted_without_archived_ones(room: RecordingSetup) -> None:
    waiting = room.boxes.message_counts
    assert waiting.get(ANNA.id) == MessageCounts()
    first, second, _ = [await room.boxes.get(TENANT, await leave_message(room)) for _ in range(3)]
    await waiting.refresh(TENANT, ANNA.id)
    assert waiting.get(ANNA.id) == MessageCounts(3, 0)
    await room.boxes.mark_heard(first)
    await room.boxes.archive(second)
    await waiting.refresh(TENANT, ANNA.id)
    assert waiting.get(ANNA.id) == MessageCounts(1, 1)
    await room.restart()
    assert room.boxes.message_counts.get(ANNA.id) == MessageCounts(1, 1)
    for one in await room.boxes.list(TENANT, [ANNA.id]):
        await room.boxes.erase(one)
    await room.boxes.message_counts.refresh(TENANT, ANNA.id)
    assert room.boxes.message_counts.get(ANNA.id) == MessageCounts()


async def test_message_in_progress_is_not_counted(room: RecordingSetup) -> None:
    draft = await room.boxes.begin(new_message())
    room.writers.append(draft.writer)
    await room.boxes.message_counts.refresh(TENANT, ANNA.id)
    assert room.boxes.message_counts.get(ANNA.id) == MessageCounts()
