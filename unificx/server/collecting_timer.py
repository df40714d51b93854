"""A timer for live events that report all changes of a short time together."""

import asyncio
from collections.abc import Callable


class CollectingTimer:
    """Calls `send` once, `seconds` after the first of any number of calls of `start`."""

    def __init__(self, seconds: float, send: Callable[[], None]) -> None:
        self._seconds = seconds
        self._send = send
        self._pending: asyncio.TimerHandle | None = None

    def start(self) -> None:
        if self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(self._seconds, self._on_time)

    def close(self) -> None:
        """Cancel a pending call."""
        if self._pending is not None:
            self._pending.cancel()

    def _on_time(self) -> None:
        self._pending = None
        self._send()
