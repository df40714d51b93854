"""Database check, used while the server is not running."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from unificx.cli.doctor.check import Check
from unificx.core.clock import Clock
from unificx.core.errors import StartupError

if TYPE_CHECKING:
    from unificx.db import Database

TIMEOUT_SECONDS = 5.0


def database(url: str, clock: Clock) -> Check:
    """Check that the database is reachable and has its tables."""
    from sqlalchemy.exc import SQLAlchemyError

    from unificx.db import Database, DatabaseUnreachable

    try:
        database = Database(url, clock)
    except StartupError as refusal:
        return Check("database", "fail", refusal.message.removesuffix("."), refusal.hint)
    kind = "SQLite" if database.dialect == "sqlite" else "PostgreSQL"
    if kind == "SQLite" and not Path(database.engine.url.database or "").exists():
        return Check("database", "ok", f"{kind}, will be created at the first start")
    try:
        has_tables = asyncio.run(asyncio.wait_for(_has_tables(database), TIMEOUT_SECONDS))
    except DatabaseUnreachable as fault:
        return Check("database", "fail", f"{kind} does not respond: {fault.reason}", fault.hint)
    except (SQLAlchemyError, OSError, TimeoutError) as fault:
        # Without the driver's message, which quotes addresses and user names.
        do = "Check the file and its permissions." if kind == "SQLite" else "Start it, and check UNIFICX_DATABASE."
        return Check("database", "fail", f"{kind} does not answer ({type(fault).__name__})", do)
    if not has_tables:
        return Check("database", "ok", f"{kind} answers; its tables will be created at the first start")
    return Check("database", "ok", f"{kind} answers; migrations run at each start")


async def _has_tables(database: "Database") -> bool:
    from sqlalchemy import inspect

    try:
        async with database.engine.connect() as connection:
            return await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version"))
    finally:
        await database.close()
