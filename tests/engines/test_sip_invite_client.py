"""The client side of an INVITE and its CANCEL: RFC 3261 9.1 and 17.1.1, RFC 6026 7.2."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sip_drive import Drive, outcome

from unificx.sip.transactions import invite_client
from unificx.sip.transactions.invite_client import (
    Accepted,
    Calling,
    CancelAsked,
    Completed,
    Proceeding,
    RefusalArrived,
    SendCancel,
    SuccessArrived,
    begin,
)
from unificx.sip.transactions.words import (
    TERMINATED,
    TIME_PASSED,
    Deliver,
    Fail,
    ProvisionalArrived,
    Send,
    TransportFailed,
)

TRYING, RINGING, OK, REFUSAL = (
    ProvisionalArrived(100),
    ProvisionalArrived(180),
    SuccessArrived(),
    RefusalArrived(b"ACK"),
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
    "refused": Completed(b"ACK", 132.0),
    "refused, over": Completed(b"ACK", 99.0),
    "ended": TERMINATED,
}
EVENTS = {
    "1xx": RINGING,
    "2xx": OK,
    "3xx": REFUSAL,
    "cancel": CancelAsked(),
    "transport": TransportFailed(),
    "time": TIME_PASSED,
}
P, A, C, T = "Proceeding:", "Accepted:", "Completed:", "Terminated:"
UP, REFUSED = " Deliver", "Completed: Send Deliver"
TABLE = {
    "calling": [P + UP, A + UP, REFUSED, "Calling:", T + " Fail", "Calling:"],
    "calling, due": [P + UP, A + UP, REFUSED, "Calling:", T + " Fail", "Calling: Send"],
    "calling, over": [P + UP, A + UP, REFUSED, "Calling:", T + " Fail", T + " Fail"],
    "calling, cancelled": [P + UP + " SendCancel", A + UP, REFUSED, "Calling:", T + " Fail", "Calling:"],
    "ringing": [P + UP, A + UP, REFUSED, P + " SendCancel", T + " Fail", P],
    "ringing, over": [P + UP, A + UP, REFUSED, P + " SendCancel", T + " Fail", P + " SendCancel"],
    "ringing, cancelled": [P + UP, A + UP, REFUSED, P, T + " Fail", P],
    "ringing, cancelled, over": [P + UP, A + UP, REFUSED, P, T + " Fail", T + " Fail"],
    "accepted": [A, A + UP, A, A, A, A],
    "accepted, over": [A, A + UP, A, A, A, T],
    "refused": [C, C, C + " Send", C, T, C],
    "refused, over": [C, C, C + " Send", C, T, T],
    "ended": [T] * 6,
}


@pytest.mark.parametrize(("where", "what"), [*product(STATES, EVENTS)])
def test_every_event_in_every_state(where: str, what: str) -> None:
    expected = TABLE[where][list(EVENTS).index(what)]
    assert outcome(invite_client, STATES[where], EVENTS[what]) == expected


def calling(*, reliable: bool = False) -> Drive:
    return Drive(invite_client, begin(b"INVITE", 0.0, reliable=reliable), reliable)


def test_timer_a_doubles_and_timer_b_gives_up() -> None:
    drive = calling()
    assert drive.ends()
    assert drive.at(Send) == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert drive.log[-1] == (32.0, Fail("timeout"))


def test_a_reliable_flow_needs_no_repetition() -> None:
    drive = calling(reliable=True)
    assert drive.ends()
    assert drive.log == [(32.0, Fail("timeout"))]


def test_a_provisional_response_stops_the_repetition() -> None:
    drive = calling()
    drive.happens(TRYING)
    drive.until(100.0)
    assert drive.count(Send) == 0


def test_every_2xx_goes_up_until_timer_m() -> None:
    drive = calling()
    drive.happens(OK, OK, RINGING, REFUSAL)
    drive.until(31.0)
    drive.happens(OK)
    drive.until(32.0)
    drive.happens(OK)
    assert drive.count(Deliver) == 3


def test_a_refusal_goes_up_once_and_is_acknowledged_each_time() -> None:
    drive = calling()
    drive.happens(REFUSAL, REFUSAL, REFUSAL)
    assert drive.count(Deliver) == 1
    assert drive.log.count((0.0, Send(b"ACK"))) == 3
    drive.until(32.0)
    assert drive.state == TERMINATED


def test_on_a_reliable_flow_a_refusal_is_the_end() -> None:
    drive = calling(reliable=True)
    drive.happens(REFUSAL)
    assert drive.state == TERMINATED


def test_a_cancel_waits_for_the_first_provisional_response() -> None:
    drive = calling()
    drive.happens(CancelAsked(), CancelAsked())
    assert drive.count(SendCancel) == 0
    drive.happens(TRYING, RINGING, CancelAsked())
    assert drive.count(SendCancel) == 1


def test_a_2xx_that_crosses_the_cancel_goes_up() -> None:
    drive = calling()
    drive.happens(RINGING, CancelAsked(), OK)
    assert drive.state == Accepted(32.0)
    assert drive.count(Deliver) == 2


def test_a_cancel_nobody_heeds_ends_in_a_timeout() -> None:
    drive = calling()
    drive.happens(RINGING, CancelAsked())
    drive.until(30.0)
    drive.happens(RINGING)
    assert drive.ends()
    assert drive.log[-1] == (32.0, Fail("timeout"))


def test_180_seconds_after_the_last_ringing_the_invite_is_cancelled_and_then_given_up() -> None:
    drive = calling()
    drive.happens(RINGING)
    drive.until(100.0)
    drive.happens(RINGING)
    drive.until(200.0)
    drive.happens(TRYING)
    assert drive.ends()
    assert drive.at(SendCancel) == [280.0]
    assert drive.log[-1] == (312.0, Fail("timeout"))


anything = st.one_of(
    st.sampled_from([OK, REFUSAL, CancelAsked(), TransportFailed(), TIME_PASSED]),
    st.builds(ProvisionalArrived, st.integers(100, 199)),
)


@given(st.lists(st.tuples(st.floats(0, 100), anything)), st.booleans())
def test_whatever_happens_it_ends(script: list[tuple[float, object]], reliable: bool) -> None:
    drive = calling(reliable=reliable)
    for gap, event in script:
        drive.until(drive.now + gap)
        drive.happens(event)
    assert drive.ends()
    assert drive.count(Fail) <= 1
    assert drive.count(SendCancel) <= 1
