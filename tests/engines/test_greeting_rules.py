"""Which greeting a caller hears: a pure rule."""

from datetime import UTC, datetime, timedelta

import pytest

from unificx.recordings import Greeting, GreetingKind
from unificx.recordings.rules import greeting_for

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)
OWN: dict[GreetingKind, Greeting] = {"no_answer": Greeting("own"), "busy": Greeting("talks")}


@pytest.mark.promise("C9")
@pytest.mark.parametrize(
    ("why", "chosen"),
    [
        *(("missed", "own"), ("unreachable", "own"), ("failed", "own"), ("", "own")),
        *(("busy", "talks"), ("declined", "talks")),
    ],
)
def test_each_state_has_its_own(why: str, chosen: str) -> None:
    assert greeting_for(OWN, why, NOW) == chosen


def test_without_any_it_is_the_standard_one() -> None:
    assert greeting_for({}, "missed", NOW) is None
    assert greeting_for({"busy": Greeting("talks")}, "missed", NOW) is None


def test_ones_own_voice_is_better_than_a_strangers() -> None:
    assert greeting_for({"no_answer": Greeting("own")}, "busy", NOW) == "own"


@pytest.mark.promise("C9")
@pytest.mark.parametrize("why", ["missed", "busy", "unreachable"])
def test_a_temporary_one_goes_before_all_until_its_end(why: str) -> None:
    for until, chosen in (
        (None, "away"),
        (NOW + timedelta(seconds=1), "away"),
        (NOW, greeting_for(OWN, why, NOW)),
        (NOW - timedelta(days=1), greeting_for(OWN, why, NOW)),
    ):
        assert greeting_for({**OWN, "temporary": Greeting("away", until)}, why, NOW) == chosen
