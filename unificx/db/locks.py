"""Locks on what a transaction checks before it writes, effective for all processes."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def lock_scope(session: AsyncSession, *scope: str) -> None:
    """Wait until no other transaction holds the lock of `scope`, and hold it until the end of this one.

    `scope` names what is checked, such as ("conferencing", tenant_id). Call before reading: what is read afterwards is
    still true when the transaction commits, if every writer takes the lock. On SQLite there is nothing to wait for,
    because a unit of work begins as the only writer (BEGIN IMMEDIATE).
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(_lock_number(scope))))


def _lock_number(scope: tuple[str, ...]) -> int:
    """Return the 64-bit number of a scope. Two scopes with the same number would only wait for each other."""
    digest = hashlib.sha256("\0".join(scope).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
