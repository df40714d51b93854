"""Statistics of queues."""

from hypothesis import given
from hypothesis import strategies as st

from unificx.queues.schemas import VisitOutcome
from unificx.queues.statistics import QueueStatistics, VisitTotals, agent_statistics, queue_statistics


def visit(outcome: VisitOutcome, waited: float, talked: float = 0.0, agent: str | None = None) -> VisitTotals:
    """Return the totals of one visit; the target of the service level is 20 seconds."""
    return VisitTotals(outcome, agent, 1, waited, waited, talked, int(waited <= 20.0), int(waited < 5.0))


def test_service_level_counts_all_but_those_who_hung_up_at_once() -> None:
    visits = [
        visit("answered", 10.0, 60.0, "a"),
        visit("answered", 30.0, 20.0, "b"),
        visit("abandoned", 2.0),
        visit("abandoned", 40.0),
        visit("timeout", 300.0),
    ]
    assert queue_statistics(visits) == QueueStatistics(
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
    assert queue_statistics([]) == QueueStatistics(0, 0, 0, 0, None, None, None, None)
    only_short = queue_statistics([visit("abandoned", 1.0)])
    assert (only_short.service_level, only_short.average_wait, only_short.longest_wait) == (None, None, 1.0)


def test_agents() -> None:
    visits = [visit("answered", 1.0, 30.0, "a"), visit("answered", 1.0, 60.0, "a"), visit("full", 0.0)]
    found = agent_statistics(visits, {"b": 2})
    assert (found["a"].answered, found["a"].missed, found["a"].average_talk) == (2, 0, 45.0)
    assert (found["b"].answered, found["b"].missed, found["b"].average_talk) == (0, 2, None)


@given(
    st.lists(
        st.builds(visit, st.sampled_from(("answered", "abandoned", "timeout", "full")), st.floats(0, 1e4)),
        max_size=30,
    )
)
def test_every_visit_is_counted_once(visits: list[VisitTotals]) -> None:
    found = queue_statistics(visits)
    assert found.calls == len(visits) == found.answered + found.abandoned + found.left
    if found.service_level is not None:
        assert 0.0 <= found.service_level <= 1.0
    if found.average_wait is not None:
        assert found.average_wait <= (found.longest_wait or 0.0) + 1e-6
