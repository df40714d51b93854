"""A call recorder for each test, on a real archive with fake media."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from call_recorder_setup import CallRecorderSetup
from fake_media import FakeEngine, FakeRelay

from tests.outside_numbers import in_germany
from unificx.audio_store import AudioStore, AudioStoreDependencies, LocalBlobStore
from unificx.cluster import EventBus
from unificx.core.clock import SystemClock
from unificx.db import Database
from unificx.privacy import Erasure, ErasureJournal, KeyStore
from unificx.prompts import Prompts
from unificx.recording import CallRecorder, CallRecorderDependencies, RecordingArchive


@pytest.fixture
async def setup(
    tmp_path: Path, database_url: str, keys: KeyStore, bus: EventBus, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[CallRecorderSetup]:
    monkeypatch.setattr("unificx.recording.call_playback.MEDIA_SETTLE_SECONDS", 0.0)
    clock = SystemClock()
    database = Database(database_url, clock)
    erasure = Erasure(ErasureJournal(tmp_path / "erased.journal"), keys, clock, bus)
    parts = AudioStoreDependencies(database, keys, erasure, LocalBlobStore(tmp_path / "audio"))
    archive, relay, engine = RecordingArchive(parts, AudioStore(parts), in_germany(keys)), FakeRelay(), FakeEngine()
    await archive.start()
    spoken: list[tuple[str, str, float]] = []
    reported = lambda *what: spoken.append(what)  # noqa: E731
    recorder = CallRecorder(
        CallRecorderDependencies(clock, relay, engine, Prompts(), archive, lambda *_: "en", reported),
        lambda live: made.states.append(live),
    )
    made = CallRecorderSetup(archive, relay, engine, recorder, tmp_path / "audio", playbacks=spoken)
    yield made
    await recorder.close()
    await database.close()
