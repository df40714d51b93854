"""Statistics of queues."""

from hypothesis import given
from hypothesis import strategies as st

from unificx.queues.statistics import QueueStatistics, VisitTimes, agent_statistics, queue_statistics


def test_service_level_counts_all_but_those_who_hung_up_at_once() -> None:
    visits = [
        VisitTimes("answered", 10.0, 60.0, "a"),
        VisitTimes("answered", 30.0, 20.0, "b"),
        VisitTimes("abandoned", 2.0),
        VisitTimes("abandoned", 40.0),
        VisitTimes("timeout", 300.0),
    ]
    assert queue_statistics(visits, 20.0) == QueueStatistics(
        calls=5,
        answered=2,
        abandoned=2,
        left=1,
        service_level=0.25,
        average_wait=20.0,
        longest_wait=300.0,
        average_talk=40.0,
    )


def test_nothing_to_measure() -> None:
    assert queue_statistics([], 20.0) == QueueStatistics(0, 0, 0, 0, None, None, None, None)
    only_short = queue_statistics([VisitTimes("abandoned", 1.0)], 20.0)
    assert (only_short.service_level, only_short.average_wait, only_short.longest_wait) == (None, None, 1.0)


def test_agents() -> None:
    visits = [VisitTimes("answered", 1.0, 30.0, "a"), VisitTimes("answered", 1.0, 60.0, "a"), VisitTimes("full", 0.0)]
    found = agent_statistics(visits, {"b": 2})
    assert (found["a"].answered, found["a"].missed, found["a"].average_talk) == (2, 0, 45.0)
    assert (found["b"].answered, found["b"].missed, found["b"].average_talk) == (0, 2, None)


@given(
    st.lists(
        st.builds(VisitTimes, st.sampled_from(("answered", "abandoned", "timeout", "full")), st.floats(0, 1e4)),
        max_size=30,
    )
)
def test_every_visit_is_counted_once(visits: list[VisitTimes]) -> None:
    found = queue_statistics(visits, 20.0)
    assert found.calls == len(visits) == found.answered + found.abandoned + found.left
    if found.service_level is not None:
        assert 0.0 <= found.service_level <= 1.0
    if found.average_wait is not None:
        assert found.average_wait <= (found.longest_wait or 0.0) + 1e-6
