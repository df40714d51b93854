"""Timer wheel."""

from hypothesis import given
from hypothesis import strategies as st

from unificx.sip.timers import SLOT_SECONDS, TimerWheel


def test_empty_wheel_has_no_deadline() -> None:
    wheel = TimerWheel()
    assert wheel.deadline() is None
    assert wheel.due(1e9) == []


def test_keys_of_one_slot_come_due_together() -> None:
    wheel = TimerWheel()
    wheel.add(10.001, 1)
    wheel.add(10.002, 2)
    assert len(wheel) == 2
    deadline = wheel.deadline()
    assert deadline is not None
    assert wheel.due(deadline) == [1, 2]
    assert wheel.deadline() is None


def test_deadline_in_the_past_is_due_immediately() -> None:
    wheel = TimerWheel()
    wheel.add(5.0, 1)
    assert wheel.due(100.0) == [1]
    wheel.add(5.0, 2)
    assert wheel.due(100.0) == [2]


def test_removed_key_does_not_come_due() -> None:
    wheel = TimerWheel[int]()
    wheel.add(10.0, 1)
    wheel.add(10.0, 2)
    wheel.remove(10.0, 1)
    wheel.remove(20.0, 2)
    assert wheel.due(11.0) == [2]
    wheel.remove(10.0, 2)
    assert wheel.deadline() is None


@given(st.lists(st.floats(0, 1e6), max_size=50))
def test_no_key_is_early_or_more_than_a_slot_late(times: list[float]) -> None:
    wheel = TimerWheel()
    for key, at in enumerate(times):
        wheel.add(at, key)
    seen: list[int] = []
    while (now := wheel.deadline()) is not None:
        for key in wheel.due(now):
            assert times[key] <= now <= times[key] + SLOT_SECONDS + 1e-6
            seen.append(key)
    assert sorted(seen) == list(range(len(times)))
