"""The server side of an INVITE: RFC 3261 17.2.1, RFC 6026 7.1."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sip_drive import Drive, outcome

from unificx.sip.transactions import invite_server
from unificx.sip.transactions.invite_server import (
    PATIENCE,
    Abandon,
    Accepted,
    AckArrived,
    Completed,
    Confirmed,
    Proceeding,
    ReportNoAck,
    SayTrying,
    begin,
)
from unificx.sip.transactions.words import (
    TERMINATED,
    TIME_PASSED,
    Deliver,
    RequestAgain,
    ResponseGiven,
    Send,
)

RINGING, OK, BUSY = ResponseGiven(180, b"180"), ResponseGiven(200, b"200"), ResponseGiven(486, b"486")

STATES = {
    "fresh": Proceeding(b"", 100.2, 400.0),
    "untold": Proceeding(b"", 99.0, 400.0),
    "ringing": Proceeding(b"180", None, 400.0),
    "forgotten": Proceeding(b"180", None, 99.0),
    "accepted": Accepted(132.0),
    "accepted, over": Accepted(99.0),
    "refused": Completed(b"486", 100.5, 0.5, 132.0),
    "refused, due": Completed(b"486", 99.0, 4.0, 132.0),
    "refused, over": Completed(b"486", 99.0, 4.0, 99.0),
    "confirmed": Confirmed(105.0),
    "confirmed, over": Confirmed(99.0),
    "ended": TERMINATED,
}
EVENTS = {"again": RequestAgain(), "ack": AckArrived(), "180": RINGING, "200": OK, "486": BUSY, "time": TIME_PASSED}
TABLE = {
    "fresh": ["Proceeding: SayTrying", "Proceeding:", "Proceeding: Send", "Accepted: Send", "Completed: Send", "Proceeding:"],
    "untold": ["Proceeding: SayTrying", "Proceeding:", "Proceeding: Send", "Accepted: Send", "Completed: Send", "Proceeding: SayTrying"],
    "ringing": ["Proceeding: Send", "Proceeding:", "Proceeding: Send", "Accepted: Send", "Completed: Send", "Proceeding:"],
    "forgotten": ["Proceeding: Send", "Proceeding:", "Proceeding: Send", "Accepted: Send", "Completed: Send", "Terminated: Abandon"],
    "accepted": ["Accepted:", "Accepted: Deliver", "Accepted:", "Accepted: Send", "Accepted:", "Accepted:"],
    "accepted, over": ["Accepted:", "Accepted: Deliver", "Accepted:", "Accepted: Send", "Accepted:", "Terminated:"],
    "refused": ["Completed: Send", "Confirmed:", "Completed:", "Completed:", "Completed:", "Completed:"],
    "refused, due": ["Completed: Send", "Confirmed:", "Completed:", "Completed:", "Completed:", "Completed: Send"],
    "refused, over": ["Completed: Send", "Confirmed:", "Completed:", "Completed:", "Completed:", "Terminated: ReportNoAck"],
    "confirmed": ["Confirmed:"] * 6,
    "confirmed, over": ["Confirmed:"] * 5 + ["Terminated:"],
    "ended": ["Terminated:"] * 6,
}  # fmt: skip


@pytest.mark.parametrize(("where", "what"), [*product(STATES, EVENTS)])
def test_every_event_in_every_state(where: str, what: str) -> None:
    expected = TABLE[where][list(EVENTS).index(what)]
    assert outcome(invite_server, STATES[where], EVENTS[what]) == expected


def test_an_unanswered_invite_is_told_100_after_200_ms_and_once_only() -> None:
    drive = Drive(invite_server, begin(0.0))
    drive.until(0.19)
    assert drive.log == []
    drive.until(0.2)
    assert drive.log == [(0.2, SayTrying())]
    drive.happens(ResponseGiven(100, b"100"))
    drive.until(60.0)
    assert drive.log == [(0.2, SayTrying()), (0.2, Send(b"100"))]


def test_a_refusal_is_repeated_until_the_ack_comes() -> None:
    drive = Drive(invite_server, begin(0.0))
    drive.happens(BUSY)
    drive.until(8.0)
    assert drive.at(Send) == [0.0, 0.5, 1.5, 3.5, 7.5]
    drive.happens(AckArrived(), AckArrived(), RequestAgain())
    drive.until(60.0)
    assert drive.count(Send) == 5
    assert drive.state == TERMINATED


def test_no_ack_is_reported_once() -> None:
    drive = Drive(invite_server, begin(0.0))
    drive.happens(BUSY)
    assert drive.ends()
    assert drive.at(ReportNoAck) == [32.0]
    assert drive.count(Send) == 11


def test_a_reliable_flow_needs_no_repetition() -> None:
    drive = Drive(invite_server, begin(0.0), reliable=True)
    drive.happens(BUSY)
    drive.until(31.0)
    assert drive.count(Send) == 1
    drive.happens(AckArrived())
    assert drive.state == TERMINATED


def test_after_a_2xx_invites_are_absorbed_and_acks_go_up_until_timer_l() -> None:
    drive = Drive(invite_server, begin(0.0))
    drive.happens(OK, RequestAgain(), OK, BUSY, AckArrived(), AckArrived())
    assert [type(action) for _, action in drive.log] == [Send, Send, Deliver, Deliver]
    drive.until(31.9)
    assert drive.state != TERMINATED
    drive.until(32.0)
    assert drive.state == TERMINATED


def test_a_forgotten_invite_is_abandoned_but_a_word_a_minute_keeps_it() -> None:
    drive = Drive(invite_server, begin(0.0))
    for minute in range(1, 30):
        drive.until(60.0 * minute)
        drive.happens(RINGING)
    drive.until(29 * 60 + PATIENCE)
    assert drive.at(Abandon) == [29 * 60 + PATIENCE]
    assert drive.state == TERMINATED


anything = st.one_of(
    st.sampled_from([RequestAgain(), AckArrived(), TIME_PASSED]),
    st.builds(ResponseGiven, st.integers(100, 699), st.binary(min_size=1, max_size=2)),
)


@given(st.lists(st.tuples(st.floats(0, 100), anything)), st.booleans())
def test_whatever_happens_it_ends(script: list[tuple[float, object]], reliable: bool) -> None:
    drive = Drive(invite_server, begin(0.0), reliable)
    for gap, event in script:
        drive.until(drive.now + gap)
        drive.happens(event)
    assert drive.ends()
    assert drive.count(Abandon) + drive.count(ReportNoAck) <= 1
