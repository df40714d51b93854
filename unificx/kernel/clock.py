"""Time, randomness and ids: the only module that asks the machine for them.

Everything else takes a `Clock` (or plain `now: float`), so that tests run in virtual time.
"""

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from unificx.kernel.ids import uuid7


class Clock(Protocol):
    """What a room may ask of the world around it."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; for timers, not for records."""
        ...

    def random_bytes(self, size: int) -> bytes:
        """`size` bytes fit for keys, tags and nonces."""
        ...

    def new_id(self) -> str:
        """A new id (UUIDv7, RFC 9562): sorts by the time it was made."""
        ...


class SystemClock:
    """The real clock and the real source of randomness."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def random_bytes(self, size: int) -> bytes:
        return os.urandom(size)

    def new_id(self) -> str:
        return uuid7(time.time_ns() // 1_000_000, os.urandom(10))


@dataclass
class ManualClock:
    """A clock that moves when told to: for tests and for moving a retention period along."""

    at: datetime = field(default_factory=lambda: datetime(2026, 1, 5, 9, 0, tzinfo=UTC))
    ticks: float = 1000.0
    drawn: int = 0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def advance(self, seconds: float) -> None:
        """Let time pass, on both clocks."""
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds

    def random_bytes(self, size: int) -> bytes:
        self.drawn += 1
        return self.drawn.to_bytes(16, "big").rjust(size, b"\x00")[-size:]

    def new_id(self) -> str:
        return uuid7(int(self.at.timestamp() * 1000), self.random_bytes(10))
