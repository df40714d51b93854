"""Two processes change different values of the same settings at the same time: both changes are stored."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from recording_setup import ANNA, TENANT, RecordingSetup

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.media.sounds import Sound
from unificx.media.tones import sine
from unificx.privacy import KeyStore
from unificx.recording import TenantRecordingPolicyChange
from unificx.voicemail import (
    MailboxSettingsChange,
    NewSharedMailbox,
    SharedMailboxChange,
    VoicemailSettingsChange,
)

ROUNDS = 8


@pytest.fixture
async def other(
    tmp_path: Path, database_url: str, keys: KeyStore, bus: EventBus, clock: ManualClock, room: RecordingSetup
) -> AsyncIterator[RecordingSetup]:
    """Another process on the same database, which has loaded the settings before the test."""
    await room.create_tenant()
    database = Database(database_url, clock)
    made = RecordingSetup(tmp_path, database, keys, bus, clock)
    await made.boxes.start()
    yield made
    await database.close()


async def test_recording_policies(room: RecordingSetup, other: RecordingSetup) -> None:
    for number in range(ROUNDS):
        seconds, days = 15 + number, 10 + number
        await asyncio.gather(
            room.archive.change_tenant(TENANT, TenantRecordingPolicyChange(beep_seconds=seconds)),
            other.archive.change_tenant(TENANT, TenantRecordingPolicyChange(restorable_days=days)),
        )
        await room.archive.start()
        stored = room.archive.tenant(TENANT)
        assert (stored.beep_seconds, stored.restorable_days) == (seconds, days)


async def test_voicemail_settings(room: RecordingSetup, other: RecordingSetup) -> None:
    for number in range(ROUNDS):
        seconds, days = 60 + number, 10 + number
        await asyncio.gather(
            room.boxes.change_tenant(TENANT, VoicemailSettingsChange(longest_seconds=seconds)),
            other.boxes.change_tenant(TENANT, VoicemailSettingsChange(restorable_days=days)),
        )
        await room.boxes.start()
        stored = room.boxes.tenant_settings(TENANT)
        assert (stored.longest_seconds, stored.restorable_days) == (seconds, days)


async def test_mailbox_settings_and_greetings(room: RecordingSetup, other: RecordingSetup) -> None:
    box = ANNA
    greeting = Sound(sine(443.7, 9000, 8000).tobytes(), 8000)
    for number in range(ROUNDS):
        on = bool(number % 2)
        await asyncio.gather(
            room.boxes.change_mailbox(box, MailboxSettingsChange(mail=on)),
            other.boxes.change_mailbox(box, MailboxSettingsChange(mail_caller=on)),
            other.boxes.greetings.store(box, greeting, "busy"),
            room.boxes.greetings.store(box, greeting, "no_answer"),
        )
        await room.boxes.start()
        stored = room.boxes.mailbox_settings(box.id)
        assert (stored.mail, stored.mail_caller, set(stored.greetings)) == (on, on, {"busy", "no_answer"})


async def test_shared_mailboxes(room: RecordingSetup, other: RecordingSetup) -> None:
    box = await room.boxes.shared.create(TENANT, NewSharedMailbox("7900", "Sales", ("e-anna",)))
    await other.boxes.shared.start()
    for number in range(ROUNDS):
        members = (f"e-{number}",)
        await asyncio.gather(
            room.boxes.shared.update(box, SharedMailboxChange(name=f"Sales {number}")),
            other.boxes.shared.update(box, SharedMailboxChange(members=members)),
        )
        await room.boxes.shared.start()
        stored = room.boxes.shared.find(TENANT, box.id)
        assert (stored.name, stored.members) == (f"Sales {number}", members)
