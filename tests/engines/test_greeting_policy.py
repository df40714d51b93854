"""Selection of the voicemail greeting; pure."""

from datetime import UTC, datetime, timedelta

import pytest

from unificx.presence import PresenceState
from unificx.voicemail import GreetingKind
from unificx.voicemail.policy import greeting_for
from unificx.voicemail.settings import Greeting

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
def test_each_state_has_its_own_greeting(why: str, chosen: str) -> None:
    assert greeting_for(OWN, why, NOW) == chosen


@pytest.mark.parametrize(
    ("state", "why", "chosen"),
    [
        *(("lunch", "missed", "eats"), ("lunch", "busy", "eats"), ("trip", "missed", "own"), ("trip", "busy", "talks")),
        *(("busy", "missed", "talks"), ("available", "missed", "own")),
    ],
)
def test_a_state_of_the_owner_has_its_own_greeting(state: PresenceState, why: str, chosen: str) -> None:
    greetings: dict[GreetingKind, Greeting] = {**OWN, "lunch": Greeting("eats")}
    assert greeting_for(greetings, why, NOW, state) == chosen
    until = Greeting("away", NOW + timedelta(seconds=1))
    assert greeting_for({**greetings, "temporary": until}, why, NOW, state) == "away"


def test_standard_greeting_without_custom_ones() -> None:
    assert greeting_for({}, "missed", NOW) is None
    assert greeting_for({"busy": Greeting("talks")}, "missed", NOW) is None


def test_no_answer_greeting_replaces_a_missing_busy_one() -> None:
    assert greeting_for({"no_answer": Greeting("own")}, "busy", NOW) == "own"


@pytest.mark.promise("C9")
@pytest.mark.parametrize("why", ["missed", "busy", "unreachable"])
def test_temporary_greeting_takes_precedence_until_it_expires(why: str) -> None:
    for until, chosen in (
        (None, "away"),
        (NOW + timedelta(seconds=1), "away"),
        (NOW, greeting_for(OWN, why, NOW)),
        (NOW - timedelta(days=1), greeting_for(OWN, why, NOW)),
    ):
        assert greeting_for({**OWN, "temporary": Greeting("away", until)}, why, NOW) == chosen
