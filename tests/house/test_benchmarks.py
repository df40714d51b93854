"""Benchmarks compare a figure with its goal in the direction in which it is better."""

import pytest

from bench import Metric, metric, throughput
from bench.runner import table


@pytest.mark.parametrize(
    ("figure", "bound", "met"),
    [
        (metric("CPU", 50, "us", 50), "<= 50 us", "reached"),
        (metric("CPU", 51, "us", 50), "<= 50 us", "missed"),
        (throughput("of the disk's speed", 10.6, "%", 50), ">= 50 %", "missed"),
        (throughput("of the disk's speed", 50, "%", 50), ">= 50 %", "reached"),
        (metric("size", 3, "MB"), "", ""),
    ],
)
def test_a_goal_is_an_upper_bound_or_a_lower_one(figure: Metric, bound: str, met: str) -> None:
    _, _, goal, outcome, _ = table("privacy", [figure]).columns
    assert ([*goal.cells], [*outcome.cells]) == ([bound], [met])
