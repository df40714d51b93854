"""The act of the current request: recorded in the unit of work with its first change, without each service's help.

The adapter that takes a request begins an act and declares it once the request is authorized; `AuditLog` watches the
units of work that follow. A request that declares nothing is not recorded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from unificx.privacy.audit.entries import NewAuditEntry


@dataclass(slots=True)
class Act:
    """The act of a request. `entry` is None until it is declared."""

    entry: NewAuditEntry | None = None
    is_reading: bool = False
    """It is recorded only if something is written, such as a log of playbacks."""
    is_recorded: bool = False
    is_over: bool = False

    def is_due(self) -> bool:
        """Return whether the next change has to record it."""
        return self.entry is not None and not self.is_recorded and not self.is_over


_CURRENT: ContextVar[Act | None] = ContextVar("current act", default=None)


@contextmanager
def new_act() -> Iterator[Act]:
    """Begin the act of a request; it is the current one in this block, and in no work that outlives it."""
    act = Act()
    token = _CURRENT.set(act)
    try:
        yield act
    finally:
        act.is_over = True
        _CURRENT.reset(token)


def current_act() -> Act | None:
    """Return the act of the current request, if any."""
    return _CURRENT.get()
