"""A subscription's notifier: RFC 6665 4.2."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip import subscription
from unificx.sip.errors import BadPeer
from unificx.sip.subscription import (
    Approved,
    Changed,
    Ended,
    Ending,
    NotifyAnswered,
    NotifyFailed,
    Open,
    Refreshed,
    State,
    Terminated,
    TimePassed,
    begin,
    deadline,
    granted,
    step,
)

ANSWERED = NotifyAnswered(200)


class Notifier:
    """A subscription in virtual time, beginning at 0; `told` is (seconds, Subscription-State)."""

    def __init__(self, expires: int = 600, *, approved: bool = True) -> None:
        self.now = 0.0
        self.told: list[tuple[float, str]] = []
        self.take(begin(expires, 0.0, approved=approved))

    def take(self, outcome: subscription.Outcome) -> None:
        self.state, actions = outcome
        self.told += [(self.now, action.state) for action in actions]

    def happens(self, *events: subscription.Event) -> None:
        for event in events:
            self.take(step(self.state, event, self.now))

    def until(self, end: float) -> None:
        while (due := deadline(self.state)) is not None and due <= end:
            self.now = max(self.now, due)
            self.happens(TimePassed())
        self.now = max(self.now, end)


STATES: dict[str, State] = {
    "telling": Open(700.0, True, True, False, 101.0),
    "quiet": Open(700.0, True, False, False, 100.5),
    "quiet, due": Open(700.0, True, False, True, 100.5),
    "ready": Open(700.0, True, False, False, 99.0),
    "ready, due": Open(700.0, True, False, True, 99.0),
    "pending": Open(700.0, False, False, False, 99.0),
    "over": Open(99.0, True, False, False, 99.0),
    "over, telling": Open(99.0, True, True, False, 99.0),
    "ending": Ending("timeout", 132.0),
    "ending, over": Ending("timeout", 99.0),
    "ended": Terminated(),
}
EVENTS: dict[str, subscription.Event] = {
    "refresh": Refreshed(600),
    "unsubscribe": Refreshed(0),
    "approved": Approved(),
    "changed": Changed(),
    "end": Ended("noresource"),
    "200": ANSWERED,
    "481": NotifyAnswered(481, 5),
    "503": NotifyAnswered(503, 5),
    "500": NotifyAnswered(500),
    "failed": NotifyFailed(),
    "time": TimePassed(),
}
K, N, E, T, L = "Open", "Open Notify", "Ending", "Terminated", "Terminated Notify"
TABLE = {
    "telling": [K, E, K, K, E, K, T, K, T, T, K],
    "quiet": [N, L, N, K, L, K, T, K, T, T, K],
    "quiet, due": [N, L, N, K, L, K, T, K, T, T, K],
    "ready": [N, L, N, N, L, K, T, K, T, T, K],
    "ready, due": [N, L, N, N, L, N, T, K, T, T, N],
    "pending": [N, L, N, K, L, K, T, K, T, T, K],
    "over": [N, L, N, N, L, K, T, K, T, T, L],
    "over, telling": [K, E, K, K, E, K, T, K, T, T, E],
    "ending": [E, E, E, E, E, L, T, L, L, T, E],
    "ending, over": [E, E, E, E, E, L, T, L, L, T, T],
    "ended": [T] * 11,
}


@pytest.mark.parametrize(("where", "what"), [*product(STATES, EVENTS)])
def test_every_event_in_every_state(where: str, what: str) -> None:
    after, actions = step(STATES[where], EVENTS[what], 100.0)
    words = [type(after).__name__, *(type(action).__name__ for action in actions)]
    assert " ".join(words) == TABLE[where][list(EVENTS).index(what)]


def test_the_state_is_told_at_once_and_after_every_refresh() -> None:
    one = Notifier()
    one.happens(ANSWERED)
    one.until(300)
    one.happens(Refreshed(600), ANSWERED)
    assert one.told == [(0, "active;expires=600"), (300, "active;expires=600")]


def test_changes_during_a_notify_become_one() -> None:
    one = Notifier()
    one.happens(Changed(), Changed(), Changed())
    one.until(5)
    one.happens(ANSWERED, ANSWERED)
    one.until(10)
    assert one.told == [(0, "active;expires=600"), (5, "active;expires=595")]


def test_changes_are_told_at_most_once_a_second() -> None:
    one = Notifier()
    one.happens(ANSWERED)
    for tenth in range(50):
        one.until(tenth / 10)
        one.happens(Changed(), ANSWERED)
    assert [at for at, _ in one.told] == pytest.approx([0, 1, 2, 3, 4])


def test_pending_tells_nothing_until_approved() -> None:
    one = Notifier(approved=False)
    one.happens(ANSWERED, Changed())
    one.until(5)
    one.happens(Approved())
    assert one.told == [(0, "pending;expires=600"), (5, "active;expires=595")]


def test_a_fetch_is_told_once() -> None:
    one = Notifier(0)
    assert one.told == [(0, "terminated;reason=timeout")]
    assert one.state == Terminated()


def test_it_expires() -> None:
    one = Notifier()
    one.happens(ANSWERED)
    one.until(1000)
    assert one.told[1:] == [(600, "terminated;reason=timeout")]


def test_the_last_word_waits_for_the_one_under_way() -> None:
    one = Notifier()
    one.happens(Ended("deactivated"), Changed())
    one.until(3)
    one.happens(ANSWERED)
    assert one.told[1:] == [(3, "terminated;reason=deactivated")]


@pytest.mark.parametrize("answer", [NotifyAnswered(481), NotifyAnswered(403), NotifyFailed()])
def test_a_subscriber_that_is_gone_is_forgotten_without_a_word(answer: NotifyAnswered | NotifyFailed) -> None:
    one = Notifier()
    one.happens(answer, Changed())
    assert one.state == Terminated()
    assert len(one.told) == 1


def test_a_subscriber_that_is_busy_is_told_later() -> None:
    one = Notifier()
    one.happens(NotifyAnswered(503, 20))
    one.until(30)
    assert one.told[1:] == [(20, "active;expires=580")]


def test_what_is_granted() -> None:
    assert [granted(asked) for asked in (None, 0, 60, 10**9)] == [3600, 0, 60, 86_400]
    with pytest.raises(BadPeer) as caught:
        granted(59)
    assert caught.value.status == 423


@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from([*EVENTS.values()])), max_size=30), st.booleans())
def test_whatever_happens_it_ends_and_says_so_at_most_once(
    script: list[tuple[float, subscription.Event]], approved: bool
) -> None:
    one = Notifier(approved=approved)
    for gap, event in script:
        one.until(one.now + gap)
        one.happens(event)
    one.until(10_000)
    assert one.state == Terminated()
    last = [index for index, (_, state) in enumerate(one.told) if state.startswith("terminated")]
    assert last in ([], [len(one.told) - 1])
