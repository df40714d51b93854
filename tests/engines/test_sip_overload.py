"""Overload control: gradual rejection of new requests."""

import pytest
from endpoint_wire import UDP, Wire, request
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip.message import Response, respond
from unificx.sip.overload import MAX_WAIT, OverloadControl
from unificx.sip.transactions.events import RequestReceived


def with_lag(lag: float, times: int = 50) -> OverloadControl:
    overload = OverloadControl()
    for _ in range(times):
        overload.record_lag(lag)
    return overload


def test_no_lag_rejects_nothing() -> None:
    overload = with_lag(0.001)
    assert overload.rejection_ratio == 0.0
    assert not overload.drops_retransmissions


def test_single_lag_rejects_nothing() -> None:
    overload = with_lag(0.0)
    overload.record_lag(0.12)
    assert overload.rejection_ratio == 0.0


class Loop:
    """An event loop in virtual time that can stall; a new call arrives every 20 ms."""

    def __init__(self) -> None:
        self.overload = OverloadControl()
        self.now = 0.0
        self.calls = 0
        self.refused: list[float] = []

    def run(self, seconds: float, lag: float = 0.005) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += 0.1 + lag
            self.overload.record_lag(lag)
            for _ in range(5 + round(lag * 50)):
                self.calls += 1
                if self.overload.retry_after(hash((self.calls, 5060))):
                    self.refused.append(self.now)


@pytest.mark.parametrize("stall", [0.15, 0.3, 1.0])
def test_single_stall_rejects_nothing(stall: float) -> None:
    loop = Loop()
    loop.run(5)
    loop.run(0.1, lag=stall)
    loop.run(0.1, lag=stall / 3)  # work piled up during the stall
    loop.run(5)
    assert loop.calls > 400
    assert loop.refused == []


def test_occasional_stalls_reject_nothing() -> None:
    loop = Loop()
    for _ in range(20):
        loop.run(0.1, lag=0.3)
        loop.run(0.5)
    assert loop.refused == []


def test_persistent_lag_rejects_within_two_seconds_and_recovers_within_three() -> None:
    loop = Loop()
    loop.run(5)
    loop.run(10, lag=0.3)
    assert loop.refused[0] < 7
    loop.run(10)
    assert loop.refused[-1] < loop.now - 10 + 3


def test_retransmissions_are_dropped_before_requests_are_rejected() -> None:
    overload = with_lag(0.1)
    assert overload.drops_retransmissions
    assert overload.rejection_ratio == 0.0


def test_rejection_ratio_grows_with_the_lag_and_stays_below_one() -> None:
    shares = [with_lag(lag).rejection_ratio for lag in (0.2, 0.4, 0.6, 0.8, 1.0, 5.0)]
    assert shares == sorted(shares)
    assert 0.1 < shares[0] < 0.2
    assert shares[-1] == 0.95


def test_rejecting_stops_at_less_lag_than_it_started() -> None:
    overload = with_lag(0.2)
    for _ in range(50):
        overload.record_lag(0.1)
    assert overload.rejection_ratio > 0.0
    for _ in range(100):
        overload.record_lag(0.01)
    assert overload.rejection_ratio == 0.0
    for _ in range(50):
        overload.record_lag(0.1)
    assert overload.rejection_ratio == 0.0


def test_smoothed_lag_falls_slowly() -> None:
    overload = with_lag(1.0)
    overload.record_lag(0.0)
    assert overload.rejection_ratio > 0.8


@given(st.floats(0, 10), st.integers(-(2**63), 2**63))
def test_retry_after_is_5_to_14_seconds_and_equal_for_the_same_request(lag: float, request_hash: int) -> None:
    overload = with_lag(lag, 5)
    wait = overload.retry_after(request_hash)
    assert wait == overload.retry_after(request_hash)
    assert wait == 0 or 5 <= wait <= 14


def test_share_of_rejected_hashes_matches_the_ratio() -> None:
    overload = with_lag(0.5)
    refused = sum(overload.retry_after(request_hash) > 0 for request_hash in range(0, 0x10000, 16))
    assert abs(refused / 4096 - overload.rejection_ratio) < 0.01


def test_overloaded_endpoint_rejects_most_new_calls_but_no_dialog() -> None:
    wire = Wire(with_lag(5.0))
    admitted = 0
    for number in range(400):
        admitted += len(wire.receive(request("INVITE", branch=f"z9hG4bK-{number}", call_id=f"call-{number}")))
    assert 0 < admitted < 60
    last = wire.last()
    assert isinstance(last, Response)
    assert last.status == 503
    assert 5 <= int(last.first("retry-after") or "0") <= 14
    for number in range(100):
        (event,) = wire.receive(request("BYE", branch=f"z9hG4bK-b{number}", to_tag="b1", cseq=number))
        assert isinstance(event, RequestReceived)


def test_registrations_are_preferred_to_new_calls() -> None:
    for lag, rejected in ((0.3, 0.0), (0.5, 0.0), (0.8, 0.55), (5.0, 0.9)):
        overload = with_lag(lag)
        hashes = range(0, 0x10000, 16)
        share = sum(overload.retry_after(request_hash, preferred=True) > 0 for request_hash in hashes) / 4096
        assert share == pytest.approx(rejected, abs=0.05)
        assert share < overload.rejection_ratio
    wire = Wire(with_lag(0.5))
    for number in range(50):
        (event,) = wire.receive(request("REGISTER", branch=f"z9hG4bK-{number}", call_id=f"call-{number}"))
        assert isinstance(event, RequestReceived)


