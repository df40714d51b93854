"""Non-INVITE server transaction: RFC 3261 17.2.2, RFC 4320."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine_driver import MachineDriver, step_summary
from transaction_models import server
from transaction_models.common import TERMINATED, TIMER_FIRED, RequestRetransmitted, Send, TuResponded
from transaction_models.server import Completed, Trying, begin

OK = TuResponded(200, b"200")

STATES = {
    "trying": Trying(132.0),
    "trying, over": Trying(99.0),
    "answered": Completed(b"200", 132.0),
    "answered, over": Completed(b"200", 99.0),
    "ended": TERMINATED,
}
EVENTS = {
    "again": RequestRetransmitted(),
    "100": TuResponded(100, b"100"),
    "200": OK,
    "408": TuResponded(408, b"408"),
    "time": TIMER_FIRED,
}
TABLE = {
    "trying": ["Trying:", "Trying:", "Completed: Send", "Trying:", "Trying:"],
    "trying, over": ["Trying:", "Trying:", "Completed: Send", "Trying:", "Terminated:"],
    "answered": ["Completed: Send", "Completed:", "Completed:", "Completed:", "Completed:"],
    "answered, over": ["Completed: Send", "Completed:", "Completed:", "Completed:", "Terminated:"],
    "ended": ["Terminated:"] * 5,
}


@pytest.mark.parametrize(("state", "event"), [*product(STATES, EVENTS)])
def test_every_event_in_every_state(state: str, event: str) -> None:
    expected = TABLE[state][list(EVENTS).index(event)]
    assert step_summary(server, STATES[state], EVENTS[event]) == expected


def test_response_is_resent_for_every_retransmission() -> None:
    driver = MachineDriver(server, begin(0.0))
    driver.feed(RequestRetransmitted(), OK, RequestRetransmitted(), RequestRetransmitted())
    assert driver.log == [(0.0, Send(b"200"))] * 3
    driver.advance_to(32.0)
    assert driver.state == TERMINATED


def test_response_terminates_on_a_reliable_flow() -> None:
    driver = MachineDriver(server, begin(0.0), reliable=True)
    driver.feed(OK)
    assert driver.state == TERMINATED


@pytest.mark.parametrize("status", [100, 180, 199, 408])
def test_rfc_4320_forbids_provisional_responses_and_408(status: int) -> None:
    driver = MachineDriver(server, begin(0.0))
    driver.feed(TuResponded(status, b"no"))
    assert driver.log == []


def test_unanswered_request_is_dropped_without_a_response() -> None:
    driver = MachineDriver(server, begin(0.0))
    driver.advance_to(32.0)
    driver.feed(OK)
    assert driver.log == []
    assert driver.state == TERMINATED


anything = st.one_of(
    st.sampled_from([RequestRetransmitted(), TIMER_FIRED]),
    st.builds(TuResponded, st.integers(100, 699), st.binary(max_size=2)),
)


@given(st.lists(st.tuples(st.floats(0, 100), anything)), st.booleans())
def test_any_sequence_of_events_terminates(script: list[tuple[float, object]], reliable: bool) -> None:
    driver = MachineDriver(server, begin(0.0), reliable)
    for gap, event in script:
        driver.advance_to(driver.now + gap)
        driver.feed(event)
    assert driver.runs_to_end()
    assert len({action for _, action in driver.log}) <= 1
