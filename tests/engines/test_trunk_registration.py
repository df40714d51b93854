"""The registration with a carrier, and the health of its servers, as state machines in virtual time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip.flow import Flow
from unificx.trunks.machine import health, registration
from unificx.trunks.machine.health import Health
from unificx.trunks.machine.link import link_state, next_change
from unificx.trunks.machine.registration import (
    Answered,
    Credentials,
    NotAnswered,
    Registered,
    Registering,
    SendRegister,
    State,
    TimerDue,
    Waiting,
)

CHALLENGE = (("www-authenticate", 'Digest realm="c", nonce="1"'),)
SECOND = (("www-authenticate", 'Digest realm="c", nonce="2", stale=true'),)


def begun(now: float = 0.0) -> State:
    state, actions = registration.step(registration.initial(now, 600), TimerDue(), now, 0.0)
    assert actions == (SendRegister(600, None),)
    return state


def registered(now: float = 0.0) -> Registered:
    state, _ = registration.step(begun(now), Answered(401, challenge=CHALLENGE), now, 0.0)
    state, _ = registration.step(state, Answered(200, 600), now, 0.0)
    assert isinstance(state, Registered)
    return state


def test_a_challenge_is_answered_at_once_and_the_nonce_is_used_again_for_the_refresh() -> None:
    state, actions = registration.step(begun(), Answered(401, challenge=CHALLENGE), 0.1, 0.0)
    assert actions == (SendRegister(600, Credentials(CHALLENGE, 1)),)
    state, actions = registration.step(state, Answered(200, 300), 0.2, 0.0)
    assert isinstance(state, Registered)
    assert not actions
    assert (state.valid_until, state.due) == (300.2, pytest.approx(225.2))
    assert registration.step(state, TimerDue(), 225.0, 0.0) == (state, ())
    _, actions = registration.step(state, TimerDue(), 226.0, 0.0)
    assert actions == (SendRegister(600, Credentials(CHALLENGE, 2)),)


def test_a_stale_nonce_is_replaced_and_a_second_rejection_is_a_wrong_password() -> None:
    state, _ = registration.step(registered(), TimerDue(), 500.0, 0.0)
    state, actions = registration.step(state, Answered(401, challenge=SECOND, stale=True), 500.1, 0.0)
    assert actions == (SendRegister(600, Credentials(SECOND, 1)),)
    wrong, actions = registration.step(state, Answered(401, challenge=CHALLENGE), 500.2, 0.0)
    assert registration.is_refused(wrong)
    assert not registration.is_registered(wrong, 501.0)
    assert not actions
    assert wrong.due == 500.2 + registration.REFUSED_DELAY
    for _ in range(10):  # a registrar that never stops to challenge
        state, actions = registration.step(state, Answered(401, challenge=SECOND, stale=True), 500.2, 0.0)
    assert not actions
    assert registration.is_refused(state)


@pytest.mark.parametrize("status", [401, 403, 404, 407])
def test_a_rejection_is_repeated_rarely(status: int) -> None:
    state, actions = registration.step(begun(), Answered(status), 1.0, 1.0)
    assert registration.is_refused(state)
    assert not actions
    assert state.due == 1.0 + 2 * registration.REFUSED_DELAY


def test_a_longer_interval_is_requested_once_if_the_registrar_wants_it() -> None:
    state, actions = registration.step(begun(), Answered(423, min_expires=1800), 1.0, 0.0)
    assert actions == (SendRegister(1800, None),)
    again, actions = registration.step(state, Answered(423, min_expires=3600), 1.0, 0.0)
    assert isinstance(again, Waiting)
    assert not actions
    for useless in (None, 0, 600, 10**6):
        failed, actions = registration.step(begun(), Answered(423, min_expires=useless), 1.0, 0.0)
        assert isinstance(failed, Waiting)
        assert not actions


def test_failures_wait_longer_each_time_and_an_earlier_registration_stays_valid() -> None:
    state, _ = registration.step(registered(), TimerDue(), 450.0, 0.0)
    delays: list[float] = []
    now = 450.0
    for event in (NotAnswered(), Answered(500), TimerDue(), Answered(503, retry_after=120.0), *[NotAnswered()] * 8):
        if isinstance(event, TimerDue):
            now = state.due
        state, actions = registration.step(state, event, now, 0.0)
        assert not actions
        delays.append(state.due - now)
        assert registration.is_registered(state, now) == (now < 600.0)
        now = state.due
        state, _ = registration.step(state, TimerDue(), now, 0.0)
    assert delays[:3] == [1.0, 2.0, 4.0]
    assert delays[3] == 120.0
    assert delays[-1] == registration.MAX_DELAY / 2
    assert not registration.is_refused(state)


def test_a_server_that_is_back_gets_a_registration_at_once_unless_it_has_asked_for_a_pause() -> None:
    assert registration.renewed(registered(), 100.0, 0.5).due == 100.5
    for event, due in (
        (NotAnswered(), 1.7),
        (Answered(503, retry_after=120.0), 121.0),
        (Answered(503, retry_after=2.0), 3.0),
        (Answered(403), None),
    ):
        failed, _ = registration.step(replace(begun(), failures=5), event, 1.0, 0.0)
        assert isinstance(failed, Waiting)
        assert registration.renewed(failed, 1.2, 0.5).due == (due or failed.due)
        assert registration.renewed(failed, failed.due, 0.5).due == failed.due


def test_a_lost_connection_is_replaced_by_a_refresh_that_cannot_be_provoked_often() -> None:
    fresh = registered(100.0)
    for now, due in ((400.0, 400.5), (105.0, 100.0 + registration.MIN_REFRESH)):
        assert registration.reconnected(fresh, now, 0.5).due == due
    assert registration.reconnected(fresh, fresh.due, 0.5) == fresh
    failed, _ = registration.step(begun(), NotAnswered(), 1.0, 0.0)
    assert registration.reconnected(failed, 1.2, 0.5) == failed


def test_a_registrar_that_closes_each_connection_gets_fewer_and_fewer_refreshes() -> None:
    """Until a connection lasts."""
    state, delays = registered(), list[float]()
    for lasts in (*[0.0] * 6, 400.0, 0.0):
        state = registration.reconnected(state, state.since + lasts, 0.0)
        state = registration.reconnected(state, state.since + lasts, 0.0)  # another message was lost
        delays.append(state.due - state.since)
        state, _ = registration.step(state, TimerDue(), state.due, 0.0)
        state, _ = registration.step(state, Answered(200, 600), state.due - registration.RESPONSE_TIMEOUT, 0.0)
        assert isinstance(state, Registered)
    assert delays == [15.0, 30.0, 60.0, 120.0, 240.0, registration.MAX_DELAY, 400.0, 15.0]


def test_a_registrar_that_grants_nothing_or_next_to_nothing_is_not_flooded() -> None:
    state, _ = registration.step(begun(), Answered(200, 1), 0.0, 0.0)
    assert state.due == registration.MIN_REFRESH
    state, _ = registration.step(begun(), Answered(200, 0), 0.0, 0.0)
    assert isinstance(state, Waiting)
    state, _ = registration.step(begun(), Answered(200, 10**9), 0.0, 0.0)
    assert state.valid_until == registration.MAX_SECONDS


numbers = st.one_of(st.none(), st.integers(0, 10**9))
answers = st.builds(
    Answered,
    st.integers(200, 699),
    numbers,
    numbers,
    st.one_of(st.none(), st.floats(0, 1e9)),
    st.sampled_from(((), CHALLENGE, SECOND)),
    st.booleans(),
)


@given(
    st.lists(st.tuples(st.one_of(answers, st.just(NotAnswered()), st.just(TimerDue())), st.floats(0, 50)), max_size=60)
)
def test_no_registrar_causes_a_flood(events: list[tuple[registration.Event, float]]) -> None:
    """In any order of answers there is always a next step, and an attempt sends at most five requests."""
    state, now, sent_since_due = registration.initial(0.0, 600), 0.0, 0
    for event, seconds in events:
        now += seconds
        was_idle = not isinstance(state, Registering)
        state, actions = registration.step(state, event, now, 0.5)
        sent_since_due = len(actions) if was_idle else sent_since_due + len(actions)
        assert sent_since_due <= 5
        assert state.due <= now + registration.MAX_SECONDS
        if not isinstance(state, Registering) and not was_idle:
            assert state.due >= now + 1.0


# ---- health


def answering(state: Health, event: health.Event, now: float) -> Health:
    return health.step(state, event, now, 30.0, 1.0)[0]


def checked(now: float = 0.0) -> Health:
    state, actions = health.step(health.initial(now), health.TimerDue(), now, 30.0, 1.0)
    assert len(actions) == 1
    return state


def test_a_server_is_out_of_use_after_several_failures_and_back_with_the_first_answer() -> None:
    state, now = answering(checked(), health.Answered(200), 0.1), 0.1
    assert (state.up, state.due) == (True, 30.1)
    for failures in (1, 2, 3):
        now = state.due
        state = answering(state, health.TimerDue(), now)
        assert health.deadline(state) == now + health.TIMEOUT
        now = health.deadline(state)
        state = answering(state, health.TimerDue(), now)
        assert (state.failures, health.is_usable(state, now)) == (failures, failures < health.FAILURES)
        assert state.due == now + health.RETRY
    late = answering(state, health.Answered(405), now + 1)
    assert health.is_usable(late, now + 1)
    assert late.failures == 0


def test_a_server_that_asks_for_a_pause_gets_it_at_once() -> None:
    state = answering(checked(), health.Answered(503, 120.0), 1.0)
    assert not health.is_usable(state, 120.9)
    assert health.is_usable(state, 121.0)
    forever = answering(checked(), health.Answered(503, 1e9), 1.0)
    assert health.is_usable(forever, 1.0 + health.MAX_PAUSE)
    other = answering(checked(), health.Answered(503, 60.0, other=True), 1.0)
    assert not health.is_usable(other, 60.0)


def test_a_server_that_ignores_options_but_answers_registrations_is_up() -> None:
    state, now = answering(checked(), health.Answered(200, other=True), 0.1), 0.1
    for _ in range(10):
        now = health.deadline(state)
        state = answering(state, health.TimerDue(), now)
    assert state.up
    for _ in range(health.FAILURES):
        state = answering(state, health.NotAnswered(other=True), now)
    assert not health.is_usable(state, now)


# ---- the trunk

ONE, TWO = Flow("udp", "192.0.2.1", 5060), Flow("udp", "192.0.2.2", 5060)
UP, DOWN, UNKNOWN = Health(30.0, up=True), Health(30.0, up=False, failures=3), Health(30.0)


@pytest.mark.parametrize(
    ("servers", "registers", "expected"),
    [
        ({}, None, ("unreachable", "", [])),
        ({ONE: UNKNOWN, TWO: UNKNOWN}, None, ("unreachable", "", [ONE, TWO])),
        ({ONE: UNKNOWN, TWO: UP}, None, ("reachable", "", [TWO, ONE])),
        ({ONE: DOWN, TWO: UP}, None, ("reachable", "", [TWO])),
        ({ONE: DOWN, TWO: DOWN}, None, ("unreachable", "no_answer", [])),
        ({ONE: Health(30.0, up=True, paused_until=20.0)}, None, ("unreachable", "paused", [])),
        ({ONE: UP}, Registered(450.0, 600, 600.0), ("registered", "", [ONE])),
        ({ONE: DOWN}, Registered(450.0, 600, 600.0), ("unreachable", "no_answer", [])),
        ({ONE: UP}, Waiting(5.0, 600), ("unreachable", "", [ONE])),
        ({ONE: UP}, Waiting(5.0, 600, failures=1), ("unreachable", "no_registration", [ONE])),
        ({ONE: UP}, Waiting(5.0, 600, failures=1, valid_until=11.0), ("registered", "", [ONE])),
        ({ONE: UP}, Waiting(5.0, 600, failures=1, refused=True), ("refused", "credentials", [ONE])),
    ],
)
def test_the_state_of_a_trunk(
    servers: dict[Flow, Health], registers: State | None, expected: tuple[str, str, list[Flow]]
) -> None:
    found = link_state(servers, registers, 10.0)
    assert (found.state, found.reason, list(found.flows)) == expected
    assert {*found.flows, *found.others} == set(servers)


def test_a_name_without_address_is_the_reason() -> None:
    assert link_state({}, None, 10.0, lookup_failed=True)[:2] == ("unreachable", "no_address")


def test_the_time_at_which_a_state_ends_by_itself() -> None:
    assert next_change({ONE: UP}, None, 10.0) is None
    paused = Health(30.0, paused_until=20.0)
    assert next_change({ONE: paused}, Registered(450.0, 600, 600.0), 10.0) == 20.0
    assert next_change({ONE: paused}, Registered(450.0, 600, 600.0), 20.0) == 600.0
