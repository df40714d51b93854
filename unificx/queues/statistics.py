"""Statistics of visits to queues. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from unificx.queues.schemas import VisitOutcome

SHORT_ABANDON_SECONDS = 5.0
"""Callers who hang up earlier do not count for the service level: they noticed that they had misdialled."""


@dataclass(frozen=True, slots=True)
class VisitTotals:
    """Totals of the visits with the same outcome and agent. `waited` and `talked`: seconds in the queue and in calls;
    `longest`: the longest wait; `in_time`: visits that waited within the target of the service level; `short`: those
    that waited less than `SHORT_ABANDON_SECONDS`."""

    outcome: VisitOutcome
    agent: str | None
    visits: int
    waited: float
    longest: float
    talked: float
    in_time: int
    short: int


@dataclass(frozen=True, slots=True)
class QueueStatistics:
    """Statistics of a queue. Seconds and shares are None if there was nothing to measure.

    `service_level`: share (0 to 1) of the callers who were answered within the target, of all but those who hung up at
    once. `left`: callers the queue sent away, because of its maximum wait or length or because no agent was there.
    """

    calls: int
    answered: int
    abandoned: int
    left: int
    service_level: float | None
    average_wait: float | None
    """Of answered calls."""
    longest_wait: float | None
    average_talk: float | None


@dataclass(frozen=True, slots=True)
class AgentStatistics:
    """Statistics of an agent: calls answered and missed, and the seconds of their calls."""

    answered: int
    missed: int
    talked: float

    @property
    def average_talk(self) -> float | None:
        return self.talked / self.answered if self.answered else None


def queue_statistics(totals: Iterable[VisitTotals]) -> QueueStatistics:
    """Return the statistics of a queue."""
    calls = answered = abandoned = in_time = short = 0
    waited = talked = 0.0
    longest: float | None = None
    for each in totals:
        calls += each.visits
        longest = max(each.longest, longest or 0.0)
        if each.outcome == "answered":
            answered += each.visits
            in_time += each.in_time
            waited += each.waited
            talked += each.talked
        elif each.outcome == "abandoned":
            abandoned += each.visits
            short += each.short
    counted = calls - short
    return QueueStatistics(
        calls=calls,
        answered=answered,
        abandoned=abandoned,
        left=calls - answered - abandoned,
        service_level=in_time / counted if counted else None,
        average_wait=waited / answered if answered else None,
        longest_wait=longest,
        average_talk=talked / answered if answered else None,
    )


def agent_statistics(totals: Iterable[VisitTotals], missed: Mapping[str, int]) -> dict[str, AgentStatistics]:
    """Return the statistics by agent; `missed` has the number of calls each did not answer."""
    answered: defaultdict[str, int] = defaultdict(int)
    talked: defaultdict[str, float] = defaultdict(float)
    for each in totals:
        if each.outcome == "answered" and each.agent is not None:
            answered[each.agent] += each.visits
            talked[each.agent] += each.talked
    agents = answered.keys() | missed.keys()
    return {one: AgentStatistics(answered[one], missed.get(one, 0), talked[one]) for one in sorted(agents)}
