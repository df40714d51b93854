"""Long work in steps that are so short that other writers hardly wait for them."""

from collections.abc import Awaitable, Callable

from unificx.db.database import Database, UnitOfWork

_FIRST, _MOST = 25, 200
"""Rows of the first step, and of each at most."""
_SECONDS = 0.005
"""How long a step should keep other writers waiting, without its commit."""


async def in_short_steps(database: Database, step: Callable[[UnitOfWork, int], Awaitable[int]]) -> None:
    """Call `step`, each time in a unit of work, until it does less than it is allowed: it gets the most rows to work on
    and returns how many there were. That limit follows from the time of the step before. A power failure may undo steps
    (`Database.begin`), so the work has to be repeatable."""
    limit = _FIRST
    while True:
        async with database.begin(repeatable=True) as uow:
            began = database.clock.monotonic()
            done = await step(uow, limit)
            took = database.clock.monotonic() - began
        if done < limit:
            return
        limit = _next_limit(limit, took)


def _next_limit(limit: int, took: float) -> int:
    """Return the limit with which a step takes `_SECONDS`, at most twice the last one, which took so many seconds."""
    factor = min(2.0, _SECONDS / took) if took > 0 else 2.0
    return max(1, min(_MOST, round(limit * factor)))
