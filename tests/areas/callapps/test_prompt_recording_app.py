"""*77: administrators record prompts, music and greetings by phone."""

from datetime import UTC, datetime

import pytest
from app_harness import AppHarness, without_prompts
from recording_setup import ANNA, TENANT, RecordingSetup

from unificx.identity import DirectoryCache, Extension, Tenant
from unificx.prompts import prompt_code
from unificx.voicemail import PromptRecordingDependencies, prompt_recording_app

LEAVE = "voicemail/leave"
MENU = ("press/", "general/to-", "studio/to-", "studio/or-", "studio/enter-code", "general/goodbye")
SPOKEN_TEXT = "sound 2.08"
"""Two seconds of speech, trimmed."""


class FakeMenus:
    """Sounds of menus by number."""

    def __init__(self, sounds: dict[str, str]) -> None:
        self.sounds = sounds

    def sound_of(self, tenant_id: str, number: str) -> str | None:
        return self.sounds.get(number) if tenant_id == TENANT else None

    async def set_sound(self, tenant_id: str, number: str, name: str) -> None:
        assert (tenant_id, number in self.sounds) == (TENANT, True)
        self.sounds[number] = name


def stage(room: RecordingSetup, *, admin: bool = True, menus: dict[str, str] | None = None, **more) -> AppHarness:
    directory = DirectoryCache()
    directory.put_tenant(Tenant(TENANT, "acme", "Acme", "acme.example", "active", datetime(2026, 1, 1, tzinfo=UTC)))
    directory.put_extension(ANNA)

    async def may(extension: Extension) -> bool:
        return admin and extension == ANNA

    menu_sounds = FakeMenus(menus if menus is not None else {})
    parts = PromptRecordingDependencies(
        room.custom_sounds, menu_sounds.sound_of, menu_sounds.set_sound, room.boxes, directory, may
    )
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


async def test_hang_up_right_after_the_decision_stores_the_recording(room: RecordingSetup) -> None:
    keys = {"studio/enter-code": ["0#"], "studio/to-hear": ["2"], "studio/to-use": ["1"]}
    caller = stage(room, digits=keys, audio_scripts=[["speak 2", "press #"]])
    caller.begin()
    await caller.until(lambda: any(one.startswith("sound 2") for one in caller.played))
    async with room.database.begin():  # the database is busy at that moment
        await caller.until(lambda: "studio/to-use" in caller.played)
        await caller.settle()
        caller.hang_up()
        await caller.settle()
    await caller.until(lambda: not len(caller.host))
    assert [one.name for one in room.custom_sounds.all(TENANT)] == ["music/hold"]


async def test_the_prompt_of_a_menu_is_recorded_by_its_number(room: RecordingSetup) -> None:
    menus = {"7000": "spoken/1", "7001": "own/welcome"}
    for number, keys in (("7000", ["1", "2", "1", "*"]), ("7001", ["2", "*"])):
        digits = {"studio/enter-code": [f"{number}#", "#"], "studio/to-hear": keys, "studio/to-use": ["1"]}
        caller = stage(room, menus=menus, digits=digits, audio_scripts=[["speak 2", "press #"]])
        await caller.run()
        saved = ["studio/record", "general/saved"]
        assert played_prompts(caller) == (["spoken/1", *saved, "own/menu-7000"] if number == "7000" else saved)
    assert menus == {"7000": "own/menu-7000", "7001": "own/welcome"}
    found = room.custom_sounds.all(TENANT)
    assert [(one.language, one.name) for one in found] == [("any", "own/menu-7000"), ("any", "own/welcome")]
    row, _ = await room.audio.load(TENANT, found[0].audio_id)
    assert row.owners == (ANNA.subject,)


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
