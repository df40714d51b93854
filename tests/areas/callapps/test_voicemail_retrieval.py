"""Voicemail retrieval by phone: the own mailbox, any mailbox with PIN, and settings."""

from datetime import UTC, datetime

import pytest
from app_harness import HANG_UP, AppHarness, without_prompts
from recording_setup import ANNA, TENANT, RecordingSetup, new_message

from unificx.identity import DirectoryCache, Tenant
from unificx.media.tones import sine
from unificx.routing import CallApp, Plan, Step
from unificx.voicemail import (
    MailboxKind,
    MailboxSettingsChange,
    Message,
    NewSharedMailbox,
    deposit_app,
    retrieval_apps,
)

MENU = ("voicemail/to-", "press/", "general/to-")
FIRST = ["voicemail/welcome", "voicemail/you-have"]


@pytest.fixture
def directory() -> DirectoryCache:
    directory = DirectoryCache()
    directory.put_tenant(Tenant(TENANT, "acme", "Acme", "acme.example", "active", datetime(2026, 1, 1, tzinfo=UTC)))
    directory.put_extension(ANNA)
    return directory


def stage(room: RecordingSetup, directory: DirectoryCache, app: int = 0, **more) -> AppHarness:
    more.setdefault("caller", ANNA)
    return AppHarness(retrieval_apps(room.boxes, directory)[app], mailbox=None, **more)


async def leave_message(room: RecordingSetup, seconds: float = 2.0, number: str = "+491511234567") -> Message:
    draft = await room.boxes.begin(new_message(number))
    await draft.write(sine(443.7, 9000, round(seconds * 8000)).tobytes(), 8000)
    assert await draft.store()
    room.clock.advance(60)
    return await room.boxes.get(TENANT, draft.message.id)


def played_prompts(stage: AppHarness) -> list[str]:
    """Heard prompts without menus, numbers and digits."""
    return without_prompts(stage.played, *MENU, "number/", "count/", "pause", "digit", "general/and")


async def test_empty_mailbox_is_announced(room: RecordingSetup, directory: DirectoryCache) -> None:
    caller = stage(room, directory, digits={"voicemail/to-change-settings": [HANG_UP]})
    await caller.run()
    assert played_prompts(caller) == ["voicemail/welcome", "voicemail/no-messages"]


@pytest.mark.promise("C9")
async def test_messages_are_played_new_first_oldest_first(room: RecordingSetup, directory: DirectoryCache) -> None:
    old, first, second = (
        await leave_message(room, 1.0),
        await leave_message(room, 2.0, "1002"),
        await leave_message(room, 3.0, ""),
    )
    await room.boxes.mark_heard(old)
    caller = stage(
        room,
        directory,
        digits={"sound 2.0": ["2"], "sound 3.0": ["2"], "sound 1.0": ["2"], "voicemail/no-more": [HANG_UP]},
    )
    await caller.run()
    assert played_prompts(caller) == [
        *FIRST,
        *("voicemail/received", "a moment", "voicemail/from-extension", "sound 2.0"),
        *("voicemail/received", "a moment", "voicemail/from-unknown", "sound 3.0"),
        *("voicemail/received", "a moment", "voicemail/from-number", "sound 1.0"),
        "voicemail/no-more",
    ]
    for one in (first, second):
        assert (await room.boxes.get(TENANT, one.id)).heard is not None


async def test_replay_previous_and_details(room: RecordingSetup, directory: DirectoryCache) -> None:
    await leave_message(room, 1.0), await leave_message(room, 2.0)
    keys = {"sound 1.0": ["1", "2", HANG_UP], "sound 2.0": ["4"], "voicemail/received": ["", "", "", "3"]}
    caller = stage(room, directory, digits=keys)
    await caller.run()
    assert [one for one in played_prompts(caller) if one.startswith("sound")] == [
        "sound 1.0",
        "sound 1.0",
        "sound 2.0",
        "sound 1.0",
    ]


@pytest.mark.promise("R2")
async def test_message_is_archived_and_restored(room: RecordingSetup, directory: DirectoryCache) -> None:
    stored, gone = await leave_message(room, 1.0), await leave_message(room, 2.0)
    keys = {"sound 1.0": ["7"], "voicemail/deleted": ["7", HANG_UP], "voicemail/restored": ["2"], "sound 2.0": ["7"]}
    caller = stage(room, directory, digits=keys)
    await caller.run()
    assert [one.id for one in await room.boxes.list(TENANT, [ANNA.id])] == [stored.id]
    assert [one.id for one in await room.boxes.list(TENANT, [ANNA.id], hidden=True)] == [gone.id]


