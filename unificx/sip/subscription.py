"""State machine of a subscription on the notifier side (RFC 6665 4.2): when to send NOTIFY, and when it ends. It is
active from the start: who may not watch a resource is rejected before.

The machine is independent of dialog and event package. It emits the Subscription-State of a NOTIFY; the body is
created when it is sent, so that several changes are combined. Only one NOTIFY is in progress at a time.
"""

from dataclasses import dataclass, replace
from math import ceil
from typing import Literal, assert_never

from unificx.sip.errors import RemoteProtocolError
from unificx.sip.timers import TIMEOUT_64_T1

MIN_NOTIFY_INTERVAL = 1.0
"""Minimum interval between two NOTIFY requests for changes, seconds."""
DEFAULT_EXPIRES, MIN_EXPIRES, MAX_EXPIRES = 3600, 60, 86_400
"""Seconds granted without Expires; the least and the most."""

Reason = Literal["deactivated", "probation", "rejected", "timeout", "giveup", "noresource", "invariant"]


# Events.
@dataclass(frozen=True, slots=True)
class Refreshed:
    """A SUBSCRIBE inside the dialog was accepted for `expires` seconds; 0 ends the subscription."""

    expires: int


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The state of the resource changed."""


@dataclass(frozen=True, slots=True)
class TerminationRequested:
    """The notifier ends the subscription."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class NotifyAnswered:
    """The final response to a NOTIFY; `retry_after` in seconds, None if absent."""

    status: int
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class NotifyFailed:
    """A NOTIFY got no response."""


@dataclass(frozen=True, slots=True)
class TimerFired: ...


Event = Refreshed | StateChanged | TerminationRequested | NotifyAnswered | NotifyFailed | TimerFired


# Actions.
@dataclass(frozen=True, slots=True)
class Notify:
    """Send a NOTIFY with this Subscription-State."""

    state: str


Action = Notify


# States.
@dataclass(frozen=True, slots=True)
class Open:
    """`notify_in_progress`: a NOTIFY is unanswered. `notify_due`: send another, not before `notify_not_before`."""

    expires_at: float
    notify_in_progress: bool
    notify_due: bool
    notify_not_before: float


@dataclass(frozen=True, slots=True)
class Ending:
    """The final NOTIFY waits until the one in progress is answered."""

    reason: Reason
    give_up_at: float


@dataclass(frozen=True, slots=True)
class Terminated: ...


State = Open | Ending | Terminated
StepResult = tuple[State, list[Action]]


def granted_expires(requested: int | None) -> int:
    """Return the seconds granted to a SUBSCRIBE with Expires `requested` (4.2.1.1). 0 is a fetch or an unsubscribe.

    Raise RemoteProtocolError (423) if it is too brief; the response then needs a Min-Expires of `MIN_EXPIRES`.
    """
    if requested is None:
        return DEFAULT_EXPIRES
    if 0 < requested < MIN_EXPIRES:
        raise RemoteProtocolError(423, "Interval Too Brief")
    return min(requested, MAX_EXPIRES)


def begin(expires: int, now: float) -> StepResult:
    """Accept a SUBSCRIBE: the first NOTIFY is sent immediately (4.2.1.2)."""
    if expires == 0:
        return _final_notify("timeout")
    return _notify(Open(now + expires, notify_in_progress=False, notify_due=True, notify_not_before=now), now)


def step(state: State, event: Event, now: float) -> StepResult:
    """Process one event. Return the new state and the actions."""
    match state:
        case Open():
            return _open(state, event, now)
        case Ending():
            return _ending(state, event, now)
        case Terminated():
            return state, []
        case _:
            assert_never(state)


def deadline(state: State) -> float | None:
    """Return when `TimerFired` is due next, None if never."""
    match state:
        case Open(ends_at, notifying, due, quiet_until):
            return min(ends_at, quiet_until) if due and not notifying else ends_at
        case Ending(_, give_up_at):
            return give_up_at
        case Terminated():
            return None
        case _:
            assert_never(state)


def _open(state: Open, event: Event, now: float) -> StepResult:
    match event:
        case Refreshed(0):
            return _end(state, "timeout", now)
        case Refreshed(expires):
            return _notify(replace(state, expires_at=now + expires, notify_due=True, notify_not_before=now), now)
        case StateChanged():
            return _notify(replace(state, notify_due=True), now)
        case TerminationRequested(reason):
            return _end(state, reason, now)
        case NotifyAnswered():
            return _answered(state, event, now)
        case NotifyFailed():
            return Terminated(), []
        case TimerFired():
            return _end(state, "timeout", now) if now >= state.expires_at else _notify(state, now)
        case _:
            assert_never(event)


def _answered(state: Open, answer: NotifyAnswered, now: float) -> StepResult:
    """Process the response: an error ends the subscription, unless it has a Retry-After (4.2.2)."""
    if answer.status < 300:
        return _notify(replace(state, notify_in_progress=False), now)
    if answer.status == 481 or answer.retry_after is None:
        return Terminated(), []
    return _notify(
        replace(state, notify_in_progress=False, notify_due=True, notify_not_before=now + answer.retry_after), now
    )


def _ending(state: Ending, event: Event, now: float) -> StepResult:
    match event:
        case NotifyAnswered(status) if status != 481:
            return _final_notify(state.reason)
        case NotifyAnswered() | NotifyFailed():
            return Terminated(), []
        case TimerFired():
            return Terminated() if now >= state.give_up_at else state, []
        case Refreshed() | StateChanged() | TerminationRequested():
            return state, []
        case _:
            assert_never(event)


def _notify(state: Open, now: float) -> StepResult:
    if state.notify_in_progress or not state.notify_due or now < state.notify_not_before:
        return state, []
    remaining = max(1, ceil(state.expires_at - now))
    return replace(state, notify_in_progress=True, notify_due=False, notify_not_before=now + MIN_NOTIFY_INTERVAL), [
        Notify(f"active;expires={remaining}")
    ]


def _end(state: Open, reason: Reason, now: float) -> StepResult:
    return (Ending(reason, now + TIMEOUT_64_T1), []) if state.notify_in_progress else _final_notify(reason)


def _final_notify(reason: Reason) -> StepResult:
    return Terminated(), [Notify(f"terminated;reason={reason}")]
