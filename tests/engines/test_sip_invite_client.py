"""INVITE client transaction and its CANCEL: RFC 3261 9.1 and 17.1.1, RFC 6026 7.2."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine_driver import MachineDriver, step_summary
from transaction_models import invite_client
from transaction_models.common import (
    TERMINATED,
    TIMER_FIRED,
    Deliver,
    Fail,
    ProvisionalReceived,
    Send,
    TransportFailed,
)
from transaction_models.invite_client import (
    Accepted,
    Calling,
    CancelRequested,
    Completed,
    FailureReceived,
    Proceeding,
    SendCancel,
    SuccessReceived,
    begin,
)

TRYING, RINGING, OK, FAILURE = (
    ProvisionalReceived(100),
    ProvisionalReceived(180),
    SuccessReceived(),
    FailureReceived(b"ACK"),
)

STATES = {
    "calling": Calling(b"INVITE", 100.5, 0.5, 132.0),
    "calling, due": Calling(b"INVITE", 99.0, 0.5, 132.0),
    "calling, over": Calling(b"INVITE", 99.0, 0.5, 99.0),
    "calling, cancelled": Calling(b"INVITE", 100.5, 0.5, 132.0, cancelled=True),
    "ringing": Proceeding(280.0),
    "ringing, over": Proceeding(99.0),
    "ringing, cancelled": Proceeding(132.0, cancelled=True),
    "ringing, cancelled, over": Proceeding(99.0, cancelled=True),
    "accepted": Accepted(132.0),
    "accepted, over": Accepted(99.0),
    "failed": Completed(b"ACK", 132.0),
    "failed, over": Completed(b"ACK", 99.0),
    "ended": TERMINATED,
}
EVENTS = {
    "1xx": RINGING,
    "2xx": OK,
    "3xx": FAILURE,
    "cancel": CancelRequested(),
    "transport": TransportFailed(),
    "time": TIMER_FIRED,
}
P, A, C, T = "Proceeding:", "Accepted:", "Completed:", "Terminated:"
UP, FAILED = " Deliver", "Completed: Send Deliver"
TABLE = {
    "calling": [P + UP, A + UP, FAILED, "Calling:", T + " Fail", "Calling:"],
    "calling, due": [P + UP, A + UP, FAILED, "Calling:", T + " Fail", "Calling: Send"],
    "calling, over": [P + UP, A + UP, FAILED, "Calling:", T + " Fail", T + " Fail"],
    "calling, cancelled": [P + UP + " SendCancel", A + UP, FAILED, "Calling:", T + " Fail", "Calling:"],
    "ringing": [P + UP, A + UP, FAILED, P + " SendCancel", T + " Fail", P],
    "ringing, over": [P + UP, A + UP, FAILED, P + " SendCancel", T + " Fail", P + " SendCancel"],
    "ringing, cancelled": [P + UP, A + UP, FAILED, P, T + " Fail", P],
    "ringing, cancelled, over": [P + UP, A + UP, FAILED, P, T + " Fail", T + " Fail"],
    "accepted": [A, A + UP, A, A, A, A],
    "accepted, over": [A, A + UP, A, A, A, T],
    "failed": [C, C, C + " Send", C, T, C],
    "failed, over": [C, C, C + " Send", C, T, T],
    "ended": [T] * 6,
}


@pytest.mark.parametrize(("state", "event"), [*product(STATES, EVENTS)])
def test_every_event_in_every_state(state: str, event: str) -> None:
    expected = TABLE[state][list(EVENTS).index(event)]
    assert step_summary(invite_client, STATES[state], EVENTS[event]) == expected


def calling(*, reliable: bool = False) -> MachineDriver:
    return MachineDriver(invite_client, begin(b"INVITE", 0.0, reliable=reliable), reliable)


def test_timer_a_doubles_and_timer_b_gives_up() -> None:
    driver = calling()
    assert driver.runs_to_end()
    assert driver.times_of(Send) == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert driver.log[-1] == (32.0, Fail("timeout"))


def test_no_retransmission_on_a_reliable_flow() -> None:
    driver = calling(reliable=True)
    assert driver.runs_to_end()
    assert driver.log == [(32.0, Fail("timeout"))]


def test_provisional_response_stops_retransmission() -> None:
    driver = calling()
    driver.feed(TRYING)
    driver.advance_to(100.0)
    assert driver.count(Send) == 0


def test_every_2xx_is_delivered_until_timer_m() -> None:
    driver = calling()
    driver.feed(OK, OK, RINGING, FAILURE)
    driver.advance_to(31.0)
    driver.feed(OK)
    driver.advance_to(32.0)
    driver.feed(OK)
    assert driver.count(Deliver) == 3


def test_error_response_is_delivered_once_and_acknowledged_each_time() -> None:
    driver = calling()
    driver.feed(FAILURE, FAILURE, FAILURE)
    assert driver.count(Deliver) == 1
    assert driver.log.count((0.0, Send(b"ACK"))) == 3
    driver.advance_to(32.0)
    assert driver.state == TERMINATED


def test_error_response_terminates_on_a_reliable_flow() -> None:
    driver = calling(reliable=True)
    driver.feed(FAILURE)
    assert driver.state == TERMINATED


def test_cancel_waits_for_the_first_provisional_response() -> None:
    driver = calling()
    driver.feed(CancelRequested(), CancelRequested())
    assert driver.count(SendCancel) == 0
    driver.feed(TRYING, RINGING, CancelRequested())
    assert driver.count(SendCancel) == 1


def test_2xx_that_crosses_the_cancel_is_delivered() -> None:
    driver = calling()
    driver.feed(RINGING, CancelRequested(), OK)
    assert driver.state == Accepted(32.0)
    assert driver.count(Deliver) == 2


def test_ignored_cancel_ends_in_a_timeout() -> None:
    driver = calling()
    driver.feed(RINGING, CancelRequested())
    driver.advance_to(30.0)
    driver.feed(RINGING)
    assert driver.runs_to_end()
    assert driver.log[-1] == (32.0, Fail("timeout"))


def test_invite_is_cancelled_180_s_after_the_last_ringing_and_then_fails() -> None:
    driver = calling()
    driver.feed(RINGING)
    driver.advance_to(100.0)
    driver.feed(RINGING)
    driver.advance_to(200.0)
    driver.feed(TRYING)
    assert driver.runs_to_end()
    assert driver.times_of(SendCancel) == [280.0]
    assert driver.log[-1] == (312.0, Fail("timeout"))


anything = st.one_of(
    st.sampled_from([OK, FAILURE, CancelRequested(), TransportFailed(), TIMER_FIRED]),
    st.builds(ProvisionalReceived, st.integers(100, 199)),
)


@given(st.lists(st.tuples(st.floats(0, 100), anything)), st.booleans())
def test_any_sequence_of_events_terminates(script: list[tuple[float, object]], reliable: bool) -> None:
    driver = calling(reliable=reliable)
    for gap, event in script:
        driver.advance_to(driver.now + gap)
        driver.feed(event)
    assert driver.runs_to_end()
    assert driver.count(Fail) <= 1
    assert driver.count(SendCancel) <= 1