async def test_message_that_was_erased_meanwhile_is_not_restored(
    room: RecordingSetup, directory: DirectoryCache
) -> None:
    gone = await leave_message(room)
    caller = stage(room, directory, digits={"sound 2.0": ["7"], "voicemail/not-readable": [HANG_UP]})
    caller.begin()
    await caller.until(lambda: "voicemail/deleted" in caller.played)
    await room.boxes.erase(gone)
    caller.press("7")
    await caller.until(lambda: "voicemail/not-readable" in caller.played)
    assert "voicemail/restored" not in caller.played


async def test_unreadable_message_is_skipped(room: RecordingSetup, directory: DirectoryCache) -> None:
    await leave_message(room)
    for path in room.all_files():
        path.write_bytes(b"damaged")
    caller = stage(room, directory, digits={"voicemail/not-readable": [HANG_UP]})
    await caller.run()
    assert played_prompts(caller) == [*FIRST, "voicemail/not-readable"]


@pytest.mark.promise("C9")
async def test_access_with_number_and_pin_from_any_phone(room: RecordingSetup, directory: DirectoryCache) -> None:
    await leave_message(room)
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin="8264"))
    keys = {"voicemail/enter-mailbox": ["1001#"], "voicemail/enter-pin": ["1111#", "8264#"], "sound 2.0": [HANG_UP]}
    caller = stage(room, directory, 1, caller=None, digits=keys)
    await caller.run()
    assert played_prompts(caller)[:4] == [
        "voicemail/enter-mailbox",
        "voicemail/enter-pin",
        "voicemail/wrong-pin",
        "voicemail/enter-pin",
    ]
    assert "sound 2.0" in caller.played


@pytest.mark.parametrize("number", ["1001", "4711", ""])
async def test_existence_of_a_mailbox_is_not_disclosed(
    room: RecordingSetup, directory: DirectoryCache, number: str
) -> None:
    """A mailbox without a PIN, an unknown mailbox and no number are indistinguishable."""
    keys = {"voicemail/enter-mailbox": [f"{number}#"], "voicemail/enter-pin": ["8264#", "9264#", "9265#"]}
    caller = stage(room, directory, 1, caller=None, digits=keys)
    await caller.run()
    tries = ["voicemail/enter-pin", "voicemail/wrong-pin"] * 3
    assert played_prompts(caller) == ["voicemail/enter-mailbox", *tries, "general/too-many-tries"]


async def test_attempts_at_one_unknown_mailbox_do_not_disclose_another(
    room: RecordingSetup, directory: DirectoryCache
) -> None:
    """An unknown mailbox is refused only after as many attempts as an existing one."""
    for number in ("4711", "4711", "4712"):
        keys = {"voicemail/enter-mailbox": [f"{number}#"], "voicemail/enter-pin": ["8264#", "9264#", "9265#"]}
        caller = stage(room, directory, 1, caller=None, digits=keys)
        await caller.run()
    tries = ["voicemail/enter-pin", "voicemail/wrong-pin"] * 3
    assert played_prompts(caller) == ["voicemail/enter-mailbox", *tries, "general/too-many-tries"]


async def test_pin_attempts_are_rate_limited(room: RecordingSetup, directory: DirectoryCache) -> None:
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin="8264"))
    for _ in range(5):
        await room.boxes.check_pin(TENANT, ANNA.id, "1111")
    keys = {"voicemail/enter-mailbox": ["1001#"], "voicemail/enter-pin": ["8264#"]}
    caller = stage(room, directory, 1, caller=None, digits=keys)
    await caller.run()
    assert played_prompts(caller)[-1] == "general/too-many-tries"
    assert "voicemail/welcome" not in caller.played


async def test_pin_is_set_by_phone(room: RecordingSetup, directory: DirectoryCache) -> None:
    keys = {
        "voicemail/to-change-settings": ["0"],
        "voicemail/to-change-greeting": ["3", "3", "3", "*"],
        "voicemail/new-pin": ["1111#", "8264#", "8264#"],
        "voicemail/repeat-pin": ["1111#", "8265#", "8264#"],
    }
    caller = stage(room, directory, digits=keys)
    await caller.run()
    answers = ["voicemail/pin-too-simple", "voicemail/pins-differ", "voicemail/pin-changed"]
    assert [one for one in played_prompts(caller) if one in answers] == answers
    assert await room.boxes.check_pin(TENANT, ANNA.id, "8264")


async def test_greeting_is_recorded_reviewed_and_accepted_or_rejected(
    room: RecordingSetup, directory: DirectoryCache
) -> None:
    keys = {
        "voicemail/to-change-settings": ["0"],
        "voicemail/to-change-greeting": ["1", "1", "*"],
        "voicemail/to-use-greeting": ["1", "*"],
    }
    caller = stage(room, directory, digits=keys, audio_scripts=[["speak 2", "press #"], ["speak 3", "press #"]])
    await caller.run()
    answers = ["voicemail/greeting-saved", "general/cancelled"]
    assert [one for one in played_prompts(caller) if one in answers] == answers
    assert (await room.boxes.greetings.open_current(TENANT, ANNA.id, "missed")).seconds == 2.0
    assert len(room.all_files()) == 1
    again = stage(
        room, directory, digits={"voicemail/to-change-settings": ["0"], "voicemail/to-change-greeting": ["2", "*"]}
    )
    await again.run()
    assert room.all_files() == []


