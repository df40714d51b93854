"""A database and a key store belong together; a start with a mismatched pair is rejected."""

import pytest

from unificx.core.errors import StartupError
from unificx.db import Database, claim_database


async def test_a_new_pair_is_claimed(database: Database) -> None:
    await claim_database(database, "ours", keys_unused=True)
    await claim_database(database, "ours", keys_unused=False)


async def test_a_database_without_its_key_store_is_rejected(database: Database) -> None:
    await claim_database(database, "ours", keys_unused=True)
    with pytest.raises(StartupError, match="key store"):
        await claim_database(database, "a new one", keys_unused=True)


async def test_a_key_store_without_its_database_is_rejected(database: Database) -> None:
    with pytest.raises(StartupError, match="already has keys"):
        await claim_database(database, "ours", keys_unused=False)
