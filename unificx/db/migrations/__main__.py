"""Draft a migration after a change of the models: `python -m unificx.db.migrations "what changes"`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection

from unificx.core.clock import SystemClock
from unificx.db.base import Base
from unificx.db.database import Database
from unificx.db.migrations import config_for, migrate, migrating
from unificx.db.migrations.models import load_all_models


async def draft(message: str, number: int) -> None:
    """Write a revision to `versions` with the difference between the models and the existing migrations."""

    def write(connection: Connection) -> None:
        config = config_for(connection)
        config.attributes["metadata"] = Base.metadata
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/draft.db", SystemClock())
        await migrate(database)
        async with migrating(database) as connection:
            await connection.run_sync(write)
        await database.close()


if __name__ == "__main__":
    load_all_models()
    existing = list((Path(__file__).parent / "versions").glob("*.py"))
    asyncio.run(draft(sys.argv[1], len(existing) + 1))
