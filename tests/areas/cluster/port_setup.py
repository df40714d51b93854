"""Values of the fixtures, where a port alone is not enough."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from unificx.cluster import CallJournal, RecordLog


@dataclass(frozen=True, slots=True)
class LoggedRecords:
    """A record log; `settle` waits until what was appended is applied."""

    log: RecordLog
    settle: Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class JournalOfTwoProcesses:
    """The call journal of a node; `die` returns that of the next process."""

    journal: CallJournal
    die: Callable[[], Awaitable[CallJournal]]
