"""Non-INVITE server transaction (RFC 3261 17.2.2 with RFC 4320).

RFC 4320 forbids provisional responses except a late 100, and also 408: by then the client has given up. Therefore this
machine has no Proceeding state, and an unanswered request is dropped without a response.
"""

from dataclasses import dataclass
from typing import assert_never

from transaction_models.common import TERMINATED, RequestRetransmitted, Send, Terminated, TimerFired, TuResponded
from unificx.sip.timers import TIMEOUT_64_T1

Event = RequestRetransmitted | TuResponded | TimerFired
Action = Send


@dataclass(frozen=True, slots=True)
class Trying:
    """Not answered yet. At `give_up_at` timer F of the client has fired."""

    give_up_at: float


@dataclass(frozen=True, slots=True)
class Completed:
    """The final response is resent for every retransmission of the request (timer J)."""

    data: bytes
    ends_at: float


State = Trying | Completed | Terminated
StepResult = tuple[State, list[Action]]


def begin(now: float) -> State:
    """Return the initial state of a request just received."""
    return Trying(now + TIMEOUT_64_T1)


def step(state: State, event: Event, now: float, *, reliable: bool) -> StepResult:
    """Process one event. Return the new state and the actions."""
    match state:
        case Trying():
            return _trying(state, event, now, reliable)
        case Completed():
            return _completed(state, event, now)
        case Terminated():
            return state, []
        case _:
            assert_never(state)


def deadline(state: State) -> float | None:
    """Return when `TimerFired` is due next, None if never."""
    match state:
        case Trying(at) | Completed(_, at):
            return at
        case Terminated():
            return None
        case _:
            assert_never(state)


def _trying(state: Trying, event: Event, now: float, reliable: bool) -> StepResult:
    match event:
        case TuResponded(status, data) if status >= 200 and status != 408:
            return TERMINATED if reliable else Completed(data, now + TIMEOUT_64_T1), [Send(data)]
        case TimerFired():
            return TERMINATED if now >= state.give_up_at else state, []
        case TuResponded() | RequestRetransmitted():
            return state, []
        case _:
            assert_never(event)


def _completed(state: Completed, event: Event, now: float) -> StepResult:
    match event:
        case RequestRetransmitted():
            return state, [Send(state.data)]
        case TimerFired():
            return TERMINATED if now >= state.ends_at else state, []
        case TuResponded():
            return state, []
        case _:
            assert_never(event)
