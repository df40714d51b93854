"""The server side of any request but INVITE and ACK (RFC 3261 17.2.2 with RFC 4320).

RFC 4320 forbids every provisional response but a late 100, and the 408: by the time one may be sent, the client has
given up. So there is no Proceeding state here, and a request nobody answered is forgotten in silence.
"""

from dataclasses import dataclass
from typing import assert_never

from unificx.sip.timers import LIFETIME
from unificx.sip.transactions.words import TERMINATED, RequestAgain, ResponseGiven, Send, Terminated, TimePassed

Event = RequestAgain | ResponseGiven | TimePassed
Action = Send


@dataclass(frozen=True, slots=True)
class Trying:
    """Nothing was answered yet. At `give_up_at` the client's timer F has fired."""

    give_up_at: float


@dataclass(frozen=True, slots=True)
class Completed:
    """The final response is repeated for every request that comes again (timer J)."""

    data: bytes
    ends_at: float


State = Trying | Completed | Terminated
Outcome = tuple[State, list[Action]]


def begin(now: float) -> State:
    """The state of a request that has just come in."""
    return Trying(now + LIFETIME)


def step(state: State, event: Event, now: float, *, reliable: bool) -> Outcome:
    """Take one event; say where we stand now and what must be done."""
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
    """When `TimePassed` is next due."""
    match state:
        case Trying(at) | Completed(_, at):
            return at
        case Terminated():
            return None
        case _:
            assert_never(state)


def _trying(state: Trying, event: Event, now: float, reliable: bool) -> Outcome:
    match event:
        case ResponseGiven(status, data) if status >= 200 and status != 408:
            return TERMINATED if reliable else Completed(data, now + LIFETIME), [Send(data)]
        case TimePassed():
            return TERMINATED if now >= state.give_up_at else state, []
        case ResponseGiven() | RequestAgain():
            return state, []
        case _:
            assert_never(event)


def _completed(state: Completed, event: Event, now: float) -> Outcome:
    match event:
        case RequestAgain():
            return state, [Send(state.data)]
        case TimePassed():
            return TERMINATED if now >= state.ends_at else state, []
        case ResponseGiven():
            return state, []
        case _:
            assert_never(event)
