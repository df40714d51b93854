"""INVITE server transaction (RFC 3261 17.2.1 with the Accepted state of RFC 6026).

Not in the RFCs: an INVITE without any response of the TU for too long is abandoned, so that a bug there cannot leak it.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from transaction_models.common import (
    DELIVER,
    TERMINATED,
    Deliver,
    RequestRetransmitted,
    Send,
    Terminated,
    TimerFired,
    TuResponded,
)
from unificx.sip.timers import T1, T2, T4, TIMEOUT_64_T1, TRYING_DELAY

TU_TIMEOUT = 300.0
"""Seconds an INVITE waits for the next response of the TU. RFC 3261 13.3.1.1 wants a provisional every minute."""


# Events, besides RequestRetransmitted, TuResponded and TimerFired.
@dataclass(frozen=True, slots=True)
class AckReceived: ...


Event = RequestRetransmitted | AckReceived | TuResponded | TimerFired


# Actions, besides Send and Deliver.
@dataclass(frozen=True, slots=True)
class SendTrying:
    """Answer 100, and pass it to the machine like a response of the TU."""


@dataclass(frozen=True, slots=True)
class ReportAckTimeout: ...


@dataclass(frozen=True, slots=True)
class Abandon:
    """The TU has not responded for too long: reject the request and report it as cancelled."""


Action = Send | Deliver | SendTrying | ReportAckTimeout | Abandon


# States.
@dataclass(frozen=True, slots=True)
class Proceeding:
    """`last_provisional` is the latest provisional response, b"" before the first."""

    last_provisional: bytes
    trying_at: float | None
    give_up_at: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """A 2xx was sent. The TU retransmits it; retransmitted INVITEs are absorbed (timer L)."""

    ends_at: float


@dataclass(frozen=True, slots=True)
class Completed:
    """An error response was sent; retransmit it until the ACK arrives (timers G and H)."""

    data: bytes
    resend_at: float | None
    interval: float
    give_up_at: float


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The ACK was received; its retransmissions are absorbed (timer I)."""

    ends_at: float


State = Proceeding | Accepted | Completed | Confirmed | Terminated
StepResult = tuple[State, list[Action]]


def begin(now: float) -> State:
    """Return the initial state of an INVITE just received."""
    return Proceeding(b"", now + TRYING_DELAY, now + TU_TIMEOUT)


def step(state: State, event: Event, now: float, *, reliable: bool) -> StepResult:
    """Process one event. Return the new state and the actions."""
    match state:
        case Proceeding():
            return _proceeding(state, event, now, reliable)
        case Accepted():
            return _accepted(state, event, now)
        case Completed():
            return _completed(state, event, now, reliable)
        case Confirmed():
            return _confirmed(state, event, now)
        case Terminated():
            return state, []
        case _:
            assert_never(state)


def deadline(state: State) -> float | None:
    """Return when `TimerFired` is due next, None if never."""
    match state:
        case Proceeding(_, trying_at, give_up_at):
            return give_up_at if trying_at is None else trying_at
        case Completed(_, resend_at, _, give_up_at):
            return give_up_at if resend_at is None else min(resend_at, give_up_at)
        case Accepted(ends_at) | Confirmed(ends_at):
            return ends_at
        case Terminated():
            return None
        case _:
            assert_never(state)


def _proceeding(state: Proceeding, event: Event, now: float, reliable: bool) -> StepResult:
    match event:
        case TuResponded(status, data) if status < 200:
            return Proceeding(data, None, now + TU_TIMEOUT), [Send(data)]
        case TuResponded(status, data) if status < 300:
            return Accepted(now + TIMEOUT_64_T1), [Send(data)]
        case TuResponded(_, data):
            return Completed(data, None if reliable else now + T1, T1, now + TIMEOUT_64_T1), [Send(data)]
        case RequestRetransmitted():
            return state, [Send(state.last_provisional) if state.last_provisional else SendTrying()]
        case TimerFired() if now >= state.give_up_at:
            return TERMINATED, [Abandon()]
        case TimerFired() if state.trying_at is not None and now >= state.trying_at:
            return replace(state, trying_at=None), [SendTrying()]
        case AckReceived() | TimerFired():
            return state, []
        case _:
            assert_never(event)


def _accepted(state: Accepted, event: Event, now: float) -> StepResult:
    match event:
        case TuResponded(status, data):
            return state, [Send(data)] if 200 <= status < 300 else []
        case AckReceived():
            return state, [DELIVER]
        case TimerFired():
            return TERMINATED if now >= state.ends_at else state, []
        case RequestRetransmitted():
            return state, []
        case _:
            assert_never(event)


def _completed(state: Completed, event: Event, now: float, reliable: bool) -> StepResult:
    match event:
        case AckReceived():
            return TERMINATED if reliable else Confirmed(now + T4), []
        case RequestRetransmitted():
            return state, [Send(state.data)]
        case TimerFired() if now >= state.give_up_at:
            return TERMINATED, [ReportAckTimeout()]
        case TimerFired() if state.resend_at is not None and now >= state.resend_at:
            interval = min(2 * state.interval, T2)
            return replace(state, resend_at=now + interval, interval=interval), [Send(state.data)]
        case TimerFired() | TuResponded():
            return state, []
        case _:
            assert_never(event)


def _confirmed(state: Confirmed, event: Event, now: float) -> StepResult:
    match event:
        case TimerFired():
            return TERMINATED if now >= state.ends_at else state, []
        case RequestRetransmitted() | AckReceived() | TuResponded():
            return state, []
        case _:
            assert_never(event)
