"""State machine of a registration with a carrier (RFC 3261 section 10). Pure: the driver sends the requests.

    Waiting -- due --> Registering -- 2xx --> Registered -- due --> Registering (refresh)
                            |-- 401, 407, 423: again at once, a bounded number of times
                            |-- 403, wrong password: Waiting for long, refused
                            '-- anything else, no answer: Waiting, longer each time

`jitter` is a random number from 0 to 1 that spreads the requests of many trunks over time. Times are monotonic seconds.
"""

from dataclasses import dataclass, replace

RESPONSE_TIMEOUT = 10.0
"""Seconds until a REGISTER counts as not answered, so that the next one goes to another server."""
MIN_REFRESH = 15.0
"""Least seconds until a refresh: a registrar that grants less does not make us flood it."""
MAX_SECONDS = 86_400
FIRST_DELAY = 2.0
MAX_DELAY = 300.0
REFUSED_DELAY = 600.0
"""Seconds until another attempt after a refusal: carriers block an address after too many."""
MAX_RETRY_AFTER = 3_600.0
MAX_CHALLENGES = 3
"""Challenges answered in one attempt: all but the first must say that only the nonce was stale."""
REFUSING = frozenset((401, 403, 404, 407))

Challenge = tuple[tuple[str, str], ...]
"""Challenge header lines of a response: name, value."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A challenge to answer, and how often its nonce was used, including the next request."""

    challenge: Challenge
    uses: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """No request is under way; the next is sent at `due`. `failures` in a row; `valid_until`: end of an earlier
    registration, which calls still use; `paused_until`: the carrier wants no request before (RFC 3261 section
    21.5.4)."""

    due: float
    seconds: int
    failures: int = 0
    refused: bool = False
    paused_until: float = 0.0
    valid_until: float = 0.0
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True)
class Registering:
    """A REGISTER is under way, until `due`. `answered`: challenges in this attempt; `extended`: the interval was raised
    already."""

    due: float
    seconds: int
    failures: int
    refused: bool
    valid_until: float
    credentials: Credentials | None = None
    answered: int = 0
    extended: bool = False
    reconnect_delay: float = MIN_REFRESH


@dataclass(frozen=True, slots=True)
class Registered:
    """The registrar has our Contact, from `since` until `valid_until`. `reconnect_delay`: least seconds from `since`
    until a refresh because the connection is lost; `next_delay`: the same after this refresh."""

    due: float
    seconds: int
    valid_until: float
    credentials: Credentials | None = None
    since: float = 0.0
    reconnect_delay: float = MIN_REFRESH
    next_delay: float = MIN_REFRESH


State = Waiting | Registering | Registered


@dataclass(frozen=True, slots=True)
class TimerDue:
    """The deadline has passed."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The final response. `granted`: seconds of our Contact, None if the response does not say; `min_expires` and
    `retry_after` in seconds, None if absent; `challenge`: empty if it cannot be answered; `stale`: it says that only
    the nonce has expired."""

    status: int
    granted: int | None = None
    min_expires: int | None = None
    retry_after: float | None = None
    challenge: Challenge = ()
    stale: bool = False


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """The request could not be sent."""


Event = TimerDue | Answered | NotAnswered


@dataclass(frozen=True, slots=True)
class SendRegister:
    """Send a REGISTER for so many seconds, with the answer to a challenge if there is one."""

    seconds: int
    credentials: Credentials | None


Step = tuple[State, tuple[SendRegister, ...]]


def initial(now: float, seconds: int, jitter: float = 0.0) -> State:
    """Return the state of a trunk that has to register, within a second."""
    return Waiting(now + jitter, seconds)


def is_registered(state: State, now: float) -> bool:
    """Whether the registrar has our Contact, also while a refresh is late."""
    return state.valid_until > now


def is_failing(state: State) -> bool:
    """Whether the last attempt has failed, although an earlier registration may still be valid."""
    return not isinstance(state, Registered) and state.failures > 0


def is_refused(state: State) -> bool:
    """Whether the registrar rejected our credentials the last time."""
    return not isinstance(state, Registered) and state.refused


def is_settled(state: State, now: float) -> bool:
    """Whether no attempt is due or under way."""
    return not isinstance(state, Registering) and state.due > now


def hurried(state: State, now: float) -> State:
    """Return the state with the next attempt due now if the last one has failed."""
    return replace(state, due=now) if isinstance(state, Waiting) else state


