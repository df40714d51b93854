"""Entry points of the call state machine: `begin` or `originate_by_app`, then `step` per event, with `deadline`."""

from collections.abc import Iterable
from typing import assert_never

from unificx.calls.machine import transfer
from unificx.calls.machine.actions import Action, Bye, CancelCallee, Reject, ReleaseMedia, Transition, WriteRecord
from unificx.calls.machine.answering import answering
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.events import Event
from unificx.calls.machine.originating import originate_by_app, originating
from unificx.calls.machine.setup import begin, setting_up
from unificx.calls.machine.states import (
    CALLER,
    Answering,
    Ended,
    Ending,
    Originating,
    SettingUp,
    State,
    Talking,
    Transferring,
)
from unificx.calls.machine.talking import ending, talking


def step(state: State, event: Event, now: float) -> Transition:
    """Process one event; return the new state and the actions to execute."""
    match state:
        case SettingUp():
            return setting_up(state, event, now)
        case Talking():
            if isinstance(event, transfer.PeerChangeEvent):
                return transfer.change_peer(state, event, now)
            return talking(state, event, now)
        case Answering():
            return answering(state, event, now)
        case Ending():
            return ending(state, event, now)
        case Originating():
            return originating(state, event, now)
        case Transferring():
            return transfer.transferring(state, event, now)
        case Ended():
            return state, []
        case _:
            assert_never(state)


def deadline(state: State) -> float | None:
    """Return the monotonic time at which `DeadlineReached` is due, None if never."""
    match state:
        case SettingUp():
            return state.ring_until if state.push_at is None else min(state.ring_until, state.push_at)
        case Talking():
            return state.ends_at
        case Transferring():
            return transfer.deadline(state)
        case Ending() | Originating():
            return state.until
        case Answering() | Ended():
            return None
        case _:
            assert_never(state)


def abandon(legs: Iterable[str], recorded: bool) -> list[Action]:
    """Return the actions that end a call whose state is unknown after an internal error."""
    callees = [name for name in legs if name != CALLER]
    cause = Cause.FAULT
    actions: list[Action] = [CancelCallee(name, elsewhere=False) for name in callees]
    actions += [Bye(name, cause) for name in callees]
    actions += [ReleaseMedia(name, final=False) for name in callees]
    if not recorded:
        actions.append(WriteRecord(cause))
    return [*actions, Reject(cause.value.status, cause), Bye(CALLER, cause)]


__all__ = ["abandon", "begin", "deadline", "originate_by_app", "step"]
