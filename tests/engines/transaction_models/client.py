"""Non-INVITE client transaction (RFC 3261 17.1.2)."""

from dataclasses import dataclass, replace
from typing import assert_never

from transaction_models.common import (
    DELIVER,
    TERMINATED,
    Deliver,
    Fail,
    ProvisionalReceived,
    Send,
    Terminated,
    TimerFired,
    TransportFailed,
)
from unificx.sip.timers import T1, T2, T4, TIMEOUT_64_T1


# Events, besides ProvisionalReceived, TransportFailed and TimerFired.
@dataclass(frozen=True, slots=True)
class FinalReceived: ...


Event = ProvisionalReceived | FinalReceived | TransportFailed | TimerFired
Action = Send | Deliver | Fail


@dataclass(frozen=True, slots=True)
class Trying:
    """Sent, no response yet (timers E and F)."""

    data: bytes
    resend_at: float | None
    interval: float
    give_up_at: float


@dataclass(frozen=True, slots=True)
class Proceeding:
    """A provisional response was received: retransmit every T2."""

    data: bytes
    resend_at: float | None
    give_up_at: float


@dataclass(frozen=True, slots=True)
class Completed:
    """The final response was delivered; its retransmissions are absorbed (timer K)."""

    ends_at: float


State = Trying | Proceeding | Completed | Terminated
StepResult = tuple[State, list[Action]]


def begin(data: bytes, now: float, *, reliable: bool) -> State:
    """Return the initial state of a request just sent as `data`."""
    return Trying(data, None if reliable else now + T1, T1, now + TIMEOUT_64_T1)


def step(state: State, event: Event, now: float, *, reliable: bool) -> StepResult:
    """Process one event. Return the new state and the actions."""
    match state:
        case Trying() | Proceeding():
            return _waiting(state, event, now, reliable)
        case Completed():
            return _completed(state, event, now)
        case Terminated():
            return state, []
        case _:
            assert_never(state)


def deadline(state: State) -> float | None:
    """Return when `TimerFired` is due next, None if never."""
    match state:
        case Trying(_, resend_at, _, give_up_at) | Proceeding(_, resend_at, give_up_at):
            return give_up_at if resend_at is None else min(resend_at, give_up_at)
        case Completed(ends_at):
            return ends_at
        case Terminated():
            return None
        case _:
            assert_never(state)


def _waiting(state: Trying | Proceeding, event: Event, now: float, reliable: bool) -> StepResult:
    match event:
        case ProvisionalReceived():
            return Proceeding(state.data, state.resend_at, state.give_up_at), [DELIVER]
        case FinalReceived():
            return TERMINATED if reliable else Completed(now + T4), [DELIVER]
        case TransportFailed():
            return TERMINATED, [Fail("transport")]
        case TimerFired() if now >= state.give_up_at:
            return TERMINATED, [Fail("timeout")]
        case TimerFired() if state.resend_at is not None and now >= state.resend_at:
            return _retransmitted(state, now), [Send(state.data)]
        case TimerFired():
            return state, []
        case _:
            assert_never(event)


def _retransmitted(state: Trying | Proceeding, now: float) -> State:
    if isinstance(state, Proceeding):
        return replace(state, resend_at=now + T2)
    interval = min(2 * state.interval, T2)
    return replace(state, resend_at=now + interval, interval=interval)


def _completed(state: Completed, event: Event, now: float) -> StepResult:
    match event:
        case TimerFired():
            return TERMINATED if now >= state.ends_at else state, []
        case TransportFailed():
            return TERMINATED, []
        case ProvisionalReceived() | FinalReceived():
            return state, []
        case _:
            assert_never(event)
