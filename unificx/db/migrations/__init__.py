"""Upgrades a database to the schema of this version. Each change is an Alembic revision in `versions`.

There are no downgrades; restore a backup instead. Draft a new revision from the models with
`python -m unificx.db.migrations "what changes"`, then review and correct it.
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection

from unificx.core.errors import StartupError
from unificx.db.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

_PACKAGE = Path(__file__).parent
_LOCK = 0x756E6966
"""Arbitrary advisory lock number: processes that start at the same time migrate one after the other."""
_NOT_ALLOWED = "42501"
"""SQLSTATE of PostgreSQL: insufficient privilege."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


async def migrate(database: Database) -> None:
    """Apply all missing revisions in one transaction.

    Raises StartupError if the database was created by a later version, the file is damaged, or the user may not
    create tables.
    """
    if await is_current(database):
        return
    try:
        async with migrating(database) as connection:
            await connection.run_sync(_upgrade)
    except DatabaseError as fault:
        refusal = _refusal(fault, database)
        if refusal is None:
            raise
        raise refusal from None


async def migrate_in_child(database: Database, url: str) -> None:
    """Do the same as `migrate` in a child process: Alembic would take 10 MB of memory as long as this process lives.

    `url` is that of the database.
    """
    if await is_current(database):
        return
    command = sys.executable, "-m", "unificx.db.migrations.upgrade"
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=_PACKAGE.parents[2])
    output, _ = await child.communicate(url.encode())
    if output:
        raise StartupError(**json.loads(output))
    if child.returncode:
        raise RuntimeError(f"the migration failed with exit status {child.returncode}")


async def is_current(database: Database) -> bool:
    """Return whether the database has the newest revision. Does not load Alembic. Raise StartupError if the file is
    damaged."""
    return await stored_revision(database) == known_revisions()[-1]


async def stored_revision(database: Database) -> str | None:
    """Return the revision of a database, None without tables. Does not load Alembic. Raise StartupError if the file is
    damaged."""
    try:
        async with database.engine.connect() as connection:
            if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
                return None
            # scope: all tenants, because it is the revision of the whole database
            stored = await connection.exec_driver_sql("SELECT version_num FROM alembic_version")
            return next(iter(stored.scalars()), None)
    except DatabaseError as fault:
        refusal = _refusal(fault, database)
        if refusal is None:
            raise
        raise refusal from None


def known_revisions() -> list[str]:
    """Return the revisions of this version, in order."""
    return sorted(path.name.partition("_")[0] for path in (_PACKAGE / "versions").glob("[0-9]*.py"))


def config_for(connection: Connection) -> "Config":
    """Return the Alembic configuration for this connection; there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_PACKAGE).replace("%", "%%"))
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


def _refusal(fault: DatabaseError, database: Database) -> StartupError | None:
    """Return the error to show if the database file is damaged, or if the user may not create or use its tables."""
    if getattr(fault.orig, "sqlstate", None) == _NOT_ALLOWED:
        owner = f"ALTER DATABASE {database.engine.url.database} OWNER TO {database.engine.url.username}"
        return StartupError(
            "The user of the database may not create or use its tables.",
            hint=f"Make it the owner of the database ({owner}) and of its tables.",
        )
    if getattr(fault.orig, "sqlite_errorcode", None) not in _DAMAGED:
        return None
    return StartupError(f"The database {database.engine.url.database} is damaged.", hint="Restore it from a backup.")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(config_for(connection), "head")
    except CommandError:
        raise StartupError(
            "The database was created by a later version of UnifiCX.", hint="Use that version, or restore a backup."
        ) from None
