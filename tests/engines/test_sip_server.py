"""The server side of other requests: RFC 3261 17.2.2, RFC 4320."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sip_drive import Drive, outcome

from unificx.sip.transactions import server
from unificx.sip.transactions.server import Completed, Trying, begin
from unificx.sip.transactions.words import TERMINATED, TIME_PASSED, RequestAgain, ResponseGiven, Send

OK = ResponseGiven(200, b"200")

STATES = {
    "trying": Trying(132.0),
    "trying, over": Trying(99.0),
    "answered": Completed(b"200", 132.0),
    "answered, over": Completed(b"200", 99.0),
    "ended": TERMINATED,
}
EVENTS = {
    "again": RequestAgain(),
    "100": ResponseGiven(100, b"100"),
    "200": OK,
    "408": ResponseGiven(408, b"408"),
    "time": TIME_PASSED,
}
TABLE = {
    "trying": ["Trying:", "Trying:", "Completed: Send", "Trying:", "Trying:"],
    "trying, over": ["Trying:", "Trying:", "Completed: Send", "Trying:", "Terminated:"],
    "answered": ["Completed: Send", "Completed:", "Completed:", "Completed:", "Completed:"],
    "answered, over": ["Completed: Send", "Completed:", "Completed:", "Completed:", "Terminated:"],
    "ended": ["Terminated:"] * 5,
}


@pytest.mark.parametrize(("where", "what"), [*product(STATES, EVENTS)])
def test_every_event_in_every_state(where: str, what: str) -> None:
    expected = TABLE[where][list(EVENTS).index(what)]
    assert outcome(server, STATES[where], EVENTS[what]) == expected


def test_the_answer_is_repeated_for_every_request_that_comes_again() -> None:
    drive = Drive(server, begin(0.0))
    drive.happens(RequestAgain(), OK, RequestAgain(), RequestAgain())
    assert drive.log == [(0.0, Send(b"200"))] * 3
    drive.until(32.0)
    assert drive.state == TERMINATED


def test_on_a_reliable_flow_the_answer_is_the_end() -> None:
    drive = Drive(server, begin(0.0), reliable=True)
    drive.happens(OK)
    assert drive.state == TERMINATED


@pytest.mark.parametrize("status", [100, 180, 199, 408])
def test_rfc_4320_forbids_provisional_responses_and_408(status: int) -> None:
    drive = Drive(server, begin(0.0))
    drive.happens(ResponseGiven(status, b"no"))
    assert drive.log == []


def test_a_request_nobody_answered_is_forgotten_in_silence() -> None:
    drive = Drive(server, begin(0.0))
    drive.until(32.0)
    drive.happens(OK)
    assert drive.log == []
    assert drive.state == TERMINATED


anything = st.one_of(
    st.sampled_from([RequestAgain(), TIME_PASSED]),
    st.builds(ResponseGiven, st.integers(100, 699), st.binary(max_size=2)),
)


@given(st.lists(st.tuples(st.floats(0, 100), anything)), st.booleans())
def test_whatever_happens_it_ends(script: list[tuple[float, object]], reliable: bool) -> None:
    drive = Drive(server, begin(0.0), reliable)
    for gap, event in script:
        drive.until(drive.now + gap)
        drive.happens(event)
    assert drive.ends()
    assert len({action for _, action in drive.log}) <= 1
