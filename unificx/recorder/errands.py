"""What a recording has begun and does not wait for."""

from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from unificx.kernel.background import Background
from unificx.privacy import consent_words as words

log = structlog.get_logger()


class Errands(Background):
    """A mistake of ours in one ends the recording, not the talk, and never goes on recording. `event` is what is logged
    then, with the id of `whose` it is.
    """

    def __init__(self, tell: Callable[[words.Event], None], event: str, **whose: str) -> None:
        super().__init__()
        self._tell, self._event, self._whose = tell, event, whose

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin it now."""
        super().begin(self._safely(work))

    async def _safely(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as fault:
            log.error(self._event, **self._whose, kind=type(fault).__name__)
            self._tell(words.Failed("fault"))
