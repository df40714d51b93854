"""An audio store, voicemail and recording archive for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from recording_room import Room

from unificx.kernel.clock import ManualClock
from unificx.kernel.facts import Bus
from unificx.privacy import KeyStore
from unificx.store import Database


@pytest.fixture
async def room(tmp_path: Path, database: Database, keys: KeyStore, bus: Bus, clock: ManualClock) -> AsyncIterator[Room]:
    made = Room(tmp_path, database, keys, bus, clock)
    await made.boxes.start()
    yield made
    made.let_go()
