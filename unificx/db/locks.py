"""Locks on what a transaction checks before it writes, effective for all processes."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.commit_order import CommitTurn

TURN = "commit turn"
"""Key in `AsyncSession.info` of the place of a unit of work among those that held the same locks."""


async def lock_scope(session: AsyncSession, *scope: str) -> None:
    """Wait until no other transaction holds the lock of `scope`, and hold it until the end of this one.

    `scope` names what is checked, such as ("conferencing", tenant_id). Call before reading: what is read afterwards is
    still true when the transaction commits, if every writer takes the lock. That holds for memory too: the callbacks
    (`after_commit`) of the holders before in this process have been called. On SQLite there is nothing to wait for,
    because a unit of work begins as the only writer (BEGIN IMMEDIATE).
    """
    if session.get_bind().dialect.name == "postgresql":
        number = _lock_number(scope)
        await session.execute(select(func.pg_advisory_xact_lock(number)))
        turn: CommitTurn = session.info[TURN]
        await turn.hold(number)


def _lock_number(scope: tuple[str, ...]) -> int:
    """Return the 64-bit number of a scope. Two scopes with the same number would only wait for each other."""
    digest = hashlib.sha256("\0".join(scope).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
