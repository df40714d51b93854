"""Notifier side of a subscription: RFC 6665 4.2."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip import subscription
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.subscription import (
    Ending,
    NotifyAnswered,
    NotifyFailed,
    Open,
    Refreshed,
    State,
    StateChanged,
    Terminated,
    TerminationRequested,
    TimerFired,
    begin,
    deadline,
    granted_expires,
    step,
)

ANSWERED = NotifyAnswered(200)


class Notifier:
    """A subscription in virtual time from 0; `notified` holds (seconds, Subscription-State)."""

    def __init__(self, expires: int = 600) -> None:
        self.now = 0.0
        self.notified: list[tuple[float, str]] = []
        self.apply(begin(expires, 0.0))

    def apply(self, outcome: subscription.StepResult) -> None:
        self.state, actions = outcome
        self.notified += [(self.now, action.state) for action in actions]

    def feed(self, *events: subscription.Event) -> None:
        for event in events:
            self.apply(step(self.state, event, self.now))

    def advance_to(self, end: float) -> None:
        while (due := deadline(self.state)) is not None and due <= end:
            self.now = max(self.now, due)
            self.feed(TimerFired())
        self.now = max(self.now, end)


STATES: dict[str, State] = {
    "notifying": Open(700.0, True, False, 101.0),
    "quiet": Open(700.0, False, False, 100.5),
    "quiet, due": Open(700.0, False, True, 100.5),
    "ready": Open(700.0, False, False, 99.0),
    "ready, due": Open(700.0, False, True, 99.0),
    "expired": Open(99.0, False, False, 99.0),
    "expired, notifying": Open(99.0, True, False, 99.0),
    "ending": Ending("timeout", 132.0),
    "ending, over": Ending("timeout", 99.0),
    "ended": Terminated(),
}
EVENTS: dict[str, subscription.Event] = {
    "refresh": Refreshed(600),
    "unsubscribe": Refreshed(0),
    "changed": StateChanged(),
    "end": TerminationRequested("noresource"),
    "200": ANSWERED,
    "481": NotifyAnswered(481, 5),
    "503": NotifyAnswered(503, 5),
    "500": NotifyAnswered(500),
    "failed": NotifyFailed(),
    "time": TimerFired(),
}
K, N, E, T, L = "Open", "Open Notify", "Ending", "Terminated", "Terminated Notify"
TABLE = {
    "notifying": [K, E, K, E, K, T, K, T, T, K],
    "quiet": [N, L, K, L, K, T, K, T, T, K],
    "quiet, due": [N, L, K, L, K, T, K, T, T, K],
    "ready": [N, L, N, L, K, T, K, T, T, K],
    "ready, due": [N, L, N, L, N, T, K, T, T, N],
    "expired": [N, L, N, L, K, T, K, T, T, L],
    "expired, notifying": [K, E, K, E, K, T, K, T, T, E],
    "ending": [E, E, E, E, L, T, L, L, T, E],
    "ending, over": [E, E, E, E, L, T, L, L, T, T],
    "ended": [T] * 10,
}


@pytest.mark.parametrize(("state", "event"), [*product(STATES, EVENTS)])
def test_every_event_in_every_state(state: str, event: str) -> None:
    after, actions = step(STATES[state], EVENTS[event], 100.0)
    names = [type(after).__name__, *(type(action).__name__ for action in actions)]
    assert " ".join(names) == TABLE[state][list(EVENTS).index(event)]


def test_notify_is_sent_immediately_and_after_every_refresh() -> None:
    notifier = Notifier()
    notifier.feed(ANSWERED)
    notifier.advance_to(300)
    notifier.feed(Refreshed(600), ANSWERED)
    assert notifier.notified == [(0, "active;expires=600"), (300, "active;expires=600")]


def test_changes_during_a_notify_are_combined() -> None:
    notifier = Notifier()
    notifier.feed(StateChanged(), StateChanged(), StateChanged())
    notifier.advance_to(5)
    notifier.feed(ANSWERED, ANSWERED)
    notifier.advance_to(10)
    assert notifier.notified == [(0, "active;expires=600"), (5, "active;expires=595")]


def test_changes_are_notified_at_most_once_per_second() -> None:
    notifier = Notifier()
    notifier.feed(ANSWERED)
    for tenth in range(50):
        notifier.advance_to(tenth / 10)
        notifier.feed(StateChanged(), ANSWERED)
    assert [at for at, _ in notifier.notified] == pytest.approx([0, 1, 2, 3, 4])


def test_fetch_gets_one_notify() -> None:
    notifier = Notifier(0)
    assert notifier.notified == [(0, "terminated;reason=timeout")]
    assert notifier.state == Terminated()


def test_subscription_expires() -> None:
    notifier = Notifier()
    notifier.feed(ANSWERED)
    notifier.advance_to(1000)
    assert notifier.notified[1:] == [(600, "terminated;reason=timeout")]


def test_final_notify_waits_for_the_one_in_progress() -> None:
    notifier = Notifier()
    notifier.feed(TerminationRequested("deactivated"), StateChanged())
    notifier.advance_to(3)
    notifier.feed(ANSWERED)
    assert notifier.notified[1:] == [(3, "terminated;reason=deactivated")]


@pytest.mark.parametrize("answer", [NotifyAnswered(481), NotifyAnswered(403), NotifyFailed()])
def test_lost_subscriber_is_removed_without_a_notify(answer: NotifyAnswered | NotifyFailed) -> None:
    notifier = Notifier()
    notifier.feed(answer, StateChanged())
    assert notifier.state == Terminated()
    assert len(notifier.notified) == 1


def test_busy_subscriber_is_notified_later() -> None:
    notifier = Notifier()
    notifier.feed(NotifyAnswered(503, 20))
    notifier.advance_to(30)
    assert notifier.notified[1:] == [(20, "active;expires=580")]


def test_granted_expires() -> None:
    assert [granted_expires(asked) for asked in (None, 0, 60, 10**9)] == [3600, 0, 60, 86_400]
    with pytest.raises(RemoteProtocolError) as caught:
        granted_expires(59)
    assert caught.value.status == 423


@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from([*EVENTS.values()])), max_size=30))
def test_any_sequence_of_events_ends_with_at_most_one_final_notify(
    script: list[tuple[float, subscription.Event]],
) -> None:
    notifier = Notifier()
    for gap, event in script:
        notifier.advance_to(notifier.now + gap)
        notifier.feed(event)
    notifier.advance_to(10_000)
    assert notifier.state == Terminated()
    last = [index for index, (_, state) in enumerate(notifier.notified) if state.startswith("terminated")]
    assert last in ([], [len(notifier.notified) - 1])
