"""One subscription, as its notifier sees it (RFC 6665 4.2): when to send NOTIFY, and when it is over.

The machine knows neither dialog nor event package. It says with which Subscription-State a NOTIFY goes out; what is in
it is fetched then, so that several changes become one. Only one NOTIFY is under way at a time.
"""

from dataclasses import dataclass, replace
from math import ceil
from typing import Literal, assert_never

from unificx.sip.errors import BadPeer
from unificx.sip.timers import LIFETIME

GAP = 1.0
"""The shortest time from one NOTIFY of a change to the next, seconds."""

Reason = Literal["deactivated", "probation", "rejected", "timeout", "giveup", "noresource", "invariant"]


# What can happen.
@dataclass(frozen=True, slots=True)
class Refreshed:
    """A SUBSCRIBE inside the dialog was accepted for so many seconds; 0 ends the subscription."""

    expires: int


@dataclass(frozen=True, slots=True)
class Approved:
    """A pending subscription may see the state now."""


@dataclass(frozen=True, slots=True)
class Changed:
    """There is something new to tell."""


@dataclass(frozen=True, slots=True)
class Ended:
    """We end it."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class NotifyAnswered:
    """The final response to a NOTIFY; `retry_after` in seconds, None if it does not say."""

    status: int
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class NotifyFailed:
    """No response came to a NOTIFY."""


@dataclass(frozen=True, slots=True)
class TimePassed: ...


Event = Refreshed | Approved | Changed | Ended | NotifyAnswered | NotifyFailed | TimePassed


# What must be done.
@dataclass(frozen=True, slots=True)
class Notify:
    """Send a NOTIFY with this Subscription-State; one that is "pending" tells nothing of the state."""

    state: str


Action = Notify


# Where we stand.
@dataclass(frozen=True, slots=True)
class Open:
    """`telling`: a NOTIFY is under way. `due`: another is wanted, though not before `quiet_until`."""

    ends_at: float
    approved: bool
    telling: bool
    due: bool
    quiet_until: float


@dataclass(frozen=True, slots=True)
class Ending:
    """The last NOTIFY waits for the one under way."""

    reason: Reason
    give_up_at: float


@dataclass(frozen=True, slots=True)
class Terminated: ...


State = Open | Ending | Terminated
Outcome = tuple[State, list[Action]]


def granted(asked: int | None, *, usual: int = 3600, least: int = 60, most: int = 86_400) -> int:
    """Seconds to grant a SUBSCRIBE that asks for `asked` (4.2.1.1).

    Raises BadPeer 423 if that is too brief; the answer then needs a Min-Expires of `least`. 0 is a fetch, or the end.
    """
    if asked is None:
        return usual
    if 0 < asked < least:
        raise BadPeer(423, "Interval Too Brief")
    return min(asked, most)


def begin(expires: int, now: float, *, approved: bool) -> Outcome:
    """A SUBSCRIBE was accepted: the first NOTIFY goes out at once (4.2.1.2)."""
    if expires == 0:
        return _last("timeout")
    return _tell(Open(now + expires, approved, telling=False, due=True, quiet_until=now), now)


def step(state: State, event: Event, now: float) -> Outcome:
    """Take one event; say where we stand now and what must be done."""
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
    """When `TimePassed` is next due."""
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
            return _tell(replace(state, ends_at=now + expires, due=True, quiet_until=now), now)
        case Approved():
            return _tell(replace(state, approved=True, due=True, quiet_until=now), now)
        case Changed():
            return _tell(replace(state, due=True), now) if state.approved else (state, [])
        case Ended(reason):
            return _end(state, reason, now)
        case NotifyAnswered():
            return _answered(state, event, now)
        case NotifyFailed():
            return Terminated(), []
        case TimePassed():
            return _end(state, "timeout", now) if now >= state.ends_at else _tell(state, now)
        case _:
            assert_never(event)


def _answered(state: Open, answer: NotifyAnswered, now: float) -> Outcome:
    """A refusal ends the subscription, unless it asks to come again later (4.2.2)."""
    if answer.status < 300:
        return _tell(replace(state, telling=False), now)
    if answer.status == 481 or answer.retry_after is None:
        return Terminated(), []
    return _tell(replace(state, telling=False, due=True, quiet_until=now + answer.retry_after), now)


def _ending(state: Ending, event: Event, now: float) -> Outcome:
    match event:
        case NotifyAnswered(status) if status != 481:
            return _last(state.reason)
        case NotifyAnswered() | NotifyFailed():
            return Terminated(), []
        case TimePassed():
            return Terminated() if now >= state.give_up_at else state, []
        case Refreshed() | Approved() | Changed() | Ended():
            return state, []
        case _:
            assert_never(event)


def _tell(state: Open, now: float) -> Outcome:
    if state.telling or not state.due or now < state.quiet_until:
        return state, []
    word = "active" if state.approved else "pending"
    left = max(1, ceil(state.ends_at - now))
    return replace(state, telling=True, due=False, quiet_until=now + GAP), [Notify(f"{word};expires={left}")]


def _end(state: Open, reason: Reason, now: float) -> Outcome:
    return (Ending(reason, now + LIFETIME), []) if state.telling else _last(reason)


def _last(reason: Reason) -> Outcome:
    return Terminated(), [Notify(f"terminated;reason={reason}")]
