"""Work that begins within the transaction of other work."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_WAITS = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database"
    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
)

T = TypeVar("T")


async def begin_within(session: AsyncSession, work: Awaitable[T]) -> asyncio.Future[T]:
    """Begin `work` while a transaction goes on: until it waits for a lock (`lock_scope`), or is done. On SQLite it
    begins after the transaction."""
    begun = asyncio.ensure_future(work)
    on_postgres = session.get_bind().dialect.name == "postgresql"
    while on_postgres and not begun.done() and not await session.scalar(_WAITS):
        await asyncio.sleep(0)
    return begun
