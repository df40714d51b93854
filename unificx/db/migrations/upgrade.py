"""Upgrades a database in a process of its own, started by `migrate_in_child`: reads the URL from standard input, and
writes the message and hint of a StartupError as JSON to standard output."""

import asyncio
import json
import sys

from unificx.core.clock import SystemClock
from unificx.core.errors import StartupError
from unificx.db.database import Database
from unificx.db.migrations import migrate
from unificx.db.postgresql import DatabaseUnreachable


async def upgrade(url: str) -> None:
    """Apply all missing revisions. Raise StartupError."""
    database = Database(url, SystemClock())
    try:
        await migrate(database)
    except DatabaseUnreachable as fault:
        raise StartupError(f"The database does not respond: {fault.reason}.", hint=fault.hint) from None
    finally:
        await database.close()


if __name__ == "__main__":
    try:
        asyncio.run(upgrade(sys.stdin.read()))
    except StartupError as fault:
        print(json.dumps({"message": str(fault), "hint": fault.hint}))
        sys.exit(1)
