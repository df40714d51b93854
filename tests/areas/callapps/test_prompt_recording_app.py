"""*77: administrators record prompts, music and greetings by phone."""

from datetime import UTC, datetime

import pytest
from app_harness import AppHarness, without_prompts
from recording_setup import ANNA, TENANT, RecordingSetup

from unificx.identity import DirectoryCache, Extension, Tenant
from unificx.prompts import prompt_code
from unificx.voicemail import PromptRecordingParts, prompt_recording_app

LEAVE = "voicemail/leave"
MENU = ("press/", "general/to-", "studio/to-", "studio/or-", "studio/enter-code", "general/goodbye")
SPOKEN_TEXT = "sound 2.08"
"""Two seconds of speech, trimmed."""


def stage(room: RecordingSetup, *, admin: bool = True, **more) -> AppHarness:
    directory = DirectoryCache()
    directory.put_tenant(Tenant(TENANT, "acme", "Acme", "acme.example", "active", datetime(2026, 1, 1, tzinfo=UTC)))
    directory.put_extension(ANNA)

    async def may(extension: Extension) -> bool:
        return admin and extension == ANNA

    parts = PromptRecordingParts(room.custom_sounds, room.boxes, directory, may)
    return AppHarness(prompt_recording_app(parts), mailbox=None, caller=ANNA, **more)


def played_prompts(stage: AppHarness) -> list[str]:
    return [one for one in without_prompts(stage.played, *MENU) if not one.startswith("sound ")]


@pytest.mark.promise("U1")
async def test_prompt_is_recorded_played_and_removed(room: RecordingSetup) -> None:
    caller = stage(
        room,
        digits={
            "studio/enter-code": [f"{prompt_code(LEAVE)}#", "#"],
            "studio/to-hear": ["2", "1", "*"],
            "studio/to-use": ["1"],
        },
        audio_scripts=[["silence 0.4", "speak 2", "press #"]],
    )
    await caller.run()
    assert played_prompts(caller) == ["studio/record", "general/saved", LEAVE]
    [own] = room.custom_sounds.all(TENANT)
    assert (own.language, own.name) == ("en", LEAVE)
    assert 1.8 < own.seconds < 2.4
    row, _ = await room.audio.load(TENANT, own.audio_id)
    assert row.owners == (ANNA.subject,)
    caller = stage(room, digits={"studio/enter-code": [f"{prompt_code(LEAVE)}#", "#"], "studio/to-hear": ["3", "*"]})
    await caller.run()
    assert played_prompts(caller) == ["studio/standard-again"]
    assert room.custom_sounds.all(TENANT) == []


@pytest.mark.promise("U1")
async def test_music_is_recorded_and_rejected_recording_is_not_stored(room: RecordingSetup) -> None:
    keys = {"studio/enter-code": ["0#", "#"], "studio/to-hear": ["2", "2", "2", "*"], "studio/to-use": ["*", "1"]}
    script = [["speak 2", "press #"], ["silence 2", "press #"], ["speak 3", "press #"]]
    caller = stage(room, digits=keys, audio_scripts=script)
    await caller.run()
    assert played_prompts(caller) == [*("studio/record", "general/cancelled") * 2, "studio/record", "general/saved"]
    assert [(one.language, one.name) for one in room.custom_sounds.all(TENANT)] == [("any", "music/hold")]
    assert len(list(room.files.rglob("*"))) == 2  # one directory and one file


@pytest.mark.promise("C9")
async def test_personal_greeting_is_reached_by_the_same_code(room: RecordingSetup) -> None:
    keys = {"studio/enter-code": ["1#", "#"], "voicemail/to-change-greeting": ["1", "*"]}
    caller = stage(room, digits={**keys, "general/to-cancel": ["1"]}, audio_scripts=[["speak 2", "press #"]])
    await caller.run()
    assert "voicemail/greeting-saved" in caller.played
    assert list(room.boxes.mailbox_settings(ANNA.id).greetings) == ["no_answer"]


@pytest.mark.promise("T3")
async def test_non_administrator_is_rejected(room: RecordingSetup) -> None:
    caller = stage(room, admin=False)
    await caller.run()
    assert caller.played == ["general/not-allowed", "general/goodbye"]


@pytest.mark.promise("C8")
async def test_unknown_and_notice_codes_are_rejected(room: RecordingSetup) -> None:
    codes = ["999#", f"{prompt_code('recording/notice')}#", f"{prompt_code('voicemail/notice')}#"]
    caller = stage(room, digits={"studio/enter-code": codes})
    await caller.run()
    assert played_prompts(caller) == ["studio/no-such-code", "studio/stays", "studio/stays"]
