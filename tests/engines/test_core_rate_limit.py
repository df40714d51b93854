"""Rules of rate limits: no schedule of requests gets more than the rule allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.core.rate_limit import Backoff, ConcurrentCount, DecayingCount, LruTable, SlidingWindow, TokenBucket

PAUSES = st.lists(st.floats(0, 100), max_size=60)


@given(PAUSES, st.integers(1, 20), st.floats(0.01, 10))
def test_a_bucket_gives_its_capacity_and_what_is_refilled(pauses: list[float], capacity: int, rate: float) -> None:
    bucket, now, taken = TokenBucket(capacity, 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        if bucket.available(now, capacity, rate) >= 1:
            bucket.add(-1, now, capacity, rate)
            taken += 1
        assert 0 <= bucket.tokens <= capacity
    assert taken <= capacity + now * rate + 1e-6


def test_a_bucket_is_full_after_a_pause() -> None:
    bucket = TokenBucket(10, 0.0)
    bucket.add(-10, 0.0, 10, 2.0)
    assert [bucket.available(now, 10, 2.0) for now in (0.0, 1.0, 4.5, 5.0, 1e9)] == [0, 2, 9, 10, 10]
    bucket.add(5, 1e9, 10, 2.0)
    assert bucket.available(1e9, 10, 2.0) == 10


def test_a_count_is_halved_in_every_half_life() -> None:
    count = DecayingCount().plus(8, 100.0, half_life=10.0)
    assert [count.decayed(now, 10.0) for now in (100.0, 110.0, 130.0)] == [8, 4, 1]
    assert count.plus(1, 110.0, 10.0) == DecayingCount(5.0, 110.0)
    assert count.plus(-9, 100.0, 10.0) == DecayingCount(0.0, 100.0)
    assert count.decayed(1e12, 10.0) == 0


@given(PAUSES, st.floats(0.1, 1_000))
def test_a_count_never_exceeds_the_number_of_events(pauses: list[float], half_life: float) -> None:
    count, now = DecayingCount(), 0.0
    for number, pause in enumerate(pauses, start=1):
        now += pause
        count = count.plus(1, now, half_life)
        assert 1 <= count.count <= number


@pytest.mark.parametrize(
    ("count", "delay"), [(0, 0), (2.9, 0), (3, 0.5), (4, 1), (5, 2), (6, 4), (7, 4), (1e9, 4), (1e300, 4)]
)
def test_the_delay_doubles_after_the_free_attempts(count: float, delay: float) -> None:
    assert Backoff(free_attempts=3, max_delay=4.0, first_delay=0.5).delay(count) == delay


def test_the_next_attempt_is_allowed_after_the_delay() -> None:
    backoff = Backoff(free_attempts=2, max_delay=60.0)
    assert backoff.remaining(DecayingCount(1.9, 100.0), 100.0) == 0
    assert [backoff.remaining(DecayingCount(4, 100.0), now) for now in (100.0, 103.0, 104.0, 105.0)] == [4, 1, 0, 0]
    assert backoff.remaining(DecayingCount(99, 100.0), 100.0) == 60


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 5), st.floats(0.1, 10))
def test_a_window_never_contains_more_than_its_limit(pauses: list[float], limit: int, seconds: float) -> None:
    window, times, now = SlidingWindow(limit, seconds), (), 0.0
    allowed_at: list[float] = []
    for pause in pauses:
        now += pause
        times, allowed = window.add(times, now)
        assert allowed == (sum(at > now - seconds for at in allowed_at) < limit)
        if allowed:
            allowed_at.append(now)
        assert len(times) <= limit


@given(st.lists(st.sampled_from("abc")))
def test_concurrent_counts_keep_no_key_without_one(keys: list[str]) -> None:
    count: ConcurrentCount[str] = ConcurrentCount()
    present: list[str] = []
    for key in keys:
        if key in present:
            present.remove(key)
            count.release(key)
        else:
            present.append(key)
            count.acquire(key)
        assert (count.total, len(count)) == (len(present), len(set(present)))
        assert [count[each] for each in "abc"] == [present.count(each) for each in "abc"]
        assert len(count) == len(set(present))


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans())), st.integers(1, 5))
def test_a_table_keeps_what_was_used_last(uses: list[tuple[int, bool]], capacity: int) -> None:
    table: LruTable[int, list[float]] = LruTable(capacity, lambda now: [now])
    recent: list[int] = []
    for now, (key, peeks) in enumerate(uses):
        if peeks:
            assert (table.peek(key) is not None) == (key in recent)
            continue
        value = table.get(key, now)
        assert (value == [now]) == (key not in recent)
        assert table.peek(key) is value
        recent = [*(each for each in recent if each != key), key][-capacity:]
        assert len(table) == len(recent)
