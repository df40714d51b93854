"""Limits on HTTP connections and eviction of idle ones."""

from unificx.api.connection_limiter import ConnectionLimiter, ConnectionSlot, HttpLimits

LIMITS = HttpLimits(connections=6, per_source=3, per_source_loopback=5)


def acquire(limiter: ConnectionLimiter, host: str, evicted: list[str], name: str = "") -> ConnectionSlot:
    slot = limiter.acquire(host)
    assert slot is not None
    slot.on_evict = lambda: evicted.append(name or host)
    return slot


def test_source_at_its_limit_loses_its_oldest_connection() -> None:
    seats, gone = ConnectionLimiter(LIMITS), []
    for number in range(5):
        acquire(seats, "203.0.113.1", gone, f"c{number}")
    assert gone == ["c0", "c1"]
    assert len(seats) == 3


def test_ipv6_addresses_of_one_subscriber_are_one_source() -> None:
    seats, gone = ConnectionLimiter(LIMITS), []
    for number in range(4):
        acquire(seats, f"2001:db8:1:2::{number}", gone)
    acquire(seats, "2001:db8:1:3::1", gone)
    assert gone == ["2001:db8:1:2::0"]


def test_connections_being_served_are_not_evicted() -> None:
    seats, gone = ConnectionLimiter(LIMITS), []
    held = [acquire(seats, "203.0.113.1", gone, f"c{number}") for number in range(3)]
    for seat in held:
        seat.set_waiting(for_peer=False)
    assert seats.acquire("203.0.113.1") is None
    assert seats.refused == 1
    held[1].set_waiting(for_peer=True)
    acquire(seats, "203.0.113.1", gone)
    assert gone == ["c1"]


def test_source_with_most_connections_is_evicted_at_the_total_limit() -> None:
    seats, gone = ConnectionLimiter(LIMITS), []
    for number in range(3):
        acquire(seats, "203.0.113.1", gone, f"greedy{number}")
    for last in (2, 3, 4, 5):
        acquire(seats, f"203.0.113.{last}", gone)
    assert gone == ["greedy0"]
    assert len(seats) == 6


def test_loopback_has_its_own_limit() -> None:
    seats, gone = ConnectionLimiter(LIMITS), []
    for number in range(6):
        acquire(seats, "127.0.0.1" if number % 2 else "::1", gone)
    assert not gone
    for _ in range(6):
        acquire(ConnectionLimiter(LIMITS), "", gone)


def test_releasing_a_slot_twice_counts_once() -> None:
    seats, gone = ConnectionLimiter(LIMITS), []
    seat = acquire(seats, "203.0.113.1", gone)
    seat.release()
    seat.release()
    seat.set_waiting(for_peer=True)
    assert len(seats) == 0
    for _ in range(3):
        acquire(seats, "203.0.113.1", gone)
    assert not gone
