"""Upgrades a database to the schema of this version. Each change is an Alembic revision in `versions`.

There are no downgrades; restore a backup instead. Draft a new revision from the models with
`python -m unificx.db.migrations "what changes"`, then review and correct it.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection

from unificx.core.errors import StartupError
from unificx.db.database import Database

_LOCK = 0x756E6966
"""Arbitrary advisory lock number: processes that start at the same time migrate one after the other."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


async def migrate(database: Database) -> None:
    """Apply all missing revisions in one transaction.

    Raises StartupError if the database was created by a later version or the file is damaged.
    """
    try:
        async with migrating(database) as connection:
            await connection.run_sync(_upgrade)
    except DatabaseError as fault:
        if getattr(fault.orig, "sqlite_errorcode", None) not in _DAMAGED:
            raise
        raise StartupError(
            f"The database {database.engine.url.database} is damaged.", hint="Restore it from a backup."
        ) from None


def config_for(connection: Connection) -> Config:
    """Return the Alembic configuration for this connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@asynccontextmanager
async def migrating(database: Database) -> AsyncIterator[AsyncConnection]:
    """Open a connection with a transaction for schema changes."""
    async with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            # SQLite alters a table by copying and dropping it; with foreign keys enabled, rows that refer to it would
            # be deleted. The setting can only be changed outside a transaction.
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.execute("PRAGMA foreign_keys=OFF")
            async with connection.begin():
                yield connection
                broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first()
                if broken is not None:
                    raise RuntimeError("a migration broke a foreign key reference")
            await driver.execute("PRAGMA foreign_keys=ON")
        else:
            async with connection.begin():
                await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                yield connection


def _upgrade(connection: Connection) -> None:
    try:
        command.upgrade(config_for(connection), "head")
    except CommandError:
        raise StartupError(
            "The database was created by a later version of UnifiCX.", hint="Use that version, or restore a backup."
        ) from None
