"""INVITE server transaction: RFC 3261 17.2.1, RFC 6026 7.1."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine_driver import MachineDriver, step_summary
from transaction_models import invite_server
from transaction_models.common import TERMINATED, TIMER_FIRED, Deliver, RequestRetransmitted, Send, TuResponded
from transaction_models.invite_server import (
    TU_TIMEOUT,
    Abandon,
    Accepted,
    AckReceived,
    Completed,
    Confirmed,
    Proceeding,
    ReportAckTimeout,
    SendTrying,
    begin,
)

RINGING, OK, BUSY = TuResponded(180, b"180"), TuResponded(200, b"200"), TuResponded(486, b"486")

STATES = {
    "new": Proceeding(b"", 100.2, 400.0),
    "new, due": Proceeding(b"", 99.0, 400.0),
    "ringing": Proceeding(b"180", None, 400.0),
    "ringing, over": Proceeding(b"180", None, 99.0),
    "accepted": Accepted(132.0),
    "accepted, over": Accepted(99.0),
    "failed": Completed(b"486", 100.5, 0.5, 132.0),
    "failed, due": Completed(b"486", 99.0, 4.0, 132.0),
    "failed, over": Completed(b"486", 99.0, 4.0, 99.0),
    "confirmed": Confirmed(105.0),
    "confirmed, over": Confirmed(99.0),
    "ended": TERMINATED,
}
EVENTS = {
    "request": RequestRetransmitted(),
    "ack": AckReceived(),
    "180": RINGING,
    "200": OK,
    "486": BUSY,
    "time": TIMER_FIRED,
}
TRYING = f"Proceeding: {SendTrying.__name__}"
NO_ACK = f"Terminated: {ReportAckTimeout.__name__}"
TABLE = {
    "new": [TRYING, "Proceeding:", "Proceeding: Send", "Accepted: Send", "Completed: Send", "Proceeding:"],
    "new, due": [TRYING, "Proceeding:", "Proceeding: Send", "Accepted: Send", "Completed: Send", TRYING],
    "ringing": ["Proceeding: Send", "Proceeding:", "Proceeding: Send", "Accepted: Send", "Completed: Send", "Proceeding:"],
    "ringing, over": ["Proceeding: Send", "Proceeding:", "Proceeding: Send", "Accepted: Send", "Completed: Send", "Terminated: Abandon"],
    "accepted": ["Accepted:", "Accepted: Deliver", "Accepted:", "Accepted: Send", "Accepted:", "Accepted:"],
    "accepted, over": ["Accepted:", "Accepted: Deliver", "Accepted:", "Accepted: Send", "Accepted:", "Terminated:"],
    "failed": ["Completed: Send", "Confirmed:", "Completed:", "Completed:", "Completed:", "Completed:"],
    "failed, due": ["Completed: Send", "Confirmed:", "Completed:", "Completed:", "Completed:", "Completed: Send"],
    "failed, over": ["Completed: Send", "Confirmed:", "Completed:", "Completed:", "Completed:", NO_ACK],
    "confirmed": ["Confirmed:"] * 6,
    "confirmed, over": ["Confirmed:"] * 5 + ["Terminated:"],
    "ended": ["Terminated:"] * 6,
}  # fmt: skip


@pytest.mark.parametrize(("state", "event"), [*product(STATES, EVENTS)])
def test_every_event_in_every_state(state: str, event: str) -> None:
    expected = TABLE[state][list(EVENTS).index(event)]
    assert step_summary(invite_server, STATES[state], EVENTS[event]) == expected


def test_unanswered_invite_gets_one_100_after_200_ms() -> None:
    driver = MachineDriver(invite_server, begin(0.0))
    driver.advance_to(0.19)
    assert driver.log == []
    driver.advance_to(0.2)
    assert driver.log == [(0.2, SendTrying())]
    driver.feed(TuResponded(100, b"100"))
    driver.advance_to(60.0)
    assert driver.log == [(0.2, SendTrying()), (0.2, Send(b"100"))]


def test_error_response_is_retransmitted_until_the_ack() -> None:
    driver = MachineDriver(invite_server, begin(0.0))
    driver.feed(BUSY)
    driver.advance_to(8.0)
    assert driver.times_of(Send) == [0.0, 0.5, 1.5, 3.5, 7.5]
    driver.feed(AckReceived(), AckReceived(), RequestRetransmitted())
    driver.advance_to(60.0)
    assert driver.count(Send) == 5
    assert driver.state == TERMINATED


def test_missing_ack_is_reported_once() -> None:
    driver = MachineDriver(invite_server, begin(0.0))
    driver.feed(BUSY)
    assert driver.runs_to_end()
    assert driver.times_of(ReportAckTimeout) == [32.0]
    assert driver.count(Send) == 11


def test_no_retransmission_on_a_reliable_flow() -> None:
    driver = MachineDriver(invite_server, begin(0.0), reliable=True)
    driver.feed(BUSY)
    driver.advance_to(31.0)
    assert driver.count(Send) == 1
    driver.feed(AckReceived())
    assert driver.state == TERMINATED


def test_after_a_2xx_invites_are_absorbed_and_acks_delivered_until_timer_l() -> None:
    driver = MachineDriver(invite_server, begin(0.0))
    driver.feed(OK, RequestRetransmitted(), OK, BUSY, AckReceived(), AckReceived())
    assert [type(action) for _, action in driver.log] == [Send, Send, Deliver, Deliver]
    driver.advance_to(31.9)
    assert driver.state != TERMINATED
    driver.advance_to(32.0)
    assert driver.state == TERMINATED


def test_invite_is_abandoned_unless_the_tu_responds_every_minute() -> None:
    driver = MachineDriver(invite_server, begin(0.0))
    for minute in range(1, 30):
        driver.advance_to(60.0 * minute)
        driver.feed(RINGING)
    driver.advance_to(29 * 60 + TU_TIMEOUT)
    assert driver.times_of(Abandon) == [29 * 60 + TU_TIMEOUT]
    assert driver.state == TERMINATED


anything = st.one_of(
    st.sampled_from([RequestRetransmitted(), AckReceived(), TIMER_FIRED]),
    st.builds(TuResponded, st.integers(100, 699), st.binary(min_size=1, max_size=2)),
)


@given(st.lists(st.tuples(st.floats(0, 100), anything)), st.booleans())
def test_any_sequence_of_events_terminates(script: list[tuple[float, object]], reliable: bool) -> None:
    driver = MachineDriver(invite_server, begin(0.0), reliable)
    for gap, event in script:
        driver.advance_to(driver.now + gap)
        driver.feed(event)
    assert driver.runs_to_end()
    assert driver.count(Abandon) + driver.count(ReportAckTimeout) <= 1
