"""Non-INVITE client transaction: RFC 3261 17.1.2."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine_driver import MachineDriver, step_summary
from transaction_models import client
from transaction_models.client import Completed, FinalReceived, Proceeding, Trying, begin
from transaction_models.common import (
    TERMINATED,
    TIMER_FIRED,
    Deliver,
    Fail,
    ProvisionalReceived,
    Send,
    TransportFailed,
)

STATES = {
    "trying": Trying(b"BYE", 100.5, 0.5, 132.0),
    "trying, due": Trying(b"BYE", 99.0, 0.5, 132.0),
    "trying, over": Trying(b"BYE", 99.0, 0.5, 99.0),
    "proceeding": Proceeding(b"BYE", 104.0, 132.0),
    "proceeding, due": Proceeding(b"BYE", 99.0, 132.0),
    "proceeding, over": Proceeding(b"BYE", None, 99.0),
    "answered": Completed(105.0),
    "answered, over": Completed(99.0),
    "ended": TERMINATED,
}
EVENTS = {
    "1xx": ProvisionalReceived(100),
    "final": FinalReceived(),
    "transport": TransportFailed(),
    "time": TIMER_FIRED,
}
UP, DONE, LOST = "Proceeding: Deliver", "Completed: Deliver", "Terminated: Fail"
TABLE = {
    "trying": [UP, DONE, LOST, "Trying:"],
    "trying, due": [UP, DONE, LOST, "Trying: Send"],
    "trying, over": [UP, DONE, LOST, LOST],
    "proceeding": [UP, DONE, LOST, "Proceeding:"],
    "proceeding, due": [UP, DONE, LOST, "Proceeding: Send"],
    "proceeding, over": [UP, DONE, LOST, LOST],
    "answered": ["Completed:", "Completed:", "Terminated:", "Completed:"],
    "answered, over": ["Completed:", "Completed:", "Terminated:", "Terminated:"],
    "ended": ["Terminated:"] * 4,
}


@pytest.mark.parametrize(("state", "event"), [*product(STATES, EVENTS)])
def test_every_event_in_every_state(state: str, event: str) -> None:
    expected = TABLE[state][list(EVENTS).index(event)]
    assert step_summary(client, STATES[state], EVENTS[event]) == expected


def trying(*, reliable: bool = False) -> MachineDriver:
    return MachineDriver(client, begin(b"BYE", 0.0, reliable=reliable), reliable)


def test_timer_e_doubles_up_to_t2_and_timer_f_gives_up() -> None:
    driver = trying()
    assert driver.runs_to_end()
    assert driver.times_of(Send) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert driver.log[-1] == (32.0, Fail("timeout"))


def test_no_retransmission_on_a_reliable_flow() -> None:
    driver = trying(reliable=True)
    assert driver.runs_to_end()
    assert driver.log == [(32.0, Fail("timeout"))]


def test_request_is_retransmitted_every_4_s_after_a_provisional_response() -> None:
    driver = trying()
    driver.feed(ProvisionalReceived(100))
    driver.advance_to(9.0)
    assert driver.times_of(Send) == [0.5, 4.5, 8.5]


def test_final_response_is_delivered_once() -> None:
    driver = trying()
    driver.feed(FinalReceived(), FinalReceived(), ProvisionalReceived(100))
    assert driver.count(Deliver) == 1
    driver.advance_to(5.0)
    assert driver.state == TERMINATED


def test_final_response_terminates_on_a_reliable_flow() -> None:
    driver = trying(reliable=True)
    driver.feed(FinalReceived())
    assert driver.state == TERMINATED


anything = st.sampled_from([ProvisionalReceived(100), FinalReceived(), TransportFailed(), TIMER_FIRED])


@given(st.lists(st.tuples(st.floats(0, 100), anything)), st.booleans())
def test_any_sequence_of_events_terminates(script: list[tuple[float, object]], reliable: bool) -> None:
    driver = trying(reliable=reliable)
    for gap, event in script:
        driver.advance_to(driver.now + gap)
        driver.feed(event)
    assert driver.runs_to_end()
    assert driver.count(Fail) <= 1
