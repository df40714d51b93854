"""Limits on HTTP connections and eviction of idle ones."""

import asyncio

from unificx.api.connection_limiter import ConnectionLimiter, ConnectionSlot, HttpLimits

LIMITS = HttpLimits(connections=6, per_source=3, per_source_loopback=5)


class FakeTransport(asyncio.WriteTransport):
    def __init__(self, name: str, aborted: list[str]) -> None:
        super().__init__()
        self._name = name
        self._aborted = aborted

    def abort(self) -> None:
        self._aborted.append(self._name)


def acquire(limiter: ConnectionLimiter, host: str, evicted: list[str], name: str = "") -> ConnectionSlot:
    slot = limiter.acquire(host)
    assert slot is not None
    slot.connection = FakeTransport(name or host, evicted)
    return slot


async def test_connection_that_is_still_accepted_is_cancelled() -> None:
    limiter = ConnectionLimiter(HttpLimits(per_source=1))
    slot = limiter.acquire("203.0.113.1")
    assert slot is not None
    slot.connection = accepting = asyncio.create_task(asyncio.sleep(60))
    assert limiter.acquire("203.0.113.1") is not None
    await asyncio.wait((accepting,))
    assert accepting.cancelled()


def test_source_at_its_limit_loses_its_oldest_connection() -> None:
    limiter, gone = ConnectionLimiter(LIMITS), []
    for number in range(5):
        acquire(limiter, "203.0.113.1", gone, f"c{number}")
    assert gone == ["c0", "c1"]
    assert len(limiter) == 3


def test_ipv6_addresses_of_one_subscriber_are_one_source() -> None:
    limiter, gone = ConnectionLimiter(LIMITS), []
    for number in range(4):
        acquire(limiter, f"2001:db8:1:2::{number}", gone)
    acquire(limiter, "2001:db8:1:3::1", gone)
    assert gone == ["2001:db8:1:2::0"]


def test_connections_being_served_are_not_evicted() -> None:
    limiter, gone = ConnectionLimiter(LIMITS), []
    held = [acquire(limiter, "203.0.113.1", gone, f"c{number}") for number in range(3)]
    for connection in held:
        connection.set_waiting(for_peer=False)
    assert limiter.acquire("203.0.113.1") is None
    assert limiter.refused == 1
    held[1].set_waiting(for_peer=True)
    acquire(limiter, "203.0.113.1", gone)
    assert gone == ["c1"]


def test_source_with_most_connections_is_evicted_at_the_total_limit() -> None:
    limiter, gone = ConnectionLimiter(LIMITS), []
    for number in range(3):
        acquire(limiter, "203.0.113.1", gone, f"greedy{number}")
    for last in (2, 3, 4, 5):
        acquire(limiter, f"203.0.113.{last}", gone)
    assert gone == ["greedy0"]
    assert len(limiter) == 6


def test_loopback_has_its_own_limit() -> None:
    limiter, gone = ConnectionLimiter(LIMITS), []
    for number in range(6):
        acquire(limiter, "127.0.0.1" if number % 2 else "::1", gone)
    assert not gone
    for _ in range(6):
        acquire(ConnectionLimiter(LIMITS), "", gone)


def test_releasing_a_slot_twice_counts_once() -> None:
    limiter, gone = ConnectionLimiter(LIMITS), []
    connection = acquire(limiter, "203.0.113.1", gone)
    connection.release()
    connection.release()
    connection.set_waiting(for_peer=True)
    assert len(limiter) == 0
    for _ in range(3):
        acquire(limiter, "203.0.113.1", gone)
    assert not gone
