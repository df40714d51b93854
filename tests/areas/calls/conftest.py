"""Call control with its journal on a real database; phones and ladders are those of tests/flows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from unificx.calls import LIVE_CALL_KEYS, Journal, SpooledCallJournal
from unificx.core.clock import ManualClock
from unificx.db import Database, Spool
from unificx.privacy import KeyPool, KeyStore


@pytest.fixture
async def spool(tmp_path: Path, database: Database) -> AsyncIterator[Spool]:
    waiting = Spool(tmp_path / "spool", database)
    yield waiting
    await waiting.close()


@pytest.fixture
def journal(spool: Spool, database: Database, keys: KeyStore, clock: ManualClock) -> Journal:
    pool = KeyPool(keys, clock, LIVE_CALL_KEYS)
    return Journal(SpooledCallJournal(spool, database, pool.tidy), keys, pool, clock)
