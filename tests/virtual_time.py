"""Event loop in virtual time, which advances only when no callback is ready: hours pass without waiting."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from unificx.core.clock import uuid7

T = TypeVar("T")
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class _VirtualSelector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Selector that advances virtual time by the timeout instead of waiting."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if not found:
            assert timeout is not None, "deadlock: all tasks wait without a timeout"
            self.now += max(timeout, 0.0)
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._selector_clock = _VirtualSelector()
        super().__init__(self._selector_clock)

    def time(self) -> float:
        return self._selector_clock.now


class LoopClock:
    """Clock in the virtual time of the running loop."""

    def __init__(self) -> None:
        self._random_calls = 0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def random_bytes(self, size: int) -> bytes:
        self._random_calls += 1
        return self._random_calls.to_bytes(16, "big").rjust(size, b"\0")[-size:]

    def new_id(self) -> str:
        return uuid7(int(self.now().timestamp() * 1000), self.random_bytes(10))


def run_in_virtual_time(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time. It must not wait for threads or processes."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)
