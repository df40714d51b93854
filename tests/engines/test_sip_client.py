"""The client side of other requests: RFC 3261 17.1.2."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sip_drive import Drive, outcome

from unificx.sip.transactions import client
from unificx.sip.transactions.client import Completed, FinalArrived, Proceeding, Trying, begin
from unificx.sip.transactions.words import (
    TERMINATED,
    TIME_PASSED,
    Deliver,
    Fail,
    ProvisionalArrived,
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
EVENTS = {"1xx": ProvisionalArrived(100), "final": FinalArrived(), "transport": TransportFailed(), "time": TIME_PASSED}
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


@pytest.mark.parametrize(("where", "what"), [*product(STATES, EVENTS)])
def test_every_event_in_every_state(where: str, what: str) -> None:
    expected = TABLE[where][list(EVENTS).index(what)]
    assert outcome(client, STATES[where], EVENTS[what]) == expected


def asking(*, reliable: bool = False) -> Drive:
    return Drive(client, begin(b"BYE", 0.0, reliable=reliable), reliable)


def test_timer_e_doubles_up_to_t2_and_timer_f_gives_up() -> None:
    drive = asking()
    assert drive.ends()
    assert drive.at(Send) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert drive.log[-1] == (32.0, Fail("timeout"))


def test_a_reliable_flow_needs_no_repetition() -> None:
    drive = asking(reliable=True)
    assert drive.ends()
    assert drive.log == [(32.0, Fail("timeout"))]


def test_after_a_provisional_response_it_is_repeated_every_4_s() -> None:
    drive = asking()
    drive.happens(ProvisionalArrived(100))
    drive.until(9.0)
    assert drive.at(Send) == [0.5, 4.5, 8.5]


def test_the_final_response_goes_up_once() -> None:
    drive = asking()
    drive.happens(FinalArrived(), FinalArrived(), ProvisionalArrived(100))
    assert drive.count(Deliver) == 1
    drive.until(5.0)
    assert drive.state == TERMINATED


def test_on_a_reliable_flow_the_final_response_is_the_end() -> None:
    drive = asking(reliable=True)
    drive.happens(FinalArrived())
    assert drive.state == TERMINATED


anything = st.sampled_from([ProvisionalArrived(100), FinalArrived(), TransportFailed(), TIME_PASSED])


@given(st.lists(st.tuples(st.floats(0, 100), anything)), st.booleans())
def test_whatever_happens_it_ends(script: list[tuple[float, object]], reliable: bool) -> None:
    drive = asking(reliable=reliable)
    for gap, event in script:
        drive.until(drive.now + gap)
        drive.happens(event)
    assert drive.ends()
    assert drive.count(Fail) <= 1
