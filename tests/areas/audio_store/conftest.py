"""An audio store, voicemail and recording archive for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from recording_setup import RecordingSetup

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.privacy import KeyStore


@pytest.fixture
async def room(
    tmp_path: Path, database: Database, keys: KeyStore, bus: EventBus, clock: ManualClock
) -> AsyncIterator[RecordingSetup]:
    made = RecordingSetup(tmp_path, database, keys, bus, clock)
    await made.boxes.start()
    yield made
    made.abandon_writers()
