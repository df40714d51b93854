"""Event loop in virtual time, which advances only when no callback is ready: hours pass without waiting."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from unificx.core.clock import uuid7

S = TypeVar("S")
T = TypeVar("T")
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


MAX_ROUNDS = 200_000
"""Rounds of the event loop of one test, which takes 10,000 at most. Without this limit a test that waits for a task that
has failed never ends, as long as any other task wakes up now and then: virtual time runs on."""


class _VirtualSelector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Selector that advances virtual time by the timeout instead of waiting."""

    now = 0.0
    rounds = 0

    def select(self, timeout: float | None = None) -> Any:
        self.rounds += 1
        assert self.rounds != MAX_ROUNDS, f"no end after {self.now} seconds of virtual time: {_waiting()}"
        found = super().select(0)
        if not found:
            assert timeout is not None, "deadlock: all tasks wait without a timeout"
            self.now += max(timeout, 0.0)
        return found


def _waiting() -> list[str]:
    """Return what each unfinished task of the running loop is, and where it waits."""
    return [repr(task) for task in asyncio.all_tasks(asyncio.get_running_loop())]


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


def virtual_time_test(
    make: Callable[[], S], close: Callable[[S], Awaitable[None]]
) -> Callable[[Callable[[S], Awaitable[None]]], Callable[[], None]]:
    """Decorator of tests that run in virtual time with what `make` returns; pending work is closed at the end."""

    def decorate(story: Callable[[S], Awaitable[None]]) -> Callable[[], None]:
        async def whole() -> None:
            setup = make()
            await story(setup)
            await close(setup)
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        def test() -> None:
            run_in_virtual_time(whole())

        test.__name__, test.__doc__ = story.__name__, story.__doc__
        return test

    return decorate
