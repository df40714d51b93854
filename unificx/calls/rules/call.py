"""The call's state machine, whole: `begin`, then `step` by `step`, a `deadline` between."""

from typing import assert_never

from unificx.calls.rules.setup import answering, begin, setting_up
from unificx.calls.rules.states import Answering, Ending, Over, SettingUp, State, Talking
from unificx.calls.rules.talk import ending, talking
from unificx.calls.rules.words import Action, Event


def step(state: State, event: Event, now: float) -> tuple[State, list[Action]]:
    """Take one event: where the call stands now, and what must be done."""
    match state:
        case SettingUp():
            return setting_up(state, event, now)
        case Answering():
            return answering(state, event, now)
        case Talking():
            return talking(state, event, now)
        case Ending():
            return ending(state, event, now)
        case Over():
            return state, []
        case _:
            assert_never(state)


def deadline(state: State) -> float | None:
    """When `TimePassed` is next due."""
    match state:
        case SettingUp():
            return state.ring_until
        case Talking():
            return state.ends_at
        case Ending():
            return state.until
        case Answering() | Over():
            return None
        case _:
            assert_never(state)


__all__ = ["begin", "deadline", "step"]
