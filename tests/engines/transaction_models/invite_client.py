"""INVITE client transaction (RFC 3261 17.1.1 with the Accepted state of RFC 6026), including CANCEL.

A CANCEL is delayed until a provisional response was received (9.1). An INVITE without a final response 180 s after its
last provisional response is cancelled (timer C, 16.8), and fails if the CANCEL brings no final response either.
"""

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
from unificx.sip.timers import T1, TIMEOUT_64_T1, TIMER_C, TIMER_D


# Events, besides ProvisionalReceived, TransportFailed and TimerFired.
@dataclass(frozen=True, slots=True)
class SuccessReceived:
    """A 2xx: the first, a retransmission, or one from another fork."""


@dataclass(frozen=True, slots=True)
class FailureReceived:
    """A response of 300 or above; `ack` is the encoded ACK for it."""

    ack: bytes


@dataclass(frozen=True, slots=True)
class CancelRequested: ...


Event = ProvisionalReceived | SuccessReceived | FailureReceived | CancelRequested | TransportFailed | TimerFired


# Actions, besides Send, Deliver and Fail.
@dataclass(frozen=True, slots=True)
class SendCancel: ...


Action = Send | Deliver | Fail | SendCancel


# States.
@dataclass(frozen=True, slots=True)
class Calling:
    """Sent, no response yet (timers A and B); `cancelled` once the TU has requested a CANCEL."""

    data: bytes
    resend_at: float | None
    interval: float
    give_up_at: float
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Proceeding:
    """A provisional response was received. At `expires_at` send CANCEL or, if already sent, fail."""

    expires_at: float
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A 2xx was received. Every further one is delivered too, so that the TU can acknowledge it (timer M)."""

    ends_at: float


@dataclass(frozen=True, slots=True)
class Completed:
    """An error response was received and acknowledged, as are its retransmissions (timer D)."""

    ack: bytes
    ends_at: float


State = Calling | Proceeding | Accepted | Completed | Terminated
StepResult = tuple[State, list[Action]]


def begin(data: bytes, now: float, *, reliable: bool) -> State:
    """Return the initial state of an INVITE just sent as `data`."""
    return Calling(data, None if reliable else now + T1, T1, now + TIMEOUT_64_T1)


def step(state: State, event: Event, now: float, *, reliable: bool) -> StepResult:
    """Process one event. Return the new state and the actions."""
    match state:
        case Calling():
            return _calling(state, event, now, reliable)
        case Proceeding():
            return _proceeding(state, event, now, reliable)
        case Accepted():
            return _accepted(state, event, now)
        case Completed():
            return _completed(state, event, now)
        case Terminated():
            return state, []
        case _:
            assert_never(state)


def deadline(state: State) -> float | None:
    """Return when `TimerFired` is due next, None if never."""
    match state:
        case Calling(_, resend_at, _, give_up_at):
            return give_up_at if resend_at is None else min(resend_at, give_up_at)
        case Proceeding(at) | Accepted(at) | Completed(_, at):
            return at
        case Terminated():
            return None
        case _:
            assert_never(state)


def _failed(ack: bytes, now: float, reliable: bool) -> StepResult:
    return TERMINATED if reliable else Completed(ack, now + TIMER_D), [Send(ack), DELIVER]


def _send_cancel(now: float) -> StepResult:
    return Proceeding(now + TIMEOUT_64_T1, cancelled=True), [SendCancel()]


def _calling(state: Calling, event: Event, now: float, reliable: bool) -> StepResult:
    match event:
        case ProvisionalReceived():
            if state.cancelled:
                return Proceeding(now + TIMEOUT_64_T1, cancelled=True), [DELIVER, SendCancel()]
            return Proceeding(now + TIMER_C), [DELIVER]
        case SuccessReceived():
            return Accepted(now + TIMEOUT_64_T1), [DELIVER]
        case FailureReceived(ack):
            return _failed(ack, now, reliable)
        case CancelRequested():
            return replace(state, cancelled=True), []
        case TransportFailed():
            return TERMINATED, [Fail("transport")]
        case TimerFired() if now >= state.give_up_at:
            return TERMINATED, [Fail("timeout")]
        case TimerFired() if state.resend_at is not None and now >= state.resend_at:
            interval = 2 * state.interval
            return replace(state, resend_at=now + interval, interval=interval), [Send(state.data)]
        case TimerFired():
            return state, []
        case _:
            assert_never(event)


def _proceeding(state: Proceeding, event: Event, now: float, reliable: bool) -> StepResult:
    match event:
        case ProvisionalReceived(status):
            refreshed = status > 100 and not state.cancelled
            return Proceeding(now + TIMER_C) if refreshed else state, [DELIVER]
        case SuccessReceived():
            return Accepted(now + TIMEOUT_64_T1), [DELIVER]
        case FailureReceived(ack):
            return _failed(ack, now, reliable)
        case TransportFailed():
            return TERMINATED, [Fail("transport")]
        case TimerFired() if now >= state.expires_at:
            return (TERMINATED, [Fail("timeout")]) if state.cancelled else _send_cancel(now)
        case CancelRequested() if not state.cancelled:
            return _send_cancel(now)
        case CancelRequested() | TimerFired():
            return state, []
        case _:
            assert_never(event)


def _accepted(state: Accepted, event: Event, now: float) -> StepResult:
    match event:
        case SuccessReceived():
            return state, [DELIVER]
        case TimerFired():
            return TERMINATED if now >= state.ends_at else state, []
        case ProvisionalReceived() | FailureReceived() | CancelRequested() | TransportFailed():
            return state, []
        case _:
            assert_never(event)


def _completed(state: Completed, event: Event, now: float) -> StepResult:
    match event:
        case FailureReceived():
            return state, [Send(state.ack)]
        case TimerFired():
            return TERMINATED if now >= state.ends_at else state, []
        case TransportFailed():
            return TERMINATED, []
        case ProvisionalReceived() | SuccessReceived() | CancelRequested():
            return state, []
        case _:
            assert_never(event)
