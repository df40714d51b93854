"""CDR service on a real database, with real keys and a real spool."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.outside_numbers import in_germany
from unificx.cdr import CdrService
from unificx.db import Database, Spool
from unificx.privacy import KeyStore


@pytest.fixture
async def spool(tmp_path: Path, database: Database) -> AsyncIterator[Spool]:
    waiting = Spool(tmp_path / "spool", database)
    yield waiting
    await waiting.close()


@pytest.fixture
def history(database: Database, keys: KeyStore, spool: Spool) -> CdrService:
    return CdrService(database, keys, in_germany(keys), spool)