@pytest.mark.parametrize(("choice", "files"), [("1", 1), ("*", 0)])
async def test_hang_up_right_after_the_decision_about_a_greeting_carries_it_out(
    room: RecordingSetup, directory: DirectoryCache, choice: str, files: int
) -> None:
    keys = {
        "voicemail/to-change-settings": ["0"],
        "voicemail/to-change-greeting": ["1"],
        "voicemail/to-use-greeting": [choice],
    }
    caller = stage(room, directory, digits=keys, audio_scripts=[["speak 2", "press #"]])
    caller.begin()
    await caller.until(lambda: "sound 2.0" in caller.played)
    async with room.database.begin():  # the database is busy at that moment
        await caller.until(lambda: "voicemail/to-use-greeting" in caller.played)
        await caller.settle()
        caller.hang_up()
        await caller.settle()
    await caller.until(lambda: not len(caller.host))
    assert len(room.boxes.mailbox_settings(ANNA.id).greetings) == files
    assert len(room.all_files()) == files


async def test_caller_without_extension_has_no_mailbox(room: RecordingSetup) -> None:
    caller = stage(room, DirectoryCache())
    await caller.run()
    assert played_prompts(caller) == ["voicemail/not-available"]


@pytest.mark.promise("C9")
async def test_busy_and_temporary_greetings_are_recorded_by_phone(
    room: RecordingSetup, directory: DirectoryCache
) -> None:
    keys = {
        "voicemail/to-change-settings": ["0"],
        "voicemail/to-change-greeting": ["4", "1", "5", "1", "*"],
        "voicemail/temporary-days": ["14#"],
        "voicemail/to-use-greeting": ["1", "1"],
    }
    caller = stage(room, directory, digits=keys, audio_scripts=[["speak 2", "press #"], ["speak 3", "press #"]])
    await caller.run()
    assert played_prompts(caller).count("voicemail/greeting-saved") == 2
    greetings = room.boxes.greetings
    assert (await greetings.open_current(TENANT, ANNA.id, "busy")).seconds == 3.0
    room.clock.advance(14 * 86_400)
    assert (await greetings.open_current(TENANT, ANNA.id, "busy")).seconds == 2.0
    keys = {"voicemail/to-change-settings": ["0"], "voicemail/to-change-greeting": ["4", "2", "*"]}
    await stage(room, directory, digits=keys).run()
    assert sorted(room.boxes.mailbox_settings(ANNA.id).greetings) == ["temporary"]
    await room.restart()
    assert sorted(room.boxes.mailbox_settings(ANNA.id).greetings) == ["temporary"]


@pytest.mark.promise("C9")
async def test_shared_mailbox_accepts_messages_and_is_open_to_members_and_pin(
    room: RecordingSetup, directory: DirectoryCache
) -> None:
    await room.create_tenant()
    group = await room.boxes.shared.create(TENANT, NewSharedMailbox("7900", "Sales", (ANNA.id,)))
    kind = MailboxKind(room.boxes, directory)
    found = kind.at_number(TENANT, "7900")
    assert found is not None
    way = found.plan().app
    assert way is not None
    assert kind.at_number(TENANT, "1001") is None
    own = kind.find(TENANT, "1001")
    assert own is not None
    assert own.plan() == Plan((Step(CallApp("voicemail-leave")),), ANNA)
    caller = AppHarness(
        deposit_app(room.boxes), mailbox=None, arguments=way.arguments, audio_scripts=[["speak 2", HANG_UP]]
    )
    await caller.run()
    assert played_prompts(caller)[0] == "voicemail/greeting-group"
    assert [one.seconds for one in await room.boxes.list(TENANT, [group.id])] == [2.0]
    member = stage(room, directory, 1, digits={"voicemail/enter-mailbox": ["7900#"], "sound 2.0": [HANG_UP]})
    await member.run()
    assert "voicemail/enter-pin" not in member.played
    assert "sound 2.0" in member.played
    await room.boxes.change_mailbox(group, MailboxSettingsChange(pin="8264"))
    keys = {"voicemail/enter-mailbox": ["7900#"], "voicemail/enter-pin": ["8264#"], "sound 2.0": [HANG_UP]}
    other = stage(room, directory, 1, digits=keys, caller=None)
    await other.run()
    assert "sound 2.0" in other.played
    await room.boxes.change_mailbox(group, MailboxSettingsChange(enabled=False, old_messages="erase"))
    refused = AppHarness(deposit_app(room.boxes), mailbox=None, arguments=way.arguments)
    await refused.run()
    assert played_prompts(refused) == ["voicemail/not-available"]
