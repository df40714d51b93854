"""Who gets a seat for an HTTP connection, and who gives way."""

from unificx.net.seats import HttpLimits, Seat, Seats

LIMITS = HttpLimits(connections=6, per_source=3, per_source_here=5)


def taken(seats: Seats, host: str, gone: list[str], name: str = "") -> Seat:
    seat = seats.take(host)
    assert seat is not None
    seat.leave = lambda: gone.append(name or host)
    return seat


def test_a_source_that_holds_all_its_seats_open_loses_the_oldest() -> None:
    seats, gone = Seats(LIMITS), []
    for number in range(5):
        taken(seats, "203.0.113.1", gone, f"c{number}")
    assert gone == ["c0", "c1"]
    assert len(seats) == 3


def test_addresses_of_one_ipv6_subscriber_are_one_source() -> None:
    seats, gone = Seats(LIMITS), []
    for number in range(4):
        taken(seats, f"2001:db8:1:2::{number}", gone)
    taken(seats, "2001:db8:1:3::1", gone)
    assert gone == ["2001:db8:1:2::0"]


def test_what_is_being_served_does_not_give_way() -> None:
    seats, gone = Seats(LIMITS), []
    held = [taken(seats, "203.0.113.1", gone, f"c{number}") for number in range(3)]
    for seat in held:
        seat.waits(for_peer=False)
    assert seats.take("203.0.113.1") is None
    assert seats.refused == 1
    held[1].waits(for_peer=True)
    taken(seats, "203.0.113.1", gone)
    assert gone == ["c1"]


def test_when_all_are_taken_whoever_holds_most_gives_way() -> None:
    seats, gone = Seats(LIMITS), []
    for number in range(3):
        taken(seats, "203.0.113.1", gone, f"greedy{number}")
    for last in (2, 3, 4, 5):
        taken(seats, f"203.0.113.{last}", gone)
    assert gone == ["greedy0"]
    assert len(seats) == 6


def test_this_machine_has_a_limit_of_its_own() -> None:
    seats, gone = Seats(LIMITS), []
    for number in range(6):
        taken(seats, "127.0.0.1" if number % 2 else "::1", gone)
    assert not gone
    for _ in range(6):
        taken(Seats(LIMITS), "", gone)


def test_a_seat_is_free_once_however_often_it_is_left() -> None:
    seats, gone = Seats(LIMITS), []
    seat = taken(seats, "203.0.113.1", gone)
    seat.free()
    seat.free()
    seat.waits(for_peer=True)
    assert len(seats) == 0
    for _ in range(3):
        taken(seats, "203.0.113.1", gone)
    assert not gone