def test_decision_on_an_invite_holds_for_its_repetition_with_credentials() -> None:
    wire = Wire(with_lag(0.5))
    decisions = [
        [
            len(wire.receive(request("INVITE", branch=f"z9hG4bK-{number}-{cseq}", cseq=cseq, call_id=f"call-{number}")))
            for number in range(200)
        ]
        for cseq in (1, 2)
    ]
    assert decisions[0] == decisions[1]
    assert 50 < sum(decisions[0]) < 150


def test_overloaded_endpoint_ignores_retransmissions() -> None:
    overload = OverloadControl()
    wire = Wire(overload)
    (event,) = wire.receive(request("OPTIONS"))
    assert isinstance(event, RequestReceived)
    wire.endpoint.respond(event.key, respond(event.request, 200, to_tag="b1"), wire.now)
    for _ in range(50):
        overload.record_lag(0.1)
    wire.receive(request("OPTIONS"), UDP)
    assert len(wire.sent) == 1
    for _ in range(50):
        overload.record_lag(0.0)
    wire.receive(request("OPTIONS"), UDP)
    assert len(wire.sent) == 2


@pytest.mark.parametrize(
    ("method", "to_tag", "status"),
    [("INVITE", "", 503), ("OPTIONS", "", 503), ("REGISTER", "", 0), ("INVITE", "b1", 0), ("BYE", "b1", 0)],
)
def test_new_request_that_waited_too_long_is_rejected(method: str, to_tag: str, status: int) -> None:
    """Without a transaction; requests in dialogs and registrations are accepted."""
    wire = Wire(OverloadControl())
    wire.endpoint.receive(request(method, to_tag=to_tag), UDP, wire.now, MAX_WAIT + 0.01)
    assert len(wire.events()) == (not status)
    assert wire.endpoint.transactions == (int(not status), 0)
    if status:
        last = wire.last()
        assert isinstance(last, Response)
        assert last.status == status
        assert last.first("retry-after") is not None
    wire.endpoint.receive(request(method, to_tag=to_tag, branch="z9hG4bK-2", call_id="c2"), UDP, wire.now, MAX_WAIT)
    assert len(wire.events()) == 1


OC = ';oc;oc-algo="loss,A"'


def overload_report(wire: Wire) -> dict[str, str | None]:
    return {name: value for name, value in wire.last().via.params if name.startswith("oc")}


def test_client_that_supports_overload_control_is_informed_of_the_loss() -> None:
    """RFC 7339 section 4: in every response, also of accepted requests."""
    overload = OverloadControl()
    wire = Wire(overload)
    sent_by = "192.0.2.7:5060" + OC
    (event,) = wire.receive(request("OPTIONS", sent_by=sent_by))
    assert isinstance(event, RequestReceived)
    wire.endpoint.respond(event.key, respond(event.request, 200, to_tag="b1"), wire.now)
    wire.flush()
    assert overload_report(wire) == {
        "oc": "0", "oc-algo": '"loss"', "oc-validity": "0", "oc-seq": "0.000"
    }  # fmt: skip
    for number in range(100):
        data = request("INVITE", sent_by=sent_by, branch=f"z9hG4bK-{number}", call_id=f"call-{number}")
        wire.endpoint.receive(data, UDP, wire.now, 1.0 if number % 2 else 0.0)
        if number % 10 == 9:
            overload.record_lag(0.0, number - 9.0)
    wire.events()
    assert 0.4 < overload.loss <= 0.5
    wire.receive(request("INVITE", sent_by=sent_by, branch="z9hG4bK-o", call_id="call-o", more=["Max-Forwards: 0"]))
    assert overload_report(wire) == {
        "oc": str(round(overload.loss * 100)), "oc-algo": '"loss"', "oc-validity": "1000", "oc-seq": "90.000"
    }  # fmt: skip
    tag = wire.last().to_tag
    again = request("INVITE", sent_by=sent_by, branch="z9hG4bK-o", call_id="call-o", more=["Max-Forwards: 0"])
    for _ in range(50):
        overload.record_lag(0.0, 91.0)
    assert round(overload.loss, 3) == 0.0
    wire.receive(again)
    assert (overload_report(wire)["oc-seq"], wire.last().to_tag) == ("91.000", tag)


@pytest.mark.parametrize("params", ["", ';oc-algo="loss"', ';oc;oc-algo="rate"', ";oc"])
def test_other_clients_are_not_informed_of_the_loss(params: str) -> None:
    wire = Wire(OverloadControl())
    wire.receive(request("INVITE", sent_by="192.0.2.7:5060" + params, more=["Max-Forwards: 0"]))
    wire.receive(request("INVITE", sent_by="192.0.2.7:5060" + params, more=["Max-Forwards: 0"]))
    assert {"oc-validity", "oc-seq"}.isdisjoint(overload_report(wire))


@pytest.mark.promise("T3")
def test_rejections_are_not_sent_to_a_source_that_has_had_enough() -> None:
    """A source address may be forged: neither an overload nor a request that needs no check makes the server flood it."""
    wire = Wire(with_lag(5.0), may_reject=lambda request, flow, now: False)
    for number in range(100):
        wire.receive(request("INVITE", branch=f"z9hG4bK-{number}", call_id=f"call-{number}"))
    wire.receive(request("INVITE", branch="z9hG4bK-far").replace(b"Max-Forwards: 70", b"Max-Forwards: 0"))
    wire.receive(request("CANCEL", branch="z9hG4bK-none"))
    assert wire.sent == []
