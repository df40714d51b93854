"""Time, randomness and ids: the only module that reads them from the operating system.

All other code takes a `Clock` (or plain `now: float`), so that tests run in virtual time.
"""

import base64
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

TIMER_RESOLUTION = 0.001
"""Seconds: timers of uvloop have this resolution and may fire that much early. A shorter delay than this, set again
when a timer fired early, keeps the event loop busy until the deadline."""


class Clock(Protocol):
    """Source of time, randomness and ids."""

    def now(self) -> datetime:
        """Return the wall-clock time, timezone-aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return monotonic seconds, for timers and not for records."""
        ...

    def random_bytes(self, size: int) -> bytes:
        """Return `size` cryptographically random bytes, fit for keys, tags and nonces."""
        ...

    def new_id(self) -> str:
        """Return a new id (UUIDv7, RFC 9562), sortable by creation time."""
        ...


class SystemClock:
    """System clock and system random source."""

    monotonic = staticmethod(time.monotonic)  # asked several times for each message

    def now(self) -> datetime:
        return datetime.now(UTC)

    def random_bytes(self, size: int) -> bytes:
        return os.urandom(size)

    def new_id(self) -> str:
        return uuid7(time.time_ns() // 1_000_000, os.urandom(10))


@dataclass
class ManualClock:
    """Clock that moves only when advanced, for tests and for simulating retention periods."""

    at: datetime = field(default_factory=lambda: datetime(2026, 1, 5, 9, 0, tzinfo=UTC))
    ticks: float = 1000.0
    random_calls: int = 0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def advance(self, seconds: float) -> None:
        """Advance the wall clock and the monotonic clock."""
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds

    def random_bytes(self, size: int) -> bytes:
        self.random_calls += 1
        return self.random_calls.to_bytes(16, "big").rjust(size, b"\x00")[-size:]

    def new_id(self) -> str:
        return uuid7(int(self.at.timestamp() * 1000), self.random_bytes(10))


def random_secret(clock: Clock) -> str:
    """Return 256 random bits as base64url without padding (RFC 4648 section 5), for links and tokens."""
    return base64.urlsafe_b64encode(clock.random_bytes(32)).rstrip(b"=").decode()


def random_id(clock: Clock) -> str:
    """Return a random id without a time (UUIDv4, RFC 9562), for data subjects: their ids outlive their erasure."""
    value = int.from_bytes(clock.random_bytes(16), "big")
    return _uuid_text(value & ~(0xF << 76) | 0x4 << 76)


def uuid7(milliseconds: int, random_bytes: bytes) -> str:
    """Return a UUIDv7 (RFC 9562 section 5.7) from 48 bits of time and 74 of the 80 random bits.

    Raise ValueError unless `random_bytes` has 10 bytes.
    """
    if len(random_bytes) != 10:
        raise ValueError("a UUIDv7 takes 10 random bytes")
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(random_bytes, "big")
    return _uuid_text(value & ~(0xF << 76) | 0x7 << 76)


def _uuid_text(value: int) -> str:
    """Return the text of a UUID, with its variant set (RFC 9562 section 4.1)."""
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
