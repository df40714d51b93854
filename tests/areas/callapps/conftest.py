"""All waits of apps take no time. Mailboxes are real."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog.testing
from recording_setup import RecordingSetup

from unificx.callapps import call
from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.privacy import KeyStore
from unificx.voicemail import deposit


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "MEDIA_SETTLE_SECONDS", 0)
    monkeypatch.setattr(deposit, "REVIEW_TIMEOUT", 0.05)


@pytest.fixture(autouse=True)
def no_fault_in_the_log() -> Iterator[None]:
    with structlog.testing.capture_logs() as entries:
        yield
    assert not [entry for entry in entries if entry["log_level"] == "error"]


@pytest.fixture
async def room(
    tmp_path: Path, database: Database, keys: KeyStore, bus: EventBus, clock: ManualClock
) -> AsyncIterator[RecordingSetup]:
    made = RecordingSetup(tmp_path, database, keys, bus, clock)
    await made.boxes.start()
    yield made
    made.abandon_writers()