def renewed(state: State, now: float, jitter: float) -> State:
    """Return the state with the next attempt due within a second, unless the carrier has refused the last one or has
    asked for a pause."""
    match state:
        case Registered():
            return replace(state, due=min(state.due, now + jitter))
        case Waiting(refused=False):
            return replace(state, due=min(state.due, max(now + jitter, state.paused_until)))
        case _:
            return state


def reconnected(state: State, now: float, jitter: float) -> State:
    """Return the state with the refresh due within a second: the connection is lost over which carriers send the calls
    of this registration. A registrar that closes each connection does not make us flood it: the delay doubles while
    connections are lost within it."""
    if not isinstance(state, Registered):
        return state
    earliest = state.since + state.reconnect_delay
    next_delay = min(MAX_DELAY, 2 * state.reconnect_delay) if now < earliest else MIN_REFRESH
    return replace(state, due=min(state.due, max(now + jitter, earliest)), next_delay=next_delay)


def step(state: State, event: Event, now: float, jitter: float) -> Step:
    """Return the next state and what to send; `TimerDue` is expected at `state.due`."""
    match state, event:
        case Registering(), TimerDue() if now >= state.due:
            return _failed(state, now, jitter), ()
        case (Waiting() | Registered(), TimerDue()) if now >= state.due:
            failures = state.failures if isinstance(state, Waiting) else 0
            until = now + RESPONSE_TIMEOUT
            begun = Registering(until, state.seconds, failures, is_refused(state), state.valid_until, state.credentials)
            if isinstance(state, Registered):
                begun = replace(begun, reconnect_delay=state.next_delay)
            return begun, (SendRegister(begun.seconds, begun.credentials),)
        case Registering(), Answered():
            return _answered(state, event, now, jitter)
        case Registering(), NotAnswered():
            return _failed(state, now, jitter), ()
        case _:
            return state, ()


def _answered(state: Registering, event: Answered, now: float, jitter: float) -> Step:
    if 200 <= event.status < 300:
        return _accepted(state, event, now, jitter), ()
    if event.status in (401, 407) and event.challenge:
        # Another challenge after the answer to one: the password is wrong, unless only the nonce was stale.
        if (state.answered == 0 or event.stale) and state.answered < MAX_CHALLENGES:
            return _again(replace(state, credentials=Credentials(event.challenge), answered=state.answered + 1), now)
        return _refused(state, now, jitter), ()
    if event.status == 423 and not state.extended and state.seconds < (event.min_expires or 0) <= MAX_SECONDS:
        longer = replace(state, seconds=event.min_expires or 0, extended=True)
        return _again(replace(longer, credentials=_next_use(state.credentials)), now)
    if event.status in REFUSING:
        return _refused(state, now, jitter), ()
    return _failed(state, now, jitter, event.retry_after), ()


def _again(state: Registering, now: float) -> Step:
    return replace(state, due=now + RESPONSE_TIMEOUT), (SendRegister(state.seconds, state.credentials),)


def _accepted(state: Registering, event: Answered, now: float, jitter: float) -> State:
    granted = state.seconds if event.granted is None else min(event.granted, MAX_SECONDS)
    if granted <= 0:
        return _failed(replace(state, valid_until=0.0), now, jitter)
    refresh = max(MIN_REFRESH, granted * (0.75 + 0.15 * jitter))
    credentials, valid_until = _next_use(state.credentials), now + granted
    return Registered(now + refresh, state.seconds, valid_until, credentials, now, state.reconnect_delay)


def _failed(state: Registering, now: float, jitter: float, retry_after: float | None = None) -> State:
    failures = state.failures + 1
    delay = min(MAX_DELAY, FIRST_DELAY * 2 ** min(failures - 1, 10)) * (0.5 + 0.5 * jitter)
    pause = min(retry_after or 0.0, MAX_RETRY_AFTER)
    due, paused_until = now + max(delay, pause), now + pause
    return Waiting(due, state.seconds, failures, paused_until=paused_until, valid_until=state.valid_until)


def _refused(state: Registering, now: float, jitter: float) -> State:
    return Waiting(now + REFUSED_DELAY * (1 + jitter), state.seconds, state.failures + 1, refused=True)


def _next_use(credentials: Credentials | None) -> Credentials | None:
    """Return the credentials for the next request: the same nonce with the next count."""
    return None if credentials is None else replace(credentials, uses=credentials.uses + 1)
