"""State machine of a subscription on the notifier side (RFC 6665 4.2): when to send NOTIFY, and when it ends.

The machine is independent of dialog and event package. It emits the Subscription-State of a NOTIFY; the body is
created when it is sent, so that several changes are combined. Only one NOTIFY is in progress at a time.
"""

from dataclasses import dataclass, replace
from math import ceil
from typing import Literal, assert_never

from unificx.sip.errors import BadPeer
from unificx.sip.timers import LIFETIME

GAP = 1.0
"""Minimum interval between two NOTIFY requests for changes, seconds."""

Reason = Literal["deactivated", "probation", "rejected", "timeout", "giveup", "noresource", "invariant"]


# Events.
@dataclass(frozen=True, slots=True)
class Refreshed:
    """A SUBSCRIBE inside the dialog was accepted for `expires` seconds; 0 ends the subscription."""

    expires: int


@dataclass(frozen=True, slots=True)
class Approved:
    """A pending subscription was authorized."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The state of the resource changed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The notifier ends the subscription."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class NotifyAnswered:
    """The final response to a NOTIFY; `retry_after` in seconds, None if absent."""

    status: int
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class NotifyFailed:
    """A NOTIFY got no response."""


@dataclass(frozen=True, slots=True)
class TimePassed: ...


Event = Refreshed | Approved | Changed | Ended | NotifyAnswered | NotifyFailed | TimePassed


# Actions.
@dataclass(frozen=True, slots=True)
class Notify:
    """Send a NOTIFY with this Subscription-State; a "pending" one must not reveal the state."""

    state: str


Action = Notify


# States.
@dataclass(frozen=True, slots=True)
class Open:
    """`notify_in_progress`: a NOTIFY is unanswered. `notify_due`: send another, not before `notify_not_before`."""

    ends_at: float
    approved: bool
    telling: bool
    due: bool
    quiet_until: float


@dataclass(frozen=True, slots=True)
class Ending:
    """The final NOTIFY waits until the one in progress is answered."""

    reason: Reason
    give_up_at: float


@dataclass(frozen=True, slots=True)
class Terminated: ...


State = Open | Ending | Terminated
Outcome = tuple[State, list[Action]]


def granted(asked: int | None, *, usual: int = 3600, least: int = 60, most: int = 86_400) -> int:
    """Return the seconds granted to a SUBSCRIBE with Expires `requested` (4.2.1.1). 0 is a fetch or an unsubscribe.

    Raise RemoteProtocolError (423) if it is too brief; the response then needs a Min-Expires of `minimum`.
    """
    if asked is None:
        return usual
    if 0 < asked < least:
        raise BadPeer(423, "Interval Too Brief")
    return min(asked, most)


def begin(expires: int, now: float, *, approved: bool) -> Outcome:
    """Accept a SUBSCRIBE: the first NOTIFY is sent immediately (4.2.1.2)."""
    if expires == 0:
        return _final_notify("timeout")
    return _notify(Open(now + expires, approved, telling=False, due=True, quiet_until=now), now)


def step(state: State, event: Event, now: float) -> Outcome:
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
        case Open(ends_at, _, telling, due, quiet_until):
            return min(ends_at, quiet_until) if due and not telling else ends_at
        case Ending(_, give_up_at):
            return give_up_at
        case Terminated():
            return None
        case _:
            assert_never(state)


def _open(state: Open, event: Event, now: float) -> Outcome:
    match event:
        case Refreshed(0):
            return _end(state, "timeout", now)
        case Refreshed(expires):
            return _notify(replace(state, ends_at=now + expires, due=True, quiet_until=now), now)
        case Approved():
            return _notify(replace(state, approved=True, due=True, quiet_until=now), now)
        case Changed():
            return _notify(replace(state, due=True), now) if state.approved else (state, [])
        case Ended(reason):
            return _end(state, reason, now)
        case NotifyAnswered():
            return _answered(state, event, now)
        case NotifyFailed():
            return Terminated(), []
        case TimePassed():
            return _end(state, "timeout", now) if now >= state.ends_at else _notify(state, now)
        case _:
            assert_never(event)


def _answered(state: Open, answer: NotifyAnswered, now: float) -> Outcome:
    """Process the response: an error ends the subscription, unless it has a Retry-After (4.2.2)."""
    if answer.status < 300:
        return _notify(replace(state, telling=False), now)
    if answer.status == 481 or answer.retry_after is None:
        return Terminated(), []
    return _notify(replace(state, telling=False, due=True, quiet_until=now + answer.retry_after), now)


def _ending(state: Ending, event: Event, now: float) -> Outcome:
    match event:
        case NotifyAnswered(status) if status != 481:
            return _final_notify(state.reason)
        case NotifyAnswered() | NotifyFailed():
            return Terminated(), []
        case TimePassed():
            return Terminated() if now >= state.give_up_at else state, []
        case Refreshed() | Approved() | Changed() | Ended():
            return state, []
        case _:
            assert_never(event)


def _notify(state: Open, now: float) -> Outcome:
    if state.telling or not state.due or now < state.quiet_until:
        return state, []
    value = "active" if state.approved else "pending"
    remaining = max(1, ceil(state.ends_at - now))
    return replace(state, telling=True, due=False, quiet_until=now + GAP), [Notify(f"{value};expires={remaining}")]


def _end(state: Open, reason: Reason, now: float) -> Outcome:
    return (Ending(reason, now + LIFETIME), []) if state.telling else _final_notify(reason)


def _final_notify(reason: Reason) -> Outcome:
    return Terminated(), [Notify(f"terminated;reason={reason}")]
