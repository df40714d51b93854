"""State machine of the health of one server of a carrier: does it answer OPTIONS? Pure: the driver sends the requests.

Any response but 408 and 5xx counts as an answer. A server is taken out of use after `FAILURES` failures in a row and
back into use with the first answer; a 503 with Retry-After pauses it at once. Times are monotonic seconds.
"""

from dataclasses import dataclass, replace

TIMEOUT = 5.0
"""Seconds until an OPTIONS counts as failed: over UDP, it was then sent four times."""
FAILURES = 3
RETRY = 10.0
"""Seconds until the next check after a failure; the interval if that is shorter."""
MAX_PAUSE = 3_600.0


@dataclass(frozen=True, slots=True)
class Health:
    """Health of a server.

    `up`: None before the first answer or the last allowed failure. `sent_until`: until when the response to a running
    check counts, None if there is none. `proven`: it has answered an OPTIONS; one that never did, but answers other
    requests, is not expected to.
    """

    due: float
    up: bool | None = None
    failures: int = 0
    sent_until: float | None = None
    paused_until: float = 0.0
    proven: bool = False


@dataclass(frozen=True, slots=True)
class TimerDue:
    """The deadline has passed."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A response: to a check, or (`other`) to a request of another kind. `retry_after` in seconds, None if absent."""

    status: int
    retry_after: float | None = None
    other: bool = False


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """A request could not be sent, or timed out. `other`: a request other than a check."""

    other: bool = False


Event = TimerDue | Answered | NotAnswered


@dataclass(frozen=True, slots=True)
class SendOptions:
    """Send an OPTIONS."""


def initial(now: float, jitter: float = 0.0) -> Health:
    """Return the health of a server that is not yet known; the first check comes within a second."""
    return Health(now + jitter)


def deadline(state: Health) -> float:
    """Return when `TimerDue` is expected."""
    return state.due if state.sent_until is None else state.sent_until


def is_usable(state: Health, now: float) -> bool:
    """Whether requests may be sent: it has not failed and has not asked for a pause."""
    return state.up is not False and state.paused_until <= now


def step(
    state: Health, event: Event, now: float, interval: float, jitter: float
) -> tuple[Health, tuple[SendOptions, ...]]:
    """Return the next state and what to send. `interval`: seconds between checks."""
    match event:
        case TimerDue() if state.sent_until is not None and now >= state.sent_until:
            return _failed(state, now, interval, jitter, expected=state.proven or state.up is not True), ()
        case TimerDue() if state.sent_until is None and now >= state.due:
            return replace(state, sent_until=now + TIMEOUT), (SendOptions(),)
        case Answered(status=503, retry_after=float() as seconds):
            paused = now + min(seconds, MAX_PAUSE)
            return replace(_next(state, now, interval, jitter), paused_until=paused, proven=state.proven), ()
        case Answered() if event.status == 408 or event.status >= 500:
            if event.other:
                return state, ()  # the request failed, not the server
            return _failed(state, now, interval, jitter, expected=True), ()
        case Answered():
            answered = replace(state, up=True, failures=0, paused_until=0.0)
            return (answered if event.other else replace(_next(answered, now, interval, jitter), proven=True)), ()
        case NotAnswered(other=True):
            return _count_failure(state), ()
        case NotAnswered():
            return _failed(state, now, interval, jitter, expected=state.proven or state.up is not True), ()
        case _:
            return state, ()


def _failed(state: Health, now: float, interval: float, jitter: float, *, expected: bool) -> Health:
    """Return the state after a failed check. `expected`: whether this server is known to answer checks, or not known
    to answer anything."""
    state = _count_failure(state) if expected else state
    return _next(state, now, min(interval, RETRY), jitter)


def _count_failure(state: Health) -> Health:
    failures = min(state.failures + 1, FAILURES)
    return replace(state, failures=failures, up=False if failures >= FAILURES else state.up)


def _next(state: Health, now: float, interval: float, jitter: float) -> Health:
    return replace(state, due=now + interval * (0.9 + 0.1 * jitter), sent_until=None)
