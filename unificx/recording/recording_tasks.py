"""Background tasks of a recording."""

from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
from unificx.recording.machine import consent_types

log = structlog.get_logger()


class RecordingTasks(BackgroundTasks):
    """Background tasks in which an unexpected exception ends the recording, not the call. `event` is the log event,
    with the ids in `ids`."""

    def __init__(self, notify: Callable[[consent_types.ConsentEvent], None], event: str, **ids: str) -> None:
        super().__init__()
        self._notify, self._event, self._ids = notify, event, ids

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Start a task."""
        super().spawn(self._run(coroutine))

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as fault:
            log.error(self._event, **self._ids, **describe_fault(fault))
            self._notify(consent_types.RecordingFailed("fault"))
